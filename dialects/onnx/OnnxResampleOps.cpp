// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference and verifiers of OnnxResampleOps.td.

#include "dialects/onnx/OnnxResampleOps.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxResampleOps.cpp.inc"

void OnnxDialect::addResampleOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/OnnxResampleOps.cpp.inc"
      >();
}
