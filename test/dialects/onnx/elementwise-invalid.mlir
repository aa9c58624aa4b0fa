// RUN: fovea-opt %s --fovea-infer-shapes -verify-diagnostics -split-input-file

func.func @mixed(%a: tensor<2xf32>, %b: tensor<2xf16>) {
  // expected-error @below {{operand a has elements of type 'f32' but operand b of type 'f16'; insert a Cast in the model}}
  %0 = onnx.Add %a, %b : (tensor<2xf32>, tensor<2xf16>) -> tensor<2xf32>
  return
}

// -----

func.func @mixed_branches(%c: tensor<2xi1>, %x: tensor<2xf32>, %y: tensor<2xf16>) {
  // expected-error @below {{operand x has elements of type 'f32' but operand y of type 'f16'; insert a Cast in the model}}
  %0 = onnx.Where %c, %x, %y : (tensor<2xi1>, tensor<2xf32>, tensor<2xf16>) -> tensor<2xf32>
  return
}

// -----

func.func @root_of_integers(%a: tensor<2xi64>) {
  // expected-error @below {{operand #0 must be tensor of}}
  %0 = onnx.Sqrt %a : (tensor<2xi64>) -> tensor<2xi64>
  return
}

// -----

func.func @cast(%a: tensor<2xf32>) {
  // expected-error @below {{casts to 'f16' but its result has elements of type 'f64'}}
  %0 = onnx.Cast %a {to = f16} : (tensor<2xf32>) -> tensor<2xf64>
  return
}

// -----

func.func @gelu(%a: tensor<2xf32>) {
  // expected-error @below {{has approximate = "fast", expected "none" or "tanh"}}
  %0 = onnx.Gelu %a {approximate = "fast"} : (tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @no_inputs() {
  // expected-error @below {{expects at least one input}}
  %0 = onnx.Max : () -> tensor<2xf32>
  return
}

// -----

func.func @dropout(%x: tensor<2xf32>, %b: tensor<i1>) {
  // expected-error @below {{operand ratio has extents [2], expected one element}}
  %0 = onnx.Dropout %x, %x, %b : (tensor<2xf32>, tensor<2xf32>, tensor<i1>) -> tensor<2xf32>
  return
}

// -----

func.func @shift(%a: tensor<2xui8>, %b: tensor<2xui16>) {
  // expected-error @below {{operand a has elements of type 'ui8' but operand b of type 'ui16'; insert a Cast in the model}}
  %0 = onnx.BitShift %a, %b {left = true} : (tensor<2xui8>, tensor<2xui16>) -> tensor<2xui8>
  return
}

// -----

func.func @cast_mode(%x: tensor<2xf32>) {
  // expected-error @below {{has round_mode = "even", expected "up", "down" or "nearest"}}
  %0 = onnx.Cast %x {to = f8E8M0FNU, round_mode = "even"} : (tensor<2xf32>) -> tensor<2xf8E8M0FNU>
  return
}

// -----

func.func @stored_only(%x: tensor<2xf8E5M2>) {
  // expected-error @below {{operand #0 must be tensor of}}
  %0 = onnx.Add %x, %x : (tensor<2xf8E5M2>, tensor<2xf8E5M2>) -> tensor<2xf8E5M2>
  return
}

// -----

func.func @broadcast(%a: tensor<2x3xf32>, %b: tensor<4x3xf32>) {
  // expected-error @below {{operand a [2, 3] and operand b [4, 3] do not broadcast: extents 2 and 4 of dimension -2 differ and neither is 1}}
  %0 = onnx.Add %a, %b : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @clip_type(%a: tensor<2xf32>, %b: tensor<f16>) {
  %none = onnx.none
  // expected-error @below {{operand x has elements of type 'f32' but operand low of type 'f16'; insert a Cast in the model}}
  %0 = onnx.Clip %a, %b, %none : (tensor<2xf32>, tensor<f16>, none) -> tensor<*xf32>
  return
}

// -----

func.func @clip_bound(%a: tensor<2xf32>, %b: tensor<2xf32>) {
  %none = onnx.none
  // expected-error @below {{operand high has extents [2], expected one element}}
  %0 = onnx.Clip %a, %none, %b : (tensor<2xf32>, none, tensor<2xf32>) -> tensor<*xf32>
  return
}
