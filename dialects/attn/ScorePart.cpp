// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A part of the scores, and maps over it.

#include "dialects/attn/Decompose.h"
#include "dialects/attn/MapRange.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::attn;

ScorePart ScorePart::getWhole(ArrayRef<int64_t> domain) {
  ScorePart part;
  llvm::copy(domain.take_front(size), part.count.begin());
  return part;
}

SmallVector<int64_t> ScorePart::getDomain(ArrayRef<int64_t> whole) const {
  SmallVector<int64_t> domain(whole);
  llvm::copy(count, domain.begin());
  domain[AttentionOp::J] = keyCount.value_or(domain[AttentionOp::J]);
  return domain;
}

AffineMap ScorePart::getMap(AffineMap map, ArrayRef<int64_t> whole) const {
  SmallVector<AffineExpr> dims;
  for (unsigned dim = 0; dim < map.getNumDims(); ++dim)
    dims.push_back(getAffineDimExpr(dim, map.getContext()) + (dim < size              ? first[dim]
                                                              : dim == AttentionOp::J ? firstKey
                                                                                      : 0));
  SmallVector<int64_t> extents = getDomain(whole);
  SmallVector<AffineExpr> exprs;
  for (AffineExpr expr : map.getResults())
    exprs.push_back(foldDivisions(expr.replaceDims(dims), extents));
  return AffineMap::get(map.getNumDims(), 0, exprs, map.getContext());
}
