// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Interval analysis of masks over tiles. A constraint in which the key occurs once, in sums and
// quotients, is solved for it exactly; what is left inside of a remainder bounds nothing.

#include "dialects/attn/MaskTiles.h"

#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace mlir;
using namespace fovea;
using namespace fovea::attn;

namespace {
enum class Truth { Never, Maybe, Always };
} // namespace

/// `expr` with every dimension moved to the box's place; a dimension of extent one is a number.
static AffineExpr moveInto(AffineExpr expr, const MaskBox &box) {
  MLIRContext *context = expr.getContext();
  SmallVector<AffineExpr> moved;
  for (unsigned dim = 0; dim < MaskDims; ++dim) {
    AffineExpr first = getAffineConstantExpr(box.first[dim], context);
    moved.push_back(box.extents[dim] == 1 ? first : getAffineDimExpr(dim, context) + first);
  }
  expr = expr.replaceDims(moved);
  std::optional<AtomSum> sum = getAtomSum(expr);
  return sum ? sum->toExpr(context) : expr;
}

static Truth judge(const MaskConstraint &constraint, const MaskBox &box) {
  std::optional<ValueRange64> range = getRange(moveInto(constraint.expr, box), box.extents);
  if (!range)
    return Truth::Maybe;
  if (constraint.isEquality) {
    if (range->low == 0 && range->high == 0)
      return Truth::Always;
    return range->low > 0 || range->high < 0 ? Truth::Never : Truth::Maybe;
  }
  return range->low >= 0 ? Truth::Always : range->high < 0 ? Truth::Never : Truth::Maybe;
}

TileKind attn::classifyTile(MaskAttr mask, const MaskBox &box) {
  if (mask.isDense())
    return TileKind::Full;
  bool empty = true;
  for (IntegerSet set : mask.getSets()) {
    Truth truth = Truth::Always;
    for (const MaskConstraint &constraint : getConstraints(set))
      truth = std::min(truth, judge(constraint, box));
    if (truth == Truth::Always)
      return TileKind::Full;
    empty &= truth == Truth::Never;
  }
  return empty ? TileKind::Empty : TileKind::Partial;
}

/// Adds what `expr >= bound` (`atLeast`) or `expr <= bound` says of the key, when the key occurs in
/// one term of `expr`.
static void solve(AffineExpr expr, AffineExpr bound, bool atLeast, KeyBounds &bounds) {
  std::optional<AtomSum> sum = getAtomSum(expr);
  if (!sum)
    return;
  AffineExpr atom;
  int64_t coefficient = 0;
  bound = bound - sum->constant;
  for (auto [term, factor] : sum->terms) {
    if (!term.isFunctionOfDim(MaskJ)) {
      bound = bound - term * factor;
      continue;
    }
    if (atom)
      return;
    atom = term;
    coefficient = factor;
  }
  if (!atom)
    return;
  if (coefficient < 0) {
    bound = -bound;
    coefficient = -coefficient;
    atLeast = !atLeast;
  }
  if (coefficient != 1)
    bound = atLeast ? bound.ceilDiv(coefficient) : bound.floorDiv(coefficient);
  if (isa<AffineDimExpr>(atom)) {
    (atLeast ? bounds.lows : bounds.highs).push_back(bound);
    return;
  }
  auto quotient = cast<AffineBinaryOpExpr>(atom);
  auto divisor = dyn_cast<AffineConstantExpr>(quotient.getRHS());
  if (atom.getKind() != AffineExprKind::FloorDiv || !divisor || divisor.getValue() <= 0)
    return;
  int64_t width = divisor.getValue();
  solve(quotient.getLHS(), atLeast ? bound * width : bound * width + (width - 1), atLeast, bounds);
}

