// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loops that walk merged dimensions, as the loops of these dimensions.

#ifndef FOVEA_PASSES_FUSE_SPLITLOOPS_H
#define FOVEA_PASSES_FUSE_SPLITLOOPS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace fovea {

/// Splits the loops of products and reductions whose operand would have to be copied because its
/// index divides them: windows and heads that are one batch become two. The operand is then read in
/// place. Returns whether something changed.
bool splitLoops(mlir::func::FuncOp func);

} // namespace fovea

#endif // FOVEA_PASSES_FUSE_SPLITLOOPS_H
