// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference and verifiers of OnnxPoolOps.td; `auto_pad` becomes explicit padding here.

#include "dialects/onnx/OnnxPoolOps.h"

#include "dialects/onnx/Broadcast.h"
#include "dialects/onnx/Extents.h"
#include "dialects/onnx/PartialValues.h"
#include "dialects/onnx/Windows.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/CheckedArithmetic.h"

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

std::optional<SmallVector<int64_t>> onnx::getUnpooledShape(MaxUnpoolOp op,
                                                           ArrayRef<int64_t> shape) {
  SmallVector<int64_t> result(shape.take_front(2));
  size_t spatial = op.getStrides().size();
  for (size_t i = 0; i < spatial; ++i) {
    std::optional<int64_t> pads = llvm::checkedAdd(op.getPads()[i], op.getPads()[spatial + i]);
    std::optional<int64_t> extent =
        llvm::checkedMulAdd(shape[2 + i] - 1, op.getStrides()[i], op.getKernelShape()[i]);
    if (extent && pads)
      extent = llvm::checkedSub(*extent, *pads);
    if (!extent || !pads || *extent <= 0)
      return std::nullopt;
    result.push_back(*extent);
  }
  return result;
}

LogicalResult MaxUnpoolOp::inferShapes(SmallVectorImpl<Type> &types) {
  Type elementType = getElementType(getX());
  std::optional<Shape> x = getShape(getX()), indices = getShape(getIndices());
  int64_t rank = int64_t(getStrides().size()) + 2;
  if (x && int64_t(x->size()) != rank)
    return emitOpError("operand x has extents ")
           << formatShape(*x) << ", expected " << rank << " dimensions for a kernel of extents "
           << formatShape(getKernelShape());
  if (x && indices && failed(verifyCompatibleShape(*x, *indices)))
    return emitOpError("operand x ") << formatShape(*x) << " and operand indices "
                                     << formatShape(*indices) << " must have the same extents";
  Shape result(rank, ShapedType::kDynamic);
  std::optional<SmallVector<int64_t>> unpooled;
  if (x && !llvm::any_of(*x, isDynamic)) {
    unpooled = getUnpooledShape(*this, *x);
    if (!unpooled)
      return emitOpError("operand x ")
             << formatShape(*x) << " comes from no pooling with these attributes: an extent would "
             << "be less than 1 or more than fits any memory";
    if (!isPresent(getOutputShape()))
      return appendRanked(*this, *unpooled, elementType, types);
  }
  if (!isPresent(getOutputShape()))
    return appendRanked(*this, result, elementType, types);
  std::optional<PartialIntegers> given = getPartialIntegers(getOutputShape());
  if (given && int64_t(given->size()) != rank)
    return emitOpError("operand output_shape has ")
           << given->size() << " entries, expected " << rank;
  for (int64_t i = 0; given && i < rank; ++i) {
    if (!(*given)[i])
      continue;
    result[i] = *(*given)[i];
    if (result[i] < (unpooled ? (*unpooled)[i] : 0))
      return emitOpError("operand output_shape has the extent ")
             << result[i] << ", expected at least " << (unpooled ? (*unpooled)[i] : 0);
  }
  return appendRanked(*this, result, elementType, types);
}

LogicalResult MaxUnpoolOp::verify() {
  size_t spatial = getStrides().size();
  SmallVector<int64_t> ones(spatial, 1);
  if (failed(verifyWindows(*this, {getStrides(), ones, getPads(), "NOTSET"})))
    return failure();
  if (getKernelShape().size() != spatial ||
      !llvm::all_of(getKernelShape(), [](int64_t extent) { return extent > 0; }))
    return emitOpError("has a kernel of extents ")
           << formatShape(getKernelShape()) << ", expected " << spatial << " positive extents";
  return success();
}
