// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operators of the domain com.microsoft, which ONNX Runtime's optimizer writes: each becomes the
// standard's operators that it was fused from. Attention has a file of its own.

#include "compiler/import/AttentionRules.h"
#include "compiler/import/Expansion.h"
#include "compiler/import/ImportFailure.h"
#include "compiler/import/Rules.h"
#include "dialects/onnx/OnnxMatrixOps.h"
#include "dialects/onnx/OnnxNormOps.h"
#include "dialects/onnx/OnnxReduceOps.h"
#include "dialects/onnx/OnnxShapeOps.h"

#include <numeric>

using namespace mlir;
using namespace fovea;

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

/// Gelu(operand 0 + operand 1), the second where there is one.
static Value makeBiasedGelu(NodeImporter &node, StringRef approximate) {
  Value x = node.getOperand(0);
  Expansion e(node, x);
  if (node.hasOperand(1))
    x = e.add(x, node.getOperand(1));
  return e.apply<onnx::GeluOp>(x, node.builder.getStringAttr(approximate));
}

static void importGelu(NodeImporter &node) { node.setResult(0, makeBiasedGelu(node, "none")); }

static void importFastGelu(NodeImporter &node) { node.setResult(0, makeBiasedGelu(node, "tanh")); }

/// x * sigmoid(alpha * x).
static void importQuickGelu(NodeImporter &node) {
  Value x = node.getOperand(0);
  Expansion e(node, x);
  float alpha = node.getFloat("alpha", 1.702f);
  Value scaled = alpha == 1 ? x : e.multiply(x, e.number(alpha));
  node.setResult(0, e.multiply(x, e.apply<onnx::SigmoidOp>(scaled)));
}

/// The half in front times the Gelu of the half behind, of operand 0 + operand 1.
static void importBiasSplitGelu(NodeImporter &node) {
  Value x = node.getOperand(0);
  Expansion e(node, x);
  x = e.add(x, node.getOperand(1));
  auto split = onnx::SplitOp::create(
      node.builder, node.loc, SmallVector<Type>(2, node.getTypeLike(x)), x, node.makeNone(), -1);
  node.refineTypes(split);
  Value gate = e.apply<onnx::GeluOp>(split->getResult(1), node.builder.getStringAttr("none"));
  node.setResult(0, e.multiply(split->getResult(0), gate));
}

static void importBiasAdd(NodeImporter &node) {
  Value x = node.getOperand(0);
  Expansion e(node, x);
  node.setResult(0, e.add(e.add(x, node.getOperand(1)), node.getOperand(2)));
}

/// The activation that is fused to a product, its numbers in the order of the attributes.
static Value applyActivation(NodeImporter &node, Value x, StringRef name, ArrayRef<float> numbers) {
  Expansion e(node, x);
  auto number = [&](unsigned index, float otherwise) {
    return llvm::APFloat(index < numbers.size() ? numbers[index] : otherwise);
  };
  if (name.empty())
    return x;
  if (name == "Relu")
    return e.apply<onnx::ReluOp>(x);
  if (name == "Sigmoid")
    return e.apply<onnx::SigmoidOp>(x);
  if (name == "Tanh")
    return e.apply<onnx::TanhOp>(x);
  if (name == "LeakyRelu")
    return e.apply<onnx::LeakyReluOp>(x, number(0, 0.01f));
  if (name == "Elu")
    return e.apply<onnx::EluOp>(x, number(0, 1));
  if (name == "HardSigmoid")
    return e.apply<onnx::HardSigmoidOp>(x, number(0, 0.2f), number(1, 0.5f));
  if (name == "Softplus")
    return e.apply<onnx::SoftplusOp>(x);
  if (name == "Softsign")
    return e.divide(x, e.add(e.apply<onnx::AbsOp>(x), e.number(1)));
  if (name == "Clip" && numbers.size() == 2)
    return e.apply<onnx::ClipOp>(x, e.number(numbers[0]), e.number(numbers[1]));
  failUnsupported("attribute 'activation' is '" + name +
                  "', expected Relu, Sigmoid, Tanh, LeakyRelu, Elu, HardSigmoid, Softplus, "
                  "Softsign or Clip with two numbers");
}

//===----------------------------------------------------------------------===//
// Products and convolutions
//===----------------------------------------------------------------------===//

/// A product's operand with its matrices transposed, or with its rows in front of the batch.
static Value arrange(NodeImporter &node, Value x, bool transposed, bool rowsFirst) {
  if (!transposed && !rowsFirst)
    return x;
  std::optional<int64_t> rank = node.getRank(x);
  if (!rank)
    failUnsupported("the rank of a transposed operand must be known when the model is read");
  if (*rank < 2)
    return x;
  SmallVector<int64_t> order(*rank);
  std::iota(order.begin(), order.end(), 0);
  if (rowsFirst)
    std::rotate(order.begin(), order.begin() + 1, order.end() - 1);
  if (transposed)
    std::swap(order[*rank - 2], order[*rank - 1]);
  return makeTranspose(node, x, order);
}

static void importFusedMatMul(NodeImporter &node) {
  Value a = arrange(node, node.getOperand(0), node.getBool("transA", false),
                    node.getBool("transBatchA", false));
  Value b = arrange(node, node.getOperand(1), node.getBool("transB", false),
                    node.getBool("transBatchB", false));
  Value product = node.create<onnx::MatMulOp>(node.getTypeLike(a), a, b);
  Expansion e(node, product);
  float alpha = node.getFloat("alpha", 1);
  node.setResult(0, alpha == 1 ? product : e.multiply(product, e.number(alpha)));
}

