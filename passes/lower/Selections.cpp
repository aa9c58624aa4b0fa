// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lowering of the ops that select by value. How much they select only the run knows: they write
// what the declared extents have room for, and the run fails unless that is all.

#include "dialects/onnx/Extents.h"
#include "dialects/onnx/OnnxSelectOps.h"
#include "passes/lower/Families.h"
#include "passes/lower/Generics.h"
#include "passes/lower/OnnxPattern.h"
#include "passes/lower/Sequential.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

static Value isNotZero(Sequential &s, Value element) {
  return s.compare(arith::CmpIPredicate::ne, element, s.number(element.getType(), 0), false);
}

/// `count + 1` where the condition holds.
static Value countIf(Sequential &s, Value condition, Value count) {
  return s.select(condition, s.add(count, s.index(1)), count);
}

namespace {

class OneHotPattern : public OnnxPattern<onnx::OneHotOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::OneHotOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getType(op.getY());
    int64_t rank = type.getRank(), axis = normalizeAxis(op.getAxis(), rank);
    bool isUnsigned = onnx::getElementType(op.getIndices()).isUnsignedInteger();
    SmallVector<MappedTensor> inputs = {
        {adaptor.getIndices(), getMapWithout(getContext(), rank, axis)}};
    for (int64_t i : {0, 1})
      inputs.push_back(
          {adaptor.getValues(), AffineMap::get(rank, 0, rewriter.getAffineConstantExpr(i))});
    auto body = [&](Scalars &s, ValueRange v) {
      Type i64 = rewriter.getI64Type();
      auto equals = [&](Value a, Value b) {
        return s.compare(arith::CmpIPredicate::eq, a, b, false);
      };
      Value index = s.convert(v[0], i64, isUnsigned);
      Value position = s.create<arith::IndexCastOp>(i64, s.loopIndex(axis));
      Value fromEnd =
          s.subtract(position, s.constant(IntegerAttr::get(i64, type.getDimSize(axis))));
      Value isHere = s.create<arith::OrIOp>(equals(index, position), equals(index, fromEnd));
      return s.select(isHere, v[2], v[1]);
    };
    rewriter.replaceOp(op, createParallel(rewriter, op.getLoc(), inputs, type, body));
    return success();
  }
};

class NonZeroPattern : public OnnxPattern<onnx::NonZeroOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::NonZeroOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getType(op.getPositions());
    ArrayRef<int64_t> shape = getType(op.getX()).getShape();
    auto emit = [&](Sequential &s) -> Values {
      Value room = s.index(type.getDimSize(1));
      Values start = {op.getBounded() ? s.filled(type.getShape(), rewriter.getI64IntegerAttr(0))
                                      : s.empty(type.getShape(), type.getElementType()),
                      s.index(0)};
      Values found = s.loops(shape, start, [&](ValueRange at, ValueRange carried) -> Values {
        Value count = carried[1], isFound = isNotZero(s, s.read(adaptor.getX(), at));
        Value writes = s.both(isFound, s.isLess(count, room));
        Values written = s.whenever(writes, carried[0], [&]() -> Values {
          Value y = carried[0];
          for (auto [dim, position] : llvm::enumerate(at))
            y = s.write(s.toInteger(position, type.getElementType()), y, {s.index(dim), count});
          return {y};
        });
        return {written[0], countIf(s, isFound, count)};
      });
      if (op.getBounded())
        s.check(s.negate(s.isLess(room, found[1])), "at most as many nonzero elements as declared");
      else
        s.check(s.isEqual(found[1], room), "as many nonzero elements as declared");
      return {found[0]};
    };
    rewriter.replaceOp(op, createSequential(rewriter, op.getLoc(), emit));
    return success();
  }
};

