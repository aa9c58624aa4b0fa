// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lowering of Resize. To the nearest element: one generic, with affine maps where the elements that
// are read lie evenly, otherwise with a gather. By interpolation: one pass per dimension, that with
// the fewest results first; 16-bit numbers are kept in f32 between passes.

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxResampleOps.h"
#include "passes/lower/Families.h"
#include "passes/lower/OnnxPattern.h"
#include "passes/lower/ResampleTables.h"

#include "llvm/ADT/StringSwitch.h"

#include <limits>

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

/// Sums of more taps are reductions.
static constexpr int64_t maxUnrolledTaps = 8;

namespace {

/// Reads what a Resize asks for.
class ResizeReader {
public:
  ResizeReader(onnx::ResizeOp op, onnx::ResizeOp::Adaptor adaptor, OpBuilder &builder)
      : op(op), adaptor(adaptor), builder(builder), loc(op.getLoc()) {}

  ResampleRule getRule();
  SmallVector<AxisResample> getAxes(ArrayRef<int64_t> from, ArrayRef<int64_t> to);

private:
  Parameter getElement(Value given, Value operand, int64_t index);
  Parameter getCommonScale(ArrayRef<int64_t> axes, ArrayRef<int64_t> from);

  onnx::ResizeOp op;
  onnx::ResizeOp::Adaptor adaptor;
  OpBuilder &builder;
  Location loc;
};

} // namespace

ResampleRule ResizeReader::getRule() {
  ResampleRule rule;
  rule.filter = llvm::StringSwitch<Filter>(op.getMode())
                    .Case("linear", Filter::Linear)
                    .Case("cubic", Filter::Cubic)
                    .Default(Filter::Nearest);
  rule.coordinate = llvm::StringSwitch<CoordinateRule>(op.getCoordinateTransformationMode())
                        .Case("align_corners", CoordinateRule::AlignCorners)
                        .Case("asymmetric", CoordinateRule::Asymmetric)
                        .Case("half_pixel_symmetric", CoordinateRule::HalfPixelSymmetric)
                        .Case("pytorch_half_pixel", CoordinateRule::PytorchHalfPixel)
                        .Case("tf_crop_and_resize", CoordinateRule::CropAndResize)
                        .Case("tf_half_pixel_for_nn", CoordinateRule::HalfPixelForNearest)
                        .Default(CoordinateRule::HalfPixel);
  rule.nearest = llvm::StringSwitch<NearestRule>(op.getNearestMode())
                     .Case("round_prefer_ceil", NearestRule::PreferCeil)
                     .Case("floor", NearestRule::Floor)
                     .Case("ceil", NearestRule::Ceil)
                     .Default(NearestRule::PreferFloor);
  rule.cubic = op.getCubicCoeffA().convertToFloat();
  rule.antialias = op.getAntialias();
  rule.excludeOutside = op.getExcludeOutside();
  return rule;
}

/// Element `index` of a vector of floats.
Parameter ResizeReader::getElement(Value given, Value operand, int64_t index) {
  if (std::optional<SmallVector<double>> known = onnx::getConstantNumbers(given))
    return {(*known)[index], {}};
  Type f64 = builder.getF64Type();
  auto map = AffineMap::get(0, 0, builder.getAffineConstantExpr(index), builder.getContext());
  return {std::nullopt,
          createParallel(builder, loc, {{operand, map}}, RankedTensorType::get({}, f64),
                         [&](Scalars &s, ValueRange v) { return s.convert(v[0], f64); })};
}

/// The scale that all axes share, which keeps the aspect ratio: the least or greatest of those that
/// the sizes ask for.
Parameter ResizeReader::getCommonScale(ArrayRef<int64_t> axes, ArrayRef<int64_t> from) {
  bool isLeast = op.getKeepAspectRatioPolicy() == "not_larger";
  if (std::optional<SmallVector<int64_t>> sizes = onnx::getConstantIntegers(op.getSizes())) {
    double common = isLeast ? std::numeric_limits<double>::infinity() : 0;
    for (auto [dim, size] : llvm::zip_equal(axes, *sizes)) {
      double scale = double(size) / double(from[dim]);
      common = isLeast ? std::min(common, scale) : std::max(common, scale);
    }
    return {common, {}};
  }
  Type f64 = builder.getF64Type();
  SmallVector<MappedTensor> inputs;
  for (size_t i = 0; i < axes.size(); ++i)
    inputs.push_back({adaptor.getSizes(), AffineMap::get(0, 0, builder.getAffineConstantExpr(i),
                                                         builder.getContext())});
  return {std::nullopt, createParallel(builder, loc, inputs, RankedTensorType::get({}, f64),
                                       [&](Scalars &s, ValueRange v) {
                                         Value best;
                                         for (auto [dim, size] : llvm::zip_equal(axes, v)) {
                                           Value scale =
                                               s.divide(s.convert(size, f64),
                                                        s.number(f64, double(from[dim])), false);
                                           best = !best     ? scale
                                                  : isLeast ? s.minimum(best, scale, false)
                                                            : s.maximum(best, scale, false);
                                         }
                                         return best;
                                       })};
}

