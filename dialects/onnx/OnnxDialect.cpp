// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Registration of the onnx dialect, its constants and its folds. Verifiers and shape inference live
// in one file per family beside this one.

#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"

using namespace mlir;
using namespace fovea::onnx;

#include "dialects/onnx/OnnxDialect.cpp.inc"
#include "dialects/onnx/OnnxInterfaces.cpp.inc"

void OnnxDialect::initialize() {
  addAttentionOps();
  addControlOps();
  addConvOps();
  addElementwiseOps();
  addMatrixOps();
  addNormOps();
  addPoolOps();
  addQuantOps();
  addRecurrentOps();
  addReduceOps();
  addResampleOps();
  addScatterOps();
  addSelectOps();
  addShapeOps();
}

Operation *OnnxDialect::materializeConstant(OpBuilder &builder, Attribute value, Type type,
                                            Location loc) {
  if (isa<NoneType>(type) && isa<UnitAttr>(value))
    return NoneOp::create(builder, loc, type, builder.getUnitAttr());
  auto elements = dyn_cast<ElementsAttr>(value);
  if (!elements || elements.getType() != type)
    return nullptr;
  return ConstantOp::create(builder, loc, elements);
}

OpFoldResult NoneOp::fold(FoldAdaptor) { return getValueAttr(); }

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

LogicalResult ConstantOp::verify() {
  if (getValue().getType() != getType())
    return emitOpError("has type ") << getType() << " but its value is " << getValue().getType();
  return success();
}

OpFoldResult IdentityOp::fold(FoldAdaptor) {
  return getX().getType() == getType() ? getX() : Value();
}
