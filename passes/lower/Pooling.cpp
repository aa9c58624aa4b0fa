// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lowering of pooling: padding with what changes no result, one reduction over (n, c, out...,
// k...), then what is left to do per result. Sums are in f32 for 16-bit floats.

#include "dialects/onnx/OnnxPoolOps.h"
#include "passes/lower/Families.h"
#include "passes/lower/OnnxPattern.h"
#include "passes/lower/Reductions.h"
#include "passes/lower/Sequential.h"
#include "passes/lower/Windows.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

/// acc + |x|^p in the accumulator's type.
static Value addPower(Scalars &s, Value x, Value accumulator, int64_t p) {
  Type wide = accumulator.getType();
  Value magnitude = s.create<math::AbsFOp>(s.convert(x, wide));
  if (p == 2)
    magnitude = s.multiply(magnitude, magnitude);
  else if (p != 1)
    magnitude = s.create<math::PowFOp>(magnitude, s.number(wide, p));
  return s.add(accumulator, magnitude);
}

/// sum^(1/p).
static Value takeRoot(Scalars &s, Value sum, int64_t p) {
  if (p == 1)
    return sum;
  if (p == 2)
    return s.create<math::SqrtOp>(sum);
  return s.create<math::PowFOp>(sum, s.number(sum.getType(), 1.0 / double(p)));
}

/// A result per element of `sums`, in the element type of `type`, which may have other ones.
static Value finishSums(OpBuilder &builder, Location loc, Value sums, RankedTensorType type,
                        ScalarBody body) {
  auto sumType = cast<RankedTensorType>(sums.getType());
  Value result = createElementwise(
      builder, loc, sums, sumType.clone(type.getElementType()),
      [&](Scalars &s, ValueRange v) { return s.convert(body(s, v), type.getElementType()); });
  return createReshape(builder, loc, result, type);
}

namespace {

template <typename Op> class GlobalPoolPattern : public OnnxPattern<Op> {
public:
  using OnnxPattern<Op>::OnnxPattern;

  LogicalResult lower(Op op, typename OnnxPattern<Op>::Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType from = this->getType(op.getX()), type = this->getType(op.getY());
    SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(2, from.getRank()));
    rewriter.replaceOp(op, pool(op, adaptor.getX(), axes, type, rewriter));
    return success();
  }

private:
  static Value pool(Op op, Value x, ArrayRef<int64_t> axes, RankedTensorType type,
                    OpBuilder &builder) {
    Location loc = op.getLoc();
    auto forward = [](Scalars &, ValueRange v) { return v[0]; };
    if constexpr (std::is_same_v<Op, onnx::GlobalAveragePoolOp>) {
      return finishSums(builder, loc, reduceMean(builder, loc, x, axes, false), type, forward);
    } else if constexpr (std::is_same_v<Op, onnx::GlobalMaxPoolOp>) {
      return createReshape(builder, loc, reduceMax(builder, loc, x, axes, false), type);
    } else {
      int64_t p = op.getP();
      TypedAttr zero = getNumberAttr(getWideType(type.getElementType()), 0);
      Value sums = reduce(builder, loc, x, axes, zero,
                          [&](Scalars &s, ValueRange v) { return addPower(s, v[0], v[1], p); });
      return finishSums(builder, loc, sums, type,
                        [&](Scalars &s, ValueRange v) { return takeRoot(s, v[0], p); });
    }
  }
};

/// The base of pooling with windows. Shape inference has made padding explicit by now.
template <typename Op> class PoolPattern : public OnnxPattern<Op> {
protected:
  using OnnxPattern<Op>::OnnxPattern;

  WindowShape getWindow(Op op) const {
    return {op.getKernelShape(), op.getStrides(), op.getDilations(),
            cast<RankedTensorType>(op.getY().getType()).getShape().drop_front(2)};
  }

  Value pad(Op op, Value x, TypedAttr padding, OpBuilder &builder) const {
    ArrayRef<int64_t> extents = cast<RankedTensorType>(x.getType()).getShape().drop_front(2);
    return padTrailing(builder, op.getLoc(), x, getWindow(op).fitPads(extents, op.getPads()),
                       padding);
  }
};

class AveragePoolPattern : public PoolPattern<onnx::AveragePoolOp> {
public:
  using PoolPattern::PoolPattern;

