// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lowering of elementwise ops of one operand. What is not exact in 16 bits is computed in f32.

#include "dialects/onnx/OnnxElementwiseOps.h"
#include "passes/lower/Families.h"
#include "passes/lower/Generics.h"
#include "passes/lower/OnnxPattern.h"

#include <cmath>

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

namespace {

/// A function of one floating number, computed in at least f32.
template <typename Op, Value (*function)(Scalars &, Value)>
class FloatUnaryPattern : public OnnxPattern<Op> {
public:
  using OnnxPattern<Op>::OnnxPattern;

  LogicalResult lower(Op op, typename OnnxPattern<Op>::Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = this->getType(op.getY());
    rewriter.replaceOp(op, createElementwise(rewriter, op.getLoc(), adaptor.getX(), type,
                                             [&](Scalars &s, ValueRange v) {
                                               return s.convert(function(s, s.widen(v[0])),
                                                                type.getElementType());
                                             }));
    return success();
  }
};

/// A function of one number of any type that is exact in that type.
template <typename Op, Value (*function)(Scalars &, Value, bool isUnsigned)>
class ExactUnaryPattern : public OnnxPattern<Op> {
public:
  using OnnxPattern<Op>::OnnxPattern;

  LogicalResult lower(Op op, typename OnnxPattern<Op>::Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    bool isUnsigned = getElementTypeOrSelf(op.getX().getType()).isUnsignedInteger();
    rewriter.replaceOp(
        op,
        createElementwise(rewriter, op.getLoc(), adaptor.getX(), this->getType(op->getResult(0)),
                          [&](Scalars &s, ValueRange v) { return function(s, v[0], isUnsigned); }));
    return success();
  }
};

/// A function of one floating number and the op's attributes, computed in at least f32.
template <typename Op, Value (*function)(Scalars &, Value, Op)>
class ParametricPattern : public OnnxPattern<Op> {
public:
  using OnnxPattern<Op>::OnnxPattern;

  LogicalResult lower(Op op, typename OnnxPattern<Op>::Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = this->getType(op.getY());
    rewriter.replaceOp(op, createElementwise(rewriter, op.getLoc(), adaptor.getX(), type,
                                             [&](Scalars &s, ValueRange v) {
                                               return s.convert(function(s, s.widen(v[0]), op),
                                                                type.getElementType());
                                             }));
    return success();
  }
};

class GeluPattern : public OnnxPattern<onnx::GeluOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::GeluOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getType(op.getY());
    bool isTanh = op.getApproximate() == "tanh";
    auto body = [&](Scalars &s, ValueRange v) {
      Value x = s.widen(v[0]);
      Type wide = x.getType();
      Value inner;
      if (isTanh) {
        Value cube = s.multiply(s.multiply(x, x), x);
        Value sum = s.add(x, s.multiply(cube, s.number(wide, 0.044715)));
        inner = s.create<math::TanhOp>(s.multiply(sum, s.number(wide, std::sqrt(2 / M_PI))));
      } else {
        inner = s.create<math::ErfOp>(s.multiply(x, s.number(wide, M_SQRT1_2)));
      }
      Value half = s.multiply(x, s.number(wide, 0.5));
      return s.convert(s.multiply(half, s.add(inner, s.number(wide, 1))), type.getElementType());
    };
    rewriter.replaceOp(op, createElementwise(rewriter, op.getLoc(), adaptor.getX(), type, body));
    return success();
  }
};

} // namespace

template <typename MathOp> static Value mathFunction(Scalars &s, Value x) {
  return s.create<MathOp>(x);
}

static Value reciprocal(Scalars &s, Value x) {
  return s.create<arith::DivFOp>(s.number(x.getType(), 1), x);
}

static Value sigmoid(Scalars &s, Value x) {
  Value decay = s.create<math::ExpOp>(s.create<arith::NegFOp>(x));
  return reciprocal(s, s.add(s.number(x.getType(), 1), decay));
}

/// max(x, 0) + log(1 + e^-|x|): nothing overflows, and no digits are lost far below 0.
static Value softplus(Scalars &s, Value x) {
  Value decay = s.create<math::ExpOp>(s.create<arith::NegFOp>(s.create<math::AbsFOp>(x)));
  return s.add(s.maximum(x, s.number(x.getType(), 0), false), s.create<math::Log1pOp>(decay));
}

/// With n = e^x * (e^x + 2), tanh(log(1 + e^x)) is n / (n + 2); it is 1 long before n overflows.
static Value mish(Scalars &s, Value x) {
  Type type = x.getType();
  Value two = s.number(type, 2);
  Value power = s.create<math::ExpOp>(s.minimum(x, s.number(type, 40), false));
  Value n = s.multiply(power, s.add(power, two));
  return s.multiply(x, s.divide(n, s.add(n, two), false));
}

static Value isNegative(Scalars &s, Value x) {
  return s.compare(arith::CmpIPredicate::slt, x, s.number(x.getType(), 0), false);
}

static Value leakyRelu(Scalars &s, Value x, onnx::LeakyReluOp op) {
  Value alpha = s.number(x.getType(), op.getAlpha().convertToFloat());
  return s.select(isNegative(s, x), s.multiply(x, alpha), x);
}

static Value elu(Scalars &s, Value x, onnx::EluOp op) {
  Value alpha = s.number(x.getType(), op.getAlpha().convertToFloat());
  // Positive numbers are not raised to anything, lest they overflow.
  Value low = s.minimum(x, s.number(x.getType(), 0), false);
  return s.select(isNegative(s, x), s.multiply(s.create<math::ExpM1Op>(low), alpha), x);
}

