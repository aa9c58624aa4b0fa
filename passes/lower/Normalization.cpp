// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lowering of Softmax, its like and normalizations to reductions and elementwise generics on the
// same rows. 16-bit floats are computed in f32 from the first subtraction to the last product.

#include "dialects/onnx/OnnxNormOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/lower/Families.h"
#include "passes/lower/OnnxPattern.h"
#include "passes/lower/Reductions.h"

#include <optional>

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

namespace {

/// Softmax, or its logarithm, which is taken of the sum alone.
template <typename Op> class SoftmaxPattern : public OnnxPattern<Op> {
public:
  using OnnxPattern<Op>::OnnxPattern;

  LogicalResult lower(Op op, typename OnnxPattern<Op>::Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    constexpr bool isLog = std::is_same_v<Op, onnx::LogSoftmaxOp>;
    RankedTensorType type = this->getType(op.getY());
    Type wide = getWideType(type.getElementType());
    int64_t axis = normalizeAxis(op.getAxis(), type.getRank());
    Location loc = op.getLoc();
    AffineMap identity = rewriter.getMultiDimIdentityMap(type.getRank());
    AffineMap row = getMapWithout(rewriter.getContext(), type.getRank(), axis);
    auto power = [](Scalars &s, Value exponent) { return s.create<math::ExpOp>(exponent); };
    Value greatest = reduceMax(rewriter, loc, adaptor.getX(), axis, false);
    Value terms = createParallel(rewriter, loc, {{adaptor.getX(), identity}, {greatest, row}},
                                 type.clone(wide), [&](Scalars &s, ValueRange v) -> Value {
                                   Value centered = s.subtract(s.widen(v[0]), s.widen(v[1]));
                                   return isLog ? centered : power(s, centered);
                                 });
    Value sum =
        reduce(rewriter, loc, terms, axis, getNumberAttr(wide, 0), [&](Scalars &s, ValueRange v) {
          return s.add(v[1], isLog ? power(s, v[0]) : v[0]);
        });
    auto finish = [&](Scalars &s, ValueRange v) {
      Value result =
          isLog ? s.subtract(v[0], s.create<math::LogOp>(v[1])) : s.divide(v[0], v[1], false);
      return s.convert(result, type.getElementType());
    };
    rewriter.replaceOp(
        op, createParallel(rewriter, loc, {{terms, identity}, {sum, row}}, type, finish));
    return success();
  }
};

class HardmaxPattern : public OnnxPattern<onnx::HardmaxOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::HardmaxOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getType(op.getY());
    int64_t axis = normalizeAxis(op.getAxis(), type.getRank());
    Location loc = op.getLoc();
    Value place = findExtremum(rewriter, loc, adaptor.getX(), axis, /*greatest=*/true,
                               /*last=*/false, /*isUnsigned=*/false);
    AffineMap row = getMapWithout(getContext(), type.getRank(), axis);
    auto body = [&](Scalars &s, ValueRange v) {
      Value here = s.create<arith::IndexCastOp>(rewriter.getI64Type(), s.loopIndex(axis));
      Value isPlace = s.compare(arith::CmpIPredicate::eq, here, v[0], false);
      return s.select(isPlace, s.number(type.getElementType(), 1),
                      s.number(type.getElementType(), 0));
    };
    rewriter.replaceOp(op, createParallel(rewriter, loc, {{place, row}}, type, body));
    return success();
  }
};

/// A tensor less its mean over some dimensions, the mean, and the sum of squares of what is left.
struct Centered {
  MappedTensor values, mean, squares;
};

/// The two passes over a tensor that normalizations need: with squared distances from the mean
/// nothing cancels.
Centered center(OpBuilder &builder, Location loc, Value x, ArrayRef<int64_t> axes) {
  auto type = cast<RankedTensorType>(x.getType());
  Type wide = getWideType(type.getElementType());
  AffineMap identity = builder.getMultiDimIdentityMap(type.getRank());
  AffineMap row = getMapWithout(builder.getContext(), type.getRank(), axes);
  Value mean = reduceMean(builder, loc, x, axes, false);
  Value centered =
      createParallel(builder, loc, {{x, identity}, {mean, row}}, type.clone(wide),
                     [](Scalars &s, ValueRange v) { return s.subtract(s.widen(v[0]), v[1]); });
  Value squares = reduceSquares(builder, loc, centered, axes);
  return {{centered, identity}, {mean, row}, {squares, row}};
}

