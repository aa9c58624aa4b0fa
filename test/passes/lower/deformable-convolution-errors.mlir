// RUN: fovea-opt %s --fovea-lower-onnx -verify-diagnostics -split-input-file

func.func @offsets(%x: tensor<1x4x5x5xf32>, %w: tensor<6x4x3x3xf32>, %o: tensor<1x9x3x3xf32>) -> tensor<1x6x3x3xf32> {
  %none = onnx.none
  // expected-error @below {{operand offset has extents [1, 9, 3, 3], expected [1, 18, 3, 3]}}
  // expected-error @below {{no lowering for 'onnx.DeformConv': its operands contradict one another}}
  %0 = onnx.DeformConv %x, %w, %o, %none, %none {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, group = 1 : si64, offset_group = 1 : si64}
     : (tensor<1x4x5x5xf32>, tensor<6x4x3x3xf32>, tensor<1x9x3x3xf32>, none, none) -> tensor<1x6x3x3xf32>
  return %0 : tensor<1x6x3x3xf32>
}
