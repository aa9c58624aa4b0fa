// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The onnx dialect: pooling.

#ifndef FOVEA_DIALECTS_ONNX_ONNXPOOLOPS_H
#define FOVEA_DIALECTS_ONNX_ONNXPOOLOPS_H

#include "dialects/onnx/OnnxDialect.h"

#include <optional>

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxPoolOps.h.inc"

namespace fovea::onnx {

/// The extents of what a MaxUnpool's x of `shape`, which is static, was pooled from; nothing when
/// one is not positive, or overflows.
std::optional<llvm::SmallVector<int64_t>> getUnpooledShape(MaxUnpoolOp op,
                                                           llvm::ArrayRef<int64_t> shape);

} // namespace fovea::onnx

#endif // FOVEA_DIALECTS_ONNX_ONNXPOOLOPS_H
