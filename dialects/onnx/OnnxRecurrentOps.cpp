// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference and verifiers of OnnxRecurrentOps.td.

#include "dialects/onnx/OnnxRecurrentOps.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxRecurrentOps.cpp.inc"

void OnnxDialect::addRecurrentOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/OnnxRecurrentOps.cpp.inc"
      >();
}
