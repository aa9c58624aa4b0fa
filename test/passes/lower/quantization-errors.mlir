// RUN: fovea-opt %s --fovea-lower-onnx -verify-diagnostics -split-input-file

func.func @axis(%x: tensor<2x3xi8>, %scale: tensor<4xf32>) -> tensor<2x3xf32> {
  %none = onnx.none
  // expected-error @below {{scale has shape [4], expected one element or [3]}}
  // expected-error @below {{no lowering for 'onnx.DequantizeLinear': its operands contradict one another}}
  %0 = onnx.DequantizeLinear %x, %scale, %none {axis = 1 : si64, block_size = 0 : si64, to = f32} : (tensor<2x3xi8>, tensor<4xf32>, none) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// -----

func.func @blocks(%x: tensor<2x6xf32>, %scale: tensor<2x2xf32>) -> tensor<2x6xi8> {
  %none = onnx.none
  // expected-error @below {{scale has shape [2, 2], expected the shape of x, [2, 6], with one for each 2 along dimension 1}}
  // expected-error @below {{no lowering for 'onnx.QuantizeLinear': its operands contradict one another}}
  %0 = onnx.QuantizeLinear %x, %scale, %none {axis = -1 : si64, block_size = 2 : si64, to = i8, precision = f32} : (tensor<2x6xf32>, tensor<2x2xf32>, none) -> tensor<2x6xi8>
  return %0 : tensor<2x6xi8>
}
