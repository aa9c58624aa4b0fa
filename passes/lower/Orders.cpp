// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lowering of the ops that order: TopK and Unique, by one heap of indices. Orders are total (equal
// elements by their index), so that results do not depend on how the heap moves.

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/Extents.h"
#include "dialects/onnx/OnnxSelectOps.h"
#include "passes/lower/Families.h"
#include "passes/lower/Generics.h"
#include "passes/lower/OnnxPattern.h"
#include "passes/lower/Sequential.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

/// Whether index `a` comes before index `b`.
using Before = llvm::function_ref<Value(Value a, Value b)>;

/// `a > b`, where NaN is greater than every number and no greater than NaN.
static Value isGreater(Sequential &s, Value a, Value b, bool isUnsigned) {
  Value greater = s.compare(arith::CmpIPredicate::sgt, a, b, isUnsigned);
  if (!isa<FloatType>(a.getType()))
    return a.getType().isInteger(1) ? s.compare(arith::CmpIPredicate::sgt, a, b, true) : greater;
  auto isNaN = [&](Value x) { return s.create<arith::CmpFOp>(arith::CmpFPredicate::UNO, x, x); };
  return s.create<arith::OrIOp>(greater, s.both(isNaN(a), s.negate(isNaN(b))));
}

/// A shape seen as [outer, extent, inner] around one axis.
static SmallVector<int64_t> getAroundAxis(ArrayRef<int64_t> shape, int64_t axis) {
  SmallVector<int64_t> around = {1, shape[axis], 1};
  for (auto [dim, extent] : llvm::enumerate(shape))
    if (int64_t(dim) != axis)
      around[int64_t(dim) < axis ? 0 : 2] *= extent;
  return around;
}

/// Restores the order of a heap of `size` (at most `capacity`) whose entry `from` may come before
/// its children: in a heap the parent comes after them.
static Value siftDown(Sequential &s, Value heap, Value from, Value size, int64_t capacity,
                      Before isBefore) {
  int64_t levels = llvm::Log2_64_Ceil(capacity + 1);
  Values settled =
      s.loop(s.index(levels), Values{heap, from}, [&](ValueRange, ValueRange carried) -> Values {
        Value entries = carried[0], parent = carried[1];
        Value left = s.add(s.multiply(parent, s.index(2)), s.index(1));
        Value right = s.add(left, s.index(1)), last = s.index(capacity - 1);
        auto entryAt = [&](Value place) {
          return s.read(entries, s.create<arith::MinSIOp>(place, last));
        };
        Value leftEntry = entryAt(left), rightEntry = entryAt(right);
        Value takesRight = s.both(s.isLess(right, size), isBefore(leftEntry, rightEntry));
        Value child = s.select(takesRight, right, left);
        Value childEntry = s.select(takesRight, rightEntry, leftEntry);
        Value parentEntry = s.read(entries, parent);
        Value sinks = s.both(s.isLess(child, size), isBefore(parentEntry, childEntry));
        Values moved = s.whenever(sinks, entries, [&]() -> Values {
          return {s.write(parentEntry, s.write(childEntry, entries, parent), child)};
        });
        return {moved[0], s.select(sinks, child, parent)};
      });
  return settled[0];
}

/// The first `k` of the indices [0, extent) in order, in `heap`, a tensor of k indices.
static Value selectFirst(Sequential &s, Value heap, int64_t k, int64_t extent, Before isBefore) {
  Value size = s.index(k), one = s.index(1);
  heap = s.loop(size, heap, [&](ValueRange i, ValueRange entries) -> Values {
    return {s.write(i[0], entries[0], i)};
  })[0];
  heap = s.loop(s.index(k / 2), heap, [&](ValueRange i, ValueRange entries) -> Values {
    Value parent = s.subtract(s.index(k / 2 - 1), i[0]);
    return {siftDown(s, entries[0], parent, size, k, isBefore)};
  })[0];
  heap = s.loop(s.index(extent - k), heap, [&](ValueRange i, ValueRange entries) -> Values {
    Value candidate = s.add(i[0], size), root = s.index(0);
    return s.whenever(isBefore(candidate, s.read(entries[0], root)), entries, [&]() -> Values {
      Value replaced = s.write(candidate, entries[0], root);
      return {siftDown(s, replaced, root, size, k, isBefore)};
    });
  })[0];
  // The root is the last of those that are left, and goes behind them.
  return s.loop(s.index(k - 1), heap, [&](ValueRange i, ValueRange entries) -> Values {
    Value end = s.subtract(s.subtract(size, one), i[0]), root = s.index(0);
    Value last = s.read(entries[0], root), other = s.read(entries[0], end);
    Value swapped = s.write(last, s.write(other, entries[0], root), end);
    return {siftDown(s, swapped, root, end, k, isBefore)};
  })[0];
}

