// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Constants of one value, of two values (masks, whose structure is fitted), and those that count.

#include "passes/raise/MaskConstant.h"

#include "dialects/onnx/ConstantData.h"
#include "passes/raise/MaskFit.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/Support/Endian.h"

#include <cmath>
#include <cstring>

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

/// Element `n` of a constant as a number; bools are 0 and 1.
static double getElementAt(const onnx::ConstantData &data, Type type, int64_t n) {
  const char *place = data.bytes.data() + n * onnx::getElementBytes(type);
  if (auto floating = dyn_cast<FloatType>(type)) {
    uint64_t bits = 0;
    std::memcpy(&bits, place, (floating.getWidth() + 7) / 8);
    if (type.isF32())
      return llvm::bit_cast<float>(uint32_t(bits));
    if (type.isF64())
      return llvm::bit_cast<double>(bits);
    llvm::APFloat number(floating.getFloatSemantics(), llvm::APInt(floating.getWidth(), bits));
    return number.convertToDouble();
  }
  switch (onnx::getElementBytes(type)) {
  case 1:
    return type.isUnsignedInteger() ? double(uint8_t(*place)) : double(int8_t(*place));
  case 2:
    return double(int16_t(llvm::support::endian::read16le(place)));
  case 4:
    return double(int32_t(llvm::support::endian::read32le(place)));
  default:
    return double(int64_t(llvm::support::endian::read64le(place)));
  }
}

static bool isReadable(Type type) {
  if (auto floating = dyn_cast<FloatType>(type))
    return type.isF16() || type.isBF16() || type.isF32() || type.isF64();
  return type.isInteger(1) || type.isInteger(8) || type.isInteger(32) || type.isInteger(64);
}

static std::optional<SmallVector<int64_t>> fitAffine(const onnx::ConstantData &data,
                                                     RankedTensorType type) {
  static constexpr int64_t limit = 1 << 20;
  if (type.getNumElements() > limit || type.getElementType().isInteger(1))
    return std::nullopt;
  auto at = [&](int64_t n) { return getElementAt(data, type.getElementType(), n); };
  constexpr double largest = 1 << 30;
  auto isInteger = [&](double x) { return std::abs(x) <= largest && x == std::floor(x); };
  SmallVector<int64_t> form = {0};
  if (!isInteger(at(0)))
    return std::nullopt;
  form[0] = int64_t(at(0));
  SmallVector<int64_t> strides(type.getRank(), 1);
  for (int64_t dim = type.getRank() - 1; dim > 0; --dim)
    strides[dim - 1] = strides[dim] * type.getDimSize(dim);
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    double second = type.getDimSize(dim) > 1 ? at(strides[dim]) : at(0);
    if (!isInteger(second))
      return std::nullopt;
    form.push_back(int64_t(second) - form[0]);
  }
  for (int64_t n = 0; n < type.getNumElements(); ++n) {
    int64_t expected = form[0], rest = n;
    for (int64_t dim = 0; dim < type.getRank(); ++dim) {
      expected += form[1 + dim] * (rest / strides[dim]);
      rest %= strides[dim];
    }
    if (at(n) != double(expected))
      return std::nullopt;
  }
  return form;
}

ConstantForm raise::readConstant(ElementsAttr attr) {
  ConstantForm form;
  auto type = cast<RankedTensorType>(attr.getType());
  std::optional<onnx::ConstantData> data = onnx::getConstantData(attr);
  Type element = type.getElementType();
  if (!data || !isReadable(element) || type.getNumElements() == 0)
    return form;
  if (data->splat || type.getNumElements() == 1) {
    form.splat = getElementAt(*data, element, 0);
    return form;
  }
  form.affine = fitAffine(*data, type);
  // Two values by their bits: NaN is a value like others.
  int64_t bytes = onnx::getElementBytes(element), rank = type.getRank();
  const char *first = data->bytes.data(), *second = nullptr;
  TruthTable table;
  table.columns = type.getShape().back();
  table.rows = rank > 1 ? type.getDimSize(rank - 2) : 1;
  table.matrices = type.getNumElements() / (table.rows * table.columns);
  llvm::BitVector isFirst(type.getNumElements());
  for (int64_t n = 0; n < type.getNumElements(); ++n) {
    const char *place = first + n * bytes;
    if (std::memcmp(place, first, bytes) == 0)
      isFirst.set(n);
    else if (!second)
      second = place;
    else if (std::memcmp(place, second, bytes) != 0)
      return form;
  }
  double a = getElementAt(*data, element, 0);
  if (!second) {
    form.splat = a;
    return form;
  }
  double b = getElementAt(*data, element, (second - first) / bytes);
  // What is shown is true, or 0 beside something that hides.
  bool firstShows = element.isInteger(1) ? a != 0 : std::abs(a) < std::abs(b);
  form.whereTrue = firstShows ? a : b;
  form.whereFalse = firstShows ? b : a;
  table.elements = firstShows ? isFirst : isFirst.flip();
  form.truth = fitMask(table, attr.getContext());
  if (!form.truth && element.isInteger(1)) {
    // What hides may be simpler where it is false.
    table.elements.flip();
    form.truth = fitMask(table, attr.getContext());
    form.isNegated = bool(form.truth);
    if (form.isNegated)
      std::swap(form.whereTrue, form.whereFalse);
  }
  return form;
}
