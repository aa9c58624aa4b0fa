// RUN: fovea-opt %s --fovea-lower-onnx | FileCheck %s

// One generic over the two of a pair reads each of them, and the other backwards.

// CHECK-DAG: #[[$ID:.+]] = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
// CHECK-DAG: #[[$OTHER:.+]] = affine_map<(d0, d1, d2) -> (d0, -d1 + 1, d2)>
// CHECK-DAG: #[[$ANGLE:.+]] = affine_map<(d0, d1, d2) -> (d0, d2)>

// CHECK-LABEL: func.func @halves
// CHECK-SAME: (%[[X:.+]]: tensor<3x8xf32>, %[[C:.+]]: tensor<3x4xf32>, %[[S:.+]]: tensor<3x4xf32>)
// CHECK: %[[PAIRS:.+]] = tensor.expand_shape %[[X]] {{.*}} into tensor<3x2x4xf32>
// CHECK: %[[Y:.+]] = linalg.generic {indexing_maps = [#[[$ID]], #[[$OTHER]], #[[$ANGLE]], #[[$ANGLE]], #[[$ID]]]{{.*}} ins(%[[PAIRS]], %[[PAIRS]], %[[C]], %[[S]]
// CHECK: linalg.index 1
// CHECK: tensor.collapse_shape %[[Y]]
func.func @halves(%x: tensor<3x8xf32>, %c: tensor<3x4xf32>, %s: tensor<3x4xf32>) -> tensor<3x8xf32> {
  %y = onnx.RotaryEmbedding %x, %c, %s : (tensor<3x8xf32>, tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<3x8xf32>
  return %y : tensor<3x8xf32>
}

// Half of a row turns: the same generic keeps the other half. 16 bits are computed in f32.

// CHECK-LABEL: func.func @partial
// CHECK: %[[PAIRS:.+]] = tensor.expand_shape %arg0 {{.*}} into tensor<3x2x2x2xf16>
// CHECK: linalg.generic {indexing_maps = [#{{.+}}, #{{.+}}, #[[MAP:.+]], #[[MAP]], #{{.+}}]{{.*}} ins(%[[PAIRS]], %[[PAIRS]]
// CHECK: %[[WIDE:.+]] = arith.extf
// CHECK: linalg.index 3
// CHECK: %[[SUM:.+]] = arith.addf
// CHECK: linalg.index 1
// CHECK: arith.select %{{.+}}, %[[SUM]], %[[WIDE]]
// CHECK: tensor.collapse_shape
// CHECK-NOT: tensor.insert_slice
func.func @partial(%x: tensor<3x8xf16>, %c: tensor<3x2xf16>, %s: tensor<3x2xf16>) -> tensor<3x8xf16> {
  %y = onnx.RotaryEmbedding %x, %c, %s {interleaved = true, rotated_size = 4 : si64} : (tensor<3x8xf16>, tensor<3x2xf16>, tensor<3x2xf16>) -> tensor<3x8xf16>
  return %y : tensor<3x8xf16>
}

// Ten is no multiple of six: the rest is copied.

// CHECK-LABEL: func.func @uneven
// CHECK: %[[PART:.+]] = tensor.extract_slice %arg0[0, 0] [3, 6] [1, 1]
// CHECK: tensor.expand_shape %[[PART]] {{.*}} into tensor<3x2x3xf32>
// CHECK: linalg.generic {indexing_maps = [#[[$ID]], #[[$OTHER]]
// CHECK: %[[TURNED:.+]] = tensor.collapse_shape
// CHECK-DAG: %[[FIRST:.+]] = tensor.insert_slice %[[TURNED]] into %{{.+}}[0, 0] [3, 6] [1, 1]
// CHECK-DAG: %[[REST:.+]] = tensor.extract_slice %arg0[0, 6] [3, 4] [1, 1]
// CHECK: tensor.insert_slice %[[REST]] into %[[FIRST]][0, 6] [3, 4] [1, 1]
func.func @uneven(%x: tensor<3x10xf32>, %c: tensor<3x3xf32>, %s: tensor<3x3xf32>) -> tensor<3x10xf32> {
  %y = onnx.RotaryEmbedding %x, %c, %s {rotated_size = 6 : si64} : (tensor<3x10xf32>, tensor<3x3xf32>, tensor<3x3xf32>) -> tensor<3x10xf32>
  return %y : tensor<3x10xf32>
}
