// RUN: fovea-opt %s --split-input-file --fovea-absorb-layout | FileCheck %s

// Windows of 2 x 2 and 2 heads are the batch of a product, one table for each row of a window: the product's loops are
// those of the image, split but not moved.

#window = affine_map<(y, i, x, j, h, c) -> (y, i, x, j, h, c)>
#rows = affine_map<(y, i, x, j, h, c) -> (i, y, x, h, j, c)>
#q = affine_map<(i, b, j, n, c) -> (i, b, j, c)>
#w = affine_map<(i, b, j, n, c) -> (i, c, n)>
#o = affine_map<(i, b, j, n, c) -> (i, b, j, n)>

// CHECK-DAG: #[[$Q:.+]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d1, d0, d2, d4, d3, d6)>
// CHECK-DAG: #[[$W:.+]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d6, d5)>
// CHECK-DAG: #[[$O:.+]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1, d2, d3, d4, d5)>
// CHECK-LABEL: func.func @batch
// CHECK-SAME: %[[X:.+]]: tensor<4x6x8xf32>, %[[T:.+]]: tensor<2x4x5xf32>
// CHECK-NOT: linalg.generic
// CHECK: %[[S:.+]] = tensor.expand_shape %[[X]]
// CHECK-NOT: linalg.generic
// CHECK: %[[Y:.+]] = linalg.generic {indexing_maps = [#[[$Q]], #[[$W]], #[[$O]]]{{.*}} ins(%[[S]], %[[T]] :
// CHECK: %[[R:.+]] = tensor.collapse_shape %[[Y]] {{\[\[}}0], [1, 2, 3], [4], [5]] : tensor<2x2x3x2x2x5xf32> into tensor<2x12x2x5xf32>
// CHECK: return %[[R]]
func.func @batch(%x: tensor<4x6x8xf32>, %t: tensor<2x4x5xf32>) -> tensor<2x12x2x5xf32> {
  %zero = arith.constant 0.0 : f32
  %split = tensor.expand_shape %x [[0, 1], [2, 3], [4, 5]] output_shape [2, 2, 3, 2, 2, 4] : tensor<4x6x8xf32> into tensor<2x2x3x2x2x4xf32>
  %em = tensor.empty() : tensor<2x2x3x2x2x4xf32>
  %moved = linalg.generic {indexing_maps = [#window, #rows], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]}
      ins(%split : tensor<2x2x3x2x2x4xf32>) outs(%em : tensor<2x2x3x2x2x4xf32>) {
    ^bb0(%u: f32, %a: f32):
      linalg.yield %u : f32
  } -> tensor<2x2x3x2x2x4xf32>
  %q = tensor.collapse_shape %moved [[0], [1, 2, 3], [4], [5]] : tensor<2x2x3x2x2x4xf32> into tensor<2x12x2x4xf32>
  %e = tensor.empty() : tensor<2x12x2x5xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2x12x2x5xf32>) -> tensor<2x12x2x5xf32>
  %y = linalg.generic {indexing_maps = [#q, #w, #o], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
      ins(%q, %t : tensor<2x12x2x4xf32>, tensor<2x4x5xf32>) outs(%f : tensor<2x12x2x5xf32>) {
    ^bb0(%u: f32, %v: f32, %a: f32):
      %1 = arith.mulf %u, %v : f32
      %2 = arith.addf %a, %1 : f32
      linalg.yield %2 : f32
  } -> tensor<2x12x2x5xf32>
  return %y : tensor<2x12x2x5xf32>
}

// -----

// Rows that are rolled as well have no such loops.

#id = affine_map<(i, c) -> (i, c)>
#rolled = affine_map<(i, c) -> ((i + 3) mod 8, c)>
#l = affine_map<(i, n, c) -> (i, c)>
#r = affine_map<(i, n, c) -> (c, n)>
#p = affine_map<(i, n, c) -> (i, n)>

// CHECK-LABEL: func.func @roll
// CHECK-COUNT-2: linalg.generic
// CHECK-NOT: linalg.generic
func.func @roll(%x: tensor<8x4xf32>, %t: tensor<4x5xf32>) -> tensor<8x5xf32> {
  %zero = arith.constant 0.0 : f32
  %em = tensor.empty() : tensor<8x4xf32>
  %moved = linalg.generic {indexing_maps = [#rolled, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<8x4xf32>) outs(%em : tensor<8x4xf32>) {
    ^bb0(%u: f32, %a: f32):
      linalg.yield %u : f32
  } -> tensor<8x4xf32>
  %e = tensor.empty() : tensor<8x5xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<8x5xf32>) -> tensor<8x5xf32>
  %y = linalg.generic {indexing_maps = [#l, #r, #p], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%moved, %t : tensor<8x4xf32>, tensor<4x5xf32>) outs(%f : tensor<8x5xf32>) {
    ^bb0(%u: f32, %v: f32, %a: f32):
      %1 = arith.mulf %u, %v : f32
      %2 = arith.addf %a, %1 : f32
      linalg.yield %2 : f32
  } -> tensor<8x5xf32>
  return %y : tensor<8x5xf32>
}
