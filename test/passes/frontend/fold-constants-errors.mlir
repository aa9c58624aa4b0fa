// RUN: fovea-opt %s --fovea-fold-constants -verify-diagnostics

func.func @index() -> tensor<f32> {
  %a = onnx.Constant : tensor<2xf32> = dense<[1.0, 2.0]> : tensor<2xf32>
  %i = onnx.Constant : tensor<i64> = dense<2> : tensor<i64>
  // expected-error @below {{reads index 2 of 2 along its axis}}
  %0 = onnx.Gather %a, %i {axis = 0 : si64} : (tensor<2xf32>, tensor<i64>) -> tensor<f32>
  return %0 : tensor<f32>
}
