// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Host tensors and the conversion of their elements. Half precision is converted here in integers,
// so that the result does not depend on the host.

#include "compiler/eval/Tensor.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/bit.h"

#include <array>
#include <cmath>
#include <cstring>
#include <limits>

using namespace mlir;
using namespace fovea;
using namespace fovea::eval;

namespace {
struct SmallFormat {
  Kind kind;
  bool (*matches)(Type);
  const llvm::fltSemantics &semantics;
};
} // namespace

template <typename FloatType> static bool matches(Type type) { return isa<FloatType>(type); }

/// In the order of Kind.
static const SmallFormat smallFormats[] = {
    {Kind::F4E2M1, matches<Float4E2M1FNType>, llvm::APFloat::Float4E2M1FN()},
    {Kind::F6E2M3, matches<Float6E2M3FNType>, llvm::APFloat::Float6E2M3FN()},
    {Kind::F6E3M2, matches<Float6E3M2FNType>, llvm::APFloat::Float6E3M2FN()},
    {Kind::F8E4M3FN, matches<Float8E4M3FNType>, llvm::APFloat::Float8E4M3FN()},
    {Kind::F8E4M3FNUZ, matches<Float8E4M3FNUZType>, llvm::APFloat::Float8E4M3FNUZ()},
    {Kind::F8E5M2, matches<Float8E5M2Type>, llvm::APFloat::Float8E5M2()},
    {Kind::F8E5M2FNUZ, matches<Float8E5M2FNUZType>, llvm::APFloat::Float8E5M2FNUZ()},
    {Kind::F8E8M0, matches<Float8E8M0FNUType>, llvm::APFloat::Float8E8M0FNU()},
};

static const llvm::fltSemantics &getSemantics(Kind kind) {
  return smallFormats[int(kind) - int(Kind::F4E2M1)].semantics;
}

std::optional<Kind> eval::getKind(Type type) {
  if (type.isF16())
    return Kind::F16;
  if (type.isBF16())
    return Kind::BF16;
  if (type.isF32())
    return Kind::F32;
  if (type.isF64())
    return Kind::F64;
  for (const SmallFormat &format : smallFormats)
    if (format.matches(type))
      return format.kind;
  auto integer = dyn_cast<IntegerType>(type);
  if (!integer || integer.isSigned())
    return std::nullopt;
  bool isUnsigned = integer.isUnsigned();
  switch (integer.getWidth()) {
  case 1:
    return isUnsigned ? std::nullopt : std::optional(Kind::Bool);
  case 2:
    return isUnsigned ? Kind::U2 : Kind::I2;
  case 4:
    return isUnsigned ? Kind::U4 : Kind::I4;
  case 8:
    return isUnsigned ? Kind::U8 : Kind::I8;
  case 16:
    return isUnsigned ? Kind::U16 : Kind::I16;
  case 32:
    return isUnsigned ? Kind::U32 : Kind::I32;
  case 64:
    return isUnsigned ? Kind::U64 : Kind::I64;
  default:
    return std::nullopt;
  }
}

namespace {
/// Storage of the two half precision formats.
struct Half {
  uint16_t bits;
};
struct BrainFloat {
  uint16_t bits;
};
/// Storage of an integer of fewer than 8 bits.
template <unsigned width, typename Byte> struct Narrow {
  Byte value;
};
template <Kind kind> struct SmallFloat {
  uint8_t bits;
};
} // namespace

template <typename Stored> static constexpr bool isNarrow = false;
template <unsigned width, typename Byte> static constexpr bool isNarrow<Narrow<width, Byte>> = true;
template <typename Stored> static constexpr bool isSmall = false;
template <Kind kind> static constexpr bool isSmall<SmallFloat<kind>> = true;

static double decode(Half half) {
  int exponent = (half.bits >> 10) & 31, mantissa = half.bits & 1023;
  double magnitude = exponent == 31  ? (mantissa ? std::numeric_limits<double>::quiet_NaN()
                                                 : std::numeric_limits<double>::infinity())
                     : exponent == 0 ? std::ldexp(mantissa, -24)
                                     : std::ldexp(mantissa + 1024, exponent - 25);
  return half.bits & 0x8000 ? -magnitude : magnitude;
}

static double decode(BrainFloat value) { return llvm::bit_cast<float>(uint32_t(value.bits) << 16); }

