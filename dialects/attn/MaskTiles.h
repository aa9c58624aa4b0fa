// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a mask makes of tiles of queries and keys, proved from its constraints: which tiles are
// empty or full, and which keys a tile of queries can see at most.

#ifndef FOVEA_DIALECTS_ATTN_MASKTILES_H
#define FOVEA_DIALECTS_ATTN_MASKTILES_H

#include "dialects/attn/MapRange.h"
#include "dialects/attn/Mask.h"
#include <array>

namespace fovea::attn {

/// A box of (b, h, i, j).
struct MaskBox {
  std::array<int64_t, 4> first = {0, 0, 0, 0}, extents = {1, 1, 1, 1};
};

enum class TileKind {
  Empty,   // no query sees any key
  Partial, // neither was proved
  Full     // every query sees every key
};

/// Classifies a box by interval arithmetic on each constraint: exact where b, h, i and j each occur
/// once in a constraint and no remainder wraps around; Partial otherwise in doubt.
TileKind classifyTile(MaskAttr mask, const MaskBox &box);

/// The keys that some query of the box may see, as a half-open range inside the box's own keys;
/// empty when none does.
std::pair<int64_t, int64_t> getVisibleKeys(MaskAttr mask, const MaskBox &box);

/// Bounds on the keys that one set of a mask shows: key >= every `low` and key <= every `high`,
/// which are expressions over (b, h, i).
struct KeyBounds {
  llvm::SmallVector<mlir::AffineExpr> lows, highs;
};

/// One entry per set of the mask (none when it is dense): what its constraints say of the key
/// alone.
llvm::SmallVector<KeyBounds> getKeyBounds(MaskAttr mask);

/// The same for the tile of queries [i, i + size): bounds that hold for each of them, as
/// expressions of the tile's first query i.
llvm::SmallVector<KeyBounds> getTileKeyBounds(MaskAttr mask, int64_t size);

/// One letter per tile, F(ull), P(artial) or E(mpty), a row per tile of queries: "FEE/PFE". The
/// tiles at the ends may be smaller.
std::string drawTiles(MaskAttr mask, llvm::ArrayRef<int64_t> domain, int64_t queryTile,
                      int64_t keyTile, int64_t batch, int64_t head);

} // namespace fovea::attn

#endif // FOVEA_DIALECTS_ATTN_MASKTILES_H
