// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_ONNX_POOL_OPS_TD
#define FOVEA_ONNX_POOL_OPS_TD

include "dialects/onnx/OnnxBase.td"

def Onnx_GlobalAveragePoolOp : Onnx_FloatUnaryOp<"GlobalAveragePool", "mean over every spatial dimension, kept as ones">;

#endif // FOVEA_ONNX_POOL_OPS_TD
