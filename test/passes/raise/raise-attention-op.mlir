// RUN: fovea-opt %s --fovea-raise-attention --split-input-file | FileCheck %s

// The standard's own op, opset 23.

// CHECK-LABEL: func.func @plain
// CHECK: attn.attention ins(%arg0, %arg1, %arg2 :
// CHECK-SAME: domain = [1, 4, 9, 7, 16, 8]
// CHECK-SAME: mask = <dense> numerics = <scale = 2.500000e-01 : f64, placement = both, maskedRows = zero>
func.func @plain(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x7x16xf32>, %v: tensor<1x4x7x8xf32>) -> tensor<1x4x9x8xf32> {
  %none = onnx.none {value}
  %o = onnx.Attention %q, %k, %v, %none : (tensor<1x4x9x16xf32>, tensor<1x4x7x16xf32>, tensor<1x4x7x8xf32>, none) -> tensor<1x4x9x8xf32>
  return %o : tensor<1x4x9x8xf32>
}

// -----

// Packed heads, two query heads for each key head, causal, its own scale.

// CHECK-DAG: #[[$Q:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d2, d1 * 16 + d4)>
// CHECK-DAG: #[[$K:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d3, (d1 floordiv 2) * 16 + d4)>
// CHECK-DAG: #[[$V:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d3, (d1 floordiv 2) * 8 + d5)>
// CHECK-DAG: #[[$O:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d2, d1 * 8 + d5)>
// CHECK-LABEL: func.func @packed
// CHECK: attn.attention
// CHECK-SAME: domain = [2, 4, 9, 9, 16, 8] indexing_maps = [#[[$Q]], #[[$K]], #[[$V]], #[[$O]]]
// CHECK-SAME: mask = <causal> numerics = <scale = 5.000000e-01 : f64
func.func @packed(%q: tensor<2x9x64xf32>, %k: tensor<2x9x32xf32>, %v: tensor<2x9x16xf32>) -> tensor<2x9x32xf32> {
  %none = onnx.none {value}
  %o = onnx.Attention %q, %k, %v, %none {is_causal = true, q_num_heads = 4 : si64, kv_num_heads = 2 : si64, scale = 0.5 : f32}
    : (tensor<2x9x64xf32>, tensor<2x9x32xf32>, tensor<2x9x16xf32>, none) -> tensor<2x9x32xf32>
  return %o : tensor<2x9x32xf32>
}

// -----

// A mask of three dimensions is per head; the soft cap comes before it; bool hides with minus infinity.

// CHECK-DAG: #[[$M:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d1, d2, d3)>
// CHECK-LABEL: func.func @bool_mask_soft_cap
// CHECK: attn.attention
// CHECK-SAME: indexing_maps = [{{[^,]+}}, {{[^,]+}}, {{[^,]+}}, #[[$M]]
// CHECK-NEXT: ^bb0(%[[S:.+]]: f32, {{.+}}, %[[C:.+]]: i1):
// CHECK: %[[CAP:.+]] = arith.constant 2.000000e+01 : f32
// CHECK: %[[D:.+]] = arith.divf %[[S]], %[[CAP]]
// CHECK: %[[T:.+]] = math.tanh %[[D]]
// CHECK: %[[M:.+]] = arith.mulf %[[T]], %[[CAP]]
// CHECK: %[[INF:.+]] = arith.constant 0xFF800000 : f32
// CHECK: %[[R:.+]] = arith.select %[[C]], %[[M]], %[[INF]]
// CHECK: attn.yield %[[R]]
func.func @bool_mask_soft_cap(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x7x16xf32>, %v: tensor<1x4x7x8xf32>, %m: tensor<4x9x7xi1>) -> tensor<1x4x9x8xf32> {
  %o = onnx.Attention %q, %k, %v, %m {softcap = 20.0 : f32} : (tensor<1x4x9x16xf32>, tensor<1x4x7x16xf32>, tensor<1x4x7x8xf32>, tensor<4x9x7xi1>) -> tensor<1x4x9x8xf32>
  return %o : tensor<1x4x9x8xf32>
}

// -----

// Numbers are added, whole numbers too.

// CHECK-LABEL: func.func @integer_mask
// CHECK: arith.sitofp %{{.+}} : i64 to f32
// CHECK: arith.addf
func.func @integer_mask(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x7x16xf32>, %v: tensor<1x4x7x8xf32>, %m: tensor<9x7xi64>) -> tensor<1x4x9x8xf32> {
  %o = onnx.Attention %q, %k, %v, %m : (tensor<1x4x9x16xf32>, tensor<1x4x7x16xf32>, tensor<1x4x7x8xf32>, tensor<9x7xi64>) -> tensor<1x4x9x8xf32>
  return %o : tensor<1x4x9x8xf32>
}
