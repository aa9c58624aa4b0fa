// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Probabilities that are summed, weighted by key or normalised again in front of the product with
// the values, as products that a site can be made of.

#ifndef FOVEA_PASSES_RAISE_PROBABILITYSUMS_H
#define FOVEA_PASSES_RAISE_PROBABILITYSUMS_H

#include "dialects/onnx/OnnxNormOps.h"
#include "mlir/IR/PatternMatch.h"

namespace fovea::raise {

/// Rewrites the product that `softmax` reaches: (f P + g Q) V becomes (f P) V + (g Q) V, the same
/// for differences, and (P * m) V becomes P (m V) where m differs by key alone;
/// where such a product with m is divided by its sum, that is done behind the values. A quotient by
/// the sums of rows is left out where these are 1: where the factors of the softmaxes, and the sums
/// of constant rows, add up to that.
void distributeProduct(onnx::SoftmaxOp softmax, mlir::RewriterBase &rewriter);

} // namespace fovea::raise

#endif // FOVEA_PASSES_RAISE_PROBABILITYSUMS_H
