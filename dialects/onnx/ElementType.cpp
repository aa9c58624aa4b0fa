// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One table says what the types that C and NumPy do not have are called.

#include "dialects/onnx/ElementType.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace fovea;

namespace {
/// A floating-point type that C has no name for.
struct NamedFloat {
  bool (*matches)(Type);
  uint8_t code; // DLPack's
  llvm::StringLiteral name;
};
} // namespace

template <typename... Types> static bool matches(Type type) { return isa<Types...>(type); }

static const NamedFloat namedFloats[] = {
    {matches<Float16Type>, 2, "half"},
    {matches<BFloat16Type>, 4, "bfloat16"},
    {matches<Float8E4M3FNType>, 10, "float8_e4m3fn"},
    {matches<Float8E4M3FNUZType>, 11, "float8_e4m3fnuz"},
    {matches<Float8E5M2Type>, 12, "float8_e5m2"},
    {matches<Float8E5M2FNUZType>, 13, "float8_e5m2fnuz"},
    {matches<Float8E8M0FNUType>, 14, "float8_e8m0fnu"},
    {matches<Float6E2M3FNType>, 15, "float6_e2m3fn"},
    {matches<Float6E3M2FNType>, 16, "float6_e3m2fn"},
    {matches<Float4E2M1FNType>, 17, "float4_e2m1fn"},
};

static const NamedFloat *findNamedFloat(Type type) {
  return llvm::find_if(namedFloats, [&](const NamedFloat &named) { return named.matches(type); });
}

int64_t onnx::getElementBytes(Type elementType) {
  return (elementType.getIntOrFloatBitWidth() + 7) / 8;
}

bool onnx::isSmallFloat(Type elementType) {
  return isa<FloatType>(elementType) && elementType.getIntOrFloatBitWidth() <= 8;
}

Type onnx::getStorageType(Type elementType) {
  auto integer = dyn_cast<IntegerType>(elementType);
  bool isNarrow = integer && integer.getWidth() > 1 && integer.getWidth() < 8;
  if (isSmallFloat(elementType) || isNarrow)
    return IntegerType::get(elementType.getContext(), 8);
  if (integer && integer.isUnsigned())
    return IntegerType::get(elementType.getContext(), integer.getWidth());
  return elementType;
}

onnx::DLPackType onnx::getDLPackType(Type elementType) {
  if (elementType.isInteger(1))
    return {6, 8};
  auto bits = uint8_t(elementType.getIntOrFloatBitWidth());
  if (const NamedFloat *named = findNamedFloat(elementType); named != std::end(namedFloats))
    return {named->code, bits};
  if (isa<FloatType>(elementType))
    return {2, bits};
  return {uint8_t(elementType.isUnsignedInteger() ? 1 : 0), bits};
}

onnx::CType onnx::getCType(Type elementType) {
  if (elementType.isF32())
    return {"float", ""};
  if (elementType.isF64())
    return {"double", ""};
  if (elementType.isInteger(1))
    return {"uint8_t", ", 0 or 1"};
  unsigned bits = elementType.getIntOrFloatBitWidth();
  std::string storage = "int" + llvm::utostr(std::max(bits, 8u)) + "_t";
  if (const NamedFloat *named = findNamedFloat(elementType); named != std::end(namedFloats))
    return {"u" + storage, (", the bits of a " + named->name).str()};
  bool isUnsigned = elementType.isUnsignedInteger();
  std::string remark;
  if (bits < 8) {
    int low = isUnsigned ? 0 : -(1 << (bits - 1));
    remark = ", from " + llvm::itostr(low) + " to " + llvm::itostr(low + (1 << bits) - 1);
  }
  return {(isUnsigned ? "u" : "") + storage, remark};
}
