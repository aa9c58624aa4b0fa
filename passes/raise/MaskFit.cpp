// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fits mask structure to a table. Parameters are read off a few places; then the whole table is
// compared, so that a wrong guess is never more than a miss.

#include "passes/raise/MaskFit.h"

#include "dialects/attn/Mask.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <optional>

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;
using attn::MaskConstraint;

namespace {
/// Ends of a run of true elements, one per row; rows without any are left out of the fit.
struct Row {
  bool isEmpty;
  int64_t first, last;
};

/// value(row) = clamp(rise * ((row + shift) floordiv width) + constant, low, high).
struct Staircase {
  int64_t rise = 1, shift = 0, width = 1, constant = 0, low = 0, high = 0;
  bool isConstant = false;

  int64_t at(int64_t row) const {
    if (isConstant)
      return low;
    int64_t step = llvm::divideFloorSigned(row + shift, width);
    return std::clamp(rise * step + constant, low, high);
  }
};

class Fit {
public:
  Fit(const TruthTable &table, MLIRContext *context)
      : table(table), context(context), b(getAffineDimExpr(attn::MaskB, context)),
        i(getAffineDimExpr(attn::MaskI, context)), j(getAffineDimExpr(attn::MaskJ, context)) {}

  attn::MaskAttr run() {
    if (!hasEqualMatrices())
      return fitShiftedWindows();
    if (attn::MaskAttr mask = fitIntervals(0, 0))
      return mask;
    int64_t columns = countFullColumns(), rows = countFullRows();
    if (columns > 0)
      if (attn::MaskAttr mask = fitIntervals(columns, 0))
        return mask;
    if (rows > 0)
      if (attn::MaskAttr mask = fitIntervals(0, rows))
        return mask;
    if (rows > 0 && columns > 0)
      if (attn::MaskAttr mask = fitIntervals(columns, rows))
        return mask;
    return fitGrid();
  }

private:
  bool hasEqualMatrices() const {
    int64_t size = table.rows * table.columns;
    for (int64_t n = size; n < table.matrices * size; ++n)
      if (table.elements[n] != table.elements[n % size])
        return false;
    return true;
  }

  int64_t countFullColumns() const {
    int64_t count = 0;
    for (; count < table.columns; ++count)
      for (int64_t row = 0; row < table.rows; ++row)
        if (!table.at(0, row, count))
          return count;
    return count;
  }

  int64_t countFullRows() const {
    int64_t count = 0;
    for (; count < table.rows; ++count)
      for (int64_t column = 0; column < table.columns; ++column)
        if (!table.at(0, count, column))
          return count;
    return count;
  }

  attn::MaskAttr makeMask(ArrayRef<SmallVector<MaskConstraint>> alternatives) const {
    SmallVector<IntegerSet> sets;
    for (ArrayRef<MaskConstraint> constraints : alternatives) {
      if (constraints.empty())
        return attn::MaskAttr::getDense(context);
      sets.push_back(attn::makeMaskSet(context, constraints));
    }
    return attn::MaskAttr::get(context, sets);
  }

  //===--------------------------------------------------------------------===//
  // Intervals
  //===--------------------------------------------------------------------===//

  /// The staircase through `values` (row, value), if it is one.
  static std::optional<Staircase> fitStaircase(ArrayRef<std::pair<int64_t, int64_t>> values) {
    Staircase stairs;
    auto compare = [](const auto &a, const auto &b) { return a.second < b.second; };
    stairs.low = std::min_element(values.begin(), values.end(), compare)->second;
    stairs.high = std::max_element(values.begin(), values.end(), compare)->second;
    if (stairs.low == stairs.high) {
      stairs.isConstant = true;
      return stairs;
    }
    // Rows where the value has just changed, the first and the last of them at clamped ends.
    SmallVector<std::pair<int64_t, int64_t>> jumps;
    for (size_t n = 1; n < values.size(); ++n) {
      if (values[n].second < values[n - 1].second)
        return std::nullopt;
      if (values[n].second != values[n - 1].second)
        jumps.push_back(values[n]);
    }
    auto fits = [&] {
      return llvm::all_of(
          values, [&](const auto &value) { return stairs.at(value.first) == value.second; });
    };
    auto attempt = [&](int64_t width, int64_t rise, std::pair<int64_t, int64_t> jump) {
      if (width <= 0 || rise <= 0)
        return false;
      stairs.width = width;
      stairs.rise = rise;
      stairs.shift = (width - jump.first % width) % width;
      stairs.constant =
          jump.second - rise * llvm::divideFloorSigned(jump.first + stairs.shift, width);
      return fits();
    };
    if (jumps.size() == 1) {
      // A second step beyond the table is as good as none. A single query further is causal.
      int64_t rise = jumps[0].second - stairs.low;
      if (attempt(rise == 1 ? 1 : jumps[0].first, rise, jumps[0]) ||
          attempt(jumps[0].first, rise, jumps[0]))
        return stairs;
      return std::nullopt;
    }
    for (size_t n : {jumps.size() / 2, size_t(1), jumps.size() - 1}) {
      std::pair<int64_t, int64_t> before = jumps[n - 1], jump = jumps[n];
      int64_t width = jump.first - before.first;
      int64_t earlier = n > 1 ? jumps[n - 2].second : stairs.low;
      // The last step may be cut by the end of the keys, the first by their beginning.
      if (attempt(width, jump.second - before.second, jump) ||
          attempt(width, before.second - earlier, before))
        return stairs;
    }
    return std::nullopt;
  }

