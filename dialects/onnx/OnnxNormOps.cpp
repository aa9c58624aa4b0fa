// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference and verifiers of OnnxNormOps.td.

#include "dialects/onnx/OnnxNormOps.h"
#include "dialects/onnx/Broadcast.h"
#include "dialects/onnx/Extents.h"

#include "mlir/IR/Builders.h"

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

// Softmax and its like keep the type; the axis must exist.
template <typename OpT> static LogicalResult inferAlongAxis(OpT op, SmallVectorImpl<Type> &types) {
  if (std::optional<Shape> shape = getShape(op.getX()))
    if (failed(resolveAxis(op, op.getAxis(), shape->size())))
      return failure();
  return appendLike(op, op.getX(), getElementType(op.getX()), types);
}

LogicalResult SoftmaxOp::inferShapes(SmallVectorImpl<Type> &types) {
  return inferAlongAxis(*this, types);
}
LogicalResult LogSoftmaxOp::inferShapes(SmallVectorImpl<Type> &types) {
  return inferAlongAxis(*this, types);
}
LogicalResult HardmaxOp::inferShapes(SmallVectorImpl<Type> &types) {
  return inferAlongAxis(*this, types);
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

LogicalResult RMSNormalizationOp::inferShapes(SmallVectorImpl<Type> &types) {
  std::optional<Shape> shape = getShape(getX()), scale = getShape(getScale());
  if (shape && failed(resolveAxis(*this, getAxis(), shape->size())))
    return failure();
  if (shape && scale &&
      failed(checkStretches(*this, {"operand scale", *scale}, {"operand x", *shape})))
    return failure();
  return appendLike(*this, getX(), getElementType(getScale()), types);
}

/// The extent of dimension 1, or an error when there is none.
static FailureOr<int64_t> getChannels(Operation *op, Value x) {
  std::optional<Shape> shape = getShape(x);
  if (!shape)
    return ShapedType::kDynamic;
  if (shape->size() < 2)
    return op->emitOpError("operand x ")
           << formatShape(*shape) << " has no channels, expected [batch, channels, ...]";
  return (*shape)[1];
}

/// Whether a parameter is a vector with one of these numbers of elements.
static LogicalResult checkParameter(Operation *op, StringRef name, Value parameter,
                                    ArrayRef<int64_t> counts) {
  std::optional<Shape> shape = getShape(parameter);
  if (!shape ||
      (shape->size() == 1 && (isDynamic(shape->front()) || llvm::any_of(counts, [&](int64_t count) {
                                return isDynamic(count) || count == shape->front();
                              }))))
    return success();
  return op->emitOpError("operand ")
         << name << " has extents " << formatShape(*shape) << ", expected "
         << formatShape(counts.front())
         << (counts.size() > 1 ? " or " + formatShape(counts.back()) : "")
         << ": an element for each channel" << (counts.size() > 1 ? " or group" : "");
}

LogicalResult InstanceNormalizationOp::inferShapes(SmallVectorImpl<Type> &types) {
  FailureOr<int64_t> channels = getChannels(*this, getX());
  if (failed(channels) || failed(checkParameter(*this, "scale", getScale(), *channels)) ||
      failed(checkParameter(*this, "bias", getBias(), *channels)))
    return failure();
  return appendLike(*this, getX(), getElementType(getX()), types);
}

LogicalResult GroupNormalizationOp::inferShapes(SmallVectorImpl<Type> &types) {
  FailureOr<int64_t> channels = getChannels(*this, getX());
  if (failed(channels))
    return failure();
  int64_t groups = getNumGroups();
  if (groups < 1)
    return emitOpError("has num_groups = ") << groups << ", expected at least 1";
  if (!isDynamic(*channels) && *channels % groups != 0)
    return emitOpError("cannot cut ") << *channels << " channels into " << groups << " groups";
  if (failed(checkParameter(*this, "scale", getScale(), {*channels, groups})) ||
      failed(checkParameter(*this, "bias", getBias(), {*channels, groups})))
    return failure();
  return appendLike(*this, getX(), getElementType(getX()), types);
}

LogicalResult BatchNormalizationOp::inferShapes(SmallVectorImpl<Type> &types) {
  // A vector has one channel per image.
  std::optional<Shape> shape = getShape(getX());
  FailureOr<int64_t> channels =
      shape && shape->size() == 1 ? FailureOr<int64_t>(1) : getChannels(*this, getX());
  if (failed(channels))
    return failure();
  for (auto [name, operand] : {std::pair("scale", getScale()), std::pair("bias", getBias()),
                               std::pair("mean", getMean()), std::pair("variance", getVariance())})
    if (failed(checkParameter(*this, name, operand, *channels)))
      return failure();
  if (failed(appendLike(*this, getX(), getElementType(getX()), types)))
    return failure();
  for (size_t i = 0; i < getRunning().size(); ++i)
    if (failed(appendRanked(*this, *channels, getElementType(getMean()), types)))
      return failure();
  return success();
}

LogicalResult BatchNormalizationOp::verify() {
  if (getRunning().size() > (getTraining() ? 2 : 0))
    return emitOpError("has ") << getRunning().size() + 1 << " results, expected "
                               << (getTraining() ? "at most three: y, mean, variance"
                                                 : "one: statistics come out in training only");
  return verifySameElementType(*this, {getMean(), getVariance()}, {"mean", "variance"});
}

LogicalResult LRNOp::inferShapes(SmallVectorImpl<Type> &types) {
  if (failed(getChannels(*this, getX())))
    return failure();
  return appendLike(*this, getX(), getElementType(getX()), types);
}

LogicalResult LRNOp::verify() {
  if (getSize() < 1)
    return emitOpError("has size = ") << getSize() << ", expected at least 1";
  return success();
}