class CompressPattern : public OnnxPattern<onnx::CompressOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::CompressOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType from = getType(op.getX()), type = getType(op.getY());
    Location loc = op.getLoc();
    Value x = adaptor.getX();
    int64_t axis = 0;
    if (op.getAxis()) {
      axis = normalizeAxis(*op.getAxis(), from.getRank());
    } else {
      from = from.clone({from.getNumElements()});
      x = createReshape(rewriter, loc, x, from);
    }
    int64_t given = getType(op.getCondition()).getNumElements();
    SmallVector<int64_t> slice = llvm::to_vector(from.getShape());
    slice.erase(slice.begin() + axis);
    auto emit = [&](Sequential &s) -> Values {
      Value room = s.index(type.getDimSize(axis)), extent = s.index(from.getDimSize(axis));
      Values start = {s.empty(type.getShape(), type.getElementType()), s.index(0)};
      auto perSlice = [&](ValueRange i, ValueRange carried) -> Values {
        Value count = carried[1], isKept = s.read(adaptor.getCondition(), i);
        Value fits = s.both(s.isLess(count, room), s.isLess(i[0], extent));
        Values written = s.whenever(s.both(isKept, fits), carried[0], [&] {
          return s.loops(slice, carried[0], [&](ValueRange at, ValueRange y) -> Values {
            Values source(at), target(at);
            source.insert(source.begin() + axis, i[0]);
            target.insert(target.begin() + axis, count);
            return {s.write(s.read(x, source), y[0], target)};
          });
        });
        return {written[0], countIf(s, isKept, count)};
      };
      Values kept = s.loops({given}, start, perSlice);
      s.check(s.isEqual(kept[1], room), "as many chosen slices as declared");
      return {kept[0]};
    };
    rewriter.replaceOp(op, createSequential(rewriter, loc, emit));
    return success();
  }
};

/// A box as the least and greatest coordinate on both axes, and its area.
struct Box {
  Value low[2], high[2], area;
};

class NonMaxSuppressionPattern : public OnnxPattern<onnx::NonMaxSuppressionOp> {
public:
  using OnnxPattern::OnnxPattern;

  /// Takes the best of the boxes that are left and drops those that overlap it, until none is left.
  LogicalResult lower(onnx::NonMaxSuppressionOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getType(op.getSelected());
    ArrayRef<int64_t> scores = getType(op.getScores()).getShape();
    auto emit = [&](Sequential &s) -> Values {
      Value boxes = s.index(scores[2]), most = s.index(0);
      if (onnx::isPresent(op.getMaxOutputBoxesPerClass()))
        most = s.toIndex(s.readScalar(adaptor.getMaxOutputBoxesPerClass()));
      Value rounds = s.create<arith::MinSIOp>(s.create<arith::MaxSIOp>(most, s.index(0)), boxes);
      Value room = s.index(type.getDimSize(0));
      Values start = {s.empty(type.getShape(), type.getElementType()), s.index(0),
                      s.empty({scores[2]}, rewriter.getI1Type())};
      auto perClass = [&](ValueRange at, ValueRange carried) -> Values {
        Value left = s.loop(boxes, carried[2], [&](ValueRange box, ValueRange alive) -> Values {
          return {s.write(isCandidate(op, adaptor, s, {at[0], at[1], box[0]}), alive[0], box)};
        })[0];
        return s.loop(rounds, Values{carried[0], carried[1], left},
                      [&](ValueRange, ValueRange state) {
                        return selectNext(op, adaptor, s, at, room, boxes, state);
                      });
      };
      Values selected = s.loops(scores.take_front(2), start, perClass);
      s.check(s.isEqual(selected[1], room), "as many selected boxes as declared");
      return {selected[0]};
    };
    rewriter.replaceOp(op, createSequential(rewriter, op.getLoc(), emit));
    return success();
  }

private:
  Value isCandidate(onnx::NonMaxSuppressionOp op, Adaptor adaptor, Sequential &s,
                    const Values &at) const {
    if (!onnx::isPresent(op.getScoreThreshold()))
      return s.number(IntegerType::get(getContext(), 1), 1);
    return s.compare(arith::CmpIPredicate::sgt, s.read(adaptor.getScores(), at),
                     s.readScalar(adaptor.getScoreThreshold()), false);
  }

