// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attention whose scores and probabilities go through graphs of the model: its definition, with the
// graphs in line.

#include "compiler/import/AttentionRules.h"
#include "compiler/import/ImportFailure.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxMatrixOps.h"
#include "dialects/onnx/OnnxNormOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "onnx_ml.pb.h"

using namespace mlir;
using namespace fovea;

/// `value` through the graph attribute `name`, if there is one.
static Value applyGraph(NodeImporter &node, StringRef name, Value value) {
  if (!node.hasAttribute(name))
    return value;
  Region region;
  node.importGraph(name, region, value.getType());
  Block &block = region.front();
  Operation *yield = block.getTerminator();
  if (yield->getNumOperands() != 1 ||
      node.getElementType(yield->getOperand(0)) != node.getElementType(value))
    failInput("the graph '" + name + "' must make one tensor of its input's type");
  block.getArgument(0).replaceAllUsesWith(value);
  Value result = yield->getOperand(0);
  yield->erase();
  Block *target = node.builder.getInsertionBlock();
  target->getOperations().splice(node.builder.getInsertionPoint(), block.getOperations());
  return result;
}

static Type getComputeType(NodeImporter &node, Type elementType) {
  using Proto = onnxpb::TensorProto;
  Builder &builder = node.builder;
  if (!node.hasAttribute("softmax_precision"))
    return elementType.isF64() ? elementType : Type(builder.getF32Type());
  switch (int64_t precision = node.getInt("softmax_precision", 0)) {
  case Proto::FLOAT:
    return builder.getF32Type();
  case Proto::FLOAT16:
    return builder.getF16Type();
  case Proto::BFLOAT16:
    return builder.getBF16Type();
  case Proto::DOUBLE:
    return builder.getF64Type();
  default:
    failInput("attribute 'softmax_precision' is " + Twine(precision) +
              ", expected a floating-point type");
  }
}

/// The key and value heads once for every query head.
static Value repeatHeads(NodeImporter &node, Value x, int64_t heads) {
  auto type = cast<RankedTensorType>(x.getType());
  if (type.getDimSize(1) == heads)
    return x;
  int64_t shared = type.getDimSize(1), width = type.getDimSize(3);
  if (shared < 1 || heads % shared != 0 || ShapedType::isDynamic(width))
    failInput("the number of query heads, " + Twine(heads) +
              ", is no multiple of that of the keys");
  Value grouped =
      node.create<onnx::UnsqueezeOp>(node.getTypeLike(x), x, node.makeIndexConstant({2}));
  grouped = node.create<onnx::ExpandOp>(node.getTypeLike(x), grouped,
                                        node.makeIndexConstant({1, 1, heads / shared, 1, 1}));
  return makeReshape(node, grouped, {0, heads, -1, width});
}

void fovea::importFlexAttention(NodeImporter &node) {
  Value q = node.getOperand(0), k = node.getOperand(1), v = node.getOperand(2);
  for (Value operand : {q, k, v}) {
    auto type = dyn_cast<RankedTensorType>(operand.getType());
    if (!type)
      failUnsupported("the ranks of query, key and value must be known when the model is read");
    if (type.getRank() != 4)
      failInput("query, key and value must be [batch, heads, sequence, size]");
    if (type.isDynamicDim(1))
      failUnsupported("the numbers of heads must be known when the model is read");
  }
  Type type = node.getElementType(q), computeType = getComputeType(node, type);
  int64_t heads = cast<RankedTensorType>(q.getType()).getDimSize(1);
  Value scale = node.hasAttribute("scale")
                    ? makeScalar(node, node.getFloat("scale", 1), node.builder.getF32Type())
                    : makeInverseRoot(node, makeExtent(node, q, 3));
  Value root = node.create<onnx::SqrtOp>(node.getTypeLike(scale), scale);
  root = makeCast(node, root, type);
  auto scaled = [&](Value x) { return node.create<onnx::MulOp>(node.getTypeLike(x), x, root); };
  Value transposed = makeTranspose(node, scaled(repeatHeads(node, k, heads)), {0, 1, 3, 2});
  Value scores = node.create<onnx::MatMulOp>(node.getTypeLike(q), scaled(q), transposed);
  scores = applyGraph(node, "score_mod", makeCast(node, scores, computeType));
  Value p = node.create<onnx::SoftmaxOp>(node.getTypeLike(scores), scores, -1);
  p = applyGraph(node, "prob_mod", p);
  Value values = makeCast(node, repeatHeads(node, v, heads), computeType);
  Value y = node.create<onnx::MatMulOp>(node.getTypeLike(p), p, values);
  node.setResult(0, makeCast(node, y, node.getElementType(v)));
}
