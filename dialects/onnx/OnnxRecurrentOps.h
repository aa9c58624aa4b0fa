// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The onnx dialect: recurrent layers.

#ifndef FOVEA_DIALECTS_ONNX_ONNXRECURRENTOPS_H
#define FOVEA_DIALECTS_ONNX_ONNXRECURRENTOPS_H

#include "dialects/onnx/OnnxDialect.h"

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxRecurrentOps.h.inc"

#endif // FOVEA_DIALECTS_ONNX_ONNXRECURRENTOPS_H
