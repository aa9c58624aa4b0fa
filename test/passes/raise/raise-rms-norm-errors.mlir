// RUN: fovea-opt %s --fovea-raise-rms-norm --split-input-file | FileCheck %s
//
// What resembles an RMSNormalization and is none stays as it is.

// The root of another tensor.

// CHECK-LABEL: func.func @other
// CHECK-NOT: onnx.RMSNormalization
// CHECK: onnx.Div
func.func @other(%x: tensor<2x5x8xf32>) -> tensor<2x5x8xf32> {
  %axes = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %two = onnx.Constant : tensor<f32> = dense<2.0> : tensor<f32>
  %eps = onnx.Constant : tensor<f32> = dense<1.0e-6> : tensor<f32>
  %scale = onnx.Constant : tensor<8xf32> = dense<3.0> : tensor<8xf32>
  %n = onnx.Neg %x : (tensor<2x5x8xf32>) -> tensor<2x5x8xf32>
  %p = onnx.Pow %x, %two : (tensor<2x5x8xf32>, tensor<f32>) -> tensor<2x5x8xf32>
  %m = onnx.ReduceMean %p, %axes : (tensor<2x5x8xf32>, tensor<1xi64>) -> tensor<2x5x1xf32>
  %e = onnx.Add %m, %eps : (tensor<2x5x1xf32>, tensor<f32>) -> tensor<2x5x1xf32>
  %s = onnx.Sqrt %e : (tensor<2x5x1xf32>) -> tensor<2x5x1xf32>
  %z = onnx.Div %n, %s : (tensor<2x5x8xf32>, tensor<2x5x1xf32>) -> tensor<2x5x8xf32>
  return %z : tensor<2x5x8xf32>
}

// -----

// A mean over another axis than the last.

// CHECK-LABEL: func.func @axis
// CHECK-NOT: onnx.RMSNormalization
// CHECK: onnx.Div
func.func @axis(%x: tensor<2x5x8xf32>) -> tensor<2x5x8xf32> {
  %axes = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %eps = onnx.Constant : tensor<f32> = dense<1.0e-6> : tensor<f32>
  %p = onnx.Mul %x, %x : (tensor<2x5x8xf32>, tensor<2x5x8xf32>) -> tensor<2x5x8xf32>
  %m = onnx.ReduceMean %p, %axes : (tensor<2x5x8xf32>, tensor<1xi64>) -> tensor<2x1x8xf32>
  %e = onnx.Add %eps, %m : (tensor<f32>, tensor<2x1x8xf32>) -> tensor<2x1x8xf32>
  %s = onnx.Sqrt %e : (tensor<2x1x8xf32>) -> tensor<2x1x8xf32>
  %z = onnx.Div %x, %s : (tensor<2x5x8xf32>, tensor<2x1x8xf32>) -> tensor<2x5x8xf32>
  return %z : tensor<2x5x8xf32>
}

// -----

// The inverse of a fourth root.

// CHECK-LABEL: func.func @exponent
// CHECK-NOT: onnx.RMSNormalization
// CHECK: onnx.Mul
func.func @exponent(%x: tensor<2x5x8xf32>) -> tensor<2x5x8xf32> {
  %axes = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %two = onnx.Constant : tensor<f32> = dense<2.0> : tensor<f32>
  %eps = onnx.Constant : tensor<f32> = dense<1.0e-6> : tensor<f32>
  %scale = onnx.Constant : tensor<8xf32> = dense<3.0> : tensor<8xf32>
  %q = onnx.Constant : tensor<f32> = dense<-0.25> : tensor<f32>
  %p = onnx.Pow %x, %two : (tensor<2x5x8xf32>, tensor<f32>) -> tensor<2x5x8xf32>
  %m = onnx.ReduceMean %p, %axes : (tensor<2x5x8xf32>, tensor<1xi64>) -> tensor<2x5x1xf32>
  %e = onnx.Add %m, %eps : (tensor<2x5x1xf32>, tensor<f32>) -> tensor<2x5x1xf32>
  %i = onnx.Pow %e, %q : (tensor<2x5x1xf32>, tensor<f32>) -> tensor<2x5x1xf32>
  %z = onnx.Mul %i, %x : (tensor<2x5x1xf32>, tensor<2x5x8xf32>) -> tensor<2x5x8xf32>
  return %z : tensor<2x5x8xf32>
}
