// RUN: fovea-opt %s --fovea-raise-rms-norm --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @full
// CHECK-SAME: (%[[X:.+]]: tensor<2x5x8xf32>)
// CHECK: %[[SCALE:.+]] = onnx.Constant : tensor<8xf32> = dense<3.0
// CHECK-NOT: onnx.ReduceMean
// CHECK: %[[R:.+]] = onnx.RMSNormalization %[[X]], %[[SCALE]] {axis = 2 : si64, epsilon = 9.99999997E-7 : f32}
// CHECK: return %[[R]]
func.func @full(%x: tensor<2x5x8xf32>) -> tensor<2x5x8xf32> {
  %axes = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %two = onnx.Constant : tensor<f32> = dense<2.0> : tensor<f32>
  %eps = onnx.Constant : tensor<f32> = dense<1.0e-6> : tensor<f32>
  %scale = onnx.Constant : tensor<8xf32> = dense<3.0> : tensor<8xf32>
  %p = onnx.Pow %x, %two : (tensor<2x5x8xf32>, tensor<f32>) -> tensor<2x5x8xf32>
  %m = onnx.ReduceMean %p, %axes : (tensor<2x5x8xf32>, tensor<1xi64>) -> tensor<2x5x1xf32>
  %e = onnx.Add %m, %eps : (tensor<2x5x1xf32>, tensor<f32>) -> tensor<2x5x1xf32>
  %s = onnx.Sqrt %e : (tensor<2x5x1xf32>) -> tensor<2x5x1xf32>
  %d = onnx.Div %x, %s : (tensor<2x5x8xf32>, tensor<2x5x1xf32>) -> tensor<2x5x8xf32>
  %z = onnx.Mul %scale, %d : (tensor<8xf32>, tensor<2x5x8xf32>) -> tensor<2x5x8xf32>
  return %z : tensor<2x5x8xf32>
}

// -----

// A square as a product, a reciprocal, no scale.

// CHECK-LABEL: func.func @reciprocal
// CHECK-NOT: onnx.ReduceMean
// CHECK: onnx.RMSNormalization
func.func @reciprocal(%x: tensor<2x5x8xf32>) -> tensor<2x5x8xf32> {
  %axes = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %two = onnx.Constant : tensor<f32> = dense<2.0> : tensor<f32>
  %eps = onnx.Constant : tensor<f32> = dense<1.0e-6> : tensor<f32>
  %scale = onnx.Constant : tensor<8xf32> = dense<3.0> : tensor<8xf32>
  %p = onnx.Mul %x, %x : (tensor<2x5x8xf32>, tensor<2x5x8xf32>) -> tensor<2x5x8xf32>
  %m = onnx.ReduceMean %p, %axes : (tensor<2x5x8xf32>, tensor<1xi64>) -> tensor<2x5x1xf32>
  %e = onnx.Add %eps, %m : (tensor<f32>, tensor<2x5x1xf32>) -> tensor<2x5x1xf32>
  %s = onnx.Sqrt %e : (tensor<2x5x1xf32>) -> tensor<2x5x1xf32>
  %i = onnx.Reciprocal %s : (tensor<2x5x1xf32>) -> tensor<2x5x1xf32>
  %z = onnx.Mul %x, %i : (tensor<2x5x8xf32>, tensor<2x5x1xf32>) -> tensor<2x5x8xf32>
  return %z : tensor<2x5x8xf32>
}

// -----

// A power instead of root and quotient.

// CHECK-LABEL: func.func @power
// CHECK-NOT: onnx.ReduceMean
// CHECK: onnx.RMSNormalization
func.func @power(%x: tensor<2x5x8xf32>) -> tensor<2x5x8xf32> {
  %axes = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %two = onnx.Constant : tensor<f32> = dense<2.0> : tensor<f32>
  %eps = onnx.Constant : tensor<f32> = dense<1.0e-6> : tensor<f32>
  %scale = onnx.Constant : tensor<8xf32> = dense<3.0> : tensor<8xf32>
  %half = onnx.Constant : tensor<f32> = dense<-0.5> : tensor<f32>
  %p = onnx.Pow %x, %two : (tensor<2x5x8xf32>, tensor<f32>) -> tensor<2x5x8xf32>
  %m = onnx.ReduceMean %p, %axes : (tensor<2x5x8xf32>, tensor<1xi64>) -> tensor<2x5x1xf32>
  %e = onnx.Add %m, %eps : (tensor<2x5x1xf32>, tensor<f32>) -> tensor<2x5x1xf32>
  %i = onnx.Pow %e, %half : (tensor<2x5x1xf32>, tensor<f32>) -> tensor<2x5x1xf32>
  %z = onnx.Mul %i, %x : (tensor<2x5x1xf32>, tensor<2x5x8xf32>) -> tensor<2x5x8xf32>
  return %z : tensor<2x5x8xf32>
}

// -----

// Computed in f32 for f16: the casts stay around it.

// CHECK-LABEL: func.func @cast
// CHECK: %[[F:.+]] = onnx.Cast %{{.+}} {to = f32}
// CHECK: onnx.RMSNormalization %[[F]], %{{.+}} {{.*}} : (tensor<2x5x8xf32>, tensor<8xf32>)
func.func @cast(%h: tensor<2x5x8xf16>) -> tensor<2x5x8xf16> {
  %axes = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %two = onnx.Constant : tensor<f32> = dense<2.0> : tensor<f32>
  %eps = onnx.Constant : tensor<f32> = dense<1.0e-6> : tensor<f32>
  %x = onnx.Cast %h {to = f32} : (tensor<2x5x8xf16>) -> tensor<2x5x8xf32>
  %p = onnx.Pow %x, %two : (tensor<2x5x8xf32>, tensor<f32>) -> tensor<2x5x8xf32>
  %m = onnx.ReduceMean %p, %axes : (tensor<2x5x8xf32>, tensor<1xi64>) -> tensor<2x5x1xf32>
  %e = onnx.Add %m, %eps : (tensor<2x5x1xf32>, tensor<f32>) -> tensor<2x5x1xf32>
  %s = onnx.Sqrt %e : (tensor<2x5x1xf32>) -> tensor<2x5x1xf32>
  %d = onnx.Div %x, %s : (tensor<2x5x8xf32>, tensor<2x5x1xf32>) -> tensor<2x5x8xf32>
  %z = onnx.Cast %d {to = f16} : (tensor<2x5x8xf32>) -> tensor<2x5x8xf16>
  return %z : tensor<2x5x8xf16>
}
