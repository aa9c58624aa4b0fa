// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_ONNX_NORM_OPS_TD
#define FOVEA_ONNX_NORM_OPS_TD

include "dialects/onnx/OnnxBase.td"

// Results have the extents of x. Normal form: Softmax and its like took everything from `axis` on as one dimension up to opset
// 12, now Flatten, the op along the last dimension, Reshape; scale and bias of GroupNormalization had one element per group
// in opsets 18 to 20 and have one per channel since, and both are kept; `stash_type` says what statistics are computed in and
// is never less than it asks for; BatchNormalization in training is that of opset 14.

class Onnx_AlongAxisOp<string name, string text> : Onnx_Op<name> {
  let summary = text;
  let arguments = (ins Onnx_FloatTensor:$x, DefaultValuedAttr<SI64Attr, "-1">:$axis);
  let results = (outs Onnx_FloatTensor:$y);
}
def Onnx_SoftmaxOp : Onnx_AlongAxisOp<"Softmax", "e^(x - max) / sum e^(x - max) along axis">;
def Onnx_LogSoftmaxOp : Onnx_AlongAxisOp<"LogSoftmax", "x - max - log(sum e^(x - max)) along axis">;
def Onnx_HardmaxOp : Onnx_AlongAxisOp<"Hardmax", "1 at the first greatest element along axis, 0 elsewhere">;
def Onnx_LayerNormalizationOp : Onnx_Op<"LayerNormalization"> {
  let summary = "(x - mean) / sqrt(variance + epsilon) * scale + bias over the dimensions from axis";
  let description = "The statistics, when asked for, are the mean and then the inverse standard deviation.";
  let arguments = (ins Onnx_FloatTensor:$x, Onnx_FloatTensor:$scale, Onnx_OptionalFloatTensor:$bias,
                       DefaultValuedAttr<SI64Attr, "-1">:$axis, F32Attr:$epsilon);
  let results = (outs Onnx_FloatTensor:$y, Variadic<Onnx_FloatTensor>:$statistics);
  let hasVerifier = 1;
}
def Onnx_RMSNormalizationOp : Onnx_Op<"RMSNormalization"> {
  let summary = "x / sqrt(mean(x^2) + epsilon) * scale over the dimensions from axis";
  let arguments = (ins Onnx_FloatTensor:$x, Onnx_FloatTensor:$scale, DefaultValuedAttr<SI64Attr, "-1">:$axis, F32Attr:$epsilon);
  let results = (outs Onnx_FloatTensor:$y);
}

// x is [batch, channels, ...].
class Onnx_ChannelNormOp<string name, string text> : Onnx_Op<name> {
  let summary = text;
  let arguments = (ins Onnx_FloatTensor:$x, Onnx_FloatTensor:$scale, Onnx_FloatTensor:$bias, F32Attr:$epsilon);
  let results = (outs Onnx_FloatTensor:$y);
}
def Onnx_InstanceNormalizationOp
    : Onnx_ChannelNormOp<"InstanceNormalization", "every channel of every image normalized, scaled and shifted">;
def Onnx_GroupNormalizationOp
    : Onnx_ChannelNormOp<"GroupNormalization", "every group of neighbouring channels normalized, then scaled and shifted"> {
  let description = "scale and bias have one element per channel, or one per group.";
  let arguments = (ins Onnx_FloatTensor:$x, Onnx_FloatTensor:$scale, Onnx_FloatTensor:$bias, F32Attr:$epsilon,
                       SI64Attr:$num_groups);
}
def Onnx_BatchNormalizationOp : Onnx_Op<"BatchNormalization"> {
  let summary = "(x - mean) / sqrt(variance + epsilon) * scale + bias, each of one element per channel";
  let description = [{
    In training the mean and variance are those of x; the second and third result, if any, are then
    `given * momentum + computed * (1 - momentum)`. At inference there is one result.
  }];
  let arguments = (ins Onnx_FloatTensor:$x, Onnx_FloatTensor:$scale, Onnx_FloatTensor:$bias, Onnx_FloatTensor:$mean,
                       Onnx_FloatTensor:$variance, F32Attr:$epsilon, F32Attr:$momentum, BoolAttr:$training);
  let results = (outs Onnx_FloatTensor:$y, Variadic<Onnx_FloatTensor>:$running);
  let hasVerifier = 1;
}
def Onnx_LRNOp : Onnx_Op<"LRN"> {
  let summary = "x / (bias + alpha / size * sum of squares of size neighbouring channels)^beta";
  let arguments = (ins Onnx_FloatTensor:$x, SI64Attr:$size, F32Attr:$alpha, F32Attr:$beta, F32Attr:$bias);
  let results = (outs Onnx_FloatTensor:$y);
  let hasVerifier = 1;
}

#endif // FOVEA_ONNX_NORM_OPS_TD
