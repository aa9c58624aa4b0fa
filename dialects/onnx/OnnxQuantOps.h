// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The onnx dialect: quantisation.

#ifndef FOVEA_DIALECTS_ONNX_ONNXQUANTOPS_H
#define FOVEA_DIALECTS_ONNX_ONNXQUANTOPS_H

#include "dialects/onnx/OnnxDialect.h"

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxQuantOps.h.inc"

#endif // FOVEA_DIALECTS_ONNX_ONNXQUANTOPS_H
