// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference and verifiers of OnnxPoolOps.td; `auto_pad` becomes explicit padding here.

#include "dialects/onnx/OnnxPoolOps.h"

#include "dialects/onnx/Broadcast.h"
#include "dialects/onnx/Extents.h"
#include "dialects/onnx/Windows.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxPoolOps.cpp.inc"

void OnnxDialect::addPoolOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/OnnxPoolOps.cpp.inc"
      >();
}

/// Spatial extents become ones.
static LogicalResult inferGlobalPool(Operation *op, Value x, bool needsElements,
                                     SmallVectorImpl<Type> &types) {
  Type elementType = getElementType(x);
  std::optional<Shape> shape = getShape(x);
  if (!shape)
    return appendUnranked(elementType, types);
  if (shape->size() < 2)
    return op->emitOpError("operand x has extents ")
           << formatShape(*shape) << ", expected batch, channels and spatial dimensions";
  if (needsElements && llvm::is_contained(ArrayRef(*shape).drop_front(2), 0))
    return op->emitOpError("operand x ")
           << formatShape(*shape) << " has nothing along a spatial dimension";
  std::fill(shape->begin() + 2, shape->end(), 1);
  return appendRanked(op, *shape, elementType, types);
}

LogicalResult GlobalAveragePoolOp::inferShapes(SmallVectorImpl<Type> &types) {
  return inferGlobalPool(*this, getX(), false, types);
}
LogicalResult GlobalMaxPoolOp::inferShapes(SmallVectorImpl<Type> &types) {
  return inferGlobalPool(*this, getX(), true, types);
}
LogicalResult GlobalLpPoolOp::inferShapes(SmallVectorImpl<Type> &types) {
  return inferGlobalPool(*this, getX(), false, types);
}

/// Extents of a pooled x. Padding is made explicit.
template <typename Op> static FailureOr<std::optional<Shape>> inferPool(Op op) {
  std::optional<Shape> x = getShape(op.getX());
  if (!x)
    return std::optional<Shape>();
  size_t spatial = op.getKernelShape().size();
  if (x->size() != spatial + 2)
    return op.emitOpError("operand x has extents ")
           << formatShape(*x) << ", expected " << spatial + 2
           << " dimensions for a kernel of extents " << formatShape(op.getKernelShape());
  FailureOr<WindowResult> windows = slideWindows(op, getWindows(op, op.getCeilMode()),
                                                 ArrayRef(*x).drop_front(2), op.getKernelShape());
  if (failed(windows))
    return failure();
  resolveAutoPad(op, *windows);
  llvm::copy(windows->extents, x->begin() + 2);
  return x;
}

template <typename Op>
static LogicalResult appendPool(Op op, ArrayRef<Type> elementTypes, SmallVectorImpl<Type> &types) {
  FailureOr<std::optional<Shape>> shape = inferPool(op);
  if (failed(shape))
    return failure();
  for (Type elementType : elementTypes)
    if (failed(*shape ? appendRanked(op, **shape, elementType, types)
                      : appendUnranked(elementType, types)))
      return failure();
  return success();
}

LogicalResult AveragePoolOp::inferShapes(SmallVectorImpl<Type> &types) {
  return appendPool(*this, getElementType(getX()), types);
}
LogicalResult LpPoolOp::inferShapes(SmallVectorImpl<Type> &types) {
  return appendPool(*this, getElementType(getX()), types);
}
LogicalResult MaxPoolOp::inferShapes(SmallVectorImpl<Type> &types) {
  SmallVector<Type> elementTypes = {getElementType(getX())};
  if (getIndices())
    elementTypes.push_back(IntegerType::get(getContext(), 64));
  return appendPool(*this, elementTypes, types);
}

template <typename Op> static LogicalResult verifyPool(Op op) {
  if (failed(verifyWindows(op, getWindows(op))))
    return failure();
  if (op.getKernelShape().size() != op.getStrides().size())
    return op.emitOpError("has ") << op.getStrides().size() << " strides and a kernel of extents "
                                  << formatShape(op.getKernelShape())
                                  << "; expected as many extents as strides";
  if (!llvm::all_of(op.getKernelShape(), [](int64_t extent) { return extent > 0; }))
    return op.emitOpError("has a kernel of extents ")
           << formatShape(op.getKernelShape()) << ", expected positive extents";
  return success();
}

static LogicalResult verifyNorm(Operation *op, int64_t p) {
  if (p <= 0)
    return op->emitOpError("has p ") << p << ", expected a positive number";
  return success();
}

LogicalResult AveragePoolOp::verify() { return verifyPool(*this); }
LogicalResult LpPoolOp::verify() {
  return failed(verifyPool(*this)) ? failure() : verifyNorm(*this, getP());
}
LogicalResult GlobalLpPoolOp::verify() { return verifyNorm(*this, getP()); }
LogicalResult MaxPoolOp::verify() {
  if (getStorageOrder() != 0 && getStorageOrder() != 1)
    return emitOpError("has storage_order ")
           << getStorageOrder() << ", expected 0 (row-major) or 1 (column-major)";
  return verifyPool(*this);
}
