// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_ONNX_OPS_TD
#define FOVEA_ONNX_OPS_TD

include "dialects/onnx/OnnxElementwiseOps.td"
include "dialects/onnx/OnnxShapeOps.td"
include "dialects/onnx/OnnxMatrixOps.td"
include "dialects/onnx/OnnxReduceOps.td"
include "dialects/onnx/OnnxNormOps.td"
include "dialects/onnx/OnnxConvOps.td"
include "dialects/onnx/OnnxAttentionOps.td"



#endif // FOVEA_ONNX_OPS_TD
