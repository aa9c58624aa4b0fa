// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lowering of elementwise ops of several operands: one generic over the broadcast shape each.

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "passes/lower/Families.h"
#include "passes/lower/Generics.h"
#include "passes/lower/OnnxPattern.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

namespace {

/// An op on operands that broadcast; `element` makes the scalar of one place.
template <typename Op> class BroadcastPattern : public OnnxPattern<Op> {
public:
  using OnnxPattern<Op>::OnnxPattern;

protected:
  LogicalResult replaceElementwise(Op op, ValueRange inputs, ConversionPatternRewriter &rewriter,
                                   ScalarBody element) const {
    RankedTensorType type = this->getType(op->getResult(0));
    rewriter.replaceOp(op, createElementwise(rewriter, op.getLoc(), inputs, type, element));
    return success();
  }

  static bool isUnsigned(Value value) {
    return getElementTypeOrSelf(value.getType()).isUnsignedInteger();
  }
};

template <typename Op, Value (*function)(Scalars &, Value, Value, bool isUnsigned)>
class BinaryPattern : public BroadcastPattern<Op> {
public:
  using BroadcastPattern<Op>::BroadcastPattern;

  LogicalResult lower(Op op, typename OnnxPattern<Op>::Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    bool isUnsigned = this->isUnsigned(op.getA());
    return this->replaceElementwise(
        op, adaptor.getOperands(), rewriter,
        [&](Scalars &s, ValueRange v) { return function(s, v[0], v[1], isUnsigned); });
  }
};

template <typename Op, Value (Scalars::*function)(Value, Value, bool)>
class ExtremumPattern : public BroadcastPattern<Op> {
public:
  using BroadcastPattern<Op>::BroadcastPattern;

  LogicalResult lower(Op op, typename OnnxPattern<Op>::Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    bool isUnsigned = this->isUnsigned(op.getResult());
    return this->replaceElementwise(op, adaptor.getInputs(), rewriter,
                                    [&](Scalars &s, ValueRange v) {
                                      Value result = v[0];
                                      for (Value next : v.drop_front())
                                        result = (s.*function)(result, next, isUnsigned);
                                      return result;
                                    });
  }
};

class ClipPattern : public BroadcastPattern<onnx::ClipOp> {
public:
  using BroadcastPattern::BroadcastPattern;

  LogicalResult lower(onnx::ClipOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    SmallVector<Value> inputs = {adaptor.getX()};
    bool hasLow = !isa<NoneType>(op.getLow().getType());
    bool hasHigh = !isa<NoneType>(op.getHigh().getType());
    // A bound is one number, of any rank.
    auto scalarType = RankedTensorType::get({}, getType(op.getX()).getElementType());
    for (Value bound : {adaptor.getLow(), adaptor.getHigh()}) {
      auto type = dyn_cast<RankedTensorType>(bound.getType());
      if (!type)
        continue;
      inputs.push_back(
          getSplatValue(bound) ? bound : createReshape(rewriter, op.getLoc(), bound, scalarType));
    }
    bool isUnsigned = this->isUnsigned(op.getX());
    RankedTensorType type = getType(op.getY());
    rewriter.replaceOp(op, createParallel(rewriter, op.getLoc(), mapBounds(rewriter, inputs, type),
                                          type, [&](Scalars &s, ValueRange v) {
                                            Value result = v[0];
                                            if (hasLow)
                                              result = s.maximum(result, v[1], isUnsigned);
                                            if (hasHigh)
                                              result = s.minimum(result, v.back(), isUnsigned);
                                            return result;
                                          }));
    return success();
  }

private:
  /// The clipped tensor is read by the identity, a bound where it is a scalar; a constant bound has
  /// any shape.
  static SmallVector<MappedTensor> mapBounds(OpBuilder &builder, ArrayRef<Value> inputs,
                                             RankedTensorType type) {
    SmallVector<MappedTensor> mapped;
    for (auto [i, input] : llvm::enumerate(inputs))
      mapped.push_back({input, i == 0 ? builder.getMultiDimIdentityMap(type.getRank())
                                      : AffineMap::get(type.getRank(), 0, builder.getContext())});
    return mapped;
  }
};

class WherePattern : public BroadcastPattern<onnx::WhereOp> {
public:
  using BroadcastPattern::BroadcastPattern;

