// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scalar arithmetic of lowered bodies. Integer division by zero and the overflow of its least value
// trap on x86, and a float outside an integer's range is poison that could become an address: both
// are guarded here.

#include "passes/lower/Scalars.h"

#include "mlir/IR/Matchers.h"

#include <cmath>

using namespace mlir;
using namespace fovea::lower;

Type fovea::lower::getWideType(Type type) {
  return type.isF16() || type.isBF16() ? Float32Type::get(type.getContext()) : type;
}

TypedAttr fovea::lower::getNumberAttr(Type type, double value) {
  if (isa<FloatType>(type))
    return FloatAttr::get(type, value);
  if (type.isInteger(1))
    return BoolAttr::get(type.getContext(), value != 0);
  return IntegerAttr::get(type, int64_t(value));
}

TypedAttr fovea::lower::getLowestAttr(Type type, bool isUnsigned) {
  if (isa<FloatType>(type))
    return FloatAttr::get(type, -INFINITY);
  unsigned width = type.getIntOrFloatBitWidth();
  bool zero = isUnsigned || width == 1;
  return IntegerAttr::get(type, zero ? APInt::getZero(width) : APInt::getSignedMinValue(width));
}

TypedAttr fovea::lower::getHighestAttr(Type type, bool isUnsigned) {
  if (isa<FloatType>(type))
    return FloatAttr::get(type, INFINITY);
  unsigned width = type.getIntOrFloatBitWidth();
  bool ones = isUnsigned || width == 1;
  return IntegerAttr::get(type, ones ? APInt::getAllOnes(width) : APInt::getSignedMaxValue(width));
}

Value Scalars::number(Type type, double value) {
  return create<arith::ConstantOp>(getNumberAttr(type, value));
}

Value Scalars::constant(TypedAttr value) { return create<arith::ConstantOp>(value); }

Value Scalars::loopIndex(int64_t dimension) { return create<linalg::IndexOp>(dimension); }

Value Scalars::add(Value a, Value b) {
  return isa<FloatType>(a.getType()) ? create<arith::AddFOp>(a, b) : create<arith::AddIOp>(a, b);
}

Value Scalars::subtract(Value a, Value b) {
  return isa<FloatType>(a.getType()) ? create<arith::SubFOp>(a, b) : create<arith::SubIOp>(a, b);
}

Value Scalars::multiply(Value a, Value b) {
  return isa<FloatType>(a.getType()) ? create<arith::MulFOp>(a, b) : create<arith::MulIOp>(a, b);
}

Value Scalars::select(Value condition, Value yes, Value no) {
  return create<arith::SelectOp>(condition, yes, no);
}

Value Scalars::compare(arith::CmpIPredicate predicate, Value a, Value b, bool isUnsigned) {
  using P = arith::CmpIPredicate;
  using F = arith::CmpFPredicate;
  bool isFloat = isa<FloatType>(a.getType());
  switch (predicate) {
  case P::slt:
    return isFloat ? create<arith::CmpFOp>(F::OLT, a, b)
                   : create<arith::CmpIOp>(isUnsigned ? P::ult : P::slt, a, b);
  case P::sle:
    return isFloat ? create<arith::CmpFOp>(F::OLE, a, b)
                   : create<arith::CmpIOp>(isUnsigned ? P::ule : P::sle, a, b);
  case P::sgt:
    return isFloat ? create<arith::CmpFOp>(F::OGT, a, b)
                   : create<arith::CmpIOp>(isUnsigned ? P::ugt : P::sgt, a, b);
  case P::sge:
    return isFloat ? create<arith::CmpFOp>(F::OGE, a, b)
                   : create<arith::CmpIOp>(isUnsigned ? P::uge : P::sge, a, b);
  case P::ne:
    return isFloat ? create<arith::CmpFOp>(F::UNE, a, b) : create<arith::CmpIOp>(P::ne, a, b);
  default:
    return isFloat ? create<arith::CmpFOp>(F::OEQ, a, b) : create<arith::CmpIOp>(P::eq, a, b);
  }
}

