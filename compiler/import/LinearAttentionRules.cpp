// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attention as a recurrence: a Scan over the sequence that carries, per key-value head, a matrix
// of keys by values. Computed in f32, or in f64 for operands of f64.

#include "compiler/import/AttentionRules.h"
#include "compiler/import/ImportFailure.h"
#include "dialects/onnx/OnnxControlOps.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxMatrixOps.h"
#include "dialects/onnx/OnnxShapeOps.h"

using namespace mlir;
using namespace fovea;

namespace {
/// What one step does, by the attribute `update_rule`.
struct UpdateRule {
  bool decays, corrects;
};
} // namespace

static UpdateRule getUpdateRule(NodeImporter &node) {
  std::string name = node.getString("update_rule", "gated_delta");
  if (!llvm::is_contained({"linear", "gated", "delta", "gated_delta"}, name))
    failInput("attribute 'update_rule' is '" + name +
              "', expected linear, gated, delta or gated_delta");
  UpdateRule rule{StringRef(name).starts_with("gated"), StringRef(name).ends_with("delta")};
  if (rule.decays != node.hasOperand(4) || rule.corrects != node.hasOperand(5))
    failInput("update rule '" + name + "' " + (rule.decays ? "needs" : "takes no") + " decay and " +
              (rule.corrects ? "needs" : "takes no") + " beta");
  return rule;
}

/// The state before the first step, [batch, heads, keys, values], from k [batch, sequence, heads,
/// keys, 1] and v [batch, sequence, heads, 1, values].
static Value makeInitialState(NodeImporter &node, Value k, Value v, Type type) {
  if (node.hasOperand(3))
    return makeCast(node, node.getOperand(3), type);
  Value shape = makeConcat(node,
                           {makeExtent(node, k, 0), makeExtent(node, k, 2), makeExtent(node, k, 3),
                            makeExtent(node, v, 4)},
                           0);
  ElementsAttr zero = DenseElementsAttr::get(RankedTensorType::get({1}, type),
                                             Attribute(node.builder.getFloatAttr(type, 0.0)));
  return node.create<onnx::ConstantOfShapeOp>(node.getUnranked(type), shape, zero);
}

void fovea::importLinearAttention(NodeImporter &node) {
  UpdateRule rule = getUpdateRule(node);
  int64_t heads = node.getRequiredInt("q_num_heads"),
          keyHeads = node.getRequiredInt("kv_num_heads");
  if (keyHeads < 1 || heads < 1 || heads % keyHeads != 0)
    failInput("there are " + Twine(heads) + " query heads, not a multiple of the " +
              Twine(keyHeads) + " heads of keys and values");
  // How the recurrence is cut does not change its result.
  node.getInt("chunk_size", 64);
  Type given = node.getElementType(node.getOperand(0));
  Type type = given.isF64() ? given : Type(node.builder.getF32Type());
  auto operand = [&](unsigned index, ArrayRef<int64_t> shape) {
    return makeReshape(node, makeCast(node, node.getOperand(index), type), shape);
  };
  Value q = operand(0, {0, 0, keyHeads, heads / keyHeads, -1});
  Value k = operand(1, {0, 0, keyHeads, -1, 1});
  Value v = operand(2, {0, 0, keyHeads, 1, -1});
  SmallVector<Value> tensors = {makeInitialState(node, k, v, type), q, k, v};
  if (rule.decays) {
    Value decay = operand(4, {0, 0, keyHeads, -1, 1});
    tensors.push_back(node.create<onnx::ExpOp>(node.getTypeLike(decay), decay));
  }
  if (rule.corrects)
    tensors.push_back(operand(5, {0, 0, -1, 1, 1}));

  Region body;
  Block &block = body.emplaceBlock();
  SmallVector<int64_t> unknown(4, ShapedType::kDynamic);
  for (size_t i = 0; i < tensors.size(); ++i)
    block.addArgument(RankedTensorType::get(unknown, type), node.loc);
  {
    OpBuilder::InsertionGuard guard(node.builder);
    node.builder.setInsertionPointToStart(&block);
    auto make = [&](auto tag, Value a, Value b) {
      return node.create<decltype(tag)>(node.getUnranked(type), a, b);
    };
    Value state = block.getArgument(0), query = block.getArgument(1), key = block.getArgument(2),
          value = block.getArgument(3);
    if (rule.decays)
      state = make(onnx::MulOp(), state, block.getArgument(4));
    if (rule.corrects) {
      Value known = make(onnx::MatMulOp(), makeTranspose(node, key, {0, 1, 3, 2}), state);
      value = make(onnx::MulOp(), make(onnx::SubOp(), value, known),
                   block.getArgument(block.getNumArguments() - 1));
    }
    state = make(onnx::AddOp(), state, make(onnx::MulOp(), key, value));
    Value output = make(onnx::MatMulOp(), query, state);
    onnx::YieldOp::create(node.builder, node.loc, ValueRange({state, output}));
  }
  size_t inputs = tensors.size() - 1;
  SmallVector<int64_t> time(inputs, 1), forward(inputs, 0);
  SmallVector<Type> types(2, node.getUnranked(type));
  auto scan = onnx::ScanOp::create(node.builder, node.loc, types, tensors, inputs, time, forward,
                                   SmallVector<int64_t>{1}, SmallVector<int64_t>{0});
  scan.getBody().takeBody(body);
  node.refineTypes(scan);

  float scale = node.getFloat("scale", 0);
  Value factor = scale != 0 ? makeScalar(node, scale, type)
                            : makeCast(node, makeInverseRoot(node, makeExtent(node, k, 3)), type);
  Value y = node.create<onnx::MulOp>(node.getUnranked(type), scan->getResult(1), factor);
  node.setResult(0, makeCast(node, makeReshape(node, y, {0, 0, -1}), given));
  Type stateType = node.hasOperand(3) ? node.getElementType(node.getOperand(3)) : given;
  node.setResult(1, makeCast(node, scan->getResult(0), stateType));
}
