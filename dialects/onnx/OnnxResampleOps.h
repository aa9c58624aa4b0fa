// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The onnx dialect: resizing and sampling.

#ifndef FOVEA_DIALECTS_ONNX_ONNXRESAMPLEOPS_H
#define FOVEA_DIALECTS_ONNX_ONNXRESAMPLEOPS_H

#include "dialects/onnx/OnnxDialect.h"

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxResampleOps.h.inc"

namespace fovea::onnx {

/// The dimensions that a Resize of a tensor of `rank` may change, in the order of its operands.
llvm::SmallVector<int64_t> getResizeAxes(ResizeOp op, int64_t rank);

} // namespace fovea::onnx

#endif // FOVEA_DIALECTS_ONNX_ONNXRESAMPLEOPS_H
