// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ranges and linear forms of affine expressions against evaluation at every point of a small box.

#include "dialects/attn/MapRange.h"

#include "mlir/IR/AffineMap.h"
#include "mlir/IR/MLIRContext.h"
#include <algorithm>
#include <gtest/gtest.h>
#include <limits>
#include <random>

using namespace mlir;
using namespace fovea::attn;

namespace {

constexpr int64_t extents[] = {3, 4, 1};

/// The least and greatest value of `expr` over the box, by evaluation.
ValueRange64 evaluateRange(AffineExpr expr) {
  AffineMap map = AffineMap::get(3, 0, expr);
  ValueRange64 range{std::numeric_limits<int64_t>::max(), std::numeric_limits<int64_t>::min()};
  for (int64_t a = 0; a < extents[0]; ++a)
    for (int64_t b = 0; b < extents[1]; ++b)
      for (int64_t c = 0; c < extents[2]; ++c) {
        int64_t value = map.compose({a, b, c}).front();
        range = {std::min(range.low, value), std::max(range.high, value)};
      }
  return range;
}

/// A random expression in three dimensions; without divisions its range is exact where each
/// dimension occurs once.
AffineExpr makeExpression(std::mt19937 &random, MLIRContext &context, unsigned depth) {
  auto pick = [&](int64_t low, int64_t high) {
    return low + int64_t(random() % uint64_t(high - low + 1));
  };
  if (depth == 0)
    return pick(0, 3) == 0 ? getAffineConstantExpr(pick(-3, 3), &context)
                           : getAffineDimExpr(pick(0, 2), &context);
  AffineExpr inner = makeExpression(random, context, depth - 1);
  switch (pick(0, 3)) {
  case 0:
    return inner + makeExpression(random, context, depth - 1);
  case 1:
    return inner * pick(-3, 3);
  case 2:
    return inner.floorDiv(pick(1, 4));
  default:
    return inner % pick(1, 4);
  }
}

TEST(MapRangeTest, BoundsEveryPoint) {
  MLIRContext context;
  std::mt19937 random(7);
  for (int n = 0; n < 5000; ++n) {
    AffineExpr expr = makeExpression(random, context, 3);
    std::optional<ValueRange64> range = getRange(expr, extents);
    ASSERT_TRUE(range) << "expression " << n;
    ValueRange64 exact = evaluateRange(expr);
    EXPECT_LE(range->low, exact.low) << "expression " << n;
    EXPECT_GE(range->high, exact.high) << "expression " << n;
  }
}

TEST(MapRangeTest, IsExactForLayouts) {
  MLIRContext context;
  AffineExpr a, b, c;
  bindDims(&context, a, b, c);
  for (AffineExpr expr : {a * 4 + b, a * 16 + b * 2 + c, a.floorDiv(2) * 4 + b, b % 2, b % 8,
                          (b + 4) % 8, a * -1 + 2}) {
    std::optional<ValueRange64> range = getRange(expr, extents);
    ASSERT_TRUE(range);
    EXPECT_EQ(range->low, evaluateRange(expr).low);
    EXPECT_EQ(range->high, evaluateRange(expr).high);
  }
}

TEST(MapRangeTest, RefusesWhatItCannotBound) {
  MLIRContext context;
  AffineExpr a, b;
  bindDims(&context, a, b);
  int64_t huge = std::numeric_limits<int64_t>::max();
  EXPECT_FALSE(getRange(a * huge, extents));
  EXPECT_FALSE(
      getRange(getAffineDimExpr(0, &context) * 4 + getAffineConstantExpr(huge, &context), extents));
  EXPECT_FALSE(getRange(getAffineSymbolExpr(0, &context), extents));
  EXPECT_FALSE(getRange(getAffineDimExpr(5, &context), extents));
}

TEST(MapRangeTest, LinearFormAgreesWithExpression) {
  MLIRContext context;
  std::mt19937 random(11);
  int linear = 0;
  for (int n = 0; n < 5000; ++n) {
    AffineExpr expr = makeExpression(random, context, 3);
    std::optional<LinearForm> form = getLinearForm(expr, 3);
    if (!form)
      continue;
    ++linear;
    AffineExpr restated = getAffineConstantExpr(form->constant, &context);
    for (unsigned dim = 0; dim < 3; ++dim)
      restated = restated + getAffineDimExpr(dim, &context) * form->coefficients[dim];
    AffineMap left = AffineMap::get(3, 0, expr), right = AffineMap::get(3, 0, restated);
    for (int64_t value = 0; value < 12; ++value) {
      SmallVector<int64_t> point = {value % 3, value / 3, value % 2};
      EXPECT_EQ(left.compose(point), right.compose(point)) << "expression " << n;
    }
  }
  EXPECT_GT(linear, 500);
}

} // namespace
