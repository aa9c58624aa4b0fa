// RUN: fovea-opt %s -canonicalize -split-input-file | FileCheck %s

#q = affine_map<(b, h, i, j, d, e) -> (i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (j, e)>
#m = affine_map<(b, h, i, j, d, e) -> (i, j)>
#o = affine_map<(b, h, i, j, d, e) -> (i, e)>

// The second capture is not read, the third is the first again; the region starts with a factor, which joins the scale.

// CHECK-LABEL: func.func @captures_and_scale
// CHECK: attn.attention
// CHECK-SAME: captures(%arg3 : tensor<3x5xf32>)
// CHECK-SAME: scale = 5.000000e-01 : f64
// CHECK-NEXT: ^bb0(%[[S:.+]]: f32, {{.+}}, %[[C:[^:]+]]: f32):
// CHECK-NEXT: %[[A:.+]] = arith.addf %[[S]], %[[C]]
// CHECK-NEXT: %[[B:.+]] = arith.addf %[[A]], %[[C]]
// CHECK-NEXT: attn.yield %[[B]]
func.func @captures_and_scale(%q: tensor<3x8xf32>, %k: tensor<5x8xf32>, %v: tensor<5x4xf32>, %m: tensor<3x5xf32>, %n: tensor<3x5xf32>) -> tensor<3x4xf32> {
  %o = attn.attention ins(%q, %k, %v : tensor<3x8xf32>, tensor<5x8xf32>, tensor<5x4xf32>)
    captures(%m, %n, %m : tensor<3x5xf32>, tensor<3x5xf32>, tensor<3x5xf32>) domain = [1, 1, 3, 5, 8, 4]
    indexing_maps = [#q, #k, #v, #m, #m, #m, #o] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %c0: f32, %c1: f32, %c2: f32):
      %half = arith.constant 0.5 : f32
      %t = arith.mulf %s, %half : f32
      %x = arith.addf %t, %c0 : f32
      %y = arith.addf %x, %c2 : f32
      attn.yield %y : f32
  } -> tensor<3x4xf32>
  return %o : tensor<3x4xf32>
}

// -----

#q = affine_map<(b, h, i, j, d, e) -> (i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (j, e)>
#o = affine_map<(b, h, i, j, d, e) -> (i, e)>

// The first mask shows every key to the first query, hence to all; the second hides the last key from the first.

// CHECK-LABEL: func.func @masks
// CHECK: attn.attention
// CHECK-SAME: mask = <dense>
// CHECK: attn.attention
// CHECK-SAME: mask = <causal, offset = 3>
func.func @masks(%q: tensor<3x8xf32>, %k: tensor<5x8xf32>, %v: tensor<5x4xf32>) -> (tensor<3x4xf32>, tensor<3x4xf32>) {
  %o = attn.attention ins(%q, %k, %v : tensor<3x8xf32>, tensor<5x8xf32>, tensor<5x4xf32>) domain = [1, 1, 3, 5, 8, 4]
    indexing_maps = [#q, #k, #v, #o] mask = <causal, offset = 4> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
  } -> tensor<3x4xf32>
  %p = attn.attention ins(%q, %k, %v : tensor<3x8xf32>, tensor<5x8xf32>, tensor<5x4xf32>) domain = [1, 1, 3, 5, 8, 4]
    indexing_maps = [#q, #k, #v, #o] mask = <causal, offset = 3> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
  } -> tensor<3x4xf32>
  return %o, %p : tensor<3x4xf32>, tensor<3x4xf32>
}
