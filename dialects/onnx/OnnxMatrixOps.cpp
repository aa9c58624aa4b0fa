// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference and verifiers of OnnxMatrixOps.td.

#include "dialects/onnx/OnnxMatrixOps.h"
#include "dialects/onnx/Broadcast.h"
#include "dialects/onnx/EinsumEquation.h"
#include "dialects/onnx/Extents.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxMatrixOps.cpp.inc"

void OnnxDialect::addMatrixOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/OnnxMatrixOps.cpp.inc"
      >();
}

// The inner extents of a product must agree where both are known.
static LogicalResult checkInner(Operation *op, const Shape &a, int64_t innerA, const Shape &b,
                                int64_t innerB) {
  if (isDynamic(innerA) || isDynamic(innerB) || innerA == innerB)
    return success();
  return op->emitOpError("operand a ")
         << formatShape(a) << " and operand b " << formatShape(b) << " have inner extents "
         << innerA << " and " << innerB << ", which must be equal";
}

LogicalResult MatMulOp::inferShapes(SmallVectorImpl<Type> &types) {
  Type elementType = getElementType(getA());
  std::optional<Shape> a = getShape(getA()), b = getShape(getB());
  for (auto [name, shape] : {std::pair("a", a), std::pair("b", b)})
    if (shape && shape->empty())
      return emitOpError("operand ") << name << " is a scalar, expected at least one dimension";
  if (!a || !b)
    return appendUnranked(elementType, types);
  int64_t innerB = b->size() == 1 ? b->front() : (*b)[b->size() - 2];
  if (failed(checkInner(*this, *a, a->back(), *b, innerB)))
    return failure();
  // A vector counts as a matrix of one row (a) or column (b), dropped again from the result.
  FailureOr<Shape> shape =
      broadcastShapes(*this, {{"the batch dimensions of operand a",
                               Shape(ArrayRef(*a).drop_back(std::min<size_t>(2, a->size())))},
                              {"the batch dimensions of operand b",
                               Shape(ArrayRef(*b).drop_back(std::min<size_t>(2, b->size())))}});
  if (failed(shape))
    return failure();
  if (a->size() > 1)
    shape->push_back((*a)[a->size() - 2]);
  if (b->size() > 1)
    shape->push_back(b->back());
  return appendRanked(*this, *shape, elementType, types);
}

LogicalResult MatMulOp::verify() { return verifySameElementType(*this, getOperands(), {"a", "b"}); }

LogicalResult GemmOp::inferShapes(SmallVectorImpl<Type> &types) {
  std::optional<Shape> a = getShape(getA()), b = getShape(getB());
  for (auto [name, shape] : {std::pair("a", a), std::pair("b", b)})
    if (shape && shape->size() != 2)
      return emitOpError("operand ")
             << name << " has extents " << formatShape(*shape) << ", expected a matrix";
  if (a && b &&
      failed(checkInner(*this, *a, (*a)[getTransA() ? 0 : 1], *b, (*b)[getTransB() ? 1 : 0])))
    return failure();
  Shape shape = {a ? (*a)[getTransA() ? 1 : 0] : ShapedType::kDynamic,
                 b ? (*b)[getTransB() ? 0 : 1] : ShapedType::kDynamic};
  if (isPresent(getC()))
    if (std::optional<Shape> c = getShape(getC()))
      if (failed(checkStretches(*this, {"operand c", *c}, {"the product", shape})))
        return failure();
  return appendRanked(*this, shape, getElementType(getA()), types);
}

LogicalResult GemmOp::verify() {
  SmallVector<Value> operands = {getA(), getB()};
  if (isPresent(getC()))
    operands.push_back(getC());
  return verifySameElementType(*this, operands, {"a", "b", "c"});
}

LogicalResult DetOp::inferShapes(SmallVectorImpl<Type> &types) {
  std::optional<Shape> x = getShape(getX());
  if (!x)
    return appendUnranked(getElementType(getX()), types);
  if (x->size() < 2)
    return emitOpError("operand x has extents ") << formatShape(*x) << ", expected matrices";
  int64_t rows = (*x)[x->size() - 2], columns = x->back();
  if (!isDynamic(rows) && !isDynamic(columns) && rows != columns)
    return emitOpError("operand x has extents ")
           << formatShape(*x) << ", expected square matrices in the last two dimensions";
  return appendRanked(*this, ArrayRef(*x).drop_back(2), getElementType(getX()), types);
}

LogicalResult EinsumOp::inferShapes(SmallVectorImpl<Type> &types) {
  Type elementType = getElementType(getInputs().front());
  SmallVector<Shape> shapes;
  SmallVector<int64_t> ranks;
  for (Value input : getInputs()) {
    std::optional<Shape> shape = getShape(input);
    if (!shape)
      return appendUnranked(elementType, types);
    ranks.push_back(shape->size());
    shapes.push_back(*shape);
  }
  llvm::Expected<EinsumLabels> labels = parseEinsum(getEquation(), ranks);
  if (!labels)
    return emitOpError(llvm::toString(labels.takeError()));
  Shape extents(labels->count, 1);
  for (auto [i, shape] : llvm::enumerate(shapes))
    for (auto [extent, label] : llvm::zip_equal(shape, labels->operands[i])) {
      int64_t &known = extents[label];
      if (extent == 1 || extent == known || (isDynamic(extent) && known != 1))
        continue;
      if (known != 1 && !isDynamic(known))
        return emitOpError("input ") << i << " " << formatShape(shape) << " has the extent "
                                     << extent << " where another input has " << known
                                     << " under the same label of \"" << getEquation() << "\"";
      known = extent;
    }
  Shape result;
  for (unsigned label : labels->result)
    result.push_back(extents[label]);
  return appendRanked(*this, result, elementType, types);
}

LogicalResult EinsumOp::verify() {
  if (getInputs().empty())
    return emitOpError("expects at least one input");
  if (llvm::Error error = checkEinsum(getEquation(), getInputs().size()))
    return emitOpError(llvm::toString(std::move(error)));
  return verifySameElementType(*this, getInputs(), {});
}
