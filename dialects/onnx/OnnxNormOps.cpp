// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference and verifiers of OnnxNormOps.td.

#include "dialects/onnx/OnnxNormOps.h"
#include "dialects/onnx/Broadcast.h"
#include "dialects/onnx/Extents.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxNormOps.cpp.inc"

void OnnxDialect::addNormOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/OnnxNormOps.cpp.inc"
      >();
}

LogicalResult SoftmaxOp::inferShapes(SmallVectorImpl<Type> &types) {
  if (std::optional<Shape> shape = getShape(getX()))
    if (failed(resolveAxis(*this, getAxis(), shape->size())))
      return failure();
  return appendLike(*this, getX(), getElementType(getX()), types);
}

LogicalResult LayerNormalizationOp::inferShapes(SmallVectorImpl<Type> &types) {
  if (failed(appendLike(*this, getX(), getElementType(getX()), types)))
    return failure();
  // The statistics are computed and returned in f32.
  Type statistic = Float32Type::get(getContext());
  std::optional<Shape> shape = getShape(getX());
  if (!shape) {
    for (size_t i = 0; i < getStatistics().size(); ++i)
      if (failed(appendUnranked(statistic, types)))
        return failure();
    return success();
  }
  FailureOr<int64_t> axis = resolveAxis(*this, getAxis(), shape->size());
  if (failed(axis))
    return failure();
  NamedShape normalized = {"the normalized dimensions", Shape(ArrayRef(*shape).drop_front(*axis))};
  for (auto [name, operand] : {std::pair("operand scale", Value(getScale())),
                               std::pair("operand bias", Value(getBias()))}) {
    if (!isPresent(operand))
      continue;
    if (std::optional<Shape> given = getShape(operand))
      if (failed(checkStretches(*this, {name, *given}, normalized)))
        return failure();
  }
  std::fill(shape->begin() + *axis, shape->end(), 1);
  for (size_t i = 0; i < getStatistics().size(); ++i)
    if (failed(appendRanked(*this, *shape, statistic, types)))
      return failure();
  return success();
}

LogicalResult LayerNormalizationOp::verify() {
  if (getStatistics().size() > 2)
    return emitOpError("has ") << getStatistics().size() + 1
                               << " results, expected at most three: y, mean, inverse deviation";
  SmallVector<Value> parameters = {getScale()};
  if (isPresent(getBias()))
    parameters.push_back(getBias());
  return verifySameElementType(*this, parameters, {"scale", "bias"});
}
