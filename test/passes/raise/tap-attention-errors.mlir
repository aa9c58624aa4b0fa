// RUN: fovea-opt %s --split-input-file --verify-diagnostics --fovea-raise-attention --fovea-tap-attention

// expected-error@+1 {{--tap 't=1:probs': no attention site has the number or the node '1'; the sites are 0 'layer.0/Softmax'}}
module attributes {fovea.taps = ["t=1:probs"]} {
func.func @main(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>) -> (tensor<1x4x9x16xf32> {onnx.name = "y"}) {
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  %p = onnx.Softmax %s : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32> loc("layer.0/Softmax")
  %o = onnx.MatMul %p, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o : tensor<1x4x9x16xf32>
}
}

// -----

// expected-error@+1 {{--tap 'y=0:probs': there already is an output 'y'}}
module attributes {fovea.taps = ["y=0:probs"]} {
func.func @main(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>) -> (tensor<1x4x9x16xf32> {onnx.name = "y"}) {
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  %p = onnx.Softmax %s : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o : tensor<1x4x9x16xf32>
}
}

// -----

module attributes {fovea.taps = ["t=0:probs", "u=0:probs,rows=3-9"]} {
func.func @main(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32> {
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  // expected-error@+1 {{--tap 'u=0:probs,rows=3-9': row 9 does not exist; there are 9, numbered from 0}}
  %p = onnx.Softmax %s : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o : tensor<1x4x9x16xf32>
}
}

// -----

module attributes {fovea.taps = ["t=0:probs,rows=8,last"]} {
func.func @main(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32> {
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  // expected-error@+1 {{row 8 is asked for twice}}
  %p = onnx.Softmax %s : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o : tensor<1x4x9x16xf32>
}
}

// -----

// What a refused site does not have; the reason is the refusal's.

module attributes {fovea.taps = ["t=0:raw"]} {
func.func @main(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32> {
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  // expected-error@+1 {{--tap 't=0:raw': the site was not raised, so it has the stages 'probs' and 'scores' only: Softmax runs over axis 2 of 4 dimensions}}
  %p = onnx.Softmax %s {axis = 2 : si64} : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o : tensor<1x4x9x16xf32>
}
}

// -----

module attributes {fovea.taps = ["t=0:probs"]} {
func.func @main(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32> {
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  // expected-error@+1 {{the site was not raised, and its Softmax has no rows of keys: Softmax runs over axis 2 of 4 dimensions}}
  %p = onnx.Softmax %s {axis = 2 : si64} : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o : tensor<1x4x9x16xf32>
}
}

// -----

// expected-error@+1 {{the model has no attention sites}}
module attributes {fovea.taps = ["t=0:probs"]} {
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}
}

// -----

module attributes {fovea.taps = ["t=0:probs"]} {
func.func @main(%c: tensor<i1>, %q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32> {
  %r = onnx.If %c : (tensor<i1>) -> tensor<1x4x9x16xf32> {
    %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
    // expected-error@+1 {{the site is inside of a loop or branch, whose values do not leave it}}
    %p = onnx.Softmax %s : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
    %o = onnx.MatMul %p, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
    onnx.Yield %o : tensor<1x4x9x16xf32>
  } else {
    onnx.Yield %q : tensor<1x4x9x16xf32>
  }
  return %r : tensor<1x4x9x16xf32>
}
}

// -----

// Folded sites come behind all others, as in the remarks.

// expected-error@+1 {{--tap 't=0:probs': site 0 'layer.0/Softmax' was not raised: constant folding has computed it}}
module attributes {fovea.taps = ["t=0:probs"]} {
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> attributes {fovea.constant_sites = [loc("layer.0/Softmax")]} {
  return %x : tensor<4xf32>
}
}
