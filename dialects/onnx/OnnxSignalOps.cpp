// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference and verifiers of OnnxSignalOps.td.

#include "dialects/onnx/OnnxSignalOps.h"

#include "dialects/onnx/Broadcast.h"
#include "dialects/onnx/ConstantData.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxSignalOps.cpp.inc"

/// Longer transforms, windows and tables are refused: their extents could overflow.
static constexpr int64_t maxLength = int64_t(1) << 40;

/// The constant in a scalar operand, kDynamic when it is none, or an error when it is not in
/// [least, maxLength].
static FailureOr<int64_t> getLength(Operation *op, StringRef name, Value operand, int64_t least) {
  std::optional<int64_t> value = getConstantInteger(operand);
  if (!value)
    return ShapedType::kDynamic;
  if (*value < least || *value > maxLength)
    return op->emitOpError("operand ")
           << name << " is " << *value << ", expected at least " << least << " and at most 2^40";
  return *value;
}

int64_t onnx::getDefaultLength(int64_t extent, bool inverse, bool onesided) {
  if (isDynamic(extent))
    return extent;
  return inverse && onesided ? std::max<int64_t>(2 * (extent - 1), 0) : extent;
}

Shape onnx::getTransformShape(ArrayRef<int64_t> x, int64_t axis, int64_t length, bool inverse,
                              bool onesided) {
  Shape result(x);
  if (isDynamic(length))
    length = getDefaultLength(x[axis], inverse, onesided);
  bool isHalved = onesided && !inverse && !isDynamic(length);
  result[axis] = isHalved ? length / 2 + 1 : length;
  result.back() = onesided && inverse ? 1 : 2;
  return result;
}

LogicalResult DFTOp::inferShapes(SmallVectorImpl<Type> &types) {
  Type elementType = getElementType(getX());
  std::optional<Shape> shape = getShape(getX());
  if (!shape)
    return appendUnranked(elementType, types);
  int64_t rank = shape->size();
  if (rank < 2 || (!isDynamic(shape->back()) && shape->back() != 1 && shape->back() != 2))
    return emitOpError("operand x has extents ")
           << formatShape(*shape) << ", expected two or more, the last 1 (real) or 2 (complex)";
  FailureOr<int64_t> length = ShapedType::kDynamic;
  if (isPresent(getDftLength()))
    length = getLength(*this, "dft_length", getDftLength(), 1);
  if (failed(length))
    return failure();
  std::optional<int64_t> given = getConstantInteger(getAxis());
  if (!given) {
    Shape result(rank, ShapedType::kDynamic);
    result.back() = getOnesided() && getInverse() ? 1 : 2;
    return appendRanked(*this, result, elementType, types);
  }
  FailureOr<int64_t> axis = resolveAxis(*this, *given, rank);
  if (failed(axis))
    return failure();
  if (*axis == rank - 1)
    return emitOpError("cannot transform along the last dimension, which holds parts of numbers");
  if (!isDynamic((*shape)[*axis]) && (*shape)[*axis] > maxLength)
    return emitOpError("operand x ")
           << formatShape(*shape) << " has more than 2^40 elements along axis " << *axis;
  Shape result = getTransformShape(*shape, *axis, *length, getInverse(), getOnesided());
  if (isPresent(getDftLength()) && isDynamic(*length))
    result[*axis] = ShapedType::kDynamic;
  if (result[*axis] == 0 || (*shape)[*axis] == 0)
    return emitOpError("has nothing to transform along axis ")
           << *axis << " of operand x " << formatShape(*shape);
  return appendRanked(*this, result, elementType, types);
}

LogicalResult MelWeightMatrixOp::inferShapes(SmallVectorImpl<Type> &types) {
  FailureOr<int64_t> bins = getLength(*this, "num_mel_bins", getNumMelBins(), 0),
                     length = getLength(*this, "dft_length", getDftLength(), 0),
                     rate = getLength(*this, "sample_rate", getSampleRate(), 1);
  if (failed(bins) || failed(length) || failed(rate))
    return failure();
  return appendRanked(*this, {isDynamic(*length) ? *length : *length / 2 + 1, *bins},
                      getElementType(getY()), types);
}

LogicalResult STFTOp::inferShapes(SmallVectorImpl<Type> &types) {
  std::optional<Shape> shape = getShape(getSignal());
  if (shape && (shape->size() != 3 ||
                (!isDynamic(shape->back()) && shape->back() != 1 && shape->back() != 2)))
    return emitOpError("operand signal has extents ")
           << formatShape(*shape) << ", expected batch, length, and 1 (real) or 2 (complex)";
  FailureOr<int64_t> step = getLength(*this, "frame_step", getFrameStep(), 1),
                     length = shape ? (*shape)[1] : ShapedType::kDynamic;
  if (isPresent(getFrameLength())) {
    length = getLength(*this, "frame_length", getFrameLength(), 1);
  } else if (isPresent(getWindow())) {
    std::optional<Shape> window = getShape(getWindow());
    if (window && window->size() != 1)
      return emitOpError("operand window has extents ")
             << formatShape(*window) << ", expected a vector";
    length = window ? window->front() : ShapedType::kDynamic;
  }
  if (failed(step) || failed(length))
    return failure();
  Shape result = {shape ? shape->front() : ShapedType::kDynamic, ShapedType::kDynamic,
                  isDynamic(*length) || !getOnesided() ? *length : *length / 2 + 1, 2};
  if (shape && !isDynamic((*shape)[1]) && !isDynamic(*length)) {
    if (*length > (*shape)[1] || *length == 0)
      return emitOpError("has frames of ") << *length << " elements in a signal of " << (*shape)[1];
    if (!isDynamic(*step))
      result[1] = ((*shape)[1] - *length) / *step + 1;
  }
  return appendRanked(*this, result, getElementType(getSignal()), types);
}

LogicalResult STFTOp::verify() {
  if (!isPresent(getWindow()))
    return success();
  return verifySameElementType(*this, {getSignal(), getWindow()}, {"signal", "window"});
}

LogicalResult WindowFunctionOp::inferShapes(SmallVectorImpl<Type> &types) {
  FailureOr<int64_t> size = getLength(*this, "size", getSize(), 0);
  if (failed(size))
    return failure();
  return appendRanked(*this, *size, getElementType(getY()), types);
}

LogicalResult WindowFunctionOp::verify() {
  if (!llvm::is_contained({"hann", "hamming", "blackman"}, getKind()))
    return emitOpError("has kind \"") << getKind() << "\", expected hann, hamming or blackman";
  return success();
}