  LogicalResult lower(onnx::WhereOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    return replaceElementwise(op, adaptor.getOperands(), rewriter,
                              [](Scalars &s, ValueRange v) { return s.select(v[0], v[1], v[2]); });
  }
};

class ModPattern : public BroadcastPattern<onnx::ModOp> {
public:
  using BroadcastPattern::BroadcastPattern;

  LogicalResult lower(onnx::ModOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    bool isUnsigned = this->isUnsigned(op.getA());
    Type elementType = getType(op.getC()).getElementType();
    return replaceElementwise(op, adaptor.getOperands(), rewriter, [&](Scalars &s, ValueRange v) {
      Value rest = s.remainder(s.widen(v[0]), s.widen(v[1]), !op.getFmod(), isUnsigned);
      return s.convert(rest, elementType);
    });
  }
};

class BitShiftPattern : public BroadcastPattern<onnx::BitShiftOp> {
public:
  using BroadcastPattern::BroadcastPattern;

  LogicalResult lower(onnx::BitShiftOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    bool isUnsigned = this->isUnsigned(op.getA()), left = op.getLeft();
    return replaceElementwise(op, adaptor.getOperands(), rewriter, [&](Scalars &s, ValueRange v) {
      return shift(s, v[0], v[1], left, isUnsigned);
    });
  }

private:
  /// A distance outside of the width, negative ones included, leaves the sign alone.
  static Value shift(Scalars &s, Value a, Value b, bool left, bool isUnsigned) {
    Type type = a.getType();
    Value last = s.number(type, type.getIntOrFloatBitWidth() - 1);
    Value isInside = s.compare(arith::CmpIPredicate::sle, b, last, /*isUnsigned=*/true);
    Value distance = s.select(isInside, b, last);
    if (left)
      return s.select(isInside, s.create<arith::ShLIOp>(a, distance), s.number(type, 0));
    if (!isUnsigned)
      return s.create<arith::ShRSIOp>(a, distance);
    return s.select(isInside, s.create<arith::ShRUIOp>(a, distance), s.number(type, 0));
  }
};

class PowPattern : public BroadcastPattern<onnx::PowOp> {
public:
  using BroadcastPattern::BroadcastPattern;

  LogicalResult lower(onnx::PowOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    Type type = getType(op.getC()).getElementType();
    bool isFloat = isa<FloatType>(type);
    std::optional<double> exponent = onnx::getConstantScalar(op.getB());
    bool baseUnsigned = isUnsigned(op.getA()), exponentUnsigned = isUnsigned(op.getB());
    auto body = [&](Scalars &s, ValueRange v) -> Value {
      if (exponent && (isFloat || *exponent == 2 || *exponent == 3))
        if (Value special = raiseTo(s, s.widen(v[0]), *exponent))
          return s.convert(special, type);
      if (!isFloat && isa<IntegerType>(v[1].getType()))
        return raiseInteger(s, v[0], v[1], baseUnsigned, exponentUnsigned);
      Type wide = isFloat ? getWideType(type) : Float64Type::get(type.getContext());
      Value base = s.convert(v[0], wide, baseUnsigned);
      Value power = s.create<math::PowFOp>(base, s.convert(v[1], wide, exponentUnsigned));
      return s.convert(power, type, false, baseUnsigned);
    };
    return replaceElementwise(op, adaptor.getOperands(), rewriter, body);
  }

private:
  /// By squaring, wrapping around; a negative exponent leaves the truncated reciprocal. All bits of
  /// the exponent matter to odd bases.
  static Value raiseInteger(Scalars &s, Value base, Value exponent, bool baseUnsigned,
                            bool exponentUnsigned) {
    using P = arith::CmpIPredicate;
    Type type = base.getType(), exponentType = exponent.getType();
    Value zero = s.number(type, 0), one = s.number(type, 1);
    Value result = one, factor = base;
    for (unsigned bit = 0; bit < exponentType.getIntOrFloatBitWidth(); ++bit) {
      Value mask = s.constant(IntegerAttr::get(
          exponentType, APInt::getOneBitSet(exponentType.getIntOrFloatBitWidth(), bit)));
      Value isSet = s.compare(P::ne, s.create<arith::AndIOp>(exponent, mask),
                              s.number(exponentType, 0), true);
      result = s.multiply(result, s.select(isSet, factor, one));
      factor = s.multiply(factor, factor);
    }
    if (exponentUnsigned)
      return result;
    // 1 / base truncates to 0 unless base is 1 or -1, whose powers are right already.
    Value isUnit = s.compare(P::eq, base, one, baseUnsigned);
    if (!baseUnsigned)
      isUnit = s.create<arith::OrIOp>(isUnit, s.compare(P::eq, base, s.number(type, -1), false));
    Value isNegative = s.compare(P::slt, exponent, s.number(exponentType, 0), false);
    Value vanishes = s.create<arith::AndIOp>(
        isNegative, s.create<arith::XOrIOp>(isUnit, s.number(isUnit.getType(), 1)));
    return s.select(vanishes, zero, result);
  }

