// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs of tiles, found from the keys of each tile: a run grows while two lines hold them.

#include "dialects/attn/TilePlan.h"

#include "dialects/attn/MaskTiles.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace fovea;
using namespace fovea::attn;

/// Scores that a tile may have before batches are tiles of their own, and the most runs along
/// queries and along batches: each is code.
static constexpr int64_t mostScores = int64_t(1) << 20;
static constexpr size_t mostQueryRuns = 8, mostBatchRuns = 4;

int64_t QueryRun::getMostKeys() const {
  int64_t atFirst = keys.high - keys.low;
  return std::max(atFirst, atFirst + (tiles - 1) * (keys.highStep - keys.lowStep));
}

namespace {
/// Keys of a tile, as a half-open range.
using KeyRange = std::pair<int64_t, int64_t>;

/// A line below or above the ends of the tiles 0 … length - 1, inside of [0, bound].
struct Line {
  int64_t start, step;
  size_t length;
};
} // namespace

/// The line of this step that holds the ends of the most tiles, none farther from it than `slack`.
static Line fitLine(llvm::ArrayRef<int64_t> ends, int64_t step, bool below, int64_t slack,
                    int64_t bound) {
  int64_t least = ends.front(), most = ends.front();
  size_t length = 1;
  for (; length < ends.size(); ++length) {
    int64_t rest = ends[length] - int64_t(length) * step;
    int64_t nextLeast = std::min(least, rest), nextMost = std::max(most, rest);
    int64_t start = below ? nextLeast : nextMost, last = start + int64_t(length) * step;
    if (nextMost - nextLeast > slack || std::min(start, last) < 0 || std::max(start, last) > bound)
      break;
    least = nextLeast;
    most = nextMost;
  }
  return {below ? least : most, step, length};
}

static llvm::SmallVector<Line> fitLines(llvm::ArrayRef<int64_t> ends, bool below, int64_t slack,
                                        int64_t bound) {
  llvm::SmallVector<int64_t> steps = {0};
  for (size_t distance : {1, 2, 8})
    if (distance < ends.size())
      steps.push_back((ends[distance] - ends[0]) / int64_t(distance));
  llvm::SmallVector<Line> lines;
  for (int64_t step : steps)
    lines.push_back(fitLine(ends, step, below, slack, bound));
  return lines;
}

/// The longest run from the first of these tiles; among equals one whose tiles have equally many
/// keys.
static QueryRun findRun(llvm::ArrayRef<KeyRange> tiles, int64_t slack, int64_t keys) {
  auto lows = llvm::map_to_vector(tiles, [](KeyRange range) { return range.first; });
  auto highs = llvm::map_to_vector(tiles, [](KeyRange range) { return range.second; });
  QueryRun best;
  bool isEven = false;
  for (const Line &low : fitLines(lows, /*below=*/true, slack, keys))
    for (const Line &high : fitLines(highs, /*below=*/false, slack, keys)) {
      int64_t length = std::min(low.length, high.length);
      bool even = low.step == high.step;
      if (length < best.tiles || (length == best.tiles && (isEven || !even)))
        continue;
      best.tiles = length;
      isEven = even;
      // The lines of the shorter run may lie closer.
      Line below = fitLine(llvm::ArrayRef(lows).take_front(length), low.step, true, slack, keys);
      Line above = fitLine(llvm::ArrayRef(highs).take_front(length), high.step, false, slack, keys);
      best.keys = {below.start, below.step, above.start, above.step};
    }
  return best;
}

/// Runs of tiles of `queryTile` queries for a tile of batches.
static llvm::SmallVector<QueryRun> findRuns(MaskAttr mask, llvm::ArrayRef<int64_t> domain,
                                            int64_t batch, int64_t batches, int64_t queryTile) {
  int64_t queries = domain[MaskI], keys = domain[MaskJ];
  llvm::SmallVector<KeyRange> tiles;
  for (int64_t query = 0; query < queries; query += queryTile) {
    MaskBox box{{batch, 0, query, 0},
                {batches, domain[MaskH], std::min(queryTile, queries - query), keys}};
    auto [low, high] = getVisibleKeys(mask, box);
    // Rows without a key are still to be written.
    tiles.push_back(low < high ? KeyRange(low, high) : KeyRange(0, 1));
  }
  size_t whole = queries / queryTile;
  llvm::SmallVector<QueryRun> runs;
  for (int64_t slack = 0;; slack = std::max<int64_t>(16, 2 * slack)) {
    runs.clear();
    for (size_t tile = 0; tile < whole; tile += runs.back().tiles) {
      runs.push_back(findRun(llvm::ArrayRef(tiles).slice(tile, whole - tile), slack, keys));
      runs.back().first = int64_t(tile) * queryTile;
      runs.back().queries = queryTile;
    }
    // One run holds all tiles once the slack is all keys.
    if (runs.size() <= mostQueryRuns)
      break;
  }
  if (whole < tiles.size())
    runs.push_back({int64_t(whole) * queryTile,
                    1,
                    queries - int64_t(whole) * queryTile,
                    {tiles.back().first, 0, tiles.back().second, 0}});
  return runs;
}

/// How many batches a tile has.
static int64_t chooseBatches(llvm::ArrayRef<int64_t> domain, int64_t queries) {
  int64_t batches = domain[MaskB];
  while (batches > 1 && double(batches) * domain[MaskH] * queries * domain[MaskJ] > mostScores)
    batches = llvm::divideCeil(batches, 2);
  return batches;
}

llvm::SmallVector<BatchRun> attn::planTiles(MaskAttr mask, llvm::ArrayRef<int64_t> domain,
                                            int64_t queryTile) {
  queryTile = std::min(queryTile, domain[MaskI]);
  int64_t batches = chooseBatches(domain, queryTile), all = domain[MaskB];
  llvm::SmallVector<BatchRun> runs;
  if (usesDim(mask, MaskB))
    for (int64_t first = 0; first < all && runs.size() <= mostBatchRuns; first += batches) {
      int64_t count = std::min(batches, all - first);
      BatchRun next{first, 1, count, findRuns(mask, domain, first, count, queryTile)};
      if (!runs.empty() && runs.back().batches == count && runs.back().queries == next.queries)
        ++runs.back().tiles;
      else
        runs.push_back(std::move(next));
    }
  if (!runs.empty() && runs.size() <= mostBatchRuns)
    return runs;
  // All batches are cut alike.
  llvm::SmallVector<QueryRun> queries = findRuns(mask, domain, 0, all, queryTile);
  runs = {{0, all / batches, batches, queries}};
  if (all % batches != 0)
    runs.push_back({all - all % batches, 1, all % batches, queries});
  return runs;
}