SmallVector<AxisResample> ResizeReader::getAxes(ArrayRef<int64_t> from, ArrayRef<int64_t> to) {
  SmallVector<int64_t> axes = onnx::getResizeAxes(op, from.size());
  bool hasScales = !isa<NoneType>(op.getScales().getType());
  bool isStretched = op.getKeepAspectRatioPolicy() == "stretch";
  Parameter common;
  if (!hasScales && !isStretched)
    common = getCommonScale(axes, from);
  SmallVector<AxisResample> result;
  for (auto [i, dim] : llvm::enumerate(axes)) {
    AxisResample axis = {dim, from[dim], to[dim], common, {0.0, {}}, {1.0, {}}, false};
    if (hasScales) {
      axis.scale = getElement(op.getScales(), adaptor.getScales(), i);
    } else if (isStretched) {
      axis.scale.known = double(axis.to) / double(axis.from);
      axis.isWhole = true;
    }
    if (op.getCoordinateTransformationMode() == "tf_crop_and_resize") {
      axis.begin = getElement(op.getRoi(), adaptor.getRoi(), i);
      axis.end = getElement(op.getRoi(), adaptor.getRoi(), axes.size() + i);
    }
    result.push_back(axis);
  }
  return result;
}

/// The position that reads `tap` elements after the start, in the dimension.
static Value getClampedIndex(Scalars &s, Value start, Value tap, int64_t extent) {
  Type index = IndexType::get(start.getContext());
  Value position = s.create<arith::IndexCastOp>(index, start);
  if (tap)
    position = s.add(position, tap);
  position = s.maximum(position, s.number(index, 0), false);
  return s.minimum(position, s.number(index, double(extent - 1)), false);
}

namespace {

/// The loops and the expression that read a dimension to the nearest element.
struct EvenRead {
  SmallVector<int64_t> loops;
  /// Each element is read this often in turn.
  int64_t repeats = 1;
  /// Otherwise: the first element, and how far the next one is.
  int64_t first = 0, step = 1;

  /// Nothing when the elements do not lie evenly.
  static std::optional<EvenRead> get(ArrayRef<int32_t> starts, int64_t from);
};

class ResizePattern : public OnnxPattern<onnx::ResizeOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::ResizeOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType from = getType(op.getX()), type = getType(op.getY());
    if (from.getNumElements() == 0)
      return refuse(op, rewriter, "there is nothing to resize in an empty tensor");
    ResizeReader reader(op, adaptor, rewriter);
    ResampleRule rule = reader.getRule();
    SmallVector<AxisResample> axes = reader.getAxes(from.getShape(), type.getShape());
    double extrapolation = op.getExtrapolationValue().convertToFloat();
    bool isUnsigned = getElementTypeOrSelf(op.getX().getType()).isUnsignedInteger();
    Value result =
        rule.filter == Filter::Nearest
            ? sampleNearest(adaptor.getX(), rule, axes, type, extrapolation, op.getLoc(), rewriter)
            : interpolate(adaptor.getX(), rule, axes, type, extrapolation, isUnsigned, op.getLoc(),
                          rewriter);
    rewriter.replaceOp(op, result);
    return success();
  }

private:
  static Value sampleNearest(Value x, const ResampleRule &rule, ArrayRef<AxisResample> axes,
                             RankedTensorType type, double extrapolation, Location loc,
                             OpBuilder &builder);
  static Value sampleEvenly(Value x, ArrayRef<AxisResample> axes, ArrayRef<ResampleTables> tables,
                            RankedTensorType type, Location loc, OpBuilder &builder);
  static Value interpolate(Value x, const ResampleRule &rule, ArrayRef<AxisResample> axes,
                           RankedTensorType type, double extrapolation, bool isUnsigned,
                           Location loc, OpBuilder &builder);
  static Value interpolateAxis(Value x, const AxisResample &axis, const ResampleTables &tables,
                               double extrapolation, Location loc, OpBuilder &builder);
};

} // namespace

