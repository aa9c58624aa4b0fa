// RUN: fovea-opt %s --fovea-simplify-graph -split-input-file | FileCheck %s

// A matrix product is nothing else.
// CHECK-LABEL: func.func @product(
// CHECK-SAME: %[[A:.*]]: tensor<2x3x4xf32>, %[[B:.*]]: tensor<2x4x5xf32>
func.func @product(%a: tensor<2x3x4xf32>, %b: tensor<2x4x5xf32>) -> tensor<*xf32> {
  // CHECK-NEXT: %[[Y:.*]] = onnx.MatMul %[[A]], %[[B]] : (tensor<2x3x4xf32>, tensor<2x4x5xf32>) -> tensor<2x3x5xf32>
  // CHECK-NEXT: return %[[Y]]
  %0 = onnx.Einsum %a, %b {equation = "bij,bjk->bik"} : (tensor<2x3x4xf32>, tensor<2x4x5xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

// The scores of an attention: batch and heads stay dimensions, so that raising sees them.
// CHECK-LABEL: func.func @scores(
// CHECK-SAME: %[[Q:.*]]: tensor<2x7x3x8xf32>, %[[K:.*]]: tensor<2x9x3x8xf32>
func.func @scores(%q: tensor<2x7x3x8xf32>, %k: tensor<2x9x3x8xf32>) -> tensor<*xf32> {
  // CHECK-DAG: %[[QT:.*]] = onnx.Transpose %[[Q]] {permutation = array<i64: 0, 2, 1, 3>}
  // CHECK-DAG: %[[KT:.*]] = onnx.Transpose %[[K]] {permutation = array<i64: 0, 2, 3, 1>}
  // CHECK: %[[Y:.*]] = onnx.MatMul %[[QT]], %[[KT]] : (tensor<2x3x7x8xf32>, tensor<2x3x8x9xf32>) -> tensor<2x3x7x9xf32>
  // CHECK-NEXT: return %[[Y]]
  %0 = onnx.Einsum %q, %k {equation = "bqhd,bkhd->bhqk"} : (tensor<2x7x3x8xf32>, tensor<2x9x3x8xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

// Several labels on one side are one dimension of the product.
// CHECK-LABEL: func.func @projection(
func.func @projection(%x: tensor<2x5x12xf32>, %w: tensor<12x3x4xf32>) -> tensor<*xf32> {
  // CHECK: onnx.Reshape %{{.*}} {allowzero = true} : (tensor<2x5x12xf32>, tensor<2xi64>) -> tensor<10x12xf32>
  // CHECK: onnx.Reshape %{{.*}} {allowzero = true} : (tensor<12x3x4xf32>, tensor<2xi64>) -> tensor<12x12xf32>
  // CHECK: onnx.MatMul %{{.*}} -> tensor<10x12xf32>
  // CHECK: onnx.Reshape %{{.*}} -> tensor<2x5x3x4xf32>
  %0 = onnx.Einsum %x, %w {equation = "bse,ehd->bshd"} : (tensor<2x5x12xf32>, tensor<12x3x4xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

// Without a common label that is summed over there is no product of matrices.
// CHECK-LABEL: func.func @outer(
func.func @outer(%a: tensor<3xf32>, %b: tensor<4xf32>) -> tensor<*xf32> {
  // CHECK: onnx.Mul %{{.*}} : (tensor<3x1xf32>, tensor<1x4xf32>) -> tensor<3x4xf32>
  %0 = onnx.Einsum %a, %b {equation = "i,j->ij"} : (tensor<3xf32>, tensor<4xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

// A label twice is the diagonal; without an arrow what occurs twice is summed over.
// CHECK-LABEL: func.func @trace(
func.func @trace(%a: tensor<3x3xf32>) -> tensor<*xf32> {
  // CHECK: onnx.Reshape %{{.*}} -> tensor<9xf32>
  // CHECK: onnx.Slice %{{.*}} -> tensor<3xf32>
  // CHECK: onnx.ReduceSum %{{.*}} {keepdims = false} : (tensor<3xf32>, tensor<1xi64>) -> tensor<f32>
  %0 = onnx.Einsum %a {equation = "ii"} : (tensor<3x3xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

// What nobody needs is summed before it multiplies anything; an ellipsis broadcasts.
// CHECK-LABEL: func.func @three(
func.func @three(%a: tensor<1x3x4xf32>, %b: tensor<5x4x6xf32>, %c: tensor<7xf32>) -> tensor<*xf32> {
  // CHECK-DAG: onnx.ReduceSum %{{.*}} : (tensor<7xf32>, tensor<1xi64>) -> tensor<f32>
  // CHECK-DAG: onnx.MatMul %{{.*}} -> tensor<{{.*}}xf32>
  // CHECK: onnx.Mul
  // CHECK: return %{{.*}} : tensor<5x3x6xf32>
  %0 = onnx.Einsum %a, %b, %c {equation = "...ij, ...jk, z -> ...ik"} : (tensor<1x3x4xf32>, tensor<5x4x6xf32>, tensor<7xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}
