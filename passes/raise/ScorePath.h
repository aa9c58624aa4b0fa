// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The way from a Softmax up to the product of queries and keys, as steps on one score.

#ifndef FOVEA_PASSES_RAISE_SCOREPATH_H
#define FOVEA_PASSES_RAISE_SCOREPATH_H

#include "dialects/onnx/OnnxMatrixOps.h"
#include "passes/raise/AttentionSite.h"

namespace fovea::raise {

/// What lies between the product of queries and keys and the Softmax.
struct ScorePath {
  onnx::MatMulOp product;
  /// The product of the constant factors directly above the product.
  double scale = 1.0;
  /// The product's dimensions in front of its rows, when a Reshape stands between it and the
  /// Softmax.
  std::optional<llvm::SmallVector<int64_t>> leadingShape = std::nullopt;
  /// The rest, nearest the product first.
  llvm::SmallVector<ScoreStep> steps = {};
};

/// Walks up from `scores`, the operand of `softmax`. Every value on the way has one use. When
/// several operands of an addition lead to a product, the one whose factors are both computed is
/// taken, then the nearest.
std::optional<ScorePath> findScorePath(mlir::Value scores, mlir::Operation *softmax,
                                       Refusal &refusal);

/// Whether every operand of the site's steps is a number or a tensor that can be captured.
bool checkSteps(const AttentionSite &site, Refusal &refusal);

/// The bool tensor and the two numbers of a Where between constants, through which a step reads a
/// mask.
struct NumberChoice {
  mlir::Value condition;
  double whereTrue, whereFalse;
};
std::optional<NumberChoice> matchNumberChoice(mlir::Value value);

} // namespace fovea::raise

#endif // FOVEA_PASSES_RAISE_SCOREPATH_H
