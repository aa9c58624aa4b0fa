// RUN: fovea-opt %s --fovea-lower-onnx -verify-diagnostics -split-input-file

func.func @unknown_axes(%x: tensor<2x3xf32>, %axes: tensor<1xi64>) -> tensor<2x3xf32> {
  // expected-error @unknown {{no lowering for 'onnx.ReduceSum' of node 'sum_1': which axes are reduced cannot be told from the shape of the result; make the axes constant}}
  %0 = onnx.ReduceSum %x, %axes : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<2x3xf32> loc("sum_1")
  return %0 : tensor<2x3xf32>
}
