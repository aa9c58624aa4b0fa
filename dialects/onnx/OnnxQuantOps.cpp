// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference and verifiers of OnnxQuantOps.td: results are shaped like x; what scales and zero
// points must look like.

#include "dialects/onnx/OnnxQuantOps.h"
#include "dialects/onnx/ElementType.h"
#include "dialects/onnx/Extents.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxQuantOps.cpp.inc"

void OnnxDialect::addQuantOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/OnnxQuantOps.cpp.inc"
      >();
}

using Types = SmallVectorImpl<Type>;

LogicalResult BitCastOp::inferShapes(Types &types) {
  return appendLike(*this, getX(), getTo(), types);
}

LogicalResult BitCastOp::verify() {
  Type from = getElementType(getX());
  if (getTo() != getElementType(getY()))
    return emitOpError("makes elements of type ")
           << getTo() << " but its result has elements of type " << getElementType(getY());
  if (getDLPackType(from).bits != getDLPackType(getTo()).bits)
    return emitOpError("cannot see elements of type ")
           << from << " as " << getTo() << ", which has another number of bits";
  return success();
}

/// Checks that `parameter`, a scale or a zero point, says which elements of x share it.
static LogicalResult verifyGranularity(Operation *op, Value x, Value parameter, StringRef name,
                                       int64_t axis, int64_t blockSize) {
  std::optional<Shape> shape = getShape(x), own = getShape(parameter);
  if (!shape || !own)
    return success();
  if (llvm::all_of(*own, [](int64_t extent) { return extent == 1; }))
    return success();
  FailureOr<int64_t> position = resolveAxis(op, axis, shape->size());
  if (failed(position))
    return failure();
  auto agrees = [](int64_t given, int64_t expected) {
    return isDynamic(given) || isDynamic(expected) || given == expected;
  };
  if (blockSize == 0) {
    int64_t extent = (*shape)[*position];
    if (own->size() == 1 && agrees((*own)[0], extent))
      return success();
    return op->emitOpError() << name << " has shape " << formatShape(*own)
                             << ", expected one element or " << formatShape({extent});
  }
  bool fits = own->size() == shape->size();
  for (size_t dim = 0; fits && dim < shape->size(); ++dim) {
    int64_t extent = (*shape)[dim];
    if (int64_t(dim) == *position && !isDynamic(extent))
      extent = llvm::divideCeil(extent, blockSize);
    fits = agrees((*own)[dim], extent);
  }
  if (fits)
    return success();
  return op->emitOpError() << name << " has shape " << formatShape(*own)
                           << ", expected the shape of x, " << formatShape(*shape)
                           << ", with one for each " << blockSize << " along dimension "
                           << *position;
}

/// What QuantizeLinear and DequantizeLinear have in common.
template <typename Op> static LogicalResult inferLinear(Op op, SmallVectorImpl<Type> &types) {
  if (failed(verifyGranularity(op, op.getX(), op.getScale(), "scale", op.getAxis(),
                               op.getBlockSize())))
    return failure();
  if (isPresent(op.getZeroPoint()) &&
      failed(verifyGranularity(op, op.getX(), op.getZeroPoint(), "zero_point", op.getAxis(),
                               op.getBlockSize())))
    return failure();
  return appendLike(op, op.getX(), op.getTo(), types);
}

template <typename Op> static LogicalResult verifyLinear(Op op, Type quantized) {
  if (op.getBlockSize() < 0)
    return op.emitOpError("has block_size = ") << op.getBlockSize() << ", expected 0 or more";
  if (op.getTo() != getElementType(op.getY()))
    return op.emitOpError("makes elements of type ")
           << op.getTo() << " but its result has elements of type " << getElementType(op.getY());
  if (isPresent(op.getZeroPoint()) && getElementType(op.getZeroPoint()) != quantized)
    return op.emitOpError("has a zero_point of elements of type ")
           << getElementType(op.getZeroPoint()) << ", expected " << quantized
           << ", the type of what is quantized";
  return success();
}

LogicalResult QuantizeLinearOp::inferShapes(Types &types) { return inferLinear(*this, types); }
LogicalResult DequantizeLinearOp::inferShapes(Types &types) { return inferLinear(*this, types); }

LogicalResult QuantizeLinearOp::verify() {
  if (!getPrecision().isF16() && !getPrecision().isBF16() && !getPrecision().isF32() &&
      !getPrecision().isF64())
    return emitOpError("has precision = ") << getPrecision() << ", expected a type to divide in";
  if (getTo().isInteger(32) || isa<Float8E8M0FNUType>(getTo()))
    return emitOpError("cannot quantize to ") << getTo();
  return verifyLinear(*this, getTo());
}

LogicalResult DequantizeLinearOp::verify() { return verifyLinear(*this, getElementType(getX())); }
