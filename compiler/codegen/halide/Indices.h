// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where an expression is evaluated. A space has dimensions with static extents; indices are affine
// expressions of them. Dimensions that every access walks through as one longer dimension are
// merged: a merged group is one Halide variable. Invariant: `toExpr` of an index inside its extent
// is an Int(32) expression inside the same bounds.

#ifndef FOVEA_COMPILER_CODEGEN_HALIDE_INDICES_H
#define FOVEA_COMPILER_CODEGEN_HALIDE_INDICES_H

#include <Halide.h>

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/AffineMap.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>

namespace fovea::codegen::halide {

/// A sum `constant + Σ coefficient[d] * d` over the dimensions of a space.
struct Linear {
  llvm::SmallVector<int64_t> coefficients;
  int64_t constant = 0;
};

/// Dimensions that are walked as one, outermost first.
struct Group {
  llvm::SmallVector<unsigned> dims;
  int64_t extent = 1;
};

class Space {
public:
  explicit Space(mlir::MLIRContext *context) : context(context) {}

  /// A new dimension of this extent; dimensions of extent 1 are the constant 0 everywhere.
  mlir::AffineExpr addDim(int64_t extent);
  /// A dimension whose value is `value` in [0, extent), for instance a loaded index.
  mlir::AffineExpr addValue(Halide::Expr value, int64_t extent);
  unsigned size() const { return extents.size(); }
  int64_t extent(unsigned dim) const { return extents[dim]; }
  mlir::MLIRContext *getContext() const { return context; }

  /// Makes groups of `dims`, given outermost first: neighbours are merged when every expression of
  /// `accesses` walks them as one. Returns the numbers of the new groups; extents of 1 are in no
  /// group.
  llvm::SmallVector<unsigned> group(llvm::ArrayRef<unsigned> dims,
                                    llvm::ArrayRef<mlir::AffineExpr> accesses);
  const Group &getGroup(unsigned number) const { return groups[number]; }
  /// Says which Halide expression stands for the group from now on.
  void bind(unsigned group, Halide::Expr value) { values[group] = value; }
  Halide::Expr getBinding(unsigned group) const { return values[group]; }

  /// `expr` as coefficients of dimensions, if it is linear.
  std::optional<Linear> linear(mlir::AffineExpr expr) const;
  /// `expr` as a sum of a linear expression and the addends that are not.
  std::pair<mlir::AffineExpr, mlir::AffineExpr> separate(mlir::AffineExpr expr) const;
  /// The coefficient of the group's variable in `expr`; none when `expr` is not linear in the
  /// merged dimension.
  std::optional<int64_t> coefficient(mlir::AffineExpr expr, unsigned group) const;
  /// Whether the group's dimensions occur in `expr` at all.
  bool uses(mlir::AffineExpr expr, unsigned group) const;
  Halide::Expr toExpr(mlir::AffineExpr expr) const;

  /// `expr floordiv divisor` and `expr mod divisor`, simplified with the extents of the dimensions.
  mlir::AffineExpr floorDiv(mlir::AffineExpr expr, int64_t divisor) const;
  mlir::AffineExpr mod(mlir::AffineExpr expr, int64_t divisor) const;

private:
  Halide::Expr dimExpr(unsigned dim) const;
  bool splits(const Linear &sum, int64_t divisor, mlir::AffineExpr &quotient,
              mlir::AffineExpr &rest) const;

  mlir::MLIRContext *context;
  llvm::SmallVector<int64_t> extents;
  llvm::SmallVector<int> groupOf; // -1: none
  std::vector<Halide::Expr> dimValues;
  llvm::SmallVector<Group> groups;
  std::vector<Halide::Expr> values;
};

} // namespace fovea::codegen::halide

#endif // FOVEA_COMPILER_CODEGEN_HALIDE_INDICES_H
