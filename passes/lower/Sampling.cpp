// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lowering of ops that read at computed coordinates: AffineGrid, GridSample and RoiAlign.
// Coordinates are computed in f32 at least, positions are clamped to the tensor whatever they are.

#include "dialects/onnx/OnnxResampleOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/lower/Families.h"
#include "passes/lower/Generics.h"
#include "passes/lower/OnnxPattern.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

/// The dimensions [first, first + count) of `loops`, then `last`.
static AffineMap getPointMap(OpBuilder &builder, int64_t loops, ArrayRef<int64_t> dims,
                             int64_t last) {
  SmallVector<AffineExpr> exprs;
  for (int64_t dim : dims)
    exprs.push_back(builder.getAffineDimExpr(dim));
  exprs.push_back(builder.getAffineConstantExpr(last));
  return AffineMap::get(loops, 0, exprs, builder.getContext());
}

/// The position of a loop as a float.
static Value getLoopNumber(Scalars &s, int64_t loop, Type type) {
  Value index = s.loopIndex(loop);
  Type i64 = IntegerType::get(type.getContext(), 64);
  return s.convert(s.create<arith::IndexCastOp>(i64, index), type);
}

namespace {

class AffineGridPattern : public OnnxPattern<onnx::AffineGridOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::AffineGridOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getType(op.getGrid());
    int64_t rank = type.getRank(), dims = rank - 2;
    Type elementType = type.getElementType(), wide = getWideType(elementType);
    // Row j of the matrix of batch n makes coordinate j.
    SmallVector<MappedTensor> inputs;
    for (int64_t column = 0; column <= dims; ++column)
      inputs.push_back({adaptor.getTheta(), getPointMap(rewriter, rank, {0, rank - 1}, column)});
    rewriter.replaceOp(
        op, createParallel(rewriter, op.getLoc(), inputs, type, [&](Scalars &s, ValueRange v) {
          Value sum = s.convert(v[dims], wide);
          for (int64_t column = 0; column < dims; ++column) {
            int64_t dim = dims - column;
            double extent = double(type.getDimSize(dim));
            bool align = op.getAlignCorners();
            double step = align ? 2 / std::max(extent - 1, 1.0) : 2 / extent;
            double first = align ? -1 : -1 + step / 2;
            Value at = s.add(s.multiply(getLoopNumber(s, dim, wide), s.number(wide, step)),
                             s.number(wide, first));
            sum = s.add(sum, s.multiply(s.convert(v[column], wide), at));
          }
          return s.convert(sum, elementType);
        }));
    return success();
  }
};

/// One spatial dimension of a GridSample, in a body.
class SampledAxis {
public:
  SampledAxis(Scalars &s, StringRef padding, bool alignCorners, int64_t extent, Type type)
      : s(s), padding(padding), extent(extent), type(type), low(alignCorners ? 0 : -0.5),
        high(alignCorners ? double(extent) - 1 : double(extent) - 0.5), alignCorners(alignCorners) {
  }

  /// Where the normalized coordinate lies, rounded when asked for, then brought near the tensor.
  Value locate(Value coordinate, bool rounds) {
    Value n = s.add(coordinate, number(1));
    Value x =
        alignCorners
            ? s.multiply(s.multiply(n, number(0.5)), number(double(extent) - 1))
            : s.multiply(s.subtract(s.multiply(n, number(double(extent))), number(1)), number(0.5));
    if (rounds)
      x = s.create<math::RoundEvenOp>(x);
    if (padding == "border") {
      Value nearest = s.minimum(s.maximum(x, number(0), false), number(double(extent) - 1), false);
      return s.select(isOutside(x), nearest, x);
    }
    return padding == "reflection" ? reflect(x) : x;
  }

  /// The element that a whole coordinate reads: its position, and whether it counts.
  std::pair<Value, Value> resolve(Value x) {
    Value counts;
    if (padding == "zeros") {
      using P = arith::CmpIPredicate;
      counts = s.create<arith::AndIOp>(s.compare(P::sge, x, number(0), false),
                                       s.compare(P::slt, x, number(double(extent)), false));
    } else if (padding == "reflection") {
      x = reflect(x);
    }
    Type index = IndexType::get(type.getContext());
    Type i64 = IntegerType::get(type.getContext(), 64);
    Value position = s.create<arith::IndexCastOp>(index, s.convert(x, i64));
    position = s.maximum(position, s.number(index, 0), false);
    return {s.minimum(position, s.number(index, double(extent - 1)), false), counts};
  }

