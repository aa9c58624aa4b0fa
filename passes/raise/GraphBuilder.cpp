// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Making onnx ops whose types follow from their operands.

#include "passes/raise/GraphBuilder.h"

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxShapeOps.h"

#include <numeric>

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

void GraphBuilder::inferType(Operation *op) {
  SmallVector<Type> types;
  if (succeeded(mlir::cast<onnx::ShapeInference>(op).inferShapes(types)) && !types.empty())
    op->getResult(0).setType(types.front());
}

Value GraphBuilder::none() {
  return onnx::NoneOp::create(builder, loc, builder.getNoneType(), builder.getUnitAttr());
}

Value GraphBuilder::indices(ArrayRef<int64_t> values) {
  auto type = RankedTensorType::get({int64_t(values.size())}, builder.getI64Type());
  return onnx::ConstantOp::create(builder, loc,
                                  mlir::cast<ElementsAttr>(DenseElementsAttr::get(type, values)));
}

Value GraphBuilder::count(ArrayRef<int64_t> shape) {
  auto type = RankedTensorType::get(shape, builder.getI64Type());
  SmallVector<int64_t> values(type.getNumElements());
  std::iota(values.begin(), values.end(), 0);
  return onnx::ConstantOp::create(
      builder, loc,
      onnx::makeConstant(type, ArrayRef(reinterpret_cast<const char *>(values.data()),
                                        values.size() * sizeof(int64_t))));
}

Value GraphBuilder::splat(double number, Type elementType, ArrayRef<int64_t> shape) {
  auto type = RankedTensorType::get(shape, elementType);
  Attribute element;
  if (auto floating = dyn_cast<FloatType>(elementType))
    element = builder.getFloatAttr(floating, number);
  else
    element = builder.getIntegerAttr(elementType, int64_t(number));
  return onnx::ConstantOp::create(builder, loc,
                                  mlir::cast<ElementsAttr>(DenseElementsAttr::get(type, element)));
}

Value GraphBuilder::reshape(Value value, ArrayRef<int64_t> shape) {
  return getShape(value) == shape
             ? value
             : like<onnx::ReshapeOp>(value, indices(shape), builder.getBoolAttr(true));
}

Value GraphBuilder::transpose(Value value, ArrayRef<int64_t> permutation) {
  return like<onnx::TransposeOp>(value, permutation);
}

Value GraphBuilder::concat(ArrayRef<Value> parts, int64_t axis) {
  return make<onnx::ConcatOp>(getElementType(parts.front()), ValueRange(parts), number(axis));
}

Value GraphBuilder::cast(Value value, Type elementType) {
  return getElementType(value) == elementType
             ? value
             : make<onnx::CastOp>(elementType, value, TypeAttr::get(elementType));
}

IntegerAttr GraphBuilder::number(int64_t value) {
  return builder.getIntegerAttr(builder.getIntegerType(64, /*isSigned=*/true), value);
}
