// RUN: fovea-opt %s --fovea-attn-decompose --canonicalize | FileCheck %s
// RUN: fovea-opt %s --fovea-attn-decompose | FileCheck %s --check-prefix=NONE

// NONE-NOT: attn.

#q = affine_map<(b, h, i, j, d, e) -> (b, i, h * 16 + d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, j, (h floordiv 2) * 16 + d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, j, (h floordiv 2) * 8 + e)>
#m = affine_map<(b, h, i, j, d, e) -> (b, 0, i, j)>
#o = affine_map<(b, h, i, j, d, e) -> (b, i, h * 8 + e)>
#p = affine_map<(b, h, i, j, d, e) -> (b, h, i, j)>

// CHECK-LABEL: func.func @zero_rows
// CHECK-DAG: %[[INF:.+]] = arith.constant 0xFF800000 : f32
// CHECK-DAG: %[[ZERO:.+]] = arith.constant 0.000000e+00 : f32
// CHECK-DAG: %[[SCALE:.+]] = arith.constant 2.500000e-01 : f32
// The channel occurs only within a sum, so an unread operand gives its extent.
// CHECK: linalg.generic {{.*}}["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%arg0, %arg1, %{{.+}} : tensor<2x9x64xf32>, tensor<2x6x32xf32>, tensor<16xf32>)
// CHECK: linalg.generic {{.*}} ins(%{{.+}}, %arg3 :
// CHECK: ^bb0(%[[S:.+]]: f32, %[[C:.+]]: i1, %{{.+}}: f32):
// CHECK-DAG: %[[I:.+]] = linalg.index 2
// CHECK-DAG: %[[J:.+]] = linalg.index 3
// CHECK-DAG: %[[T:.+]] = arith.mulf %[[S]], %[[SCALE]]
// CHECK-DAG: %[[X:.+]] = arith.select %[[C]], %[[T]], %[[INF]]
// CHECK-DAG: %[[LAST:.+]] = arith.addi %[[J]], %{{.+}} : index
// CHECK-DAG: %[[SEEN:.+]] = arith.cmpi sle, %[[LAST]], %[[I]]
// CHECK: arith.select %[[SEEN]], %[[X]], %[[INF]]
// CHECK: arith.maxnumf
// CHECK: arith.cmpf oeq, %{{.+}}, %[[INF]]
// CHECK: arith.subf
// CHECK: math.exp
// CHECK: arith.addf
// CHECK: %[[Q:.+]] = arith.divf %{{.+}}, %[[L:.+]] : f32
// CHECK: %[[EMPTY:.+]] = arith.cmpf oeq, %[[L]], %[[ZERO]]
// CHECK: arith.select %[[EMPTY]], %[[ZERO]], %[[Q]]
// CHECK: linalg.generic {{.*}}["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%{{.+}}, %arg2 :
// CHECK: linalg.generic {{.*}} outs(%{{.+}} : tensor<2x9x32xf32>)
// CHECK: arith.truncf %{{.+}} : f32 to f16
func.func @zero_rows(%q: tensor<2x9x64xf32>, %k: tensor<2x6x32xf32>, %v: tensor<2x6x16xf32>, %m: tensor<2x1x9x6xi1>) -> (tensor<2x9x32xf32>, tensor<2x4x9x6xf16>) {
  %o, %p = attn.attention ins(%q, %k, %v : tensor<2x9x64xf32>, tensor<2x6x32xf32>, tensor<2x6x16xf32>)
    captures(%m : tensor<2x1x9x6xi1>) domain = [2, 4, 9, 6, 16, 8] indexing_maps = [#q, #k, #v, #m, #o, #p]
    mask = <causal, offset = -1> numerics = <scale = 2.5e-01 : f64, maskedRows = zero> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %c: i1):
      %inf = arith.constant 0xFF800000 : f32
      %x = arith.select %c, %s, %inf : f32
      attn.yield %x : f32
  } -> tensor<2x9x32xf32> probabilities tensor<2x4x9x6xf16>
  return %o, %p : tensor<2x9x32xf32>, tensor<2x4x9x6xf16>
}

#q2 = affine_map<(b, h, i, j, d, e) -> (i, d)>
#k2 = affine_map<(b, h, i, j, d, e) -> (d, j)>
#v2 = affine_map<(b, h, i, j, d, e) -> (j, e)>
#o2 = affine_map<(b, h, i, j, d, e) -> (i, e)>

// Rows without a key stay what the arithmetic makes of them; f16 operands are extended first.

// CHECK-LABEL: func.func @nan_rows_half
// CHECK: arith.extf
// CHECK: arith.mulf
// CHECK-NOT: arith.cmpf
// CHECK: return
func.func @nan_rows_half(%q: tensor<3x8xf16>, %k: tensor<8x5xf16>, %v: tensor<5x4xf16>) -> tensor<3x4xf16> {
  %o = attn.attention ins(%q, %k, %v : tensor<3x8xf16>, tensor<8x5xf16>, tensor<5x4xf16>) domain = [1, 1, 3, 5, 8, 4]
    indexing_maps = [#q2, #k2, #v2, #o2] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
  } -> tensor<3x4xf16>
  return %o : tensor<3x4xf16>
}

// A query of two rows over the first rows of a longer tensor reads a slice of it.
// CHECK-LABEL: func.func @first_rows
// CHECK: %[[ROWS:.+]] = tensor.extract_slice %arg0[0, 0, 0, 0] [1, 1, 2, 4] [1, 1, 1, 1] : tensor<1x1x5x4xf32> to tensor<1x1x2x4xf32>
// CHECK: linalg.generic {{.*}} ins(%[[ROWS]], %arg1
#rq = affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>
#rk = affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>
#rv = affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>
#ro = affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>
func.func @first_rows(%q: tensor<1x1x5x4xf32>, %k: tensor<1x1x5x4xf32>, %v: tensor<1x1x5x4xf32>) -> tensor<1x1x2x4xf32> {
  %o = attn.attention ins(%q, %k, %v : tensor<1x1x5x4xf32>, tensor<1x1x5x4xf32>, tensor<1x1x5x4xf32>)
      domain = [1, 1, 2, 5, 4, 4] indexing_maps = [#rq, #rk, #rv, #ro]
      mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
  } -> tensor<1x1x2x4xf32>
  return %o : tensor<1x1x2x4xf32>
}
