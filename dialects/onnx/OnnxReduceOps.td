// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_ONNX_REDUCE_OPS_TD
#define FOVEA_ONNX_REDUCE_OPS_TD

include "dialects/onnx/OnnxBase.td"

class Onnx_ReduceOp<string name, string text> : Onnx_Op<name> {
  let summary = text;
  let arguments = (ins Onnx_NumberTensor:$x, Onnx_OptionalIndexTensor:$axes, DefaultValuedAttr<BoolAttr, "true">:$keepdims,
                       DefaultValuedAttr<BoolAttr, "false">:$noop_with_empty_axes);
  let results = (outs Onnx_NumberTensor:$y);
}
def Onnx_ReduceMeanOp : Onnx_ReduceOp<"ReduceMean", "arithmetic mean over the axes, all when absent">;
def Onnx_ReduceSumOp : Onnx_ReduceOp<"ReduceSum", "sum over the axes, all when absent">;
def Onnx_ReduceMaxOp : Onnx_ReduceOp<"ReduceMax", "greatest element over the axes, all when absent">;
def Onnx_ReduceMinOp : Onnx_ReduceOp<"ReduceMin", "least element over the axes, all when absent">;
def Onnx_ArgMaxOp : Onnx_Op<"ArgMax"> {
  let summary = "index of the first greatest element along axis";
  let arguments = (ins Onnx_NumberTensor:$x, DefaultValuedAttr<SI64Attr, "0">:$axis, DefaultValuedAttr<BoolAttr, "true">:$keepdims,
                       DefaultValuedAttr<BoolAttr, "false">:$select_last_index);
  let results = (outs TensorOf<[I64]>:$y);
}

#endif // FOVEA_ONNX_REDUCE_OPS_TD
