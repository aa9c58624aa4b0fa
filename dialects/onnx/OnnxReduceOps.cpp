// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference of the onnx dialect: the family of OnnxReduceOps.td.

#include "dialects/onnx/OnnxOps.h"

using namespace mlir;
using namespace fovea::onnx;

LogicalResult ReduceMeanOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult ReduceSumOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult ReduceMaxOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult ReduceMinOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult ArgMaxOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

