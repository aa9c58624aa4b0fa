// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The onnx dialect: control flow, sequences and optionals.

#ifndef FOVEA_DIALECTS_ONNX_ONNXCONTROLOPS_H
#define FOVEA_DIALECTS_ONNX_ONNXCONTROLOPS_H

#include "dialects/onnx/OnnxDialect.h"

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxControlOps.h.inc"

#endif // FOVEA_DIALECTS_ONNX_ONNXCONTROLOPS_H
