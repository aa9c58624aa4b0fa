// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fourier transforms and what goes with them.

#include "compiler/import/ImportFailure.h"
#include "compiler/import/Rules.h"
#include "compiler/import/TensorImport.h"
#include "dialects/onnx/OnnxSignalOps.h"

using namespace mlir;
using namespace fovea;

/// The result's type that the attribute `output_datatype` names, FLOAT when absent.
static Type getOutputType(NodeImporter &node) {
  Type type = importElementType(node.builder.getContext(),
                                int32_t(node.getInt("output_datatype", /*FLOAT=*/1)));
  if (type.isInteger(1) || !type.isIntOrFloat())
    failInput("attribute 'output_datatype' must name a type of numbers");
  return node.getUnranked(type);
}

static void importDFT(NodeImporter &node) {
  Value x = node.getOperand(0), axis;
  // Up to opset 19 the axis was an attribute that the batch came before.
  if (node.opset < 20)
    axis = node.makeIndexConstant({node.getInt("axis", 1)});
  else
    axis = node.hasOperand(2) ? node.getOperand(2) : node.makeIndexConstant({-2});
  node.setResult(0, node.create<onnx::DFTOp>(node.getTypeLike(x), x, node.getOptionalOperand(1),
                                             axis, node.getBool("inverse", false),
                                             node.getBool("onesided", false)));
}

static void importMelWeightMatrix(NodeImporter &node) {
  node.setResult(0, node.create<onnx::MelWeightMatrixOp>(getOutputType(node), node.getOperand(0),
                                                         node.getOperand(1), node.getOperand(2),
                                                         node.getOperand(3), node.getOperand(4)));
}

static void importSTFT(NodeImporter &node) {
  Value signal = node.getOperand(0);
  node.setResult(0,
                 node.create<onnx::STFTOp>(node.getTypeLike(signal), signal, node.getOperand(1),
                                           node.getOptionalOperand(2), node.getOptionalOperand(3),
                                           node.getBool("onesided", true)));
}

static void importWindow(NodeImporter &node, StringRef kind) {
  node.setResult(0, node.create<onnx::WindowFunctionOp>(getOutputType(node), node.getOperand(0),
                                                        kind, node.getBool("periodic", true)));
}
static void importBlackmanWindow(NodeImporter &node) { importWindow(node, "blackman"); }
static void importHammingWindow(NodeImporter &node) { importWindow(node, "hamming"); }
static void importHannWindow(NodeImporter &node) { importWindow(node, "hann"); }

static const OperatorRule rules[] = {
    {"BlackmanWindow", 17, 1, 1, 1, importBlackmanWindow},
    {"DFT", 17, 1, 3, 1, importDFT},
    {"HammingWindow", 17, 1, 1, 1, importHammingWindow},
    {"HannWindow", 17, 1, 1, 1, importHannWindow},
    {"MelWeightMatrix", 17, 5, 5, 1, importMelWeightMatrix},
    {"STFT", 17, 2, 4, 1, importSTFT},
};

ArrayRef<OperatorRule> fovea::getSignalRules() { return rules; }
