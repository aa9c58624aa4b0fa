// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The onnx dialect: loss functions.

#ifndef FOVEA_DIALECTS_ONNX_ONNXLOSSOPS_H
#define FOVEA_DIALECTS_ONNX_ONNXLOSSOPS_H

#include "dialects/onnx/OnnxDialect.h"

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxLossOps.h.inc"

#endif // FOVEA_DIALECTS_ONNX_ONNXLOSSOPS_H
