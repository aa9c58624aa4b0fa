// RUN: fovea-opt %s --fovea-lower-onnx | FileCheck %s

// CHECK-DAG: #[[$IDS:.*]] = affine_map<(d0, d1, d2) -> (d0, d1)>
// CHECK-DAG: #[[$ID3:.*]] = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
// CHECK-DAG: #[[$FIRST:.*]] = affine_map<(d0, d1) -> (d0, 0)>
// CHECK-DAG: #[[$SECOND:.*]] = affine_map<(d0, d1) -> (d0, 1)>

// Negative indices count from the end, and no index leaves the table.
// CHECK-LABEL: func.func @embedding
// CHECK-SAME:  (%[[TABLE:.*]]: tensor<30x8xf32>, %[[I:.*]]: tensor<1x5xi64>)
func.func @embedding(%table: tensor<30x8xf32>, %i: tensor<1x5xi64>) -> tensor<1x5x8xf32> {
  // CHECK: linalg.generic {indexing_maps = [#[[$IDS]], #[[$ID3]]]{{.*}} ins(%[[I]] : tensor<1x5xi64>)
  // CHECK: %[[INDEX:.*]] = arith.index_cast %{{.*}} : i64 to index
  // CHECK: arith.cmpi slt, %[[INDEX]]
  // CHECK: arith.addi %[[INDEX]]
  // CHECK: arith.select
  // CHECK: arith.maxsi
  // CHECK: %[[LAST:.*]] = arith.constant 29 : index
  // CHECK: %[[ROW:.*]] = arith.minsi %{{.*}}, %[[LAST]]
  // CHECK: %[[COLUMN:.*]] = linalg.index 2
  // CHECK: tensor.extract %[[TABLE]][%[[ROW]], %[[COLUMN]]]
  %0 = onnx.Gather %table, %i : (tensor<30x8xf32>, tensor<1x5xi64>) -> tensor<1x5x8xf32>
  return %0 : tensor<1x5x8xf32>
}

// One constant index is a slice.
// CHECK-LABEL: func.func @class_token
func.func @class_token(%x: tensor<1x197x8xf32>) -> tensor<1x8xf32> {
  %i = onnx.Constant : tensor<i64> = dense<-1> : tensor<i64>
  // CHECK: %[[S:.*]] = tensor.extract_slice %{{.*}}[0, 196, 0] [1, 1, 8] [1, 1, 1]
  // CHECK: tensor.collapse_shape %[[S]] {{\[}}[0], [1, 2]]
  %0 = onnx.Gather %x, %i {axis = 1 : si64} : (tensor<1x197x8xf32>, tensor<i64>) -> tensor<1x8xf32>
  return %0 : tensor<1x8xf32>
}

// CHECK-LABEL: func.func @elements
func.func @elements(%x: tensor<4x5xf32>, %i: tensor<4x2xi32>) -> tensor<4x2xf32> {
  // CHECK: arith.index_cast %{{.*}} : i32 to index
  // CHECK: %[[COLUMN:.*]] = arith.minsi
  // CHECK: tensor.extract %{{.*}}[%{{.*}}, %[[COLUMN]]]
  %0 = onnx.GatherElements %x, %i {axis = 1 : si64} : (tensor<4x5xf32>, tensor<4x2xi32>) -> tensor<4x2xf32>
  return %0 : tensor<4x2xf32>
}

// CHECK-LABEL: func.func @tuples
// CHECK-SAME:  (%[[X:.*]]: tensor<3x4x5xf32>, %[[I:.*]]: tensor<6x2xi64>)
func.func @tuples(%x: tensor<3x4x5xf32>, %i: tensor<6x2xi64>) -> tensor<6x5xf32> {
  // CHECK: linalg.generic {indexing_maps = [#[[$FIRST]], #[[$SECOND]], #{{.*}}]{{.*}} ins(%[[I]], %[[I]]
  // CHECK: tensor.extract %[[X]]
  %0 = onnx.GatherND %x, %i : (tensor<3x4x5xf32>, tensor<6x2xi64>) -> tensor<6x5xf32>
  return %0 : tensor<6x5xf32>
}
