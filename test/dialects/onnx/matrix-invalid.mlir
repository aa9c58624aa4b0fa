// RUN: fovea-opt %s --fovea-infer-shapes -verify-diagnostics -split-input-file

func.func @einsum_terms(%a: tensor<2x3xf32>) {
  // expected-error @below {{the equation has 2 terms for 1 operands}}
  %0 = onnx.Einsum %a {equation = "ij,jk->ik"} : (tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @einsum_character(%a: tensor<2x3xf32>) {
  // expected-error @below {{the equation has a character that is no letter, comma, arrow or ellipsis}}
  %0 = onnx.Einsum %a {equation = "i1->i"} : (tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @einsum_result(%a: tensor<2x3xf32>) {
  // expected-error @below {{the equation has a label in the result that no operand has}}
  %0 = onnx.Einsum %a {equation = "ij->ik"} : (tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @einsum_twice(%a: tensor<2x3xf32>) {
  // expected-error @below {{the equation repeats a label in the result}}
  %0 = onnx.Einsum %a {equation = "ij->ii"} : (tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @inner(%a: tensor<?x3xf32>, %b: tensor<4x3xf32>) {
  // expected-error @below {{operand a [?, 3] and operand b [4, 3] have inner extents 3 and 4, which must be equal}}
  %0 = onnx.MatMul %a, %b : (tensor<?x3xf32>, tensor<4x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @einsum_rank(%a: tensor<2x3xf32>) {
  // expected-error @below {{the equation names 3 dimensions of operand 0, which has 2}}
  %0 = onnx.Einsum %a {equation = "ijk->i"} : (tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @einsum_extents(%a: tensor<2x3xf32>, %b: tensor<4x5xf32>) {
  // expected-error @below {{input 1 [4, 5] has the extent 4 where another input has 3 under the same label of "ij,jk->ik"}}
  %0 = onnx.Einsum %a, %b {equation = "ij,jk->ik"} : (tensor<2x3xf32>, tensor<4x5xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @scalar(%a: tensor<f32>, %b: tensor<4xf32>) {
  // expected-error @below {{operand a is a scalar, expected at least one dimension}}
  %0 = onnx.MatMul %a, %b : (tensor<f32>, tensor<4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @batches(%a: tensor<2x3x4xf32>, %b: tensor<5x4x6xf32>) {
  // expected-error @below {{the batch dimensions of operand a [2] and the batch dimensions of operand b [5] do not broadcast: extents 2 and 5 of dimension -1 differ and neither is 1}}
  %0 = onnx.MatMul %a, %b : (tensor<2x3x4xf32>, tensor<5x4x6xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @gemm_vector(%a: tensor<2xf32>, %b: tensor<2x3xf32>) {
  %none = onnx.none
  // expected-error @below {{operand a has extents [2], expected a matrix}}
  %0 = onnx.Gemm %a, %b, %none {alpha = 1.0 : f32, beta = 1.0 : f32, trans_a = false, trans_b = false} : (tensor<2xf32>, tensor<2x3xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @gemm_bias(%a: tensor<2x3xf32>, %b: tensor<3x4xf32>, %c: tensor<3x4xf32>) {
  // expected-error @below {{operand c [3, 4] does not broadcast to the product [2, 4]}}
  %0 = onnx.Gemm %a, %b, %c {alpha = 1.0 : f32, beta = 1.0 : f32, trans_a = false, trans_b = false} : (tensor<2x3xf32>, tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @einsum_nothing() {
  // expected-error @below {{expects at least one input}}
  %0 = onnx.Einsum {equation = ""} : () -> tensor<*xf32>
  return
}

// -----

func.func @einsum_ellipses(%a: tensor<2x3xf32>) {
  // expected-error @below {{the equation has two ellipses in one term}}
  %0 = onnx.Einsum %a {equation = "...i...->i"} : (tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @det_rectangle(%a: tensor<4x2x3xf32>) {
  // expected-error @below {{operand x has extents [4, 2, 3], expected square matrices in the last two dimensions}}
  %0 = onnx.Det %a : (tensor<4x2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @det_vector(%a: tensor<3xf32>) {
  // expected-error @below {{operand x has extents [3], expected matrices}}
  %0 = onnx.Det %a : (tensor<3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @determinant_rank(%a: tensor<2xf32>) {
  // expected-error @below {{operand x has extents [2], expected matrices}}
  %0 = onnx.Det %a : (tensor<2xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @determinant_square(%a: tensor<4x2x3xf32>) {
  // expected-error @below {{operand x has extents [4, 2, 3], expected square matrices in the last two dimensions}}
  %0 = onnx.Det %a : (tensor<4x2x3xf32>) -> tensor<*xf32>
  return
}
