// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lowering of Fourier transforms to products with constant matrices, of window functions to
// constants, and of the mel scale. An axis or a length that comes at run time is one of few that
// fit the result's shape: each is computed, and the right one chosen.

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxSignalOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/lower/Families.h"
#include "passes/lower/Generics.h"
#include "passes/lower/OnnxPattern.h"

#include "llvm/Support/MathExtras.h"

#include <cmath>

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

/// Numbers in the matrix of one transform, at most.
static constexpr int64_t maxMatrixElements = int64_t(1) << 24;

namespace {

/// A transform of `length` points along one dimension: what is read and made there.
struct Transform {
  int64_t length, from, to;
  bool inverse, isReal;
};

} // namespace

/// W [to, from, parts made, parts read] with y[k, p] = sum of W[k, n, p, q] x[n, q]; null when it
/// is too large.
static Value makeMatrix(const Transform &transform, int64_t parts, Type type, Location loc,
                        OpBuilder &builder) {
  int64_t made = transform.isReal ? 1 : 2, length = transform.length;
  if (transform.to > maxMatrixElements / (transform.from * made * parts))
    return {};
  bool isDouble = type.isF64();
  SmallVector<float, 0> floats;
  SmallVector<double, 0> doubles;
  for (int64_t k = 0; k < transform.to; ++k)
    for (int64_t n = 0; n < transform.from; ++n) {
      double turn = double(uint64_t(k) * uint64_t(n) % uint64_t(length)) / double(length);
      double angle = (transform.inverse ? 2 : -2) * llvm::numbers::pi * turn;
      double scale = transform.inverse ? 1 / double(length) : 1;
      // The mirror image of an element adds what the element does, to a real signal.
      if (transform.isReal && n != 0 && 2 * n != length)
        scale *= 2;
      double cosine = scale * std::cos(angle), sine = scale * std::sin(angle);
      double rows[2][2] = {{cosine, -sine}, {sine, cosine}};
      for (int64_t p = 0; p < made; ++p)
        for (int64_t q = 0; q < parts; ++q) {
          if (isDouble)
            doubles.push_back(rows[p][q]);
          else
            floats.push_back(float(rows[p][q]));
        }
    }
  auto tensor = RankedTensorType::get({transform.to, transform.from, made, parts}, type);
  auto getBytes = [](const auto &numbers) {
    return ArrayRef<char>(reinterpret_cast<const char *>(numbers.data()),
                          numbers.size() * sizeof(numbers[0]));
  };
  ElementsAttr value = onnx::makeConstant(tensor, isDouble ? getBytes(doubles) : getBytes(floats));
  return arith::ConstantOp::create(builder, loc, cast<TypedAttr>(value));
}

/// The first `count` elements along a dimension.
static Value takeFirst(Value x, int64_t dim, int64_t count, Location loc, OpBuilder &builder) {
  auto type = cast<RankedTensorType>(x.getType());
  if (type.getDimSize(dim) == count)
    return x;
  SmallVector<int64_t> sizes(type.getShape()), offsets(type.getRank(), 0), strides(sizes.size(), 1);
  sizes[dim] = count;
  auto attrs = [&](ArrayRef<int64_t> values) {
    return getAsIndexOpFoldResult(builder.getContext(), values);
  };
  return tensor::ExtractSliceOp::create(builder, loc, type.clone(sizes), x, attrs(offsets),
                                        attrs(sizes), attrs(strides));
}

/// x transformed along `axis`, in the type that sums are in; null when the matrix is too large.
static Value transformAlong(Value x, int64_t axis, Transform transform, Location loc,
                            OpBuilder &builder) {
  auto from = cast<RankedTensorType>(x.getType());
  int64_t rank = from.getRank();
  Type wide = getWideType(from.getElementType());
  Value matrix = makeMatrix(transform, from.getShape().back(), wide, loc, builder);
  if (!matrix)
    return {};
  x = takeFirst(x, axis, transform.from, loc, builder);
  // Loops are the result's, then the elements and the parts that are read.
  SmallVector<int64_t> shape(from.getShape());
  shape[axis] = transform.to;
  shape.back() = transform.isReal ? 1 : 2;
  SmallVector<AffineExpr> read, write;
  for (int64_t dim = 0; dim < rank; ++dim) {
    write.push_back(builder.getAffineDimExpr(dim));
    read.push_back(dim == axis       ? builder.getAffineDimExpr(rank)
                   : dim == rank - 1 ? builder.getAffineDimExpr(rank + 1)
                                     : write.back());
  }
  auto getMap = [&](ArrayRef<AffineExpr> exprs) {
    return AffineMap::get(rank + 2, 0, exprs, builder.getContext());
  };
  Value zeros =
      createFilled(builder, loc, RankedTensorType::get(shape, wide), getNumberAttr(wide, 0));
  SmallVector<AffineExpr> coefficient = {write[axis], read[axis], write.back(), read.back()};
  return createReduction(builder, loc, {{x, getMap(read)}, {matrix, getMap(coefficient)}},
                         {zeros, getMap(write)}, [&](Scalars &s, ValueRange v) {
                           return s.add(v[2], s.multiply(s.convert(v[0], wide), v[1]));
                         });
}

