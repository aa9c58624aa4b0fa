// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Multidirectional broadcasting of partly known shapes.

#include "dialects/onnx/Broadcast.h"

#include "mlir/IR/Diagnostics.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

static std::string nameOperand(unsigned index, ArrayRef<StringRef> names) {
  return index < names.size() ? "operand " + names[index].str() : "input " + std::to_string(index);
}

FailureOr<Shape> onnx::broadcastShapes(Operation *op, ArrayRef<NamedShape> shapes) {
  size_t rank = 0;
  for (const NamedShape &named : shapes)
    rank = std::max(rank, named.shape.size());
  Shape result(rank, 1);
  // Which operand each known extent other than one came from, for the error.
  SmallVector<const NamedShape *> source(rank, nullptr);
  for (const NamedShape &named : shapes) {
    size_t offset = rank - named.shape.size();
    for (auto [i, extent] : llvm::enumerate(named.shape)) {
      size_t dimension = offset + i;
      int64_t &known = result[dimension];
      if (extent == 1 || (isDynamic(extent) && known != 1))
        continue;
      if (isDynamic(extent) || known == 1 || isDynamic(known)) {
        known = extent;
        source[dimension] = &named;
        continue;
      }
      if (known != extent)
        return op->emitOpError() << source[dimension]->name << " "
                                 << formatShape(source[dimension]->shape) << " and " << named.name
                                 << " " << formatShape(named.shape) << " do not broadcast: extents "
                                 << known << " and " << extent << " of dimension "
                                 << int64_t(dimension) - int64_t(rank)
                                 << " differ and neither is 1";
    }
  }
  return result;
}

LogicalResult onnx::appendBroadcast(Operation *op, ValueRange operands, ArrayRef<StringRef> names,
                                    Type elementType, SmallVectorImpl<Type> &types) {
  SmallVector<NamedShape> shapes;
  for (auto [index, operand] : llvm::enumerate(operands)) {
    std::optional<Shape> shape = getShape(operand);
    if (!shape)
      return appendUnranked(elementType, types);
    shapes.push_back({nameOperand(index, names), *shape});
  }
  FailureOr<Shape> shape = broadcastShapes(op, shapes);
  if (failed(shape))
    return failure();
  return appendRanked(op, *shape, elementType, types);
}

LogicalResult onnx::checkStretches(Operation *op, const NamedShape &from, const NamedShape &to) {
  bool fits = from.shape.size() <= to.shape.size();
  for (size_t i = 1; fits && i <= from.shape.size(); ++i) {
    int64_t source = from.shape[from.shape.size() - i], target = to.shape[to.shape.size() - i];
    fits = source == 1 || isDynamic(source) || isDynamic(target) || source == target;
  }
  if (fits)
    return success();
  return op->emitOpError() << from.name << " " << formatShape(from.shape)
                           << " does not broadcast to " << to.name << " " << formatShape(to.shape);
}

LogicalResult onnx::verifySameElementType(Operation *op, ValueRange operands,
                                          ArrayRef<StringRef> names) {
  if (operands.empty())
    return success();
  Type first = getElementType(operands[0]);
  for (auto [index, operand] : llvm::enumerate(operands))
    if (getElementType(operand) != first)
      return op->emitOpError() << nameOperand(0, names) << " has elements of type " << first
                               << " but " << nameOperand(index, names) << " of type "
                               << getElementType(operand) << "; insert a Cast in the model";
  return success();
}
