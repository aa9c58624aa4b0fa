// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference of OnnxReduceOps.td. Axes may be known, known in number, or absent, which means
// all.

#include "dialects/onnx/OnnxReduceOps.h"
#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/Extents.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxReduceOps.cpp.inc"

void OnnxDialect::addReduceOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/OnnxReduceOps.cpp.inc"
      >();
}

/// The extents left when the flagged dimensions are reduced.
static Shape reduce(ArrayRef<int64_t> shape, ArrayRef<bool> reduced, bool keepDims) {
  Shape result;
  for (auto [extent, isReduced] : llvm::zip_equal(shape, reduced)) {
    if (!isReduced)
      result.push_back(extent);
    else if (keepDims)
      result.push_back(1);
  }
  return result;
}

template <typename OpT> static LogicalResult inferReduce(OpT op, SmallVectorImpl<Type> &types) {
  Type elementType = getElementType(op.getX());
  std::optional<Shape> shape = getShape(op.getX());
  std::optional<SmallVector<int64_t>> axes = SmallVector<int64_t>();
  if (isPresent(op.getAxes()) && getIndexCount(op.getAxes()) != 0)
    axes = getConstantIntegers(op.getAxes());
  if (axes && axes->empty() && op.getNoopWithEmptyAxes())
    return appendLike(op, op.getX(), elementType, types);
  bool all = axes && axes->empty();
  if (!shape)
    return all && !op.getKeepdims() ? appendRanked(op, {}, elementType, types)
                                    : appendUnranked(elementType, types);
  int64_t rank = shape->size();
  if (!axes) {
    std::optional<int64_t> count = getIndexCount(op.getAxes());
    if (op.getKeepdims())
      return appendRanked(op, Shape(rank, ShapedType::kDynamic), elementType, types);
    if (!count || *count == 0 || *count > rank)
      return appendUnranked(elementType, types);
    return appendRanked(op, Shape(rank - *count, ShapedType::kDynamic), elementType, types);
  }
  FailureOr<SmallVector<bool>> reduced =
      all ? SmallVector<bool>(rank, true) : resolveAxes(op, *axes, rank);
  if (failed(reduced))
    return failure();
  return appendRanked(op, reduce(*shape, *reduced, op.getKeepdims()), elementType, types);
}

#define FOVEA_INFER_REDUCE(OP)                                                                     \
  LogicalResult OP::inferShapes(SmallVectorImpl<Type> &types) { return inferReduce(*this, types); }
FOVEA_INFER_REDUCE(ReduceMeanOp)
FOVEA_INFER_REDUCE(ReduceSumOp)
FOVEA_INFER_REDUCE(ReduceProdOp)
FOVEA_INFER_REDUCE(ReduceL1Op)
FOVEA_INFER_REDUCE(ReduceL2Op)
FOVEA_INFER_REDUCE(ReduceLogSumOp)
FOVEA_INFER_REDUCE(ReduceLogSumExpOp)
FOVEA_INFER_REDUCE(ReduceSumSquareOp)
FOVEA_INFER_REDUCE(ReduceMaxOp)
FOVEA_INFER_REDUCE(ReduceMinOp)
#undef FOVEA_INFER_REDUCE

template <typename OpT> static LogicalResult inferArg(OpT op, SmallVectorImpl<Type> &types) {
  Type index = IntegerType::get(op.getContext(), 64);
  std::optional<Shape> shape = getShape(op.getX());
  if (!shape)
    return appendUnranked(index, types);
  FailureOr<int64_t> axis = resolveAxis(op, op.getAxis(), shape->size());
  if (failed(axis))
    return failure();
  if ((*shape)[*axis] == 0)
    return op.emitOpError("operand x ")
           << formatShape(*shape) << " has nothing along axis " << *axis;
  SmallVector<bool> reduced(shape->size(), false);
  reduced[*axis] = true;
  return appendRanked(op, reduce(*shape, reduced, op.getKeepdims()), index, types);
}

LogicalResult ArgMaxOp::inferShapes(SmallVectorImpl<Type> &types) { return inferArg(*this, types); }
LogicalResult ArgMinOp::inferShapes(SmallVectorImpl<Type> &types) { return inferArg(*this, types); }