template <Kind kind> static double decode(SmallFloat<kind> value) {
  static const std::array<double, 256> numbers = [] {
    std::array<double, 256> result{};
    unsigned width = llvm::APFloat::semanticsSizeInBits(getSemantics(kind));
    for (unsigned bits = 0; bits < 256; ++bits)
      result[bits] = llvm::APFloat(getSemantics(kind), llvm::APInt(width, bits, false, true))
                         .convertToDouble();
    return result;
  }();
  return numbers[value.bits];
}

/// Powers of two from 2^-127 to 2^127, then NaN.
static uint8_t encodePower(double value, bool saturate, StringRef roundMode) {
  if (std::isnan(value) || value < 0)
    return 0xff;
  if (value < std::ldexp(1, -127))
    return saturate ? 0 : 0xff;
  if (std::isinf(value))
    return saturate ? 0xfe : 0xff;
  int exponent = std::ilogb(value);
  double fraction = std::ldexp(value, -exponent);
  exponent += roundMode == "up" ? fraction > 1 : roundMode == "nearest" ? fraction >= 1.5 : 0;
  return exponent <= 127 ? exponent + 127 : saturate ? 0xfe : 0xff;
}

uint8_t eval::encodeSmallFloat(Kind kind, double value, bool saturate, StringRef roundMode) {
  using llvm::APFloat;
  if (kind == Kind::F8E8M0)
    return encodePower(value, saturate, roundMode);
  const llvm::fltSemantics &semantics = getSemantics(kind);
  bool isNegative = std::signbit(value), hasNaN = APFloat::semanticsHasNaN(semantics);
  // A type without NaN has no other place for it than zero.
  if (std::isnan(value))
    return (hasNaN ? APFloat::getNaN(semantics, isNegative) : APFloat::getZero(semantics))
        .bitcastToAPInt()
        .getZExtValue();
  APFloat number(std::isinf(value) ? std::copysign(std::numeric_limits<double>::max(), value)
                                   : value);
  bool inexact = false;
  APFloat::opStatus status = number.convert(semantics, APFloat::rmNearestTiesToEven, &inexact);
  if ((status & APFloat::opOverflow) || !number.isFinite()) {
    if (saturate || !hasNaN)
      number = APFloat::getLargest(semantics, isNegative);
    else if (APFloat::semanticsHasInf(semantics))
      number = APFloat::getInf(semantics, isNegative);
    else
      number = APFloat::getNaN(semantics, isNegative);
  }
  return number.bitcastToAPInt().getZExtValue();
}

/// `value` rounded to a multiple of its last place in a format of `digits` binary digits whose
/// smallest normal exponent is `minExponent` (of the leading digit). nearbyint rounds to nearest
/// even, the mode no code here changes.
static double roundTo(double value, int digits, int minExponent) {
  if (value == 0 || !std::isfinite(value))
    return value;
  int place = std::max(std::ilogb(value), minExponent) - (digits - 1);
  return std::ldexp(std::nearbyint(std::ldexp(value, -place)), place);
}

static Half encode(double value, Half) {
  uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  if (std::isnan(value))
    return {uint16_t(sign | 0x7e00)};
  double magnitude = std::fabs(roundTo(value, 11, -14));
  if (magnitude >= 65536.0)
    return {uint16_t(sign | 0x7c00)};
  if (magnitude < std::ldexp(1, -14))
    return {uint16_t(sign | int(std::ldexp(magnitude, 24)))};
  int exponent = std::ilogb(magnitude);
  int mantissa = int(std::ldexp(magnitude, 10 - exponent)) - 1024;
  return {uint16_t(sign | ((exponent + 15) << 10) | mantissa)};
}

static BrainFloat encode(double value, BrainFloat) {
  if (std::isnan(value))
    return {0x7fc0};
  // Exact as a float unless too large, which becomes infinity.
  float rounded = float(roundTo(value, 8, -126));
  return {uint16_t(llvm::bit_cast<uint32_t>(rounded) >> 16)};
}

template <typename Stored> static void decodeTo(const Stored &stored, double &to) {
  if constexpr (std::is_same_v<Stored, Half> || std::is_same_v<Stored, BrainFloat> ||
                isSmall<Stored>)
    to = decode(stored);
  else if constexpr (isNarrow<Stored>)
    to = stored.value;
  else
    to = double(stored);
}