/// 1 / sqrt(squares / count + epsilon), where the squares were summed over `axes` of `x`.
Value invertDeviation(OpBuilder &builder, Location loc, Value squares, Value x,
                      ArrayRef<int64_t> axes, const APFloat &epsilon) {
  auto type = cast<RankedTensorType>(squares.getType());
  return createElementwise(builder, loc, squares, type, [&](Scalars &s, ValueRange v) {
    Type wide = type.getElementType();
    Value variance = s.divide(v[0], s.number(wide, countReduced(x, axes)), false);
    Value sum = s.add(variance, s.number(wide, epsilon.convertToFloat()));
    return s.divide(s.number(wide, 1), s.create<math::SqrtOp>(sum), false);
  });
}

/// values * factor * scale + bias in the type of the values, then as `type`; the bias may be
/// absent.
Value scaleAndShift(OpBuilder &builder, Location loc, MappedTensor values, MappedTensor factor,
                    MappedTensor scale, std::optional<MappedTensor> bias, RankedTensorType type) {
  SmallVector<MappedTensor> inputs = {values, factor, scale};
  if (bias)
    inputs.push_back(*bias);
  return createParallel(builder, loc, inputs, type, [&](Scalars &s, ValueRange v) {
    Type wide = v[0].getType();
    Value result = s.multiply(s.multiply(v[0], v[1]), s.convert(v[2], wide));
    if (bias)
      result = s.add(result, s.convert(v[3], wide));
    return s.convert(result, type.getElementType());
  });
}

class LayerNormalizationPattern : public OnnxPattern<onnx::LayerNormalizationOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::LayerNormalizationOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getType(op.getY());
    int64_t axis = normalizeAxis(op.getAxis(), type.getRank());
    Location loc = op.getLoc();
    SmallVector<int64_t> axes = llvm::to_vector(llvm::seq(axis, type.getRank()));
    Centered centered = center(rewriter, loc, adaptor.getX(), axes);
    Value inverse = invertDeviation(rewriter, loc, centered.squares.tensor, adaptor.getX(), axes,
                                    op.getEpsilon());
    auto stretch = [&](Value operand) {
      return MappedTensor{operand,
                          getBroadcastMap(getContext(),
                                          cast<RankedTensorType>(operand.getType()).getShape(),
                                          type.getShape())};
    };
    std::optional<MappedTensor> bias;
    if (!isa<NoneType>(op.getBias().getType()))
      bias = stretch(adaptor.getBias());
    SmallVector<Value> results = {scaleAndShift(rewriter, loc, centered.values,
                                                {inverse, centered.mean.map},
                                                stretch(adaptor.getScale()), bias, type)};
    for (auto [i, statistic] : llvm::enumerate(op.getStatistics())) {
      if (isa<NoneType>(statistic.getType())) {
        results.push_back(
            onnx::NoneOp::create(rewriter, loc, statistic.getType(), rewriter.getUnitAttr()));
        continue;
      }
      RankedTensorType statisticType = getType(statistic);
      Value converted = convertElements(rewriter, loc, i == 0 ? centered.mean.tensor : inverse,
                                        statisticType.getElementType());
      results.push_back(createReshape(rewriter, loc, converted, statisticType));
    }
    rewriter.replaceOp(op, results);
    return success();
  }
};

class RMSNormalizationPattern : public OnnxPattern<onnx::RMSNormalizationOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::RMSNormalizationOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getType(op.getY());
    Location loc = op.getLoc();
    int64_t axis = normalizeAxis(op.getAxis(), type.getRank());
    SmallVector<int64_t> axes = llvm::to_vector(llvm::seq(axis, type.getRank()));
    AffineMap identity = rewriter.getMultiDimIdentityMap(type.getRank());
    AffineMap row = getMapWithout(getContext(), type.getRank(), axes);
    Value squares = reduceSquares(rewriter, loc, adaptor.getX(), axes);
    Value inverse = invertDeviation(rewriter, loc, squares, adaptor.getX(), axes, op.getEpsilon());
    AffineMap scaleMap =
        getBroadcastMap(getContext(), getType(op.getScale()).getShape(), type.getShape());
    Type wide = getElementTypeOrSelf(inverse.getType());
    rewriter.replaceOp(
        op,
        createParallel(rewriter, loc,
                       {{adaptor.getX(), identity}, {inverse, row}, {adaptor.getScale(), scaleMap}},
                       type, [&](Scalars &s, ValueRange v) {
                         Value normalized = s.multiply(s.convert(v[0], wide), v[1]);
                         return s.convert(s.multiply(normalized, s.convert(v[2], wide)),
                                          type.getElementType());
                       }));
    return success();
  }
};

