// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Simplified index maps name the same element at every point of their domain, and lose the
// divisions that reshapes which undo each other bring.

#include "passes/fuse/IndexMaps.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/MLIRContext.h"
#include "gtest/gtest.h"
#include <random>

using namespace mlir;
using namespace fovea;

namespace {

class IndexMapsTest : public testing::Test {
protected:
  AffineMap parse(const char *text) {
    return cast<AffineMapAttr>(parseAttribute(("affine_map<" + std::string(text) + ">"), &context))
        .getValue();
  }
  std::string simplify(const char *text, ArrayRef<int64_t> extents, bool keepUnitDims = false) {
    std::string printed;
    llvm::raw_string_ostream(printed) << simplifyIndexMap(parse(text), extents, keepUnitDims);
    return printed;
  }
  MLIRContext context;
};

/// Calls `visit` with every point of the box.
void forEachPoint(ArrayRef<int64_t> extents, llvm::function_ref<void(ArrayRef<int64_t>)> visit) {
  SmallVector<int64_t> point(extents.size(), 0);
  for (;;) {
    visit(point);
    size_t dim = 0;
    while (dim < point.size() && ++point[dim] == extents[dim])
      point[dim++] = 0;
    if (dim == point.size())
      return;
  }
}

/// A random map over the dimensions: sums with small coefficients, divided or reduced a few levels
/// deep.
AffineExpr makeExpr(std::mt19937 &random, unsigned dims, int depth, MLIRContext *context) {
  auto draw = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  if (depth == 0)
    return getAffineDimExpr(draw(0, dims - 1), context);
  AffineExpr inner = makeExpr(random, dims, depth - 1, context);
  switch (draw(0, 4)) {
  case 0:
    return inner.floorDiv(draw(1, 6));
  case 1:
    return inner % draw(1, 6);
  case 2:
    return inner * draw(-2, 6);
  case 3:
    return inner * draw(1, 6) + makeExpr(random, dims, depth - 1, context);
  default:
    return inner + draw(-3, 7);
  }
}

TEST_F(IndexMapsTest, RandomMapsKeepTheirValues) {
  std::mt19937 random(20260101);
  for (int round = 0; round < 4000; ++round) {
    SmallVector<int64_t> extents;
    for (int dim = 0; dim < 3; ++dim)
      extents.push_back(1 + random() % 5);
    AffineMap map = AffineMap::get(3, 0, makeExpr(random, 3, 4, &context));
    AffineMap simplified = simplifyIndexMap(map, extents, round % 2);
    forEachPoint(extents, [&](ArrayRef<int64_t> point) {
      ASSERT_EQ(map.compose(point), simplified.compose(point));
    });
    if (HasFatalFailure())
      return;
  }
}

TEST_F(IndexMapsTest, SplitsOfMergedDimensionsDisappear) {
  EXPECT_EQ(simplify("(b, h) -> ((b * 12 + h) floordiv 12, (b * 12 + h) mod 12)", {2, 12}),
            "(d0, d1) -> (d0, d1)");
  EXPECT_EQ(
      simplify(
          "(i, h, d) -> (((i * 12 + h) * 64 + d) floordiv 768, ((i * 12 + h) * 64 + d) mod 768)",
          {197, 12, 64}),
      "(d0, d1, d2) -> (d0, d1 * 64 + d2)");
  EXPECT_EQ(simplify("(s, h, d) -> (((s * 12 + h) * 64 + d) floordiv 768, (((s * 12 + h) * 64 + d) "
                     "floordiv 64) mod 12, "
                     "((s * 12 + h) * 64 + d) mod 64)",
                     {3, 12, 64}),
            "(d0, d1, d2) -> (d0, d1, d2)");
}

TEST_F(IndexMapsTest, MergesOfSplitDimensionsDisappear) {
  EXPECT_EQ(simplify("(m) -> ((m floordiv 197) * 197 + m mod 197)", {1576}), "(d0) -> (d0)");
  EXPECT_EQ(
      simplify("(m) -> (((m floordiv 12) mod 197) * 12 + m mod 12 + (m floordiv 2364) * 2364)",
               {4728}),
      "(d0) -> (d0)");
}

TEST_F(IndexMapsTest, RollsCancel) {
  EXPECT_EQ(simplify("(y) -> (((y + 53) mod 56 + 3) mod 56)", {56}), "(d0) -> (d0)");
  // Into windows of 7 and back, between a roll and its inverse.
  EXPECT_EQ(
      simplify(
          "(y) -> ((((((y + 53) mod 56) floordiv 7) * 7 + ((y + 53) mod 56) mod 7) + 3) mod 56)",
          {56}),
      "(d0) -> (d0)");
}

TEST_F(IndexMapsTest, ReshapesAreKnown) {
  AffineMap merge = parse("(a, b, c) -> (a, b * 7 + c)");
  EXPECT_TRUE(isReshapeMap(merge, {3, 35}, {3, 5, 7}));
  EXPECT_FALSE(isReshapeMap(merge, {3, 42}, {3, 5, 7}));
  EXPECT_FALSE(isReshapeMap(parse("(a, b) -> (b, a)"), {5, 3}, {3, 5}));
  EXPECT_TRUE(isReshapeMap(parse("(a, b) -> (b, a)"), {5, 1}, {1, 5}));
}

TEST_F(IndexMapsTest, RangesDecide) {
  EXPECT_EQ(simplify("(a) -> (a mod 8, a floordiv 8, (a + 8) floordiv 8, (a - 1) mod 8)", {8}),
            "(d0) -> (d0, 0, 1, (d0 + 7) mod 8)");
  EXPECT_EQ(simplify("(a) -> (a mod 7)", {8}), "(d0) -> (d0 mod 7)");
  // The skew of relative positions: rows of 15 read as rows of 16.
  EXPECT_EQ(simplify("(a, b) -> ((a * 15 + b + 7) floordiv 16, (a * 15 + b + 7) mod 16)", {8, 8}),
            "(d0, d1) -> (d0, -d0 + d1 + 7)");
}

TEST_F(IndexMapsTest, UnitDimensions) {
  EXPECT_EQ(simplify("(a, b) -> (a, b, a * 5 + b)", {1, 5}), "(d0, d1) -> (0, d1, d1)");
  EXPECT_EQ(simplify("(a, b) -> (a, b)", {1, 5}, /*keepUnitDims=*/true), "(d0, d1) -> (d0, d1)");
}

TEST_F(IndexMapsTest, DomainsWithoutPointsStayAsTheyAre) {
  EXPECT_EQ(simplify("(a) -> (a mod 8)", {0}), "(d0) -> (d0 mod 8)");
}

TEST_F(IndexMapsTest, IdentityAtEveryPoint) {
  // 18 of 21 elements rolled by 3, and back.
  const char *steps =
      "(d0) -> (d0 + 15 - ((d0 + 18) floordiv 21) * 18 + ((d0 + 3) floordiv 21) * 3)";
  const char *back = "(d0) -> (d0 + 3 - ((d0 + 6) floordiv 21) * 18 + ((d0 + 3) floordiv 21) * 15)";
  EXPECT_TRUE(isIdentityOn(parse(steps).compose(parse(back)), {21}));
  EXPECT_FALSE(isIdentityOn(parse(steps), {21}));
  EXPECT_FALSE(isIdentityOn(parse(steps).compose(parse(back)), {40}));
  EXPECT_TRUE(isIdentityOn(parse("(d0, d1) -> (0, d1)"), {1, 9}));
  EXPECT_FALSE(isIdentityOn(parse("(d0, d1) -> (d0, d0)"), {3, 3}));
  EXPECT_FALSE(isIdentityOn(parse("(d0, d1) -> (d0)"), {3, 3}));
}

} // namespace