  Value number(double value) { return s.number(type, value); }

private:
  Value isOutside(Value x) {
    using P = arith::CmpIPredicate;
    return s.create<arith::OrIOp>(s.compare(P::slt, x, number(low), false),
                                  s.compare(P::sgt, x, number(high), false));
  }

  /// Thrown back at both borders until it lies between them.
  Value reflect(Value x) {
    double range = high - low;
    if (range <= 0)
      return number(low);
    Value isBelow = s.compare(arith::CmpIPredicate::slt, x, number(low), false);
    Value distance = s.select(isBelow, s.subtract(number(low), x), s.subtract(x, number(high)));
    Value times = s.create<math::FloorOp>(s.divide(distance, number(range), false));
    Value rest = s.subtract(distance, s.multiply(times, number(range)));
    Value half = s.create<math::FloorOp>(s.multiply(times, number(0.5)));
    Value isOdd = s.compare(arith::CmpIPredicate::ne, times, s.multiply(half, number(2)), false);
    Value fromLow = s.create<arith::XOrIOp>(isBelow, isOdd);
    Value reflected = s.select(fromLow, s.add(number(low), rest), s.subtract(number(high), rest));
    return s.select(isOutside(x), reflected, x);
  }

  Scalars &s;
  StringRef padding;
  int64_t extent;
  Type type;
  double low, high;
  bool alignCorners;
};

class GridSamplePattern : public OnnxPattern<onnx::GridSampleOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::GridSampleOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType from = getType(op.getX()), type = getType(op.getY());
    int64_t rank = type.getRank(), dims = rank - 2;
    SmallVector<int64_t> point = {0};
    llvm::append_range(point, llvm::seq<int64_t>(2, rank));
    SmallVector<MappedTensor> inputs;
    for (int64_t dim = 0; dim < dims; ++dim)
      inputs.push_back({adaptor.getGrid(), getPointMap(rewriter, rank, point, dims - 1 - dim)});
    Type coordinateType = getWideType(getType(op.getGrid()).getElementType());
    bool isNearest = op.getMode() == "nearest";
    rewriter.replaceOp(
        op, createParallel(rewriter, op.getLoc(), inputs, type, [&](Scalars &s, ValueRange v) {
          SmallVector<SampledAxis> axes;
          SmallVector<Value> at, position = {s.loopIndex(0), s.loopIndex(1)};
          for (int64_t dim = 0; dim < dims; ++dim) {
            axes.emplace_back(s, op.getPaddingMode(), op.getAlignCorners(),
                              from.getDimSize(2 + dim), coordinateType);
            at.push_back(axes.back().locate(s.convert(v[dim], coordinateType), isNearest));
          }
          if (!isNearest)
            return s.convert(
                interpolate(s, op, adaptor.getX(), axes, at, position, Value(), coordinateType),
                type.getElementType());
          Value counts;
          for (auto [axis, x] : llvm::zip_equal(axes, at))
            counts = addTap(s, axis, x, position, counts);
          return read(s, adaptor.getX(), position, counts);
        }));
    return success();
  }