  /// `sign * (j - value(i)) >= 0` as alternatives of constraints; `edge` is the end of the columns,
  /// where a clamp says nothing.
  SmallVector<SmallVector<MaskConstraint>> getAlternatives(const Staircase &stairs, bool isUpper,
                                                           int64_t edge) const {
    auto bound = [&](AffineExpr value) { return MaskConstraint{isUpper ? value - j : j - value}; };
    auto constant = [&](int64_t value) { return bound(getAffineConstantExpr(value, context)); };
    // The clamp on the side of the edge limits further, the other one opens a second way.
    int64_t limit = isUpper ? stairs.high : stairs.low, other = isUpper ? stairs.low : stairs.high;
    SmallVector<MaskConstraint> first, second;
    if (stairs.isConstant)
      return {limit != edge ? SmallVector<MaskConstraint>{constant(limit)} : first};
    // Whether the staircase goes beyond a clamp in some row.
    Staircase free = stairs;
    free.low -= table.columns + table.rows * stairs.rise;
    free.high += table.columns + table.rows * stairs.rise;
    bool limits = false, opens = false;
    for (int64_t row = 0; row < table.rows; ++row) {
      bool isAbove = free.at(row) > stairs.high, isBelow = free.at(row) < stairs.low;
      limits |= isUpper ? isAbove : isBelow;
      opens |= isUpper ? isBelow : isAbove;
    }
    if (limit != edge && limits) {
      first.push_back(constant(limit));
      second.push_back(constant(limit));
    }
    MaskConstraint step;
    if (stairs.width == 1 && stairs.rise == 1) {
      step = bound(i + (stairs.shift + stairs.constant));
    } else {
      AffineExpr block = (i + stairs.shift).floorDiv(stairs.width);
      int64_t ends = isUpper ? stairs.constant + 1 : stairs.constant;
      // Whole blocks of equal width are compared as blocks.
      if (stairs.rise == stairs.width && stairs.shift == 0 && ends % stairs.width == 0) {
        int64_t blocks = ends / stairs.width - (isUpper ? 1 : 0);
        AffineExpr difference = block + blocks - j.floorDiv(stairs.width);
        step = {isUpper ? difference : -difference};
      } else {
        step = bound(block * stairs.rise + stairs.constant);
      }
    }
    first.push_back(step);
    if (!opens)
      return {first};
    second.push_back(constant(other));
    return {first, second};
  }