namespace {

class TopKPattern : public OnnxPattern<onnx::TopKOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::TopKOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType from = getType(op.getX()), type = getType(op.getValues());
    RankedTensorType indexType = getType(op.getIndices());
    int64_t axis = normalizeAxis(op.getAxis(), from.getRank());
    int64_t extent = from.getDimSize(axis), k = type.getDimSize(axis);
    if (k > extent)
      return refuse(op, rewriter, "there are fewer elements than it chooses");
    bool isUnsigned = onnx::getElementType(op.getX()).isUnsignedInteger();
    SmallVector<int64_t> shape = getAroundAxis(from.getShape(), axis),
                         chosen = {shape[0], k, shape[2]};
    Location loc = op.getLoc();
    Value x = createReshape(rewriter, loc, adaptor.getX(), from.clone(shape));
    auto emit = [&](Sequential &s) -> Values {
      if (!onnx::getConstantIntegers(op.getK()))
        s.check(s.isEqual(s.toIndex(s.readScalar(adaptor.getK())), s.index(k)),
                "as many elements to choose as declared");
      auto perRow = [&](ValueRange row, ValueRange carried) -> Values {
        auto elementAt = [&](Value i) { return s.read(x, {row[0], i, row[1]}); };
        auto isBefore = [&](Value a, Value b) {
          Value first = elementAt(a), second = elementAt(b);
          if (!op.getLargest())
            std::swap(first, second);
          Value isTied = s.negate(isGreater(s, second, first, isUnsigned));
          return s.create<arith::OrIOp>(isGreater(s, first, second, isUnsigned),
                                        s.both(isTied, s.isLess(a, b)));
        };
        Value heap = selectFirst(s, carried[2], k, extent, isBefore);
        Values rows =
            s.loop(s.index(k), carried.take_front(2), [&](ValueRange i, ValueRange y) -> Values {
              Value index = s.read(heap, i);
              Values at = {row[0], i[0], row[1]};
              return {s.write(elementAt(index), y[0], at),
                      s.write(s.toInteger(index, indexType.getElementType()), y[1], at)};
            });
        return {rows[0], rows[1], heap};
      };
      Values start = {s.empty(chosen, type.getElementType()),
                      s.empty(chosen, indexType.getElementType()),
                      s.empty({k}, rewriter.getIndexType())};
      Values rows = s.loops({shape[0], shape[2]}, start, perRow);
      return {rows[0], rows[1]};
    };
    Values results = createSequential(rewriter, loc, emit);
    rewriter.replaceOp(op, Values{createReshape(rewriter, loc, results[0], type),
                                  createReshape(rewriter, loc, results[1], indexType)});
    return success();
  }
};

class UniquePattern : public OnnxPattern<onnx::UniqueOp> {
public:
  using OnnxPattern::OnnxPattern;

