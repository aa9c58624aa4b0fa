// RUN: fovea-opt %s --fovea-lower-onnx -verify-diagnostics -split-input-file

func.func @result(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x4x8x8xf32> {
  %none = onnx.none
  // expected-error @unknown {{no lowering for 'onnx.Conv' of node 'stem': result #0 is 'tensor<1x4x8x8xf32>', but the operands make 'tensor<1x4x6x6xf32>'}}
  %0 = onnx.Conv %x, %w, %none {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, group = 1 : si64}
     : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>, none) -> tensor<1x4x8x8xf32> loc("stem")
  return %0 : tensor<1x4x8x8xf32>
}
