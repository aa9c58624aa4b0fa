// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Pooling.

#include "compiler/import/Rules.h"
#include "dialects/onnx/OnnxPoolOps.h"

using namespace mlir;
using namespace fovea;

static void importGlobalAveragePool(NodeImporter &node) {
  Value x = node.getOperand(0);
  node.setResult(0, node.create<onnx::GlobalAveragePoolOp>(node.getTypeLike(x), x));
}

static const OperatorRule rules[] = {
    {"GlobalAveragePool", 1, 1, 1, 1, importGlobalAveragePool},
};

ArrayRef<OperatorRule> fovea::getPoolRules() { return rules; }