/// Which candidate holds at run time, and its result.
using Choice = std::pair<int64_t, Value>;

/// The result whose number `selector`, one integer, is; the last one otherwise.
static Value choose(Value selector, ArrayRef<Choice> choices, RankedTensorType type, Location loc,
                    OpBuilder &builder) {
  AffineMap identity = builder.getMultiDimIdentityMap(type.getRank());
  SmallVector<MappedTensor> inputs;
  for (const Choice &choice : choices)
    inputs.push_back({choice.second, identity});
  Type selectorType;
  if (choices.size() > 1) {
    selectorType = getElementTypeOrSelf(selector.getType());
    selector = createReshape(builder, loc, selector, RankedTensorType::get({}, selectorType));
    inputs.push_back({selector, AffineMap::get(type.getRank(), 0, builder.getContext())});
  }
  return createParallel(builder, loc, inputs, type, [&](Scalars &s, ValueRange v) {
    Value result = v[choices.size() - 1];
    for (size_t i = 0; i + 1 < choices.size(); ++i) {
      Value number = s.constant(IntegerAttr::get(selectorType, choices[i].first));
      Value isChosen = s.compare(arith::CmpIPredicate::eq, v.back(), number, false);
      result = s.select(isChosen, v[i], result);
    }
    return s.convert(result, type.getElementType());
  });
}

namespace {

class DFTPattern : public OnnxPattern<onnx::DFTOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::DFTOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType from = getType(op.getX()), type = getType(op.getY());
    int64_t rank = from.getRank();
    if (from.getNumElements() == 0)
      return refuse(op, rewriter, "there is nothing to transform in an empty tensor");
    // An axis counted from the front, or from the back as it may come at run time.
    SmallVector<Choice> choices;
    std::optional<int64_t> given = onnx::getConstantInteger(op.getAxis());
    for (int64_t axis = 0; axis < rank - 1; ++axis) {
      if (given && axis != normalizeAxis(*given, rank))
        continue;
      int64_t length = findLength(op, axis);
      if (length == 0)
        continue;
      Transform transform = getTransform(op, axis, length);
      Value result = transformAlong(adaptor.getX(), axis, transform, op.getLoc(), rewriter);
      if (!result)
        return refuse(op, rewriter, "a transform of this length needs too large a matrix");
      choices.push_back({axis, result});
      choices.push_back({axis - rank, result});
    }
    if (choices.empty())
      return refuse(op, rewriter, "the transform's length cannot be told: make it a constant");
    // All else being equal one axis needs no choice.
    if (choices.size() == 2)
      choices.pop_back();
    rewriter.replaceOp(op, choose(adaptor.getAxis(), choices, type, op.getLoc(), rewriter));
    return success();
  }

private:
  /// The length that makes the result's extents along this axis; 0 when none does, or two do.
  int64_t findLength(onnx::DFTOp op, int64_t axis) const {
    ArrayRef<int64_t> from = getType(op.getX()).getShape(), to = getType(op.getY()).getShape();
    bool inverse = op.getInverse(), onesided = op.getOnesided();
    int64_t length = onnx::getDefaultLength(from[axis], inverse, onesided);
    if (!isa<NoneType>(op.getDftLength().getType())) {
      std::optional<int64_t> known = onnx::getConstantInteger(op.getDftLength());
      if (!known && onesided && !inverse)
        return 0;
      length = known.value_or(to[axis]);
    }
    bool fits = length > 0 &&
                onnx::getTransformShape(from, axis, length, inverse, onesided) == onnx::Shape(to);
    return fits ? length : 0;
  }

  Transform getTransform(onnx::DFTOp op, int64_t axis, int64_t length) const {
    bool isReal = op.getInverse() && op.getOnesided();
    int64_t from = std::min(getType(op.getX()).getDimSize(axis), isReal ? length / 2 + 1 : length);
    return {length, from, getType(op.getY()).getDimSize(axis), op.getInverse(), isReal};
  }
};

