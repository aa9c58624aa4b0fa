// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Matchers that both normalizations over rows share.

#ifndef FOVEA_PASSES_RAISE_NORMMATCH_H
#define FOVEA_PASSES_RAISE_NORMMATCH_H

#include "dialects/onnx/OnnxReduceOps.h"
#include "mlir/IR/Value.h"

#include <optional>

namespace fovea::raise {

/// The first of the trailing dimensions that this mean runs over, or nothing when it is not a mean
/// over trailing dimensions that it keeps as ones.
std::optional<int64_t> getMeanAxis(onnx::ReduceMeanOp mean);

/// sqrt(mean(base^2) + epsilon), the mean over the dimensions from axis on.
struct RootMeanSquare {
  mlir::Value base;
  int64_t axis;
  double epsilon;
};

/// Matches the root, as Sqrt or Pow, of a mean of squares, as Pow or Mul.
std::optional<RootMeanSquare> matchRoot(mlir::Value value);

/// Matches 1 / root, as Reciprocal, as Div, or as a power.
std::optional<RootMeanSquare> matchInverseRoot(mlir::Value value);

/// Whether a normalization may have this element type.
bool isNormType(mlir::Type element);

} // namespace fovea::raise

#endif // FOVEA_PASSES_RAISE_NORMMATCH_H
