// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The onnx dialect: resizing and sampling.

#ifndef FOVEA_DIALECTS_ONNX_ONNXRESAMPLEOPS_H
#define FOVEA_DIALECTS_ONNX_ONNXRESAMPLEOPS_H

#include "dialects/onnx/OnnxDialect.h"

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxResampleOps.h.inc"

#endif // FOVEA_DIALECTS_ONNX_ONNXRESAMPLEOPS_H