private:
  /// Adds a position; `counts` so far, and with it.
  static Value addTap(Scalars &s, SampledAxis &axis, Value x, SmallVectorImpl<Value> &position,
                      Value counts) {
    auto [element, isInside] = axis.resolve(x);
    position.push_back(element);
    if (!isInside || !counts)
      return isInside ? isInside : counts;
    return s.create<arith::AndIOp>(counts, isInside);
  }

  static Value read(Scalars &s, Value x, ArrayRef<Value> position, Value counts) {
    Value element = s.create<tensor::ExtractOp>(x, position);
    return counts ? s.select(counts, element, s.number(element.getType(), 0)) : element;
  }

  /// Weights of the taps from `first` on, relative to the coordinate's floor.
  static SmallVector<Value> getWeights(Scalars &s, bool isCubic, Value ratio, Type type) {
    auto number = [&](double value) { return s.number(type, value); };
    Value rest = s.subtract(number(1), ratio);
    if (!isCubic)
      return {rest, ratio};
    // Keys' kernel with a = -0.75, at distances up to 1 and from 1 to 2.
    auto near = [&](Value x) {
      Value inner = s.subtract(s.multiply(number(1.25), x), number(2.25));
      return s.add(s.multiply(s.multiply(inner, x), x), number(1));
    };
    auto far = [&](Value x) {
      x = s.add(x, number(1));
      Value value = s.add(s.multiply(s.subtract(x, number(5)), x), number(8));
      return s.multiply(number(-0.75), s.subtract(s.multiply(value, x), number(4)));
    };
    return {far(ratio), near(ratio), near(rest), far(rest)};
  }

  /// The weighted sum over the taps of the dimension after those in `position`, and of all later
  /// ones.
  static Value interpolate(Scalars &s, onnx::GridSampleOp op, Value x,
                           MutableArrayRef<SampledAxis> axes, ArrayRef<Value> at,
                           SmallVectorImpl<Value> &position, Value counts, Type type) {
    if (axes.empty())
      return s.convert(read(s, x, position, counts),
                       getWideType(getElementTypeOrSelf(x.getType())));
    bool isCubic = op.getMode() == "cubic";
    Value floor = s.create<math::FloorOp>(at.front());
    SmallVector<Value> weights = getWeights(s, isCubic, s.subtract(at.front(), floor), type);
    Value sum;
    for (auto [tap, weight] : llvm::enumerate(weights)) {
      Value place = s.add(floor, s.number(type, double(tap) - (isCubic ? 1 : 0)));
      SmallVector<Value> inner(position.begin(), position.end());
      Value isInside = addTap(s, axes.front(), place, inner, counts);
      Value value =
          interpolate(s, op, x, axes.drop_front(), at.drop_front(), inner, isInside, type);
      value = s.multiply(value, s.convert(weight, value.getType()));
      sum = sum ? s.add(sum, value) : value;
    }
    return sum;
  }
};

class RoiAlignPattern : public OnnxPattern<onnx::RoiAlignOp> {
public:
  using OnnxPattern::OnnxPattern;

  /// One reduction over (r, c, bins..., samples...), as many samples as a bin can have.
  LogicalResult lower(onnx::RoiAlignOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType from = getType(op.getX()), type = getType(op.getY());
    Type elementType = type.getElementType(), wide = getWideType(elementType);
    Location loc = op.getLoc();
    constexpr int64_t loops = 6;
    SmallVector<MappedTensor> inputs;
    for (int64_t i = 0; i < 4; ++i)
      inputs.push_back({adaptor.getRois(), getPointMap(rewriter, loops, {0}, i)});
    AffineMap identity = rewriter.getMultiDimIdentityMap(loops);
    inputs.push_back({adaptor.getBatchIndices(), identity.getSubMap({0})});
    SmallVector<int64_t> samples;
    for (int64_t i : {2, 3})
      samples.push_back(op.getSamplingRatio()
                            ? op.getSamplingRatio()
                            : int64_t(llvm::divideCeil(from.getDimSize(i), type.getDimSize(i))) +
                                  1);
    // Nothing else tells how many samples there are; its elements are never read.
    Value extents = tensor::EmptyOp::create(rewriter, loc, samples, wide);
    inputs.push_back({extents, identity.getSubMap({4, 5})});
    bool isMax = op.getMode() == "max";
    TypedAttr initial = isMax ? getLowestAttr(wide, false) : getNumberAttr(wide, 0);
    Value start = createFilled(rewriter, loc, type.clone(wide), initial);
    Value result = createReduction(rewriter, loc, inputs, {start, identity.getSubMap({0, 1, 2, 3})},
                                   [&](Scalars &s, ValueRange v) {
                                     return combine(s, op, adaptor.getX(), samples, v, wide, isMax);
                                   });
    // A region of no extent has no sample.
    result = createElementwise(rewriter, loc, result, type, [&](Scalars &s, ValueRange v) {
      Value value = v[0];
      if (isMax)
        value = s.select(s.compare(arith::CmpIPredicate::eq, value, s.constant(initial), false),
                         s.number(wide, 0), value);
      return s.convert(value, elementType);
    });
    rewriter.replaceOp(op, result);
    return success();
  }

private:
  /// The samples of a bin along one dimension.
  struct Samples {
    /// How many there are, whether the loop is at one, and whether that lies near the image.
    Value count, exists, isNear;
    /// The two elements around it, and their weights.
    Value places[2], weights[2];
  };

