// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference and verifiers of OnnxSelectOps.td.

#include "dialects/onnx/OnnxSelectOps.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxSelectOps.cpp.inc"

void OnnxDialect::addSelectOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/OnnxSelectOps.cpp.inc"
      >();
}
