// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The onnx dialect: normalizations.

#ifndef FOVEA_DIALECTS_ONNX_ONNXNORMOPS_H
#define FOVEA_DIALECTS_ONNX_ONNXNORMOPS_H

#include "dialects/onnx/OnnxDialect.h"

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxNormOps.h.inc"

#endif // FOVEA_DIALECTS_ONNX_ONNXNORMOPS_H
