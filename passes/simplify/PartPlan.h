// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What an op has to read so that a part of its results can be computed.

#ifndef FOVEA_PASSES_SIMPLIFY_PARTPLAN_H
#define FOVEA_PASSES_SIMPLIFY_PARTPLAN_H

#include "dialects/attn/Attn.h"
#include "passes/simplify/Box.h"

#include <array>
#include <optional>
#include <string>

namespace fovea::simplify {

/// The part of an op that is to be computed.
struct PartPlan {
  /// What is computed of the first result: at least what was asked for. Unused for ops that only
  /// select (Split).
  Box result;
  /// What is read of each operand; nothing where the operand is not read or not a tensor.
  llvm::SmallVector<std::optional<Box>> operands;
  /// Why more is computed than was asked for; empty when it is not.
  std::string reason;
};

/// Plans `op` when `asked` is read of its results, one entry each, nothing for a result without
/// users. An op that can only be computed whole reads all of its operands.
PartPlan planPart(mlir::Operation *op, llvm::ArrayRef<std::optional<Box>> asked);

/// The consecutive elements that a Gather with constant indices selects along its axis; nothing
/// when they are not consecutive or not constant.
std::optional<Interval> getGatheredInterval(mlir::Operation *gather);

/// The ranges of an attention's six dimensions that belong to a part of its output along whose
/// partial axes the output's map is a single dimension.
std::array<Interval, 6> getAttentionIntervals(attn::AttentionOp op, const Box &result);

} // namespace fovea::simplify

#endif // FOVEA_PASSES_SIMPLIFY_PARTPLAN_H
