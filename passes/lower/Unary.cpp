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

class CastPattern : public OnnxPattern<onnx::CastOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::CastOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = getType(op.getY());
    if (type == adaptor.getX().getType()) {
      rewriter.replaceOp(op, adaptor.getX());
      return success();
    }
    bool fromUnsigned = getElementTypeOrSelf(op.getX().getType()).isUnsignedInteger();
    bool toUnsigned = getElementTypeOrSelf(op.getY().getType()).isUnsignedInteger();
    rewriter.replaceOp(op, createElementwise(rewriter, op.getLoc(), adaptor.getX(), type,
                                             [&](Scalars &s, ValueRange v) {
                                               return s.convert(v[0], type.getElementType(),
                                                                fromUnsigned, toUnsigned);
                                             }));
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
  context.add<FloatUnaryPattern<onnx::ExpOp, mathFunction<math::ExpOp>>,
              FloatUnaryPattern<onnx::LogOp, mathFunction<math::LogOp>>,
              FloatUnaryPattern<onnx::SqrtOp, mathFunction<math::SqrtOp>>,
              FloatUnaryPattern<onnx::ErfOp, mathFunction<math::ErfOp>>,
              FloatUnaryPattern<onnx::TanhOp, mathFunction<math::TanhOp>>,
              FloatUnaryPattern<onnx::SinOp, mathFunction<math::SinOp>>,
              FloatUnaryPattern<onnx::CosOp, mathFunction<math::CosOp>>,
              FloatUnaryPattern<onnx::ReciprocalOp, reciprocal>,
              FloatUnaryPattern<onnx::SigmoidOp, sigmoid>>();
  context.add<ExactUnaryPattern<onnx::NegOp, negate>, ExactUnaryPattern<onnx::AbsOp, absolute>,
              ExactUnaryPattern<onnx::ReluOp, relu>, ExactUnaryPattern<onnx::NotOp, logicalNot>,
              ExactUnaryPattern<onnx::FloorOp, roundTo<math::FloorOp>>,
              ExactUnaryPattern<onnx::CeilOp, roundTo<math::CeilOp>>,
              ExactUnaryPattern<onnx::IsNaNOp, isNaN>, GeluPattern, CastPattern>();
}
