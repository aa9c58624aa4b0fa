// RUN: fovea-opt %s --fovea-infer-shapes -verify-diagnostics -split-input-file

func.func @weights(%x: tensor<5x2x3xf32>, %w: tensor<1x4x9xf32>, %r: tensor<1x4x4xf32>) -> tensor<*xf32> {
  %none = onnx.none
  // expected-error @below {{operand w has extents [1, 4, 9], expected [1, 4, 3]}}
  %y, %h = onnx.RNN %x, %w, %r, %none, %none, %none {hidden_size = 4 : i64, direction = "forward", batch_major = false, activations = ["Tanh"], alphas = array<f32: 0.0>, betas = array<f32: 0.0>} : (tensor<5x2x3xf32>, tensor<1x4x9xf32>, tensor<1x4x4xf32>, none, none, none) -> (tensor<*xf32>, tensor<*xf32>)
  return %y : tensor<*xf32>
}

// -----

func.func @hidden_size(%a: tensor<5x2x3xf32>, %b: tensor<1x4x3xf32>, %c: tensor<1x4x4xf32>) {
  %none = onnx.none
  // expected-error @below {{has a hidden size of 0, expected at least 1}}
  %0:2 = onnx.RNN %a, %b, %c, %none, %none, %none {hidden_size = 0 : i64, direction = "forward", batch_major = false, activations = ["Tanh"], alphas = array<f32: 0.0>, betas = array<f32: 0.0>} : (tensor<5x2x3xf32>, tensor<1x4x3xf32>, tensor<1x4x4xf32>, none, none, none) -> (tensor<*xf32>, tensor<*xf32>)
  return
}

// -----

func.func @direction(%a: tensor<5x2x3xf32>, %b: tensor<1x4x3xf32>, %c: tensor<1x4x4xf32>) {
  %none = onnx.none
  // expected-error @below {{has the direction 'backward', expected forward, reverse or bidirectional}}
  %0:2 = onnx.RNN %a, %b, %c, %none, %none, %none {hidden_size = 4 : i64, direction = "backward", batch_major = false, activations = ["Tanh"], alphas = array<f32: 0.0>, betas = array<f32: 0.0>} : (tensor<5x2x3xf32>, tensor<1x4x3xf32>, tensor<1x4x4xf32>, none, none, none) -> (tensor<*xf32>, tensor<*xf32>)
  return
}

// -----

func.func @activations(%a: tensor<5x2x3xf32>, %b: tensor<1x4x3xf32>, %c: tensor<1x4x4xf32>) {
  %none = onnx.none
  // expected-error @below {{needs 2 activations with alphas and betas, but has 1}}
  %0:2 = onnx.RNN %a, %b, %c, %none, %none, %none {hidden_size = 4 : i64, direction = "bidirectional", batch_major = false, activations = ["Tanh"], alphas = array<f32: 0.0>, betas = array<f32: 0.0>} : (tensor<5x2x3xf32>, tensor<1x4x3xf32>, tensor<1x4x4xf32>, none, none, none) -> (tensor<*xf32>, tensor<*xf32>)
  return
}

// -----

func.func @unknown_activation(%a: tensor<5x2x3xf32>, %b: tensor<1x4x3xf32>, %c: tensor<1x4x4xf32>) {
  %none = onnx.none
  // expected-error @below {{has the unknown activation "Swish"}}
  %0:2 = onnx.RNN %a, %b, %c, %none, %none, %none {hidden_size = 4 : i64, direction = "forward", batch_major = false, activations = ["Swish"], alphas = array<f32: 0.0>, betas = array<f32: 0.0>} : (tensor<5x2x3xf32>, tensor<1x4x3xf32>, tensor<1x4x4xf32>, none, none, none) -> (tensor<*xf32>, tensor<*xf32>)
  return
}

// -----

func.func @weight_type(%a: tensor<5x2x3xf32>, %b: tensor<1x4x3xf16>, %c: tensor<1x4x4xf32>) {
  %none = onnx.none
  // expected-error @below {{operand w has elements of type 'f16', expected 'f32' as operand x has}}
  %0:2 = onnx.RNN %a, %b, %c, %none, %none, %none {hidden_size = 4 : i64, direction = "forward", batch_major = false, activations = ["Tanh"], alphas = array<f32: 0.0>, betas = array<f32: 0.0>} : (tensor<5x2x3xf32>, tensor<1x4x3xf16>, tensor<1x4x4xf32>, none, none, none) -> (tensor<*xf32>, tensor<*xf32>)
  return
}

// -----

func.func @hidden_overflow(%a: tensor<5x2x3xf32>, %b: tensor<1x4x3xf32>, %c: tensor<1x4x4xf32>) {
  %none = onnx.none
  // expected-error @below {{has a hidden size of 4611686018427387904, more than fits any memory}}
  %0:2 = onnx.RNN %a, %b, %c, %none, %none, %none {hidden_size = 4611686018427387904 : i64, direction = "forward", batch_major = false, activations = ["Tanh"], alphas = array<f32: 0.0>, betas = array<f32: 0.0>} : (tensor<5x2x3xf32>, tensor<1x4x3xf32>, tensor<1x4x4xf32>, none, none, none) -> (tensor<*xf32>, tensor<*xf32>)
  return
}

// -----

func.func @hidden_peepholes(%a: tensor<5x2x3xf32>, %b: tensor<1x4x3xf32>, %c: tensor<1x4x4xf32>) {
  %none = onnx.none
  // expected-error @below {{has a hidden size of 4611686018427387903, more than fits any memory}}
  %0:2 = onnx.RNN %a, %b, %c, %none, %none, %none {hidden_size = 4611686018427387903 : i64, direction = "forward", batch_major = false, activations = ["Tanh"], alphas = array<f32: 0.0>, betas = array<f32: 0.0>} : (tensor<5x2x3xf32>, tensor<1x4x3xf32>, tensor<1x4x4xf32>, none, none, none) -> (tensor<*xf32>, tensor<*xf32>)
  return
}

// -----

func.func @lengths(%a: tensor<5x2x3xf32>, %b: tensor<1x4x3xf32>, %c: tensor<1x4x4xf32>, %d: tensor<3xi32>) {
  %none = onnx.none
  // expected-error @below {{operand sequence_lens has extents [3], expected [2]}}
  %0:2 = onnx.RNN %a, %b, %c, %none, %d, %none {hidden_size = 4 : i64, direction = "forward", batch_major = false, activations = ["Tanh"], alphas = array<f32: 0.0>, betas = array<f32: 0.0>} : (tensor<5x2x3xf32>, tensor<1x4x3xf32>, tensor<1x4x4xf32>, none, tensor<3xi32>, none) -> (tensor<*xf32>, tensor<*xf32>)
  return
}

// -----

func.func @bias(%a: tensor<5x2x3xf32>, %b: tensor<1x4x3xf32>, %c: tensor<1x4x4xf32>, %d: tensor<1x4xf32>) {
  %none = onnx.none
  // expected-error @below {{operand b has extents [1, 4], expected [1, 8]}}
  %0:2 = onnx.RNN %a, %b, %c, %d, %none, %none {hidden_size = 4 : i64, direction = "forward", batch_major = false, activations = ["Tanh"], alphas = array<f32: 0.0>, betas = array<f32: 0.0>} : (tensor<5x2x3xf32>, tensor<1x4x3xf32>, tensor<1x4x4xf32>, tensor<1x4xf32>, none, none) -> (tensor<*xf32>, tensor<*xf32>)
  return
}
