// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One op over loops that walk an operand in another order.

#ifndef FOVEA_PASSES_FUSE_REORDER_H
#define FOVEA_PASSES_FUSE_REORDER_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/PatternMatch.h"

#include "llvm/ADT/SmallBitVector.h"

#include <optional>

namespace fovea {

/// A bijection between the indices of two tensors: an old one and the one that replaces it.
struct Reorder {
  mlir::Value source;   ///< the new tensor
  mlir::AffineMap to;   ///< old index -> new index
  mlir::AffineMap from; ///< new index -> old index

  /// The old dimension that new dimension `dim` is, or nothing.
  std::optional<unsigned> getKept(unsigned dim) const;
  /// For every old dimension whether it is one of the new tensor.
  llvm::SmallBitVector getKeptDims() const;
};

/// Makes, in front of `op`, the same op with the loops of `reorder`'s new tensor. The given operand
/// reads the old one through the maps of a chain of layout ops, `chain` in all; the others must be
/// readable without divisions. Returns the result and where it has the elements of the old one,
/// whose op has lost its body and is left to the caller. Fails, with nothing changed, where loops
/// that the reordering mixes are not parallel or not plain.
std::optional<Reorder> reorderLoops(mlir::linalg::GenericOp op, unsigned operand,
                                    mlir::AffineMap chain, const Reorder &reorder,
                                    mlir::RewriterBase &rewriter);

} // namespace fovea

#endif // FOVEA_PASSES_FUSE_REORDER_H
