// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The onnx dialect: ops that order, select or accumulate along an axis.

#ifndef FOVEA_DIALECTS_ONNX_ONNXSELECTOPS_H
#define FOVEA_DIALECTS_ONNX_ONNXSELECTOPS_H

#include "dialects/onnx/OnnxDialect.h"

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxSelectOps.h.inc"

#endif // FOVEA_DIALECTS_ONNX_ONNXSELECTOPS_H
