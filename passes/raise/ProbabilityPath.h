// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The way from a Softmax to the product with the values.

#ifndef FOVEA_PASSES_RAISE_PROBABILITYPATH_H
#define FOVEA_PASSES_RAISE_PROBABILITYPATH_H

#include "passes/raise/AttentionSite.h"
#include "passes/raise/Contraction.h"

namespace fovea::raise {

/// What a second product over the same probabilities adds to the first. Maps are over the first
/// product's loops, but for those of `scale` and `shift`, which are over its dimensions.
struct RelativeValues {
  /// The second product's values.
  View table;
  /// sum = scale * (product with the values and tableScale * table) + shift, in the layout that
  /// `layout` makes of the product's, or, if it is empty, one reshape.
  mlir::Value sum;
  llvm::SmallVector<mlir::Operation *> layout;
  std::optional<NumberTable> tableScale, scale, shift;
};

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
  /// The values on the way, and the ops on it that read them.
  llvm::SmallVector<mlir::Value> passed;
  llvm::SmallVector<mlir::Operation *> readers;
  /// Where the Softmax's operand has the score of a sink, one key more than the product sums over;
  /// null when it has none.
  mlir::AffineMap sinkMap;
  /// That score, once it is found.
  View sink;
  /// What another product adds, if there is one.
  std::optional<RelativeValues> relative;
};

/// Looks for the first product, in the block's order, that sums the result of `softmax` over its
/// axis with other values.
std::optional<ProbabilityPath> findProbabilityPath(onnx::SoftmaxOp softmax, Refusal &refusal);

} // namespace fovea::raise

#endif // FOVEA_PASSES_RAISE_PROBABILITYPATH_H
