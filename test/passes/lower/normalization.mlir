// RUN: fovea-opt %s --fovea-lower-onnx | FileCheck %s

// CHECK-DAG: #[[$ID:.*]] = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
// CHECK-DAG: #[[$ROW:.*]] = affine_map<(d0, d1, d2) -> (d0, d1)>
// CHECK-DAG: #[[$SCALE:.*]] = affine_map<(d0, d1, d2) -> (d2)>
// CHECK-DAG: #[[$COLUMN:.*]] = affine_map<(d0, d1, d2) -> (d0, d2)>

// CHECK-LABEL: func.func @softmax
// CHECK-SAME:  (%[[X:.*]]: tensor<2x3x4xf32>)
func.func @softmax(%x: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  // CHECK: %[[MAX:.*]] = linalg.generic {indexing_maps = [#[[$ID]], #[[$ROW]]], iterator_types = ["parallel", "parallel", "reduction"]} ins(%[[X]]
  // CHECK: arith.maximumf
  // CHECK: %[[EXP:.*]] = linalg.generic {indexing_maps = [#[[$ID]], #[[$ROW]], #[[$ID]]]{{.*}} ins(%[[X]], %[[MAX]]
  // CHECK: arith.subf
  // CHECK: math.exp
  // CHECK: %[[SUM:.*]] = linalg.generic {indexing_maps = [#[[$ID]], #[[$ROW]]]{{.*}} ins(%[[EXP]]
  // CHECK: arith.addf
  // CHECK: %[[Y:.*]] = linalg.generic {indexing_maps = [#[[$ID]], #[[$ROW]], #[[$ID]]]{{.*}} ins(%[[EXP]], %[[SUM]]
  // CHECK: arith.divf
  // CHECK: return %[[Y]]
  %0 = onnx.Softmax %x : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return %0 : tensor<2x3x4xf32>
}

// CHECK-LABEL: func.func @softmax_in_the_middle
func.func @softmax_in_the_middle(%x: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  // CHECK: linalg.generic {indexing_maps = [#[[$ID]], #[[$COLUMN]]], iterator_types = ["parallel", "reduction", "parallel"]}
  %0 = onnx.Softmax %x {axis = 1 : si64} : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return %0 : tensor<2x3x4xf32>
}

// CHECK-LABEL: func.func @layer_norm
// CHECK-SAME:  (%[[X:.*]]: tensor<2x3x4xf32>, %[[G:.*]]: tensor<4xf32>, %[[B:.*]]: tensor<4xf32>)
func.func @layer_norm(%x: tensor<2x3x4xf32>, %g: tensor<4xf32>, %b: tensor<4xf32>)
    -> (tensor<2x3x4xf32>, tensor<2x3x1xf32>, tensor<2x3x1xf32>) {
  // CHECK: %[[SUM:.*]] = linalg.generic {indexing_maps = [#[[$ID]], #[[$ROW]]]{{.*}} ins(%[[X]]
  // CHECK: %[[MEAN:.*]] = linalg.generic {{.*}} ins(%[[SUM]]
  // CHECK: arith.divf
  // CHECK: %[[CENTERED:.*]] = linalg.generic {{.*}} ins(%[[X]], %[[MEAN]]
  // CHECK: arith.subf
  // CHECK: %[[SQUARES:.*]] = linalg.generic {indexing_maps = [#[[$ID]], #[[$ROW]]]{{.*}} ins(%[[CENTERED]]
  // CHECK: arith.mulf
  // CHECK: arith.addf
  // CHECK: %[[RSTD:.*]] = linalg.generic {{.*}} ins(%[[SQUARES]]
  // CHECK: math.sqrt
  // CHECK: arith.divf
  // CHECK: linalg.generic {indexing_maps = [#[[$ID]], #[[$ROW]], #[[$SCALE]], #[[$SCALE]], #[[$ID]]]{{.*}} ins(%[[CENTERED]], %[[RSTD]], %[[G]], %[[B]]
  // CHECK: tensor.expand_shape %[[MEAN]]
  // CHECK: tensor.expand_shape %[[RSTD]]
  %y, %s:2 = onnx.LayerNormalization %x, %g, %b {epsilon = 1.0e-5 : f32}
     : (tensor<2x3x4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<2x3x4xf32>, tensor<2x3x1xf32>, tensor<2x3x1xf32>)
  return %y, %s#0, %s#1 : tensor<2x3x4xf32>, tensor<2x3x1xf32>, tensor<2x3x1xf32>
}
