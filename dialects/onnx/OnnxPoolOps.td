// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_ONNX_POOL_OPS_TD
#define FOVEA_ONNX_POOL_OPS_TD

include "dialects/onnx/OnnxBase.td"

// x is [N, C, spatial...]; an extent becomes (padded - span) / stride + 1, rounded up with `ceil_mode`, the span of a kernel being
// dilation * (kernel - 1) + 1. Normal form: strides, dilations and pads are written out where older opsets lack them, `pads`
// holds the begins and then the ends, and `auto_pad` is resolved by shape inference.

def Onnx_GlobalAveragePoolOp : Onnx_FloatUnaryOp<"GlobalAveragePool", "mean over every spatial dimension, kept as ones">;
def Onnx_GlobalMaxPoolOp : Onnx_FloatUnaryOp<"GlobalMaxPool", "greatest over every spatial dimension, kept as ones">;

def Onnx_GlobalLpPoolOp : Onnx_Op<"GlobalLpPool"> {
  let summary = "the p-norm over every spatial dimension, kept as ones";
  let arguments = (ins Onnx_FloatTensor:$x, SI64Attr:$p);
  let results = (outs Onnx_FloatTensor:$y);
  let hasVerifier = 1;
}

// All attributes are written out, as those of Conv; `ceil_mode` counts a last window that only begins inside x or the
// padding before it.
class Onnx_PoolOp<string name, string text, dag extra = (ins)> : Onnx_Op<name> {
  let summary = text;
  let arguments = !con((ins Onnx_FloatTensor:$x, DenseI64ArrayAttr:$kernel_shape, DenseI64ArrayAttr:$strides,
                            DenseI64ArrayAttr:$dilations, DenseI64ArrayAttr:$pads,
                            DefaultValuedAttr<BoolAttr, "false">:$ceil_mode,
                            DefaultValuedAttr<StrAttr, "\"NOTSET\"">:$auto_pad), extra);
  let results = (outs Onnx_FloatTensor:$y);
  let hasVerifier = 1;
}

def Onnx_AveragePoolOp : Onnx_PoolOp<"AveragePool", "mean of the elements in each window",
                                     (ins DefaultValuedAttr<BoolAttr, "false">:$count_include_pad)> {
  let description = "The mean is over the elements in x, and over padding only when `count_include_pad` says so.";
}

def Onnx_LpPoolOp : Onnx_PoolOp<"LpPool", "p-norm of the elements in each window", (ins SI64Attr:$p)>;

def Onnx_MaxPoolOp : Onnx_Op<"MaxPool"> {
  let summary = "greatest element in each window, and where it is";
  let description = [{
    The optional second result counts elements of x from its first, row-major, or with the spatial dimensions column-major
    when `storage_order` is 1. Among equals the first in row-major order wins; a window of nothing but padding has -1.
  }];
  let arguments = (ins Onnx_NumberTensor:$x, DenseI64ArrayAttr:$kernel_shape, DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$dilations, DenseI64ArrayAttr:$pads, DefaultValuedAttr<BoolAttr, "false">:$ceil_mode,
                       DefaultValuedAttr<StrAttr, "\"NOTSET\"">:$auto_pad,
                       DefaultValuedAttr<SI64Attr, "0">:$storage_order);
  let results = (outs Onnx_NumberTensor:$y, Optional<Onnx_IndexTensor>:$indices);
  let hasVerifier = 1;
}

def Onnx_MaxUnpoolOp : Onnx_Op<"MaxUnpool"> {
  let summary = "zeros, with the elements of x where `indices` place them";
  let description = [{
    `indices` count the elements of what a pooling with the same attributes came from, as MaxPool's do. The result has its
    extents, or those in `output_shape`, which are no smaller. Later elements win where several have the same place.
  }];
  let arguments = (ins Onnx_FloatTensor:$x, TensorOf<[I64]>:$indices, Onnx_OptionalIndexTensor:$output_shape,
                       DenseI64ArrayAttr:$kernel_shape, DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$pads);
  let results = (outs Onnx_FloatTensor:$y);
  let hasVerifier = 1;
}

#endif // FOVEA_ONNX_POOL_OPS_TD
