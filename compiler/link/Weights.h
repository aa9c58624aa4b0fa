// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The weights section: where each constant lies in it, and its bytes as a stream.

#ifndef FOVEA_COMPILER_LINK_WEIGHTS_H
#define FOVEA_COMPILER_LINK_WEIGHTS_H

#include "dialects/kernel/Kernel.h"
#include "mlir/IR/BuiltinOps.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/raw_ostream.h"

namespace fovea::link {

/// The constants of a program in the order of their offsets, and the size of the section with its
/// slack (0 without constants).
struct WeightLayout {
  llvm::SmallVector<kernel::ConstantOp> constants;
  int64_t bytes = 0;
};

/// Reads the offsets of all kernel.constant of `module`; emits an error at one that is missing,
/// misaligned, or overlaps another, and at a value without data.
mlir::FailureOr<WeightLayout> getWeightLayout(mlir::ModuleOp module);

/// Writes the section's `layout.bytes` bytes to `out`, from the constants' own storage: splats are
/// expanded, matrices with panels rearranged, gaps are zero. Memory use does not depend on the size
/// of the weights.
void writeWeights(const WeightLayout &layout, llvm::raw_ostream &out);

} // namespace fovea::link

#endif // FOVEA_COMPILER_LINK_WEIGHTS_H