SmallVector<KeyBounds> attn::getKeyBounds(MaskAttr mask) {
  SmallVector<KeyBounds> all;
  AffineExpr zero = getAffineConstantExpr(0, mask.getContext());
  for (IntegerSet set : mask.getSets()) {
    KeyBounds bounds;
    for (const MaskConstraint &constraint : getConstraints(set)) {
      solve(constraint.expr, zero, /*atLeast=*/true, bounds);
      if (constraint.isEquality)
        solve(constraint.expr, zero, /*atLeast=*/false, bounds);
    }
    all.push_back(bounds);
  }
  return all;
}

/// The least (or greatest) value of `expr` while the query runs over [i, i + size), or a bound on
/// it, as an expression of i. A remainder of the query is bounded by its divisor.
static AffineExpr getExtreme(AffineExpr expr, int64_t size, bool least) {
  MLIRContext *context = expr.getContext();
  if (!expr.isFunctionOfDim(MaskI))
    return expr;
  if (isa<AffineDimExpr>(expr))
    return least ? expr : expr + (size - 1);
  auto binary = cast<AffineBinaryOpExpr>(expr);
  AffineExpr left = binary.getLHS(), right = binary.getRHS();
  auto number = dyn_cast<AffineConstantExpr>(right);
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return getExtreme(left, size, least) + getExtreme(right, size, least);
  case AffineExprKind::Mul:
    return getExtreme(left, size, number.getValue() < 0 ? !least : least) * right;
  case AffineExprKind::FloorDiv:
    return getExtreme(left, size, least).floorDiv(number.getValue());
  case AffineExprKind::CeilDiv:
    return getExtreme(left, size, least).ceilDiv(number.getValue());
  default:
    return getAffineConstantExpr(least ? 0 : number.getValue() - 1, context);
  }
}

SmallVector<KeyBounds> attn::getTileKeyBounds(MaskAttr mask, int64_t size) {
  SmallVector<KeyBounds> all = getKeyBounds(mask);
  for (KeyBounds &bounds : all) {
    for (AffineExpr &low : bounds.lows)
      low = getExtreme(low, size, /*least=*/true);
    for (AffineExpr &high : bounds.highs)
      high = getExtreme(high, size, /*least=*/false);
  }
  return all;
}

std::pair<int64_t, int64_t> attn::getVisibleKeys(MaskAttr mask, const MaskBox &box) {
  int64_t begin = box.first[MaskJ], end = begin + box.extents[MaskJ];
  if (mask.isDense())
    return {begin, end};
  int64_t least = end, most = begin;
  for (auto [set, bounds] : llvm::zip_equal(mask.getSets(), getKeyBounds(mask))) {
    MaskAttr alone = MaskAttr::get(mask.getContext(), set);
    if (classifyTile(alone, box) == TileKind::Empty)
      continue;
    int64_t low = begin, high = end;
    for (AffineExpr bound : bounds.lows)
      if (std::optional<ValueRange64> range = getRange(moveInto(bound, box), box.extents))
        low = std::max(low, range->low);
    for (AffineExpr bound : bounds.highs)
      if (std::optional<ValueRange64> range = getRange(moveInto(bound, box), box.extents))
        high = std::min(high, std::min(range->high, end - 1) + 1);
    if (low < high) {
      least = std::min(least, low);
      most = std::max(most, high);
    }
  }
  return least < most ? std::pair(least, most) : std::pair(begin, begin);
}

std::string attn::drawTiles(MaskAttr mask, ArrayRef<int64_t> domain, int64_t queryTile,
                            int64_t keyTile, int64_t batch, int64_t head) {
  std::string map;
  for (int64_t i = 0; i < domain[MaskI]; i += queryTile) {
    if (i > 0)
      map += '/';
    for (int64_t j = 0; j < domain[MaskJ]; j += keyTile) {
      MaskBox box{
          {batch, head, i, j},
          {1, 1, std::min(queryTile, domain[MaskI] - i), std::min(keyTile, domain[MaskJ] - j)}};
      map += "EPF"[int(classifyTile(mask, box))];
    }
  }
  return map;
}
