// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Small floating-point numbers in integer arithmetic, which vectorises, is the same in both
// backends, and meets no denormal f32. The formats differ in what APFloat's semantics say of them.

#include "passes/lower/SmallFloats.h"

#include "dialects/onnx/ElementType.h"

#include "llvm/ADT/APFloat.h"

#include <cmath>

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;
using llvm::APFloat;
using P = arith::CmpIPredicate;

namespace {

/// What the conversions need to know of a format with a sign.
struct Format {
  explicit Format(FloatType type);

  int width, mantissa, bias;
  int largest;  // code of the largest number
  int overflow; // code of what lies beyond when it does not saturate
  int nan;      // code of NaN, or of what a NaN becomes
  std::optional<int> infinity;
  bool hasNaN;
  bool isUnsignedZero; // no negative zero: its code is NaN's

  int signBit() const { return 1 << (width - 1); }
};

/// i32 arithmetic with constants.
struct Bits {
  Scalars &s;
  Type i32 = IntegerType::get(s.getContext(), 32);

  Value number(int64_t value) { return s.number(i32, double(value)); }
  Value add(Value a, int64_t b) { return b == 0 ? a : s.add(a, number(b)); }
  Value conjunction(Value a, int64_t b) { return s.create<arith::AndIOp>(a, number(b)); }
  Value shiftLeft(Value a, int64_t b) { return s.create<arith::ShLIOp>(a, number(b)); }
  Value shiftRight(Value a, Value b) { return s.create<arith::ShRUIOp>(a, b); }
  Value compare(P predicate, Value a, int64_t b) {
    return s.compare(predicate, a, number(b), false);
  }
  Value select(Value condition, int64_t yes, Value no) {
    return s.select(condition, number(yes), no);
  }
  Value fromFloat(Value value) { return s.create<arith::BitcastOp>(i32, value); }
  Value toFloat(Value bits) {
    return s.create<arith::BitcastOp>(Float32Type::get(s.getContext()), bits);
  }
};

constexpr int64_t infinityBits = 0x7f800000, quietNaN = 0x7fc00000;

} // namespace

Format::Format(FloatType type) {
  const llvm::fltSemantics &semantics = type.getFloatSemantics();
  auto code = [](const APFloat &number) { return int(number.bitcastToAPInt().getZExtValue()); };
  width = APFloat::semanticsSizeInBits(semantics);
  mantissa = APFloat::semanticsPrecision(semantics) - 1;
  bias = 1 - APFloat::semanticsMinExponent(semantics);
  largest = code(APFloat::getLargest(semantics));
  hasNaN = APFloat::semanticsHasNaN(semantics);
  isUnsignedZero = isa<Float8E4M3FNUZType, Float8E5M2FNUZType>(type);
  nan = hasNaN ? code(APFloat::getNaN(semantics)) : 0;
  if (APFloat::semanticsHasInf(semantics))
    infinity = code(APFloat::getInf(semantics));
  overflow = infinity ? *infinity : hasNaN ? nan : largest;
}

/// Powers of two: the exponent of an f32, whose least one is denormal there.
static Value decodePower(Bits &b, Value code) {
  Value bits = b.select(b.compare(P::eq, code, 0), 0x00400000, b.shiftLeft(code, 23));
  return b.toFloat(b.select(b.compare(P::eq, code, 255), quietNaN, bits));
}

static Value encodePower(Bits &b, Value value, SmallFloatRules rules) {
  Value bits = b.fromFloat(value);
  int64_t added = rules.roundMode == "up" ? 0x7fffff : rules.roundMode == "nearest" ? 0x400000 : 0;
  Value code = b.shiftRight(b.add(bits, added), b.number(23));
  // 2^-127, which is denormal, and what rounds to it.
  int64_t least = 0x400000;
  int64_t next = rules.roundMode == "up"        ? least + 1
                 : rules.roundMode == "nearest" ? 0x600000
                                                : 0x800000;
  code = b.select(b.compare(P::slt, bits, next), 0, code);
  if (!rules.saturate)
    code = b.select(b.compare(P::slt, bits, least), 255, code);
  code = b.select(b.compare(P::sgt, code, 254), rules.saturate ? 254 : 255, code);
  code = b.select(b.compare(P::sgt, bits, infinityBits), 255, code);
  // There are no negative numbers, but a negative zero is a zero.
  Value isNegative =
      b.s.create<arith::CmpFOp>(arith::CmpFPredicate::OLT, value, b.s.number(value.getType(), 0));
  return b.select(isNegative, 255, code);
}

