// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The onnx dialect: scattering.

#ifndef FOVEA_DIALECTS_ONNX_ONNXSCATTEROPS_H
#define FOVEA_DIALECTS_ONNX_ONNXSCATTEROPS_H

#include "dialects/onnx/OnnxDialect.h"

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxScatterOps.h.inc"

#endif // FOVEA_DIALECTS_ONNX_ONNXSCATTEROPS_H
