// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The onnx dialect: reductions.

#ifndef FOVEA_DIALECTS_ONNX_ONNXREDUCEOPS_H
#define FOVEA_DIALECTS_ONNX_ONNXREDUCEOPS_H

#include "dialects/onnx/OnnxDialect.h"

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxReduceOps.h.inc"

#endif // FOVEA_DIALECTS_ONNX_ONNXREDUCEOPS_H
