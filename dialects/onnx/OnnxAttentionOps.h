// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The onnx dialect: attention.

#ifndef FOVEA_DIALECTS_ONNX_ONNXATTENTIONOPS_H
#define FOVEA_DIALECTS_ONNX_ONNXATTENTIONOPS_H

#include "dialects/onnx/OnnxDialect.h"

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxAttentionOps.h.inc"

#endif // FOVEA_DIALECTS_ONNX_ONNXATTENTIONOPS_H
