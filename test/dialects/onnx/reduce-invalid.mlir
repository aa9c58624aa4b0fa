// RUN: fovea-opt %s --fovea-infer-shapes -verify-diagnostics -split-input-file

func.func @twice(%a: tensor<2x3xf32>) {
  %none = onnx.none
  %s = onnx.Constant : tensor<2xi64> = dense<[1, -1]> : tensor<2xi64>
  // expected-error @below {{names axis 1 twice}}
  %0 = onnx.ReduceSum %a, %s : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @least_of_nothing(%x: tensor<2x0xf32>) {
  // expected-error @below {{operand x [2, 0] has nothing along axis 1}}
  %0 = onnx.ArgMin %x {axis = 1 : si64} : (tensor<2x0xf32>) -> tensor<*xi64>
  return
}

// -----

func.func @reduced_axis(%a: tensor<2x3xf32>) {
  %b = onnx.Constant : tensor<1xi64> = dense<-3> : tensor<1xi64>
  // expected-error @below {{axis -3 is outside [-2, 2), the dimensions of a tensor of rank 2}}
  %0 = onnx.ReduceSum %a, %b : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @scalar_axis(%a: tensor<f32>) {
  // expected-error @below {{axis 0 is outside [0, 0), the dimensions of a tensor of rank 0}}
  %0 = onnx.ArgMax %a : (tensor<f32>) -> tensor<*xi64>
  return
}
