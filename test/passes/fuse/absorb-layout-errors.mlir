// What absorb-layout leaves alone, and that it says so.
// RUN: fovea-opt %s --fovea-absorb-layout --split-input-file | FileCheck %s
// RUN: fovea-opt %s --fovea-absorb-layout --split-input-file --remarks-filter-missed=fuse -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

// The product would read (k floordiv 4, k mod 4); the collapse is free.

// CHECK-LABEL: func.func @split_reduction
// CHECK: %[[FLAT:.+]] = tensor.collapse_shape
// CHECK: linalg.generic {{.*}} ins(%[[FLAT]],
func.func @split_reduction(%a: tensor<5x2x4xf32>, %b: tensor<8x6xf32>) -> tensor<5x6xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<5x6xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<5x6xf32>) -> tensor<5x6xf32>
  %flat = tensor.collapse_shape %a [[0], [1, 2]] : tensor<5x2x4xf32> into tensor<5x8xf32>
  %mm = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>,
      affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%flat, %b : tensor<5x8xf32>, tensor<8x6xf32>) outs(%f : tensor<5x6xf32>) {
  ^bb0(%x: f32, %y: f32, %acc: f32):
    %0 = arith.mulf %x, %y : f32
    %1 = arith.addf %acc, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<5x6xf32>
  return %mm : tensor<5x6xf32>
}

// -----

// A generic takes its loop bounds from the shapes of its operands, so the first half of a tensor cannot be read in place.

// CHECK-LABEL: func.func @prefix
// CHECK: %[[HALF:.+]] = tensor.extract_slice
// CHECK: linalg.generic {{.*}} ins(%[[HALF]] :
func.func @prefix(%a: tensor<8xf32>) -> tensor<4xf32> {
  %half = tensor.extract_slice %a[0] [4] [1] : tensor<8xf32> to tensor<4xf32>
  %e = tensor.empty() : tensor<4xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%half : tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%x: f32, %o: f32):
    %0 = arith.negf %x : f32
    linalg.yield %0 : f32
  } -> tensor<4xf32>
  return %r : tensor<4xf32>
}

// -----

// The value behind the transpose is needed as it is, too.

// REMARK: remark: [Missed] absorb-layout | Category:fuse | {{.*}}Code=FUSE-R01{{.*}}a transpose remains and moves data
// CHECK-LABEL: func.func @two_users
// CHECK: %[[NEG:.+]] = linalg.generic
// CHECK: %[[T:.+]] = linalg.generic {{.*}} ins(%[[NEG]] :
// CHECK: return %[[NEG]], %[[T]]
func.func @two_users(%a: tensor<4x5xf32>) -> (tensor<4x5xf32>, tensor<5x4xf32>) {
  %e = tensor.empty() : tensor<4x5xf32>
  %et = tensor.empty() : tensor<5x4xf32>
  %neg = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]} ins(%a : tensor<4x5xf32>) outs(%e : tensor<4x5xf32>) {
  ^bb0(%x: f32, %o: f32):
    %0 = arith.negf %x : f32
    linalg.yield %0 : f32
  } -> tensor<4x5xf32>
  %t = linalg.generic {indexing_maps = [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]} ins(%neg : tensor<4x5xf32>) outs(%et : tensor<5x4xf32>) {
  ^bb0(%x: f32, %o: f32):
    linalg.yield %x : f32
  } -> tensor<5x4xf32>
  return %neg, %t : tensor<4x5xf32>, tensor<5x4xf32>
}

// -----

// Dynamic shapes are not looked into.

// CHECK-LABEL: func.func @dynamic
// CHECK: tensor.extract_slice
func.func @dynamic(%a: tensor<?x8xf32>) -> tensor<8xf32> {
  %row = tensor.extract_slice %a[1, 0] [1, 8] [1, 1] : tensor<?x8xf32> to tensor<8xf32>
  %e = tensor.empty() : tensor<8xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%row : tensor<8xf32>) outs(%e : tensor<8xf32>) {
  ^bb0(%x: f32, %o: f32):
    %0 = arith.negf %x : f32
    linalg.yield %0 : f32
  } -> tensor<8xf32>
  return %r : tensor<8xf32>
}

// -----

// Only a part of the merged dimension is inserted: it stays merged.

// CHECK-LABEL: func.func @insert_part
// CHECK: tensor.collapse_shape
// CHECK: tensor.insert_slice {{.*}} : tensor<2x4xf32> into tensor<2x6xf32>
func.func @insert_part(%past: tensor<2x2xf32>, %x: tensor<2x2x2xf32>) -> tensor<2x6xf32> {
  %e = tensor.empty() : tensor<2x2x2xf32>
  %y = linalg.generic {
    indexing_maps = [affine_map<(a, c, d) -> (a, c, d)>, affine_map<(a, c, d) -> (a, 1 - c, d)>, affine_map<(a, c, d) -> (a, c, d)>],
    iterator_types = ["parallel", "parallel", "parallel"]
  } ins(%x, %x : tensor<2x2x2xf32>, tensor<2x2x2xf32>) outs(%e : tensor<2x2x2xf32>) {
  ^bb0(%i: f32, %j: f32, %o: f32):
    %s = arith.subf %i, %j : f32
    linalg.yield %s : f32
  } -> tensor<2x2x2xf32>
  %m = tensor.collapse_shape %y [[0], [1, 2]] : tensor<2x2x2xf32> into tensor<2x4xf32>
  %w = tensor.empty() : tensor<2x6xf32>
  %p = tensor.insert_slice %past into %w[0, 0] [2, 2] [1, 1] : tensor<2x2xf32> into tensor<2x6xf32>
  %r = tensor.insert_slice %m into %p[0, 2] [2, 4] [1, 1] : tensor<2x4xf32> into tensor<2x6xf32>
  return %r : tensor<2x6xf32>
}