std::optional<EvenRead> EvenRead::get(ArrayRef<int32_t> starts, int64_t from) {
  int64_t to = starts.size();
  EvenRead read;
  read.loops = {to};
  read.first = starts.front();
  read.step = to > 1 ? starts[1] - starts[0] : 0;
  auto isStep = [&](int64_t at) { return starts[at] == read.first + at * read.step; };
  if (llvm::all_of(llvm::seq<int64_t>(0, to), isStep))
    return read;
  read.repeats = to / from;
  if (to % from != 0)
    return std::nullopt;
  auto isRepeated = [&](int64_t at) { return starts[at] == at / read.repeats; };
  read.loops = {from, read.repeats};
  return llvm::all_of(llvm::seq<int64_t>(0, to), isRepeated) ? std::optional(read) : std::nullopt;
}

/// The elements as a map says, or null when they do not lie evenly.
Value ResizePattern::sampleEvenly(Value x, ArrayRef<AxisResample> axes,
                                  ArrayRef<ResampleTables> tables, RankedTensorType type,
                                  Location loc, OpBuilder &builder) {
  SmallVector<EvenRead> reads;
  for (int64_t extent : type.getShape())
    reads.push_back({{extent}});
  for (auto [axis, table] : llvm::zip_equal(axes, tables)) {
    if (table.isIdentity)
      continue;
    std::optional<EvenRead> read;
    if (!table.inside && !table.knownStarts.empty())
      read = EvenRead::get(table.knownStarts, axis.from);
    if (!read)
      return {};
    reads[axis.dim] = *read;
  }
  SmallVector<int64_t> shape;
  SmallVector<AffineExpr> exprs;
  for (const EvenRead &read : reads) {
    AffineExpr loop = builder.getAffineDimExpr(shape.size());
    exprs.push_back(read.repeats > 1 ? loop : loop * read.step + read.first);
    llvm::append_range(shape, read.loops);
  }
  auto map = AffineMap::get(shape.size(), 0, exprs, builder.getContext());
  Value result =
      createParallel(builder, loc, {{x, map}}, RankedTensorType::get(shape, type.getElementType()),
                     [](Scalars &, ValueRange v) { return v[0]; });
  return createReshape(builder, loc, result, type);
}

Value ResizePattern::sampleNearest(Value x, const ResampleRule &rule, ArrayRef<AxisResample> axes,
                                   RankedTensorType type, double extrapolation, Location loc,
                                   OpBuilder &builder) {
  SmallVector<ResampleTables> tables;
  for (const AxisResample &axis : axes)
    tables.push_back(makeResampleTables(builder, loc, rule, axis, {}));
  if (Value result = sampleEvenly(x, axes, tables, type, loc, builder))
    return result;
  AffineMap identity = builder.getMultiDimIdentityMap(type.getRank());
  SmallVector<MappedTensor> inputs;
  for (auto [axis, table] : llvm::zip_equal(axes, tables))
    for (Value value : {table.starts, table.inside})
      if (value && !table.isIdentity)
        inputs.push_back({value, identity.getSubMap(axis.dim)});
  return createParallel(builder, loc, inputs, type, [&](Scalars &s, ValueRange v) {
    SmallVector<Value> position;
    for (int64_t dim = 0; dim < type.getRank(); ++dim)
      position.push_back(s.loopIndex(dim));
    Value inside;
    for (auto [axis, table] : llvm::zip_equal(axes, tables)) {
      if (table.isIdentity)
        continue;
      position[axis.dim] = getClampedIndex(s, v.front(), {}, axis.from);
      v = v.drop_front();
      if (!table.inside)
        continue;
      inside = inside ? s.create<arith::AndIOp>(inside, v.front()) : v.front();
      v = v.drop_front();
    }
    Value element = s.create<tensor::ExtractOp>(x, position);
    if (!inside)
      return element;
    return s.select(inside, element, s.number(type.getElementType(), extrapolation));
  });
}

