// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_ONNX_MATRIX_OPS_TD
#define FOVEA_ONNX_MATRIX_OPS_TD

include "dialects/onnx/OnnxBase.td"

// MatMul: a [..., m, k] and b [..., k, n] give [..., m, n], the outer dimensions broadcast; a vector counts as one row (a) or one
// column (b), which the result lacks. Gemm: A' [m, k], B' [k, n] and C, which broadcasts to [m, n]. Einsum: one term of
// letters, at most one ellipsis among them, for each operand. Operands have one element type. Normal form: the opset's
// own but for Gemm's `broadcast` up to opset 6, which is always allowed today; MatMulInteger and QLinearMatMul are taken apart.

def Onnx_MatMulOp : Onnx_BinaryOp<"MatMul", "matrix product over the last two dimensions, the others broadcast">;
def Onnx_GemmOp : Onnx_Op<"Gemm"> {
  let summary = "alpha * A' * B' + beta * C, with A' and B' transposed on request";
  let arguments = (ins Onnx_NumberTensor:$a, Onnx_NumberTensor:$b, Onnx_OptionalNumberTensor:$c, F32Attr:$alpha, F32Attr:$beta,
                       BoolAttr:$trans_a, BoolAttr:$trans_b);
  let results = (outs Onnx_NumberTensor:$y);
  let hasVerifier = 1;
}
def Onnx_DetOp : Onnx_Op<"Det"> {
  let summary = "determinants of the square matrices in the last two dimensions";
  let arguments = (ins Onnx_FloatTensor:$x);
  let results = (outs Onnx_FloatTensor:$y);
}
def Onnx_EinsumOp : Onnx_Op<"Einsum"> {
  let summary = "sum of products over labelled dimensions; the frontend makes MatMul and its like of it";
  let arguments = (ins Variadic<Onnx_NumberTensor>:$inputs, StrAttr:$equation);
  let results = (outs Onnx_NumberTensor:$result);
  let hasVerifier = 1;
}

#endif // FOVEA_ONNX_MATRIX_OPS_TD
