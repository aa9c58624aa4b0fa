// RUN: fovea-opt %s --fovea-simplify-graph -verify-diagnostics -split-input-file

// Each dimension is reported once, by the name that --dim takes.
// expected-error @below {{input 'ids' has the dynamic dimension 'batch': fix it with --dim batch=<extent>}}
// expected-error @below {{input 'ids' has the dynamic dimension 'seq': fix it with --dim seq=<extent>}}
func.func @dims(%a: tensor<?x?xf32> {onnx.name = "ids", onnx.dim_names = ["batch", "seq"]}, %b: tensor<?x4xf32> {onnx.name = "mask", onnx.dim_names = ["batch", ""]}) -> tensor<?x?xf32> {
  %0 = onnx.Neg %a : (tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

func.func @computed(%x: tensor<3xf32>, %s: tensor<2xi64>) -> tensor<*xf32> {
  // expected-error @below {{has extents that depend on computed values: 'tensor<?x3xf32>'; only static shapes are compiled}}
  %0 = onnx.Expand %x, %s : (tensor<3xf32>, tensor<2xi64>) -> tensor<?x?xf32>
  %1 = onnx.Neg %0 : (tensor<?x?xf32>) -> tensor<*xf32>
  return %1 : tensor<*xf32>
}

// -----

// expected-error @below {{an input of type 'tensor<0x3xf32>' has no elements; every extent must be at least 1}}
func.func @empty_input(%x: tensor<0x3xf32> {onnx.name = "x"}) -> tensor<0x3xf32> {
  %0 = onnx.Relu %x : (tensor<0x3xf32>) -> tensor<0x3xf32>
  return %0 : tensor<0x3xf32>
}

// -----

func.func @empty_slice(%x: tensor<4xf32>) -> tensor<0xf32> {
  %two = onnx.Constant : tensor<1xi64> = dense<2> : tensor<1xi64>
  %zero = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %one = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  // expected-error @below {{makes a tensor without elements, which is not supported: 'tensor<0xf32>'}}
  %0 = onnx.Slice %x, %two, %two, %zero, %one : (tensor<4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<0xf32>
  %1 = onnx.Relu %0 : (tensor<0xf32>) -> tensor<0xf32>
  return %1 : tensor<0xf32>
}