Value lower::decodeSmallFloat(Scalars &s, Value stored, FloatType type) {
  Bits b{s};
  Value code = s.create<arith::ExtUIOp>(b.i32, stored);
  if (isa<Float8E8M0FNUType>(type))
    return decodePower(b, code);
  Format format(type);
  Value magnitude = b.conjunction(code, format.signBit() - 1);
  // A code counts the denormal numbers; above them it is the upper part of an f32.
  auto f32 = Float32Type::get(s.getContext());
  Value denormal = s.multiply(s.create<arith::SIToFPOp>(f32, magnitude),
                              s.number(f32, std::ldexp(1, 1 - format.bias - format.mantissa)));
  Value normal =
      b.add(b.shiftLeft(magnitude, 23 - format.mantissa), int64_t(127 - format.bias) << 23);
  Value bits =
      s.select(b.compare(P::slt, magnitude, 1 << format.mantissa), b.fromFloat(denormal), normal);
  if (format.infinity) {
    bits = b.select(b.compare(P::eq, magnitude, *format.infinity), infinityBits, bits);
    bits = b.select(b.compare(P::sgt, magnitude, *format.infinity), quietNaN, bits);
  } else if (format.hasNaN && !format.isUnsignedZero) {
    bits = b.select(b.compare(P::eq, magnitude, format.nan), quietNaN, bits);
  }
  Value sign = b.shiftLeft(b.conjunction(code, format.signBit()), 32 - format.width);
  bits = s.create<arith::OrIOp>(bits, sign);
  if (format.isUnsignedZero)
    bits = b.select(b.compare(P::eq, code, format.nan), quietNaN, bits);
  return b.toFloat(bits);
}

Value lower::encodeSmallFloat(Scalars &s, Value value, FloatType type, SmallFloatRules rules) {
  Bits b{s};
  auto i8 = IntegerType::get(s.getContext(), 8);
  if (isa<Float8E8M0FNUType>(type))
    return s.create<arith::TruncIOp>(i8, encodePower(b, value, rules));
  Format format(type);
  int dropped = 23 - format.mantissa;
  Value bits = b.fromFloat(value), magnitude = b.conjunction(bits, 0x7fffffff);
  // magnitude = significand * 2^(exponent - 127 - 23); denormal ones are below every format.
  Value significand = b.add(b.conjunction(bits, 0x7fffff), 0x800000);
  Value exponent = b.add(b.shiftRight(magnitude, b.number(23)), format.bias - 127);
  Value kept = s.maximum(exponent, b.number(1), false);
  Value shift = s.minimum(b.add(s.subtract(kept, exponent), dropped), b.number(25), false);
  // Half of the last place, less one where the last place is even.
  Value odd = b.conjunction(b.shiftRight(significand, shift), 1);
  Value half = b.shiftRight(s.create<arith::ShLIOp>(b.number(1), shift), b.number(1));
  Value rounded = b.shiftRight(s.add(significand, s.add(b.add(half, -1), odd)), shift);
  // The leading bit of the significand counts as one more exponent, and so does a carry.
  Value code = s.add(rounded, b.shiftLeft(b.add(kept, -1), format.mantissa));
  Value isBeyond = b.compare(P::sgt, code, format.largest);
  code = b.select(isBeyond, rules.saturate ? format.largest : format.overflow, code);
  Value sign = b.conjunction(b.shiftRight(bits, b.number(32 - format.width)), format.signBit());
  Value isNaN = b.compare(P::sgt, magnitude, infinityBits);
  if (format.isUnsignedZero) {
    Value isBare = b.compare(P::eq, code, 0);
    if (!rules.saturate)
      isBare = s.create<arith::OrIOp>(isBare, isBeyond);
    code = s.select(isBare, code, s.create<arith::OrIOp>(code, sign));
    code = b.select(isNaN, format.nan, code);
  } else {
    code = s.create<arith::OrIOp>(b.select(isNaN, format.nan, code), sign);
  }
  return s.create<arith::TruncIOp>(i8, code);
}

/// The low bits of the i8 `value` as an integer of `type`, in an i8 again.
static Value wrapNarrow(Scalars &s, Value value, IntegerType type) {
  Value shift = s.number(value.getType(), 8 - int(type.getWidth()));
  Value high = s.create<arith::ShLIOp>(value, shift);
  return type.isUnsigned() ? s.create<arith::ShRUIOp>(high, shift)
                           : s.create<arith::ShRSIOp>(high, shift);
}

Value lower::castElement(Scalars &s, Value value, Type from, Type to, SmallFloatRules rules) {
  if (from == to)
    return value;
  bool fromUnsigned = from.isUnsignedInteger(), toUnsigned = to.isUnsignedInteger();
  MLIRContext *context = s.getContext();
  if (onnx::isSmallFloat(from))
    value = decodeSmallFloat(s, value, cast<FloatType>(from));
  if (onnx::isSmallFloat(to)) {
    // Neither step loses what decides the rounding.
    bool isLong = isa<IntegerType>(from) && from.getIntOrFloatBitWidth() >= 32;
    if (isLong)
      value = s.convert(value, Float64Type::get(context), fromUnsigned);
    value = value.getType().isF64() ? s.narrowToOdd(value)
                                    : s.convert(value, Float32Type::get(context), fromUnsigned);
    return encodeSmallFloat(s, value, cast<FloatType>(to), rules);
  }
  auto integer = dyn_cast<IntegerType>(to);
  if (!integer || integer.getWidth() == 1 || integer.getWidth() >= 8)
    return s.convert(value, onnx::getStorageType(to), fromUnsigned, toUnsigned);
  if (isa<FloatType>(value.getType()))
    value = s.convert(value, IntegerType::get(context, 32));
  return wrapNarrow(s, s.convert(value, IntegerType::get(context, 8), fromUnsigned), integer);
}
