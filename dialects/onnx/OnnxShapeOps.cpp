// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference and verifiers of OnnxShapeOps.td: ops that view, arrange or make tensors. Those
// that cut, join or choose are in OnnxDataMovement.cpp.

#include "dialects/onnx/OnnxShapeOps.h"
#include "dialects/onnx/Broadcast.h"
#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/Extents.h"
#include "dialects/onnx/PartialValues.h"

#include "mlir/IR/Builders.h"
#include "llvm/Support/CheckedArithmetic.h"

#include <cmath>

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxShapeOps.cpp.inc"

void OnnxDialect::addShapeOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/OnnxShapeOps.cpp.inc"
      >();
}

using Types = SmallVectorImpl<Type>;

/// More dimensions than any real tensor has.
static constexpr int64_t maxRank = 64;

static LogicalResult verifyRank(Operation *op, int64_t rank) {
  if (rank > maxRank)
    return op->emitOpError("asks for a tensor of rank ")
           << rank << ", at most " << maxRank << " is supported";
  return success();
}

/// Known and unknown elements of an operand that holds a shape, as extents. Nothing when the rank
/// is unknown, an error for a negative extent below `least`.
static FailureOr<std::optional<Shape>> readShape(Operation *op, Value value, int64_t least) {
  std::optional<PartialIntegers> integers = getPartialIntegers(value);
  if (!integers) {
    std::optional<int64_t> length = getIndexCount(value);
    if (length && failed(verifyRank(op, *length)))
      return failure();
    return std::optional<Shape>();
  }
  Shape shape;
  for (std::optional<int64_t> extent : *integers) {
    if (extent && *extent < least)
      return op->emitOpError("asks for an extent of ")
             << *extent << " in dimension " << shape.size() << ", expected " << least << " or more";
    shape.push_back(extent.value_or(ShapedType::kDynamic));
  }
  return std::optional<Shape>(shape);
}

LogicalResult ConstantOp::inferShapes(Types &types) {
  types.push_back(getValue().getType());
  return success();
}

LogicalResult ShapeOp::inferShapes(Types &types) {
  int64_t length = ShapedType::kDynamic;
  if (std::optional<Shape> shape = onnx::getShape(getX())) {
    int64_t rank = shape->size();
    auto clamp = [&](int64_t at) { return std::clamp<int64_t>(at < 0 ? at + rank : at, 0, rank); };
    length = std::max<int64_t>(0, (getEnd() ? clamp(*getEnd()) : rank) - clamp(getStart()));
  }
  return appendRanked(*this, {length}, IntegerType::get(getContext(), 64), types);
}

LogicalResult SizeOp::inferShapes(Types &types) {
  return appendRanked(*this, {}, IntegerType::get(getContext(), 64), types);
}

/// Marks the -1 of a Reshape, which no extent is.
static constexpr int64_t computedExtent = -1;

/// The extent that -1 stands for. Dimensions copied from the operand cancel, so that dynamic ones
/// do not hide it.
static FailureOr<int64_t> computeExtent(ReshapeOp op, const Shape &x, const Shape &target,
                                        ArrayRef<bool> copied) {
  Shape source, rest;
  for (auto [i, extent] : llvm::enumerate(x))
    if (i >= copied.size() || !copied[i])
      source.push_back(extent);
  bool copiesZero = false;
  for (auto [i, extent] : llvm::enumerate(target)) {
    if (copied[i])
      copiesZero |= extent == 0;
    else if (extent != computedExtent)
      rest.push_back(extent);
  }
  std::optional<int64_t> total = multiplyExtents(source), known = multiplyExtents(rest);
  if (!total || !known)
    return op.emitOpError("cannot reshape operand x ")
           << formatShape(x) << " to " << formatShape(target)
           << ": more elements than fit any memory";
  if (isDynamic(*total) || isDynamic(*known))
    return ShapedType::kDynamic;
  if (*known == 0 || copiesZero)
    return op.emitOpError("cannot compute -1 in the shape ")
           << formatShape(target) << ": another extent is 0";
  if (*total % *known != 0)
    return op.emitOpError("cannot reshape operand x ")
           << formatShape(x) << " to " << formatShape(target) << ": " << *total
           << " is not a multiple of " << *known;
  return *total / *known;
}

