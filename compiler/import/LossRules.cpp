// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loss functions, which become gathers, products and reductions.

#include "compiler/import/Expansion.h"
#include "compiler/import/ImportFailure.h"
#include "compiler/import/Rules.h"
#include "dialects/onnx/OnnxNormOps.h"
#include "dialects/onnx/OnnxReduceOps.h"
#include "dialects/onnx/OnnxShapeOps.h"

using namespace mlir;
using namespace fovea;

/// The negative logarithm that each target picks from dimension 1 of `logarithms`, weighted by the
/// target's class and reduced as the node says. Ignored targets have no loss and no weight.
static Value makeLoss(NodeImporter &node, Value logarithms, Value targets, Value classWeights) {
  Expansion e(node, logarithms), t(node, targets);
  Value isIgnored, safe = targets;
  if (node.hasAttribute("ignore_index")) {
    // A number beyond the targets' type, or beyond a double's integers, would become another one.
    int64_t ignored = node.getInt("ignore_index", 0);
    auto type = dyn_cast<IntegerType>(node.getElementType(targets));
    if (!type || !llvm::isIntN(std::min(type.getWidth(), 53u), ignored))
      failInput("attribute 'ignore_index' does not fit the type of the targets");
    isIgnored = t.isEqual(targets, t.number(double(ignored)));
    safe = t.select(isIgnored, t.number(0), targets);
  }
  Value dimension = node.makeIndexConstant(1);
  Value places = t.apply<onnx::UnsqueezeOp>(safe, dimension);
  Value picked = e.apply<onnx::GatherElementsOp>(logarithms, places, 1);
  Value loss = e.apply<onnx::NegOp>(e.apply<onnx::SqueezeOp>(picked, dimension));
  Value weights;
  if (classWeights)
    weights = e.apply<onnx::GatherOp>(classWeights, safe, 0);
  if (weights)
    loss = e.multiply(loss, weights);
  if (isIgnored) {
    loss = e.select(isIgnored, e.number(0), loss);
    weights = e.select(isIgnored, e.number(0), weights ? weights : e.number(1));
  }
  std::string reduction = node.getString("reduction", "mean");
  if (reduction == "none")
    return loss;
  if (reduction != "sum" && reduction != "mean")
    failInput("attribute 'reduction' must be none, sum or mean");
  Value all = node.makeNone();
  if (reduction == "mean" && !weights)
    return e.apply<onnx::ReduceMeanOp>(loss, all, /*keepdims=*/false, false);
  Value sum = e.apply<onnx::ReduceSumOp>(loss, all, /*keepdims=*/false, false);
  if (reduction == "sum")
    return sum;
  return e.divide(sum, e.apply<onnx::ReduceSumOp>(weights, all, /*keepdims=*/false, false));
}

static Value getClassWeights(NodeImporter &node) {
  return node.hasOperand(2) ? node.getOperand(2) : Value();
}

static void importNegativeLogLikelihoodLoss(NodeImporter &node) {
  node.setResult(0, makeLoss(node, node.getOperand(0), node.getOperand(1), getClassWeights(node)));
}

static void importSoftmaxCrossEntropyLoss(NodeImporter &node) {
  Value scores = node.getOperand(0);
  Value logarithms = Expansion(node, scores).apply<onnx::LogSoftmaxOp>(scores, 1);
  node.setResult(0, makeLoss(node, logarithms, node.getOperand(1), getClassWeights(node)));
  node.setResult(1, logarithms);
}

static const OperatorRule rules[] = {
    {"NegativeLogLikelihoodLoss", 12, 2, 3, 1, importNegativeLogLikelihoodLoss},
    {"SoftmaxCrossEntropyLoss", 12, 2, 3, 2, importSoftmaxCrossEntropyLoss},
};

ArrayRef<OperatorRule> fovea::getLossRules() { return rules; }
