// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_ONNX_MATRIX_OPS_TD
#define FOVEA_ONNX_MATRIX_OPS_TD

include "dialects/onnx/OnnxBase.td"

def Onnx_MatMulOp : Onnx_BinaryOp<"MatMul", "matrix product over the last two dimensions, the others broadcast">;
def Onnx_GemmOp : Onnx_Op<"Gemm"> {
  let summary = "alpha * A' * B' + beta * C, with A' and B' transposed on request";
  let arguments = (ins Onnx_FloatTensor:$a, Onnx_FloatTensor:$b, Onnx_OptionalFloatTensor:$c, F32Attr:$alpha, F32Attr:$beta,
                       BoolAttr:$trans_a, BoolAttr:$trans_b);
  let results = (outs Onnx_FloatTensor:$y);
  let hasVerifier = 1;
}

#endif // FOVEA_ONNX_MATRIX_OPS_TD
