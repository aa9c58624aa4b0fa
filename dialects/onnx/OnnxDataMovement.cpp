// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference and verifiers of the ops of OnnxShapeOps.td that join, cut or choose: Concat,
// Slice, Split, Gather.

#include "dialects/onnx/Broadcast.h"
#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/Extents.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "dialects/onnx/PartialValues.h"
#include "dialects/onnx/SliceBounds.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

using Types = SmallVectorImpl<Type>;

LogicalResult ConcatOp::inferShapes(Types &types) {
  Type elementType = getElementType(getInputs().front());
  std::optional<Shape> result;
  std::string first;
  int64_t axis = 0;
  bool ranked = true;
  for (auto [index, input] : llvm::enumerate(getInputs())) {
    std::optional<Shape> shape = getShape(input);
    if (!shape) {
      ranked = false;
      continue;
    }
    if (!result) {
      FailureOr<int64_t> resolved = resolveAxis(*this, getAxis(), shape->size());
      if (failed(resolved))
        return failure();
      axis = *resolved;
      result = shape;
      first = "input " + std::to_string(index) + " " + formatShape(*shape);
      continue;
    }
    if (shape->size() != result->size())
      return emitOpError("input ")
             << index << " " << formatShape(*shape) << " and " << first << " differ in rank";
    for (auto [i, extent] : llvm::enumerate(*shape)) {
      int64_t &known = (*result)[i];
      if (int64_t(i) == axis) {
        std::optional<int64_t> sum = addExtents(known, extent);
        if (!sum)
          return emitOpError("would make dimension ") << axis << " too large for any memory";
        known = *sum;
      } else if (isDynamic(known)) {
        known = extent;
      } else if (!isDynamic(extent) && extent != known) {
        return emitOpError("input ") << index << " " << formatShape(*shape) << " and " << first
                                     << " differ in dimension " << i << ", which is not the axis";
      }
    }
  }
  if (!result)
    return appendUnranked(elementType, types);
  if (!ranked)
    (*result)[axis] = ShapedType::kDynamic;
  return appendRanked(*this, *result, elementType, types);
}

LogicalResult ConcatOp::verify() {
  if (getInputs().empty())
    return emitOpError("expects at least one input");
  return verifySameElementType(*this, getInputs(), {});
}

LogicalResult SliceOp::inferShapes(Types &types) {
  Type elementType = getElementType(getX());
  std::optional<Shape> x = getShape(getX());
  if (!x)
    return appendUnranked(elementType, types);
  std::optional<SmallVector<int64_t>> axes;
  if (isPresent(getAxes()))
    axes = getConstantIntegers(getAxes());
  else if (std::optional<int64_t> count = getIndexCount(getStarts());
           count && *count <= int64_t(x->size()))
    axes = llvm::to_vector(llvm::seq<int64_t>(0, *count));
  if (!axes)
    return appendRanked(*this, Shape(x->size(), ShapedType::kDynamic), elementType, types);
  FailureOr<SmallVector<bool>> sliced = resolveAxes(*this, *axes, x->size());
  if (failed(sliced))
    return failure();
  std::optional<SmallVector<int64_t>> starts = getConstantIntegers(getStarts()),
                                      ends = getConstantIntegers(getEnds()), steps;
  if (!isPresent(getSteps()))
    steps.emplace(axes->size(), 1);
  else
    steps = getConstantIntegers(getSteps());
  Shape result = *x;
  for (auto [i, named] : llvm::enumerate(*axes)) {
    int64_t axis = named < 0 ? named + x->size() : named;
    for (auto *list : {&starts, &ends, &steps})
      if (*list && i >= (*list)->size())
        return emitOpError("has ")
               << axes->size() << " axes but only " << (*list)->size() << " starts, ends or steps";
    if (steps && (*steps)[i] == 0)
      return emitOpError("has a step of 0 along axis ") << axis;
    result[axis] = ShapedType::kDynamic;
    // A window of constant length at a computed place, which is taken to lie inside.
    if (!starts && steps && (*steps)[i] == 1 && axes->size() == 1)
      if (std::optional<int64_t> length = getConstantDistance(getStarts(), getEnds());
          length && *length > 0 && !isDynamic((*x)[axis]))
        result[axis] = std::min(*length, (*x)[axis]);
    if (starts && ends && steps && !isDynamic((*x)[axis]))
      result[axis] = getSliceBounds((*x)[axis], (*starts)[i], (*ends)[i], (*steps)[i]).length;
  }
  return appendRanked(*this, result, elementType, types);
}

