// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference of the onnx dialect: the family of OnnxElementwiseOps.td.

#include "dialects/onnx/OnnxOps.h"

using namespace mlir;
using namespace fovea::onnx;

LogicalResult IdentityOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult NegOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult AbsOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult ExpOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult LogOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult SqrtOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult ReciprocalOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult FloorOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult CeilOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult ErfOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult TanhOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult SigmoidOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult ReluOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult SinOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult CosOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult NotOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult IsNaNOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult GeluOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult CastOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult ClipOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult DropoutOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult AddOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult SubOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult MulOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult DivOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult PowOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult ModOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult AndOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult OrOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult EqualOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult LessOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult LessOrEqualOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult GreaterOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult GreaterOrEqualOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult MinOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult MaxOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult WhereOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