LogicalResult ReshapeOp::inferShapes(Types &types) {
  Type elementType = getElementType(getX());
  FailureOr<std::optional<Shape>> read = readShape(*this, getShape(), computedExtent);
  if (failed(read))
    return failure();
  if (!*read)
    return appendUnranked(elementType, types);
  Shape target = **read;
  std::optional<Shape> x = onnx::getShape(getX());
  SmallVector<bool> copied(target.size(), false);
  std::optional<size_t> computed;
  for (auto [i, extent] : llvm::enumerate(target)) {
    if (extent == computedExtent) {
      if (computed)
        return emitOpError("has more than one -1 in the shape ") << formatShape(target);
      computed = i;
    }
    if (extent != 0 || getAllowzero())
      continue;
    if (x && i >= x->size())
      return emitOpError("copies dimension ")
             << i << " of operand x " << formatShape(*x) << ", which has no such dimension";
    copied[i] = true;
    extent = x ? (*x)[i] : ShapedType::kDynamic;
  }
  if (computed) {
    FailureOr<int64_t> extent = x ? computeExtent(*this, *x, target, copied) : ShapedType::kDynamic;
    if (failed(extent))
      return failure();
    target[*computed] = *extent;
  } else if (x) {
    std::optional<int64_t> from = multiplyExtents(*x), to = multiplyExtents(target);
    if (!from || !to)
      return emitOpError("cannot reshape operand x ")
             << formatShape(*x) << " to " << formatShape(target)
             << ": more elements than fit any memory";
    if (!isDynamic(*from) && !isDynamic(*to) && *from != *to)
      return emitOpError("cannot reshape operand x ")
             << formatShape(*x) << " of " << *from << " elements to " << formatShape(target)
             << " of " << *to;
    // One unknown extent is what the others leave of the elements.
    if (!isDynamic(*from) && llvm::count_if(target, isDynamic) == 1) {
      Shape known;
      llvm::copy_if(target, std::back_inserter(known), [](int64_t e) { return !isDynamic(e); });
      std::optional<int64_t> divisor = multiplyExtents(known);
      if (divisor && *divisor != 0 && *from % *divisor == 0)
        *llvm::find_if(target, isDynamic) = *from / *divisor;
    }
  }
  return appendRanked(*this, target, elementType, types);
}

LogicalResult FlattenOp::inferShapes(Types &types) {
  Shape result(2, ShapedType::kDynamic);
  if (std::optional<Shape> x = getShape(getX())) {
    int64_t rank = x->size(), axis = getAxis() < 0 ? getAxis() + rank : getAxis();
    if (axis < 0 || axis > rank)
      return emitOpError("axis ") << getAxis() << " is outside [" << -rank << ", " << rank
                                  << "] for operand x " << formatShape(*x);
    std::optional<int64_t> rows = multiplyExtents(ArrayRef(*x).take_front(axis)),
                           columns = multiplyExtents(ArrayRef(*x).drop_front(axis));
    if (!rows || !columns)
      return emitOpError("operand x ")
             << formatShape(*x) << " has more elements than fit any memory";
    result = {*rows, *columns};
  }
  return appendRanked(*this, result, getElementType(getX()), types);
}

LogicalResult TransposeOp::inferShapes(Types &types) {
  Type elementType = getElementType(getX());
  ArrayRef<int64_t> permutation = getPermutation();
  std::optional<Shape> x = getShape(getX());
  if (!x)
    return permutation.empty()
               ? appendUnranked(elementType, types)
               : appendRanked(*this, Shape(permutation.size(), ShapedType::kDynamic), elementType,
                              types);
  if (!permutation.empty() && permutation.size() != x->size())
    return emitOpError("permutation of length ")
           << permutation.size() << " does not fit operand x " << formatShape(*x);
  Shape result(llvm::reverse(*x));
  for (auto [i, from] : llvm::enumerate(permutation))
    result[i] = (*x)[from];
  return appendRanked(*this, result, elementType, types);
}