  LogicalResult lower(onnx::AveragePoolOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getType(op.getY());
    Location loc = op.getLoc();
    Type elementType = type.getElementType(), wide = getWideType(elementType);
    Value x = pad(op, adaptor.getX(), getNumberAttr(elementType, 0), rewriter);
    Value sums =
        reduceWindows(rewriter, loc, x, getWindow(op), {}, getNumberAttr(wide, 0),
                      [&](Scalars &s, ValueRange v) { return s.add(v[1], s.convert(v[0], wide)); });
    // The number of elements in a window is a product over the dimensions. Those that all windows
    // share are one factor, the others are tables.
    AffineMap identity = rewriter.getMultiDimIdentityMap(type.getRank());
    SmallVector<MappedTensor> inputs = {{sums, identity}};
    double common = 1;
    for (int64_t dim = 0; dim < type.getRank() - 2; ++dim) {
      SmallVector<double> counts = countElements(op, dim);
      if (llvm::all_equal(counts)) {
        common *= counts.front();
        continue;
      }
      inputs.push_back({createTable(counts, wide, loc, rewriter), identity.getSubMap(2 + dim)});
    }
    rewriter.replaceOp(op,
                       createParallel(rewriter, loc, inputs, type, [&](Scalars &s, ValueRange v) {
                         Value count;
                         for (Value factor : v.drop_front())
                           count = count ? s.multiply(count, factor) : factor;
                         if (!count || common != 1) {
                           Value factor = s.number(wide, common);
                           count = count ? s.multiply(count, factor) : factor;
                         }
                         return s.convert(s.divide(v[0], count, false), elementType);
                       }));
    return success();
  }

private:
  /// How many elements each window holds along a spatial dimension.
  SmallVector<double> countElements(onnx::AveragePoolOp op, int64_t dim) const {
    int64_t extent = getType(op.getX()).getDimSize(2 + dim),
            results = getType(op.getY()).getDimSize(2 + dim), spatial = op.getStrides().size();
    int64_t low = 0, high = extent, begin = op.getPads()[dim];
    if (op.getCountIncludePad()) {
      low = -begin;
      high = extent + op.getPads()[spatial + dim];
    }
    SmallVector<double> counts;
    for (int64_t result = 0; result < results; ++result) {
      int64_t first = result * op.getStrides()[dim] - begin, dilation = op.getDilations()[dim];
      // Taps below `low`, and below `high`.
      auto countBelow = [&](int64_t bound) {
        return std::clamp<int64_t>(llvm::divideCeilSigned(bound - first, dilation), 0,
                                   op.getKernelShape()[dim]);
      };
      counts.push_back(double(countBelow(high) - countBelow(low)));
    }
    return counts;
  }

  static Value createTable(ArrayRef<double> values, Type type, Location loc, OpBuilder &builder) {
    SmallVector<Attribute> attrs;
    for (double value : values)
      attrs.push_back(getNumberAttr(type, value));
    auto tableType = RankedTensorType::get({int64_t(values.size())}, type);
    return arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(tableType, attrs));
  }
};

class LpPoolPattern : public PoolPattern<onnx::LpPoolOp> {
public:
  using PoolPattern::PoolPattern;

  LogicalResult lower(onnx::LpPoolOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getType(op.getY());
    int64_t p = op.getP();
    Value x = pad(op, adaptor.getX(), getNumberAttr(type.getElementType(), 0), rewriter);
    Value sums =
        reduceWindows(rewriter, op.getLoc(), x, getWindow(op), {},
                      getNumberAttr(getWideType(type.getElementType()), 0),
                      [&](Scalars &s, ValueRange v) { return addPower(s, v[0], v[1], p); });
    rewriter.replaceOp(op,
                       finishSums(rewriter, op.getLoc(), sums, type,
                                  [&](Scalars &s, ValueRange v) { return takeRoot(s, v[0], p); }));
    return success();
  }
};

class MaxPoolPattern : public PoolPattern<onnx::MaxPoolOp> {
public:
  using PoolPattern::PoolPattern;

