// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lowering of reductions. A reduction's tensor has no reduced dimensions; keepdims adds them back
// without moving data.

#include "passes/lower/Reductions.h"
#include "passes/lower/Families.h"

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/Extents.h"
#include "dialects/onnx/OnnxReduceOps.h"
#include "passes/lower/IndexOperands.h"
#include "passes/lower/OnnxPattern.h"

#include <cmath>

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

Value lower::reduce(OpBuilder &builder, Location loc, Value x, ArrayRef<int64_t> axes,
                    TypedAttr initial, ScalarBody combine) {
  auto from = cast<RankedTensorType>(x.getType());
  auto type = RankedTensorType::get(getShapeWithout(from.getShape(), axes), initial.getType());
  Value start = createFilled(builder, loc, type, initial);
  AffineMap identity = builder.getMultiDimIdentityMap(from.getRank());
  AffineMap kept = getMapWithout(builder.getContext(), from.getRank(), axes);
  return createReduction(builder, loc, {{x, identity}}, {start, kept}, combine);
}

Value lower::reduceMax(OpBuilder &builder, Location loc, Value x, ArrayRef<int64_t> axes,
                       bool isUnsigned) {
  TypedAttr lowest = getLowestAttr(getElementTypeOrSelf(x.getType()), isUnsigned);
  return reduce(builder, loc, x, axes, lowest,
                [&](Scalars &s, ValueRange v) { return s.maximum(v[1], v[0], isUnsigned); });
}

Value lower::reduceMin(OpBuilder &builder, Location loc, Value x, ArrayRef<int64_t> axes,
                       bool isUnsigned) {
  TypedAttr highest = getHighestAttr(getElementTypeOrSelf(x.getType()), isUnsigned);
  return reduce(builder, loc, x, axes, highest,
                [&](Scalars &s, ValueRange v) { return s.minimum(v[1], v[0], isUnsigned); });
}

Value lower::reduceSum(OpBuilder &builder, Location loc, Value x, ArrayRef<int64_t> axes) {
  Type wide = getWideType(getElementTypeOrSelf(x.getType()));
  return reduce(builder, loc, x, axes, getNumberAttr(wide, 0),
                [&](Scalars &s, ValueRange v) { return s.add(v[1], s.convert(v[0], wide)); });
}

int64_t lower::countReduced(Value x, ArrayRef<int64_t> axes) {
  int64_t count = 1;
  for (int64_t axis : axes)
    count *= cast<RankedTensorType>(x.getType()).getDimSize(axis);
  return count;
}

Value lower::divideByCount(OpBuilder &builder, Location loc, Value sum, Value x,
                           ArrayRef<int64_t> axes, bool isUnsigned) {
  auto type = cast<RankedTensorType>(sum.getType());
  int64_t count = countReduced(x, axes);
  return createElementwise(builder, loc, sum, type, [&](Scalars &s, ValueRange v) {
    return s.divide(v[0], s.number(type.getElementType(), count), isUnsigned);
  });
}

Value lower::reduceMean(OpBuilder &builder, Location loc, Value x, ArrayRef<int64_t> axes,
                        bool isUnsigned) {
  Value sum = reduceSum(builder, loc, x, axes);
  return divideByCount(builder, loc, sum, x, axes, isUnsigned);
}

Value lower::reduceSquares(OpBuilder &builder, Location loc, Value x, ArrayRef<int64_t> axes) {
  Type wide = getWideType(getElementTypeOrSelf(x.getType()));
  return reduce(builder, loc, x, axes, getNumberAttr(wide, 0), [&](Scalars &s, ValueRange v) {
    Value element = s.convert(v[0], wide);
    return s.add(v[1], s.multiply(element, element));
  });
}