class STFTPattern : public OnnxPattern<onnx::STFTOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::STFTOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getType(op.getY());
    Location loc = op.getLoc();
    SmallVector<int64_t> lengths = getLengths(op);
    SmallVector<Choice> choices;
    for (int64_t length : lengths) {
      if (length > getType(op.getSignal()).getDimSize(1))
        continue;
      Value frames = makeFrames(op, adaptor, length, rewriter);
      Transform transform = {length, length, type.getDimSize(2), false, false};
      Value result = transformAlong(frames, 2, transform, loc, rewriter);
      if (!result)
        return refuse(op, rewriter, "frames of this length need too large a matrix");
      choices.push_back({length, result});
    }
    if (choices.empty())
      return refuse(op, rewriter, "the frames' length cannot be told: make it a constant");
    Value selector = choices.size() > 1 ? adaptor.getFrameLength() : Value();
    rewriter.replaceOp(op, choose(selector, choices, type, loc, rewriter));
    return success();
  }

private:
  /// The lengths that may have made the result's extents.
  SmallVector<int64_t> getLengths(onnx::STFTOp op) const {
    int64_t bins = getType(op.getY()).getDimSize(2);
    if (!isa<NoneType>(op.getWindow().getType()))
      return {getType(op.getWindow()).getDimSize(0)};
    if (isa<NoneType>(op.getFrameLength().getType()))
      return {getType(op.getSignal()).getDimSize(1)};
    if (std::optional<int64_t> known = onnx::getConstantInteger(op.getFrameLength()))
      return {*known};
    if (!op.getOnesided())
      return {bins};
    return {std::max<int64_t>(2 * bins - 2, 1), 2 * bins - 1};
  }

  /// [N, frames, length, parts]: the signal's elements times the window. Positions are clamped, for
  /// a step that comes at run time.
  Value makeFrames(onnx::STFTOp op, Adaptor adaptor, int64_t length, OpBuilder &builder) const {
    RankedTensorType from = getType(op.getSignal()), type = getType(op.getY());
    MLIRContext *context = builder.getContext();
    Location loc = op.getLoc();
    Type wide = getWideType(from.getElementType()), index = builder.getIndexType();
    auto framesType = RankedTensorType::get(
        {from.getDimSize(0), type.getDimSize(1), length, from.getDimSize(2)}, wide);
    SmallVector<MappedTensor> inputs;
    bool hasWindow = !isa<NoneType>(op.getWindow().getType());
    if (hasWindow)
      inputs.push_back(
          {adaptor.getWindow(), builder.getMultiDimIdentityMap(4).getSubMap(ArrayRef(2u))});
    Type stepType = getElementTypeOrSelf(adaptor.getFrameStep().getType());
    Value step =
        createReshape(builder, loc, adaptor.getFrameStep(), RankedTensorType::get({}, stepType));
    if (getSplatValue(adaptor.getFrameStep()))
      step = adaptor.getFrameStep();
    inputs.push_back({step, AffineMap::get(4, 0, context)});
    return createParallel(builder, loc, inputs, framesType, [&](Scalars &s, ValueRange v) {
      Value step = s.create<arith::IndexCastOp>(index, v.back());
      Value at = s.add(s.multiply(s.loopIndex(1), step), s.loopIndex(2));
      at = s.maximum(at, s.number(index, 0), false);
      at = s.minimum(at, s.number(index, double(from.getDimSize(1) - 1)), false);
      Value element = s.create<tensor::ExtractOp>(adaptor.getSignal(),
                                                  ValueRange{s.loopIndex(0), at, s.loopIndex(3)});
      element = s.convert(element, wide);
      return hasWindow ? s.multiply(element, s.convert(v[0], wide)) : element;
    });
  }
};

