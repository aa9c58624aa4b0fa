// RUN: fovea-opt %s --fovea-raise-attention --split-input-file | FileCheck %s

// Keys as rows: softmax over the columns of k q^T, values times probabilities. Nothing is turned, the maps are.

// CHECK-DAG: #[[$QT:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d4, d2)>
// CHECK-DAG: #[[$K:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d3, d4)>
// CHECK-DAG: #[[$VT:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d5, d3)>
// CHECK-DAG: #[[$MT:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, 0, d3, d2)>
// CHECK-DAG: #[[$OT:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d5, d2)>
// CHECK-LABEL: func.func @columns
// CHECK: %[[Q:.+]] = onnx.Transpose %arg0
// CHECK: %[[O:.+]] = attn.attention ins(%[[Q]], %arg1, %arg2 : {{.*}}) captures(%arg3 : tensor<1x1x7x9xf32>)
// CHECK-SAME: domain = [1, 4, 9, 7, 16, 8] indexing_maps = [#[[$QT]], #[[$K]], #[[$VT]], #[[$MT]], #[[$OT]]]
// CHECK-SAME: numerics = <scale = 2.500000e-01 : f64>
// CHECK: return %[[O]]
func.func @columns(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x7x16xf32>, %v: tensor<1x4x8x7xf32>, %m: tensor<1x1x7x9xf32>) -> tensor<1x4x8x9xf32> {
  %scale = onnx.Constant : tensor<f32> = dense<0.25> : tensor<f32>
  %qt = onnx.Transpose %q {permutation = array<i64: 0, 1, 3, 2>} : (tensor<1x4x9x16xf32>) -> tensor<1x4x16x9xf32>
  %s = onnx.MatMul %k, %qt : (tensor<1x4x7x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x7x9xf32>
  %c = onnx.Mul %s, %scale : (tensor<1x4x7x9xf32>, tensor<f32>) -> tensor<1x4x7x9xf32>
  %a = onnx.Add %m, %c : (tensor<1x1x7x9xf32>, tensor<1x4x7x9xf32>) -> tensor<1x4x7x9xf32>
  %p = onnx.Softmax %a {axis = 2 : si64} : (tensor<1x4x7x9xf32>) -> tensor<1x4x7x9xf32>
  %o = onnx.MatMul %v, %p : (tensor<1x4x8x7xf32>, tensor<1x4x7x9xf32>) -> tensor<1x4x8x9xf32>
  return %o : tensor<1x4x8x9xf32>
}

// -----

// Values times transposed probabilities.

// CHECK-LABEL: func.func @values_first
// CHECK-NOT: onnx.Transpose
// CHECK: %[[O:.+]] = attn.attention ins(%arg0, %arg1, %arg2 :
// CHECK: } -> tensor<4x8x9xf32>
// CHECK: return %[[O]]
func.func @values_first(%q: tensor<4x9x16xf32>, %k: tensor<4x16x7xf32>, %v: tensor<4x8x7xf32>) -> tensor<4x8x9xf32> {
  %s = onnx.MatMul %q, %k : (tensor<4x9x16xf32>, tensor<4x16x7xf32>) -> tensor<4x9x7xf32>
  %p = onnx.Softmax %s : (tensor<4x9x7xf32>) -> tensor<4x9x7xf32>
  %t = onnx.Transpose %p {permutation = array<i64: 0, 2, 1>} : (tensor<4x9x7xf32>) -> tensor<4x7x9xf32>
  %o = onnx.MatMul %v, %t : (tensor<4x8x7xf32>, tensor<4x7x9xf32>) -> tensor<4x8x9xf32>
  return %o : tensor<4x8x9xf32>
}

// -----

// The probabilities are turned back before a product from the left.

// CHECK-LABEL: func.func @turned_back
// CHECK: %[[K:.+]] = onnx.Transpose %arg1
// CHECK: attn.attention ins(%arg0, %[[K]], %arg2 :
// CHECK-NOT: onnx.Transpose
// CHECK: return
func.func @turned_back(%q: tensor<4x16x9xf32>, %k: tensor<4x16x7xf32>, %v: tensor<4x7x8xf32>) -> tensor<4x9x8xf32> {
  %kt = onnx.Transpose %k {permutation = array<i64: 0, 2, 1>} : (tensor<4x16x7xf32>) -> tensor<4x7x16xf32>
  %s = onnx.MatMul %kt, %q : (tensor<4x7x16xf32>, tensor<4x16x9xf32>) -> tensor<4x7x9xf32>
  %p = onnx.Softmax %s {axis = -2 : si64} : (tensor<4x7x9xf32>) -> tensor<4x7x9xf32>
  %t = onnx.Transpose %p {permutation = array<i64: 0, 2, 1>} : (tensor<4x7x9xf32>) -> tensor<4x9x7xf32>
  %o = onnx.MatMul %t, %v : (tensor<4x9x7xf32>, tensor<4x7x8xf32>) -> tensor<4x9x8xf32>
  return %o : tensor<4x9x8xf32>
}
