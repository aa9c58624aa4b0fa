// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Extents and axes. Every product and sum of extents goes through the checked forms here.

#include "dialects/onnx/Extents.h"

#include "dialects/onnx/ConstantData.h"
#include "mlir/IR/Diagnostics.h"

#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CheckedArithmetic.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

/// More than any machine addresses; keeps byte counts far from overflow in every later computation.
static constexpr int64_t maxTensorBytes = int64_t(1) << 46;

Type onnx::getElementType(Value value) {
  return cast<TensorType>(value.getType()).getElementType();
}

std::optional<Shape> onnx::getShape(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type)
    return std::nullopt;
  return Shape(type.getShape());
}

bool onnx::isPresent(Value value) { return value && !isa<NoneType>(value.getType()); }

std::optional<int64_t> onnx::multiplyExtents(ArrayRef<int64_t> extents) {
  if (llvm::is_contained(extents, 0))
    return 0;
  int64_t product = 1;
  bool unknown = false;
  for (int64_t extent : extents) {
    if (isDynamic(extent)) {
      unknown = true;
      continue;
    }
    std::optional<int64_t> next = llvm::checkedMul(product, extent);
    if (!next)
      return std::nullopt;
    product = *next;
  }
  return unknown ? ShapedType::kDynamic : product;
}

std::optional<int64_t> onnx::addExtents(int64_t a, int64_t b) {
  if (isDynamic(a) || isDynamic(b))
    return ShapedType::kDynamic;
  return llvm::checkedAdd(a, b);
}

std::string onnx::formatShape(ArrayRef<int64_t> shape) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "[";
  llvm::interleaveComma(shape, os, [&](int64_t extent) {
    if (isDynamic(extent))
      os << "?";
    else
      os << extent;
  });
  os << "]";
  return text;
}

LogicalResult onnx::appendRanked(Operation *op, ArrayRef<int64_t> shape, Type elementType,
                                 SmallVectorImpl<Type> &types) {
  // Extents beside one of 0 must not overflow either: strides are products of them.
  std::optional<int64_t> elements =
      multiplyExtents(llvm::filter_to_vector(shape, [](int64_t extent) { return extent != 0; }));
  if (!elements ||
      (!isDynamic(*elements) && *elements > maxTensorBytes / getElementBytes(elementType)))
    return op->emitOpError("would make a tensor of extents ")
           << formatShape(shape) << ", more than fits any memory";
  types.push_back(RankedTensorType::get(shape, elementType));
  return success();
}

LogicalResult onnx::appendUnranked(Type elementType, SmallVectorImpl<Type> &types) {
  types.push_back(UnrankedTensorType::get(elementType));
  return success();
}

LogicalResult onnx::appendLike(Operation *op, Value value, Type elementType,
                               SmallVectorImpl<Type> &types) {
  if (std::optional<Shape> shape = getShape(value))
    return appendRanked(op, *shape, elementType, types);
  return appendUnranked(elementType, types);
}

FailureOr<int64_t> onnx::resolveAxis(Operation *op, int64_t axis, int64_t rank, StringRef what) {
  if (axis < -rank || axis >= rank)
    return op->emitOpError() << what << " " << axis << " is outside [" << -rank << ", " << rank
                             << "), the dimensions of a tensor of rank " << rank;
  return axis < 0 ? axis + rank : axis;
}

FailureOr<SmallVector<bool>> onnx::resolveAxes(Operation *op, ArrayRef<int64_t> axes,
                                               int64_t rank) {
  SmallVector<bool> named(rank, false);
  for (int64_t axis : axes) {
    FailureOr<int64_t> resolved = resolveAxis(op, axis, rank);
    if (failed(resolved))
      return failure();
    if (named[*resolved])
      return op->emitOpError("names axis ") << *resolved << " twice";
    named[*resolved] = true;
  }
  return named;
}

LogicalResult onnx::verifyOneElement(Operation *op, StringRef name, Value operand) {
  std::optional<Shape> shape = isPresent(operand) ? getShape(operand) : std::nullopt;
  std::optional<int64_t> count = shape ? multiplyExtents(*shape) : ShapedType::kDynamic;
  if (!count || (!isDynamic(*count) && *count != 1))
    return op->emitOpError("operand ")
           << name << " has extents " << formatShape(*shape) << ", expected one element";
  return success();
}

LogicalResult onnx::verifyElementIndices(Operation *op, Value x, Value indices, int64_t axis) {
  std::optional<Shape> from = getShape(x), places = getShape(indices);
  if (!from)
    return success();
  FailureOr<int64_t> resolved = resolveAxis(op, axis, from->size());
  if (failed(resolved) || !places)
    return resolved;
  if (from->size() != places->size())
    return op->emitOpError("operands x ")
           << formatShape(*from) << " and indices " << formatShape(*places) << " differ in rank";
  for (auto [i, extent] : llvm::enumerate(*places))
    if (int64_t(i) != *resolved && !isDynamic(extent) && !isDynamic((*from)[i]) &&
        extent > (*from)[i])
      return op->emitOpError("operand indices ")
             << formatShape(*places) << " reaches beyond operand x " << formatShape(*from)
             << " in dimension " << i;
  return success();
}

LogicalResult onnx::verifyWord(Operation *op, StringRef name, StringRef value,
                               ArrayRef<StringRef> words) {
  if (llvm::is_contained(words, value))
    return success();
  return op->emitOpError("has ") << name << " '" << value << "', expected one of "
                                 << llvm::join(words, ", ");
}

std::optional<int64_t> onnx::getIndexCount(Value indices) {
  auto type = dyn_cast<RankedTensorType>(indices.getType());
  if (!type || type.getRank() > 1 || !type.hasStaticShape())
    return std::nullopt;
  return type.getNumElements();
}

Type onnx::mergeTypes(Type inferred, Type declared) {
  auto first = dyn_cast<TensorType>(inferred), second = dyn_cast<TensorType>(declared);
  if (!first || !second)
    return inferred == declared ? inferred : Type();
  if (first.getElementType() != second.getElementType() ||
      failed(verifyCompatibleShape(first, second)))
    return {};
  if (!first.hasRank())
    return second;
  if (!second.hasRank())
    return first;
  SmallVector<int64_t> shape(first.getShape());
  for (auto [extent, known] : llvm::zip_equal(shape, second.getShape()))
    if (ShapedType::isDynamic(extent))
      extent = known;
  return RankedTensorType::get(shape, first.getElementType());
}
