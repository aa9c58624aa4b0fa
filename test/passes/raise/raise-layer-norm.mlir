// RUN: fovea-opt %s --fovea-raise-layer-norm --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @full
// CHECK-SAME: (%[[X:.+]]: tensor<2x5x8xf32>)
// CHECK: %[[SCALE:.+]] = onnx.Constant : tensor<8xf32> = dense<2.0
// CHECK: %[[BIAS:.+]] = onnx.Constant : tensor<8xf32> = dense<3.0
// CHECK-NOT: onnx.ReduceMean
// CHECK: %[[R:.+]] = onnx.LayerNormalization %[[X]], %[[SCALE]], %[[BIAS]] {axis = 2 : si64, epsilon = 9.99999974E-6 : f32}
// CHECK: return %[[R]]
func.func @full(%x: tensor<2x5x8xf32>) -> tensor<2x5x8xf32> {
  %axes = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %two = onnx.Constant : tensor<f32> = dense<2.0> : tensor<f32>
  %eps = onnx.Constant : tensor<f32> = dense<1.0e-5> : tensor<f32>
  %scale = onnx.Constant : tensor<8xf32> = dense<2.0> : tensor<8xf32>
  %bias = onnx.Constant : tensor<8xf32> = dense<3.0> : tensor<8xf32>
  %m = onnx.ReduceMean %x, %axes : (tensor<2x5x8xf32>, tensor<1xi64>) -> tensor<2x5x1xf32>
  %c = onnx.Sub %x, %m : (tensor<2x5x8xf32>, tensor<2x5x1xf32>) -> tensor<2x5x8xf32>
  %p = onnx.Pow %c, %two : (tensor<2x5x8xf32>, tensor<f32>) -> tensor<2x5x8xf32>
  %v = onnx.ReduceMean %p, %axes : (tensor<2x5x8xf32>, tensor<1xi64>) -> tensor<2x5x1xf32>
  %e = onnx.Add %v, %eps : (tensor<2x5x1xf32>, tensor<f32>) -> tensor<2x5x1xf32>
  %s = onnx.Sqrt %e : (tensor<2x5x1xf32>) -> tensor<2x5x1xf32>
  %d = onnx.Div %c, %s : (tensor<2x5x8xf32>, tensor<2x5x1xf32>) -> tensor<2x5x8xf32>
  %y = onnx.Mul %d, %scale : (tensor<2x5x8xf32>, tensor<8xf32>) -> tensor<2x5x8xf32>
  %z = onnx.Add %bias, %y : (tensor<8xf32>, tensor<2x5x8xf32>) -> tensor<2x5x8xf32>
  return %z : tensor<2x5x8xf32>
}

// -----

// Reciprocal and product, square as product, two trailing axes, no scale and no bias.

// CHECK-LABEL: func.func @reciprocal
// CHECK: %[[ONES:.+]] = onnx.Constant : tensor<5x8xf32> = dense<1.0
// CHECK: onnx.LayerNormalization %arg0, %[[ONES]], %{{.+}} {axis = 1 : si64
func.func @reciprocal(%x: tensor<2x5x8xf32>) -> tensor<2x5x8xf32> {
  %axes = onnx.Constant : tensor<2xi64> = dense<[1, 2]> : tensor<2xi64>
  %eps = onnx.Constant : tensor<f32> = dense<1.0e-5> : tensor<f32>
  %m = onnx.ReduceMean %x, %axes : (tensor<2x5x8xf32>, tensor<2xi64>) -> tensor<2x1x1xf32>
  %c = onnx.Sub %x, %m : (tensor<2x5x8xf32>, tensor<2x1x1xf32>) -> tensor<2x5x8xf32>
  %p = onnx.Mul %c, %c : (tensor<2x5x8xf32>, tensor<2x5x8xf32>) -> tensor<2x5x8xf32>
  %v = onnx.ReduceMean %p, %axes : (tensor<2x5x8xf32>, tensor<2xi64>) -> tensor<2x1x1xf32>
  %e = onnx.Add %eps, %v : (tensor<f32>, tensor<2x1x1xf32>) -> tensor<2x1x1xf32>
  %s = onnx.Sqrt %e : (tensor<2x1x1xf32>) -> tensor<2x1x1xf32>
  %r = onnx.Reciprocal %s : (tensor<2x1x1xf32>) -> tensor<2x1x1xf32>
  %d = onnx.Mul %c, %r : (tensor<2x5x8xf32>, tensor<2x1x1xf32>) -> tensor<2x5x8xf32>
  return %d : tensor<2x5x8xf32>
}

// -----

// The scale is part of the reciprocal, and the mean of the bias: TensorFlow's batch normalization over rows.

