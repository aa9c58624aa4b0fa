// RUN: fovea-opt %s --fovea-raise-attention | FileCheck %s

// Both operands scaled by d^-1/4: the spelling of torch's scaled_dot_product_attention.

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
// CHECK: ^bb0(%[[S:.+]]: f32, %{{.+}}: index, %{{.+}}: index, %{{.+}}: index, %{{.+}}: index):
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
