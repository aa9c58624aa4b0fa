// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference and verifiers of OnnxSelectOps.td.

#include "dialects/onnx/OnnxSelectOps.h"

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/Extents.h"

#include "mlir/IR/Builders.h"

#include <cmath>

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

using Types = SmallVectorImpl<Type>;

template <typename Op> static LogicalResult inferScan(Op op, Types &types) {
  std::optional<Shape> x = getShape(op.getX());
  std::optional<int64_t> axis = getConstantInteger(op.getAxis());
  if (x && axis && failed(resolveAxis(op, *axis, x->size())))
    return failure();
  return appendLike(op, op.getX(), getElementType(op.getX()), types);
}

LogicalResult CumSumOp::inferShapes(Types &types) { return inferScan(*this, types); }
LogicalResult CumSumOp::verify() { return verifyOneElement(*this, "axis", getAxis()); }
LogicalResult CumProdOp::inferShapes(Types &types) { return inferScan(*this, types); }
LogicalResult CumProdOp::verify() { return verifyOneElement(*this, "axis", getAxis()); }

LogicalResult OneHotOp::inferShapes(Types &types) {
  Type elementType = getElementType(getValues());
  std::optional<Shape> indices = getShape(getIndices());
  if (!indices)
    return appendUnranked(elementType, types);
  FailureOr<int64_t> axis = resolveAxis(*this, getAxis(), indices->size() + 1);
  if (failed(axis))
    return failure();
  int64_t extent = ShapedType::kDynamic;
  if (std::optional<double> depth = getConstantScalar(getDepth())) {
    if (!(*depth >= 1 && *depth < 1e15))
      return emitOpError("has a depth of ") << *depth << ", expected 1 to 1e15";
    extent = int64_t(*depth);
  }
  indices->insert(indices->begin() + *axis, extent);
  return appendRanked(*this, *indices, elementType, types);
}

LogicalResult OneHotOp::verify() {
  if (failed(verifyOneElement(*this, "depth", getDepth())))
    return failure();
  std::optional<Shape> values = getShape(getValues());
  if (values && (values->size() != 1 || (!isDynamic(values->front()) && values->front() != 2)))
    return emitOpError("operand values has extents ") << formatShape(*values) << ", expected [2]";
  return success();
}

LogicalResult TopKOp::inferShapes(Types &types) {
  Type elementType = getElementType(getX()), i64 = IntegerType::get(getContext(), 64);
  std::optional<Shape> x = getShape(getX());
  if (!x)
    return success(succeeded(appendUnranked(elementType, types)) &&
                   succeeded(appendUnranked(i64, types)));
  FailureOr<int64_t> axis = resolveAxis(*this, getAxis(), x->size());
  if (failed(axis))
    return failure();
  int64_t &extent = (*x)[*axis];
  std::optional<int64_t> k = getConstantInteger(getK());
  if (k && (*k < 0 || (!isDynamic(extent) && *k > extent)))
    return emitOpError("asks for ")
           << *k << " elements along axis " << *axis << " of operand x " << formatShape(*x);
  // Only a type that the model declares can tell how many elements a computed k asks for.
  if (!k)
    for (Value result : getResults())
      if (std::optional<Shape> declared = getShape(result);
          declared && declared->size() == x->size() && !isDynamic((*declared)[*axis]))
        k = (*declared)[*axis];
  if (k && !isDynamic(extent) && *k > extent)
    return emitOpError("is declared to choose ")
           << *k << " elements along axis " << *axis << " of operand x " << formatShape(*x);
  extent = k.value_or(ShapedType::kDynamic);
  return success(succeeded(appendRanked(*this, *x, elementType, types)) &&
                 succeeded(appendRanked(*this, *x, i64, types)));
}

LogicalResult NonZeroOp::inferShapes(Types &types) {
  Shape result(2, ShapedType::kDynamic);
  if (std::optional<Shape> x = getShape(getX()))
    result[0] = x->size();
  return appendRanked(*this, result, IntegerType::get(getContext(), 64), types);
}