/// One pass: every position of one dimension becomes a weighted sum over it.
Value ResizePattern::interpolateAxis(Value x, const AxisResample &axis,
                                     const ResampleTables &tables, double extrapolation,
                                     Location loc, OpBuilder &builder) {
  auto from = cast<RankedTensorType>(x.getType());
  int64_t rank = from.getRank(), taps = tables.taps;
  SmallVector<int64_t> shape(from.getShape());
  shape[axis.dim] = axis.to;
  Type type = getElementTypeOrSelf(tables.weights.getType());
  auto resultType = RankedTensorType::get(shape, type);
  bool isUnrolled = taps <= maxUnrolledTaps;
  int64_t loops = isUnrolled ? rank : rank + 1;
  auto getMap = [&](ArrayRef<AffineExpr> exprs) {
    return AffineMap::get(loops, 0, exprs, builder.getContext());
  };
  AffineExpr along = builder.getAffineDimExpr(axis.dim);
  SmallVector<MappedTensor> inputs = {{tables.starts, getMap(along)}};
  auto getTerm = [&](Scalars &s, Value start, Value weight, Value tap) {
    SmallVector<Value> position;
    for (int64_t dim = 0; dim < rank; ++dim)
      position.push_back(dim == axis.dim ? getClampedIndex(s, start, tap, axis.from)
                                         : s.loopIndex(dim));
    return s.multiply(s.convert(s.create<tensor::ExtractOp>(x, position), type), weight);
  };
  if (isUnrolled) {
    for (int64_t tap = 0; tap < taps; ++tap)
      inputs.push_back({tables.weights, getMap({along, builder.getAffineConstantExpr(tap)})});
    if (tables.inside)
      inputs.push_back({tables.inside, getMap(along)});
    return createParallel(builder, loc, inputs, resultType, [&](Scalars &s, ValueRange v) {
      Value sum;
      for (int64_t tap = 0; tap < taps; ++tap) {
        Value offset = tap ? s.number(builder.getIndexType(), double(tap)) : Value();
        Value term = getTerm(s, v[0], v[1 + tap], offset);
        sum = sum ? s.add(sum, term) : term;
      }
      return tables.inside ? s.select(v.back(), sum, s.number(type, extrapolation)) : sum;
    });
  }
  inputs.push_back({tables.weights, getMap({along, builder.getAffineDimExpr(rank)})});
  SmallVector<AffineExpr> write;
  for (int64_t dim = 0; dim < rank; ++dim)
    write.push_back(builder.getAffineDimExpr(dim));
  Value zeros = createFilled(builder, loc, resultType, getNumberAttr(type, 0));
  Value sums =
      createReduction(builder, loc, inputs, {zeros, getMap(write)}, [&](Scalars &s, ValueRange v) {
        return s.add(v[2], getTerm(s, v[0], v[1], s.loopIndex(rank)));
      });
  if (!tables.inside)
    return sums;
  AffineMap identity = builder.getMultiDimIdentityMap(rank);
  return createParallel(builder, loc,
                        {{sums, identity}, {tables.inside, identity.getSubMap(axis.dim)}},
                        resultType, [&](Scalars &s, ValueRange v) {
                          return s.select(v[1], v[0], s.number(type, extrapolation));
                        });
}

Value ResizePattern::interpolate(Value x, const ResampleRule &rule, ArrayRef<AxisResample> axes,
                                 RankedTensorType type, double extrapolation, bool isUnsigned,
                                 Location loc, OpBuilder &builder) {
  Type elementType = type.getElementType(), wide = getWideType(elementType);
  bool isInteger = isa<IntegerType>(elementType);
  if (isInteger)
    wide = elementType.getIntOrFloatBitWidth() > 16 ? Type(builder.getF64Type())
                                                    : Type(builder.getF32Type());
  if (isInteger)
    x = createElementwise(
        builder, loc, x, type.clone(cast<RankedTensorType>(x.getType()).getShape(), wide),
        [&](Scalars &s, ValueRange v) { return s.convert(v[0], wide, isUnsigned); });
  // Passes that make the tensor smaller come first.
  SmallVector<AxisResample> sorted(axes);
  llvm::sort(sorted, [](const AxisResample &a, const AxisResample &b) {
    double left = double(a.to) / double(a.from), right = double(b.to) / double(b.from);
    return std::tie(left, a.dim) < std::tie(right, b.dim);
  });
  for (const AxisResample &axis : sorted) {
    ResampleTables tables = makeResampleTables(builder, loc, rule, axis, wide);
    if (!tables.isIdentity)
      x = interpolateAxis(x, axis, tables, extrapolation, loc, builder);
  }
  if (!isInteger)
    return convertElements(builder, loc, x, elementType);
  return createElementwise(builder, loc, x, type, [&](Scalars &s, ValueRange v) {
    return s.convert(s.create<math::RoundEvenOp>(v[0]), elementType, false, isUnsigned);
  });
}

void lower::populateResamplingPatterns(const PatternContext &context) {
  context.add<ResizePattern>();
}
