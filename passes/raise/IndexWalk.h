// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which element of a tensor is read at a place of some loops. Layout ops are walked from their
// result to their operand by composing index maps, so that matchers see what is computed and not
// how it was laid out.

#ifndef FOVEA_PASSES_RAISE_INDEXWALK_H
#define FOVEA_PASSES_RAISE_INDEXWALK_H

#include "mlir/IR/AffineMap.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/SmallVector.h"

#include <optional>

namespace fovea::raise {

/// `value` read at `map`, whose inputs are the loops.
struct View {
  mlir::Value value;
  mlir::AffineMap map;

  explicit operator bool() const { return bool(value); }
};

/// The map that reads a tensor of shape `from` where it broadcasts to `to`, over the indices
/// `index` into `to`; null when it does not broadcast.
mlir::AffineMap getBroadcastMap(llvm::ArrayRef<int64_t> from, llvm::ArrayRef<int64_t> to,
                                mlir::AffineMap index);

/// `operand`, of the op that makes the view's value, where it is read as it broadcasts to that
/// value; no view when its shape does not.
View readOperand(const View &view, mlir::Value operand);

/// The operand of the layout op that makes the view's value, read where the view reads its result:
/// Reshape and its like, Transpose, Expand, Tile, Slice, Split, Concat, Pad and Gather, where their
/// parameters are constant, what is read comes from one operand, and the index is affine. Nothing
/// for other ops.
std::optional<View> readThrough(const View &view, llvm::ArrayRef<int64_t> loops);

/// One index that runs over `shape` in row-major order, from the index of each dimension.
mlir::AffineExpr linearize(llvm::ArrayRef<mlir::AffineExpr> indices, llvm::ArrayRef<int64_t> shape,
                           mlir::MLIRContext *context);

/// The index of each dimension of `shape`, from one index that runs over all of them.
llvm::SmallVector<mlir::AffineExpr> delinearize(mlir::AffineExpr index,
                                                llvm::ArrayRef<int64_t> shape);

/// Whether a result of the map reads one of the loops `dims`.
bool readsAny(mlir::AffineMap map, llvm::ArrayRef<unsigned> dims);

} // namespace fovea::raise

#endif // FOVEA_PASSES_RAISE_INDEXWALK_H
