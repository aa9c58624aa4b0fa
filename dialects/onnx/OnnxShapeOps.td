// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_ONNX_SHAPE_OPS_TD
#define FOVEA_ONNX_SHAPE_OPS_TD

include "dialects/onnx/OnnxBase.td"

// Normal form: lists of integers that newer opsets pass as operands are operands in all: axes of Squeeze and Unsqueeze and sizes
// of Split (attributes up to opset 12), starts, ends and axes of Slice (up to 9), pads of Pad (up to 10). A vector of them is
// i64 or i32; `none` is one that is absent. Transpose names every dimension; a Split makes as many parts as it has results.

def Onnx_NoneOp : Op<Onnx_Dialect, "none", [Pure, ConstantLike]> {
  let summary = "an optional input that is absent";
  let arguments = (ins UnitAttr:$value);
  let results = (outs NoneType:$result);
  let assemblyFormat = "attr-dict";
  let hasFolder = 1;
}
def Onnx_ConstantOp : Onnx_Op<"Constant", [ConstantLike]> {
  let summary = "a constant tensor: an initializer or a Constant node";
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Onnx_Tensor:$result);
  let builders = [OpBuilder<(ins "::mlir::ElementsAttr":$value), [{ build($_builder, $_state, value.getType(), value); }]>];
  let assemblyFormat = "attr-dict `:` type($result) `=` $value";
  let hasFolder = 1;
  let hasVerifier = 1;
}
def Onnx_ShapeOp : Onnx_Op<"Shape"> {
  let summary = "the extents of x in [start, end) as an i64 vector";
  let arguments = (ins Onnx_Tensor:$x, DefaultValuedAttr<SI64Attr, "0">:$start, OptionalAttr<SI64Attr>:$end);
  let results = (outs TensorOf<[I64]>:$shape);
}
def Onnx_SizeOp : Onnx_Op<"Size"> {
  let summary = "the number of elements of x";
  let arguments = (ins Onnx_Tensor:$x);
  let results = (outs TensorOf<[I64]>:$size);
}
def Onnx_ReshapeOp : Onnx_Op<"Reshape"> {
  let summary = "the same elements in another shape; -1 is computed, 0 copies unless allowzero";
  let arguments = (ins Onnx_Tensor:$x, Onnx_IndexTensor:$shape, DefaultValuedAttr<BoolAttr, "false">:$allowzero);
  let results = (outs Onnx_Tensor:$y);
}
def Onnx_FlattenOp : Onnx_Op<"Flatten"> {
  let summary = "a matrix: dimensions before axis, dimensions from axis";
  let arguments = (ins Onnx_Tensor:$x, DefaultValuedAttr<SI64Attr, "1">:$axis);
  let results = (outs Onnx_Tensor:$y);
}
def Onnx_TransposeOp : Onnx_Op<"Transpose"> {
  let summary = "dimension i of the result is dimension permutation[i] of x; empty reverses them";
  let arguments = (ins Onnx_Tensor:$x, DenseI64ArrayAttr:$permutation);
  let results = (outs Onnx_Tensor:$y);
  let hasVerifier = 1;
}
def Onnx_UnsqueezeOp : Onnx_Op<"Unsqueeze"> {
  let summary = "x with extents of one inserted at the axes of the result";
  let arguments = (ins Onnx_Tensor:$x, Onnx_IndexTensor:$axes);
  let results = (outs Onnx_Tensor:$y);
}
def Onnx_SqueezeOp : Onnx_Op<"Squeeze"> {
  let summary = "x without the axes, or without every extent of one";
  let arguments = (ins Onnx_Tensor:$x, Onnx_OptionalIndexTensor:$axes);
  let results = (outs Onnx_Tensor:$y);
}
def Onnx_ExpandOp : Onnx_Op<"Expand"> {
  let summary = "x broadcast against a shape";
  let arguments = (ins Onnx_Tensor:$x, Onnx_IndexTensor:$shape);
  let results = (outs Onnx_Tensor:$y);
}
def Onnx_TileOp : Onnx_Op<"Tile"> {
  let summary = "x repeated along each axis";
  let arguments = (ins Onnx_Tensor:$x, Onnx_IndexTensor:$repeats);
  let results = (outs Onnx_Tensor:$y);
}
def Onnx_ConcatOp : Onnx_Op<"Concat"> {
  let summary = "operands one after the other along axis";
  let arguments = (ins Variadic<Onnx_Tensor>:$inputs, SI64Attr:$axis);
  let results = (outs Onnx_Tensor:$result);
  let hasVerifier = 1;
}
def Onnx_SliceOp : Onnx_Op<"Slice"> {
  let summary = "x[starts:ends:steps] along the axes";
  let arguments = (ins Onnx_Tensor:$x, Onnx_IndexTensor:$starts, Onnx_IndexTensor:$ends,
                       Onnx_OptionalIndexTensor:$axes, Onnx_OptionalIndexTensor:$steps);
  let results = (outs Onnx_Tensor:$y);
  let hasVerifier = 1;
}
def Onnx_SplitOp : Onnx_Op<"Split"> {
  let summary = "x cut along axis into parts of the given sizes, or equal ones (the last may be smaller)";
  let arguments = (ins Onnx_Tensor:$x, Onnx_OptionalIndexTensor:$sizes, DefaultValuedAttr<SI64Attr, "0">:$axis);
  let results = (outs Variadic<Onnx_Tensor>:$parts);
  let hasVerifier = 1;
}
def Onnx_GatherOp : Onnx_Op<"Gather"> {
  let summary = "slices of x along axis, chosen by indices; negative indices count from the end";
  let arguments = (ins Onnx_Tensor:$x, Onnx_IndexTensor:$indices, DefaultValuedAttr<SI64Attr, "0">:$axis);
  let results = (outs Onnx_Tensor:$y);
}
def Onnx_GatherElementsOp : Onnx_Op<"GatherElements"> {
  let summary = "elements of x chosen along axis by an index of the result's shape";
  let arguments = (ins Onnx_Tensor:$x, Onnx_IndexTensor:$indices, DefaultValuedAttr<SI64Attr, "0">:$axis);
  let results = (outs Onnx_Tensor:$y);
}
def Onnx_GatherNDOp : Onnx_Op<"GatherND"> {
  let summary = "slices of x chosen by index tuples";
  let arguments = (ins Onnx_Tensor:$x, Onnx_IndexTensor:$indices, DefaultValuedAttr<SI64Attr, "0">:$batch_dims);
  let results = (outs Onnx_Tensor:$y);
}
def Onnx_ConstantOfShapeOp : Onnx_Op<"ConstantOfShape"> {
  let summary = "a tensor of the given shape, every element the one value";
  let arguments = (ins Onnx_IndexTensor:$shape, ElementsAttr:$value);
  let results = (outs Onnx_Tensor:$y);
  let hasVerifier = 1;
}
def Onnx_RangeOp : Onnx_Op<"Range"> {
  let summary = "start, start + delta, ... before limit";
  let arguments = (ins Onnx_NumberTensor:$start, Onnx_NumberTensor:$limit, Onnx_NumberTensor:$delta);
  let results = (outs Onnx_Tensor:$y);
  let hasVerifier = 1;
}
def Onnx_TriluOp : Onnx_Op<"Trilu"> {
  let summary = "the upper or lower triangle from diagonal k, zeros elsewhere";
  let arguments = (ins Onnx_Tensor:$x, Onnx_OptionalIndexTensor:$k, DefaultValuedAttr<BoolAttr, "true">:$upper);
  let results = (outs Onnx_Tensor:$y);
  let hasVerifier = 1;
}
def Onnx_PadOp : Onnx_Op<"Pad"> {
  let summary = "x extended before and after each of the axes, or cut where a pad is negative";
  let description = [{
    `pads` holds what goes before each of the axes, then what goes after; the axes are all when absent. `mode` is one of
    `constant` (with `value`, 0 when absent), `reflect`, `edge` and `wrap`.
  }];
  let arguments = (ins Onnx_Tensor:$x, Onnx_IndexTensor:$pads, Onnx_OptionalTensor:$value,
                       Onnx_OptionalIndexTensor:$axes, DefaultValuedAttr<StrAttr, "\"constant\"">:$mode);
  let results = (outs Onnx_Tensor:$y);
  let hasVerifier = 1;
}
def Onnx_CenterCropPadOp : Onnx_Op<"CenterCropPad"> {
  let summary = "x cut or padded with zeros on both sides of the axes (all when absent) until they have the extents of shape";
  let arguments = (ins Onnx_Tensor:$x, Onnx_IndexTensor:$shape, OptionalAttr<DenseI64ArrayAttr>:$axes);
  let results = (outs Onnx_Tensor:$y);
}
def Onnx_DepthToSpaceOp : Onnx_Op<"DepthToSpace"> {
  let summary = "blocks of channels [N, C, H, W] spread over squares; blocks are the outer part of C, or the inner one (CRD)";
  let arguments = (ins Onnx_Tensor:$x, SI64Attr:$blocksize, DefaultValuedAttr<StrAttr, "\"DCR\"">:$mode);
  let results = (outs Onnx_Tensor:$y);
  let hasVerifier = 1;
}
def Onnx_SpaceToDepthOp : Onnx_Op<"SpaceToDepth"> {
  let summary = "squares of [N, C, H, W] gathered into channels, the place in the square outermost, or innermost (CRD)";
  let arguments = (ins Onnx_Tensor:$x, SI64Attr:$blocksize, DefaultValuedAttr<StrAttr, "\"DCR\"">:$mode);
  let results = (outs Onnx_Tensor:$y);
  let hasVerifier = 1;
}
def Onnx_Col2ImOp : Onnx_Op<"Col2Im"> {
  let summary = "the image whose sliding blocks are the columns of x [N, C * block, blocks]; what overlaps is added";
  let arguments = (ins Onnx_NumberTensor:$x, Onnx_IndexTensor:$image_shape, Onnx_IndexTensor:$block_shape,
                       DenseI64ArrayAttr:$dilations, DenseI64ArrayAttr:$pads, DenseI64ArrayAttr:$strides);
  let results = (outs Onnx_NumberTensor:$y);
}
def Onnx_EyeLikeOp : Onnx_Op<"EyeLike"> {
  let summary = "a matrix of x's extents with ones on diagonal k and zeros elsewhere";
  let arguments = (ins Onnx_Tensor:$x, TypeAttr:$to, DefaultValuedAttr<SI64Attr, "0">:$k);
  let results = (outs Onnx_Tensor:$y);
}
def Onnx_ReverseSequenceOp : Onnx_Op<"ReverseSequence"> {
  let summary = "x with the first lengths[b] elements along time_axis reversed for each b of batch_axis";
  let arguments = (ins Onnx_Tensor:$x, Onnx_IndexTensor:$lengths, DefaultValuedAttr<SI64Attr, "1">:$batch_axis,
                       DefaultValuedAttr<SI64Attr, "0">:$time_axis);
  let results = (outs Onnx_Tensor:$y);
}

#endif // FOVEA_ONNX_SHAPE_OPS_TD