  Box readBox(onnx::NonMaxSuppressionOp op, Adaptor adaptor, Sequential &s, Value batch,
              Value box) const {
    Box result;
    Value extents[2];
    for (int64_t axis : {0, 1}) {
      Value a = s.read(adaptor.getBoxes(), {batch, box, s.index(axis)});
      Value b = s.read(adaptor.getBoxes(), {batch, box, s.index(axis + 2)});
      if (op.getCenterPointBox()) {
        Value half = s.multiply(b, s.number(b.getType(), 0.5));
        b = s.add(a, half);
        a = s.subtract(a, half);
      }
      result.low[axis] = s.minimum(a, b, false);
      result.high[axis] = s.maximum(a, b, false);
      extents[axis] = s.subtract(result.high[axis], result.low[axis]);
    }
    result.area = s.multiply(extents[0], extents[1]);
    return result;
  }

  /// Whether the common part of two boxes is more of their union than the threshold.
  Value overlaps(onnx::NonMaxSuppressionOp op, Adaptor adaptor, Sequential &s, const Box &a,
                 const Box &b) const {
    using P = arith::CmpIPredicate;
    Value zero = s.number(a.area.getType(), 0), common = s.number(a.area.getType(), 1);
    for (int64_t axis : {0, 1}) {
      Value extent = s.subtract(s.minimum(a.high[axis], b.high[axis], false),
                                s.maximum(a.low[axis], b.low[axis], false));
      common = s.multiply(common, s.maximum(extent, zero, false));
    }
    Value all = s.subtract(s.add(a.area, b.area), common);
    Value hasArea =
        s.both(s.compare(P::sgt, a.area, zero, false), s.compare(P::sgt, b.area, zero, false));
    hasArea = s.both(hasArea, s.compare(P::sgt, all, zero, false));
    Value share = s.select(hasArea, s.divide(common, all, false), zero);
    Value threshold =
        onnx::isPresent(op.getIouThreshold()) ? s.readScalar(adaptor.getIouThreshold()) : zero;
    return s.compare(P::sgt, share, threshold, false);
  }

  /// One round; carried are the result, how many are selected, and which boxes are left.
  Values selectNext(onnx::NonMaxSuppressionOp op, Adaptor adaptor, Sequential &s, ValueRange at,
                    Value room, Value boxes, ValueRange state) const {
    using P = arith::CmpIPredicate;
    Type i1 = IntegerType::get(getContext(), 1);
    Value noScore = s.number(getType(op.getScores()).getElementType(), 0);
    // The best: whether there is one, which, and its score.
    Values best =
        s.loop(boxes, Values{s.number(i1, 0), s.index(0), noScore},
               [&](ValueRange box, ValueRange so) -> Values {
                 Value score = s.read(adaptor.getScores(), {at[0], at[1], box[0]});
                 Value isBetter = s.create<arith::OrIOp>(s.negate(so[0]),
                                                         s.compare(P::sgt, score, so[2], false));
                 isBetter = s.both(isBetter, s.read(state[2], box));
                 return {s.create<arith::OrIOp>(so[0], isBetter), s.select(isBetter, box[0], so[1]),
                         s.select(isBetter, score, so[2])};
               });
    Value isFound = best[0], chosen = best[1], count = state[1];
    Value writes = s.both(isFound, s.isLess(count, room));
    Value rows = s.whenever(writes, state[0], [&]() -> Values {
      Type i64 = IntegerType::get(getContext(), 64);
      Value y = state[0], row[] = {at[0], at[1], chosen};
      for (auto [column, value] : llvm::enumerate(row))
        y = s.write(s.toInteger(value, i64), y, {count, s.index(column)});
      return {y};
    })[0];
    Box kept = readBox(op, adaptor, s, at[0], chosen);
    Value left = s.loop(boxes, state[2], [&](ValueRange box, ValueRange alive) -> Values {
      Value isGone = s.create<arith::OrIOp>(
          s.isEqual(box[0], chosen),
          overlaps(op, adaptor, s, kept, readBox(op, adaptor, s, at[0], box[0])));
      Value stays = s.both(s.read(alive[0], box), s.negate(s.both(isFound, isGone)));
      return {s.write(stays, alive[0], box)};
    })[0];
    return {rows, countIf(s, isFound, count), left};
  }
};

} // namespace

void lower::populateSelectionsPatterns(const PatternContext &context) {
  context.add<CompressPattern, NonMaxSuppressionPattern, NonZeroPattern, OneHotPattern>();
}
