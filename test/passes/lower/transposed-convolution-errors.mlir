// RUN: fovea-opt %s --fovea-lower-onnx -verify-diagnostics -split-input-file

func.func @padding(%x: tensor<1x1x2xf32>, %w: tensor<1x1x2xf32>) -> tensor<1x1x2xf32> {
  %none = onnx.none
  // expected-error @below {{padding of spatial dimension 0 leaves nothing of the result of operand x [1, 1, 2]}}
  // expected-error @below {{no lowering for 'onnx.ConvTranspose': its operands contradict one another}}
  %0 = onnx.ConvTranspose %x, %w, %none {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 2, 2>, output_padding = array<i64: 0>, group = 1 : si64}
     : (tensor<1x1x2xf32>, tensor<1x1x2xf32>, none) -> tensor<1x1x2xf32>
  return %0 : tensor<1x1x2xf32>
}

// -----

func.func @channels(%x: tensor<1x3x2xf32>, %w: tensor<4x1x2xf32>) -> tensor<1x2x3xf32> {
  %none = onnx.none
  // expected-error @below {{operand x [1, 3, 2] and operand w [4, 1, 2] must have as many channels as one another, a multiple of 2 groups}}
  // expected-error @below {{no lowering for 'onnx.ConvTranspose': its operands contradict one another}}
  %0 = onnx.ConvTranspose %x, %w, %none {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>, output_padding = array<i64: 0>, group = 2 : si64}
     : (tensor<1x3x2xf32>, tensor<4x1x2xf32>, none) -> tensor<1x2x3xf32>
  return %0 : tensor<1x2x3xf32>
}
