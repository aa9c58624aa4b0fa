// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attention tile by tile: loops around the expansion of one tile. Internal to this folder.

#ifndef FOVEA_DIALECTS_ATTN_ATTENTIONTILES_H
#define FOVEA_DIALECTS_ATTN_ATTENTIONTILES_H

#include "dialects/attn/Decompose.h"
#include "dialects/attn/LinalgBuilder.h"
#include "dialects/attn/TilePlan.h"

namespace fovea::attn {

/// What a loop says of the part that it moves: where it begins along b, h, i and j, instead of the
/// part's own numbers, and how many keys it has of those that the part has at most. Null where the
/// loop says nothing.
struct PartPlace {
  std::array<mlir::Value, 4> first = {};
  mlir::Value keyCount;
};

/// Writes the output of a part of `op` into its place in `whole`, a tensor over b, h, i and e.
mlir::Value expandInto(mlir::RewriterBase &rewriter, AttentionOp op, const ScorePart &part,
                       const PartPlace &place, MappedTensor whole);

/// `source` over b, h, i and e as the op's output, in its type and layout.
mlir::Value expandOutput(mlir::RewriterBase &rewriter, AttentionOp op, MappedTensor source);

/// Writes `op` in front of it as the plan says, each run of tiles as a loop, and returns what
/// replaces its output.
mlir::Value decomposeInTiles(mlir::RewriterBase &rewriter, AttentionOp op,
                             llvm::ArrayRef<BatchRun> plan);

} // namespace fovea::attn

#endif // FOVEA_DIALECTS_ATTN_ATTENTIONTILES_H
