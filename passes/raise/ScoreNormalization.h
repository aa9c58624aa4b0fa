// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Normalised scores, as axial attention has them.

#ifndef FOVEA_PASSES_RAISE_SCORENORMALIZATION_H
#define FOVEA_PASSES_RAISE_SCORENORMALIZATION_H

#include "dialects/onnx/OnnxNormOps.h"
#include "mlir/IR/PatternMatch.h"

namespace fovea::raise {

/// Writes a BatchNormalization between the products of queries and keys and `softmax`, and those
/// behind several products with its result, where their statistics are constant, as products with
/// and sums of constants per channel.
void spellOutNormalization(onnx::SoftmaxOp softmax, mlir::RewriterBase &rewriter);

} // namespace fovea::raise

#endif // FOVEA_PASSES_RAISE_SCORENORMALIZATION_H