LogicalResult CompressOp::inferShapes(Types &types) {
  Type elementType = getElementType(getX());
  if (!getAxis())
    return appendRanked(*this, {ShapedType::kDynamic}, elementType, types);
  std::optional<Shape> x = getShape(getX());
  if (!x)
    return appendUnranked(elementType, types);
  FailureOr<int64_t> axis = resolveAxis(*this, *getAxis(), x->size());
  if (failed(axis))
    return failure();
  (*x)[*axis] = ShapedType::kDynamic;
  return appendRanked(*this, *x, elementType, types);
}

LogicalResult UniqueOp::inferShapes(Types &types) {
  Type elementType = getElementType(getX()), i64 = IntegerType::get(getContext(), 64);
  std::optional<Shape> x = getShape(getX());
  std::optional<int64_t> axis;
  if (getAxis() && x) {
    FailureOr<int64_t> resolved = resolveAxis(*this, *getAxis(), x->size());
    if (failed(resolved))
      return failure();
    axis = *resolved;
  }
  // All results but the third have as many entries as there are distinct ones.
  int64_t distinct = ShapedType::kDynamic;
  auto learn = [&](Value result, int64_t dim) {
    std::optional<Shape> shape =
        isPresent(result) ? getShape(result) : std::optional<Shape>(std::nullopt);
    if (shape && dim < int64_t(shape->size()) && isDynamic(distinct))
      distinct = (*shape)[dim];
  };
  learn(getIndices(), 0);
  learn(getCounts(), 0);
  if (!getAxis() || axis)
    learn(getY(), axis.value_or(0));
  if (getAxis() && !x) {
    (void)appendUnranked(elementType, types);
  } else {
    Shape y = {distinct};
    if (axis) {
      y = *x;
      y[*axis] = distinct;
    }
    if (failed(appendRanked(*this, y, elementType, types)))
      return failure();
  }
  int64_t slices = ShapedType::kDynamic;
  if (x && (axis || !getAxis())) {
    std::optional<int64_t> count = axis ? (*x)[*axis] : multiplyExtents(*x);
    if (!count)
      return emitOpError("operand x ")
             << formatShape(*x) << " has more elements than fit any memory";
    slices = *count;
  }
  for (auto [result, extent] :
       {std::pair(getIndices(), distinct), std::pair(getInverseIndices(), slices),
        std::pair(getCounts(), distinct)}) {
    if (!isPresent(result))
      types.push_back(NoneType::get(getContext()));
    else if (failed(appendRanked(*this, {extent}, i64, types)))
      return failure();
  }
  return success();
}

LogicalResult NonMaxSuppressionOp::inferShapes(Types &types) {
  std::optional<Shape> boxes = getShape(getBoxes()), scores = getShape(getScores());
  if (boxes && (boxes->size() != 3 || (!isDynamic(boxes->back()) && boxes->back() != 4)))
    return emitOpError("operand boxes has extents ")
           << formatShape(*boxes) << ", expected [batch, boxes, 4]";
  if (scores && scores->size() != 3)
    return emitOpError("operand scores has extents ")
           << formatShape(*scores) << ", expected [batch, classes, boxes]";
  if (boxes && scores)
    for (auto [i, j] : {std::pair(0, 0), std::pair(1, 2)})
      if (!isDynamic((*boxes)[i]) && !isDynamic((*scores)[j]) && (*boxes)[i] != (*scores)[j])
        return emitOpError("operands boxes ")
               << formatShape(*boxes) << " and scores " << formatShape(*scores)
               << " differ in the number of " << (i ? "boxes" : "batches");
  return appendRanked(*this, {ShapedType::kDynamic, 3}, IntegerType::get(getContext(), 64), types);
}

LogicalResult NonMaxSuppressionOp::verify() {
  return success(succeeded(verifyOneElement(*this, "max_output_boxes_per_class",
                                            getMaxOutputBoxesPerClass())) &&
                 succeeded(verifyOneElement(*this, "iou_threshold", getIouThreshold())) &&
                 succeeded(verifyOneElement(*this, "score_threshold", getScoreThreshold())));
}

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxSelectOps.cpp.inc"

void OnnxDialect::addSelectOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/OnnxSelectOps.cpp.inc"
      >();
}
