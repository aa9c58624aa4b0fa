// RUN: fovea-opt %s --fovea-lower-onnx -verify-diagnostics -split-input-file

func.func @nothing(%x: tensor<0xf32>, %start: tensor<1xi64>, %end: tensor<1xi64>) -> tensor<2xf32> {
  %none = onnx.none
  // expected-error @below {{no lowering for 'onnx.Slice': there is nothing to slice in an empty tensor}}
  %0 = onnx.Slice %x, %start, %end, %none, %none : (tensor<0xf32>, tensor<1xi64>, tensor<1xi64>, none, none) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// -----

func.func @unresolved(%x: tensor<?xf32>, %s: tensor<2xi64>) -> tensor<?x2xf32> {
  // expected-error @unknown {{no lowering for 'onnx.Reshape' of node 'reshape_3': operand #0 is 'tensor<?xf32>'}}
  %0 = onnx.Reshape %x, %s : (tensor<?xf32>, tensor<2xi64>) -> tensor<?x2xf32> loc("reshape_3")
  return %0 : tensor<?x2xf32>
}
