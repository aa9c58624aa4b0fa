// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference of the onnx dialect: the family of OnnxAttentionOps.td.

#include "dialects/onnx/OnnxOps.h"

using namespace mlir;
using namespace fovea::onnx;

LogicalResult AttentionOp::inferShapes(SmallVectorImpl<Type> &types) {
  llvm::append_range(types, getOperation()->getResultTypes());
  return success();
}