  Samples getSamples(Scalars &s, onnx::RoiAlignOp op, Value begin, Value end, int64_t dim,
                     int64_t most, Type wide) const {
    using P = arith::CmpIPredicate;
    auto number = [&](double value) { return s.number(wide, value); };
    int64_t extent = getType(op.getX()).getDimSize(dim), bins = getType(op.getY()).getDimSize(dim);
    double scale = op.getSpatialScale().convertToFloat(), shift = op.getHalfPixel() ? 0.5 : 0;
    auto place = [&](Value at) {
      return s.subtract(s.multiply(s.convert(at, wide), number(scale)), number(shift));
    };
    begin = place(begin);
    Value length = s.subtract(place(end), begin);
    if (!op.getHalfPixel())
      length = s.maximum(length, number(1), false);
    Value bin = s.divide(length, number(double(bins)), false);
    Samples samples;
    samples.count = number(double(most));
    if (op.getSamplingRatio() == 0)
      samples.count = s.minimum(s.create<math::CeilOp>(bin), samples.count, false);
    Value loop = getLoopNumber(s, dim + 2, wide);
    samples.exists = s.compare(P::slt, loop, samples.count, false);
    Value at = s.divide(s.multiply(s.add(loop, number(0.5)), bin), samples.count, false);
    at = s.add(at, s.add(begin, s.multiply(getLoopNumber(s, dim, wide), bin)));
    samples.isNear = s.create<arith::AndIOp>(s.compare(P::sge, at, number(-1), false),
                                             s.compare(P::sle, at, number(double(extent)), false));
    at = s.minimum(s.maximum(at, number(0), false), number(double(extent - 1)), false);
    Value low = s.create<math::FloorOp>(at);
    samples.weights[1] = s.subtract(at, low);
    samples.weights[0] = s.subtract(number(1), samples.weights[1]);
    Type index = IndexType::get(wide.getContext());
    Type i64 = IntegerType::get(wide.getContext(), 64);
    Value first = s.create<arith::IndexCastOp>(index, s.convert(low, i64));
    Value last = s.number(index, double(extent - 1)), zero = s.number(index, 0);
    samples.places[0] = s.minimum(s.maximum(first, zero, false), last, false);
    samples.places[1] = s.minimum(s.add(samples.places[0], s.number(index, 1)), last, false);
    return samples;
  }

  Value combine(Scalars &s, onnx::RoiAlignOp op, Value x, ArrayRef<int64_t> most, ValueRange v,
                Type wide, bool isMax) const {
    Samples rows = getSamples(s, op, v[1], v[3], 2, most[0], wide);
    Samples columns = getSamples(s, op, v[0], v[2], 3, most[1], wide);
    Value batch = s.boundedIndex(v[4], getType(op.getX()).getDimSize(0));
    Value sample;
    for (int64_t i = 0; i < 4; ++i) {
      Value element = s.create<tensor::ExtractOp>(
          x, ValueRange{batch, s.loopIndex(1), rows.places[i / 2], columns.places[i % 2]});
      Value term = s.multiply(s.convert(element, wide),
                              s.multiply(rows.weights[i / 2], columns.weights[i % 2]));
      if (i == 0)
        sample = term;
      else
        sample = isMax ? s.maximum(sample, term, false) : s.add(sample, term);
    }
    Value zero = s.number(wide, 0), accumulator = v.back();
    Value isNear = s.create<arith::AndIOp>(rows.isNear, columns.isNear);
    Value exists = s.create<arith::AndIOp>(rows.exists, columns.exists);
    sample = s.select(isNear, sample, zero);
    if (isMax)
      return s.select(exists, s.maximum(accumulator, sample, false), accumulator);
    sample = s.divide(sample, s.multiply(rows.count, columns.count), false);
    return s.select(exists, s.add(accumulator, sample), accumulator);
  }
};

} // namespace

void lower::populateSamplingPatterns(const PatternContext &context) {
  context.add<AffineGridPattern, GridSamplePattern, RoiAlignPattern>();
}