  /// x to an exponent for which there is something cheaper than a logarithm, or null.
  static Value raiseTo(Scalars &s, Value x, double exponent) {
    if (exponent == 1)
      return x;
    if (exponent == 2)
      return s.multiply(x, x);
    if (exponent == 3)
      return s.multiply(s.multiply(x, x), x);
    if (exponent == 0.5)
      return s.create<math::SqrtOp>(x);
    if (exponent == -1)
      return s.create<arith::DivFOp>(s.number(x.getType(), 1), x);
    return {};
  }
};

} // namespace

static Value add(Scalars &s, Value a, Value b, bool) { return s.add(a, b); }
static Value subtract(Scalars &s, Value a, Value b, bool) { return s.subtract(a, b); }
static Value multiply(Scalars &s, Value a, Value b, bool) { return s.multiply(a, b); }
static Value divide(Scalars &s, Value a, Value b, bool isUnsigned) {
  return s.divide(a, b, isUnsigned);
}
template <typename Op> static Value combineBits(Scalars &s, Value a, Value b, bool) {
  return s.create<Op>(a, b);
}

template <arith::CmpIPredicate predicate>
static Value compare(Scalars &s, Value a, Value b, bool isUnsigned) {
  return s.compare(predicate, a, b, isUnsigned);
}

void lower::populateElementwisePatterns(const PatternContext &context) {
  using P = arith::CmpIPredicate;
  context.add<BinaryPattern<onnx::AddOp, add>, BinaryPattern<onnx::SubOp, subtract>,
              BinaryPattern<onnx::MulOp, multiply>, BinaryPattern<onnx::DivOp, divide>,
              BinaryPattern<onnx::AndOp, combineBits<arith::AndIOp>>,
              BinaryPattern<onnx::BitwiseAndOp, combineBits<arith::AndIOp>>,
              BinaryPattern<onnx::BitwiseOrOp, combineBits<arith::OrIOp>>,
              BinaryPattern<onnx::BitwiseXorOp, combineBits<arith::XOrIOp>>,
              BinaryPattern<onnx::OrOp, combineBits<arith::OrIOp>>,
              BinaryPattern<onnx::XorOp, combineBits<arith::XOrIOp>>,
              BinaryPattern<onnx::EqualOp, compare<P::eq>>,
              BinaryPattern<onnx::LessOp, compare<P::slt>>,
              BinaryPattern<onnx::LessOrEqualOp, compare<P::sle>>,
              BinaryPattern<onnx::GreaterOp, compare<P::sgt>>,
              BinaryPattern<onnx::GreaterOrEqualOp, compare<P::sge>>>();
  context.add<ExtremumPattern<onnx::MinOp, &Scalars::minimum>,
              ExtremumPattern<onnx::MaxOp, &Scalars::maximum>, ClipPattern, WherePattern,
              BitShiftPattern, ModPattern, PowPattern>();
}
