// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lowering of constants and of what static shapes make constant: Constant, Shape, Size,
// ConstantOfShape, Range, and the ops that are their operand at inference.

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/Extents.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "passes/lower/Families.h"
#include "passes/lower/Generics.h"
#include "passes/lower/OnnxPattern.h"
#include "passes/lower/Sequential.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

/// The constant with the elements that store it, over the same bytes.
static TypedAttr getStored(ElementsAttr value, RankedTensorType type) {
  if (value.getType() == type)
    return cast<TypedAttr>(value);
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value))
    return DenseResourceElementsAttr::get(type, resource.getRawHandle());
  if (std::optional<onnx::ConstantData> data = onnx::getConstantData(value))
    return DenseElementsAttr::getFromRawBuffer(type, data->bytes);
  return {};
}

namespace {

class ConstantPattern : public OnnxPattern<onnx::ConstantOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::ConstantOp op, Adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    TypedAttr value = getStored(op.getValue(), getType(op.getResult()));
    if (!value)
      return refuse(op, rewriter, "the value is neither a dense nor a resource attribute");
    rewriter.replaceOpWithNewOp<arith::ConstantOp>(op, value);
    return success();
  }
};

class ShapePattern : public OnnxPattern<onnx::ShapeOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::ShapeOp op, Adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    ArrayRef<int64_t> shape = getType(op.getX()).getShape();
    int64_t rank = shape.size();
    auto clampAxis = [&](int64_t axis) {
      return std::clamp<int64_t>(axis < 0 ? axis + rank : axis, 0, rank);
    };
    int64_t start = clampAxis(op.getStart());
    int64_t end = clampAxis(op.getEnd().value_or(rank));
    RankedTensorType type = getType(op.getShape());
    rewriter.replaceOpWithNewOp<arith::ConstantOp>(
        op, DenseElementsAttr::get(type, shape.slice(start, end - start)));
    return success();
  }
};

class SizePattern : public OnnxPattern<onnx::SizeOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::SizeOp op, Adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    int64_t count = getType(op.getX()).getNumElements();
    rewriter.replaceOpWithNewOp<arith::ConstantOp>(
        op, DenseElementsAttr::get(getType(op.getSize()), count));
    return success();
  }
};

class ConstantOfShapePattern : public OnnxPattern<onnx::ConstantOfShapeOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::ConstantOfShapeOp op, Adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    std::optional<onnx::ConstantData> data = onnx::getConstantData(op.getValue());
    auto valueType = dyn_cast<RankedTensorType>(op.getValue().getType());
    if (!data || !valueType || valueType.getNumElements() != 1)
      return refuse(op, rewriter, "the value must be one element");
    ElementsAttr splat = onnx::makeSplat(getType(op.getY()), data->bytes);
    rewriter.replaceOpWithNewOp<arith::ConstantOp>(op, cast<TypedAttr>(splat));
    return success();
  }
};

class RangePattern : public OnnxPattern<onnx::RangeOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::RangeOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getType(op.getY());
    Location loc = op.getLoc();
    auto scalarType = RankedTensorType::get({}, type.getElementType());
    if (getType(op.getStart()).getNumElements() != 1 ||
        getType(op.getDelta()).getNumElements() != 1)
      return refuse(op, rewriter, "start and delta must be one element each");
    Value start = createReshape(rewriter, loc, adaptor.getStart(), scalarType);
    Value delta = createReshape(rewriter, loc, adaptor.getDelta(), scalarType);
    auto getElement = [&](Scalars &s, Value index, Value first, Value step) {
      Type wide = getWideType(type.getElementType());
      Value position = s.create<arith::IndexCastOp>(rewriter.getI64Type(), index);
      Value offset = s.multiply(s.convert(position, wide), s.widen(step));
      return s.convert(s.add(s.widen(first), offset), type.getElementType());
    };
    SmallVector<Type> inferred;
    if (succeeded(op.inferShapes(inferred)) && inferred[0] == op.getY().getType()) {
      rewriter.replaceOp(
          op, createElementwise(rewriter, loc, {start, delta}, type, [&](Scalars &s, ValueRange v) {
            return getElement(s, s.loopIndex(0), v[0], v[1]);
          }));
      return success();
    }
    // The extent was declared: the run has to agree.
    rewriter.replaceOp(
        op, createSequential(rewriter, loc, [&](Sequential &s) -> Values {
          Value first = s.readScalar(start), step = s.readScalar(delta);
          checkCount(s, first, s.readScalar(adaptor.getLimit()), step, type.getDimSize(0));
          Value empty = s.empty(type.getShape(), type.getElementType());
          return s.loops(type.getShape(), empty, [&](ValueRange at, ValueRange carried) -> Values {
            Value element = getElement(s, at[0], first, step);
            return {s.write(element, carried[0], at)};
          });
        }));
    return success();
  }

