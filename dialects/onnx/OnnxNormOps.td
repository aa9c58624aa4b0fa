// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_ONNX_NORM_OPS_TD
#define FOVEA_ONNX_NORM_OPS_TD

include "dialects/onnx/OnnxBase.td"

def Onnx_SoftmaxOp : Onnx_Op<"Softmax"> {
  let summary = "e^(x - max) / sum e^(x - max) along axis";
  let arguments = (ins Onnx_FloatTensor:$x, DefaultValuedAttr<SI64Attr, "-1">:$axis);
  let results = (outs Onnx_FloatTensor:$y);
}
def Onnx_LayerNormalizationOp : Onnx_Op<"LayerNormalization"> {
  let summary = "(x - mean) / sqrt(variance + epsilon) * scale + bias over the dimensions from axis";
  let description = "The statistics, when asked for, are the mean and then the inverse standard deviation.";
  let arguments = (ins Onnx_FloatTensor:$x, Onnx_FloatTensor:$scale, Onnx_OptionalFloatTensor:$bias,
                       DefaultValuedAttr<SI64Attr, "-1">:$axis, F32Attr:$epsilon);
  let results = (outs Onnx_FloatTensor:$y, Variadic<Onnx_FloatTensor>:$statistics);
  let hasVerifier = 1;
}

#endif // FOVEA_ONNX_NORM_OPS_TD
