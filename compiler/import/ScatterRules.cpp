// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scattering.

#include "compiler/import/Rules.h"
#include "dialects/onnx/OnnxScatterOps.h"

using namespace mlir;
using namespace fovea;

static void importScatterElements(NodeImporter &node) {
  Value x = node.getOperand(0);
  std::string reduction = node.opset >= 16 ? node.getString("reduction", "none") : "none";
  node.setResult(0, node.create<onnx::ScatterElementsOp>(node.getTypeLike(x), x, node.getOperand(1),
                                                         node.getOperand(2), node.getInt("axis", 0),
                                                         reduction));
}

static void importScatterND(NodeImporter &node) {
  Value x = node.getOperand(0);
  std::string reduction = node.opset >= 16 ? node.getString("reduction", "none") : "none";
  node.setResult(0, node.create<onnx::ScatterNDOp>(node.getTypeLike(x), x, node.getOperand(1),
                                                   node.getOperand(2), reduction));
}

static void importTensorScatter(NodeImporter &node) {
  Value past = node.getOperand(0);
  node.setResult(
      0, node.create<onnx::TensorScatterOp>(node.getTypeLike(past), past, node.getOperand(1),
                                            node.getOptionalOperand(2), node.getInt("axis", -2),
                                            node.getString("mode", "linear")));
}

// Scatter is the name that ScatterElements had before opset 11.
static const OperatorRule rules[] = {
    {"Scatter", 9, 3, 3, 1, importScatterElements},
    {"ScatterElements", 11, 3, 3, 1, importScatterElements},
    {"ScatterND", 11, 3, 3, 1, importScatterND},
    {"TensorScatter", 24, 2, 3, 1, importTensorScatter},
};

ArrayRef<OperatorRule> fovea::getScatterRules() { return rules; }
