// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operators that are formulas of others, which they become.

#include "compiler/import/Expansion.h"
#include "compiler/import/ImportFailure.h"
#include "compiler/import/Rules.h"
#include "dialects/onnx/OnnxReduceOps.h"
#include "dialects/onnx/OnnxShapeOps.h"

#include <cmath>

using namespace mlir;
using namespace fovea;

/// x * max(0, min(1, x / 6 + 1 / 2)).
static void importHardSwish(NodeImporter &node) {
  Value x = node.getOperand(0);
  Expansion e(node, x);
  Value gate = e.apply<onnx::HardSigmoidOp>(x, llvm::APFloat(1.0f / 6), llvm::APFloat(0.5f));
  node.setResult(0, e.multiply(x, gate));
}

/// x * sigmoid(alpha * x).
static Value makeSwish(NodeImporter &node, Value x) {
  Expansion e(node, x);
  float alpha = node.getFloat("alpha", 1);
  Value scaled = alpha == 1 ? x : e.multiply(x, e.number(alpha));
  return e.multiply(x, e.apply<onnx::SigmoidOp>(scaled));
}

static void importSwish(NodeImporter &node) {
  node.setResult(0, makeSwish(node, node.getOperand(0)));
}

static void importSwiGLU(NodeImporter &node) {
  Value gate = node.getOperand(0), value = node.getOperand(1);
  node.setResult(0, Expansion(node, gate).multiply(makeSwish(node, gate), value));
}

/// x, or slope * x where x < 0. Up to opset 6 a slope of several elements has one per channel.
static void importPRelu(NodeImporter &node) {
  Value x = node.getOperand(0), slope = node.getOperand(1);
  Expansion e(node, x);
  auto type = dyn_cast<RankedTensorType>(slope.getType());
  std::optional<int64_t> rank = node.getRank(x);
  if (node.opset < 7 && type && type.getRank() == 1 && type.getDimSize(0) != 1 && rank && *rank > 2)
    slope = e.apply<onnx::UnsqueezeOp>(
        slope, node.makeIndexConstant(llvm::to_vector(llvm::seq<int64_t>(1, *rank - 1))));
  node.setResult(0, e.select(e.isLess(x, e.number(0)), e.multiply(x, slope), x));
}

/// gamma * elu(x, alpha).
static void importSelu(NodeImporter &node) {
  Value x = node.getOperand(0);
  Expansion e(node, x);
  float alpha = node.getFloat("alpha", 1.67326319217681884765625f);
  float gamma = node.getFloat("gamma", 1.05070102214813232421875f);
  node.setResult(0, e.multiply(e.apply<onnx::EluOp>(x, llvm::APFloat(alpha)), e.number(gamma)));
}

/// alpha * elu(x / alpha).
static void importCelu(NodeImporter &node) {
  Value x = node.getOperand(0);
  Expansion e(node, x);
  float alpha = node.getFloat("alpha", 1);
  if (alpha == 1) {
    node.setResult(0, e.apply<onnx::EluOp>(x, llvm::APFloat(1.0f)));
    return;
  }
  Value scaled = e.divide(x, e.number(alpha));
  node.setResult(0, e.multiply(e.apply<onnx::EluOp>(scaled, llvm::APFloat(1.0f)), e.number(alpha)));
}

/// x where x > alpha, else 0.
static void importThresholdedRelu(NodeImporter &node) {
  Value x = node.getOperand(0);
  Expansion e(node, x);
  Value isAbove = e.isLess(e.number(node.getFloat("alpha", 1)), x);
  node.setResult(0, e.select(isAbove, x, e.number(0)));
}

/// x / (1 + |x|).
static void importSoftsign(NodeImporter &node) {
  Value x = node.getOperand(0);
  Expansion e(node, x);
  node.setResult(0, e.divide(x, e.add(e.apply<onnx::AbsOp>(x), e.number(1))));
}

