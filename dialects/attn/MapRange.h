// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Values of affine expressions over a box of dimensions.

#ifndef FOVEA_DIALECTS_ATTN_MAPRANGE_H
#define FOVEA_DIALECTS_ATTN_MAPRANGE_H

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/AffineMap.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>

namespace fovea::attn {

/// Least and greatest value, both included.
struct ValueRange64 {
  int64_t low, high;
};

/// The values of `expr` while dimension n runs over [0, extents[n]). Exact for sums of multiples, a
/// bound otherwise. Nothing when the arithmetic overflows, a divisor is not a positive constant, or
/// a symbol occurs.
std::optional<ValueRange64> getRange(mlir::AffineExpr expr, llvm::ArrayRef<int64_t> extents);

/// `expr` without the divisions and remainders whose quotient is constant over that box.
mlir::AffineExpr foldDivisions(mlir::AffineExpr expr, llvm::ArrayRef<int64_t> extents);

/// `expr` as constant + sum of coefficient * dimension; nothing when it divides, or holds a symbol.
struct LinearForm {
  int64_t constant = 0;
  llvm::SmallVector<int64_t, 6> coefficients;
};
std::optional<LinearForm> getLinearForm(mlir::AffineExpr expr, unsigned dims);

/// `expr` as constant + sum of coefficient * atom, where an atom is a dimension, a division or a
/// remainder; equal atoms are one. Nothing when a product has no constant factor, or when numbers
/// overflow.
struct AtomSum {
  int64_t constant = 0;
  llvm::SmallVector<std::pair<mlir::AffineExpr, int64_t>, 4> terms = {};

  mlir::AffineExpr toExpr(mlir::MLIRContext *context) const;
};
std::optional<AtomSum> getAtomSum(mlir::AffineExpr expr);

/// `expr` at a point. Only for expressions and points for which `getRange` has an answer.
int64_t evaluate(mlir::AffineExpr expr, llvm::ArrayRef<int64_t> point);

} // namespace fovea::attn

#endif // FOVEA_DIALECTS_ATTN_MAPRANGE_H
