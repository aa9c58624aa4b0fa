// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The onnx dialect: matrix products.

#ifndef FOVEA_DIALECTS_ONNX_ONNXMATRIXOPS_H
#define FOVEA_DIALECTS_ONNX_ONNXMATRIXOPS_H

#include "dialects/onnx/OnnxDialect.h"

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxMatrixOps.h.inc"

#endif // FOVEA_DIALECTS_ONNX_ONNXMATRIXOPS_H
