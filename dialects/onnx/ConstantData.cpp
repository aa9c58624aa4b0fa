// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Bytes of constant tensors. Weights stay where they are mapped; small tensors become dense
// attributes that print.

#include "dialects/onnx/ConstantData.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/BuiltinDialect.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/APInt.h"
#include "llvm/Support/Endian.h"

#include <cstring>

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

/// Tensors of up to this many elements are dense attributes.
static constexpr int64_t maxDenseElements = 16;

/// Whether dense attributes store elements of this type in another way than we do.
static bool isStoredOtherwise(Type elementType) {
  return isa<IntegerType>(elementType) && elementType.getIntOrFloatBitWidth() < 8;
}

std::optional<ConstantData> onnx::getConstantData(ElementsAttr attr) {
  auto type = dyn_cast<RankedTensorType>(attr.getType());
  if (!type || !type.hasStaticShape() || !type.getElementType().isIntOrFloat())
    return std::nullopt;
  int64_t elementBytes = getElementBytes(type.getElementType());
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attr)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob || int64_t(blob->getData().size()) < type.getNumElements() * elementBytes)
      return std::nullopt;
    return ConstantData{
        blob->getData().take_front(type.getNumElements() * elementBytes), false, {}};
  }
  auto dense = dyn_cast<DenseElementsAttr>(attr);
  if (!dense)
    return std::nullopt;
  if (!isStoredOtherwise(type.getElementType()))
    return ConstantData{dense.getRawData(), dense.isSplat(), {}};
  bool isSigned = type.getElementType().isSignlessInteger() && !type.getElementType().isInteger(1);
  auto toByte = [&](const llvm::APInt &value) {
    return char(isSigned ? value.getSExtValue() : value.getZExtValue());
  };
  auto owned = std::make_shared<SmallVector<char, 0>>();
  if (dense.isSplat())
    owned->push_back(toByte(dense.getSplatValue<llvm::APInt>()));
  else
    for (const llvm::APInt &value : dense.getValues<llvm::APInt>())
      owned->push_back(toByte(value));
  return ConstantData{*owned, dense.isSplat(), owned};
}

/// A dense attribute over bytes in our layout.
static ElementsAttr makeDense(RankedTensorType type, ArrayRef<char> bytes) {
  if (type.getElementType().isInteger(1)) {
    SmallVector<bool> values;
    for (char byte : bytes)
      values.push_back(byte != 0);
    return DenseElementsAttr::get(type, values);
  }
  if (isStoredOtherwise(type.getElementType())) {
    SmallVector<llvm::APInt> values;
    for (char byte : bytes)
      values.emplace_back(type.getElementType().getIntOrFloatBitWidth(), uint8_t(byte),
                          /*isSigned=*/false, /*implicitTrunc=*/true);
    return DenseElementsAttr::get(type, values);
  }
  return DenseElementsAttr::getFromRawBuffer(type, bytes);
}

/// Whether all elements have the same bits.
static bool isUniform(ArrayRef<char> bytes, unsigned elementBytes) {
  return std::memcmp(bytes.data(), bytes.data() + elementBytes, bytes.size() - elementBytes) == 0;
}

/// Small constants, and large ones with one number, which are kept as that; null for others.
static ElementsAttr makeCompact(RankedTensorType type, ArrayRef<char> bytes) {
  if (type.getNumElements() <= maxDenseElements)
    return makeDense(type, bytes);
  unsigned elementBytes = onnx::getElementBytes(type.getElementType());
  return isUniform(bytes, elementBytes) ? onnx::makeSplat(type, bytes.take_front(elementBytes))
                                        : ElementsAttr();
}

/// Registers the bytes under a name that is free: the blob manager tries one number after the other
/// behind a name that is taken, which would be quadratic in the number of weights.
static ElementsAttr makeResource(RankedTensorType type, StringRef prefix, AsmResourceBlob blob) {
  size_t count = 0;
  DenseResourceElementsHandle::getManagerInterface(type.getContext())
      .getBlobManager()
      .getBlobMap([&](const auto &blobs) { count = blobs.size(); });
  return DenseResourceElementsAttr::get(type, (prefix + "_" + Twine(count)).str(), std::move(blob));
}

ElementsAttr onnx::makeConstant(RankedTensorType type, ArrayRef<char> bytes) {
  if (ElementsAttr compact = makeCompact(type, bytes))
    return compact;
  return makeResource(type, "constant", HeapAsmResourceBlob::allocateAndCopyWithAlign(bytes, 64));
}

ElementsAttr onnx::makeConstantInPlace(RankedTensorType type, ArrayRef<char> bytes,
                                       std::shared_ptr<void> keepAlive) {
  if (ElementsAttr compact = makeCompact(type, bytes))
    return compact;
  auto release = [keepAlive = std::move(keepAlive)](void *, size_t, size_t) mutable {
    keepAlive.reset();
  };
  return makeResource(type, "weight",
                      UnmanagedAsmResourceBlob::allocateWithAlign(bytes, 1, std::move(release)));
}

