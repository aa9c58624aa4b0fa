// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference of the onnx dialect: the family of OnnxMatrixOps.td.

#include "dialects/onnx/OnnxOps.h"

using namespace mlir;
using namespace fovea::onnx;

LogicalResult MatMulOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

LogicalResult GemmOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