  /// Rows of which each is one run of true elements, beside the first `prefix` columns and the
  /// first `global` rows, which are all true.
  attn::MaskAttr fitIntervals(int64_t prefix, int64_t global) {
    SmallVector<Row> rows(table.rows);
    SmallVector<std::pair<int64_t, int64_t>> firsts, lasts;
    for (int64_t row = global; row < table.rows; ++row) {
      int64_t first = -1, last = -1, count = 0;
      for (int64_t column = prefix; column < table.columns; ++column)
        if (table.at(0, row, column)) {
          first = count++ == 0 ? column : first;
          last = column;
        }
      if (count > 0 && last - first + 1 != count)
        return {};
      rows[row] = {count == 0, first, last};
      if (count > 0) {
        firsts.push_back({row, first});
        lasts.push_back({row, last});
      }
    }
    SmallVector<SmallVector<MaskConstraint>> alternatives;
    if (!firsts.empty()) {
      std::optional<Staircase> first = fitStaircase(firsts), last = fitStaircase(lasts);
      if (!first || !last)
        return {};
      // Rows in front of the first run, or behind the last one, may need a condition of their own.
      int64_t begin = lasts.front().first, end = lasts.back().first;
      SmallVector<MaskConstraint> where;
      for (int64_t row = global; row < table.rows; ++row) {
        if (!rows[row].isEmpty || std::max(first->at(row), prefix) > last->at(row) ||
            dropClamps(*first, *last, row, prefix))
          continue;
        if (row > begin && row < end)
          return {};
        where = {{i - begin}, {end - i}};
      }
      for (ArrayRef<MaskConstraint> low : getAlternatives(*first, /*isUpper=*/false, prefix))
        for (ArrayRef<MaskConstraint> high :
             getAlternatives(*last, /*isUpper=*/true, table.columns - 1)) {
          SmallVector<MaskConstraint> both(low);
          llvm::append_range(both, high);
          llvm::append_range(both, where);
          alternatives.push_back(both);
        }
    }
    auto add = [&](AffineExpr below) {
      alternatives.insert(alternatives.begin(), SmallVector<MaskConstraint>{{below}});
    };
    if (prefix > 0)
      add((prefix - 1) - j);
    if (global > 0)
      add((global - 1) - i);
    if (alternatives.empty())
      alternatives.push_back({{getAffineConstantExpr(-1, context)}});
    attn::MaskAttr mask = makeMask(alternatives);
    return agrees(mask, rows, prefix, global) ? mask : attn::MaskAttr();
  }

  /// A row without true elements lies beyond a clamp that only the other rows suggest: the
  /// staircase goes on there.
  bool dropClamps(Staircase &first, Staircase &last, int64_t row, int64_t prefix) const {
    auto release = [&](Staircase &stairs) {
      int64_t far = table.columns + table.rows * stairs.rise;
      stairs.low -= far;
      stairs.high += far;
    };
    Staircase freeFirst = first, freeLast = last;
    release(freeFirst);
    release(freeLast);
    if (!last.isConstant && std::max(first.at(row), prefix) > freeLast.at(row)) {
      last.low = freeLast.low;
      return true;
    }
    if (!first.isConstant && freeFirst.at(row) > last.at(row)) {
      first.high = freeFirst.high;
      return true;
    }
    return false;
  }

  /// Whether the mask, which shows one run per row, shows what the table holds: the ends of each
  /// run and what lies beside them; all of a row without a run.
  bool agrees(attn::MaskAttr mask, ArrayRef<Row> rows, int64_t prefix, int64_t global) const {
    for (int64_t row = 0; row < table.rows; ++row) {
      SmallVector<int64_t> columns = {0, table.columns - 1, prefix, prefix - 1};
      if (row >= global && !rows[row].isEmpty)
        columns.append({rows[row].first - 1, rows[row].first, rows[row].last, rows[row].last + 1});
      else if (row >= global)
        llvm::append_range(columns, llvm::seq<int64_t>(0, table.columns));
      for (int64_t column : columns)
        if (column >= 0 && column < table.columns &&
            attn::isVisible(mask, {0, 0, row, column}) != table.at(0, row, column))
          return false;
    }
    return true;
  }

  //===--------------------------------------------------------------------===//
  // Grids
  //===--------------------------------------------------------------------===//

  /// Windows of a grid: the key's row and column are those of the query plus a range. The grids of
  /// keys and queries may have different widths (a border of zeros around the keys).
  attn::MaskAttr fitGrid() {
    std::optional<int64_t> keyWidth = findPeriod();
    if (!keyWidth || table.columns % *keyWidth != 0)
      return {};
    for (int64_t width = *keyWidth; width >= 1; --width)
      if (table.rows % width == 0)
        if (attn::MaskAttr mask = fitWindow(*keyWidth, width))
          return mask;
    return {};
  }

  /// The distance of the first two runs in the row with most true elements.
  std::optional<int64_t> findPeriod() const {
    int64_t best = -1, most = 0;
    for (int64_t row = 0; row < table.rows; ++row) {
      int64_t count = 0;
      for (int64_t column = 0; column < table.columns; ++column)
        count += table.at(0, row, column);
      if (count > most) {
        most = count;
        best = row;
      }
    }
    if (best < 0)
      return std::nullopt;
    SmallVector<int64_t> starts;
    for (int64_t column = 0; column < table.columns; ++column)
      if (table.at(0, best, column) && (column == 0 || !table.at(0, best, column - 1)))
        starts.push_back(column);
    if (starts.size() < 2)
      return std::nullopt;
    return starts[1] - starts[0];
  }

