// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The way from a Softmax to the product with the values.

#ifndef FOVEA_PASSES_RAISE_PROBABILITYPATH_H
#define FOVEA_PASSES_RAISE_PROBABILITYPATH_H

#include "passes/raise/AttentionSite.h"
#include "passes/raise/Contraction.h"

namespace fovea::raise {

/// The product of probabilities and values. Maps are over the product's loops.
struct ProbabilityPath {
  Contraction product;
  View values;
  /// The index into the Softmax's operand. The keys, `product.loops` behind `product.outer`, are
  /// its axis, in row-major order of `keyLoops`.
  mlir::AffineMap softmaxMap;
  llvm::SmallVector<unsigned> keyLoops;
  /// Whether rows without a visible key are made zero.
  bool guarded = false;
  /// A condition where the probabilities are made zero, or none.
  View zeroed;
  /// Factors that are the same for every key.
  llvm::SmallVector<View> factors;
  /// The value on the way that is used elsewhere too, or null.
  View tapped;
};

/// Looks for the first product, in the block's order, that sums the result of `softmax` over its
/// axis with other values.
std::optional<ProbabilityPath> findProbabilityPath(onnx::SoftmaxOp softmax, Refusal &refusal);

} // namespace fovea::raise

#endif // FOVEA_PASSES_RAISE_PROBABILITYPATH_H
