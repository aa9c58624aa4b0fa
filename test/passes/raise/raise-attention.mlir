// RUN: fovea-opt %s --fovea-raise-attention --split-input-file | FileCheck %s

// Both operands scaled by d^-1/4, constants on either side: torch's scaled_dot_product_attention.

// CHECK-DAG: #[[$Q:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d4)>
// CHECK-DAG: #[[$KT:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d4, d3)>
// CHECK-DAG: #[[$V:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d3, d5)>
// CHECK-DAG: #[[$O:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d5)>
// CHECK: module attributes {fovea.attention_raised = 1 : i64, fovea.attention_sites = 1 : i64}
// CHECK-LABEL: func.func @both_sides
// CHECK-SAME: (%[[Q:.+]]: tensor<1x4x9x16xf32>, %[[K:.+]]: tensor<1x4x9x16xf32>, %[[V:.+]]: tensor<1x4x9x16xf32>)
// CHECK: %[[KT:.+]] = onnx.Transpose %[[K]]
// CHECK-NOT: onnx.Mul
// CHECK: %[[R:.+]] = attn.attention ins(%[[Q]], %[[KT]], %[[V]] :
// CHECK-SAME: domain = [1, 4, 9, 9, 16, 16] indexing_maps = [#[[$Q]], #[[$KT]], #[[$V]], #[[$O]]]
// CHECK-SAME: mask = <dense> numerics = <scale = 2.500000e-01 : f64, placement = both>
// CHECK-NEXT: ^bb0(%[[S:.+]]: f32, %{{.+}}: index, %{{.+}}: index, %{{.+}}: index, %{{.+}}: index):
// CHECK-NEXT: attn.yield %[[S]] : f32
// CHECK: return %[[R]]
func.func @both_sides(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x9x16xf32>, %v: tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32> {
  %c = onnx.Constant : tensor<1xf32> = dense<0.5> : tensor<1xf32>
  %q1 = onnx.Mul %q, %c : (tensor<1x4x9x16xf32>, tensor<1xf32>) -> tensor<1x4x9x16xf32>
  %kt = onnx.Transpose %k {permutation = array<i64: 0, 1, 3, 2>} : (tensor<1x4x9x16xf32>) -> tensor<1x4x16x9xf32>
  %k1 = onnx.Mul %c, %kt : (tensor<1xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x16x9xf32>
  %s = onnx.MatMul %q1, %k1 : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  %p = onnx.Softmax %s {axis = -1 : si64} : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o : tensor<1x4x9x16xf32>
}

// -----

// The key goes through three dimensions before its scale: the dynamo exporter at opset 18. Nothing is looked through.

// CHECK-LABEL: func.func @key_detour
// CHECK: %[[KT:.+]] = onnx.Reshape %{{.+}} -> tensor<2x2x16x9xf32>
// CHECK: attn.attention ins(%arg0, %[[KT]], %arg2 :
// CHECK-SAME: domain = [2, 2, 9, 9, 16, 16]
// CHECK-SAME: scale = 2.500000e-01 : f64, placement = both
func.func @key_detour(%q: tensor<2x2x9x16xf32>, %k: tensor<2x2x9x16xf32>, %v: tensor<2x2x9x16xf32>) -> tensor<2x2x9x16xf32> {
  %0 = onnx.Constant : tensor<3xi64> = dense<[-1, 9, 16]> : tensor<3xi64>
  %1 = onnx.Constant : tensor<4xi64> = dense<[2, 2, 16, 9]> : tensor<4xi64>
  %2 = onnx.Constant : tensor<1xf32> = dense<0.5> : tensor<1xf32>
  %3 = onnx.Reshape %k, %0 : (tensor<2x2x9x16xf32>, tensor<3xi64>) -> tensor<4x9x16xf32>
  %4 = onnx.Transpose %3 {permutation = array<i64: 0, 2, 1>} : (tensor<4x9x16xf32>) -> tensor<4x16x9xf32>
  %5 = onnx.Reshape %4, %1 : (tensor<4x16x9xf32>, tensor<4xi64>) -> tensor<2x2x16x9xf32>
  %6 = onnx.Mul %q, %2 : (tensor<2x2x9x16xf32>, tensor<1xf32>) -> tensor<2x2x9x16xf32>
  %7 = onnx.Mul %5, %2 : (tensor<2x2x16x9xf32>, tensor<1xf32>) -> tensor<2x2x16x9xf32>
  %8 = onnx.MatMul %6, %7 : (tensor<2x2x9x16xf32>, tensor<2x2x16x9xf32>) -> tensor<2x2x9x9xf32>
  %9 = onnx.Softmax %8 : (tensor<2x2x9x9xf32>) -> tensor<2x2x9x9xf32>
  %10 = onnx.MatMul %9, %v : (tensor<2x2x9x9xf32>, tensor<2x2x9x16xf32>) -> tensor<2x2x9x16xf32>
  return %10 : tensor<2x2x9x16xf32>
}

// -----

// The scale on the query (timm without its fused attention, and opset 11).

// CHECK-LABEL: func.func @scaled_query
// CHECK: attn.attention ins(%arg0, %arg1, %arg2 :
// CHECK-SAME: scale = 2.500000e-01 : f64, placement = query
func.func @scaled_query(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32> {
  %c = onnx.Constant : tensor<f32> = dense<0.25> : tensor<f32>
  %q1 = onnx.Mul %q, %c : (tensor<1x4x9x16xf32>, tensor<f32>) -> tensor<1x4x9x16xf32>
  %s = onnx.MatMul %q1, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  %p = onnx.Softmax %s {axis = 3 : si64} : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o : tensor<1x4x9x16xf32>
}

// -----

// Division of the scores, then an additive mask of [batch, 1, 1, keys]: BERT as transformers writes it without fusion.

// CHECK-DAG: #[[$M:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, 0, 0, d3)>
// CHECK-LABEL: func.func @divided_scores_mask
// CHECK: attn.attention ins(%arg0, %arg1, %arg2 :
// CHECK-SAME: captures(%arg3 : tensor<2x1x1x9xf32>)
// CHECK-SAME: indexing_maps = [{{.+}}, {{.+}}, {{.+}}, #[[$M]], {{.+}}]
// CHECK-SAME: scale = 2.500000e-01 : f64>
// CHECK-NEXT: ^bb0(%[[S:.+]]: f32, {{.+}}, %[[C:.+]]: f32):
// CHECK-NEXT: %[[A:.+]] = arith.addf %[[S]], %[[C]] : f32
// CHECK-NEXT: attn.yield %[[A]]
func.func @divided_scores_mask(%q: tensor<2x4x9x16xf32>, %k: tensor<2x4x16x9xf32>, %v: tensor<2x4x9x16xf32>, %m: tensor<2x1x1x9xf32>) -> tensor<2x4x9x16xf32> {
  %c = onnx.Constant : tensor<f32> = dense<4.0> : tensor<f32>
  %s = onnx.MatMul %q, %k : (tensor<2x4x9x16xf32>, tensor<2x4x16x9xf32>) -> tensor<2x4x9x9xf32>
  %d = onnx.Div %s, %c : (tensor<2x4x9x9xf32>, tensor<f32>) -> tensor<2x4x9x9xf32>
  %a = onnx.Add %m, %d : (tensor<2x1x1x9xf32>, tensor<2x4x9x9xf32>) -> tensor<2x4x9x9xf32>
  %p = onnx.Softmax %a : (tensor<2x4x9x9xf32>) -> tensor<2x4x9x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<2x4x9x9xf32>, tensor<2x4x9x16xf32>) -> tensor<2x4x9x16xf32>
  return %o : tensor<2x4x9x16xf32>
}

// -----

// A bool mask as Where(mask, 0, -inf) added to the scores, and the guard that turns rows without a key into zeros.

// CHECK-LABEL: func.func @bool_mask_guard
// CHECK-NOT: onnx.IsNaN
// CHECK: attn.attention ins(%arg0, %arg1, %arg2 :
// CHECK-SAME: captures(%arg3 : tensor<9x9xi1>)
// CHECK-SAME: numerics = <scale = 1.000000e+00 : f64, maskedRows = zero>
// CHECK-NEXT: ^bb0(%[[S:.+]]: f32, {{.+}}, %[[C:.+]]: i1):
// CHECK-DAG: %[[ZERO:.+]] = arith.constant 0.000000e+00 : f32
// CHECK-DAG: %[[INF:.+]] = arith.constant 0xFF800000 : f32
// CHECK: %[[M:.+]] = arith.select %[[C]], %[[ZERO]], %[[INF]] : f32
// CHECK: %[[A:.+]] = arith.addf %[[S]], %[[M]] : f32
// CHECK: attn.yield %[[A]]
func.func @bool_mask_guard(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>, %m: tensor<9x9xi1>) -> tensor<1x4x9x16xf32> {
  %zero = onnx.Constant : tensor<f32> = dense<0.0> : tensor<f32>
  %inf = onnx.Constant : tensor<f32> = dense<0xFF800000> : tensor<f32>
  %w = onnx.Where %m, %zero, %inf : (tensor<9x9xi1>, tensor<f32>, tensor<f32>) -> tensor<9x9xf32>
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  %a = onnx.Add %s, %w : (tensor<1x4x9x9xf32>, tensor<9x9xf32>) -> tensor<1x4x9x9xf32>
  %p = onnx.Softmax %a : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %n = onnx.IsNaN %p : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xi1>
  %g = onnx.Where %n, %zero, %p : (tensor<1x4x9x9xi1>, tensor<f32>, tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %g, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o : tensor<1x4x9x16xf32>
}

// -----

// Where on the scores with a finite number keeps that number, and a bias before it and a factor behind it their order.

// CHECK-LABEL: func.func @where_bias_order
// CHECK: attn.attention
// CHECK-SAME: captures(%arg4, %arg3 : tensor<1x4x9x9xf32>, tensor<1x1x9x9xi1>)
// CHECK-SAME: numerics = <scale = 1.000000e+00 : f64>
// CHECK-NEXT: ^bb0(%[[S:.+]]: f32, {{.+}}, %[[B:.+]]: f32, %[[C:.+]]: i1):
// CHECK: %[[A:.+]] = arith.addf %[[S]], %[[B]] : f32
// CHECK: %[[LOW:.+]] = arith.constant -1.000000e+04 : f32
// CHECK: %[[W:.+]] = arith.select %[[C]], %[[LOW]], %[[A]] : f32
// CHECK: %[[T:.+]] = arith.constant 5.000000e-01 : f32
// CHECK: %[[M:.+]] = arith.mulf %[[W]], %[[T]] : f32
// CHECK: attn.yield %[[M]]
func.func @where_bias_order(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>, %m: tensor<1x1x9x9xi1>, %b: tensor<1x4x9x9xf32>) -> tensor<1x4x9x16xf32> {
  %low = onnx.Constant : tensor<f32> = dense<-1.0e4> : tensor<f32>
  %half = onnx.Constant : tensor<f32> = dense<0.5> : tensor<f32>
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  %a = onnx.Add %b, %s : (tensor<1x4x9x9xf32>, tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %w = onnx.Where %m, %low, %a : (tensor<1x1x9x9xi1>, tensor<f32>, tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %h = onnx.Mul %w, %half : (tensor<1x4x9x9xf32>, tensor<f32>) -> tensor<1x4x9x9xf32>
  %p = onnx.Softmax %h : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o : tensor<1x4x9x16xf32>
}

// -----

// A constant that is causal by value becomes the mask attribute, a constant that hides nothing disappears.

// CHECK-LABEL: func.func @causal_constant
// CHECK: attn.attention
// CHECK-NOT: captures
// CHECK-SAME: mask = <causal, offset = 1>
func.func @causal_constant(%q: tensor<1x1x3x4xf32>, %k: tensor<1x1x4x4xf32>, %v: tensor<1x1x4x4xf32>) -> tensor<1x1x3x4xf32> {
  %m = onnx.Constant : tensor<1x1x3x4xf32> = dense<[[[[0.0, 0.0, 0xFF800000, 0xFF800000], [0.0, 0.0, 0.0, 0xFF800000], [0.0, 0.0, 0.0, 0.0]]]]> : tensor<1x1x3x4xf32>
  %z = onnx.Constant : tensor<3x4xf32> = dense<0.0> : tensor<3x4xf32>
  %s = onnx.MatMul %q, %k : (tensor<1x1x3x4xf32>, tensor<1x1x4x4xf32>) -> tensor<1x1x3x4xf32>
  %a = onnx.Add %s, %m : (tensor<1x1x3x4xf32>, tensor<1x1x3x4xf32>) -> tensor<1x1x3x4xf32>
  %b = onnx.Add %a, %z : (tensor<1x1x3x4xf32>, tensor<3x4xf32>) -> tensor<1x1x3x4xf32>
  %p = onnx.Softmax %b : (tensor<1x1x3x4xf32>) -> tensor<1x1x3x4xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x1x3x4xf32>, tensor<1x1x4x4xf32>) -> tensor<1x1x3x4xf32>
  return %o : tensor<1x1x3x4xf32>
}

// -----

// A constant mask without structure is data.

// CHECK-LABEL: func.func @irregular
// CHECK: attn.attention
// CHECK-SAME: captures(%{{.+}} : tensor<3x3xi1>)
// CHECK-SAME: mask = <dense>
func.func @irregular(%q: tensor<1x1x3x4xf32>, %k: tensor<1x1x4x3xf32>, %v: tensor<1x1x3x4xf32>) -> tensor<1x1x3x4xf32> {
  %m = onnx.Constant : tensor<3x3xi1> = dense<[[true, false, true], [false, true, true], [true, true, false]]> : tensor<3x3xi1>
  %inf = onnx.Constant : tensor<f32> = dense<0xFF800000> : tensor<f32>
  %s = onnx.MatMul %q, %k : (tensor<1x1x3x4xf32>, tensor<1x1x4x3xf32>) -> tensor<1x1x3x3xf32>
  %a = onnx.Where %m, %s, %inf : (tensor<3x3xi1>, tensor<1x1x3x3xf32>, tensor<f32>) -> tensor<1x1x3x3xf32>
  %p = onnx.Softmax %a : (tensor<1x1x3x3xf32>) -> tensor<1x1x3x3xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x1x3x3xf32>, tensor<1x1x3x4xf32>) -> tensor<1x1x3x4xf32>
  return %o : tensor<1x1x3x4xf32>
}

// -----

// Soft cap written out.

// CHECK-LABEL: func.func @soft_cap
// CHECK: attn.attention
// CHECK-SAME: scale = 5.000000e-03 : f64
// CHECK: math.tanh
// CHECK: arith.mulf
func.func @soft_cap(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32> {
  %c = onnx.Constant : tensor<f32> = dense<0.25> : tensor<f32>
  %cap = onnx.Constant : tensor<f32> = dense<50.0> : tensor<f32>
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  %m = onnx.Mul %s, %c : (tensor<1x4x9x9xf32>, tensor<f32>) -> tensor<1x4x9x9xf32>
  %d = onnx.Div %m, %cap : (tensor<1x4x9x9xf32>, tensor<f32>) -> tensor<1x4x9x9xf32>
  %t = onnx.Tanh %d : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %u = onnx.Mul %t, %cap : (tensor<1x4x9x9xf32>, tensor<f32>) -> tensor<1x4x9x9xf32>
  %p = onnx.Softmax %u : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o : tensor<1x4x9x16xf32>
}

// -----

// Three dimensions (batch * heads), and a query of one row that every batch shares.

// CHECK-DAG: #[[$Q:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (0, d2, d4)>
// CHECK-DAG: #[[$K:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d4, d3)>
// CHECK-LABEL: func.func @three_dimensions
// CHECK: attn.attention
// CHECK-SAME: domain = [6, 1, 1, 9, 16, 16] indexing_maps = [#[[$Q]], #[[$K]],
func.func @three_dimensions(%q: tensor<1x1x16xf32>, %k: tensor<6x16x9xf32>, %v: tensor<6x9x16xf32>) -> tensor<6x1x16xf32> {
  %s = onnx.MatMul %q, %k : (tensor<1x1x16xf32>, tensor<6x16x9xf32>) -> tensor<6x1x9xf32>
  %p = onnx.Softmax %s : (tensor<6x1x9xf32>) -> tensor<6x1x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<6x1x9xf32>, tensor<6x9x16xf32>) -> tensor<6x1x16xf32>
  return %o : tensor<6x1x16xf32>
}

// -----

// Five dimensions (windows): full operands are reshaped, a bias per window is read by quotient and remainder.

// CHECK-DAG: #[[$B:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0 mod 3, d1, d2, d3)>
// CHECK-LABEL: func.func @five_dimensions
// CHECK-DAG: %[[Q:.+]] = onnx.Reshape %arg0, {{.+}} -> tensor<6x4x9x16xf32>
// CHECK-DAG: %[[K:.+]] = onnx.Reshape %arg1, {{.+}} -> tensor<6x4x16x9xf32>
// CHECK-DAG: %[[V:.+]] = onnx.Reshape %arg2, {{.+}} -> tensor<6x4x9x16xf32>
// CHECK: %[[O:.+]] = attn.attention ins(%[[Q]], %[[K]], %[[V]] :
// CHECK-SAME: domain = [6, 4, 9, 9, 16, 16] indexing_maps = [{{[^,]+}}, {{[^,]+}}, {{[^,]+}}, #[[$B]]
// CHECK: %[[R:.+]] = onnx.Reshape %[[O]], {{.+}} -> tensor<2x3x4x9x16xf32>
// CHECK: return %[[R]]
func.func @five_dimensions(%q: tensor<2x3x4x9x16xf32>, %k: tensor<2x3x4x16x9xf32>, %v: tensor<2x3x4x9x16xf32>, %b: tensor<3x4x9x9xf32>) -> tensor<2x3x4x9x16xf32> {
  %s = onnx.MatMul %q, %k : (tensor<2x3x4x9x16xf32>, tensor<2x3x4x16x9xf32>) -> tensor<2x3x4x9x9xf32>
  %a = onnx.Add %s, %b : (tensor<2x3x4x9x9xf32>, tensor<3x4x9x9xf32>) -> tensor<2x3x4x9x9xf32>
  %p = onnx.Softmax %a : (tensor<2x3x4x9x9xf32>) -> tensor<2x3x4x9x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<2x3x4x9x9xf32>, tensor<2x3x4x9x16xf32>) -> tensor<2x3x4x9x16xf32>
  return %o : tensor<2x3x4x9x16xf32>
}

// -----

// Probabilities that the model also returns, or reads before the product, become the second result.

// CHECK-LABEL: func.func @probabilities
// CHECK: %[[O:.+]], %[[P:.+]] = attn.attention
// CHECK-SAME: indexing_maps = [#{{.+}}, #{{.+}}, #{{.+}}, #{{.+}}, #{{.+}}]
// CHECK: -> tensor<1x4x9x16xf32> probabilities tensor<1x4x9x9xf32>
// CHECK: %[[N:.+]] = onnx.Neg %[[P]]
// CHECK: return %[[O]], %[[P]], %[[N]]
func.func @probabilities(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>) -> (tensor<1x4x9x16xf32>, tensor<1x4x9x9xf32>, tensor<1x4x9x9xf32>) {
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  %p = onnx.Softmax %s : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %n = onnx.Neg %p : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o, %p, %n : tensor<1x4x9x16xf32>, tensor<1x4x9x9xf32>, tensor<1x4x9x9xf32>
}

// -----

// f16 tensors with casts around the Softmax: the region is f32 all the same.

// CHECK-LABEL: func.func @half
// CHECK: attn.attention
// CHECK-SAME: captures(%arg3 : tensor<9x9xf16>)
// CHECK: arith.extf %{{.+}} : f16 to f32
// CHECK: -> tensor<1x4x9x16xf16>
func.func @half(%q: tensor<1x4x9x16xf16>, %k: tensor<1x4x16x9xf16>, %v: tensor<1x4x9x16xf16>, %b: tensor<9x9xf16>) -> tensor<1x4x9x16xf16> {
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf16>, tensor<1x4x16x9xf16>) -> tensor<1x4x9x9xf16>
  %a = onnx.Add %s, %b : (tensor<1x4x9x9xf16>, tensor<9x9xf16>) -> tensor<1x4x9x9xf16>
  %c = onnx.Cast %a {to = f32} : (tensor<1x4x9x9xf16>) -> tensor<1x4x9x9xf32>
  %p = onnx.Softmax %c : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %h = onnx.Cast %p {to = f16} : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf16>
  %o = onnx.MatMul %h, %v : (tensor<1x4x9x9xf16>, tensor<1x4x9x16xf16>) -> tensor<1x4x9x16xf16>
  return %o : tensor<1x4x9x16xf16>
}

// -----

// A bias that is itself a product: the product of two computed tensors is the scores.

// CHECK-LABEL: func.func @computed_bias
// CHECK: %[[B:.+]] = onnx.MatMul %arg3
// CHECK: attn.attention ins(%arg0, %arg1, %arg2 :
// CHECK-SAME: captures(%[[B]] :
func.func @computed_bias(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>, %r: tensor<1x4x9x2xf32>) -> tensor<1x4x9x16xf32> {
  %w = onnx.Constant : tensor<2x9xf32> = dense<0.5> : tensor<2x9xf32>
  %b = onnx.MatMul %r, %w : (tensor<1x4x9x2xf32>, tensor<2x9xf32>) -> tensor<1x4x9x9xf32>
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  %a = onnx.Add %b, %s : (tensor<1x4x9x9xf32>, tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %p = onnx.Softmax %a : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o : tensor<1x4x9x16xf32>
}

// -----

// A classifier's Softmax is no site.

// CHECK: module attributes {fovea.attention_raised = 0 : i64, fovea.attention_sites = 0 : i64}
// CHECK-LABEL: func.func @classifier
// CHECK: onnx.Softmax
func.func @classifier(%x: tensor<1x10xf32>) -> tensor<1x10xf32> {
  %p = onnx.Softmax %x : (tensor<1x10xf32>) -> tensor<1x10xf32>
  return %p : tensor<1x10xf32>
}

// -----

// Factors below the layout changes of query and key: the changes are repeated on what is below.

// CHECK-LABEL: func.func @factors_below_layout
// CHECK-NOT: onnx.Mul
// CHECK-NOT: onnx.Div
// CHECK: %[[Q:.+]] = onnx.Transpose %arg0
// CHECK: %[[K0:.+]] = onnx.Reshape %arg1
// CHECK: %[[K:.+]] = onnx.Transpose %[[K0]]
// CHECK: attn.attention ins(%[[Q]], %[[K]], %arg2 :
// CHECK-SAME: scale = 2.500000e-01 : f64, placement = both
func.func @factors_below_layout(%q: tensor<1x9x4x16xf32>, %k: tensor<1x9x64xf32>, %v: tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32> {
  %half = onnx.Constant : tensor<f32> = dense<0.5> : tensor<f32>
  %two = onnx.Constant : tensor<f32> = dense<2.0> : tensor<f32>
  %shape = onnx.Constant : tensor<4xi64> = dense<[1, 9, 4, 16]> : tensor<4xi64>
  %q1 = onnx.Mul %q, %half : (tensor<1x9x4x16xf32>, tensor<f32>) -> tensor<1x9x4x16xf32>
  %q2 = onnx.Transpose %q1 {permutation = array<i64: 0, 2, 1, 3>} : (tensor<1x9x4x16xf32>) -> tensor<1x4x9x16xf32>
  %k1 = onnx.Div %k, %two : (tensor<1x9x64xf32>, tensor<f32>) -> tensor<1x9x64xf32>
  %k2 = onnx.Reshape %k1, %shape : (tensor<1x9x64xf32>, tensor<4xi64>) -> tensor<1x9x4x16xf32>
  %k3 = onnx.Transpose %k2 {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x9x4x16xf32>) -> tensor<1x4x16x9xf32>
  %s = onnx.MatMul %q2, %k3 : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  %p = onnx.Softmax %s : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o : tensor<1x4x9x16xf32>
}

// -----

// Scores that are reshaped for a mask and back: batch * heads in the products, batch and heads for the mask.

// CHECK-DAG: #[[$Q:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d2, d4)>
// CHECK-DAG: #[[$M:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0 floordiv 4, 0, 0, d3)>
// CHECK-LABEL: func.func @reshaped_and_back
// CHECK-NOT: onnx.Reshape
// CHECK: attn.attention
// CHECK-SAME: domain = [8, 1, 9, 9, 16, 16] indexing_maps = [#[[$Q]], {{[^,]+}}, {{[^,]+}}, #[[$M]]
func.func @reshaped_and_back(%q: tensor<8x9x16xf32>, %k: tensor<8x16x9xf32>, %v: tensor<8x9x16xf32>, %m: tensor<2x1x1x9xf32>) -> tensor<8x9x16xf32> {
  %four = onnx.Constant : tensor<4xi64> = dense<[2, 4, 9, 9]> : tensor<4xi64>
  %three = onnx.Constant : tensor<3xi64> = dense<[8, 9, 9]> : tensor<3xi64>
  %s = onnx.MatMul %q, %k : (tensor<8x9x16xf32>, tensor<8x16x9xf32>) -> tensor<8x9x9xf32>
  %s4 = onnx.Reshape %s, %four : (tensor<8x9x9xf32>, tensor<4xi64>) -> tensor<2x4x9x9xf32>
  %a = onnx.Add %s4, %m : (tensor<2x4x9x9xf32>, tensor<2x1x1x9xf32>) -> tensor<2x4x9x9xf32>
  %s3 = onnx.Reshape %a, %three : (tensor<2x4x9x9xf32>, tensor<3xi64>) -> tensor<8x9x9xf32>
  %p = onnx.Softmax %s3 : (tensor<8x9x9xf32>) -> tensor<8x9x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<8x9x9xf32>, tensor<8x9x16xf32>) -> tensor<8x9x16xf32>
  return %o : tensor<8x9x16xf32>
}

// -----

// Windows: the mask of each window repeats over the images.

// CHECK-DAG: #[[$M:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (0, d0 mod 3, 0, d2, d3)>
// CHECK-LABEL: func.func @window_mask
// CHECK: attn.attention
// CHECK-SAME: domain = [6, 4, 9, 9, 16, 16] indexing_maps = [{{[^,]+}}, {{[^,]+}}, {{[^,]+}}, #[[$M]]
func.func @window_mask(%q: tensor<6x4x9x16xf32>, %k: tensor<6x4x16x9xf32>, %v: tensor<6x4x9x16xf32>, %m: tensor<1x3x1x9x9xf32>) -> tensor<6x4x9x16xf32> {
  %five = onnx.Constant : tensor<5xi64> = dense<[2, 3, 4, 9, 9]> : tensor<5xi64>
  %four = onnx.Constant : tensor<4xi64> = dense<[6, 4, 9, 9]> : tensor<4xi64>
  %s = onnx.MatMul %q, %k : (tensor<6x4x9x16xf32>, tensor<6x4x16x9xf32>) -> tensor<6x4x9x9xf32>
  %s5 = onnx.Reshape %s, %five : (tensor<6x4x9x9xf32>, tensor<5xi64>) -> tensor<2x3x4x9x9xf32>
  %a = onnx.Add %s5, %m : (tensor<2x3x4x9x9xf32>, tensor<1x3x1x9x9xf32>) -> tensor<2x3x4x9x9xf32>
  %s4 = onnx.Reshape %a, %four : (tensor<2x3x4x9x9xf32>, tensor<4xi64>) -> tensor<6x4x9x9xf32>
  %p = onnx.Softmax %s4 : (tensor<6x4x9x9xf32>) -> tensor<6x4x9x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<6x4x9x9xf32>, tensor<6x4x9x16xf32>) -> tensor<6x4x9x16xf32>
  return %o : tensor<6x4x9x16xf32>
}

// -----

// A negated condition chooses the other way; a constant window is found in what it hides, too.

// CHECK-LABEL: func.func @negated_mask
// CHECK-SAME: %[[MASK:[^ ]+]]: tensor<4x4xi1>
// CHECK-NOT: onnx.Not
// CHECK: attn.attention {{.*}} captures(%[[MASK]] : tensor<4x4xi1>) {{.*}} mask = <window, left = 1, right = 0>
// CHECK: arith.select %{{.+}}, %{{.+}}, %{{.+}}
func.func @negated_mask(%q: tensor<1x2x4x8xf32>, %k: tensor<1x2x8x4xf32>, %v: tensor<1x2x4x8xf32>, %mask: tensor<4x4xi1>) -> tensor<1x2x4x8xf32> {
  %hidden = onnx.Constant : tensor<4x4xi1> = dense<[[false, true, true, true], [false, false, true, true], [true, false, false, true], [true, true, false, false]]> : tensor<4x4xi1>
  %inf = onnx.Constant : tensor<f32> = dense<0xFF800000> : tensor<f32>
  %not = onnx.Not %mask : (tensor<4x4xi1>) -> tensor<4x4xi1>
  %s = onnx.MatMul %q, %k : (tensor<1x2x4x8xf32>, tensor<1x2x8x4xf32>) -> tensor<1x2x4x4xf32>
  %a = onnx.Where %hidden, %inf, %s : (tensor<4x4xi1>, tensor<f32>, tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %b = onnx.Where %not, %inf, %a : (tensor<4x4xi1>, tensor<f32>, tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %p = onnx.Softmax %b {axis = 3 : si64} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x2x4x4xf32>, tensor<1x2x4x8xf32>) -> tensor<1x2x4x8xf32>
  return %o : tensor<1x2x4x8xf32>
}

// -----

// Bounds on the scores are steps like others.

// CHECK-LABEL: func.func @bounded_scores
// CHECK-NOT: onnx.Softmax
// CHECK: attn.attention
// CHECK-NEXT: ^bb0(%[[S:[^ :]+]]: f32,
// CHECK: %[[LOW:.+]] = arith.maximumf %[[S]], %{{.+}} : f32
// CHECK: %[[HIGH:.+]] = arith.minimumf %[[LOW]], %{{.+}} : f32
// CHECK: %[[RELU:.+]] = arith.maximumf %[[HIGH]], %{{.+}} : f32
// CHECK-NEXT: attn.yield %[[RELU]] : f32
func.func @bounded_scores(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32> {
  %low = onnx.Constant : tensor<f32> = dense<-2.0> : tensor<f32>
  %high = onnx.Constant : tensor<f32> = dense<3.0> : tensor<f32>
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  %c = onnx.Clip %s, %low, %high : (tensor<1x4x9x9xf32>, tensor<f32>, tensor<f32>) -> tensor<1x4x9x9xf32>
  %r = onnx.Relu %c : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %p = onnx.Softmax %r : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o : tensor<1x4x9x16xf32>
}

// -----

// A sink: one score more per head, in the softmax and in no output.

// CHECK-DAG: #[[$SINK:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (0, d1, 0, 0)>
// CHECK-LABEL: func.func @sink
// CHECK-SAME: %[[T:[^ :]+]]: tensor<1x4x1x1xf32>)
// CHECK: attn.attention {{.*}} captures(%[[T]] : tensor<1x4x1x1xf32>) domain = [1, 4, 9, 9, 16, 16]
// CHECK-NEXT: ^bb0(%[[S:[^ :]+]]: f32, {{.+}}, %[[C:[^ :]+]]: f32):
// CHECK-NEXT: attn.yield %[[S]] sink %[[C]] : f32
func.func @sink(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>, %t: tensor<1x4x1x1xf32>) -> tensor<1x4x9x16xf32> {
  %zero = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %nine = onnx.Constant : tensor<1xi64> = dense<9> : tensor<1xi64>
  %three = onnx.Constant : tensor<1xi64> = dense<3> : tensor<1xi64>
  %shape = onnx.Constant : tensor<4xi64> = dense<[1, 4, 9, 1]> : tensor<4xi64>
  %none = onnx.none
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  %e = onnx.Expand %t, %shape : (tensor<1x4x1x1xf32>, tensor<4xi64>) -> tensor<1x4x9x1xf32>
  %c = onnx.Concat %s, %e {axis = -1 : si64} : (tensor<1x4x9x9xf32>, tensor<1x4x9x1xf32>) -> tensor<1x4x9x10xf32>
  %p = onnx.Softmax %c : (tensor<1x4x9x10xf32>) -> tensor<1x4x9x10xf32>
  %d = onnx.Slice %p, %zero, %nine, %three, %none : (tensor<1x4x9x10xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %d, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o : tensor<1x4x9x16xf32>
}

// -----

// Relative values: a second product over the same probabilities, with a table of queries, keys and channels.

// CHECK-DAG: #[[$TABLE:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d2, d3, d5)>
// CHECK-LABEL: func.func @relative_values
// CHECK-SAME: %[[T:[^ :]+]]: tensor<9x9x16xf32>)
// CHECK: %[[R:.+]] = attn.attention {{.*}} captures(%[[T]] : tensor<9x9x16xf32>) domain = [1, 4, 9, 9, 16, 16]
// CHECK-NEXT: ^bb0(%[[S:[^ :]+]]: f32, {{.+}}, %[[C:[^ :]+]]: f32):
// CHECK-NEXT: attn.yield %[[S]] value %[[C]] : f32
// CHECK: return %[[R]]
func.func @relative_values(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>, %t: tensor<9x9x16xf32>) -> tensor<1x4x9x16xf32> {
  %shape = onnx.Constant : tensor<4xi64> = dense<[9, 1, 4, 16]> : tensor<4xi64>
  %rows = onnx.Constant : tensor<3xi64> = dense<[9, 4, 9]> : tensor<3xi64>
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  %p = onnx.Softmax %s : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  %a = onnx.Transpose %p {permutation = array<i64: 2, 0, 1, 3>} : (tensor<1x4x9x9xf32>) -> tensor<9x1x4x9xf32>
  %b = onnx.Reshape %a, %rows : (tensor<9x1x4x9xf32>, tensor<3xi64>) -> tensor<9x4x9xf32>
  %c = onnx.MatMul %b, %t : (tensor<9x4x9xf32>, tensor<9x9x16xf32>) -> tensor<9x4x16xf32>
  %d = onnx.Reshape %c, %shape : (tensor<9x4x16xf32>, tensor<4xi64>) -> tensor<9x1x4x16xf32>
  %e = onnx.Transpose %d {permutation = array<i64: 1, 2, 0, 3>} : (tensor<9x1x4x16xf32>) -> tensor<1x4x9x16xf32>
  %sum = onnx.Add %o, %e : (tensor<1x4x9x16xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %sum : tensor<1x4x9x16xf32>
}

// -----

// The second product goes elsewhere as well: the probabilities stay.

// CHECK-LABEL: func.func @relative_values_returned
// CHECK: attn.attention {{.*}}
// CHECK-NEXT: ^bb0(%[[S:[^ :]+]]: f32,
// CHECK-NEXT: attn.yield %[[S]] : f32
// CHECK-NEXT: probabilities
// CHECK: onnx.MatMul
func.func @relative_values_returned(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>, %t: tensor<1x1x9x16xf32>) -> (tensor<1x4x9x16xf32>, tensor<1x4x9x16xf32>) {
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  %p = onnx.Softmax %s : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  %c = onnx.MatMul %p, %t : (tensor<1x4x9x9xf32>, tensor<1x1x9x16xf32>) -> tensor<1x4x9x16xf32>
  %sum = onnx.Add %o, %c : (tensor<1x4x9x16xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %sum, %c : tensor<1x4x9x16xf32>, tensor<1x4x9x16xf32>
}

// -----

// Two softmaxes whose factors add up to one: the quotient by the sums of rows changes nothing.

// CHECK-LABEL: func.func @gated
// CHECK-SAME: %[[V:[^ :]+]]: tensor<1x2x2x8xf32>)
// CHECK: %[[A:.+]] = attn.attention
// CHECK: %[[F:.+]] = onnx.Mul %[[A]], %{{.+}}
// CHECK: %[[REST:.+]] = onnx.MatMul %{{.+}}, %[[V]]
// CHECK: %[[O:.+]] = onnx.Add %[[F]], %[[REST]]
// CHECK: return %[[O]]
func.func @gated(%q: tensor<1x2x2x8xf32>, %k: tensor<1x2x8x2xf32>, %v: tensor<1x2x2x8xf32>) -> tensor<1x2x2x8xf32> {
  %gate = onnx.Constant : tensor<1x2x1x1xf32> = dense<[[[[0.25]], [[0.75]]]]> : tensor<1x2x1x1xf32>
  %other = onnx.Constant : tensor<1x2x2x2xf32> = dense<[[[[0.5, 0.25], [0.25, 0.5]], [[0.125, 0.125], [0.0, 0.25]]]]> : tensor<1x2x2x2xf32>
  %axis = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %s = onnx.MatMul %q, %k : (tensor<1x2x2x8xf32>, tensor<1x2x8x2xf32>) -> tensor<1x2x2x2xf32>
  %p = onnx.Softmax %s : (tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %g = onnx.Mul %gate, %p : (tensor<1x2x1x1xf32>, tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %a = onnx.Add %g, %other : (tensor<1x2x2x2xf32>, tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %t = onnx.ReduceSum %a, %axis {keepdims = true} : (tensor<1x2x2x2xf32>, tensor<1xi64>) -> tensor<1x2x2x1xf32>
  %d = onnx.Div %a, %t : (tensor<1x2x2x2xf32>, tensor<1x2x2x1xf32>) -> tensor<1x2x2x2xf32>
  %o = onnx.MatMul %d, %v : (tensor<1x2x2x2xf32>, tensor<1x2x2x8xf32>) -> tensor<1x2x2x8xf32>
  return %o : tensor<1x2x2x8xf32>
}

// -----

// Numbers that differ by key alone belong to the values.

// CHECK-LABEL: func.func @weighted_keys
// CHECK-SAME: %[[V:[^ :]+]]: tensor<1x4x9x16xf32>, %[[M:[^ :]+]]: tensor<1x1x1x9xf32>)
// CHECK: %[[COLUMN:.+]] = onnx.Reshape %[[M]]
// CHECK: %[[W:.+]] = onnx.Mul %[[V]], %[[COLUMN]]
// CHECK: attn.attention ins(%{{.+}}, %{{.+}}, %[[W]] :
func.func @weighted_keys(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>, %m: tensor<1x1x1x9xf32>) -> tensor<1x4x9x16xf32> {
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  %p = onnx.Softmax %s : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %w = onnx.Mul %p, %m : (tensor<1x4x9x9xf32>, tensor<1x1x1x9xf32>) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %w, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o : tensor<1x4x9x16xf32>
}

// -----

// Cross-covariance attention (XCiT): channels are compared, tokens summed over, and the output is per channel. What
// the op calls a query is a channel.

// CHECK-LABEL: func.func @channels
// CHECK: attn.attention {{.*}}domain = [1, 2, 8, 8, 9, 9]
// CHECK: ^bb0(%[[S:[^:]+]]: f32, {{.*}}, %[[T:[^:]+]]: f32):
// CHECK: arith.mulf %[[S]], %[[T]]
func.func @channels(%x: tensor<1x9x16xf32>, %temperature: tensor<2x1x1xf32>) -> tensor<1x2x8x9xf32> {
  %w = onnx.Constant : tensor<16x16xf32> = dense<0.25> : tensor<16x16xf32>
  %split = onnx.Constant : tensor<4xi64> = dense<[1, 9, 2, 8]> : tensor<4xi64>
  %q0 = onnx.MatMul %x, %w : (tensor<1x9x16xf32>, tensor<16x16xf32>) -> tensor<1x9x16xf32>
  %q1 = onnx.Reshape %q0, %split : (tensor<1x9x16xf32>, tensor<4xi64>) -> tensor<1x9x2x8xf32>
  %q = onnx.Transpose %q1 {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x9x2x8xf32>) -> tensor<1x2x8x9xf32>
  %k = onnx.Transpose %q1 {permutation = array<i64: 0, 2, 1, 3>} : (tensor<1x9x2x8xf32>) -> tensor<1x2x9x8xf32>
  %s = onnx.MatMul %q, %k : (tensor<1x2x8x9xf32>, tensor<1x2x9x8xf32>) -> tensor<1x2x8x8xf32>
  %t = onnx.Mul %s, %temperature : (tensor<1x2x8x8xf32>, tensor<2x1x1xf32>) -> tensor<1x2x8x8xf32>
  %p = onnx.Softmax %t : (tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
  %o = onnx.MatMul %p, %q : (tensor<1x2x8x8xf32>, tensor<1x2x8x9xf32>) -> tensor<1x2x8x9xf32>
  return %o : tensor<1x2x8x9xf32>
}

// -----

// Lambda layers and global context: what a convolution of one place projects are scores of learnt queries. Its bias is
// added to them.

// CHECK-DAG: #[[$QUERY:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d2 + 8, d4, 0, 0)>
// CHECK-DAG: #[[$KEY:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d4, d3)>
// CHECK-LABEL: func.func @learnt_queries
// CHECK-SAME: %[[X:[^ :]+]]: tensor<2x16x3x3xf32>
// CHECK: %[[W:.+]] = onnx.Constant : tensor<16x16x1x1xf32>
// CHECK: %[[KEYS:.+]] = onnx.Reshape %[[X]]
// CHECK: attn.attention ins(%[[W]], %[[KEYS]], %{{.+}} captures({{.*}}domain = [2, 1, 8, 9, 16, 16]{{.*}}[#[[$QUERY]], #[[$KEY]]
// CHECK: arith.addf
func.func @learnt_queries(%x: tensor<2x16x3x3xf32>, %v: tensor<2x9x16xf32>, %b: tensor<16xf32>) -> (tensor<2x8x16xf32>, tensor<2x8x3x3xf32>) {
  %w = onnx.Constant : tensor<16x16x1x1xf32> = dense<0.5> : tensor<16x16x1x1xf32>
  %sizes = onnx.Constant : tensor<2xi64> = dense<8> : tensor<2xi64>
  %rows = onnx.Constant : tensor<3xi64> = dense<[2, 8, 9]> : tensor<3xi64>
  %c = onnx.Conv %x, %w, %b {dilations = array<i64: 1, 1>, group = 1 : si64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<2x16x3x3xf32>, tensor<16x16x1x1xf32>, tensor<16xf32>) -> tensor<2x16x3x3xf32>
  %other, %s = onnx.Split %c, %sizes {axis = 1 : si64} : (tensor<2x16x3x3xf32>, tensor<2xi64>) -> (tensor<2x8x3x3xf32>, tensor<2x8x3x3xf32>)
  %r = onnx.Reshape %s, %rows : (tensor<2x8x3x3xf32>, tensor<3xi64>) -> tensor<2x8x9xf32>
  %p = onnx.Softmax %r : (tensor<2x8x9xf32>) -> tensor<2x8x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<2x8x9xf32>, tensor<2x9x16xf32>) -> tensor<2x8x16xf32>
  return %o, %other : tensor<2x8x16xf32>, tensor<2x8x3x3xf32>
}

// -----

// Softmax with one more in its sum: the scores are padded with a zero.

// CHECK-LABEL: func.func @softmax_one
// CHECK: attn.attention
// CHECK: %[[ZERO:.+]] = arith.constant 0.000000e+00
// CHECK: attn.yield %{{.+}} sink %[[ZERO]] :
func.func @softmax_one(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32> {
  %pads = onnx.Constant : tensor<8xi64> = dense<[0, 0, 0, 0, 0, 0, 0, 1]> : tensor<8xi64>
  %zero = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %nine = onnx.Constant : tensor<1xi64> = dense<9> : tensor<1xi64>
  %three = onnx.Constant : tensor<1xi64> = dense<3> : tensor<1xi64>
  %none = onnx.none
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  %w = onnx.Pad %s, %pads, %none, %none : (tensor<1x4x9x9xf32>, tensor<8xi64>, none, none) -> tensor<1x4x9x10xf32>
  %p = onnx.Softmax %w : (tensor<1x4x9x10xf32>) -> tensor<1x4x9x10xf32>
  %d = onnx.Slice %p, %zero, %nine, %three, %none : (tensor<1x4x9x10xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %d, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o : tensor<1x4x9x16xf32>
}

// -----

// Two softmaxes of the same scores are two sites; the frontend's numbers keep them apart.

// CHECK: module attributes {fovea.attention_raised = 2 : i64, fovea.attention_sites = 2 : i64}
// CHECK-LABEL: func.func @twins
// CHECK: %[[A:.+]] = attn.attention ins(%arg0, %arg1, %arg2 :
// CHECK: %[[B:.+]] = attn.attention ins(%arg0, %arg1, %arg3 :
// CHECK: return %[[A]], %[[B]]
func.func @twins(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>, %w: tensor<1x4x9x8xf32>) -> (tensor<1x4x9x16xf32>, tensor<1x4x9x8xf32>) {
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  %p = onnx.Softmax %s {fovea.softmax = 0 : i64} : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  %r = onnx.Softmax %s {fovea.softmax = 1 : i64} : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %t = onnx.MatMul %r, %w : (tensor<1x4x9x9xf32>, tensor<1x4x9x8xf32>) -> tensor<1x4x9x8xf32>
  return %o, %t : tensor<1x4x9x16xf32>, tensor<1x4x9x8xf32>
}