/// Whether `divisor` is a constant for which integer division is defined for every dividend.
static bool isSafeDivisor(Value divisor, bool isUnsigned) {
  APInt value;
  return matchPattern(divisor, m_ConstantInt(&value)) && !value.isZero() &&
         (isUnsigned || !value.isAllOnes());
}

Value Scalars::divide(Value a, Value b, bool isUnsigned) {
  Type type = a.getType();
  if (isa<FloatType>(type))
    return create<arith::DivFOp>(a, b);
  auto divideBy = [&](Value divisor) {
    return isUnsigned ? create<arith::DivUIOp>(a, divisor) : create<arith::DivSIOp>(a, divisor);
  };
  if (isSafeDivisor(b, isUnsigned))
    return divideBy(b);
  Value zero = number(type, 0), one = number(type, 1);
  Value isZero = compare(arith::CmpIPredicate::eq, b, zero, isUnsigned);
  if (isUnsigned)
    return select(isZero, zero, divideBy(select(isZero, one, b)));
  Value isMinusOne = compare(arith::CmpIPredicate::eq, b, number(type, -1), isUnsigned);
  Value safe = select(create<arith::OrIOp>(isZero, isMinusOne), one, b);
  Value negated = select(isMinusOne, subtract(zero, a), divideBy(safe));
  return select(isZero, zero, negated);
}

Value Scalars::maximum(Value a, Value b, bool isUnsigned) {
  if (isa<FloatType>(a.getType()))
    return create<arith::MaximumFOp>(a, b);
  return isUnsigned || a.getType().isInteger(1) ? create<arith::MaxUIOp>(a, b)
                                                : create<arith::MaxSIOp>(a, b);
}

Value Scalars::minimum(Value a, Value b, bool isUnsigned) {
  if (isa<FloatType>(a.getType()))
    return create<arith::MinimumFOp>(a, b);
  return isUnsigned || a.getType().isInteger(1) ? create<arith::MinUIOp>(a, b)
                                                : create<arith::MinSIOp>(a, b);
}

Value Scalars::remainder(Value a, Value b, bool floor, bool isUnsigned) {
  using P = arith::CmpIPredicate;
  Type type = a.getType();
  Value zero = number(type, 0);
  Value result;
  if (isa<FloatType>(type)) {
    result = create<arith::RemFOp>(a, b);
  } else {
    // Modulo one is 0, and so is modulo minus one: no need to tell them apart.
    Value safe = b;
    if (!isSafeDivisor(b, isUnsigned)) {
      Value unsafe = compare(P::eq, b, zero, isUnsigned);
      if (!isUnsigned)
        unsafe = create<arith::OrIOp>(unsafe, compare(P::eq, b, number(type, -1), isUnsigned));
      safe = select(unsafe, number(type, 1), b);
    }
    if (isUnsigned)
      return create<arith::RemUIOp>(a, safe);
    result = create<arith::RemSIOp>(a, safe);
  }
  if (!floor)
    return result;
  Value wrongSign =
      create<arith::XOrIOp>(compare(P::slt, result, zero, false), compare(P::slt, b, zero, false));
  Value isInexact = compare(P::ne, result, zero, false);
  return select(create<arith::AndIOp>(wrongSign, isInexact), add(result, b), result);
}

Value Scalars::widen(Value value) { return convert(value, getWideType(value.getType())); }

Value Scalars::floatToInteger(Value value, IntegerType type, bool toUnsigned) {
  // f16 cannot hold the ends of most ranges, so compare in f32 at least.
  value = widen(value);
  auto floatType = cast<FloatType>(value.getType());
  unsigned width = type.getWidth();
  APInt low = toUnsigned ? APInt::getZero(width) : APInt::getSignedMinValue(width);
  APInt high = toUnsigned ? APInt::getMaxValue(width) : APInt::getSignedMaxValue(width);
  // The greatest float that converts: rounding toward zero keeps it inside.
  APFloat lowest(floatType.getFloatSemantics()), highest(floatType.getFloatSemantics());
  lowest.convertFromAPInt(low, !toUnsigned, APFloat::rmTowardZero);
  highest.convertFromAPInt(high, !toUnsigned, APFloat::rmTowardZero);
  Value least = constant(FloatAttr::get(floatType, lowest));
  Value greatest = constant(FloatAttr::get(floatType, highest));
  Value tooHigh = create<arith::CmpFOp>(arith::CmpFPredicate::OGT, value, greatest);
  Value isNaN = create<arith::CmpFOp>(arith::CmpFPredicate::UNO, value, value);
  Value clamped = create<arith::MaxNumFOp>(create<arith::MinNumFOp>(value, greatest), least);
  clamped = select(isNaN, number(floatType, 0), clamped);
  Value result =
      toUnsigned ? create<arith::FPToUIOp>(type, clamped) : create<arith::FPToSIOp>(type, clamped);
  return select(tooHigh, constant(IntegerAttr::get(type, high)), result);
}