/// Truncation that stops at the ends of the range.
template <typename Integer> static Integer truncate(double value) {
  if (std::isnan(value))
    return 0;
  // The limits are powers of two or one below; compare against the exact power.
  double above = std::ldexp(1, std::numeric_limits<Integer>::digits);
  if (value >= above)
    return std::numeric_limits<Integer>::max();
  double least = std::is_signed_v<Integer> ? -above : 0;
  return value <= least ? std::numeric_limits<Integer>::min() : Integer(value);
}

template <typename Stored> static void decodeTo(const Stored &stored, int64_t &to) {
  if constexpr (isNarrow<Stored>) {
    to = stored.value;
  } else if constexpr (std::is_integral_v<Stored>) {
    to = int64_t(stored);
  } else {
    double number;
    decodeTo(stored, number);
    to = truncate<int64_t>(number);
  }
}

template <unsigned width, typename Byte, typename Number>
static void encodeTo(Number number, Narrow<width, Byte> &to) {
  uint64_t bits;
  if constexpr (std::is_same_v<Number, double>)
    bits = truncate<int32_t>(number);
  else
    bits = number;
  // The lowest bits, as a number of that many.
  to.value = Byte(uint8_t(bits << (8 - width)));
  to.value >>= 8 - width;
}

template <Kind kind> static void encodeTo(double number, SmallFloat<kind> &to) {
  to.bits = encodeSmallFloat(kind, number);
}

template <typename Stored, typename Number> static Stored encodeFrom(Number number) {
  if constexpr (isNarrow<Stored> || isSmall<Stored>) {
    Stored stored;
    encodeTo(number, stored);
    return stored;
  } else if constexpr (std::is_same_v<Stored, bool>)
    return number != 0;
  else if constexpr (std::is_same_v<Stored, Half> || std::is_same_v<Stored, BrainFloat>)
    return encode(double(number), Stored());
  else if constexpr (std::is_integral_v<Stored> && std::is_same_v<Number, double>)
    return truncate<Stored>(number);
  else
    return Stored(number);
}

/// Calls `function` with a value of the type that stores `kind`.
template <typename Function> static void withStored(Kind kind, Function function) {
  switch (kind) {
  case Kind::Bool:
    return function(bool());
  case Kind::I2:
    return function(Narrow<2, int8_t>());
  case Kind::I4:
    return function(Narrow<4, int8_t>());
  case Kind::U2:
    return function(Narrow<2, uint8_t>());
  case Kind::U4:
    return function(Narrow<4, uint8_t>());
  case Kind::F4E2M1:
    return function(SmallFloat<Kind::F4E2M1>());
  case Kind::F6E2M3:
    return function(SmallFloat<Kind::F6E2M3>());
  case Kind::F6E3M2:
    return function(SmallFloat<Kind::F6E3M2>());
  case Kind::F8E4M3FN:
    return function(SmallFloat<Kind::F8E4M3FN>());
  case Kind::F8E4M3FNUZ:
    return function(SmallFloat<Kind::F8E4M3FNUZ>());
  case Kind::F8E5M2:
    return function(SmallFloat<Kind::F8E5M2>());
  case Kind::F8E5M2FNUZ:
    return function(SmallFloat<Kind::F8E5M2FNUZ>());
  case Kind::F8E8M0:
    return function(SmallFloat<Kind::F8E8M0>());
  case Kind::I8:
    return function(int8_t());
  case Kind::I16:
    return function(int16_t());
  case Kind::I32:
    return function(int32_t());
  case Kind::I64:
    return function(int64_t());
  case Kind::U8:
    return function(uint8_t());
  case Kind::U16:
    return function(uint16_t());
  case Kind::U32:
    return function(uint32_t());
  case Kind::U64:
    return function(uint64_t());
  case Kind::F16:
    return function(Half());
  case Kind::BF16:
    return function(BrainFloat());
  case Kind::F32:
    return function(float());
  case Kind::F64:
    return function(double());
  }
}

template <typename Number>
void eval::load(Kind kind, const char *from, int64_t stride, int64_t count, Number *to) {
  withStored(kind, [&](auto tag) {
    using Stored = decltype(tag);
    for (int64_t i = 0; i < count; ++i) {
      Stored stored;
      // Mapped weights need not be aligned.
      std::memcpy(&stored, from + i * stride * sizeof(Stored), sizeof(Stored));
      decodeTo(stored, to[i]);
    }
  });
}

