// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference and verifiers of OnnxScatterOps.td.

#include "dialects/onnx/OnnxScatterOps.h"

#include "dialects/onnx/Broadcast.h"
#include "dialects/onnx/Extents.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

using Types = SmallVectorImpl<Type>;

static LogicalResult verifyReduction(Operation *op, Value x, StringRef reduction) {
  if (failed(verifyWord(op, "reduction", reduction, {"none", "add", "mul", "min", "max"})))
    return failure();
  if (reduction != "none" && getElementType(x).isInteger(1))
    return op->emitOpError("reduces bools, which have no ") << reduction;
  return success();
}

LogicalResult ScatterElementsOp::inferShapes(Types &types) {
  std::optional<Shape> indices = getShape(getIndices()), updates = getShape(getUpdates());
  if (indices && updates && failed(verifyCompatibleShape(*indices, *updates)))
    return emitOpError("operands indices ")
           << formatShape(*indices) << " and updates " << formatShape(*updates) << " differ";
  if (failed(verifyElementIndices(*this, getX(), getIndices(), getAxis())))
    return failure();
  return appendLike(*this, getX(), getElementType(getX()), types);
}

LogicalResult ScatterElementsOp::verify() {
  if (failed(verifyReduction(*this, getX(), getReduction())))
    return failure();
  return verifySameElementType(*this, {getX(), getUpdates()}, {"x", "updates"});
}

LogicalResult ScatterNDOp::inferShapes(Types &types) {
  std::optional<Shape> x = getShape(getX()), indices = getShape(getIndices()),
                       updates = getShape(getUpdates());
  if (x && indices) {
    if (x->empty() || indices->empty())
      return emitOpError("operands x ") << formatShape(*x) << " and indices "
                                        << formatShape(*indices) << " need a dimension each";
    int64_t tuple = indices->back();
    if (!isDynamic(tuple) && tuple > int64_t(x->size()))
      return emitOpError("operand indices ")
             << formatShape(*indices) << " holds tuples of " << tuple << " for operand x "
             << formatShape(*x) << ", expected at most " << x->size();
    if (updates && !isDynamic(tuple)) {
      Shape expected(ArrayRef<int64_t>(*indices).drop_back());
      llvm::append_range(expected, ArrayRef(*x).drop_front(tuple));
      if (failed(verifyCompatibleShape(expected, *updates)))
        return emitOpError("operand updates ")
               << formatShape(*updates) << " does not fit the indices, expected "
               << formatShape(expected);
    }
  }
  return appendLike(*this, getX(), getElementType(getX()), types);
}

LogicalResult ScatterNDOp::verify() {
  if (failed(verifyReduction(*this, getX(), getReduction())))
    return failure();
  return verifySameElementType(*this, {getX(), getUpdates()}, {"x", "updates"});
}

LogicalResult TensorScatterOp::inferShapes(Types &types) {
  std::optional<Shape> past = getShape(getPast()), update = getShape(getUpdate());
  if (past) {
    FailureOr<int64_t> axis = resolveAxis(*this, getAxis(), past->size());
    if (failed(axis))
      return failure();
    if (*axis == 0)
      return emitOpError("writes along axis 0, which is the batch; expected another axis");
    if (update && update->size() != past->size())
      return emitOpError("operands past ")
             << formatShape(*past) << " and update " << formatShape(*update) << " differ in rank";
    for (size_t i = 0; update && i < past->size(); ++i) {
      int64_t whole = (*past)[i], part = (*update)[i];
      bool fits = int64_t(i) == *axis ? part <= whole : part == whole;
      if (!isDynamic(whole) && !isDynamic(part) && !fits)
        return emitOpError("operand update ") << formatShape(*update) << " does not fit past "
                                              << formatShape(*past) << " in dimension " << i;
    }
    std::optional<int64_t> count =
        isPresent(getWriteIndices()) ? getIndexCount(getWriteIndices()) : std::nullopt;
    if (count && !isDynamic(past->front()) && *count != past->front())
      return emitOpError("has ") << *count << " write indices for a batch of " << past->front();
  }
  return appendLike(*this, getPast(), getElementType(getPast()), types);
}

LogicalResult TensorScatterOp::verify() {
  if (failed(verifyWord(*this, "mode", getMode(), {"linear", "circular"})))
    return failure();
  return verifySameElementType(*this, {getPast(), getUpdate()}, {"past", "update"});
}

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxScatterOps.cpp.inc"

void OnnxDialect::addScatterOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/OnnxScatterOps.cpp.inc"
      >();
}
