// RUN: fovea-opt %s --fovea-attn-convert-to-online="key-tile=2" | FileCheck %s
// RUN: fovea-opt %s --fovea-attn-convert-to-online="key-tile=2" --fovea-attn-decompose | FileCheck %s --check-prefix=LINALG
// RUN: not fovea-opt %s --fovea-attn-convert-to-online="key-tile=-1" 2>&1 | FileCheck %s --check-prefix=SIZE
// SIZE: key-tile must not be negative

#q = affine_map<(b, h, i, j, d, e) -> (i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (j, e)>
#m = affine_map<(b, h, i, j, d, e) -> (i, j)>
#o = affine_map<(b, h, i, j, d, e) -> (i, e)>
#p = affine_map<(b, h, i, j, d, e) -> (i, j)>

// Keys and captures are sliced, the state goes round the loop, indices of the region and the causal mask stay absolute.

// CHECK-LABEL: func.func @tiled
// CHECK-DAG: %[[TWO:.+]] = arith.constant 2 : index
// CHECK-DAG: %[[SIX:.+]] = arith.constant 6 : index
// CHECK: %[[LOOP:.+]]:3 = scf.for %[[J0:.+]] = %{{.+}} to %[[SIX]] step %[[TWO]] iter_args(%[[A:.+]] = %{{.+}}, %[[M:.+]] = %{{.+}}, %[[L:.+]] = %{{.+}})
// CHECK-DAG: %[[K:.+]] = tensor.extract_slice %arg1[%[[J0]], 0] [2, 8]
// CHECK-DAG: %[[V:.+]] = tensor.extract_slice %arg2[%[[J0]], 0] [2, 4]
// CHECK-DAG: %[[C:.+]] = tensor.extract_slice %arg3[0, %[[J0]]] [3, 2]
// CHECK: attn.online_attention ins(%arg0, %[[K]], %[[V]] : {{.*}}) captures(%[[C]] :
// CHECK-SAME: domain = [1, 1, 3, 2, 8, 4]
// CHECK-SAME: mask = <dense>
// CHECK: ^bb0(%{{.+}}: f32, %{{.+}}: index, %{{.+}}: index, %[[I:.+]]: index, %[[J:.+]]: index, %{{.+}}: f32):
// CHECK: %[[ABSOLUTE:.+]] = arith.addi %[[J]], %[[J0]]
// CHECK: %[[SEEN:.+]] = arith.cmpi sle, %[[ABSOLUTE]], %{{.+}} : index
// CHECK: %[[S:.+]] = arith.select %[[SEEN]]
// CHECK: attn.yield %[[S]]
// CHECK: linalg.generic {{.*}} ins(%[[LOOP]]#0, %[[LOOP]]#2 :
// CHECK: arith.divf
// LINALG-LABEL: func.func @tiled
// LINALG: scf.for
// LINALG: arith.maxnumf
// LINALG-NOT: attn.
func.func @tiled(%q: tensor<3x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x4xf32>, %m: tensor<3x6xf32>) -> tensor<3x4xf32> {
  %o = attn.attention ins(%q, %k, %v : tensor<3x8xf32>, tensor<6x8xf32>, tensor<6x4xf32>) captures(%m : tensor<3x6xf32>)
    domain = [1, 1, 3, 6, 8, 4] indexing_maps = [#q, #k, #v, #m, #o] mask = <causal, offset = 2> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %c: f32):
      %x = arith.addf %s, %c : f32
      attn.yield %x : f32
  } -> tensor<3x4xf32>
  return %o : tensor<3x4xf32>
}

// Probabilities need the whole row.

// CHECK-LABEL: func.func @probabilities
// CHECK: attn.attention
func.func @probabilities(%q: tensor<3x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x4xf32>) -> tensor<3x6xf32> {
  %o, %p = attn.attention ins(%q, %k, %v : tensor<3x8xf32>, tensor<6x8xf32>, tensor<6x4xf32>)
    domain = [1, 1, 3, 6, 8, 4] indexing_maps = [#q, #k, #v, #o, #p] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
  } -> tensor<3x4xf32> probabilities tensor<3x6xf32>
  return %p : tensor<3x6xf32>
}