private:
  /// Makes the run fail unless `count` elements from `start` on lie before `limit`: the distance is
  /// more than count - 1 steps, and not more than count.
  static void checkCount(Sequential &s, Value start, Value limit, Value delta, int64_t count) {
    Type element = start.getType();
    Type wide = isa<FloatType>(element) ? Type(Float64Type::get(s.getContext()))
                                        : Type(IntegerType::get(s.getContext(), 64));
    Value step = s.convert(delta, wide), zero = s.number(wide, 0);
    Value distance = s.subtract(s.convert(limit, wide), s.convert(start, wide));
    Value isDown = s.compare(arith::CmpIPredicate::slt, step, zero, false);
    distance = s.select(isDown, s.subtract(zero, distance), distance);
    step = s.select(isDown, s.subtract(zero, step), step);
    auto isBelow = [&](arith::CmpIPredicate predicate, Value a, Value b) {
      return s.compare(predicate, a, b, false);
    };
    Value steps = s.multiply(s.number(wide, count), step);
    Value fits = isBelow(arith::CmpIPredicate::sle, distance, steps);
    if (count > 0) {
      Value before = s.multiply(s.number(wide, count - 1), step);
      fits = s.both(fits, isBelow(arith::CmpIPredicate::slt, before, distance));
    }
    s.check(fits, "as many elements as declared");
  }
};

class IdentityPattern : public OnnxPattern<onnx::IdentityOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::IdentityOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOp(op, adaptor.getX());
    return success();
  }
};

class DropoutPattern : public OnnxPattern<onnx::DropoutOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::DropoutOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    std::optional<bool> isIdentity = op.isIdentity();
    if (isIdentity == false)
      return refuse(op, rewriter, "training_mode must be absent or false: this is inference");
    SmallVector<Value> results = {adaptor.getX()};
    if (!isIdentity)
      results = createSequential(rewriter, op.getLoc(), [&](Sequential &s) -> Values {
        auto isZero = [&](Value tensor) {
          Value scalar = s.readScalar(tensor);
          return s.compare(arith::CmpIPredicate::eq, scalar, s.number(scalar.getType(), 0), false);
        };
        Value holds = isZero(adaptor.getTrainingMode());
        if (onnx::isPresent(op.getRatio()))
          holds = s.create<arith::OrIOp>(holds, isZero(adaptor.getRatio()));
        s.check(holds, "no dropout in training");
        return {s.copy(adaptor.getX())};
      });
    if (op.getMask())
      results.push_back(arith::ConstantOp::create(
          rewriter, op.getLoc(), DenseElementsAttr::get(getType(op.getMask()), true)));
    rewriter.replaceOp(op, results);
    return success();
  }
};

} // namespace

void lower::populateConstantPatterns(const PatternContext &context) {
  context.add<ConstantPattern, ShapePattern, SizePattern, ConstantOfShapePattern, RangePattern,
              IdentityPattern, DropoutPattern>();
}
