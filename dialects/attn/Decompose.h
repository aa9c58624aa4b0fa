// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// attn ops as linalg: the readable expansion that every backend can fall back to.

#ifndef FOVEA_DIALECTS_ATTN_DECOMPOSE_H
#define FOVEA_DIALECTS_ATTN_DECOMPOSE_H

#include "dialects/attn/Attn.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Support/LLVM.h"

#include <array>
#include <optional>

namespace fovea::attn {

/// What lies between query and output, in this order: the scaled products of query and key; these
/// behind the soft cap that the score region begins with, if it does; the scores, what the
/// normaliser reads; the weights of the values.
enum class ScoreStage { Product, Capped, Scores, Weights };

/// Consecutive batches, heads and queries of an attention, and the keys that they see.
struct ScorePart {
  static constexpr unsigned size = 3;
  /// Along the dimensions b, h, i.
  std::array<int64_t, size> first = {}, count = {};
  /// Along the keys; without a count, all of them.
  int64_t firstKey = 0;
  std::optional<int64_t> keyCount = std::nullopt;

  static ScorePart getWhole(llvm::ArrayRef<int64_t> domain);

  /// The extents of the part of an attention with the domain `whole`.
  llvm::SmallVector<int64_t> getDomain(llvm::ArrayRef<int64_t> whole) const;

  /// The map, over the part's own dimensions, by which the part reads a tensor that the attention
  /// reads by `map`. Divisions go where their quotient is
  /// constant within the part.
  mlir::AffineMap getMap(mlir::AffineMap map, llvm::ArrayRef<int64_t> whole) const;
};

/// Computes a stage of a part of `op` in f32, as linalg.generic ops in front of `op`, which stays:
/// a tensor of the part's batches, heads, queries and keys. Nothing outside of the part is
/// computed. The domain of `op` is not empty.
mlir::Value decomposeScores(mlir::RewriterBase &rewriter, AttentionOp op, const ScorePart &part,
                            ScoreStage stage);

/// Writes `op` (on tensors) as linalg.generic ops in front of it, in f32: the product of queries
/// and keys, the score region with the mask, the row maximum, the exponentials, their sum, the
/// quotient, the product with the values. Scores take the space of a [b, h, i, j] tensor. With a
/// `queryTile`, softmax over more queries than that, or over many batches, is written tile by tile,
/// each for the keys that its queries may see by the mask, and scores take the space of a tile's.
/// Returns what replaces the results of `op`, which stays in place.
mlir::SmallVector<mlir::Value> decomposeAttention(mlir::RewriterBase &rewriter, AttentionOp op,
                                                  int64_t queryTile = 0);

/// Writes one step of online attention as linalg.generic ops in front of `op`, with the same
/// contract.
mlir::SmallVector<mlir::Value> decomposeOnlineAttention(mlir::RewriterBase &rewriter,
                                                        OnlineAttentionOp op);

/// Replaces `op` by one attn.online_attention over all keys, from neutral initial values, and the
/// final quotient as a linalg.generic. The step can then be tiled along the keys. Fails when the
/// probabilities are asked for, which a running maximum does not have, or when the normaliser is
/// not softmax.
mlir::FailureOr<OnlineAttentionOp> convertToOnline(mlir::RewriterBase &rewriter, AttentionOp op);

} // namespace fovea::attn

#endif // FOVEA_DIALECTS_ATTN_DECOMPOSE_H
