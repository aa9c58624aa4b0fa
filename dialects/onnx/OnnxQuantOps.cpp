// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference and verifiers of OnnxQuantOps.td.

#include "dialects/onnx/OnnxQuantOps.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxQuantOps.cpp.inc"

void OnnxDialect::addQuantOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/OnnxQuantOps.cpp.inc"
      >();
}
