// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The onnx dialect: ops that view, arrange, cut, join or make tensors.

#ifndef FOVEA_DIALECTS_ONNX_ONNXSHAPEOPS_H
#define FOVEA_DIALECTS_ONNX_ONNXSHAPEOPS_H

#include "dialects/onnx/OnnxDialect.h"

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxShapeOps.h.inc"

#endif // FOVEA_DIALECTS_ONNX_ONNXSHAPEOPS_H
