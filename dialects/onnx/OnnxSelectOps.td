// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_ONNX_SELECT_OPS_TD
#define FOVEA_ONNX_SELECT_OPS_TD

include "dialects/onnx/OnnxBase.td"

// Normal form: TopK's k, an attribute up to opset 9, is an operand, and before opset 11 it takes the greatest, sorted.

// Sums and products up to each position along the axis that a scalar names.
class Onnx_ScanOp<string name, string text> : Onnx_Op<name> {
  let summary = text;
  let arguments = (ins Onnx_NumberTensor:$x, Onnx_IndexTensor:$axis, DefaultValuedAttr<BoolAttr, "false">:$exclusive,
                       DefaultValuedAttr<BoolAttr, "false">:$reverse);
  let results = (outs Onnx_NumberTensor:$y);
  let hasVerifier = 1;
}
def Onnx_CumSumOp : Onnx_ScanOp<"CumSum", "sums of the elements up to each position; exclusive leaves its own out">;
def Onnx_CumProdOp : Onnx_ScanOp<"CumProd", "products of the elements up to each position; exclusive leaves its own out">;

def Onnx_OneHotOp : Onnx_Op<"OneHot"> {
  let summary = "values[1] where the position along the new axis is the index, values[0] elsewhere";
  let arguments = (ins Onnx_NumberTensor:$indices, Onnx_NumberTensor:$depth, Onnx_Tensor:$values,
                       DefaultValuedAttr<SI64Attr, "-1">:$axis);
  let results = (outs Onnx_Tensor:$y);
  let hasVerifier = 1;
}
def Onnx_TopKOp : Onnx_Op<"TopK"> {
  let summary = "the k greatest or least elements along axis and their indices; of equal ones the first";
  let description = [{
    Results are in order whether `sorted` asks for it or not. NaN is greater than every number.
  }];
  let arguments = (ins Onnx_NumberTensor:$x, Onnx_IndexTensor:$k, DefaultValuedAttr<SI64Attr, "-1">:$axis,
                       DefaultValuedAttr<BoolAttr, "true">:$largest, DefaultValuedAttr<BoolAttr, "true">:$sorted);
  let results = (outs Onnx_NumberTensor:$values, TensorOf<[I64]>:$indices);
}

// Ops of which only the run knows the extents. They compute exactly what the model declares, and the run fails when the
// values ask for something else.
def Onnx_NonZeroOp : Onnx_Op<"NonZero", [Onnx_DataDependentShape]> {
  let summary = "the positions of the elements that are not zero, a column each, in row-major order";
  let description = [{
    Of a `bounded` one the declared extent is only the most positions there may be; the other columns are 0.
  }];
  let arguments = (ins Onnx_Tensor:$x, UnitAttr:$bounded);
  let results = (outs TensorOf<[I64]>:$positions);
}
def Onnx_CompressOp : Onnx_Op<"Compress", [Onnx_DataDependentShape]> {
  let summary = "the slices along axis, or the elements when there is none, for which condition holds";
  let arguments = (ins Onnx_Tensor:$x, Onnx_BoolTensor:$condition, OptionalAttr<SI64Attr>:$axis);
  let results = (outs Onnx_Tensor:$y);
}
def Onnx_UniqueOp : Onnx_Op<"Unique", [Onnx_DataDependentShape]> {
  let summary = "the distinct slices along axis, or elements, sorted or in order of first appearance";
  let description = [{
    With them the first index of each, for each slice of `x` the place of its like, and how often each appears; a result
    that nobody asks for is `none`.
  }];
  let arguments = (ins Onnx_Tensor:$x, OptionalAttr<SI64Attr>:$axis, DefaultValuedAttr<BoolAttr, "true">:$sorted);
  let results = (outs Onnx_Tensor:$y, AnyTypeOf<[TensorOf<[I64]>, NoneType]>:$indices,
                      AnyTypeOf<[TensorOf<[I64]>, NoneType]>:$inverse_indices,
                      AnyTypeOf<[TensorOf<[I64]>, NoneType]>:$counts);
}
def Onnx_NonMaxSuppressionOp : Onnx_Op<"NonMaxSuppression", [Onnx_DataDependentShape]> {
  let summary = "[batch, class, box] of the boxes that no better one of their class overlaps, best first";
  let arguments = (ins TensorOf<[F32]>:$boxes, TensorOf<[F32]>:$scores, Onnx_OptionalIndexTensor:$max_output_boxes_per_class,
                       AnyTypeOf<[TensorOf<[F32]>, NoneType]>:$iou_threshold,
                       AnyTypeOf<[TensorOf<[F32]>, NoneType]>:$score_threshold,
                       DefaultValuedAttr<BoolAttr, "false">:$center_point_box);
  let results = (outs TensorOf<[I64]>:$selected);
  let hasVerifier = 1;
}

#endif // FOVEA_ONNX_SELECT_OPS_TD
