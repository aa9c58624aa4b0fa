// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_ONNX_SCATTER_OPS_TD
#define FOVEA_ONNX_SCATTER_OPS_TD

include "dialects/onnx/OnnxBase.td"

#endif // FOVEA_ONNX_SCATTER_OPS_TD