/// Instances are groups of one channel.
template <typename Op> class GroupPattern : public OnnxPattern<Op> {
public:
  using OnnxPattern<Op>::OnnxPattern;

  LogicalResult lower(Op op, typename OnnxPattern<Op>::Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = this->getType(op.getY());
    int64_t channels = type.getDimSize(1), groups = channels;
    if constexpr (std::is_same_v<Op, onnx::GroupNormalizationOp>)
      groups = op.getNumGroups();
    // [batch, groups, channels of a group, ...]; one channel is no dimension.
    bool isSplit = groups != channels;
    SmallVector<int64_t> shape = {type.getDimSize(0), groups};
    if (isSplit)
      shape.push_back(channels / groups);
    llvm::append_range(shape, type.getShape().drop_front(2));
    Location loc = op.getLoc();
    RankedTensorType split = type.clone(shape);
    Value x = createReshape(rewriter, loc, adaptor.getX(), split);
    SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(2, split.getRank()));
    AffineMap identity = rewriter.getMultiDimIdentityMap(split.getRank());
    auto spread = [&](Value parameter) -> MappedTensor {
      auto parameterType = cast<RankedTensorType>(parameter.getType());
      if (parameterType.getDimSize(0) == groups)
        return {parameter, identity.getSubMap({1})};
      return {
          createReshape(rewriter, loc, parameter, parameterType.clone({groups, channels / groups})),
          identity.getSubMap({1, 2})};
    };
    Centered centered = center(rewriter, loc, x, axes);
    Value inverse =
        invertDeviation(rewriter, loc, centered.squares.tensor, x, axes, op.getEpsilon());
    Value result = scaleAndShift(rewriter, loc, centered.values, {inverse, centered.mean.map},
                                 spread(adaptor.getScale()), spread(adaptor.getBias()), split);
    rewriter.replaceOp(op, createReshape(rewriter, loc, result, type));
    return success();
  }
};

class BatchNormalizationPattern : public OnnxPattern<onnx::BatchNormalizationOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::BatchNormalizationOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getType(op.getY());
    Location loc = op.getLoc();
    AffineMap identity = rewriter.getMultiDimIdentityMap(type.getRank());
    // A vector has one channel.
    AffineMap channel = type.getRank() > 1
                            ? identity.getSubMap({1})
                            : AffineMap::get(1, 0, rewriter.getAffineConstantExpr(0));
    Value mean = adaptor.getMean(), variance = adaptor.getVariance();
    SmallVector<Value> results(1);
    if (op.getTraining()) {
      SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, type.getRank()));
      if (type.getRank() > 1)
        axes.erase(axes.begin() + 1);
      Centered centered = center(rewriter, loc, adaptor.getX(), axes);
      mean = atRank1(rewriter, loc, centered.mean.tensor);
      variance = atRank1(rewriter, loc,
                         divideByCount(rewriter, loc, centered.squares.tensor, adaptor.getX(), axes,
                                       /*isUnsigned=*/false));
      if (op.getRunning().size() > 0)
        results.push_back(mix(op, adaptor.getMean(), mean, rewriter));
      if (op.getRunning().size() > 1)
        results.push_back(mix(op, adaptor.getVariance(), variance, rewriter));
    }
    Type wide = getWideType(type.getElementType());
    // The factor of a channel is computed once for all its positions.
    auto parameterType = RankedTensorType::get(
        cast<RankedTensorType>(adaptor.getScale().getType()).getShape(), wide);
    Value factor = createElementwise(
        rewriter, loc, {variance, adaptor.getScale()}, parameterType,
        [&](Scalars &s, ValueRange v) {
          Value sum =
              s.add(s.convert(v[0], wide), s.number(wide, op.getEpsilon().convertToFloat()));
          return s.divide(s.convert(v[1], wide), s.create<math::SqrtOp>(sum), false);
        });
    results[0] =
        createParallel(rewriter, loc,
                       {{adaptor.getX(), identity},
                        {mean, channel},
                        {factor, channel},
                        {adaptor.getBias(), channel}},
                       type, [&](Scalars &s, ValueRange v) {
                         Value centered = s.subtract(s.convert(v[0], wide), s.convert(v[1], wide));
                         Value result = s.add(s.multiply(centered, v[2]), s.convert(v[3], wide));
                         return s.convert(result, type.getElementType());
                       });
    rewriter.replaceOp(op, results);
    return success();
  }

