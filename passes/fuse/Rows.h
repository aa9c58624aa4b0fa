// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which ops live on the same rows as a reduction: they run over all its elements or over one
// element per row.

#ifndef FOVEA_PASSES_FUSE_ROWS_H
#define FOVEA_PASSES_FUSE_ROWS_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

#include "llvm/ADT/DenseMap.h"

#include <optional>

namespace fovea {

/// The loops of a reduction in the order its input is stored in; loops of extent 1 do not count.
class RowDomain {
public:
  /// The domain of a reduction, if its first input is read through a plain selection of loops.
  static std::optional<RowDomain> get(mlir::linalg::GenericOp reduction);

  /// Adds an op whose loops are this domain or its rows, and which reads the values already added
  /// accordingly. Returns false, and adds nothing, when it does not fit.
  bool add(mlir::linalg::GenericOp op);

  /// Whether `op` reads operand `position` exactly as `value`'s role says (all elements, or one per
  /// row).
  bool agreesWithUse(mlir::linalg::GenericOp op, mlir::OpOperand &use) const;

  void remove(mlir::Operation *op) { isFull.erase(op); }

  /// Whether the reduced loops are the innermost ones of the stored tensor.
  bool isTrailing() const;
  /// Which of the loops are reduced, outermost first.
  llvm::ArrayRef<bool> getReduced() const { return reduced; }
  llvm::ArrayRef<int64_t> getExtents() const { return extents; }

private:
  struct Shape {
    llvm::SmallVector<unsigned>
        loops; ///< loops of the op that stand for this domain, or for its rows
    bool full; ///< all elements, or one per row
  };
  std::optional<Shape> match(mlir::linalg::GenericOp op) const;
  bool readsAs(mlir::AffineMap map, llvm::ArrayRef<int64_t> opExtents, const Shape &shape,
               bool full) const;

  llvm::SmallVector<int64_t> extents;
  llvm::SmallVector<bool> reduced;
  /// Of every op added: whether its results have all elements (true) or one per row.
  llvm::DenseMap<mlir::Operation *, bool> isFull;
};

} // namespace fovea

#endif // FOVEA_PASSES_FUSE_ROWS_H
