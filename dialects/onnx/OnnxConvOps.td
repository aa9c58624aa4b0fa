// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_ONNX_CONV_OPS_TD
#define FOVEA_ONNX_CONV_OPS_TD

include "dialects/onnx/OnnxBase.td"

// Normal form: attributes that a node leaves out are written out, so that their lengths say how many spatial dimensions there
// are; ConvInteger and QLinearConv are a Conv between other ops.

// Integers come from quantised convolutions, which have no form of their own.
def Onnx_ConvTensor : TensorOf<[F16, BF16, F32, F64, I32]>;
def Onnx_OptionalConvTensor : AnyTypeOf<[Onnx_ConvTensor, NoneType]>;

def Onnx_ConvOp : Onnx_Op<"Conv"> {
  let summary =
      "convolution of x [N, C, spatial...] with w [M, C / group, kernel...] plus a bias [M]";
  let description = [{
    All attributes are written out; `pads` holds the begins of every spatial dimension, then the ends. `auto_pad` is
    resolved by shape inference into `pads` and is "NOTSET" from then on.
  }];
  let arguments = (ins Onnx_ConvTensor:$x, Onnx_ConvTensor:$w, Onnx_OptionalConvTensor:$bias,
      DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations, DenseI64ArrayAttr:$pads,
      SI64Attr:$group, DefaultValuedAttr<StrAttr, "\"NOTSET\"">:$auto_pad);
  let results = (outs Onnx_ConvTensor:$y);
  let hasVerifier = 1;
}

def Onnx_ConvTransposeOp : Onnx_Op<"ConvTranspose"> {
  let summary = "the adjoint of a convolution: x [N, C, spatial...] with w [C, M / group, "
                "kernel...] plus a bias [M]";
  let description = [{
    The result's extents are stride * (extent - 1) + output_padding + kernel span - pads. `auto_pad` and `output_shape` are
    resolved by shape inference into `pads` and `output_padding`.
  }];
  let arguments = (ins Onnx_FloatTensor:$x, Onnx_FloatTensor:$w, Onnx_OptionalFloatTensor:$bias,
      DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations, DenseI64ArrayAttr:$pads,
      DenseI64ArrayAttr:$output_padding, SI64Attr:$group,
      DefaultValuedAttr<StrAttr, "\"NOTSET\"">:$auto_pad,
      OptionalAttr<DenseI64ArrayAttr>:$output_shape);
  let results = (outs Onnx_FloatTensor:$y);
  let hasVerifier = 1;
}

def Onnx_DeformConvOp : Onnx_Op<"DeformConv"> {
  let summary = "a convolution of images whose kernel reads at offset places";
  let description = [{
    `offset` is [N, offset_group * kh * kw * 2, oh, ow], a row's then a column's offset for each tap and result; `mask`
    [N, offset_group * kh * kw, oh, ow] multiplies what is read. Between elements x is interpolated, outside it is zero.
  }];
  let arguments = (ins Onnx_FloatTensor:$x, Onnx_FloatTensor:$w, Onnx_FloatTensor:$offset,
      Onnx_OptionalFloatTensor:$bias, Onnx_OptionalFloatTensor:$mask, DenseI64ArrayAttr:$strides,
      DenseI64ArrayAttr:$dilations, DenseI64ArrayAttr:$pads, SI64Attr:$group,
      SI64Attr:$offset_group);
  let results = (outs Onnx_FloatTensor:$y);
  let hasVerifier = 1;
}

#endif // FOVEA_ONNX_CONV_OPS_TD
