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

static void importConvTranspose(NodeImporter &node) {
  Value x = node.getOperand(0), w = node.getOperand(1);
  int64_t rank = getConvolutionRank(node, x, w);
  DenseI64ArrayAttr outputShape;
  if (node.hasAttribute("output_shape"))
    outputShape =
        node.builder.getDenseI64ArrayAttr(getSpatialAttribute(node, "output_shape", rank, 1, 0));
  WindowAttributes windows = getWindowAttributes(node, rank);
  SmallVector<int64_t> outputPadding = getSpatialAttribute(node, "output_padding", rank, 1, 0);
  node.setResult(0, node.create<onnx::ConvTransposeOp>(
                        node.getTypeLike(x), x, w, node.getOptionalOperand(2), windows.strides,
                        windows.dilations, windows.pads, outputPadding, getGroupAttribute(node),
                        windows.autoPad, outputShape));
}

static const OperatorRule rules[] = {
    {"Conv", 1, 2, 3, 1, importConv},
    {"ConvTranspose", 1, 2, 3, 1, importConvTranspose},
};

ArrayRef<OperatorRule> fovea::getConvRules() { return rules; }
