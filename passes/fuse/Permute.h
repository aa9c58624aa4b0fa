// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Computed tensors in another order of their dimensions.

#ifndef FOVEA_PASSES_FUSE_PERMUTE_H
#define FOVEA_PASSES_FUSE_PERMUTE_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/PatternMatch.h"

namespace fovea {

/// `type` with dimension `order[i]` in place i.
mlir::RankedTensorType permuteType(mlir::Type type, llvm::ArrayRef<int64_t> order);

/// The same empty, filled or splat tensor with another shape; null for an init that holds data.
mlir::Value reshapeInit(mlir::Value init, mlir::RankedTensorType type,
                        mlir::RewriterBase &rewriter);

/// `value` as a tensor of another static shape with as many elements.
mlir::Value reshape(mlir::Value value, mlir::RankedTensorType type, mlir::RewriterBase &rewriter);

/// Makes `op` compute `result`, whose type changes, with its dimensions in `order`. The users are
/// left to the caller. Fails, with nothing changed, when the result starts from data.
llvm::LogicalResult permuteGenericResult(mlir::linalg::GenericOp op, mlir::OpResult result,
                                         llvm::ArrayRef<int64_t> order,
                                         mlir::RewriterBase &rewriter);

} // namespace fovea

#endif // FOVEA_PASSES_FUSE_PERMUTE_H
