// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The score region of an attention, from the steps of its site.

#ifndef FOVEA_PASSES_RAISE_SCOREREGION_H
#define FOVEA_PASSES_RAISE_SCOREREGION_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/Region.h"
#include "passes/raise/AttentionSite.h"

#include <memory>

namespace fovea::raise {

/// A region with the arguments (s, b, h, i, j, captures...), and what its captures read.
struct ScoreRegion {
  std::unique_ptr<mlir::Region> region;
  llvm::SmallVector<View> captures;
};

/// Writes the site's soft cap and steps as scalar f32 operations. Numbers are constants in the
/// region; a Where between numbers is a select on its bool tensor; every other operand is a
/// capture, equal ones the same, or code where that reads less.
ScoreRegion buildScoreRegion(mlir::OpBuilder &builder, mlir::Location loc,
                             const AttentionSite &site);

} // namespace fovea::raise

#endif // FOVEA_PASSES_RAISE_SCOREREGION_H
