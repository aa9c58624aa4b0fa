// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference and verifiers of OnnxPoolOps.td.

#include "dialects/onnx/OnnxPoolOps.h"

#include "dialects/onnx/Broadcast.h"
#include "dialects/onnx/Extents.h"

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

LogicalResult GlobalAveragePoolOp::inferShapes(SmallVectorImpl<Type> &types) {
  Type elementType = getElementType(getX());
  std::optional<Shape> shape = getShape(getX());
  if (!shape)
    return appendUnranked(elementType, types);
  if (shape->size() < 2)
    return emitOpError("operand x has extents ")
           << formatShape(*shape) << ", expected batch, channels and spatial dimensions";
  std::fill(shape->begin() + 2, shape->end(), 1);
  return appendRanked(*this, *shape, elementType, types);
}
