// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scalar ops of bodies. Halide promotes mixed operands by rules of its own, so every operand here
// already has the type of the op; integer division truncates as in arith.

#include "compiler/codegen/halide/Math.h"
#include "compiler/codegen/halide/Translate.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
namespace H = Halide;
using H::Expr;

namespace fovea::codegen::halide {

static std::string print(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

H::Type scalarType(Type type, Operation *user) {
  if (type.isF16() || type.isBF16() || type.isF32())
    return H::Float(32);
  if (type.isF64())
    return H::Float(64);
  if (type.isIndex())
    return H::Int(32);
  if (type.isInteger(1))
    return H::Bool();
  if (type.isInteger(8) || type.isInteger(16) || type.isInteger(32) || type.isInteger(64))
    return H::Int(type.getIntOrFloatBitWidth());
  throw Refusal{user, "the Halide backend has no element type " + print(type)};
}

H::Type storageType(Type type, Operation *user) {
  if (type.isF16())
    return H::Float(16);
  if (type.isBF16())
    return H::UInt(16);
  if (type.isInteger(1))
    return H::UInt(8);
  return scalarType(type, user);
}

Expr fromStorage(Expr element, Type type) {
  if (type.isF16())
    return H::cast<float>(element);
  if (type.isBF16())
    return H::reinterpret<float>(H::cast<uint32_t>(element) << 16);
  return type.isInteger(1) ? element != H::cast<uint8_t>(0) : element;
}

/// The upper half of an f32, rounded to nearest even; NaN stays a NaN.
static Expr bfloatBits(Expr value) {
  Expr bits = H::reinterpret<uint32_t>(value);
  Expr one = H::cast<uint32_t>(1), half = H::cast<uint32_t>(0x7fff);
  Expr rounded = (bits + half + ((bits >> 16) & one)) >> 16;
  return H::select(isNaN(value), (bits >> 16) | H::cast<uint32_t>(0x40), rounded);
}

Expr toStorage(Expr scalar, Type type) {
  if (type.isF16())
    return H::cast(H::Float(16), scalar);
  if (type.isBF16())
    return H::cast<uint16_t>(bfloatBits(scalar));
  return type.isInteger(1) ? H::cast<uint8_t>(scalar) : scalar;
}

Expr roundTo(Expr value, Type type) {
  if (type.isF16())
    return H::cast<float>(H::cast(H::Float(16), value));
  if (type.isBF16())
    return H::reinterpret<float>(bfloatBits(value) << 16);
  return value;
}

Expr constantExpr(Attribute value, Operation *user) {
  if (auto number = dyn_cast<FloatAttr>(value)) {
    H::Type type = scalarType(number.getType(), user);
    return type.bits() == 64 ? Expr(number.getValueAsDouble())
                             : Expr(float(number.getValueAsDouble()));
  }
  auto number = dyn_cast<IntegerAttr>(value);
  if (!number)
    throw Refusal{user, "this constant is neither an integer nor a float"};
  H::Type type = scalarType(number.getType(), user);
  if (type.is_bool())
    return number.getValue().isZero() ? H::Internal::const_false() : H::Internal::const_true();
  return H::Internal::make_const(type, number.getValue().getSExtValue());
}

static Expr asUnsigned(Expr value) {
  return H::reinterpret(value.type().with_code(H::Type::UInt), value);
}
static Expr asSigned(Expr value) {
  return H::reinterpret(value.type().with_code(H::Type::Int), value);
}

static Expr compareInts(arith::CmpIPredicate predicate, Expr a, Expr b) {
  using P = arith::CmpIPredicate;
  if (a.type().is_bool()) {
    // i1 is -1 or 0 when signed; nothing that is lowered orders truth values, equality has no sign.
    return predicate == P::eq ? a == b : predicate == P::ne ? a != b : Expr();
  }
  switch (predicate) {
  case P::eq:
    return a == b;
  case P::ne:
    return a != b;
  case P::slt:
    return a < b;
  case P::sle:
    return a <= b;
  case P::sgt:
    return a > b;
  case P::sge:
    return a >= b;
  case P::ult:
    return asUnsigned(a) < asUnsigned(b);
  case P::ule:
    return asUnsigned(a) <= asUnsigned(b);
  case P::ugt:
    return asUnsigned(a) > asUnsigned(b);
  case P::uge:
    return asUnsigned(a) >= asUnsigned(b);
  }
  llvm_unreachable("all predicates are listed");
}

/// Only `<` and `==` are used: Halide turns `!(a < b)` and `a >= b` into each other, which NaN
/// tells apart.
static Expr compareFloats(arith::CmpFPredicate predicate, Expr a, Expr b) {
  using P = arith::CmpFPredicate;
  Expr unordered = isNaN(a) || isNaN(b);
  switch (predicate) {
  case P::AlwaysFalse:
    return H::Internal::const_false();
  case P::AlwaysTrue:
    return H::Internal::const_true();
  case P::OEQ:
    return a == b;
  case P::OGT:
    return b < a;
  case P::OGE:
    return b < a || a == b;
  case P::OLT:
    return a < b;
  case P::OLE:
    return a < b || a == b;
  case P::ONE:
    return a < b || b < a;
  case P::ORD:
    return !unordered;
  case P::UEQ:
    return a == b || unordered;
  case P::UGT:
    return b < a || unordered;
  case P::UGE:
    return b < a || a == b || unordered;
  case P::ULT:
    return a < b || unordered;
  case P::ULE:
    return a < b || a == b || unordered;
  case P::UNE:
    return a != b;
  case P::UNO:
    return unordered;
  }
  llvm_unreachable("all predicates are listed");
}

static Expr power(Expr x, Expr y, Operation *op) {
  FloatAttr exponent;
  if (matchPattern(op->getOperand(1), m_Constant(&exponent))) {
    double value = exponent.getValueAsDouble();
    if (value == 2)
      return x * x;
    if (value == 3)
      return x * x * x;
    if (value == 4)
      return (x * x) * (x * x);
    if (value == 1)
      return x;
    if (value == 0.5)
      return H::sqrt(x);
    if (value == -1)
      return H::cast(x.type(), 1) / x;
  }
  // libm's, one lane at a time: exact for negative bases and large exponents.
  if (x.type().bits() == 64)
    return H::Internal::Call::make(H::Float(64), "pow", {x, y}, H::Internal::Call::PureExtern);
  return H::Internal::Call::make(H::Float(32), "powf", {x, y}, H::Internal::Call::PureExtern);
}

/// A function of libm, for f64 and for what no vector form exists.
static Expr libm(const char *name, Expr x) {
  std::string symbol = name;
  if (x.type().bits() == 32)
    symbol += "f";
  return H::Internal::Call::make(x.type(), symbol, {x}, H::Internal::Call::PureExtern);
}

static Expr floatMath(Operation *op, llvm::ArrayRef<Expr> in) {
  bool single = in[0].type().bits() == 32;
  Expr one = H::cast(in[0].type(), 1);
  return llvm::TypeSwitch<Operation *, Expr>(op)
      .Case([&](math::ExpOp) { return single ? exponential(in[0]) : libm("exp", in[0]); })
      .Case([&](math::ErfOp) { return single ? errorFunction(in[0]) : libm("erf", in[0]); })
      .Case([&](math::TanhOp) { return single ? hyperbolicTangent(in[0]) : libm("tanh", in[0]); })
      .Case([&](math::LogOp) { return single ? logarithm(in[0]) : libm("log", in[0]); })
      .Case([&](math::SqrtOp) { return H::sqrt(in[0]); })
      .Case([&](math::RsqrtOp) { return one / H::sqrt(in[0]); })
      .Case([&](math::AbsFOp) { return H::abs(in[0]); })
      .Case([&](math::FloorOp) { return H::floor(in[0]); })
      .Case([&](math::CeilOp) { return H::ceil(in[0]); })
      .Case([&](math::TruncOp) { return H::trunc(in[0]); })
      .Case([&](math::RoundEvenOp) { return H::round(in[0]); })
      .Case([&](math::RoundOp) { return libm("round", in[0]); })
      .Case([&](math::PowFOp) { return power(in[0], in[1], op); })
      .Case([&](math::FmaOp) { return in[0] * in[1] + in[2]; })
      .Case(
          [&](math::ExpM1Op) { return single ? exponentialMinusOne(in[0]) : libm("expm1", in[0]); })
      .Case(
          [&](math::Log1pOp) { return single ? logarithmOfOnePlus(in[0]) : libm("log1p", in[0]); })
      .Case([&](math::SinOp) { return libm("sin", in[0]); })
      .Case([&](math::CosOp) { return libm("cos", in[0]); })
      .Case([&](math::TanOp) { return libm("tan", in[0]); })
      .Case([&](math::AsinOp) { return libm("asin", in[0]); })
      .Case([&](math::AcosOp) { return libm("acos", in[0]); })
      .Case([&](math::SinhOp) { return libm("sinh", in[0]); })
      .Case([&](math::CoshOp) { return libm("cosh", in[0]); })
      .Case([&](math::AsinhOp) { return libm("asinh", in[0]); })
      .Case([&](math::AcoshOp) { return libm("acosh", in[0]); })
      .Case([&](math::AtanhOp) { return libm("atanh", in[0]); })
      .Case([&](math::Log2Op) { return libm("log2", in[0]); })
      .Case([&](math::Exp2Op) { return libm("exp2", in[0]); })
      .Case([&](math::AtanOp) { return libm("atan", in[0]); })
      .Default([](Operation *) { return Expr(); });
}

static Expr floatOp(Operation *op, llvm::ArrayRef<Expr> in) {
  return llvm::TypeSwitch<Operation *, Expr>(op)
      .Case([&](arith::AddFOp) { return in[0] + in[1]; })
      .Case([&](arith::SubFOp) { return in[0] - in[1]; })
      .Case([&](arith::MulFOp) { return in[0] * in[1]; })
      .Case([&](arith::DivFOp) { return in[0] / in[1]; })
      .Case([&](arith::NegFOp) { return -in[0]; })
      .Case([&](arith::MaximumFOp) { return maximumWithNaN(in[0], in[1]); })
      .Case([&](arith::MinimumFOp) { return minimumWithNaN(in[0], in[1]); })
      .Case([&](arith::MaxNumFOp) { return H::select(isNaN(in[1]), in[0], maxOf(in[0], in[1])); })
      .Case([&](arith::MinNumFOp) { return H::select(isNaN(in[1]), in[0], minOf(in[0], in[1])); })
      .Case([&](arith::RemFOp) {
        const char *name = in[0].type().bits() == 32 ? "fmodf" : "fmod";
        return H::Internal::Call::make(in[0].type(), name, {in[0], in[1]},
                                       H::Internal::Call::PureExtern);
      })
      .Default([&](Operation *other) { return floatMath(other, in); });
}

static Expr integerOp(Operation *op, llvm::ArrayRef<Expr> in) {
  bool truth = in[0].type().is_bool();
  return llvm::TypeSwitch<Operation *, Expr>(op)
      .Case([&](arith::AddIOp) { return truth ? in[0] != in[1] : in[0] + in[1]; })
      .Case([&](arith::SubIOp) { return truth ? in[0] != in[1] : in[0] - in[1]; })
      .Case([&](arith::MulIOp) { return truth ? in[0] && in[1] : in[0] * in[1]; })
      .Case([&](arith::DivSIOp) { return H::div_round_to_zero(in[0], in[1]); })
      .Case([&](arith::RemSIOp) { return H::mod_round_to_zero(in[0], in[1]); })
      .Case([&](arith::FloorDivSIOp) {
        Expr quotient = H::div_round_to_zero(in[0], in[1]), rest = in[0] - quotient * in[1];
        Expr zero = H::cast(in[0].type(), 0), one = H::cast(in[0].type(), 1);
        return quotient - H::select(rest != zero && ((rest < zero) != (in[1] < zero)), one, zero);
      })
      .Case([&](arith::DivUIOp) { return asSigned(asUnsigned(in[0]) / asUnsigned(in[1])); })
      .Case([&](arith::RemUIOp) { return asSigned(asUnsigned(in[0]) % asUnsigned(in[1])); })
      .Case([&](arith::MaxSIOp) { return H::max(in[0], in[1]); })
      .Case([&](arith::MinSIOp) { return H::min(in[0], in[1]); })
      .Case([&](arith::MaxUIOp) {
        return truth ? in[0] || in[1] : asSigned(H::max(asUnsigned(in[0]), asUnsigned(in[1])));
      })
      .Case([&](arith::MinUIOp) {
        return truth ? in[0] && in[1] : asSigned(H::min(asUnsigned(in[0]), asUnsigned(in[1])));
      })
      .Case([&](arith::AndIOp) { return truth ? in[0] && in[1] : in[0] & in[1]; })
      .Case([&](arith::OrIOp) { return truth ? in[0] || in[1] : in[0] | in[1]; })
      .Case([&](arith::XOrIOp) { return truth ? in[0] != in[1] : in[0] ^ in[1]; })
      .Case([&](arith::ShLIOp) { return in[0] << in[1]; })
      .Case([&](arith::ShRSIOp) { return in[0] >> in[1]; })
      .Case([&](arith::ShRUIOp) { return asSigned(asUnsigned(in[0]) >> asUnsigned(in[1])); })
      .Case([&](math::AbsIOp) { return asSigned(H::abs(in[0])); })
      .Default([](Operation *) { return Expr(); });
}

/// An f64 as the f32 towards zero, with its last bit set when that is not exact: what is rounded to
/// 16 bits afterwards is rounded once.
static Expr roundToOdd(Expr value) {
  Expr near = H::cast<float>(value), back = H::cast<double>(near);
  Expr bits = H::reinterpret<uint32_t>(near);
  Expr zeroward = bits - H::cast<uint32_t>(H::abs(value) < H::abs(back));
  Expr inexact = back < value || value < back;
  return H::select(inexact, H::reinterpret<float>(zeroward | H::cast<uint32_t>(1)), near);
}

static Expr castOp(Operation *op, Expr in) {
  Type from = op->getOperand(0).getType(), to = op->getResult(0).getType();
  H::Type type = scalarType(to, op);
  return llvm::TypeSwitch<Operation *, Expr>(op)
      .Case<arith::ExtFOp, arith::TruncFOp>([&](auto) {
        if (type.bits() == 32 && in.type().bits() == 64)
          return to.isF32() ? H::cast(type, in) : roundTo(roundToOdd(in), to);
        return isa<arith::TruncFOp>(op) ? roundTo(in, to) : H::cast(type, in);
      })
      .Case([&](arith::ExtSIOp) {
        return in.type().is_bool() ? H::select(in, H::cast(type, -1), H::cast(type, 0))
                                   : H::cast(type, in);
      })
      .Case([&](arith::ExtUIOp) {
        return in.type().is_bool() ? H::cast(type, in) : H::cast(type, asUnsigned(in));
      })
      .Case([&](arith::TruncIOp) {
        return type.is_bool() ? (in & H::cast(in.type(), 1)) != H::cast(in.type(), 0)
                              : H::cast(type, in);
      })
      .Case([&](arith::SIToFPOp) { return roundTo(H::cast(type, in), to); })
      .Case([&](arith::UIToFPOp) {
        return roundTo(H::cast(type, in.type().is_bool() ? in : asUnsigned(in)), to);
      })
      .Case([&](arith::FPToSIOp) { return H::cast(type, in); })
      .Case([&](arith::FPToUIOp) {
        return type.is_bool() ? in != H::cast(in.type(), 0)
                              : asSigned(H::cast(type.with_code(H::Type::UInt), in));
      })
      .Case([&](arith::IndexCastOp) {
        // Indices are 32 bits here: a larger one saturates, with room for offsets, and meets its
        // clamp later.
        if (in.type().bits() == 64)
          return H::cast<int32_t>(
              H::clamp(in, H::cast<int64_t>(-(1 << 30)), H::cast<int64_t>(1 << 30)));
        return H::cast(type, in);
      })
      .Case([&](arith::IndexCastUIOp) { return H::cast(type, in); })
      .Case([&](arith::BitcastOp) -> Expr {
        if (from.getIntOrFloatBitWidth() != unsigned(in.type().bits()) ||
            in.type().bits() != type.bits())
          return Expr();
        return H::reinterpret(type, in);
      })
      .Default([](Operation *) { return Expr(); });
}

Expr translateScalar(Operation *op, llvm::ArrayRef<Expr> in) {
  Expr result;
  if (op->getNumResults() == 1 && !in.empty()) {
    if (auto compare = dyn_cast<arith::CmpIOp>(op))
      result = compareInts(compare.getPredicate(), in[0], in[1]);
    else if (auto compare = dyn_cast<arith::CmpFOp>(op))
      result = compareFloats(compare.getPredicate(), in[0], in[1]);
    else if (isa<arith::SelectOp>(op))
      result = H::select(in[0], in[1], in[2]);
    else if (isa<CastOpInterface>(op))
      result = castOp(op, in[0]);
    else if (in[0].type().is_float())
      result = floatOp(op, in);
    else
      result = integerOp(op, in);
    if (result.defined() && result.type().is_float() && !isa<CastOpInterface>(op) &&
        !isa<arith::SelectOp>(op))
      result = roundTo(result, op->getResult(0).getType());
  }
  if (!result.defined())
    throw Refusal{op, "the Halide backend cannot translate '" + op->getName().getStringRef().str() +
                          "'"};
  return result;
}

} // namespace fovea::codegen::halide
