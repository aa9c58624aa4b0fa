// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference and verifiers of OnnxLossOps.td.

#include "dialects/onnx/OnnxLossOps.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxLossOps.cpp.inc"

void OnnxDialect::addLossOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/OnnxLossOps.cpp.inc"
      >();
}
