// What channels-last leaves in the order of the model.
// RUN: fovea-opt %s --fovea-channels-last --split-input-file | FileCheck %s

#x = affine_map<(n, y, o, i, r) -> (n, i, y + r)>
#w = affine_map<(n, y, o, i, r) -> (o, i, r)>
#o = affine_map<(n, y, o, i, r) -> (n, o, y)>

// The sums start from data.

// CHECK-LABEL: func.func @accumulated
// CHECK: linalg.generic {{.*}} outs(%{{.+}} : tensor<1x8x4xf32>)
// CHECK-NOT: linalg.generic
func.func @accumulated(%x: tensor<1x3x6xf32>, %w: tensor<8x3x3xf32>, %f: tensor<1x8x4xf32>) -> tensor<1x8x4xf32> {
  %p = linalg.generic {indexing_maps = [#x, #w, #o], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%x, %w : tensor<1x3x6xf32>, tensor<8x3x3xf32>) outs(%f : tensor<1x8x4xf32>) {
    ^bb0(%u: f32, %v: f32, %a: f32):
      %1 = arith.mulf %u, %v : f32
      %2 = arith.addf %a, %1 : f32
      linalg.yield %2 : f32
  } -> tensor<1x8x4xf32>
  return %p : tensor<1x8x4xf32>
}

// -----

#x = affine_map<(n, y, o, i, r) -> (n, i, y + r)>
#w = affine_map<(n, y, o, i, r) -> (o, i, r)>
#o = affine_map<(n, y, o, i, r) -> (n, o, y)>

// One channel, or one pixel: both orders are the same memory.

// CHECK-LABEL: func.func @single
// CHECK: linalg.generic {{.*}} outs(%{{.+}} : tensor<1x1x4xf32>)
// CHECK-NOT: linalg.generic
func.func @single(%x: tensor<1x3x6xf32>, %w: tensor<1x3x3xf32>) -> tensor<1x1x4xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x1x4xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x1x4xf32>) -> tensor<1x1x4xf32>
  %p = linalg.generic {indexing_maps = [#x, #w, #o], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%x, %w : tensor<1x3x6xf32>, tensor<1x3x3xf32>) outs(%f : tensor<1x1x4xf32>) {
    ^bb0(%u: f32, %v: f32, %a: f32):
      %1 = arith.mulf %u, %v : f32
      %2 = arith.addf %a, %1 : f32
      linalg.yield %2 : f32
  } -> tensor<1x1x4xf32>
  return %p : tensor<1x1x4xf32>
}