ElementsAttr onnx::makeSplat(RankedTensorType type, ArrayRef<char> element) {
  return makeDense(type, element);
}

ElementsAttr onnx::getConstantAttr(Value value) {
  Attribute attr;
  if (!value || !matchPattern(value, m_Constant(&attr)))
    return {};
  return dyn_cast<ElementsAttr>(attr);
}

std::optional<SmallVector<int64_t>> onnx::getConstantIntegers(Value value, int64_t limit) {
  ElementsAttr attr = getConstantAttr(value);
  if (!attr)
    return std::nullopt;
  auto type = dyn_cast<RankedTensorType>(attr.getType());
  if (!type || !type.hasStaticShape() || type.getNumElements() > limit ||
      !(type.getElementType().isInteger(64) || type.getElementType().isInteger(32)))
    return std::nullopt;
  std::optional<ConstantData> data = getConstantData(attr);
  if (!data)
    return std::nullopt;
  SmallVector<int64_t> result;
  for (int64_t i = 0; i < type.getNumElements(); ++i) {
    const char *from =
        data->bytes.data() + (data->splat ? 0 : i * getElementBytes(type.getElementType()));
    result.push_back(type.getElementType().isInteger(64)
                         ? int64_t(llvm::support::endian::read64le(from))
                         : int32_t(llvm::support::endian::read32le(from)));
  }
  return result;
}

/// The bits of the single element of a constant, or of a splat, and its type.
static std::optional<std::pair<llvm::APInt, Type>> getSingleElement(Value value) {
  ElementsAttr attr = getConstantAttr(value);
  if (!attr)
    return std::nullopt;
  auto type = dyn_cast<RankedTensorType>(attr.getType());
  std::optional<ConstantData> data = getConstantData(attr);
  if (!type || !data || type.getNumElements() == 0 || (!data->splat && type.getNumElements() != 1))
    return std::nullopt;
  uint64_t bits = 0;
  std::memcpy(&bits, data->bytes.data(), getElementBytes(type.getElementType()));
  unsigned width = type.getElementType().getIntOrFloatBitWidth();
  return std::pair(llvm::APInt(width, bits, /*isSigned=*/false, /*implicitTrunc=*/true),
                   type.getElementType());
}

static bool isUnsigned(Type type) { return type.isUnsignedInteger() || type.isInteger(1); }

std::optional<int64_t> onnx::getConstantInteger(Value value) {
  auto element = getSingleElement(value);
  if (!element || !isa<IntegerType>(element->second))
    return std::nullopt;
  if (!isUnsigned(element->second))
    return element->first.getSExtValue();
  if (element->first.getActiveBits() > 63)
    return std::nullopt;
  return element->first.getZExtValue();
}

/// The number that the bits of an element stand for.
static double getNumber(const llvm::APInt &bits, Type type) {
  if (auto floating = dyn_cast<FloatType>(type)) {
    llvm::APFloat number(floating.getFloatSemantics(), bits);
    bool lossy = false;
    number.convert(llvm::APFloat::IEEEdouble(), llvm::APFloat::rmNearestTiesToEven, &lossy);
    return number.convertToDouble();
  }
  return isUnsigned(type) ? double(bits.getZExtValue()) : double(bits.getSExtValue());
}

std::optional<double> onnx::getConstantScalar(Value value) {
  auto element = getSingleElement(value);
  if (!element)
    return std::nullopt;
  auto [bits, type] = *element;
  return getNumber(bits, type);
}

std::optional<SmallVector<double>> onnx::getConstantNumbers(Value value, int64_t limit) {
  ElementsAttr attr = getConstantAttr(value);
  auto type = attr ? dyn_cast<RankedTensorType>(attr.getType()) : RankedTensorType();
  if (!type || !type.hasStaticShape() || type.getNumElements() > limit ||
      !type.getElementType().isIntOrFloat())
    return std::nullopt;
  std::optional<ConstantData> data = getConstantData(attr);
  if (!data)
    return std::nullopt;
  Type elementType = type.getElementType();
  int64_t bytes = getElementBytes(elementType);
  SmallVector<double> result;
  for (int64_t i = 0; i < type.getNumElements(); ++i) {
    uint64_t bits = 0;
    std::memcpy(&bits, data->bytes.data() + (data->splat ? 0 : i * bytes), bytes);
    result.push_back(getNumber(llvm::APInt(elementType.getIntOrFloatBitWidth(), bits,
                                           /*isSigned=*/false, /*implicitTrunc=*/true),
                               elementType));
  }
  return result;
}
