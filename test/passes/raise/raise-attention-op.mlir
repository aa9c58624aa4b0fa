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

// -----

// A cache of three keys in front of the queries: a causal mask that begins later; a window as wide as its positions ask.

// CHECK-LABEL: func.func @positions
// CHECK: attn.attention {{.*}} mask = <causal, offset = 3>
// CHECK: attn.attention {{.*}} mask = <window, left = -1, right = 3>
func.func @positions(%q: tensor<1x4x4x16xf32>, %k: tensor<1x4x7x16xf32>) -> (tensor<1x4x4x16xf32>, tensor<1x4x4x16xf32>) {
  %none = onnx.none {value}
  %first = onnx.Constant : tensor<1xi64> = dense<3> : tensor<1xi64>
  %0 = onnx.Attention %q, %k, %k, %none, %first {is_causal = true} : (tensor<1x4x4x16xf32>, tensor<1x4x7x16xf32>, tensor<1x4x7x16xf32>, none, tensor<1xi64>) -> tensor<1x4x4x16xf32>
  %1 = onnx.Attention %q, %k, %k, %none, %first {is_causal = true, left_window = 2 : si64} : (tensor<1x4x4x16xf32>, tensor<1x4x7x16xf32>, tensor<1x4x7x16xf32>, none, tensor<1xi64>) -> tensor<1x4x4x16xf32>
  return %0, %1 : tensor<1x4x4x16xf32>, tensor<1x4x4x16xf32>
}

// -----

// Positions that are data are read by the kernel, one per batch; a mask that ends early is continued.

// CHECK-LABEL: func.func @lengths
// CHECK: %[[M:.+]] = onnx.Concat %arg2, %{{.+}} {axis = 1 : si64} : (tensor<4x5xi1>, tensor<4x2xi1>) -> tensor<4x7xi1>
// CHECK-NOT: onnx.Less
// CHECK: attn.attention {{.*}} captures(%[[M]], %arg3, %arg4 : tensor<4x7xi1>, tensor<2xi64>, tensor<2xi64>) {{.*}} mask = <dense>
func.func @lengths(%q: tensor<2x4x4x16xf32>, %k: tensor<2x4x7x16xf32>, %m: tensor<4x5xi1>, %first: tensor<2xi64>, %count: tensor<2xi64>) -> tensor<2x4x4x16xf32> {
  %0 = onnx.Attention %q, %k, %k, %m, %first, %count {is_causal = true} : (tensor<2x4x4x16xf32>, tensor<2x4x7x16xf32>, tensor<2x4x7x16xf32>, tensor<4x5xi1>, tensor<2xi64>, tensor<2xi64>) -> tensor<2x4x4x16xf32>
  return %0 : tensor<2x4x4x16xf32>
}

// -----

// Probabilities are a result of the attention; raw scores are a product beside it.

// CHECK-LABEL: func.func @scores
// CHECK: %output, %probabilities = attn.attention
// CHECK: probabilities tensor<1x4x9x9xf32>
// CHECK: onnx.MatMul
// CHECK: %[[Y:.+]] = attn.attention
// CHECK-NOT: probabilities
// CHECK: return %output, %probabilities, %[[Y]]
func.func @scores(%q: tensor<1x4x9x16xf32>) -> (tensor<1x4x9x16xf32>, tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>, tensor<1x4x9x9xf32>) {
  %none = onnx.none {value}
  %0, %1 = onnx.Attention %q, %q, %q, %none {scores_mode = 3 : si64} : (tensor<1x4x9x16xf32>, tensor<1x4x9x16xf32>, tensor<1x4x9x16xf32>, none) -> (tensor<1x4x9x16xf32>, tensor<1x4x9x9xf32>)
  %2, %3 = onnx.Attention %q, %q, %q, %none : (tensor<1x4x9x16xf32>, tensor<1x4x9x16xf32>, tensor<1x4x9x16xf32>, none) -> (tensor<1x4x9x16xf32>, tensor<1x4x9x9xf32>)
  return %0, %1, %2, %3 : tensor<1x4x9x16xf32>, tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>, tensor<1x4x9x9xf32>
}

// -----

// What attn.attention does not know is expanded: here the element type.

// CHECK-LABEL: func.func @double
// CHECK-NOT: ttention
// CHECK: onnx.Softmax
// CHECK-NOT: ttention
// CHECK: return
func.func @double(%q: tensor<1x4x9x16xf64>, %k: tensor<1x2x9x16xf64>) -> tensor<1x4x9x16xf64> {
  %none = onnx.none {value}
  %0 = onnx.Attention %q, %k, %k, %none {is_causal = true} : (tensor<1x4x9x16xf64>, tensor<1x2x9x16xf64>, tensor<1x2x9x16xf64>, none) -> tensor<1x4x9x16xf64>
  return %0 : tensor<1x4x9x16xf64>
}
