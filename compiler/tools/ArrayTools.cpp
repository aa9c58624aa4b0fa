// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Elements are compared as long double, which holds every supported type exactly, 64-bit integers
// included.
#include "compiler/tools/ArrayTools.h"

#include "llvm/ADT/APFloat.h"

#include <cmath>
#include <cstring>

using namespace llvm;

namespace fovea {
namespace {

template <typename T> T load(const uint8_t *bytes, uint64_t index) {
  T value;
  std::memcpy(&value, bytes + index * sizeof(T), sizeof(T));
  return value;
}

template <typename T> void store(uint8_t *bytes, uint64_t index, T value) {
  std::memcpy(bytes + index * sizeof(T), &value, sizeof(T));
}

/// The floating-point types that C++ has no type for; null for the others.
const fltSemantics *smallSemantics(fovea_dtype dtype) {
  switch (dtype.code) {
  case 2:
    return dtype.bits == 16 ? &APFloat::IEEEhalf() : nullptr;
  case 4:
    return &APFloat::BFloat();
  case 10:
    return &APFloat::Float8E4M3FN();
  case 11:
    return &APFloat::Float8E4M3FNUZ();
  case 12:
    return &APFloat::Float8E5M2();
  case 13:
    return &APFloat::Float8E5M2FNUZ();
  case 14:
    return &APFloat::Float8E8M0FNU();
  case 15:
    return &APFloat::Float6E2M3FN();
  case 16:
    return &APFloat::Float6E3M2FN();
  case 17:
    return &APFloat::Float4E2M1FN();
  default:
    return nullptr;
  }
}

long double element(const Array &array, uint64_t index) {
  const uint8_t *bytes = array.bytes();
  if (const fltSemantics *semantics = smallSemantics(array.dtype)) {
    const unsigned bits = array.dtype.bits;
    const uint64_t stored = bits == 16 ? load<uint16_t>(bytes, index) : load<uint8_t>(bytes, index);
    return APFloat(*semantics, APInt(bits, stored, false, true)).convertToDouble();
  }
  // An integer of fewer bits fills its byte.
  switch (array.dtype.code << 8 | std::max<unsigned>(array.dtype.bits, 8)) {
  case 0 << 8 | 8:
    return load<int8_t>(bytes, index);
  case 0 << 8 | 16:
    return load<int16_t>(bytes, index);
  case 0 << 8 | 32:
    return load<int32_t>(bytes, index);
  case 0 << 8 | 64:
    return load<int64_t>(bytes, index);
  case 1 << 8 | 16:
    return load<uint16_t>(bytes, index);
  case 1 << 8 | 32:
    return load<uint32_t>(bytes, index);
  case 1 << 8 | 64:
    return load<uint64_t>(bytes, index);
  case 2 << 8 | 32:
    return load<float>(bytes, index);
  case 2 << 8 | 64:
    return load<double>(bytes, index);
  default: // uint8 and bool
    return load<uint8_t>(bytes, index);
  }
}

/// Equal infinities, or both not a number.
bool sameNonFinite(long double a, long double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

} // namespace

void fillRandom(Array &array, std::mt19937_64 &generator) {
  const fltSemantics *semantics = smallSemantics(array.dtype);
  const bool isFloat = array.dtype.code == 2 || semantics;
  if (!isFloat)
    std::memset(array.bytes(), 0, array.byteSize());
  const unsigned bytes = elementBytes(array.dtype);
  for (uint64_t i = 0, e = array.elementCount(); i < e; ++i) {
    const uint64_t bits = generator();
    if (!isFloat) {
      array.bytes()[i * bytes] = bits >> 63;
      continue;
    }
    // 24 bits are exact in a float.
    const float value = static_cast<float>(bits >> 40) * 0x1p-23f - 1.0f;
    if (semantics) {
      // Powers of two have no sign.
      APFloat small(array.dtype.code == 14 ? std::fabs(value) : value);
      bool inexact;
      small.convert(*semantics, APFloat::rmTowardZero, &inexact);
      const uint64_t stored = small.bitcastToAPInt().getZExtValue();
      std::memcpy(array.bytes() + i * bytes, &stored, bytes);
    } else if (array.dtype.bits == 64) {
      store<double>(array.bytes(), i, value);
    } else {
      store<float>(array.bytes(), i, value);
    }
  }
}

Comparison compare(const Array &array, const Array &reference, double rtol, double atol) {
  Comparison result;
  const uint64_t count = array.elementCount();
  long double largest = 0.0L, furthest = 0.0L;
  for (uint64_t i = 0; i < count; ++i) {
    const long double expected = std::fabs(element(reference, i));
    if (std::isfinite(expected))
      largest = std::max(largest, expected);
  }
  const long double bound = atol + static_cast<long double>(rtol) * largest;
  auto remember = [&](uint64_t index, long double value, long double expected) {
    result.worst = index;
    result.value = static_cast<double>(value);
    result.reference = static_cast<double>(expected);
  };
  for (uint64_t i = 0; i < count; ++i) {
    const long double value = element(array, i), expected = element(reference, i);
    if (!std::isfinite(value) || !std::isfinite(expected)) {
      if (!sameNonFinite(value, expected) && result.notFinite++ == 0)
        remember(i, value, expected);
      continue;
    }
    const long double difference = std::fabs(value - expected);
    result.outOfTolerance += difference > bound;
    if (difference > furthest) {
      furthest = difference;
      if (!result.notFinite)
        remember(i, value, expected);
    }
  }
  result.maxAbs = static_cast<double>(furthest);
  if (furthest > 0.0L)
    result.maxRel = static_cast<double>(furthest / largest);
  return result;
}

} // namespace fovea