/// The extremum first, then the first or last place that holds it: two reductions of one result
/// each.
Value lower::findExtremum(OpBuilder &builder, Location loc, Value x, int64_t axis, bool greatest,
                          bool last, bool isUnsigned) {
  auto from = cast<RankedTensorType>(x.getType());
  Value extremum = greatest ? reduceMax(builder, loc, x, axis, isUnsigned)
                            : reduceMin(builder, loc, x, axis, isUnsigned);
  Type i64 = builder.getI64Type();
  // What loses against every place: the combination below is a minimum, or a maximum for the last
  // place.
  TypedAttr none = builder.getI64IntegerAttr(last ? -1 : from.getDimSize(axis));
  AffineMap identity = builder.getMultiDimIdentityMap(from.getRank());
  AffineMap kept = getMapWithout(builder.getContext(), from.getRank(), axis);
  Value start = createFilled(
      builder, loc, RankedTensorType::get(getShapeWithout(from.getShape(), axis), i64), none);
  return createReduction(
      builder, loc, {{x, identity}, {extremum, kept}}, {start, kept},
      [&](Scalars &s, ValueRange v) {
        Value found = s.compare(arith::CmpIPredicate::eq, v[0], v[1], isUnsigned);
        if (isa<FloatType>(v[0].getType()))
          found = s.create<arith::OrIOp>(
              found, s.create<arith::CmpFOp>(arith::CmpFPredicate::UNO, v[0], v[0]));
        Value here = s.create<arith::IndexCastOp>(i64, s.loopIndex(axis));
        Value candidate = s.select(found, here, s.constant(none));
        return last ? s.maximum(v[2], candidate, false) : s.minimum(v[2], candidate, false);
      });
}

/// What a reduction that adds or multiplies does to each element, and to the result.
struct Accumulation {
  Value (*map)(Scalars &s, Value x, bool isUnsigned);
  Value (*finish)(Scalars &s, Value sum);
};

static Value same(Scalars &s, Value x, bool) { return x; }
static Value square(Scalars &s, Value x, bool) { return s.multiply(x, x); }
static Value magnitude(Scalars &s, Value x, bool isUnsigned) {
  if (isa<FloatType>(x.getType()))
    return s.create<math::AbsFOp>(x);
  return isUnsigned ? x : s.create<math::AbsIOp>(x);
}
template <typename MathOp> static Value finishWith(Scalars &s, Value sum) {
  return s.create<MathOp>(sum);
}

template <typename Op> static Accumulation getAccumulation() {
  if constexpr (std::is_same_v<Op, onnx::ReduceL1Op>)
    return {magnitude, nullptr};
  else if constexpr (std::is_same_v<Op, onnx::ReduceL2Op>)
    return {square, finishWith<math::SqrtOp>};
  else if constexpr (std::is_same_v<Op, onnx::ReduceLogSumOp>)
    return {same, finishWith<math::LogOp>};
  else if constexpr (std::is_same_v<Op, onnx::ReduceSumSquareOp>)
    return {square, nullptr};
  else
    return {same, nullptr};
}

/// log(sum(e^(x - c))) + c, where c is the greatest element, or 0 instead of an infinite one.
static Value reduceLogSumExp(OpBuilder &builder, Location loc, Value x, ArrayRef<int64_t> axes) {
  auto from = cast<RankedTensorType>(x.getType());
  Type wide = getWideType(from.getElementType());
  Value greatest = reduceMax(builder, loc, x, axes, false);
  auto type = cast<RankedTensorType>(greatest.getType()).clone(wide);
  Value center = createElementwise(builder, loc, greatest, type, [&](Scalars &s, ValueRange v) {
    Value value = s.widen(v[0]);
    Value isInfinite = s.compare(arith::CmpIPredicate::eq, s.create<math::AbsFOp>(value),
                                 s.number(wide, INFINITY), false);
    return s.select(isInfinite, s.number(wide, 0), value);
  });
  AffineMap identity = builder.getMultiDimIdentityMap(from.getRank());
  AffineMap kept = getMapWithout(builder.getContext(), from.getRank(), axes);
  Value powers = createParallel(builder, loc, {{x, identity}, {center, kept}}, from.clone(wide),
                                [](Scalars &s, ValueRange v) {
                                  return s.create<math::ExpOp>(s.subtract(s.widen(v[0]), v[1]));
                                });
  Value sum = reduceSum(builder, loc, powers, axes);
  return createElementwise(builder, loc, {sum, center}, type, [](Scalars &s, ValueRange v) {
    return s.add(s.create<math::LogOp>(v[0]), v[1]);
  });
}

