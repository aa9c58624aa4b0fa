// RUN: fovea-opt %s --fovea-infer-shapes | FileCheck %s

// What the ops that pad, scatter, select and order infer.

// CHECK-LABEL: func.func @inferred
func.func @inferred(%x: tensor<2x?x4xf32>, %i: tensor<3x5xi64>, %c: tensor<?xi1>) {
  %none = onnx.none
  %pads = onnx.Constant : tensor<2xi64> = dense<[1, -2]> : tensor<2xi64>
  %axes = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  // CHECK: onnx.Pad {{.*}} -> tensor<2x?x3xf32>
  %0 = onnx.Pad %x, %pads, %none, %axes {mode = "edge"} : (tensor<2x?x4xf32>, tensor<2xi64>, none, tensor<1xi64>) -> tensor<*xf32>
  %depth = onnx.Constant : tensor<i64> = dense<7> : tensor<i64>
  %values = onnx.Constant : tensor<2xf16> = dense<1.0> : tensor<2xf16>
  // CHECK: onnx.OneHot {{.*}} -> tensor<3x7x5xf16>
  %1 = onnx.OneHot %i, %depth, %values {axis = 1 : si64} : (tensor<3x5xi64>, tensor<i64>, tensor<2xf16>) -> tensor<*xf16>
  %k = onnx.Constant : tensor<1xi64> = dense<2> : tensor<1xi64>
  // CHECK: onnx.TopK {{.*}} -> (tensor<2x?x2xf32>, tensor<2x?x2xi64>)
  %2:2 = onnx.TopK %x, %k {axis = -1 : si64} : (tensor<2x?x4xf32>, tensor<1xi64>) -> (tensor<*xf32>, tensor<*xi64>)
  // CHECK: onnx.NonZero {{.*}} -> tensor<3x?xi64>
  %3 = onnx.NonZero %x : (tensor<2x?x4xf32>) -> tensor<*xi64>
  // CHECK: onnx.Compress {{.*}} -> tensor<2x?x?xf32>
  %4 = onnx.Compress %x, %c {axis = 2 : si64} : (tensor<2x?x4xf32>, tensor<?xi1>) -> tensor<*xf32>
  // The number of distinct slices that one result states holds for all.
  // CHECK: onnx.Unique {{.*}} -> (tensor<2x?x3xf32>, none, tensor<4xi64>, tensor<3xi64>)
  %5:4 = onnx.Unique %x {axis = 2 : si64} : (tensor<2x?x4xf32>) -> (tensor<*xf32>, none, tensor<*xi64>, tensor<3xi64>)
  return
}

