// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is proved of tiles against the mask itself, element by element, for every size up to three
// tiles, and that the loops over them leave nothing out.

#include "dialects/attn/MaskTiles.h"

#include "dialects/attn/TilePlan.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include <gtest/gtest.h>

using namespace mlir;
using namespace fovea::attn;

namespace {

constexpr int64_t tile = 4;

struct Form {
  const char *text, *name;
  /// Whether every full, empty and partial tile is told apart, and the bounds are the least ones.
  bool exact;
};

const Form forms[] = {
    {"dense", "dense", true},
    {"causal", "causal(offset=0)", true},
    {"causal, offset = 3", "causal(offset=3)", true},
    {"causal, offset = -2", "causal(offset=-2)", true},
    {"window, left = 2, right = 1", "window(left=2,right=1)", true},
    {"window, left = 5, right = -3", "window(left=5,right=-3)", true},
    {"affine_set<(b, h, i, j) : (i floordiv 3 - j floordiv 3 == 0)>", "block(3)", true},
    {"affine_set<(b, h, i, j) : (i floordiv 3 - j floordiv 3 >= 0)>", "blocks(..0,width=3)", true},
    {"affine_set<(b, h, i, j) : (-j + 4 >= 0)>", "padding(5)", true},
    {"affine_set<(b, h, i, j) : (-j + 2 >= 0)>, affine_set<(b, h, i, j) : (i - j >= 0)>",
     "prefix(3)+causal(offset=0)", false},
    {"affine_set<(b, h, i, j) : (-j + 1 >= 0)>, affine_set<(b, h, i, j) : (i - j >= 0, j - i + 2 "
     ">= "
     "0)>",
     "prefix(2)+window(left=2,right=0)", false},
    {"affine_set<(b, h, i, j) : (-j + 4 >= 0, i - j >= 0)>", "causal(offset=0)&padding(5)", false},
    {"affine_set<(b, h, i, j) : (j floordiv 4 - i floordiv 4 + 1 >= 0, i floordiv 4 - j floordiv 4 "
     "+ "
     "1 >= 0, j mod 4 - i mod 4 + 1 >= 0, i mod 4 - j mod 4 + 1 >= 0)>",
     "window2d(rows=-1..1,columns=-1..1,width=4)", false},
    {"affine_set<(b, h, i, j) : (j floordiv 6 - i floordiv 4 >= 0, i floordiv 4 - j floordiv 6 + 2 "
     ">= "
     "0, j mod 6 - i mod 4 >= 0, i mod 4 - j mod 6 + 2 >= 0)>",
     "window2d(rows=0..2,columns=0..2,width=4,keywidth=6)", false},
    // Shifted windows of 2 x 2 on a grid of 4 x 4, shifted by one.
    {"affine_set<(b, h, i, j) : ((((b mod 4) floordiv 2) * 2 + i floordiv 2 + 1) floordiv 4 - (((b "
     "mod 4) floordiv 2) * 2 + j floordiv 2 + 1) floordiv 4 == 0, ((b mod 2) * 2 + i mod 2 + 1) "
     "floordiv 4 - ((b mod 2) * 2 + j mod 2 + 1) floordiv 4 == 0)>",
     "regions", false},
    {"affine_set<(b, h, i, j) : (-1 >= 0)>", "affine", true},
    {"affine_set<(b, h, i, j) : (i * 2 - j * 3 + b >= 0)>", "regions", false},
};

class MaskTiles : public testing::TestWithParam<Form> {
protected:
  MaskTiles() { context.loadDialect<AttnDialect>(); }
  /// Sets are parsed one by one: in `#attn.mask<...>` the `>` of `>=` would close the bracket.
  MaskAttr parse(const Form &form) {
    StringRef text = form.text;
    if (!text.contains("affine_set"))
      return dyn_cast_or_null<MaskAttr>(
          parseAttribute(("#attn.mask<" + text + ">").str(), &context));
    SmallVector<StringRef> parts;
    text.split(parts, "affine_set<", -1, /*KeepEmpty=*/false);
    SmallVector<IntegerSet> sets;
    for (StringRef part : parts)
      sets.push_back(parseIntegerSet(part.rtrim(", ").drop_back(), &context));
    return MaskAttr::get(&context, sets);
  }
  MaskAttr parse() { return parse(GetParam()); }
  MLIRContext context;
};

TEST_P(MaskTiles, ArePlannedInFewLoopsThatMissNothing) {
  MaskAttr mask = parse();
  constexpr int64_t batches = 5, heads = 1 << 13;
  for (int64_t queries : {1, 5, 16, 37, 160})
    for (int64_t keys : {1, 7, 40, 160}) {
      SmallVector<int64_t> domain = {batches, heads, queries, keys, 1, 1};
      SmallVector<BatchRun> plan = planTiles(mask, domain, tile);
      EXPECT_LE(plan.size(), 6u);
      int64_t nextBatch = 0, missed = 0;
      for (const BatchRun &run : plan) {
        EXPECT_LE(run.queries.size(), 9u);
        EXPECT_EQ(run.first, nextBatch);
        nextBatch += run.tiles * run.batches;
        int64_t nextQuery = 0;
        for (const QueryRun &rows : run.queries) {
          EXPECT_EQ(rows.first, nextQuery);
          nextQuery += rows.tiles * rows.queries;
          for (int64_t n = 0; n < rows.tiles; ++n) {
            int64_t low = rows.keys.low + n * rows.keys.lowStep;
            int64_t high = rows.keys.high + n * rows.keys.highStep;
            EXPECT_TRUE(0 <= low && low < high && high <= keys) << low << " " << high;
            EXPECT_LE(high - low, rows.getMostKeys());
            for (int64_t b = run.first; b < nextBatch; ++b)
              for (int64_t i = rows.first + n * rows.queries, end = i + rows.queries; i < end; ++i)
                for (int64_t j = 0; j < keys; ++j)
                  missed += (j < low || j >= high) && isVisible(mask, {b, 0, i, j});
          }
        }
        EXPECT_EQ(nextQuery, queries);
      }
      EXPECT_EQ(nextBatch, batches);
      EXPECT_EQ(missed, 0);
    }
}

TEST_P(MaskTiles, NamesAndPrintsWhatItParsed) {
  MaskAttr mask = parse();
  ASSERT_TRUE(mask);
  EXPECT_EQ(describeMask(mask), GetParam().name);
  OpBuilder builder(&context);
  OwningOpRef<ModuleOp> module = ModuleOp::create(builder.getUnknownLoc());
  (*module)->setAttr("attn.test", mask);
  std::string text;
  llvm::raw_string_ostream stream(text);
  module->print(stream, OpPrintingFlags());
  OwningOpRef<ModuleOp> again = parseSourceString<ModuleOp>(text, &context);
  ASSERT_TRUE(again) << text;
  EXPECT_EQ((*again)->getAttr("attn.test"), mask) << text;
}

TEST_P(MaskTiles, AreWhatTheirElementsSay) {
  MaskAttr mask = parse();
  SmallVector<KeyBounds> bounds = getTileKeyBounds(mask, tile);
  for (int64_t queries = 1; queries <= 3 * tile; ++queries)
    for (int64_t keys = 1; keys <= 3 * tile; ++keys)
      for (int64_t b = 0; b < 5; ++b)
        for (int64_t i = 0; i < queries; i += tile) {
          MaskBox row{{b, 0, i, 0}, {1, 1, std::min(tile, queries - i), keys}};
          int64_t least = keys, most = 0;
          for (int64_t j = 0; j < keys; j += tile) {
            MaskBox box = row;
            box.first[MaskJ] = j;
            box.extents[MaskJ] = std::min(tile, keys - j);
            int64_t seen = 0, count = 0;
            for (int64_t y = i; y < i + box.extents[MaskI]; ++y)
              for (int64_t x = j; x < j + box.extents[MaskJ]; ++x, ++count)
                if (isVisible(mask, {b, 0, y, x})) {
                  ++seen;
                  least = std::min(least, x);
                  most = std::max(most, x + 1);
                }
            TileKind kind = classifyTile(mask, box);
            if (kind == TileKind::Full) {
              EXPECT_EQ(seen, count);
            } else if (kind == TileKind::Empty) {
              EXPECT_EQ(seen, 0);
            } else if (GetParam().exact) {
              EXPECT_TRUE(seen > 0 && seen < count)
                  << queries << " " << keys << " " << i << " " << j;
            }
          }
          auto [low, high] = getVisibleKeys(mask, row);
          if (most > 0) {
            EXPECT_LE(low, least);
            EXPECT_GE(high, most);
          }
          if (GetParam().exact) {
            EXPECT_EQ(high - low, std::max<int64_t>(most - least, 0)) << queries << " " << keys;
          }
          // The symbolic bounds hold for every visible key of the tile.
          for (int64_t j = least; j < most; ++j) {
            bool inside = bounds.empty();
            for (const KeyBounds &set : bounds) {
              auto at = [&](AffineExpr expr) {
                return AffineMap::get(3, 0, expr).compose({b, 0, i}).front();
              };
              inside |= llvm::all_of(set.lows, [&](AffineExpr low) { return j >= at(low); }) &&
                        llvm::all_of(set.highs, [&](AffineExpr high) { return j <= at(high); });
            }
            bool visible = false;
            for (int64_t y = i; y < i + row.extents[MaskI]; ++y)
              visible |= isVisible(mask, {b, 0, y, j});
            EXPECT_TRUE(inside || !visible) << i << " " << j;
          }
        }
}

TEST_P(MaskTiles, StayTheSameWhenSimplifiedAndMoved) {
  MaskAttr mask = parse();
  for (int64_t extent = 1; extent <= 3 * tile; ++extent) {
    SmallVector<int64_t> domain = {4, 1, extent, 2 * extent};
    MaskAttr simple = simplifyMask(mask, domain), moved = shiftMask(mask, {1, 0, 2, 3});
    for (int64_t b = 0; b < 4; ++b)
      for (int64_t i = 0; i < domain[2]; ++i)
        for (int64_t j = 0; j < domain[3]; ++j) {
          EXPECT_EQ(isVisible(simple, {b, 0, i, j}), isVisible(mask, {b, 0, i, j}));
          EXPECT_EQ(isVisible(moved, {b, 0, i, j}), isVisible(mask, {b + 1, 0, i + 2, j + 3}));
        }
  }
}

TEST_P(MaskTiles, CombineWithEveryOther) {
  MaskAttr mask = parse();
  for (const Form &other : forms) {
    MaskAttr second = parse(other);
    MaskAttr both = intersectMasks(mask, second), either = uniteMasks(mask, second);
    ASSERT_TRUE(both && either);
    for (int64_t i = 0; i < 9; ++i)
      for (int64_t j = 0; j < 9; ++j) {
        bool a = isVisible(mask, {1, 0, i, j}), b = isVisible(second, {1, 0, i, j});
        EXPECT_EQ(isVisible(both, {1, 0, i, j}), a && b);
        EXPECT_EQ(isVisible(either, {1, 0, i, j}), a || b);
      }
  }
}

INSTANTIATE_TEST_SUITE_P(Forms, MaskTiles, testing::ValuesIn(forms));

} // namespace
