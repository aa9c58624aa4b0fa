// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How an attention is cut into tiles of batches and queries, as few loops over tiles of one kind:
// equal in size, with keys that begin and end on straight lines. The plan's length does not depend
// on the attention's.

#ifndef FOVEA_DIALECTS_ATTN_TILEPLAN_H
#define FOVEA_DIALECTS_ATTN_TILEPLAN_H

#include "dialects/attn/Mask.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <tuple>

namespace fovea::attn {

/// Keys of the tiles 0, 1, …: tile n reads [low + n * lowStep, high + n * highStep), never nothing.
struct KeyLines {
  int64_t low = 0, lowStep = 0, high = 0, highStep = 0;

  bool operator==(const KeyLines &other) const {
    return std::tie(low, lowStep, high, highStep) ==
           std::tie(other.low, other.lowStep, other.high, other.highStep);
  }
};

/// Tiles of queries one after another.
struct QueryRun {
  int64_t first = 0, tiles = 0, queries = 0;
  KeyLines keys;

  /// The most keys of a tile.
  int64_t getMostKeys() const;
  bool operator==(const QueryRun &other) const {
    return std::tie(first, tiles, queries, keys) ==
           std::tie(other.first, other.tiles, other.queries, other.keys);
  }
};

/// Tiles of batches one after another, each cut into the same tiles of queries.
struct BatchRun {
  int64_t first = 0, tiles = 0, batches = 0;
  llvm::SmallVector<QueryRun> queries;
};

/// Cuts an attention into tiles of at most `queryTile` queries and as many batches as keep the
/// scores of a tile to a few million bytes. Each query is in one tile, which has every key that the
/// mask shows to it; where tiles differ too much for few loops, they have more.
llvm::SmallVector<BatchRun> planTiles(MaskAttr mask, llvm::ArrayRef<int64_t> domain,
                                      int64_t queryTile);

} // namespace fovea::attn

#endif // FOVEA_DIALECTS_ATTN_TILEPLAN_H
