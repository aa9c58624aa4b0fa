// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Windows that slide over the trailing dimensions of a tensor: padding, and reductions over each
// window.

#ifndef FOVEA_PASSES_LOWER_WINDOWS_H
#define FOVEA_PASSES_LOWER_WINDOWS_H

#include "passes/lower/Generics.h"

namespace fovea::lower {

/// Pads the last dimensions of `x`: `pads` has the begins of each, then the ends. `x` itself when
/// all are zero.
mlir::Value padTrailing(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value x,
                        llvm::ArrayRef<int64_t> pads, mlir::TypedAttr padding);

/// How a kernel slides, one number per spatial dimension.
struct WindowShape {
  llvm::ArrayRef<int64_t> kernel, strides, dilations, results;

  /// The padding at the end that the last windows need beyond `pads`, which are the begins, then
  /// the ends, around dimensions of `extents`; also what of it no window reads is left out.
  llvm::SmallVector<int64_t> fitPads(llvm::ArrayRef<int64_t> extents,
                                     llvm::ArrayRef<int64_t> pads) const;
};

/// Folds every window of the last dimensions of `x`, which is padded, from `initial` on: the loops
/// are those of x that stay, the results, then the kernel. `values` of `combine` are the element,
/// those of `perResult`, which have the result's shape, and the accumulator.
mlir::Value reduceWindows(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value x,
                          const WindowShape &window, mlir::ValueRange perResult,
                          mlir::TypedAttr initial, ScalarBody combine);

} // namespace fovea::lower

#endif // FOVEA_PASSES_LOWER_WINDOWS_H
