// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Convolutions.

#include "compiler/import/ImportFailure.h"
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

static void importDeformConv(NodeImporter &node) {
  Value x = node.getOperand(0), w = node.getOperand(1);
  WindowAttributes windows = getWindowAttributes(node, getConvolutionRank(node, x, w));
  int64_t offsetGroup = node.getInt("offset_group", 1);
  if (offsetGroup < 1)
    failInput("attribute 'offset_group' must be at least 1");
  node.setResult(0, node.create<onnx::DeformConvOp>(
                        node.getTypeLike(x), x, w, node.getOperand(2), node.getOptionalOperand(3),
                        node.getOptionalOperand(4), windows.strides, windows.dilations,
                        windows.pads, getGroupAttribute(node), offsetGroup));
}

static const OperatorRule rules[] = {
    {"Conv", 1, 2, 3, 1, importConv},
    {"ConvTranspose", 1, 2, 3, 1, importConvTranspose},
    {"DeformConv", 19, 3, 5, 1, importDeformConv},
};

ArrayRef<OperatorRule> fovea::getConvRules() { return rules; }