private:
  /// The statistics of the one channel of a vector are scalars.
  static Value atRank1(OpBuilder &builder, Location loc, Value statistic) {
    auto type = cast<RankedTensorType>(statistic.getType());
    return type.getRank() == 1 ? statistic
                               : createReshape(builder, loc, statistic, type.clone({1}));
  }

  /// given * momentum + computed * (1 - momentum).
  static Value mix(onnx::BatchNormalizationOp op, Value given, Value computed, OpBuilder &builder) {
    auto type = cast<RankedTensorType>(given.getType());
    float momentum = op.getMomentum().convertToFloat();
    return createElementwise(
        builder, op.getLoc(), {given, computed}, type, [&](Scalars &s, ValueRange v) {
          Type wide = getWideType(type.getElementType());
          Value old = s.multiply(s.convert(v[0], wide), s.number(wide, momentum));
          Value fresh = s.multiply(s.convert(v[1], wide), s.number(wide, 1 - double(momentum)));
          return s.convert(s.add(old, fresh), type.getElementType());
        });
  }
};

class LRNPattern : public OnnxPattern<onnx::LRNOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::LRNOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getType(op.getY());
    Type wide = getWideType(type.getElementType());
    int64_t rank = type.getRank();
    // A window beyond all channels is as good as one that reaches them all.
    int64_t channels = type.getDimSize(1), size = op.getSize();
    int64_t before = std::min((size - 1) / 2, channels), after = std::min(size / 2, channels);
    Location loc = op.getLoc();
    Value squares = createElementwise(rewriter, loc, adaptor.getX(), type.clone(wide),
                                      [](Scalars &s, ValueRange v) {
                                        Value x = s.widen(v[0]);
                                        return s.multiply(x, x);
                                      });
    SmallVector<int64_t> low(rank, 0), high(rank, 0), shape(type.getShape());
    low[1] = before;
    high[1] = after;
    shape[1] += before + after;
    Value zero = arith::ConstantOp::create(rewriter, loc, getNumberAttr(wide, 0));
    if (before + after > 0)
      squares = tensor::PadOp::create(rewriter, loc, RankedTensorType::get(shape, wide), squares,
                                      getAsIndexOpFoldResult(getContext(), low),
                                      getAsIndexOpFoldResult(getContext(), high), zero);
    // The window is the innermost loop; its extent comes from a tensor of that shape.
    SmallVector<AffineExpr> read;
    for (int64_t i = 0; i < rank; ++i)
      read.push_back(rewriter.getAffineDimExpr(i));
    AffineMap kept = AffineMap::get(rank + 1, 0, read, getContext());
    read[1] = read[1] + rewriter.getAffineDimExpr(rank);
    Value window = tensor::EmptyOp::create(rewriter, loc, {before + after + 1}, wide);
    Value zeros = createFilled(rewriter, loc, type.clone(wide), getNumberAttr(wide, 0));
    Value sum =
        createReduction(rewriter, loc,
                        {{squares, AffineMap::get(rank + 1, 0, read, getContext())},
                         {window, AffineMap::get(rank + 1, 0, rewriter.getAffineDimExpr(rank))}},
                        {zeros, kept}, [](Scalars &s, ValueRange v) { return s.add(v[2], v[0]); });
    double alpha = op.getAlpha().convertToFloat() / double(size);
    rewriter.replaceOp(
        op, createElementwise(
                rewriter, loc, {adaptor.getX(), sum}, type, [&](Scalars &s, ValueRange v) {
                  Value base = s.add(s.number(wide, op.getBias().convertToFloat()),
                                     s.multiply(s.number(wide, alpha), v[1]));
                  Value power =
                      s.create<math::PowFOp>(base, s.number(wide, op.getBeta().convertToFloat()));
                  return s.convert(s.divide(s.widen(v[0]), power, false), type.getElementType());
                }));
    return success();
  }
};

} // namespace

void lower::populateNormalizationPatterns(const PatternContext &context) {
  context.add<BatchNormalizationPattern, GroupPattern<onnx::GroupNormalizationOp>,
              GroupPattern<onnx::InstanceNormalizationOp>, HardmaxPattern, LRNPattern,
              LayerNormalizationPattern, RMSNormalizationPattern,
              SoftmaxPattern<onnx::LogSoftmaxOp>, SoftmaxPattern<onnx::SoftmaxOp>>();
}
