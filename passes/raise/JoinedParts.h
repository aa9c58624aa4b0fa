// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scores and values that a model computes part by part, as one product each.

#ifndef FOVEA_PASSES_RAISE_JOINEDPARTS_H
#define FOVEA_PASSES_RAISE_JOINEDPARTS_H

#include "dialects/onnx/OnnxNormOps.h"
#include "mlir/IR/PatternMatch.h"

namespace fovea::raise {

/// Joins what `softmax` reads: products of the same queries with several keys that are concatenated
/// become one product with the concatenated keys; and what it makes: a sum of products of slices of
/// the probabilities becomes one product with the concatenated values. The slices have to be all of
/// the probabilities.
void joinParts(onnx::SoftmaxOp softmax, mlir::RewriterBase &rewriter);

} // namespace fovea::raise

#endif // FOVEA_PASSES_RAISE_JOINEDPARTS_H