LogicalResult TransposeOp::verify() {
  SmallVector<bool> seen(getPermutation().size(), false);
  for (int64_t from : getPermutation()) {
    if (from < 0 || from >= int64_t(seen.size()) || seen[from])
      return emitOpError("permutation ")
             << formatShape(getPermutation()) << " does not name each dimension once";
    seen[from] = true;
  }
  return success();
}

LogicalResult UnsqueezeOp::inferShapes(Types &types) {
  Type elementType = getElementType(getX());
  std::optional<Shape> x = getShape(getX());
  std::optional<int64_t> count = getIndexCount(getAxes());
  if (!x || !count)
    return appendUnranked(elementType, types);
  if (failed(verifyRank(*this, *count)))
    return failure();
  int64_t rank = x->size() + *count;
  std::optional<SmallVector<int64_t>> axes = getConstantIntegers(getAxes());
  if (!axes)
    return appendRanked(*this, Shape(rank, ShapedType::kDynamic), elementType, types);
  FailureOr<SmallVector<bool>> inserted = resolveAxes(*this, *axes, rank);
  if (failed(inserted))
    return failure();
  Shape result;
  const int64_t *next = x->begin();
  for (bool one : *inserted)
    result.push_back(one ? 1 : *next++);
  return appendRanked(*this, result, elementType, types);
}

LogicalResult SqueezeOp::inferShapes(Types &types) {
  Type elementType = getElementType(getX());
  std::optional<Shape> x = getShape(getX());
  if (!x)
    return appendUnranked(elementType, types);
  Shape result;
  if (!isPresent(getAxes())) {
    if (llvm::any_of(*x, isDynamic))
      return appendUnranked(elementType, types);
    llvm::copy_if(*x, std::back_inserter(result), [](int64_t extent) { return extent != 1; });
    return appendRanked(*this, result, elementType, types);
  }
  std::optional<SmallVector<int64_t>> axes = getConstantIntegers(getAxes());
  std::optional<int64_t> count = getIndexCount(getAxes());
  if (!axes)
    return count && *count <= int64_t(x->size())
               ? appendRanked(*this, Shape(x->size() - *count, ShapedType::kDynamic), elementType,
                              types)
               : appendUnranked(elementType, types);
  FailureOr<SmallVector<bool>> dropped = resolveAxes(*this, *axes, x->size());
  if (failed(dropped))
    return failure();
  for (auto [i, extent] : llvm::enumerate(*x)) {
    if (!(*dropped)[i])
      result.push_back(extent);
    else if (extent != 1 && !isDynamic(extent))
      return emitOpError("cannot drop dimension ") << i << " of operand x " << formatShape(*x)
                                                   << ": its extent is " << extent << ", not 1";
  }
  return appendRanked(*this, result, elementType, types);
}

LogicalResult ExpandOp::inferShapes(Types &types) {
  Type elementType = getElementType(getX());
  FailureOr<std::optional<Shape>> read = readShape(*this, getShape(), 0);
  if (failed(read))
    return failure();
  std::optional<Shape> x = onnx::getShape(getX());
  if (!*read || !x)
    return appendUnranked(elementType, types);
  FailureOr<Shape> result = broadcastShapes(*this, {{"operand x", *x}, {"the shape", **read}});
  if (failed(result))
    return failure();
  return appendRanked(*this, *result, elementType, types);
}

