// RUN: fovea-opt %s --fovea-raise-layer-norm --split-input-file | FileCheck %s
//
// What resembles a LayerNormalization and is none stays as it is.

// The axis is not the last: a norm over channels of another layout is one kernel as it is.

// CHECK-LABEL: func.func @leading_axis
// CHECK-NOT: onnx.LayerNormalization
// CHECK: onnx.Div
func.func @leading_axis(%x: tensor<2x5x8xf32>) -> tensor<2x5x8xf32> {
  %axes = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %two = onnx.Constant : tensor<f32> = dense<2.0> : tensor<f32>
  %eps = onnx.Constant : tensor<f32> = dense<1.0e-5> : tensor<f32>
  %m = onnx.ReduceMean %x, %axes : (tensor<2x5x8xf32>, tensor<1xi64>) -> tensor<2x1x8xf32>
  %c = onnx.Sub %x, %m : (tensor<2x5x8xf32>, tensor<2x1x8xf32>) -> tensor<2x5x8xf32>
  %p = onnx.Pow %c, %two : (tensor<2x5x8xf32>, tensor<f32>) -> tensor<2x5x8xf32>
  %v = onnx.ReduceMean %p, %axes : (tensor<2x5x8xf32>, tensor<1xi64>) -> tensor<2x1x8xf32>
  %e = onnx.Add %v, %eps : (tensor<2x1x8xf32>, tensor<f32>) -> tensor<2x1x8xf32>
  %s = onnx.Sqrt %e : (tensor<2x1x8xf32>) -> tensor<2x1x8xf32>
  %d = onnx.Div %c, %s : (tensor<2x5x8xf32>, tensor<2x1x8xf32>) -> tensor<2x5x8xf32>
  return %d : tensor<2x5x8xf32>
}

// -----

// The variance is a difference of means: it is computed as the model says, whatever cancels.

// CHECK-LABEL: func.func @one_pass
// CHECK-NOT: onnx.LayerNormalization
// CHECK: onnx.Mul
func.func @one_pass(%x: tensor<2x5x8xf32>) -> tensor<2x5x8xf32> {
  %axes = onnx.Constant : tensor<1xi64> = dense<2> : tensor<1xi64>
  %two = onnx.Constant : tensor<f32> = dense<2.0> : tensor<f32>
  %eps = onnx.Constant : tensor<f32> = dense<1.0e-6> : tensor<f32>
  %m = onnx.ReduceMean %x, %axes : (tensor<2x5x8xf32>, tensor<1xi64>) -> tensor<2x5x1xf32>
  %c = onnx.Sub %x, %m : (tensor<2x5x8xf32>, tensor<2x5x1xf32>) -> tensor<2x5x8xf32>
  %p = onnx.Pow %x, %two : (tensor<2x5x8xf32>, tensor<f32>) -> tensor<2x5x8xf32>
  %q = onnx.ReduceMean %p, %axes : (tensor<2x5x8xf32>, tensor<1xi64>) -> tensor<2x5x1xf32>
  %n = onnx.Mul %m, %m : (tensor<2x5x1xf32>, tensor<2x5x1xf32>) -> tensor<2x5x1xf32>
  %v = onnx.Sub %q, %n : (tensor<2x5x1xf32>, tensor<2x5x1xf32>) -> tensor<2x5x1xf32>
  %e = onnx.Add %v, %eps : (tensor<2x5x1xf32>, tensor<f32>) -> tensor<2x5x1xf32>
  %s = onnx.Sqrt %e : (tensor<2x5x1xf32>) -> tensor<2x5x1xf32>
  %i = onnx.Reciprocal %s : (tensor<2x5x1xf32>) -> tensor<2x5x1xf32>
  %y = onnx.Mul %c, %i : (tensor<2x5x8xf32>, tensor<2x5x1xf32>) -> tensor<2x5x8xf32>
  return %y : tensor<2x5x8xf32>
}

// -----

// A scale along another dimension than the normalised one is no scale of the norm.

// CHECK-LABEL: func.func @other_scale
// CHECK: onnx.LayerNormalization %{{.+}}, %[[ONES:.+]], %
// CHECK: onnx.Mul
func.func @other_scale(%x: tensor<2x5x8xf32>) -> tensor<2x5x8xf32> {
  %axes = onnx.Constant : tensor<1xi64> = dense<2> : tensor<1xi64>
  %two = onnx.Constant : tensor<f32> = dense<2.0> : tensor<f32>
  %eps = onnx.Constant : tensor<f32> = dense<1.0e-6> : tensor<f32>
  %scale = onnx.Constant : tensor<5x1xf32> = dense<3.0> : tensor<5x1xf32>
  %m = onnx.ReduceMean %x, %axes : (tensor<2x5x8xf32>, tensor<1xi64>) -> tensor<2x5x1xf32>
  %c = onnx.Sub %x, %m : (tensor<2x5x8xf32>, tensor<2x5x1xf32>) -> tensor<2x5x8xf32>
  %p = onnx.Pow %c, %two : (tensor<2x5x8xf32>, tensor<f32>) -> tensor<2x5x8xf32>
  %v = onnx.ReduceMean %p, %axes : (tensor<2x5x8xf32>, tensor<1xi64>) -> tensor<2x5x1xf32>
  %e = onnx.Add %v, %eps : (tensor<2x5x1xf32>, tensor<f32>) -> tensor<2x5x1xf32>
  %s = onnx.Sqrt %e : (tensor<2x5x1xf32>) -> tensor<2x5x1xf32>
  %d = onnx.Div %c, %s : (tensor<2x5x8xf32>, tensor<2x5x1xf32>) -> tensor<2x5x8xf32>
  %y = onnx.Mul %d, %scale : (tensor<2x5x8xf32>, tensor<5x1xf32>) -> tensor<2x5x8xf32>
  return %y : tensor<2x5x8xf32>
}

