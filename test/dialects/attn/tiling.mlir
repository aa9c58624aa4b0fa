// RUN: fovea-opt %s --transform-interpreter -canonicalize -cse -split-input-file -verify-diagnostics | FileCheck %s

#q = affine_map<(b, h, i, j, d, e) -> (b, i, h * 16 + d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, j, (h floordiv 2) * 16 + d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, j, (h floordiv 2) * 8 + e)>
#o = affine_map<(b, h, i, j, d, e) -> (b, i, h * 8 + e)>

// One head and three queries at a time: packed and shared heads become offsets of slices.

// CHECK-DAG: #[[$Q:.+]] = affine_map<(d0) -> (d0 * 16)>
// CHECK-DAG: #[[$K:.+]] = affine_map<(d0) -> ((d0 floordiv 2) * 16)>
// CHECK-DAG: #[[$V:.+]] = affine_map<(d0) -> ((d0 floordiv 2) * 8)>
// CHECK-DAG: #[[$O:.+]] = affine_map<(d0) -> (d0 * 8)>
// CHECK-LABEL: func.func @heads_and_queries
// CHECK: scf.for %[[H:.+]] = %{{.+}} to %{{.+}} step
// CHECK: scf.for %[[I:.+]] = %{{.+}} to %{{.+}} step
// CHECK-DAG: %[[QO:.+]] = affine.apply #[[$Q]](%[[H]])
// CHECK-DAG: tensor.extract_slice %arg0[0, %[[I]], %[[QO]]] [2, 3, 16]
// CHECK-DAG: %[[KO:.+]] = affine.apply #[[$K]](%[[H]])
// CHECK-DAG: tensor.extract_slice %arg1[0, 0, %[[KO]]] [2, 6, 16]
// CHECK-DAG: %[[VO:.+]] = affine.apply #[[$V]](%[[H]])
// CHECK-DAG: tensor.extract_slice %arg2[0, 0, %[[VO]]] [2, 6, 8]
// CHECK: %[[R:.+]] = attn.attention
// CHECK-SAME: domain = [2, 1, 3, 6, 16, 8]
// CHECK: %[[OO:.+]] = affine.apply #[[$O]](%[[H]])
// CHECK: tensor.insert_slice %[[R]] into %{{.+}}[0, %[[I]], %[[OO]]] [2, 3, 8]
func.func @heads_and_queries(%q: tensor<2x9x64xf32>, %k: tensor<2x6x32xf32>, %v: tensor<2x6x16xf32>) -> tensor<2x9x32xf32> {
  %o = attn.attention ins(%q, %k, %v : tensor<2x9x64xf32>, tensor<2x6x32xf32>, tensor<2x6x16xf32>)
    domain = [2, 4, 9, 6, 16, 8] indexing_maps = [#q, #k, #v, #o] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
  } -> tensor<2x9x32xf32>
  return %o : tensor<2x9x32xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%m: !transform.any_op {transform.readonly}) {
    %a = transform.structured.match ops{["attn.attention"]} in %m : (!transform.any_op) -> !transform.any_op
    %t, %l:2 = transform.structured.tile_using_for %a tile_sizes [0, 1, 3, 0, 0, 0] : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op)
    transform.yield
  }
}