static void importFusedGemm(NodeImporter &node) {
  findOperatorRule("", "Gemm")->import(node);
  SmallVector<float> numbers;
  for (StringRef name : {"activation_alpha", "activation_beta", "activation_gamma"})
    if (node.hasAttribute(name))
      numbers.push_back(node.getFloat(name, 0));
  std::string activation = node.getString("activation", "");
  node.setResult(0, applyActivation(node, node.getResults()[0], activation, numbers));
}

/// A convolution, then what is added to it, then the activation.
static void importFusedConv(NodeImporter &node) {
  findOperatorRule("", "Conv")->import(node);
  Value y = node.getResults()[0];
  if (node.hasOperand(3))
    y = Expansion(node, y).add(y, node.getOperand(3));
  SmallVector<float> numbers = node.getFloats("activation_params").value_or(SmallVector<float>());
  node.setResult(0, applyActivation(node, y, node.getString("activation", ""), numbers));
}

//===----------------------------------------------------------------------===//
// Normalizations
//===----------------------------------------------------------------------===//

static Value makeLayerNormalization(NodeImporter &node, Value x, Value scale, Value bias) {
  Builder &builder = node.builder;
  Type type = node.getTypeLike(x);
  return node.create<onnx::LayerNormalizationOp>(
      TypeRange(type), x, scale, bias,
      builder.getIntegerAttr(builder.getIntegerType(64, /*isSigned=*/true), -1),
      builder.getF32FloatAttr(node.getFloat("epsilon", 1e-12f)));
}

/// The sum of input, skip and bias, which is also a result.
static Value addSkip(NodeImporter &node, unsigned biasIndex) {
  if (node.wantsOutput(1) || node.wantsOutput(2))
    failUnsupported(
        "the outputs 'mean' and 'inv_std_var' are those of training, and not supported");
  Value x = node.getOperand(0);
  Expansion e(node, x);
  x = e.add(x, node.getOperand(1));
  if (node.hasOperand(biasIndex))
    x = e.add(x, node.getOperand(biasIndex));
  node.setResult(3, x);
  return x;
}

static void importSkipLayerNormalization(NodeImporter &node) {
  Value sum = addSkip(node, 4);
  node.setResult(0,
                 makeLayerNormalization(node, sum, node.getOperand(2), node.getOptionalOperand(3)));
}

static void importSkipSimplifiedLayerNormalization(NodeImporter &node) {
  Value sum = addSkip(node, 3);
  node.setResult(
      0, node.create<onnx::RMSNormalizationOp>(node.getTypeLike(sum), sum, node.getOperand(2), -1,
                                               llvm::APFloat(node.getFloat("epsilon", 1e-12f))));
}

/// Embeddings of words, positions and segments added up and normalised. The second result counts
/// the ones of a mask's rows, which are none without a mask.
static void importEmbedLayerNormalization(NodeImporter &node) {
  Value ids = node.getOperand(0), positions = node.getOperand(3);
  Type type = node.getTypeLike(positions);
  auto look = [&](Value table, Value rows) {
    return node.create<onnx::GatherOp>(type, table, rows, 0);
  };
  node.getInt("mask_index_type", 0);
  if (node.hasOperand(8))
    positions = look(positions, node.getOperand(8));
  else
    positions = node.create<onnx::SliceOp>(type, positions, node.makeIndexConstant({0}),
                                           makeExtent(node, ids, 1), node.makeIndexConstant({0}),
                                           node.makeNone());
  Value words = look(node.getOperand(2), ids);
  Expansion e(node, words);
  Value sum = e.add(words, positions);
  if (node.hasOperand(4))
    sum = e.add(sum, look(node.getOperand(4), node.getOperand(1)));
  node.setResult(0, makeLayerNormalization(node, sum, node.getOperand(5), node.getOperand(6)));
  node.setResult(2, sum);
  if (!node.wantsOutput(1))
    return;
  Value mask = node.hasOperand(7) ? node.getOperand(7) : ids;
  Expansion counts(node, mask);
  Value ones = counts.multiply(mask, counts.number(0));
  if (node.hasOperand(7))
    ones = makeCast(node, counts.isEqual(mask, counts.number(1)), node.getElementType(mask));
  node.setResult(1, counts.apply<onnx::ReduceSumOp>(ones, node.makeIndexConstant({1}),
                                                    /*keepdims=*/false, false));
}

static const OperatorRule rules[] = {
    {"com.microsoft::BiasAdd", 1, 3, 3, 1, importBiasAdd},
    {"com.microsoft::BiasGelu", 1, 2, 2, 1, importGelu},
    {"com.microsoft::BiasSplitGelu", 1, 2, 2, 1, importBiasSplitGelu},
    {"com.microsoft::EmbedLayerNormalization", 1, 7, 9, 3, importEmbedLayerNormalization},
    {"com.microsoft::FastGelu", 1, 1, 2, 1, importFastGelu},
    {"com.microsoft::FusedConv", 1, 2, 4, 1, importFusedConv},
    {"com.microsoft::FusedGemm", 1, 2, 3, 1, importFusedGemm},
    {"com.microsoft::FusedMatMul", 1, 2, 2, 1, importFusedMatMul},
    {"com.microsoft::Gelu", 1, 1, 1, 1, importGelu},
    {"com.microsoft::QuickGelu", 1, 1, 1, 1, importQuickGelu},
    {"com.microsoft::SkipLayerNormalization", 1, 3, 5, 4, importSkipLayerNormalization},
    {"com.microsoft::SkipSimplifiedLayerNormalization", 1, 3, 4, 4,
     importSkipSimplifiedLayerNormalization},
    {"com.microsoft::TransposeMatMul", 1, 2, 2, 1, importFusedMatMul},
};

ArrayRef<OperatorRule> fovea::getContribRules() { return rules; }
