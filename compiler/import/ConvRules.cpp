// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Convolutions.

#include "compiler/import/Rules.h"
#include "compiler/import/WindowAttributes.h"
#include "dialects/onnx/OnnxConvOps.h"

using namespace mlir;
using namespace fovea;

static void importConv(NodeImporter &node) {
  Value x = node.getOperand(0), w = node.getOperand(1);
  WindowAttributes windows = getWindowAttributes(node, getConvolutionRank(node, x, w));
  node.setResult(0, node.create<onnx::ConvOp>(node.getTypeLike(x), x, w, node.getOptionalOperand(2),
                                              windows.strides, windows.dilations, windows.pads,
                                              getGroupAttribute(node), windows.autoPad));
}

static const OperatorRule rules[] = {
    {"Conv", 1, 2, 3, 1, importConv},
};

ArrayRef<OperatorRule> fovea::getConvRules() { return rules; }
