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

// expected-error @below {{input 'x' has no rank: give it a shape in the model}}
func.func @rank(%x: tensor<*xf32> {onnx.name = "x"}) -> tensor<*xf32> {
  return %x : tensor<*xf32>
}

// -----

// expected-error @below {{input #0 has no extent in dimension 1 and no name for it: give it one in the model}}
func.func @unnamed(%x: tensor<2x?xf32>) -> tensor<2x?xf32> {
  return %x : tensor<2x?xf32>
}
