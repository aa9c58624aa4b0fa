// RUN: fovea-opt %s --fovea-lower-onnx -verify-diagnostics -split-input-file

func.func @batch(%x: tensor<2x3x4xf32>, %y: tensor<2x4x5xf32>) -> tensor<3x3x5xf32> {
  // expected-error @below {{no lowering for 'onnx.MatMul': result #0 is 'tensor<3x3x5xf32>', but the operands make 'tensor<2x3x5xf32>'}}
  %0 = onnx.MatMul %x, %y : (tensor<2x3x4xf32>, tensor<2x4x5xf32>) -> tensor<3x3x5xf32>
  return %0 : tensor<3x3x5xf32>
}
