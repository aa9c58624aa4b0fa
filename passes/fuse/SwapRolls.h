// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rolls in front of padding, and behind the slice that takes the padding away.

#ifndef FOVEA_PASSES_FUSE_SWAPROLLS_H
#define FOVEA_PASSES_FUSE_SWAPROLLS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace fovea {

/// Between the projections of attention, pads first and rolls what was not padded, and slices last:
/// pad(roll(x)) becomes roll'(pad(x)), and roll(slice(x)) becomes slice(roll'(x)), where roll'
/// leaves the padding where it is. Rolls are then behind the rows of a projection or in front of
/// them.
void swapRolls(mlir::func::FuncOp func);

} // namespace fovea

#endif // FOVEA_PASSES_FUSE_SWAPROLLS_H
