// RUN: fovea-opt %s --fovea-lower-onnx | FileCheck %s

// CHECK-DAG: #[[$X:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d1 + d4)>
// CHECK-DAG: #[[$DILATED:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d1 + d4 * 3)>
// CHECK-DAG: #[[$WOVEN:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3, d2)>

// Results of two phases, with two taps each, are channels of a convolution, then woven. Constant filters are rearranged at
// compile time: phase 0 has the taps 2 and 0, phase 1 has 3 and 1.
// CHECK-LABEL: func.func @phases
func.func @phases(%x: tensor<1x1x4xf32>) -> tensor<1x1x8xf32> {
  %none = onnx.none
  %w = onnx.Constant : tensor<1x1x4xf32> = dense<[[[1.0, 2.0, 3.0, 4.0]]]> : tensor<1x1x4xf32>
  // CHECK: tensor.pad %{{.*}} low[0, 0, 1] high[0, 0, 1]
  // CHECK: %[[W:.*]] = arith.constant dense<{{\[\[\[}}3.{{0+}}e+00, 1.{{0+}}e+00]], {{\[\[}}4.{{0+}}e+00, 2.{{0+}}e+00]]]> : tensor<2x1x2xf32>
  // CHECK: linalg.generic {indexing_maps = [#[[$X]]{{.*}} ins(%{{.*}}, %[[W]] : tensor<1x1x6xf32>, tensor<2x1x2xf32>) outs(%{{.*}} : tensor<1x2x5xf32>)
  // CHECK: linalg.generic {indexing_maps = [#[[$WOVEN]]
  // CHECK: tensor.collapse_shape %{{.*}} into tensor<1x1x10xf32>
  // CHECK: tensor.extract_slice %{{.*}}[0, 0, 1] [1, 1, 8] [1, 1, 1]
  %0 = onnx.ConvTranspose %x, %w, %none {strides = array<i64: 2>, dilations = array<i64: 1>, pads = array<i64: 1, 1>, output_padding = array<i64: 0>, group = 1 : si64}
     : (tensor<1x1x4xf32>, tensor<1x1x4xf32>, none) -> tensor<1x1x8xf32>
  return %0 : tensor<1x1x8xf32>
}

// Without a stride there is one phase, and dilation stays dilation; filters that are no constants are turned around in the
// program.
// CHECK-LABEL: func.func @dilated
func.func @dilated(%x: tensor<1x2x5xf32>, %w: tensor<2x3x2xf32>) -> tensor<1x3x8xf32> {
  %none = onnx.none
  // CHECK: tensor.extract
  // CHECK: linalg.generic {indexing_maps = [#[[$DILATED]]
  // CHECK-NOT: tensor.extract_slice
  // CHECK: return
  %0 = onnx.ConvTranspose %x, %w, %none {strides = array<i64: 1>, dilations = array<i64: 3>, pads = array<i64: 0, 0>, output_padding = array<i64: 0>, group = 1 : si64}
     : (tensor<1x2x5xf32>, tensor<2x3x2xf32>, none) -> tensor<1x3x8xf32>
  return %0 : tensor<1x3x8xf32>
}
