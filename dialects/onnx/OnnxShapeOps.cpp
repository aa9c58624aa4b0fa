// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference of the onnx dialect: the family of OnnxShapeOps.td.

#include "dialects/onnx/OnnxOps.h"

using namespace mlir;
using namespace fovea::onnx;

LogicalResult ConstantOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult ShapeOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult SizeOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult ReshapeOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult FlattenOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult TransposeOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult UnsqueezeOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult SqueezeOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult ExpandOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult TileOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult ConcatOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult SliceOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult SplitOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult GatherOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult GatherElementsOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult GatherNDOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult ConstantOfShapeOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult RangeOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult TriluOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

