// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The way from a Softmax up to the product of queries and keys, as steps on one score.

#ifndef FOVEA_PASSES_RAISE_SCOREPATH_H
#define FOVEA_PASSES_RAISE_SCOREPATH_H

#include "passes/raise/AttentionSite.h"
#include "passes/raise/Contraction.h"

namespace fovea::raise {

/// The loops over which scores are read, those of the product with the values.
struct ScoreLoops {
  llvm::ArrayRef<int64_t> extents;
  /// The keys, and what is left of the queries where the values are the same.
  llvm::SmallVector<unsigned> keys, queries;
};

/// What lies between the product of queries and keys and the Softmax.
struct ScorePath {
  mlir::Value product;
  /// Read over the loops of the scores, then `inner`, over which the product sums.
  View query, key;
  llvm::SmallVector<int64_t> inner;
  /// The product of the constant factors directly above the product.
  double scale = 1.0;
  /// The rest, nearest the product first, over the loops of the scores.
  llvm::SmallVector<ScoreStep> steps = {};
};

/// Walks up from `scores`, the operand of `softmax`. Every value on the way has one use. When
/// several operands of an addition lead to a product, the one whose factors are both computed is
/// taken, then one whose keys are the same for every query, then the nearest.
std::optional<ScorePath> findScorePath(const View &scores, const ScoreLoops &loops,
                                       mlir::Operation *softmax, Refusal &refusal);

/// Whether every operand of the site's steps is a number or a tensor that can be captured.
bool checkSteps(const AttentionSite &site, Refusal &refusal);

} // namespace fovea::raise

#endif // FOVEA_PASSES_RAISE_SCOREPATH_H
