// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_ONNX_RECURRENT_OPS_TD
#define FOVEA_ONNX_RECURRENT_OPS_TD

include "dialects/onnx/OnnxBase.td"

// Normal form: activations, alphas and betas are written out for every direction, `layout` is batch_major (false before opset 14).

// T steps, batch B, I inputs, H hidden values, D directions, G gates. With batch_major (the standard's layout 1) B leads x, y and
// the states. The weights are [D, G*H, I] and [D, G*H, H]; the bias is [D, 2*G*H], first that of x. Activations are those of each
// direction in order, each with its alpha and beta.
class Onnx_RecurrentOp<string name, string text> : Onnx_Op<name> {
  let summary = text;
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
  dag recurrentOperands = (ins Onnx_FloatTensor:$x, Onnx_FloatTensor:$w, Onnx_FloatTensor:$r, Onnx_OptionalFloatTensor:$b,
                               AnyTypeOf<[TensorOf<[I32]>, NoneType]>:$sequence_lens, Onnx_OptionalFloatTensor:$initial_h);
  dag recurrentAttributes = (ins I64Attr:$hidden_size, StrAttr:$direction, BoolAttr:$batch_major, StrArrayAttr:$activations,
                                 DenseF32ArrayAttr:$alphas, DenseF32ArrayAttr:$betas, OptionalAttr<F32Attr>:$clip);
  let hasVerifier = 1;
}

def Onnx_RNNOp : Onnx_RecurrentOp<"RNN", "h' = f(x W^T + h R^T + b) at every step"> {
  let arguments = !con(recurrentOperands, recurrentAttributes);
  let results = (outs Onnx_FloatTensor:$y, Onnx_FloatTensor:$y_h);
}
def Onnx_GRUOp : Onnx_RecurrentOp<"GRU", "gated recurrent unit; gates z, r, h"> {
  let arguments = !con(recurrentOperands, recurrentAttributes, (ins BoolAttr:$linear_before_reset));
  let results = (outs Onnx_FloatTensor:$y, Onnx_FloatTensor:$y_h);
}
def Onnx_LSTMOp : Onnx_RecurrentOp<"LSTM", "long short-term memory; gates i, o, f, c; peepholes p are [D, 3*H] for i, o, f"> {
  let arguments = !con(recurrentOperands, (ins Onnx_OptionalFloatTensor:$initial_c, Onnx_OptionalFloatTensor:$p),
                       recurrentAttributes, (ins BoolAttr:$input_forget));
  let results = (outs Onnx_FloatTensor:$y, Onnx_FloatTensor:$y_h, Onnx_FloatTensor:$y_c);
}

#endif // FOVEA_ONNX_RECURRENT_OPS_TD
