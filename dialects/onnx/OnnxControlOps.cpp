// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference and verifiers of OnnxControlOps.td.

#include "dialects/onnx/OnnxControlOps.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxControlOps.cpp.inc"

void OnnxDialect::addControlOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/OnnxControlOps.cpp.inc"
      >();
}
