// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reductions that several families share. Their results have no reduced dimensions.

#ifndef FOVEA_PASSES_LOWER_REDUCTIONS_H
#define FOVEA_PASSES_LOWER_REDUCTIONS_H

#include "passes/lower/Generics.h"

namespace fovea::lower {

/// Folds `x` over `axes` (sorted) with `combine(element, accumulator)`, from `initial` in the
/// accumulator's type.
mlir::Value reduce(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value x,
                   llvm::ArrayRef<int64_t> axes, mlir::TypedAttr initial, ScalarBody combine);

/// The greatest element over `axes`; NaN wins.
mlir::Value reduceMax(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value x,
                      llvm::ArrayRef<int64_t> axes, bool isUnsigned);

/// The least element over `axes`; NaN wins.
mlir::Value reduceMin(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value x,
                      llvm::ArrayRef<int64_t> axes, bool isUnsigned);

/// The place of the greatest or least element along `axis`, the first or the last of equal ones, as
/// i64; NaN wins.
mlir::Value findExtremum(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value x, int64_t axis,
                         bool greatest, bool last, bool isUnsigned);

/// The sum over `axes`, in f32 for 16-bit floats.
mlir::Value reduceSum(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value x,
                      llvm::ArrayRef<int64_t> axes);

/// The mean over `axes`, in the sum's type.
mlir::Value reduceMean(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value x,
                       llvm::ArrayRef<int64_t> axes, bool isUnsigned);

/// The sum of squares over `axes`, in f32 for 16-bit floats.
mlir::Value reduceSquares(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value x,
                          llvm::ArrayRef<int64_t> axes);

/// How many elements of `x` one result over `axes` has.
int64_t countReduced(mlir::Value x, llvm::ArrayRef<int64_t> axes);

/// A sum over `axes` of `x` divided by the number of its terms.
mlir::Value divideByCount(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value sum,
                          mlir::Value x, llvm::ArrayRef<int64_t> axes, bool isUnsigned);

} // namespace fovea::lower

#endif // FOVEA_PASSES_LOWER_REDUCTIONS_H
