// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The onnx dialect: convolutions.

#ifndef FOVEA_DIALECTS_ONNX_ONNXCONVOPS_H
#define FOVEA_DIALECTS_ONNX_ONNXCONVOPS_H

#include "dialects/onnx/OnnxDialect.h"

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxConvOps.h.inc"

#endif // FOVEA_DIALECTS_ONNX_ONNXCONVOPS_H
