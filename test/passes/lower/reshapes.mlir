// RUN: fovea-opt %s --fovea-lower-onnx | FileCheck %s

// CHECK-LABEL: func.func @merge
func.func @merge(%x: tensor<2x3x4xf32>, %s: tensor<2xi64>) -> tensor<6x4xf32> {
  // CHECK-NEXT: tensor.collapse_shape %{{.*}} {{\[}}[0, 1], [2]] : tensor<2x3x4xf32> into tensor<6x4xf32>
  // CHECK-NEXT: return
  %0 = onnx.Reshape %x, %s : (tensor<2x3x4xf32>, tensor<2xi64>) -> tensor<6x4xf32>
  return %0 : tensor<6x4xf32>
}

// CHECK-LABEL: func.func @split_heads
func.func @split_heads(%x: tensor<1x197x768xf32>, %s: tensor<4xi64>) -> tensor<1x197x12x64xf32> {
  // CHECK-NEXT: tensor.expand_shape %{{.*}} {{\[}}[0], [1], [2, 3]] output_shape [1, 197, 12, 64]
  // CHECK-NEXT: return
  %0 = onnx.Reshape %x, %s : (tensor<1x197x768xf32>, tensor<4xi64>) -> tensor<1x197x12x64xf32>
  return %0 : tensor<1x197x12x64xf32>
}

// Only what both shapes do not share is merged: the last dimension stays.
// CHECK-LABEL: func.func @regroup
func.func @regroup(%x: tensor<4x6x5xf32>, %s: tensor<3xi64>) -> tensor<3x8x5xf32> {
  // CHECK-NEXT: %[[C:.*]] = tensor.collapse_shape %{{.*}} {{\[}}[0, 1], [2]] : tensor<4x6x5xf32> into tensor<24x5xf32>
  // CHECK-NEXT: tensor.expand_shape %[[C]] {{\[}}[0, 1], [2]] output_shape [3, 8, 5]
  %0 = onnx.Reshape %x, %s : (tensor<4x6x5xf32>, tensor<3xi64>) -> tensor<3x8x5xf32>
  return %0 : tensor<3x8x5xf32>
}

// CHECK-LABEL: func.func @ones
func.func @ones(%x: tensor<1x1xf32>, %axes: tensor<2xi64>) -> (tensor<f32>, tensor<1x1xf32>) {
  // CHECK-NEXT: %[[S:.*]] = tensor.collapse_shape %{{.*}} [] : tensor<1x1xf32> into tensor<f32>
  %0 = onnx.Squeeze %x, %axes : (tensor<1x1xf32>, tensor<2xi64>) -> tensor<f32>
  // CHECK-NEXT: tensor.expand_shape %[[S]] [] output_shape [1, 1]
  %1 = onnx.Unsqueeze %0, %axes : (tensor<f32>, tensor<2xi64>) -> tensor<1x1xf32>
  return %0, %1 : tensor<f32>, tensor<1x1xf32>
}

// CHECK-LABEL: func.func @same
// CHECK-SAME:  (%[[X:.*]]: tensor<2x3xf32>)
func.func @same(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  // CHECK-NEXT: return %[[X]]
  %0 = onnx.Flatten %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// CHECK-LABEL: func.func @empty
func.func @empty(%x: tensor<0x3xf32>, %s: tensor<2xi64>) -> tensor<3x0xf32> {
  // CHECK-NEXT: tensor.empty() : tensor<3x0xf32>
  %0 = onnx.Reshape %x, %s {allowzero = true} : (tensor<0x3xf32>, tensor<2xi64>) -> tensor<3x0xf32>
  return %0 : tensor<3x0xf32>
}