LogicalResult SliceOp::verify() {
  std::optional<int64_t> count = getIndexCount(getStarts());
  auto check = [&](StringRef name, Value operand) -> LogicalResult {
    std::optional<int64_t> given = isPresent(operand) ? getIndexCount(operand) : count;
    if (!count || !given || *count == *given)
      return success();
    return emitOpError("has ") << *count << " starts but " << *given << " " << name;
  };
  return success(succeeded(check("ends", getEnds())) && succeeded(check("axes", getAxes())) &&
                 succeeded(check("steps", getSteps())));
}

LogicalResult SplitOp::inferShapes(Types &types) {
  Type elementType = getElementType(getX());
  int64_t count = getParts().size();
  std::optional<Shape> x = getShape(getX());
  if (!x) {
    for (int64_t i = 0; i < count; ++i)
      (void)appendUnranked(elementType, types);
    return success();
  }
  FailureOr<int64_t> axis = resolveAxis(*this, getAxis(), x->size());
  if (failed(axis))
    return failure();
  int64_t extent = (*x)[*axis];
  SmallVector<int64_t> sizes(count, ShapedType::kDynamic);
  if (isPresent(getSizes())) {
    if (std::optional<SmallVector<int64_t>> given = getConstantIntegers(getSizes())) {
      if (int64_t(given->size()) != count)
        return emitOpError("has ") << given->size() << " sizes for " << count << " results";
      int64_t sum = 0;
      for (int64_t size : *given) {
        if (size < 0)
          return emitOpError("has a part of size ") << size << ", expected 0 or more";
        std::optional<int64_t> next = addExtents(sum, size);
        if (!next)
          return emitOpError("sizes add up to more than fits any memory");
        sum = *next;
      }
      if (!isDynamic(extent) && sum != extent)
        return emitOpError("sizes add up to ") << sum << " but axis " << *axis << " of operand x "
                                               << formatShape(*x) << " has " << extent;
      sizes = *given;
    }
  } else if (!isDynamic(extent)) {
    // Equal parts; the last ones get what is left.
    int64_t part = extent / count + (extent % count != 0), left = extent;
    for (int64_t &size : sizes) {
      size = std::min(part, left);
      left -= size;
    }
  }
  for (int64_t size : sizes) {
    Shape shape = *x;
    shape[*axis] = size;
    if (failed(appendRanked(*this, shape, elementType, types)))
      return failure();
  }
  return success();
}

LogicalResult SplitOp::verify() {
  if (getParts().empty())
    return emitOpError("expects at least one result");
  return success();
}

LogicalResult GatherOp::inferShapes(Types &types) {
  Type elementType = getElementType(getX());
  std::optional<Shape> x = getShape(getX()), indices = getShape(getIndices());
  if (!x)
    return appendUnranked(elementType, types);
  FailureOr<int64_t> axis = resolveAxis(*this, getAxis(), x->size());
  if (failed(axis))
    return failure();
  if (!indices)
    return appendUnranked(elementType, types);
  Shape result(ArrayRef<int64_t>(*x).take_front(*axis));
  llvm::append_range(result, *indices);
  llvm::append_range(result, ArrayRef(*x).drop_front(*axis + 1));
  return appendRanked(*this, result, elementType, types);
}

LogicalResult GatherElementsOp::inferShapes(Types &types) {
  if (failed(verifyElementIndices(*this, getX(), getIndices(), getAxis())))
    return failure();
  return appendLike(*this, getIndices(), getElementType(getX()), types);
}

LogicalResult GatherNDOp::inferShapes(Types &types) {
  Type elementType = getElementType(getX());
  std::optional<Shape> x = getShape(getX()), indices = getShape(getIndices());
  if (!x || !indices)
    return appendUnranked(elementType, types);
  int64_t batch = getBatchDims();
  if (x->empty() || indices->empty() || batch < 0 || batch >= int64_t(x->size()) ||
      batch >= int64_t(indices->size()))
    return emitOpError("has batch_dims ")
           << batch << ", operand x " << formatShape(*x) << " and indices " << formatShape(*indices)
           << "; both need a dimension after the batch";
  for (int64_t i = 0; i < batch; ++i)
    if (!isDynamic((*x)[i]) && !isDynamic((*indices)[i]) && (*x)[i] != (*indices)[i])
      return emitOpError("operands x ")
             << formatShape(*x) << " and indices " << formatShape(*indices)
             << " differ in batch dimension " << i;
  int64_t tuple = indices->back();
  if (isDynamic(tuple))
    return appendUnranked(elementType, types);
  if (tuple < 1 || tuple > int64_t(x->size()) - batch)
    return emitOpError("operand indices ")
           << formatShape(*indices) << " holds tuples of " << tuple << " for operand x "
           << formatShape(*x) << ", expected 1 to " << int64_t(x->size()) - batch;
  Shape result(ArrayRef<int64_t>(*indices).drop_back());
  llvm::append_range(result, ArrayRef(*x).drop_front(batch + tuple));
  return appendRanked(*this, result, elementType, types);
}