  /// Orders the slices by content, walks them, and numbers the runs of equal ones.
  LogicalResult lower(onnx::UniqueOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType from = getType(op.getX()), type = getType(op.getY());
    Location loc = op.getLoc();
    int64_t axis = op.getAxis() ? normalizeAxis(*op.getAxis(), from.getRank()) : 0;
    SmallVector<int64_t> shape = {1, from.getNumElements(), 1};
    if (op.getAxis())
      shape = getAroundAxis(from.getShape(), axis);
    int64_t extent = shape[1], room = type.getDimSize(axis);
    if (extent == 0)
      return refuse(op, rewriter, "there is nothing to order");
    bool isUnsigned = onnx::getElementType(op.getX()).isUnsignedInteger();
    Value x = createReshape(rewriter, loc, adaptor.getX(), from.clone(shape));
    Type i64 = rewriter.getI64Type();
    auto emit = [&](Sequential &s) -> Values {
      // 1 where slice `a` comes after slice `b`, -1 where before, 0 where they are equal.
      auto compare = [&](Value a, Value b) {
        auto perElement = [&](ValueRange at, ValueRange sign) -> Values {
          Value first = s.read(x, {at[0], a, at[1]}), second = s.read(x, {at[0], b, at[1]});
          Value here = s.select(isGreater(s, first, second, isUnsigned), s.index(1), s.index(0));
          here = s.select(isGreater(s, second, first, isUnsigned), s.index(-1), here);
          return {s.select(s.isEqual(sign[0], s.index(0)), here, sign[0])};
        };
        return s.loops({shape[0], shape[2]}, s.index(0), perElement)[0];
      };
      auto isBefore = [&](Value a, Value b) {
        Value sign = compare(a, b);
        Value isTied = s.both(s.isEqual(sign, s.index(0)), s.isLess(a, b));
        return s.create<arith::OrIOp>(s.isLess(sign, s.index(0)), isTied);
      };
      Type index = rewriter.getIndexType();
      Value order = selectFirst(s, s.empty({extent}, index), extent, extent, isBefore);
      // The class of every slice, and the first slice and the size of every class.
      Values classes =
          s.loop(s.index(extent),
                 Values{s.empty({extent}, index), s.empty({extent}, index),
                        s.filled({extent}, rewriter.getIndexAttr(0)), s.index(-1)},
                 [&](ValueRange i, ValueRange carried) -> Values {
                   Value slice = s.read(order, i);
                   Value previous =
                       s.create<arith::MaxSIOp>(s.subtract(i[0], s.index(1)), s.index(0));
                   Value isNew = s.create<arith::OrIOp>(
                       s.isEqual(i[0], s.index(0)),
                       s.negate(s.isEqual(compare(s.read(order, previous), slice), s.index(0))));
                   Value number = countIfNew(s, isNew, carried[3]);
                   Value first = s.select(isNew, slice, s.read(carried[1], number));
                   Value size = s.add(s.read(carried[2], number), s.index(1));
                   return {s.write(number, carried[0], slice), s.write(first, carried[1], number),
                           s.write(size, carried[2], number), number};
                 });
      Value classOf = classes[0], firstOf = classes[1], sizeOf = classes[2];
      Value distinct = s.add(classes[3], s.index(1));
      s.check(s.isEqual(distinct, s.index(room)), "as many distinct elements as declared");
      // The place of each class in the results: its number, or in order of first appearance.
      Value placeOf = s.loop(s.index(extent), Values{s.empty({extent}, index), s.index(-1)},
                             [&](ValueRange i, ValueRange carried) -> Values {
                               if (op.getSorted())
                                 return {s.write(i[0], carried[0], i), carried[1]};
                               Value own = s.read(classOf, i);
                               Value isFirst = s.isEqual(s.read(firstOf, own), i[0]);
                               Value place = countIfNew(s, isFirst, carried[1]);
                               Values written = s.whenever(isFirst, carried[0], [&]() -> Values {
                                 return {s.write(place, carried[0], own)};
                               });
                               return {written[0], place};
                             })[0];
      // For each slice its class's place; for each place the class's first slice and size.
      SmallVector<int64_t> out = {shape[0], room, shape[2]};
      auto perSlice = [&](ValueRange i, ValueRange carried) -> Values {
        Value own = s.read(classOf, i), place = s.read(placeOf, own);
        Value inverse = s.write(s.toInteger(place, i64), carried[2], i);
        Value isFirst = s.isEqual(s.read(firstOf, own), i[0]);
        Value writes = s.both(isFirst, s.isLess(place, s.index(room)));
        Values current = {carried[0], carried[1], carried[3]};
        Values written = s.whenever(writes, current, [&]() -> Values {
          Value y = s.loops(
              {shape[0], shape[2]}, carried[0], [&](ValueRange at, ValueRange so) -> Values {
                return {s.write(s.read(x, {at[0], i[0], at[1]}), so[0], {at[0], place, at[1]})};
              })[0];
          return {y, s.write(s.toInteger(i[0], i64), carried[1], place),
                  s.write(s.toInteger(s.read(sizeOf, own), i64), carried[3], place)};
        });
        return {written[0], written[1], inverse, written[2]};
      };
      return s.loop(s.index(extent),
                    Values{s.empty(out, type.getElementType()), s.empty({room}, i64),
                           s.empty({extent}, i64), s.empty({room}, i64)},
                    perSlice);
    };
    Values results = createSequential(rewriter, loc, emit);
    results[0] = createReshape(rewriter, loc, results[0], type);
    // Absent results have no users.
    for (auto [result, value] : llvm::zip_equal(op.getResults(), results))
      if (isa<NoneType>(result.getType()))
        value = nullptr;
    rewriter.replaceOp(op, results);
    return success();
  }

private:
  static Value countIfNew(Sequential &s, Value isNew, Value number) {
    return s.select(isNew, s.add(number, s.index(1)), number);
  }
};

} // namespace

void lower::populateOrderPatterns(const PatternContext &context) {
  context.add<TopKPattern, UniquePattern>();
}