LogicalResult TileOp::inferShapes(Types &types) {
  Type elementType = getElementType(getX());
  std::optional<Shape> x = getShape(getX());
  std::optional<PartialIntegers> repeats = getPartialIntegers(getRepeats());
  if (!x)
    return appendUnranked(elementType, types);
  Shape result(x->size(), ShapedType::kDynamic);
  if (repeats) {
    if (repeats->size() != x->size())
      return emitOpError("has ") << repeats->size() << " repeats for operand x " << formatShape(*x);
    for (auto [i, repeat] : llvm::enumerate(*repeats)) {
      if (!repeat)
        continue;
      if (*repeat < 0)
        return emitOpError("repeats dimension ")
               << i << " " << *repeat << " times, expected 0 or more";
      std::optional<int64_t> extent = multiplyExtents({(*x)[i], *repeat});
      if (!extent)
        return emitOpError("repeats dimension ") << i << " of extent " << (*x)[i] << " " << *repeat
                                                 << " times, more than fits any memory";
      result[i] = *extent;
    }
  }
  return appendRanked(*this, result, elementType, types);
}

LogicalResult ConstantOfShapeOp::inferShapes(Types &types) {
  Type elementType = getValue().getElementType();
  FailureOr<std::optional<Shape>> read = readShape(*this, getShape(), 0);
  if (failed(read))
    return failure();
  if (!*read)
    return appendUnranked(elementType, types);
  return appendRanked(*this, **read, elementType, types);
}

LogicalResult ConstantOfShapeOp::verify() {
  auto type = dyn_cast<RankedTensorType>(getValue().getType());
  if (!type || !llvm::all_of(type.getShape(), [](int64_t extent) { return extent == 1; }) ||
      type.getElementType() != getElementType(getY()))
    return emitOpError("value has type ")
           << getValue().getType() << ", expected one element of type " << getElementType(getY());
  return success();
}

LogicalResult RangeOp::inferShapes(Types &types) {
  Type elementType = getElementType(getStart());
  int64_t length = ShapedType::kDynamic;
  auto refuse = [&](auto start, auto limit, auto delta) {
    return emitOpError("counts from ")
           << start << " to " << limit << " in steps of " << delta
           << ", which never ends or makes more elements than fit any memory";
  };
  if (isa<FloatType>(elementType)) {
    std::optional<double> start = getConstantScalar(getStart()),
                          limit = getConstantScalar(getLimit()),
                          delta = getConstantScalar(getDelta());
    if (start && limit && delta) {
      double count = std::ceil((*limit - *start) / *delta);
      // Also refuses a count that is not a number.
      if (*delta == 0 || !(count < 1e15))
        return refuse(*start, *limit, *delta);
      length = std::max<double>(count, 0);
    }
    return appendRanked(*this, {length}, elementType, types);
  }
  std::optional<int64_t> start = getConstantInteger(getStart()),
                         limit = getConstantInteger(getLimit()),
                         delta = getConstantInteger(getDelta());
  if (start && limit && delta) {
    std::optional<int64_t> distance = llvm::checkedSub(*limit, *start);
    if (*delta == 0 || !distance || (*delta == -1 && *distance == INT64_MIN))
      return refuse(*start, *limit, *delta);
    length = *distance / *delta + (*distance % *delta != 0);
    if (*distance == 0 || (*distance < 0) != (*delta < 0))
      length = 0;
  }
  return appendRanked(*this, {length}, elementType, types);
}

LogicalResult RangeOp::verify() {
  for (auto [name, operand] : {std::pair("start", getStart()), std::pair("limit", getLimit()),
                               std::pair("delta", getDelta())})
    if (failed(verifyOneElement(*this, name, operand)))
      return failure();
  return verifySameElementType(*this, getOperands(), {"start", "limit", "delta"});
}

LogicalResult TriluOp::inferShapes(Types &types) {
  if (std::optional<Shape> shape = getShape(getX()))
    if (shape->size() < 2)
      return emitOpError("operand x has extents ")
             << formatShape(*shape) << ", expected at least two dimensions";
  return appendLike(*this, getX(), getElementType(getX()), types);
}

LogicalResult TriluOp::verify() { return verifyOneElement(*this, "k", getK()); }