/// x + bias below -lambd, x - bias above lambd, 0 between. Integers are computed in double and lose
/// their fraction, since the attributes need not be whole.
static void importShrink(NodeImporter &node) {
  Value x = node.getOperand(0);
  Type type = node.getElementType(x), f64 = node.builder.getF64Type();
  bool isInteger = isa<IntegerType>(type);
  if (isInteger)
    x = node.create<onnx::CastOp>(node.getUnranked(f64), x, f64);
  float bias = node.getFloat("bias", 0), lambd = node.getFloat("lambd", 0.5f);
  Expansion e(node, x);
  Value inner = e.select(e.isLess(e.number(lambd), x), e.subtract(x, e.number(bias)), e.number(0));
  Value y = e.select(e.isLess(x, e.number(-lambd)), e.add(x, e.number(bias)), inner);
  node.setResult(0, isInteger ? node.create<onnx::CastOp>(node.getUnranked(type), y, type) : y);
}

static Value makeSum(NodeImporter &node) {
  ArrayRef<Value> operands = node.getAllOperands();
  Expansion e(node, operands.front());
  if (operands.size() == 1)
    return e.apply<onnx::IdentityOp>(operands.front());
  Value sum = operands.front();
  for (Value operand : operands.drop_front())
    sum = e.add(sum, operand);
  return sum;
}

static void importSum(NodeImporter &node) { node.setResult(0, makeSum(node)); }

static void importMean(NodeImporter &node) {
  Value sum = makeSum(node);
  Expansion e(node, sum);
  node.setResult(0, e.divide(sum, e.number(node.getNumOperands())));
}

/// x / |x|_p along the axis; 0 where the norm is 0.
static void importLpNormalization(NodeImporter &node) {
  Value x = node.getOperand(0);
  Expansion e(node, x);
  Value axes = node.makeIndexConstant(node.getInt("axis", -1));
  int64_t p = node.getInt("p", 2);
  if (p != 1 && p != 2)
    failInput("attribute 'p' must be 1 or 2");
  Value norm = p == 1 ? e.apply<onnx::ReduceL1Op>(x, axes, true, false)
                      : e.apply<onnx::ReduceL2Op>(x, axes, true, false);
  Value zero = e.number(0);
  node.setResult(0, e.select(e.isEqual(norm, zero), zero, e.divide(x, norm)));
}

/// (x - mean) / (sqrt(mean((x - mean)^2)) + 1e-9).
static void importMeanVarianceNormalization(NodeImporter &node) {
  Value x = node.getOperand(0);
  Expansion e(node, x);
  Value axes = node.makeIndexConstant(node.getInts("axes").value_or(SmallVector<int64_t>{0, 2, 3}));
  auto average = [&](Value of) { return e.apply<onnx::ReduceMeanOp>(of, axes, true, false); };
  Value centered = e.subtract(x, average(x));
  Value deviation = e.apply<onnx::SqrtOp>(average(e.multiply(centered, centered)));
  node.setResult(0, e.divide(centered, e.add(deviation, e.number(1e-9))));
}

static constexpr unsigned unbounded = ~0u;

static const OperatorRule rules[] = {
    {"Celu", 12, 1, 1, 1, importCelu},
    {"HardSwish", 14, 1, 1, 1, importHardSwish},
    {"LpNormalization", 1, 1, 1, 1, importLpNormalization},
    {"Mean", 1, 1, unbounded, 1, importMean},
    {"MeanVarianceNormalization", 9, 1, 1, 1, importMeanVarianceNormalization},
    {"PRelu", 1, 2, 2, 1, importPRelu},
    {"Selu", 1, 1, 1, 1, importSelu},
    {"Shrink", 9, 1, 1, 1, importShrink},
    {"Softsign", 1, 1, 1, 1, importSoftsign},
    {"Sum", 1, 1, unbounded, 1, importSum},
    {"SwiGLU", 28, 2, 2, 1, importSwiGLU},
    {"Swish", 24, 1, 1, 1, importSwish},
    {"ThresholdedRelu", 10, 1, 1, 1, importThresholdedRelu},
};

ArrayRef<OperatorRule> fovea::getFunctionRules() { return rules; }