namespace {

/// Sorted dimensions.
using Axes = SmallVector<int64_t>;

/// Every choice of `count` dimensions whose reduction makes `type` of `from`; stops at a few.
SmallVector<Axes> findAxesByShape(RankedTensorType from, RankedTensorType type, int64_t count,
                                  bool keepDims) {
  constexpr size_t maxChoices = 64;
  constexpr int64_t maxRank = 12;
  SmallVector<Axes> choices;
  for (uint64_t set = 0; from.getRank() <= maxRank && set < uint64_t(1) << from.getRank(); ++set) {
    if (llvm::popcount(set) != count || choices.size() > maxChoices)
      continue;
    Axes axes;
    SmallVector<int64_t> shape;
    for (auto [dim, extent] : llvm::enumerate(from.getShape())) {
      bool isReduced = set >> dim & 1;
      if (isReduced)
        axes.push_back(dim);
      if (!isReduced || keepDims)
        shape.push_back(isReduced ? 1 : extent);
    }
    if (ArrayRef(shape) == type.getShape())
      choices.push_back(axes);
  }
  return choices;
}

/// Whether all run-time `axes` are among `dims`, as a scalar.
Value areAmong(Scalars &s, ValueRange scalars, const IndexOperand &axes, ArrayRef<int64_t> dims,
               int64_t rank) {
  Value all = s.number(IntegerType::get(s.getContext(), 1), 1);
  for (int64_t i = 0; i < axes.size(); ++i) {
    Value isOne = s.number(all.getType(), 0);
    for (int64_t dim : dims)
      isOne = s.create<arith::OrIOp>(isOne, isAxis(s, axes.get(s, scalars, i), dim, rank));
    all = s.create<arith::AndIOp>(all, isOne);
  }
  return all;
}

template <typename Op> class ReducePattern : public OnnxPattern<Op> {
public:
  using OnnxPattern<Op>::OnnxPattern;

  /// Axes that come at run time are those that make the result's shape. Where several do, all are
  /// tried, and the right one is selected.
  LogicalResult lower(Op op, typename OnnxPattern<Op>::Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType from = this->getType(op.getX()), type = this->getType(op.getY());
    Location loc = op.getLoc();
    SmallVector<Axes> choices;
    if (std::optional<Axes> axes = getConstantAxes(op))
      choices.push_back(*axes);
    else if (std::optional<int64_t> count = onnx::getIndexCount(op.getAxes()))
      choices = findAxesByShape(from, type, *count, op.getKeepdims());
    if (choices.empty() || choices.size() > 16)
      return this->refuse(op, rewriter,
                          "which axes are reduced cannot be told from the shape of the result; "
                          "make the axes constant");
    Value result;
    for (const Axes &axes : choices) {
      Value candidate = adaptor.getX();
      // A sum, product, mean or extremum of one element is the element.
      constexpr bool isPlain =
          std::is_same_v<Op, onnx::ReduceSumOp> || std::is_same_v<Op, onnx::ReduceProdOp> ||
          std::is_same_v<Op, onnx::ReduceMeanOp> || std::is_same_v<Op, onnx::ReduceMaxOp> ||
          std::is_same_v<Op, onnx::ReduceMinOp>;
      if (!axes.empty() || !isPlain)
        candidate = reduceOver(op, candidate, axes, rewriter);
      candidate = convertElements(rewriter, loc, candidate, type.getElementType());
      candidate = createReshape(rewriter, loc, candidate, type);
      if (!result) {
        result = candidate;
        continue;
      }
      AffineMap identity = rewriter.getMultiDimIdentityMap(type.getRank());
      SmallVector<MappedTensor> inputs = {{candidate, identity}, {result, identity}};
      IndexOperand given(rewriter, op.getAxes(), adaptor.getAxes(), type.getRank(), inputs);
      result = createParallel(rewriter, loc, inputs, type, [&](Scalars &s, ValueRange v) {
        return s.select(areAmong(s, v, given, axes, from.getRank()), v[0], v[1]);
      });
    }
    rewriter.replaceOp(op, result);
    return success();
  }

private:
  static Value reduceOver(Op op, Value x, ArrayRef<int64_t> axes, OpBuilder &builder) {
    bool isUnsigned = getElementTypeOrSelf(op.getX().getType()).isUnsignedInteger();
    Location loc = op.getLoc();
    if constexpr (std::is_same_v<Op, onnx::ReduceMeanOp>)
      return reduceMean(builder, loc, x, axes, isUnsigned);
    else if constexpr (std::is_same_v<Op, onnx::ReduceMaxOp>)
      return reduceMax(builder, loc, x, axes, isUnsigned);
    else if constexpr (std::is_same_v<Op, onnx::ReduceMinOp>)
      return reduceMin(builder, loc, x, axes, isUnsigned);
    else
      return accumulate(x, axes, isUnsigned, loc, builder);
  }

  static Value accumulate(Value x, ArrayRef<int64_t> axes, bool isUnsigned, Location loc,
                          OpBuilder &builder) {
    Accumulation steps = getAccumulation<Op>();
    constexpr bool isProduct = std::is_same_v<Op, onnx::ReduceProdOp>,
                   isLogSumExp = std::is_same_v<Op, onnx::ReduceLogSumExpOp>;
    Type elementType = getElementTypeOrSelf(x.getType()), wide = getWideType(elementType);
    // Roots and logarithms of integers go through f64.
    if (isa<IntegerType>(wide) && (steps.finish || isLogSumExp))
      wide = builder.getF64Type();
    auto widen = [&](Scalars &s, Value element) { return s.convert(element, wide, isUnsigned); };
    Value result;
    if (isLogSumExp) {
      if (isa<IntegerType>(elementType))
        x = createElementwise(builder, loc, x, cast<RankedTensorType>(x.getType()).clone(wide),
                              [&](Scalars &s, ValueRange v) { return widen(s, v[0]); });
      result = reduceLogSumExp(builder, loc, x, axes);
    } else {
      result = reduce(builder, loc, x, axes, getNumberAttr(wide, isProduct),
                      [&](Scalars &s, ValueRange v) {
                        Value term = steps.map(s, widen(s, v[0]), isUnsigned);
                        return isProduct ? s.multiply(v[1], term) : s.add(v[1], term);
                      });
    }
    auto type = cast<RankedTensorType>(result.getType()).clone(elementType);
    if (!steps.finish && wide == elementType)
      return result;
    return createElementwise(builder, loc, result, type, [&](Scalars &s, ValueRange v) {
      Value value = steps.finish ? steps.finish(s, v[0]) : v[0];
      return s.convert(value, elementType, isUnsigned, isUnsigned);
    });
  }

  /// The reduced dimensions when they are known; none for the identity.
  std::optional<Axes> getConstantAxes(Op op) const {
    int64_t rank = this->getType(op.getX()).getRank();
    Axes axes;
    if (!isa<NoneType>(op.getAxes().getType()) &&
        this->getType(op.getAxes()).getNumElements() != 0) {
      std::optional<SmallVector<int64_t>> values = onnx::getConstantIntegers(op.getAxes());
      if (!values)
        return std::nullopt;
      for (int64_t value : *values)
        axes.push_back(normalizeAxis(value, rank));
    }
    if (axes.empty() && !op.getNoopWithEmptyAxes())
      axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
    llvm::sort(axes);
    return axes;
  }
};

template <typename Op> class ArgPattern : public OnnxPattern<Op> {
public:
  using OnnxPattern<Op>::OnnxPattern;

  LogicalResult lower(Op op, typename OnnxPattern<Op>::Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    bool isUnsigned = getElementTypeOrSelf(op.getX().getType()).isUnsignedInteger();
    int64_t axis = normalizeAxis(op.getAxis(), this->getType(op.getX()).getRank());
    Value place =
        findExtremum(rewriter, op.getLoc(), adaptor.getX(), axis,
                     std::is_same_v<Op, onnx::ArgMaxOp>, op.getSelectLastIndex(), isUnsigned);
    rewriter.replaceOp(op, createReshape(rewriter, op.getLoc(), place, this->getType(op.getY())));
    return success();
  }
};

} // namespace

void lower::populateReductionPatterns(const PatternContext &context) {
  context.add<ArgPattern<onnx::ArgMaxOp>, ArgPattern<onnx::ArgMinOp>,
              ReducePattern<onnx::ReduceL1Op>, ReducePattern<onnx::ReduceL2Op>,
              ReducePattern<onnx::ReduceLogSumExpOp>, ReducePattern<onnx::ReduceLogSumOp>,
              ReducePattern<onnx::ReduceMaxOp>, ReducePattern<onnx::ReduceMeanOp>,
              ReducePattern<onnx::ReduceMinOp>, ReducePattern<onnx::ReduceProdOp>,
              ReducePattern<onnx::ReduceSumOp>, ReducePattern<onnx::ReduceSumSquareOp>>();
}
