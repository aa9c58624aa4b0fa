// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The onnx dialect: pooling.

#ifndef FOVEA_DIALECTS_ONNX_ONNXPOOLOPS_H
#define FOVEA_DIALECTS_ONNX_ONNXPOOLOPS_H

#include "dialects/onnx/OnnxDialect.h"

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxPoolOps.h.inc"

#endif // FOVEA_DIALECTS_ONNX_ONNXPOOLOPS_H