// CHECK-LABEL: func.func @distributed
// CHECK: %[[SCALE:.+]] = onnx.Constant : tensor<8xf32> = dense<3.0
// CHECK: %[[BIAS:.+]] = onnx.Constant : tensor<8xf32> = dense<4.0
// CHECK-NOT: onnx.ReduceMean
// CHECK: onnx.LayerNormalization %{{.+}}, %[[SCALE]], %[[BIAS]] {axis = 2 : si64, epsilon = 9.99999997E-7 : f32}
func.func @distributed(%x: tensor<2x5x8xf32>) -> tensor<2x5x8xf32> {
  %axes = onnx.Constant : tensor<1xi64> = dense<2> : tensor<1xi64>
  %two = onnx.Constant : tensor<f32> = dense<2.0> : tensor<f32>
  %eps = onnx.Constant : tensor<f32> = dense<1.0e-6> : tensor<f32>
  %scale = onnx.Constant : tensor<8xf32> = dense<3.0> : tensor<8xf32>
  %bias = onnx.Constant : tensor<8xf32> = dense<4.0> : tensor<8xf32>
  %m = onnx.ReduceMean %x, %axes : (tensor<2x5x8xf32>, tensor<1xi64>) -> tensor<2x5x1xf32>
  %c = onnx.Sub %x, %m : (tensor<2x5x8xf32>, tensor<2x5x1xf32>) -> tensor<2x5x8xf32>
  %p = onnx.Pow %c, %two : (tensor<2x5x8xf32>, tensor<f32>) -> tensor<2x5x8xf32>
  %v = onnx.ReduceMean %p, %axes : (tensor<2x5x8xf32>, tensor<1xi64>) -> tensor<2x5x1xf32>
  %e = onnx.Add %v, %eps : (tensor<2x5x1xf32>, tensor<f32>) -> tensor<2x5x1xf32>
  %s = onnx.Sqrt %e : (tensor<2x5x1xf32>) -> tensor<2x5x1xf32>
  %i = onnx.Reciprocal %s : (tensor<2x5x1xf32>) -> tensor<2x5x1xf32>
  %g = onnx.Mul %i, %scale : (tensor<2x5x1xf32>, tensor<8xf32>) -> tensor<2x5x8xf32>
  %a = onnx.Mul %x, %g : (tensor<2x5x8xf32>, tensor<2x5x8xf32>) -> tensor<2x5x8xf32>
  %b = onnx.Mul %m, %g : (tensor<2x5x1xf32>, tensor<2x5x8xf32>) -> tensor<2x5x8xf32>
  %r = onnx.Sub %bias, %b : (tensor<8xf32>, tensor<2x5x8xf32>) -> tensor<2x5x8xf32>
  %y = onnx.Add %a, %r : (tensor<2x5x8xf32>, tensor<2x5x8xf32>) -> tensor<2x5x8xf32>
  return %y : tensor<2x5x8xf32>
}

// -----

// The scale is part of the reciprocal, in front of the centered rows.

// CHECK-LABEL: func.func @scaled_reciprocal
// CHECK-NOT: onnx.ReduceMean
// CHECK: onnx.LayerNormalization
func.func @scaled_reciprocal(%x: tensor<2x5x8xf32>) -> tensor<2x5x8xf32> {
  %axes = onnx.Constant : tensor<1xi64> = dense<2> : tensor<1xi64>
  %two = onnx.Constant : tensor<f32> = dense<2.0> : tensor<f32>
  %eps = onnx.Constant : tensor<f32> = dense<1.0e-6> : tensor<f32>
  %scale = onnx.Constant : tensor<8xf32> = dense<3.0> : tensor<8xf32>
  %m = onnx.ReduceMean %x, %axes : (tensor<2x5x8xf32>, tensor<1xi64>) -> tensor<2x5x1xf32>
  %c = onnx.Sub %x, %m : (tensor<2x5x8xf32>, tensor<2x5x1xf32>) -> tensor<2x5x8xf32>
  %p = onnx.Pow %c, %two : (tensor<2x5x8xf32>, tensor<f32>) -> tensor<2x5x8xf32>
  %v = onnx.ReduceMean %p, %axes : (tensor<2x5x8xf32>, tensor<1xi64>) -> tensor<2x5x1xf32>
  %e = onnx.Add %v, %eps : (tensor<2x5x1xf32>, tensor<f32>) -> tensor<2x5x1xf32>
  %s = onnx.Sqrt %e : (tensor<2x5x1xf32>) -> tensor<2x5x1xf32>
  %i = onnx.Reciprocal %s : (tensor<2x5x1xf32>) -> tensor<2x5x1xf32>
  %g = onnx.Mul %i, %scale : (tensor<2x5x1xf32>, tensor<8xf32>) -> tensor<2x5x8xf32>
  %y = onnx.Mul %g, %c : (tensor<2x5x8xf32>, tensor<2x5x8xf32>) -> tensor<2x5x8xf32>
  return %y : tensor<2x5x8xf32>
}