  LogicalResult lower(onnx::MaxPoolOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    bool isUnsigned = getElementTypeOrSelf(op.getX().getType()).isUnsignedInteger();
    TypedAttr lowest = getLowestAttr(getType(op.getX()).getElementType(), isUnsigned);
    Value x = pad(op, adaptor.getX(), lowest, rewriter);
    Value greatest =
        reduceWindows(rewriter, op.getLoc(), x, getWindow(op), {}, lowest,
                      [&](Scalars &s, ValueRange v) { return s.maximum(v[1], v[0], isUnsigned); });
    SmallVector<Value> results = {greatest};
    if (op.getIndices())
      results.push_back(locate(op, x, greatest, isUnsigned, rewriter));
    rewriter.replaceOp(op, results);
    return success();
  }

private:
  /// The first place in each window that holds the greatest element: a second reduction, to the
  /// least of places counted row-major. -1 is the greatest unsigned number.
  Value locate(onnx::MaxPoolOp op, Value x, Value greatest, bool isUnsigned,
               OpBuilder &builder) const {
    ArrayRef<int64_t> shape = getType(op.getX()).getShape();
    int64_t spatial = op.getStrides().size();
    Type i64 = builder.getI64Type();
    TypedAttr none = builder.getI64IntegerAttr(-1);
    Value places = reduceWindows(
        builder, op.getLoc(), x, getWindow(op), greatest, none, [&](Scalars &s, ValueRange v) {
          Value found = s.compare(arith::CmpIPredicate::eq, v[0], v[1], isUnsigned);
          if (isa<FloatType>(v[0].getType()))
            found = s.create<arith::OrIOp>(
                found, s.create<arith::CmpFOp>(arith::CmpFPredicate::UNO, v[0], v[0]));
          auto index = [&](int64_t value) { return s.constant(builder.getI64IntegerAttr(value)); };
          auto loop = [&](int64_t dim) {
            return s.create<arith::IndexCastOp>(i64, s.loopIndex(dim));
          };
          Value place = s.add(s.multiply(loop(0), index(shape[1])), loop(1));
          for (int64_t i = 0; i < spatial; ++i) {
            Value begin = s.multiply(loop(2 + i), index(op.getStrides()[i]));
            Value reach = s.multiply(loop(2 + spatial + i), index(op.getDilations()[i]));
            Value at = s.subtract(s.add(begin, reach), index(op.getPads()[i]));
            // Padding is outside; a negative place is a large unsigned one.
            Value inside = s.compare(arith::CmpIPredicate::slt, at, index(shape[2 + i]), true);
            found = s.create<arith::AndIOp>(found, inside);
            place = s.add(s.multiply(place, index(shape[2 + i])), at);
          }
          return s.minimum(v[2], s.select(found, place, s.constant(none)), true);
        });
    if (op.getStorageOrder() == 0)
      return places;
    auto type = cast<RankedTensorType>(places.getType());
    return createElementwise(builder, op.getLoc(), places, type, [&](Scalars &s, ValueRange v) {
      Value isNone = s.compare(arith::CmpIPredicate::eq, v[0], s.constant(none), true);
      return s.select(isNone, v[0], reverseDimensions(s, v[0], shape.drop_front(2)));
    });
  }

  /// A row-major place in planes of `extents` as one that counts the first dimension fastest.
  static Value reverseDimensions(Scalars &s, Value place, ArrayRef<int64_t> extents) {
    Type type = place.getType();
    int64_t stride = 1;
    for (int64_t extent : extents)
      stride *= extent;
    auto number = [&](int64_t value) { return s.constant(IntegerAttr::get(type, value)); };
    Value rest = s.divide(place, number(stride), true);
    Value result = s.multiply(rest, number(stride));
    place = s.remainder(place, number(stride), false, true);
    for (int64_t extent : llvm::reverse(extents)) {
      stride /= extent;
      Value at = s.remainder(place, number(extent), false, true);
      result = s.add(result, s.multiply(at, number(stride)));
      place = s.divide(place, number(extent), true);
    }
    return result;
  }
};

class MaxUnpoolPattern : public OnnxPattern<onnx::MaxUnpoolOp> {
public:
  using OnnxPattern::OnnxPattern;

  /// Any element may go anywhere, so one is placed after another.
  LogicalResult lower(onnx::MaxUnpoolOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType x = getType(op.getX()), type = getType(op.getY());
    SmallVector<int64_t> from = *onnx::getUnpooledShape(op, x.getShape());
    for (auto [extent, least] : llvm::zip_equal(type.getShape(), from))
      if (extent < least)
        return refuse(op, rewriter, "the result is smaller than what was pooled");
    int64_t count = 1;
    for (int64_t extent : from)
      count *= extent;
    auto emit = [&](Sequential &s) {
      auto place = [&](ValueRange position, ValueRange carried) {
        Value index = s.toIndex(s.read(adaptor.getIndices(), position));
        s.check(s.isWithin(index, s.index(0), s.index(count)), "an index of an element");
        Value rest = s.boundedIndex(index, count);
        Values at(from.size());
        for (int64_t dim = int64_t(from.size()) - 1; dim >= 0; --dim) {
          at[dim] = s.remainder(rest, s.index(from[dim]), false, true);
          rest = s.divide(rest, s.index(from[dim]), true);
        }
        return Values{s.write(s.read(adaptor.getX(), position), carried[0], at)};
      };
      Type elementType = type.getElementType();
      Value zeros = s.filled(type.getShape(), getNumberAttr(elementType, 0));
      return s.loops(x.getShape(), zeros, place);
    };
    rewriter.replaceOp(op, createSequential(rewriter, op.getLoc(), emit));
    return success();
  }
};

} // namespace

void lower::populatePoolingPatterns(const PatternContext &context) {
  context.add<AveragePoolPattern, GlobalPoolPattern<onnx::GlobalAveragePoolOp>,
              GlobalPoolPattern<onnx::GlobalLpPoolOp>, GlobalPoolPattern<onnx::GlobalMaxPoolOp>,
              LpPoolPattern, MaxPoolPattern, MaxUnpoolPattern>();
}
