// RUN: fovea-opt %s --fovea-lower-onnx | FileCheck %s

// Offsets of a tap's row and column alternate.
// CHECK-DAG: #[[$ROW:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1, d3, d4, 0, d5, d6)>
// CHECK-DAG: #[[$COLUMN:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1, d3, d4, 1, d5, d6)>

// CHECK-LABEL: func.func @masked
func.func @masked(%x: tensor<1x4x5x5xf32>, %w: tensor<6x2x3x3xf32>, %o: tensor<1x36x3x3xf32>, %m: tensor<1x18x3x3xf32>) -> tensor<1x6x3x3xf32> {
  %none = onnx.none
  // CHECK: linalg.generic {indexing_maps = [#[[$ROW]], #[[$COLUMN]]
  // CHECK-COUNT-4: tensor.extract %{{.*}}[{{.*}}] : tensor<1x4x5x5xf32>
  // CHECK: } -> tensor<1x2x2x3x3x3x3xf32>
  // CHECK: iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]
  %0 = onnx.DeformConv %x, %w, %o, %none, %m {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, group = 2 : si64, offset_group = 2 : si64}
     : (tensor<1x4x5x5xf32>, tensor<6x2x3x3xf32>, tensor<1x36x3x3xf32>, none, tensor<1x18x3x3xf32>) -> tensor<1x6x3x3xf32>
  return %0 : tensor<1x6x3x3xf32>
}
