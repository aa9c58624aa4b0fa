// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tiles keep mr * nv accumulators, nv vectors of the right operand and one broadcast in registers.
// Their rates, in percent of the best tile, were measured on Zen 4; among tiles that fit, the one
// with the least padded work at its rate wins, the first in the table on a tie.

#include "passes/schedule/ScheduleTable.h"

#include "mlir/IR/Builders.h"

#include "llvm/Support/MathExtras.h"

#include <algorithm>

using namespace mlir;
using namespace fovea;

namespace {
struct Tile {
  int64_t mr, nv, rate;
};
} // namespace

/// 32 registers. Anything but 6x4 has to save more than 2 % of padding to be chosen.
static constexpr Tile wideTiles[] = {{6, 4, 100}, {8, 3, 98}, {9, 3, 98}, {5, 4, 97},
                                     {7, 3, 97},  {4, 4, 96}, {8, 2, 96}, {12, 1, 95}};
/// 16 registers.
static constexpr Tile narrowTiles[] = {
    {6, 2, 100}, {4, 3, 98}, {5, 2, 96}, {4, 2, 94}, {12, 1, 95}};
/// A row of pixels is one base address with constant offsets, so tall tiles are as fast as square
/// ones.
static constexpr Tile wideConvTiles[] = {{14, 2, 101}, {7, 2, 100}, {6, 4, 98},
                                         {8, 3, 98},   {4, 4, 96},  {12, 1, 95}};

static kernel::ScheduleAttr makeSchedule(MLIRContext *context, StringRef kind,
                                         ArrayRef<std::pair<StringRef, int64_t>> values) {
  Builder builder(context);
  NamedAttrList list;
  for (auto [name, value] : values)
    list.append(name, builder.getI64IntegerAttr(value));
  return kernel::ScheduleAttr::get(context, kind, list.getDictionary(context));
}

static Tile selectTile(ArrayRef<Tile> tiles, int64_t rows, int64_t columns,
                       const ScheduleTarget &target) {
  rows = std::max<int64_t>(rows, 1);
  columns = std::max<int64_t>(columns, 1);
  Tile best{};
  double bestCost = 0;
  for (Tile tile : tiles) {
    if (tile.mr * tile.nv + tile.nv + 1 > target.registers())
      continue;
    tile.mr = std::min(tile.mr, rows);
    double paddedRows = llvm::alignTo(rows, tile.mr);
    double paddedColumns = llvm::alignTo(columns, tile.nv * target.vectorWidth);
    double cost = paddedRows * paddedColumns / tile.rate;
    if (best.mr == 0 || cost < bestCost) {
      best = tile;
      bestCost = cost;
    }
  }
  return best;
}

kernel::ScheduleAttr fovea::selectGemm(MLIRContext *context, const GemmExtents &extents,
                                       const ScheduleTarget &target) {
  bool wide = target.registers() == 32;
  Tile tile = selectTile(wide ? ArrayRef<Tile>(wideTiles) : ArrayRef<Tile>(narrowTiles), extents.m,
                         extents.n, target);
  // Up to about a thousand rows the left operand streams from the outer caches at no cost.
  constexpr int64_t unblockedRows = 1000, maxBlock = 384, minTiles = 8;
  if (extents.m <= unblockedRows)
    return makeSchedule(context, "gemm", {{"mr", tile.mr}, {"nv", tile.nv}});
  int64_t fitting = target.l2Bytes / 2 / std::max<int64_t>(extents.k * 4, 1);
  int64_t tilesPerBlock = std::max(std::min(fitting, maxBlock) / tile.mr, minTiles);
  return makeSchedule(context, "gemm",
                      {{"mr", tile.mr}, {"nv", tile.nv}, {"mb", tilesPerBlock * tile.mr}});
}

kernel::ScheduleAttr fovea::selectConv(MLIRContext *context, const ConvExtents &extents,
                                       const ScheduleTarget &target) {
  bool wide = target.registers() == 32;
  Tile tile = selectTile(wide ? ArrayRef<Tile>(wideConvTiles) : ArrayRef<Tile>(narrowTiles),
                         extents.row, extents.channels, target);
  // Many pixels and few weights: what a block of pixels reads and writes stays in the cache too.
  int64_t cache = target.l2Bytes / 2, pixelBytes = (extents.depth + extents.channels) * 4,
          tiles = extents.pixels / tile.mr;
  int64_t most = cache / 2 / std::max<int64_t>(pixelBytes, 1) / tile.mr;
  if (extents.depth * extents.channels * 4 > cache || most < 1 || tiles < 2 * most)
    return makeSchedule(context, "conv", {{"mr", tile.mr}, {"nv", tile.nv}});
  int64_t block = most;
  while (block > most / 2 + 1 && tiles % block != 0)
    --block;
  return makeSchedule(context, "conv", {{"mr", tile.mr}, {"nv", tile.nv}, {"mb", block * tile.mr}});
}

kernel::ScheduleAttr fovea::selectAttention(MLIRContext *context, const AttentionExtents &extents) {
  // Longer strips read the packed keys less often, which pays once they leave the second-level
  // cache.
  constexpr int64_t longSequence = 1024, windowSize = 64;
  int64_t rows = extents.keys >= longSequence ? 12 : 6;
  if (extents.queries < windowSize) {
    rows = 6;
    for (int64_t candidate : {5, 4})
      if (llvm::alignTo(extents.queries, candidate) < llvm::alignTo(extents.queries, rows))
        rows = candidate;
  }
  rows = std::max<int64_t>(std::min(rows, extents.queries), 1);
  return makeSchedule(context, "attention", {{"r", rows}});
}

kernel::ScheduleAttr fovea::selectRows(MLIRContext *context, int64_t length,
                                       const ScheduleTarget &target) {
  int64_t vectors = llvm::divideCeil(std::max<int64_t>(length, 1), target.vectorWidth);
  return makeSchedule(context, "rows", {{"unroll", std::min<int64_t>(vectors, 4)}});
}

kernel::ScheduleAttr fovea::selectElementwise(MLIRContext *context, const ScheduleTarget &target) {
  return makeSchedule(context, "ew", {{"unroll", 4}, {"vec", target.vectorWidth}});
}
