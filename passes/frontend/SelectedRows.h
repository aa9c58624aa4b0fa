// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is computed with the positions that a NonZero finds, up to the scatters that write it back:
// the experts of a mixture, each on the tokens that it was chosen for. How many there are only the
// run knows.

#ifndef FOVEA_PASSES_FRONTEND_SELECTEDROWS_H
#define FOVEA_PASSES_FRONTEND_SELECTEDROWS_H

#include "dialects/onnx/OnnxSelectOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include "llvm/ADT/DenseMap.h"

#include <optional>
#include <string>
#include <variant>

namespace fovea {

/// The dimension of a value along which it has `factor` entries for each position found, in their
/// order.
struct RowDimension {
  int64_t dim, factor;
};

/// The ops that depend on a NonZero, in order, of which each computes the entries of a position
/// from those of the same position alone, so that positions may be taken some at a time.
struct SelectedRows {
  llvm::SmallVector<mlir::Operation *> ops;
  /// Scatters into what does not depend on the positions; their results have static types.
  llvm::SmallVector<mlir::Operation *> scatters;
  /// Of the values with entries for each position.
  llvm::DenseMap<mlir::Value, RowDimension> rows;
};

/// Why positions cannot be taken some at a time: what the op, a user of them, does.
struct RefusedSelection {
  mlir::Operation *op;
  std::string reason;
};

/// Proves it or says why not. The ops are tried with two numbers of positions: extents that differ
/// are multiples of it, and so are the numbers computed from those, which may be extents and
/// nothing else.
std::variant<SelectedRows, RefusedSelection> findSelectedRows(onnx::NonZeroOp selection);

using RefusedSelections = llvm::DenseMap<mlir::Operation *, RefusedSelection>;

/// Replaces each NonZero of an unknown number of positions, and the ops that are proved to take its
/// positions one by one, by a Loop over groups of positions, whose body's types are still to be
/// inferred. Returns whether there was one; `refused` gets those that stay.
bool computeSelectionsInGroups(mlir::func::FuncOp function, RefusedSelections &refused);

} // namespace fovea

#endif // FOVEA_PASSES_FRONTEND_SELECTEDROWS_H
