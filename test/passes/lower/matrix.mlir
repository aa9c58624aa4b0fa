// RUN: fovea-opt %s --fovea-lower-onnx | FileCheck %s

// CHECK-DAG: #[[$A:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
// CHECK-DAG: #[[$W:.*]] = affine_map<(d0, d1, d2, d3) -> (d3, d2)>
// CHECK-DAG: #[[$C:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
// CHECK-DAG: #[[$BROADCAST:.*]] = affine_map<(d0, d1, d2, d3) -> (0, d1, d3)>
// CHECK-DAG: #[[$BATCH:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d3, d2)>
// CHECK-DAG: #[[$VECTOR:.*]] = affine_map<(d0, d1) -> (d1)>
// CHECK-DAG: #[[$ROWS:.*]] = affine_map<(d0, d1) -> (d0)>
// CHECK-DAG: #[[$MATRIX:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[$GA:.*]] = affine_map<(d0, d1, d2) -> (d0, d2)>
// CHECK-DAG: #[[$GBT:.*]] = affine_map<(d0, d1, d2) -> (d1, d2)>

// CHECK-LABEL: func.func @weights
// CHECK-SAME:  (%[[X:.*]]: tensor<2x3x4xf32>, %[[M:.*]]: tensor<4x5xf32>)
func.func @weights(%x: tensor<2x3x4xf32>, %w: tensor<4x5xf32>) -> tensor<2x3x5xf32> {
  // CHECK: %[[ZERO:.*]] = linalg.fill
  // CHECK: linalg.generic {indexing_maps = [#[[$A]], #[[$W]], #[[$C]]], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
  // CHECK-SAME: ins(%[[X]], %[[M]] : {{.*}}) outs(%[[ZERO]]
  // CHECK: ^bb0(%[[L:.*]]: f32, %[[R:.*]]: f32, %[[ACC:.*]]: f32):
  // CHECK-NEXT: %[[P:.*]] = arith.mulf %[[L]], %[[R]]
  // CHECK-NEXT: %[[S:.*]] = arith.addf %[[ACC]], %[[P]]
  // CHECK-NEXT: linalg.yield %[[S]]
  %0 = onnx.MatMul %x, %w : (tensor<2x3x4xf32>, tensor<4x5xf32>) -> tensor<2x3x5xf32>
  return %0 : tensor<2x3x5xf32>
}

// CHECK-LABEL: func.func @batch_of_one
func.func @batch_of_one(%x: tensor<1x3x4xf32>, %y: tensor<2x4x5xf32>) -> tensor<2x3x5xf32> {
  // CHECK: linalg.generic {indexing_maps = [#[[$BROADCAST]], #[[$BATCH]], #[[$C]]]
  %0 = onnx.MatMul %x, %y : (tensor<1x3x4xf32>, tensor<2x4x5xf32>) -> tensor<2x3x5xf32>
  return %0 : tensor<2x3x5xf32>
}

// CHECK-LABEL: func.func @vector
func.func @vector(%x: tensor<3x4xf32>, %y: tensor<4xf32>) -> tensor<3xf32> {
  // CHECK: linalg.generic {indexing_maps = [#[[$MATRIX]], #[[$VECTOR]], #[[$ROWS]]], iterator_types = ["parallel", "reduction"]}
  %0 = onnx.MatMul %x, %y : (tensor<3x4xf32>, tensor<4xf32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// Sums of 16-bit products are f32 and rounded once.
// CHECK-LABEL: func.func @half
func.func @half(%x: tensor<3x4xf16>, %y: tensor<4x5xf16>) -> tensor<3x5xf16> {
  // CHECK: linalg.fill {{.*}} -> tensor<3x5xf32>
  // CHECK: arith.extf
  // CHECK: arith.extf
  // CHECK: arith.addf %{{.*}} : f32
  // CHECK: } -> tensor<3x5xf32>
  // CHECK: arith.truncf
  // CHECK: } -> tensor<3x5xf16>
  %0 = onnx.MatMul %x, %y : (tensor<3x4xf16>, tensor<4x5xf16>) -> tensor<3x5xf16>
  return %0 : tensor<3x5xf16>
}

// The bias is elementwise, after the product; a transposed operand is a map.
// CHECK-LABEL: func.func @gemm
func.func @gemm(%a: tensor<3x4xf32>, %b: tensor<5x4xf32>, %c: tensor<5xf32>) -> tensor<3x5xf32> {
  // CHECK: %[[P:.*]] = linalg.generic {indexing_maps = [#[[$GA]], #[[$GBT]], #{{.*}}]
  // CHECK: linalg.generic {indexing_maps = [#[[$MATRIX]], #[[$VECTOR]], #[[$MATRIX]]]{{.*}} ins(%[[P]],
  // CHECK-NOT: arith.mulf
  // CHECK: arith.addf
  %0 = onnx.Gemm %a, %b, %c {alpha = 1.0 : f32, beta = 1.0 : f32, trans_a = false, trans_b = true}
     : (tensor<3x4xf32>, tensor<5x4xf32>, tensor<5xf32>) -> tensor<3x5xf32>
  return %0 : tensor<3x5xf32>
}

// CHECK-LABEL: func.func @scaled_gemm
func.func @scaled_gemm(%a: tensor<3x4xf32>, %b: tensor<4x5xf32>) -> tensor<3x5xf32> {
  %none = onnx.none
  // CHECK: iterator_types = ["parallel", "parallel", "reduction"]
  // CHECK: %[[ALPHA:.*]] = arith.constant 5.0{{.*}}e-01 : f32
  // CHECK: arith.mulf %{{.*}}, %[[ALPHA]]
  // CHECK-NOT: arith.addf
  %0 = onnx.Gemm %a, %b, %none {alpha = 0.5 : f32, beta = 1.0 : f32, trans_a = false, trans_b = false}
     : (tensor<3x4xf32>, tensor<4x5xf32>, none) -> tensor<3x5xf32>
  return %0 : tensor<3x5xf32>
}
