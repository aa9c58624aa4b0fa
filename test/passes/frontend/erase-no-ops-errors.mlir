// RUN: fovea-opt %s --fovea-erase-no-ops --split-input-file | FileCheck %s

// What looks like nothing but is something.
// CHECK-LABEL: func.func @kept
func.func @kept(%x: tensor<2x2xf32>, %d: tensor<?xf32>) -> (tensor<2x2xf32>, tensor<?xf32>) {
  %none = onnx.none
  %zero = onnx.Constant : tensor<f32> = dense<0.0> : tensor<f32>
  %minus_zero = onnx.Constant : tensor<f32> = dense<-0.0> : tensor<f32>
  %start = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %end = onnx.Constant : tensor<1xi64> = dense<-9223372036854775808> : tensor<1xi64>
  %axis = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %flat = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  // -0 + 0 is 0, and -0 - (-0) is too.
  // CHECK: onnx.Add
  %0 = onnx.Add %x, %zero : (tensor<2x2xf32>, tensor<f32>) -> tensor<2x2xf32>
  // CHECK: onnx.Sub
  %1 = onnx.Sub %0, %minus_zero : (tensor<2x2xf32>, tensor<f32>) -> tensor<2x2xf32>
  // The same type in another order.
  // CHECK: onnx.Transpose
  %2 = onnx.Transpose %1 {permutation = array<i64>} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  // CHECK: onnx.Slice
  %3 = onnx.Slice %2, %start, %end, %axis, %start : (tensor<2x2xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<2x2xf32>
  // Unknown extents may differ.
  // CHECK: onnx.Expand
  %4 = onnx.Expand %d, %flat : (tensor<?xf32>, tensor<1xi64>) -> tensor<?xf32>
  return %3, %4 : tensor<2x2xf32>, tensor<?xf32>
}
