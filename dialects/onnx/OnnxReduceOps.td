// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_ONNX_REDUCE_OPS_TD
#define FOVEA_ONNX_REDUCE_OPS_TD

include "dialects/onnx/OnnxBase.td"

// y lacks the reduced dimensions, or has ones there with `keepdims`. Normal form: the axes, an attribute up to opset 17 (of
// ReduceSum up to 12), are an operand, `none` for all; an empty list means all too unless `noop_with_empty_axes`.

class Onnx_ReduceOp<string name, string text> : Onnx_Op<name> {
  let summary = text;
  let arguments = (ins Onnx_NumberTensor:$x, Onnx_OptionalIndexTensor:$axes, DefaultValuedAttr<BoolAttr, "true">:$keepdims,
                       DefaultValuedAttr<BoolAttr, "false">:$noop_with_empty_axes);
  let results = (outs Onnx_NumberTensor:$y);
}
def Onnx_ReduceMeanOp : Onnx_ReduceOp<"ReduceMean", "arithmetic mean over the axes, all when absent">;
def Onnx_ReduceSumOp : Onnx_ReduceOp<"ReduceSum", "sum over the axes, all when absent">;
def Onnx_ReduceProdOp : Onnx_ReduceOp<"ReduceProd", "product over the axes, all when absent">;
def Onnx_ReduceL1Op : Onnx_ReduceOp<"ReduceL1", "sum of magnitudes over the axes, all when absent">;
def Onnx_ReduceL2Op : Onnx_ReduceOp<"ReduceL2", "root of the sum of squares over the axes, all when absent">;
def Onnx_ReduceLogSumOp : Onnx_ReduceOp<"ReduceLogSum", "logarithm of the sum over the axes, all when absent">;
def Onnx_ReduceLogSumExpOp
    : Onnx_ReduceOp<"ReduceLogSumExp", "logarithm of the sum of exponentials over the axes, all when absent">;
def Onnx_ReduceSumSquareOp : Onnx_ReduceOp<"ReduceSumSquare", "sum of squares over the axes, all when absent">;

// Truth values are ordered, false before true.
class Onnx_ReduceExtremumOp<string name, string text> : Onnx_ReduceOp<name, text> {
  let arguments = (ins Onnx_Tensor:$x, Onnx_OptionalIndexTensor:$axes, DefaultValuedAttr<BoolAttr, "true">:$keepdims,
                       DefaultValuedAttr<BoolAttr, "false">:$noop_with_empty_axes);
  let results = (outs Onnx_Tensor:$y);
}
def Onnx_ReduceMaxOp : Onnx_ReduceExtremumOp<"ReduceMax", "greatest element over the axes, all when absent">;
def Onnx_ReduceMinOp : Onnx_ReduceExtremumOp<"ReduceMin", "least element over the axes, all when absent">;

class Onnx_ArgExtremumOp<string name, string text> : Onnx_Op<name> {
  let summary = text;
  let arguments = (ins Onnx_NumberTensor:$x, DefaultValuedAttr<SI64Attr, "0">:$axis, DefaultValuedAttr<BoolAttr, "true">:$keepdims,
                       DefaultValuedAttr<BoolAttr, "false">:$select_last_index);
  let results = (outs TensorOf<[I64]>:$y);
}
def Onnx_ArgMaxOp : Onnx_ArgExtremumOp<"ArgMax", "index of the first (or last) greatest element along axis; NaN counts as one">;
def Onnx_ArgMinOp : Onnx_ArgExtremumOp<"ArgMin", "index of the first (or last) least element along axis; NaN counts as one">;

#endif // FOVEA_ONNX_REDUCE_OPS_TD
