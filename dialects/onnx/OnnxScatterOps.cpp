// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference and verifiers of OnnxScatterOps.td.

#include "dialects/onnx/OnnxScatterOps.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxScatterOps.cpp.inc"

void OnnxDialect::addScatterOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/OnnxScatterOps.cpp.inc"
      >();
}
