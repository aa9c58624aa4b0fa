// RUN: fovea-opt %s --fovea-lower-onnx | FileCheck %s

// Loops are (n, oh, ow, oc, ic, kh, kw).
// CHECK-DAG: #[[$PATCHES:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d4, d1 * 4 + d5, d2 * 4 + d6)>
// CHECK-DAG: #[[$W:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d3, d4, d5, d6)>
// CHECK-DAG: #[[$Y:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d3, d1, d2)>
// CHECK-DAG: #[[$BIAS:.*]] = affine_map<(d0, d1, d2, d3) -> (d1)>
// And (n, oh, ow, oc, group, ic, kh, kw).
// CHECK-DAG: #[[$GX:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7) -> (d0, d4, d5, d1 + d6 * 2, d2 + d7 * 2)>
// CHECK-DAG: #[[$GW:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7) -> (d4, d3, d5, d6, d7)>
// CHECK-DAG: #[[$GY:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7) -> (d0, d4, d3, d1, d2)>

// CHECK-LABEL: func.func @patch_embedding
func.func @patch_embedding(%x: tensor<1x3x8x8xf32>, %w: tensor<16x3x4x4xf32>, %b: tensor<16xf32>) -> tensor<1x16x2x2xf32> {
  // CHECK-NOT: tensor.pad
  // CHECK: %[[P:.*]] = linalg.generic {indexing_maps = [#[[$PATCHES]], #[[$W]], #[[$Y]]], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
  // CHECK: linalg.generic {indexing_maps = [#{{.*}}, #[[$BIAS]], #{{.*}}]{{.*}} ins(%[[P]]
  %0 = onnx.Conv %x, %w, %b {strides = array<i64: 4, 4>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, group = 1 : si64}
     : (tensor<1x3x8x8xf32>, tensor<16x3x4x4xf32>, tensor<16xf32>) -> tensor<1x16x2x2xf32>
  return %0 : tensor<1x16x2x2xf32>
}

// CHECK-LABEL: func.func @groups
func.func @groups(%x: tensor<1x4x6x6xf32>, %w: tensor<8x2x3x3xf32>) -> tensor<1x8x6x6xf32> {
  %none = onnx.none
  // CHECK: tensor.pad %{{.*}} low[0, 0, 2, 2] high[0, 0, 2, 2]
  // CHECK: %[[X:.*]] = tensor.expand_shape %{{.*}} output_shape [1, 2, 2, 10, 10]
  // CHECK: %[[W2:.*]] = tensor.expand_shape %{{.*}} output_shape [2, 4, 2, 3, 3]
  // CHECK: %[[R:.*]] = linalg.generic {indexing_maps = [#[[$GX]], #[[$GW]], #[[$GY]]]{{.*}} ins(%[[X]], %[[W2]]
  // CHECK: tensor.collapse_shape %[[R]] {{.*}} into tensor<1x8x6x6xf32>
  %0 = onnx.Conv %x, %w, %none {strides = array<i64: 1, 1>, dilations = array<i64: 2, 2>, pads = array<i64: 2, 2, 2, 2>, group = 2 : si64}
     : (tensor<1x4x6x6xf32>, tensor<8x2x3x3xf32>, none) -> tensor<1x8x6x6xf32>
  return %0 : tensor<1x8x6x6xf32>
}

// CHECK-LABEL: func.func @automatic_padding
func.func @automatic_padding(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x4x8x8xf32> {
  %none = onnx.none
  // CHECK: tensor.pad %{{.*}} low[0, 0, 1, 1] high[0, 0, 1, 1]
  %0 = onnx.Conv %x, %w, %none {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, group = 1 : si64, auto_pad = "SAME_UPPER"}
     : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>, none) -> tensor<1x4x8x8xf32>
  return %0 : tensor<1x4x8x8xf32>
}
