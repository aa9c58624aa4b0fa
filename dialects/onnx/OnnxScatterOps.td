// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_ONNX_SCATTER_OPS_TD
#define FOVEA_ONNX_SCATTER_OPS_TD

include "dialects/onnx/OnnxBase.td"

// The result has the type of the first operand. Normal form: Scatter is what ScatterElements was called before opset 11, and
// `reduction` is none before opset 16.

class Onnx_ScatterOp<string name, string text> : Onnx_Op<name> {
  let summary = text;
  let results = (outs Onnx_Tensor:$y);
  let hasVerifier = 1;
}
// `reduction` is none, add, mul, min or max: how an update meets the element that is there, in row-major order of the
// updates. Negative indices count from the end.
def Onnx_ScatterElementsOp : Onnx_ScatterOp<"ScatterElements", "x with elements chosen along axis by indices updated"> {
  let arguments = (ins Onnx_Tensor:$x, Onnx_IndexTensor:$indices, Onnx_Tensor:$updates,
                       DefaultValuedAttr<SI64Attr, "0">:$axis, DefaultValuedAttr<StrAttr, "\"none\"">:$reduction);
}
def Onnx_ScatterNDOp : Onnx_ScatterOp<"ScatterND", "x with slices chosen by index tuples updated"> {
  let arguments = (ins Onnx_Tensor:$x, Onnx_IndexTensor:$indices, Onnx_Tensor:$updates,
                       DefaultValuedAttr<StrAttr, "\"none\"">:$reduction);
}
def Onnx_TensorScatterOp : Onnx_ScatterOp<"TensorScatter", "a cache with a run of positions along axis replaced"> {
  let description = [{
    Row b of `update` goes to positions write_indices[b], write_indices[b] + 1, ... of the axis (from 0 when absent);
    `mode` circular begins again at 0 behind the end.
  }];
  let arguments = (ins Onnx_Tensor:$past, Onnx_Tensor:$update, Onnx_OptionalIndexTensor:$write_indices,
                       DefaultValuedAttr<SI64Attr, "-2">:$axis, DefaultValuedAttr<StrAttr, "\"linear\"">:$mode);
}

#endif // FOVEA_ONNX_SCATTER_OPS_TD