Value Scalars::narrowToOdd(Value value) {
  Type i32 = builder.getI32Type(), f32 = builder.getF32Type();
  Value narrow = create<arith::TruncFOp>(f32, value);
  Value back = create<arith::ExtFOp>(value.getType(), narrow);
  Value bits = create<arith::BitcastOp>(i32, narrow);
  Value isInexact = create<arith::CmpFOp>(arith::CmpFPredicate::ONE, back, value);
  Value isEven = compare(arith::CmpIPredicate::eq, create<arith::AndIOp>(bits, number(i32, 1)),
                         number(i32, 0), false);
  // One of the two neighbours of an inexact number is odd: the other one, if not this.
  Value isBelow = create<arith::CmpFOp>(arith::CmpFPredicate::OLT, create<math::AbsFOp>(back),
                                        create<math::AbsFOp>(value));
  Value other = add(bits, select(isBelow, number(i32, 1), number(i32, -1)));
  bits = select(create<arith::AndIOp>(isInexact, isEven), other, bits);
  return create<arith::BitcastOp>(f32, bits);
}

Value Scalars::convert(Value value, Type to, bool fromUnsigned, bool toUnsigned) {
  Type from = value.getType();
  if (from == to)
    return value;
  if (to.isInteger(1))
    return compare(arith::CmpIPredicate::ne, value, number(from, 0), fromUnsigned);
  unsigned fromWidth = from.getIntOrFloatBitWidth(), toWidth = to.getIntOrFloatBitWidth();
  fromUnsigned |= from.isInteger(1);
  bool toFloat = isa<FloatType>(to);
  if (isa<FloatType>(from) && toFloat) {
    if (fromWidth == toWidth)
      return convert(convert(value, builder.getF32Type()), to);
    if (from.isF64() && toWidth == 16)
      return create<arith::TruncFOp>(to, narrowToOdd(value));
    return fromWidth < toWidth ? create<arith::ExtFOp>(to, value)
                               : create<arith::TruncFOp>(to, value);
  }
  if (isa<FloatType>(from))
    return floatToInteger(value, cast<IntegerType>(to), toUnsigned);
  if (toFloat) {
    // Rounded once: an f32 does not hold every integer that a bf16 reaches.
    Type wide = to.isBF16() && fromWidth >= 32 ? builder.getF64Type() : getWideType(to);
    Value number =
        fromUnsigned ? create<arith::UIToFPOp>(wide, value) : create<arith::SIToFPOp>(wide, value);
    return convert(number, to);
  }
  if (fromWidth == toWidth)
    return value;
  if (fromWidth > toWidth)
    return create<arith::TruncIOp>(to, value);
  return fromUnsigned ? create<arith::ExtUIOp>(to, value) : create<arith::ExtSIOp>(to, value);
}

Value Scalars::boundedIndex(Value value, int64_t extent) {
  Type indexType = builder.getIndexType();
  Value index = value.getType() == indexType ? value : create<arith::IndexCastOp>(indexType, value);
  Value zero = constant(builder.getIndexAttr(0));
  Value isNegative = create<arith::CmpIOp>(arith::CmpIPredicate::slt, index, zero);
  Value wrapped = create<arith::AddIOp>(index, constant(builder.getIndexAttr(extent)));
  index = select(isNegative, wrapped, index);
  index = create<arith::MaxSIOp>(index, zero);
  return create<arith::MinSIOp>(index, constant(builder.getIndexAttr(extent - 1)));
}