  attn::MaskAttr fitWindow(int64_t keyWidth, int64_t width) const {
    int64_t rows[] = {INT64_MAX, INT64_MIN}, columns[] = {INT64_MAX, INT64_MIN};
    auto difference = [&](int64_t row, int64_t column) {
      return std::pair(column / keyWidth - row / width, column % keyWidth - row % width);
    };
    for (int64_t row = 0; row < table.rows; ++row)
      for (int64_t column = 0; column < table.columns; ++column)
        if (table.at(0, row, column)) {
          auto [y, x] = difference(row, column);
          rows[0] = std::min(rows[0], y);
          rows[1] = std::max(rows[1], y);
          columns[0] = std::min(columns[0], x);
          columns[1] = std::max(columns[1], x);
        }
    for (int64_t row = 0; row < table.rows; ++row)
      for (int64_t column = 0; column < table.columns; ++column) {
        auto [y, x] = difference(row, column);
        bool inside = y >= rows[0] && y <= rows[1] && x >= columns[0] && x <= columns[1];
        if (inside != table.at(0, row, column))
          return {};
      }
    AffineExpr y = j.floorDiv(keyWidth) - i.floorDiv(width), x = j % keyWidth - i % width;
    return makeMask({{{y - rows[0]}, {rows[1] - y}, {x - columns[0]}, {columns[1] - x}}});
  }

  //===--------------------------------------------------------------------===//
  // Shifted windows
  //===--------------------------------------------------------------------===//

  /// Swin: a grid of windows, one matrix each, over a cyclically shifted image. A window at the end
  /// holds rows (columns) of both ends of the image, which do not see each other: the last `shift`
  /// ones are apart.
  attn::MaskAttr fitShiftedWindows() const {
    if (table.rows != table.columns)
      return {};
    // The first window is whole, or the only one along an axis.
    for (int64_t height = 1; height <= table.rows; ++height) {
      if (table.rows % height != 0)
        continue;
      int64_t width = table.rows / height;
      for (int64_t down = 1; down <= table.matrices; ++down) {
        if (table.matrices % down != 0)
          continue;
        int64_t across = table.matrices / down;
        // The last window is cut along both axes: the first query sees rows and columns up to
        // there.
        int64_t last = table.matrices - 1, top = 0, left = 0;
        while (top < height && table.at(last, 0, top * width))
          ++top;
        while (left < width && table.at(last, 0, left))
          ++left;
        if (top > 0 && left > 0)
          if (attn::MaskAttr mask = tryShift(down, across, height, width, top, left))
            return mask;
      }
    }
    return {};
  }

  attn::MaskAttr tryShift(int64_t down, int64_t across, int64_t height, int64_t width, int64_t top,
                          int64_t left) const {
    for (int64_t window = 0; window < table.matrices; ++window)
      for (int64_t query = 0; query < table.rows; ++query)
        for (int64_t key = 0; key < table.columns; ++key) {
          bool cutsRows = window / across == down - 1, cutsColumns = window % across == across - 1;
          bool rows = !cutsRows || (query / width >= top) == (key / width >= top);
          bool columns = !cutsColumns || (query % width >= left) == (key % width >= left);
          if ((rows && columns) != table.at(window, query, key))
            return {};
        }
    SmallVector<MaskConstraint> constraints;
    auto add = [&](AffineExpr window, int64_t count, int64_t size, int64_t cut, AffineExpr query,
                   AffineExpr key) {
      if (cut == size)
        return;
      AffineExpr base = window * size + (size - cut);
      constraints.push_back(
          {(base + query).floorDiv(count * size) - (base + key).floorDiv(count * size), true});
    };
    AffineExpr window = b % table.matrices;
    add(window.floorDiv(across), down, height, top, i.floorDiv(width), j.floorDiv(width));
    add(window % across, across, width, left, i % width, j % width);
    return makeMask({constraints});
  }

  const TruthTable &table;
  MLIRContext *context;
  AffineExpr b, i, j;
};
} // namespace

attn::MaskAttr raise::fitMask(const TruthTable &table, MLIRContext *context) {
  if (table.elements.empty())
    return {};
  if (table.elements.all())
    return attn::MaskAttr::getDense(context);
  return Fit(table, context).run();
}
