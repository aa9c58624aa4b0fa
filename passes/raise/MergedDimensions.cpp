// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Neighbours are merged from the inside out, as long as an index gets simpler.

#include "passes/raise/MergedDimensions.h"

#include "passes/fuse/IndexMaps.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

/// How many divisions and remainders `expr` holds.
static unsigned countIn(AffineExpr expr) {
  unsigned count = 0;
  expr.walk([&](AffineExpr inner) {
    count += inner.getKind() == AffineExprKind::FloorDiv || inner.getKind() == AffineExprKind::Mod;
  });
  return count;
}

unsigned raise::countDivisions(AffineMap map) {
  unsigned count = 0;
  for (AffineExpr expr : map.getResults())
    count += countIn(expr);
  return count;
}

MergedMap raise::mergeDimensions(AffineMap map, ArrayRef<int64_t> shape,
                                 ArrayRef<int64_t> extents) {
  SmallVector<AffineExpr> results(map.getResults());
  MergedMap merged{map, SmallVector<int64_t>(shape)};
  for (size_t n = results.size(); n-- > 1;) {
    AffineExpr whole = results[n - 1] * merged.shape[n] + results[n];
    whole = simplifyIndexMap(AffineMap::get(map.getNumDims(), 0, whole), extents,
                             /*keepUnitDims=*/true)
                .getResult(0);
    unsigned before = countIn(results[n - 1]) + countIn(results[n]);
    if (countIn(whole) >= before)
      continue;
    results[n - 1] = whole;
    merged.shape[n - 1] *= merged.shape[n];
    results.erase(results.begin() + n);
    merged.shape.erase(merged.shape.begin() + n);
    n = std::min(n + 1, results.size());
  }
  merged.map = AffineMap::get(map.getNumDims(), 0, results, map.getContext());
  return merged;
}
