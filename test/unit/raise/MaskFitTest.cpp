// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Structure fitted to tables: what it shows is the table, element by element, and the forms that
// have names are found at every size.

#include "passes/raise/MaskFit.h"

#include "dialects/attn/Mask.h"
#include "mlir/IR/MLIRContext.h"
#include <functional>
#include <gtest/gtest.h>
#include <random>

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

namespace {

using Visible = std::function<bool(int64_t matrix, int64_t row, int64_t column)>;

class MaskFitTest : public testing::Test {
protected:
  MaskFitTest() { context.loadDialect<attn::AttnDialect>(); }

  TruthTable makeTable(int64_t matrices, int64_t rows, int64_t columns, const Visible &visible) {
    TruthTable table;
    table.matrices = matrices;
    table.rows = rows;
    table.columns = columns;
    table.elements.resize(matrices * rows * columns);
    for (int64_t n = 0; n < matrices * rows * columns; ++n)
      if (visible(n / columns / rows, n / columns % rows, n % columns))
        table.elements.set(n);
    return table;
  }

  /// The number of elements in which the mask and the table differ.
  int64_t countDifferences(attn::MaskAttr mask, const TruthTable &table) {
    int64_t count = 0;
    for (int64_t b = 0; b < table.matrices; ++b)
      for (int64_t i = 0; i < table.rows; ++i)
        for (int64_t j = 0; j < table.columns; ++j)
          count += attn::isVisible(mask, {b, 0, i, j}) != table.at(b, i, j);
    return count;
  }

  MLIRContext context;
};

TEST_F(MaskFitTest, FindsNamedForms) {
  for (int64_t rows = 1; rows <= 17; ++rows)
    for (int64_t columns = 1; columns <= 17; ++columns)
      for (int64_t width = 1; width <= 5; ++width)
        for (int64_t offset = -3; offset <= 3; ++offset) {
          const Visible forms[] = {
              [&](int64_t, int64_t i, int64_t j) { return j <= i + offset; },
              [&](int64_t, int64_t i, int64_t j) { return j <= i + offset && j > i - width; },
              [&](int64_t, int64_t i, int64_t j) { return i / width == j / width; },
              [&](int64_t, int64_t i, int64_t j) { return j / width <= i / width; },
              [&](int64_t, int64_t, int64_t j) { return j < width; },
              [&](int64_t, int64_t i, int64_t j) { return j < width && j <= i + offset; },
              [&](int64_t, int64_t i, int64_t j) { return j < width || j <= i + offset; }};
          for (auto [n, form] : llvm::enumerate(forms)) {
            TruthTable table = makeTable(1, rows, columns, form);
            attn::MaskAttr mask = fitMask(table, &context);
            ASSERT_TRUE(mask) << "form " << n << ", " << rows << " x " << columns << ", width "
                              << width << ", offset " << offset;
            ASSERT_EQ(countDifferences(mask, table), 0)
                << "form " << n << ", " << rows << " x " << columns << ", width " << width
                << ", offset " << offset << ": " << attn::describeMask(mask);
          }
        }
}

TEST_F(MaskFitTest, FindsWindowsOfGrids) {
  for (int64_t height : {3, 4, 6})
    for (int64_t width : {4, 5, 7})
      for (int64_t reach : {1, 2}) {
        TruthTable table =
            makeTable(1, height * width, height * width, [&](int64_t, int64_t i, int64_t j) {
              return std::abs(i / width - j / width) <= reach &&
                     std::abs(i % width - j % width) <= 1;
            });
        attn::MaskAttr mask = fitMask(table, &context);
        ASSERT_TRUE(mask) << height << " x " << width << ", reach " << reach;
        EXPECT_EQ(countDifferences(mask, table), 0);
      }
}

TEST_F(MaskFitTest, FindsShiftedWindows) {
  for (int64_t down : {1, 2, 3})
    for (int64_t across : {2, 4})
      for (int64_t size : {2, 4, 7})
        for (int64_t shift = 1; shift < size; ++shift) {
          auto region = [&](int64_t window, int64_t cell) {
            bool below = window / across == down - 1 && cell / size >= size - shift;
            bool right = window % across == across - 1 && cell % size >= size - shift;
            return std::pair(below, right);
          };
          TruthTable table = makeTable(down * across, size * size, size * size,
                                       [&](int64_t window, int64_t i, int64_t j) {
                                         return region(window, i) == region(window, j);
                                       });
          attn::MaskAttr mask = fitMask(table, &context);
          ASSERT_TRUE(mask) << down << " x " << across << " windows of " << size;
          EXPECT_EQ(countDifferences(mask, table), 0);
        }
}

/// Whatever is found is right, also near a form that is spoilt in some elements.
TEST_F(MaskFitTest, IsNeverWrong) {
  std::mt19937 random(3);
  int64_t found = 0;
  for (int n = 0; n < 20000; ++n) {
    int64_t rows = 1 + random() % 7, columns = 1 + random() % 7, matrices = 1 + random() % 2;
    int64_t width = 1 + random() % 3, form = random() % 4;
    TruthTable table = makeTable(matrices, rows, columns, [&](int64_t, int64_t i, int64_t j) {
      return form == 0   ? j <= i
             : form == 1 ? i / width == j / width
             : form == 2 ? std::abs(i - j) < width
                         : random() % 2 == 0;
    });
    for (unsigned faults = random() % 3; faults > 0; --faults)
      table.elements.flip(random() % table.elements.size());
    if (attn::MaskAttr mask = fitMask(table, &context)) {
      ++found;
      ASSERT_EQ(countDifferences(mask, table), 0)
          << matrices << " x " << rows << " x " << columns << ": " << attn::describeMask(mask);
    }
  }
  EXPECT_GT(found, 1000);
}

} // namespace