// -----

// The mean that is subtracted runs over another dimension.

// CHECK-LABEL: func.func @other_mean
// CHECK-NOT: onnx.LayerNormalization
// CHECK: onnx.Div
func.func @other_mean(%x: tensor<2x5x5xf32>) -> tensor<2x5x5xf32> {
  %axes = onnx.Constant : tensor<1xi64> = dense<2> : tensor<1xi64>
  %two = onnx.Constant : tensor<f32> = dense<2.0> : tensor<f32>
  %eps = onnx.Constant : tensor<f32> = dense<1.0e-6> : tensor<f32>
  %one = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %o = onnx.ReduceMean %x, %one : (tensor<2x5x5xf32>, tensor<1xi64>) -> tensor<2x1x5xf32>
  %d = onnx.Sub %x, %o : (tensor<2x5x5xf32>, tensor<2x1x5xf32>) -> tensor<2x5x5xf32>
  %m = onnx.ReduceMean %x, %axes : (tensor<2x5x5xf32>, tensor<1xi64>) -> tensor<2x5x1xf32>
  %c = onnx.Sub %x, %m : (tensor<2x5x5xf32>, tensor<2x5x1xf32>) -> tensor<2x5x5xf32>
  %p = onnx.Pow %c, %two : (tensor<2x5x5xf32>, tensor<f32>) -> tensor<2x5x5xf32>
  %v = onnx.ReduceMean %p, %axes : (tensor<2x5x5xf32>, tensor<1xi64>) -> tensor<2x5x1xf32>
  %e = onnx.Add %v, %eps : (tensor<2x5x1xf32>, tensor<f32>) -> tensor<2x5x1xf32>
  %s = onnx.Sqrt %e : (tensor<2x5x1xf32>) -> tensor<2x5x1xf32>
  %y = onnx.Div %d, %s : (tensor<2x5x5xf32>, tensor<2x5x1xf32>) -> tensor<2x5x5xf32>
  return %y : tensor<2x5x5xf32>
}

// -----

// Cubed is not squared, and the variance of another tensor is not this one's.

// CHECK-LABEL: func.func @other_functions
// CHECK-NOT: onnx.LayerNormalization
// CHECK: return
func.func @other_functions(%x: tensor<5x8xf32>, %w: tensor<5x8xf32>) -> (tensor<5x8xf32>, tensor<5x8xf32>) {
  %axes = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %two = onnx.Constant : tensor<f32> = dense<2.0> : tensor<f32>
  %three = onnx.Constant : tensor<f32> = dense<3.0> : tensor<f32>
  %eps = onnx.Constant : tensor<f32> = dense<1.0e-5> : tensor<f32>
  %m = onnx.ReduceMean %x, %axes : (tensor<5x8xf32>, tensor<1xi64>) -> tensor<5x1xf32>
  %c = onnx.Sub %x, %m : (tensor<5x8xf32>, tensor<5x1xf32>) -> tensor<5x8xf32>
  %p = onnx.Pow %c, %three : (tensor<5x8xf32>, tensor<f32>) -> tensor<5x8xf32>
  %v = onnx.ReduceMean %p, %axes : (tensor<5x8xf32>, tensor<1xi64>) -> tensor<5x1xf32>
  %e = onnx.Add %v, %eps : (tensor<5x1xf32>, tensor<f32>) -> tensor<5x1xf32>
  %s = onnx.Sqrt %e : (tensor<5x1xf32>) -> tensor<5x1xf32>
  %d = onnx.Div %c, %s : (tensor<5x8xf32>, tensor<5x1xf32>) -> tensor<5x8xf32>
  %m2 = onnx.ReduceMean %w, %axes : (tensor<5x8xf32>, tensor<1xi64>) -> tensor<5x1xf32>
  %c2 = onnx.Sub %w, %m2 : (tensor<5x8xf32>, tensor<5x1xf32>) -> tensor<5x8xf32>
  %p2 = onnx.Pow %c2, %two : (tensor<5x8xf32>, tensor<f32>) -> tensor<5x8xf32>
  %v2 = onnx.ReduceMean %p2, %axes : (tensor<5x8xf32>, tensor<1xi64>) -> tensor<5x1xf32>
  %e2 = onnx.Add %v2, %eps : (tensor<5x1xf32>, tensor<f32>) -> tensor<5x1xf32>
  %s2 = onnx.Sqrt %e2 : (tensor<5x1xf32>) -> tensor<5x1xf32>
  %d2 = onnx.Div %c, %s2 : (tensor<5x8xf32>, tensor<5x1xf32>) -> tensor<5x8xf32>
  return %d, %d2 : tensor<5x8xf32>, tensor<5x8xf32>
}
