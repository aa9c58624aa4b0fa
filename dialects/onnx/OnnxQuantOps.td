// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_ONNX_QUANT_OPS_TD
#define FOVEA_ONNX_QUANT_OPS_TD

include "dialects/onnx/OnnxBase.td"

// Results have the extents of x. Normal form: types that a node leaves to its zero point or scale are written out in `to`, and
// `block_size` is 0 where opsets before 21 have none; DynamicQuantizeLinear, MatMulInteger, ConvInteger, QLinearMatMul and
// QLinearConv are taken apart into these ops and ordinary ones.

def Onnx_QuantizedTensor
    : TensorOf<!listconcat([I8, I16, I32, UI8, UI16], onnxNarrowIntegers, onnxSmallFloats)>;
def Onnx_OptionalQuantizedTensor : AnyTypeOf<[Onnx_QuantizedTensor, NoneType]>;
// f8E8M0FNU is the scale of microscaling formats.
def Onnx_ScaleTensor : TensorOf<[F16, BF16, F32, F8E8M0FNU]>;

def Onnx_BitCastOp : Onnx_Op<"BitCast"> {
  let summary = "the bits of the elements as another type of as many bits; a bool has 8";
  let arguments = (ins Onnx_Tensor:$x, TypeAttr:$to);
  let results = (outs Onnx_Tensor:$y);
  let hasVerifier = 1;
}

class Onnx_LinearQuantOp<string name, string text> : Onnx_Op<name> {
  let summary = text;
  let hasVerifier = 1;
  code granularity = [{
    Scale and zero point have the same shape, which says how many elements share them: one element, all; a vector, those
    at the same place of dimension `axis`; a tensor like x but for dimension `axis`, `block_size` neighbours along it.
  }];
}

def Onnx_QuantizeLinearOp : Onnx_LinearQuantOp<"QuantizeLinear", "saturate(round(x / scale) + zero_point)"> {
  let description = granularity # [{
    The quotient is computed in the type `precision`, rounded to the nearest even integer and stops at the ends of the
    result's range; NaN becomes the least number. Small floating-point results are rounded as by onnx.Cast.
  }];
  let arguments = (ins Onnx_NumberTensor:$x, Onnx_ScaleTensor:$scale, Onnx_OptionalQuantizedTensor:$zero_point,
                   SI64Attr:$axis, SI64Attr:$block_size, TypeAttr:$to, TypeAttr:$precision,
                   DefaultValuedAttr<BoolAttr, "true">:$saturate);
  let results = (outs Onnx_QuantizedTensor:$y);
}

def Onnx_DequantizeLinearOp : Onnx_LinearQuantOp<"DequantizeLinear", "(x - zero_point) * scale"> {
  let description = granularity # [{
    The difference is exact, the product has f32 or `to` if that is wider.
  }];
  let arguments = (ins Onnx_QuantizedTensor:$x, Onnx_ScaleTensor:$scale, Onnx_OptionalQuantizedTensor:$zero_point,
                   SI64Attr:$axis, SI64Attr:$block_size, TypeAttr:$to);
  let results = (outs Onnx_FloatTensor:$y);
}

#endif // FOVEA_ONNX_QUANT_OPS_TD
