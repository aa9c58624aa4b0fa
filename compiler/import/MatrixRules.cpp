// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Matrix products.

#include "compiler/import/ImportFailure.h"
#include "compiler/import/Rules.h"
#include "dialects/onnx/EinsumEquation.h"
#include "dialects/onnx/OnnxMatrixOps.h"

using namespace mlir;
using namespace fovea;

static constexpr unsigned unbounded = ~0u;

static void importMatMul(NodeImporter &node) {
  Value a = node.getOperand(0), b = node.getOperand(1);
  node.setResult(0, node.create<onnx::MatMulOp>(node.getTypeLike(a), a, b));
}

static void importGemm(NodeImporter &node) {
  Value a = node.getOperand(0), b = node.getOperand(1);
  // Up to opset 6 this allowed what is always allowed today.
  if (node.opset < 7)
    node.getBool("broadcast", false);
  node.setResult(0, node.create<onnx::GemmOp>(node.getTypeLike(a), a, b, node.getOptionalOperand(2),
                                              llvm::APFloat(node.getFloat("alpha", 1)),
                                              llvm::APFloat(node.getFloat("beta", 1)),
                                              node.getBool("transA", false),
                                              node.getBool("transB", false)));
}

static void importDet(NodeImporter &node) {
  Value x = node.getOperand(0);
  node.setResult(0, node.create<onnx::DetOp>(node.getTypeLike(x), x));
}

static void importEinsum(NodeImporter &node) {
  ArrayRef<Value> operands = node.getAllOperands();
  std::string equation = node.getString("equation", "");
  if (llvm::Error error = onnx::checkEinsum(equation, operands.size()))
    failInput(llvm::toString(std::move(error)));
  node.setResult(0, node.create<onnx::EinsumOp>(node.getTypeLike(operands.front()),
                                                ValueRange(operands), equation));
}

static const OperatorRule rules[] = {
    {"Det", 11, 1, 1, 1, importDet},
    {"Einsum", 12, 1, unbounded, 1, importEinsum},
    {"MatMul", 1, 2, 2, 1, importMatMul},
    {"Gemm", 1, 2, 3, 1, importGemm},
};

ArrayRef<OperatorRule> fovea::getMatrixRules() { return rules; }