static Value hardSigmoid(Scalars &s, Value x, onnx::HardSigmoidOp op) {
  Type type = x.getType();
  Value line = s.add(s.multiply(x, s.number(type, op.getAlpha().convertToFloat())),
                     s.number(type, op.getBeta().convertToFloat()));
  return s.maximum(s.minimum(line, s.number(type, 1), false), s.number(type, 0), false);
}

static Value isInfinite(Scalars &s, Value x, onnx::IsInfOp op) {
  Value result = s.number(IntegerType::get(op.getContext(), 1), 0);
  auto look = [&](double infinity) {
    Value found = s.compare(arith::CmpIPredicate::eq, x, s.number(x.getType(), infinity), false);
    result = s.create<arith::OrIOp>(result, found);
  };
  if (op.getDetectNegative())
    look(-INFINITY);
  if (op.getDetectPositive())
    look(INFINITY);
  return result;
}

static Value sign(Scalars &s, Value x, bool isUnsigned) {
  using P = arith::CmpIPredicate;
  Type type = x.getType();
  Value zero = s.number(type, 0);
  Value positive = s.compare(P::sgt, x, zero, isUnsigned);
  // What is neither above nor below 0 is 0 or NaN, and stays.
  Value rest =
      isUnsigned ? zero : s.select(s.compare(P::slt, x, zero, false), s.number(type, -1), x);
  return s.select(positive, s.number(type, 1), rest);
}

static Value invertBits(Scalars &s, Value x, bool) {
  return s.create<arith::XOrIOp>(x, s.number(x.getType(), -1));
}

static Value negate(Scalars &s, Value x, bool) {
  if (isa<FloatType>(x.getType()))
    return s.create<arith::NegFOp>(x);
  return s.subtract(s.number(x.getType(), 0), x);
}

static Value absolute(Scalars &s, Value x, bool isUnsigned) {
  if (isa<FloatType>(x.getType()))
    return s.create<math::AbsFOp>(x);
  return isUnsigned ? x : s.create<math::AbsIOp>(x);
}

static Value relu(Scalars &s, Value x, bool isUnsigned) {
  return s.maximum(x, s.number(x.getType(), 0), isUnsigned);
}

static Value logicalNot(Scalars &s, Value x, bool) {
  return s.create<arith::XOrIOp>(x, s.number(x.getType(), 1));
}

/// Integers are whole and never NaN.
template <typename MathOp> static Value roundTo(Scalars &s, Value x, bool) {
  return isa<FloatType>(x.getType()) ? s.create<MathOp>(x) : x;
}

static Value isNaN(Scalars &s, Value x, bool) {
  return s.create<arith::CmpFOp>(arith::CmpFPredicate::UNO, x, x);
}

void lower::populateUnaryPatterns(const PatternContext &context) {
  context.add<
      FloatUnaryPattern<onnx::AcosOp, mathFunction<math::AcosOp>>,
      FloatUnaryPattern<onnx::AcoshOp, mathFunction<math::AcoshOp>>,
      FloatUnaryPattern<onnx::AsinOp, mathFunction<math::AsinOp>>,
      FloatUnaryPattern<onnx::AsinhOp, mathFunction<math::AsinhOp>>,
      FloatUnaryPattern<onnx::AtanOp, mathFunction<math::AtanOp>>,
      FloatUnaryPattern<onnx::AtanhOp, mathFunction<math::AtanhOp>>,
      FloatUnaryPattern<onnx::CosOp, mathFunction<math::CosOp>>,
      FloatUnaryPattern<onnx::CoshOp, mathFunction<math::CoshOp>>,
      FloatUnaryPattern<onnx::ErfOp, mathFunction<math::ErfOp>>,
      FloatUnaryPattern<onnx::ExpOp, mathFunction<math::ExpOp>>,
      FloatUnaryPattern<onnx::LogOp, mathFunction<math::LogOp>>,
      FloatUnaryPattern<onnx::SinOp, mathFunction<math::SinOp>>,
      FloatUnaryPattern<onnx::SinhOp, mathFunction<math::SinhOp>>,
      FloatUnaryPattern<onnx::SqrtOp, mathFunction<math::SqrtOp>>,
      FloatUnaryPattern<onnx::TanOp, mathFunction<math::TanOp>>,
      FloatUnaryPattern<onnx::TanhOp, mathFunction<math::TanhOp>>,
      FloatUnaryPattern<onnx::MishOp, mish>, FloatUnaryPattern<onnx::ReciprocalOp, reciprocal>,
      FloatUnaryPattern<onnx::SigmoidOp, sigmoid>, FloatUnaryPattern<onnx::SoftplusOp, softplus>>();
  context
      .add<ParametricPattern<onnx::EluOp, elu>, ParametricPattern<onnx::HardSigmoidOp, hardSigmoid>,
           ParametricPattern<onnx::IsInfOp, isInfinite>,
           ParametricPattern<onnx::LeakyReluOp, leakyRelu>>();
  context
      .add<ExactUnaryPattern<onnx::NegOp, negate>, ExactUnaryPattern<onnx::AbsOp, absolute>,
           ExactUnaryPattern<onnx::ReluOp, relu>, ExactUnaryPattern<onnx::NotOp, logicalNot>,
           ExactUnaryPattern<onnx::BitwiseNotOp, invertBits>, ExactUnaryPattern<onnx::SignOp, sign>,
           ExactUnaryPattern<onnx::RoundOp, roundTo<math::RoundEvenOp>>,
           ExactUnaryPattern<onnx::FloorOp, roundTo<math::FloorOp>>,
           ExactUnaryPattern<onnx::CeilOp, roundTo<math::CeilOp>>,
           ExactUnaryPattern<onnx::IsNaNOp, isNaN>, GeluPattern>();
}