class WindowFunctionPattern : public OnnxPattern<onnx::WindowFunctionOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::WindowFunctionOp op, Adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getType(op.getY());
    int64_t size = type.getNumElements();
    if (size > maxMatrixElements)
      return refuse(op, rewriter, "a window of this size is too large for a constant");
    double period = std::max<double>(double(size) - (op.getPeriodic() ? 0 : 1), 1);
    // Sums of cosines: the constant, and what the first and second multiple of the angle count.
    double constant = 0.5, first = -0.5, second = 0;
    if (op.getKind() == "hamming") {
      constant = 25.0 / 46;
      first = -21.0 / 46;
    } else if (op.getKind() == "blackman") {
      constant = 0.42;
      second = 0.08;
    }
    SmallVector<Attribute, 0> values;
    for (int64_t i = 0; i < size; ++i) {
      double angle = 2 * llvm::numbers::pi * double(i) / period;
      double value = constant + first * std::cos(angle) + second * std::cos(2 * angle);
      values.push_back(getNumberAttr(type.getElementType(), value));
    }
    rewriter.replaceOpWithNewOp<arith::ConstantOp>(op, DenseElementsAttr::get(type, values));
    return success();
  }
};

class MelWeightMatrixPattern : public OnnxPattern<onnx::MelWeightMatrixOp> {
public:
  using OnnxPattern::OnnxPattern;

  /// Loops are (element of the spectrum, band); everything is computed in double.
  LogicalResult lower(onnx::MelWeightMatrixOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getType(op.getY());
    Location loc = op.getLoc();
    Type f64 = rewriter.getF64Type(), i64 = rewriter.getI64Type();
    bool isUnsigned = getElementTypeOrSelf(op.getY().getType()).isUnsignedInteger();
    SmallVector<MappedTensor> inputs;
    for (Value operand : {adaptor.getDftLength(), adaptor.getSampleRate(),
                          adaptor.getLowerEdgeHertz(), adaptor.getUpperEdgeHertz()}) {
      auto scalar = RankedTensorType::get({}, getElementTypeOrSelf(operand.getType()));
      if (!getSplatValue(operand))
        operand = createReshape(rewriter, loc, operand, scalar);
      inputs.push_back({operand, AffineMap::get(2, 0, getContext())});
    }
    double bins = double(type.getDimSize(1));
    auto body = [&](Scalars &s, ValueRange v) {
      using P = arith::CmpIPredicate;
      auto number = [&](double value) { return s.number(f64, value); };
      auto loop = [&](int64_t dim) {
        return s.convert(s.create<arith::IndexCastOp>(i64, s.loopIndex(dim)), f64);
      };
      Value length = s.convert(v[0], f64), rate = s.convert(v[1], f64);
      auto toMel = [&](Value hertz) {
        Value ratio = s.divide(s.convert(hertz, f64), number(700), false);
        return s.multiply(number(2595), s.create<math::Log10Op>(s.add(number(1), ratio)));
      };
      Value low = toMel(v[2]);
      Value step = s.divide(s.subtract(toMel(v[3]), low), number(bins + 2), false);
      // Where a band begins, has its peak, or ends: 700 (10^(mel / 2595) - 1) Hz.
      auto edge = [&](double offset) {
        Value mel = s.add(low, s.multiply(s.add(loop(1), number(offset)), step));
        Value power = s.create<math::PowFOp>(number(10), s.divide(mel, number(2595), false));
        Value hertz = s.multiply(number(700), s.subtract(power, number(1)));
        Value scaled = s.multiply(s.add(length, number(1)), hertz);
        return s.create<math::FloorOp>(s.divide(scaled, rate, false));
      };
      Value at = loop(0), left = edge(0), peak = edge(1), right = edge(2);
      Value rising = s.divide(s.subtract(at, left), s.subtract(peak, left), false);
      Value falling = s.divide(s.subtract(right, at), s.subtract(right, peak), false);
      Value isBefore = s.compare(P::slt, at, peak, false);
      Value isInside = s.create<arith::AndIOp>(s.compare(P::sge, at, left, false),
                                               s.compare(P::slt, at, right, false));
      Value weight = s.select(isInside, s.select(isBefore, rising, falling), number(0));
      weight = s.select(s.compare(P::eq, at, peak, false), number(1), weight);
      return s.convert(weight, type.getElementType(), false, isUnsigned);
    };
    rewriter.replaceOp(op, createParallel(rewriter, loc, inputs, type, body));
    return success();
  }
};

} // namespace

void lower::populateSignalPatterns(const PatternContext &context) {
  context.add<DFTPattern, MelWeightMatrixPattern, STFTPattern, WindowFunctionPattern>();
}
