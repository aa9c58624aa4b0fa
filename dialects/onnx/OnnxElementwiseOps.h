// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The onnx dialect: elementwise ops.

#ifndef FOVEA_DIALECTS_ONNX_ONNXELEMENTWISEOPS_H
#define FOVEA_DIALECTS_ONNX_ONNXELEMENTWISEOPS_H

#include "dialects/onnx/OnnxDialect.h"

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxElementwiseOps.h.inc"

#endif // FOVEA_DIALECTS_ONNX_ONNXELEMENTWISEOPS_H