template <typename Number>
void eval::store(Kind kind, const Number *from, int64_t count, char *to) {
  withStored(kind, [&](auto tag) {
    using Stored = decltype(tag);
    for (int64_t i = 0; i < count; ++i) {
      Stored stored = encodeFrom<Stored>(from[i]);
      std::memcpy(to + i * sizeof(Stored), &stored, sizeof(Stored));
    }
  });
}

SmallVector<int64_t> eval::getStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (int64_t i = int64_t(shape.size()) - 2; i >= 0; --i)
    strides[i] = strides[i + 1] * shape[i + 1];
  return strides;
}

SmallVector<int64_t> eval::getBroadcastStrides(ArrayRef<int64_t> shape, ArrayRef<int64_t> target) {
  SmallVector<int64_t> strides(target.size(), 0), own = getStrides(shape);
  size_t offset = target.size() - shape.size();
  for (size_t i = 0; i < shape.size(); ++i)
    strides[offset + i] = shape[i] == 1 ? 0 : own[i];
  return strides;
}

Tensor::Tensor(RankedTensorType type, onnx::ConstantData data) : type(type), data(std::move(data)) {
  if (type.getNumElements() == 1)
    this->data.splat = true;
}

std::optional<Tensor> Tensor::get(ElementsAttr attr) {
  auto type = dyn_cast_or_null<RankedTensorType>(attr ? attr.getType() : Type());
  if (!type || !type.hasStaticShape() || !eval::getKind(type.getElementType()))
    return std::nullopt;
  std::optional<onnx::ConstantData> data = onnx::getConstantData(attr);
  if (!data)
    return std::nullopt;
  return Tensor(type, *data);
}

ElementsAttr Tensor::toAttr() const {
  if (data.splat && size() != 0)
    return onnx::makeSplat(type, data.bytes.take_front(elementBytes()));
  if (data.owned)
    return onnx::makeConstantInPlace(type, data.bytes, data.owned);
  // Not ours to keep alive, but as old as the context: see ConstantData.
  return onnx::makeConstantInPlace(type, data.bytes, nullptr);
}

NewTensor eval::allocate(RankedTensorType type) {
  int64_t bytes = type.getNumElements() * onnx::getElementBytes(type.getElementType());
  auto owned = std::make_shared<SmallVector<char, 0>>();
  owned->resize(bytes);
  return {Tensor(type, {*owned, false, owned}), owned->data()};
}

template <typename Number> std::vector<Number> Tensor::elements() const {
  std::vector<Number> result(size());
  load(kind(), bytes(), isSplat() ? 0 : 1, size(), result.data());
  return result;
}

template <typename Number> std::vector<Number> Tensor::elementsAs(ArrayRef<int64_t> shape) const {
  std::vector<Number> own = elements<Number>();
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  std::vector<Number> result(count);
  SmallVector<int64_t> strides = getBroadcastStrides(getShape(), shape);
  SmallVector<int64_t> position(shape.size(), 0);
  int64_t offset = 0;
  for (Number &element : result) {
    element = own[offset];
    for (int64_t i = int64_t(shape.size()) - 1; i >= 0; --i) {
      offset += strides[i];
      if (++position[i] < shape[i])
        break;
      offset -= strides[i] * shape[i];
      position[i] = 0;
    }
  }
  return result;
}

template <typename Number>
Tensor eval::makeTensor(RankedTensorType type, ArrayRef<Number> elements) {
  NewTensor result = allocate(type);
  store(result.tensor.kind(), elements.data(), elements.size(), result.bytes);
  return result.tensor;
}

template void eval::load(Kind, const char *, int64_t, int64_t, double *);
template void eval::load(Kind, const char *, int64_t, int64_t, int64_t *);
template void eval::store(Kind, const double *, int64_t, char *);
template void eval::store(Kind, const int64_t *, int64_t, char *);
template std::vector<double> Tensor::elements() const;
template std::vector<int64_t> Tensor::elements() const;
template std::vector<double> Tensor::elementsAs(ArrayRef<int64_t>) const;
template std::vector<int64_t> Tensor::elementsAs(ArrayRef<int64_t>) const;
template Tensor eval::makeTensor(RankedTensorType, ArrayRef<double>);
template Tensor eval::makeTensor(RankedTensorType, ArrayRef<int64_t>);
