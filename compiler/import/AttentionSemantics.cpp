// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attention as earlier releases of the standard defined it: written out in simpler operators, where
// raising finds it again.

#include "compiler/import/AttentionSemantics.h"

#include "compiler/import/AttentionRules.h"
#include "compiler/import/Expansion.h"
#include "compiler/import/ImportFailure.h"
#include "dialects/onnx/OnnxMatrixOps.h"
#include "dialects/onnx/OnnxNormOps.h"
#include "dialects/onnx/OnnxShapeOps.h"

#include <utility>

using namespace mlir;
using namespace fovea;

static constexpr std::pair<AttentionSemantics, StringLiteral> names[] = {
    {AttentionSemantics::Onnx118, "1.18"},
    {AttentionSemantics::Onnx120, "1.20"},
    {AttentionSemantics::Onnx122, "1.22"},
    {AttentionSemantics::Onnx123, "1.23"},
};

std::optional<AttentionSemantics> fovea::parseAttentionSemantics(StringRef release) {
  for (const auto &[semantics, name] : names)
    if (name == release)
      return semantics;
  return std::nullopt;
}

StringRef fovea::stringifyAttentionSemantics(AttentionSemantics semantics) {
  return names[int(semantics)].second;
}

namespace {
class OldAttention {
public:
  OldAttention(NodeImporter &node, AttentionSemantics semantics)
      : node(node), semantics(semantics), type(node.getElementType(node.getOperand(0))) {}

  void import();

private:
  bool isBefore(AttentionSemantics release) const { return semantics < release; }

  /// [batch, heads, sequence, size] of an operand in either layout.
  Value takeApart(Value x, int64_t heads);
  /// Key or value heads once for every query head.
  Value repeat(Value x, int64_t heads);
  /// 0, 1, ... along `axis` of `x`, as i64.
  Value count(Value x, int64_t axis);
  void addBias(Value term) { bias = bias ? Expansion(node, term).add(bias, term) : term; }
  /// What is added for `visible`: 0, or minus infinity where it is false.
  Value hide(Value visible);
  void addPositions(Value q, Value k);
  Value cap(Value scores);

  NodeImporter &node;
  AttentionSemantics semantics;
  Type type;
  /// Null when nothing is added to the scores.
  Value bias;
};
} // namespace

static int64_t getHeadDimension(NodeImporter &node, Value x, int64_t axis, StringRef what) {
  auto ranked = dyn_cast<RankedTensorType>(x.getType());
  if (!ranked || axis >= ranked.getRank() || ranked.isDynamicDim(axis))
    failUnsupported("with --onnx-attention-semantics, " + what +
                    " must be known when the model is read");
  return ranked.getDimSize(axis);
}

Value OldAttention::takeApart(Value x, int64_t heads) {
  std::optional<int64_t> rank = node.getRank(x);
  bool packed = rank ? *rank == 3 : heads > 0;
  if (!packed)
    return x;
  if (heads < 1 || !isBefore(AttentionSemantics::Onnx120))
    return splitHeads(node, x, heads);
  int64_t width = getHeadDimension(node, x, 2, "the last dimension of each operand");
  if (width % heads != 0)
    failInput("the last dimension, " + Twine(width) + ", is no multiple of the " + Twine(heads) +
              " heads");
  return makeReshape(node, x, {0, heads, -1, width / heads});
}

Value OldAttention::repeat(Value x, int64_t heads) {
  int64_t shared = getHeadDimension(node, x, 1, "the number of heads");
  if (shared == heads)
    return x;
  if (shared < 1 || heads % shared != 0)
    failInput("the number of query heads, " + Twine(heads) +
              ", is no multiple of that of the keys");
  int64_t width = getHeadDimension(node, x, 3, "the size of a head");
  bool inTurn = isBefore(AttentionSemantics::Onnx120);
  Value grouped = node.create<onnx::UnsqueezeOp>(node.getTypeLike(x), x,
                                                 node.makeIndexConstant({inTurn ? 1 : 2}));
  SmallVector<int64_t> extents(5, 1);
  extents[inTurn ? 1 : 2] = heads / shared;
  grouped =
      node.create<onnx::ExpandOp>(node.getTypeLike(x), grouped, node.makeIndexConstant(extents));
  return makeReshape(node, grouped, {0, heads, -1, width});
}

Value OldAttention::count(Value x, int64_t axis) {
  Type integer = node.builder.getI64Type();
  Value limit = node.create<onnx::SqueezeOp>(node.getUnranked(integer), makeExtent(node, x, axis),
                                             node.makeIndexConstant({0}));
  return node.create<onnx::RangeOp>(node.getUnranked(integer), node.makeNumber(0, integer), limit,
                                    node.makeNumber(1, integer));
}

Value OldAttention::hide(Value visible) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  return node.create<onnx::WhereOp>(node.getUnranked(type), visible, node.makeNumber(0, type),
                                    node.makeNumber(-infinity, type));
}

void OldAttention::addPositions(Value q, Value k) {
  Type boolean = node.builder.getI1Type();
  Value keys = count(k, 2);
  if (node.getBool("is_causal", false)) {
    Value queries = count(q, 2);
    if (node.hasOperand(4) && !isBefore(AttentionSemantics::Onnx120))
      queries = Expansion(node, queries).add(queries, makeExtent(node, node.getOperand(4), 2));
    queries = node.create<onnx::UnsqueezeOp>(node.getTypeLike(queries), queries,
                                             node.makeIndexConstant({1}));
    addBias(hide(node.create<onnx::LessOrEqualOp>(node.getUnranked(boolean), keys, queries)));
  }
  if (!node.hasOperand(6))
    return;
  Value counts = makeCast(node, node.getOperand(6), node.builder.getI64Type());
  counts = node.create<onnx::UnsqueezeOp>(node.getTypeLike(counts), counts,
                                          node.makeIndexConstant({1, 2, 3}));
  addBias(hide(node.create<onnx::LessOp>(node.getUnranked(boolean), keys, counts)));
}

Value OldAttention::cap(Value scores) {
  float limit = node.getFloat("softcap", 0);
  if (limit <= 0)
    return scores;
  Expansion e(node, scores);
  Value number = e.number(limit);
  return e.multiply(e.apply<onnx::TanhOp>(e.divide(scores, number)), number);
}

void OldAttention::import() {
  int64_t queryHeads = getHeadCount(node, "q_num_heads"),
          keyHeads = getHeadCount(node, "kv_num_heads");
  for (StringRef name : {"left_window_size", "right_window_size"})
    if (node.getInt(name, -1) != -1)
      failUnsupported("attribute '" + name + "' is newer than --onnx-attention-semantics " +
                      stringifyAttentionSemantics(semantics));
  bool packed = node.getRank(node.getOperand(0)) == 3;
  Value q = takeApart(node.getOperand(0), queryHeads), k = takeApart(node.getOperand(1), keyHeads),
        v = takeApart(node.getOperand(2), keyHeads);
  if (node.hasOperand(4) != node.hasOperand(5))
    failInput("past_key and past_value must be given together");
  if (node.hasOperand(4)) {
    k = makeConcat(node, {node.getOperand(4), k}, 2);
    v = makeConcat(node, {node.getOperand(5), v}, 2);
  }
  node.setResult(1, k);
  node.setResult(2, v);
  int64_t heads = getHeadDimension(node, q, 1, "the number of heads");
  k = repeat(k, heads);
  v = makeCast(node, repeat(v, heads), type);

  Value scale = node.hasAttribute("scale")
                    ? makeScalar(node, node.getFloat("scale", 1), node.builder.getF32Type())
                    : makeInverseRoot(node, makeExtent(node, q, 3));
  Value root = makeCast(node, node.create<onnx::SqrtOp>(node.getTypeLike(scale), scale), type);
  auto scaled = [&](Value x) { return Expansion(node, x).multiply(x, root); };
  Value scores = node.create<onnx::MatMulOp>(node.getTypeLike(q), scaled(q),
                                             makeTranspose(node, scaled(k), {0, 1, 3, 2}));
  if (node.hasOperand(3)) {
    Value mask = node.getOperand(3);
    addBias(node.getElementType(mask).isInteger(1) ? hide(mask) : makeCast(node, mask, type));
  }
  addPositions(q, k);

  // The outputs in the order of the modes of this release.
  Value stages[4] = {scores};
  auto addsBias = [&](Value x) { return bias ? Expansion(node, x).add(x, bias) : x; };
  bool biasFirst = isBefore(AttentionSemantics::Onnx122);
  stages[1] = biasFirst ? addsBias(scores) : cap(scores);
  stages[2] = biasFirst ? cap(stages[1]) : addsBias(stages[1]);
  stages[3] = node.create<onnx::SoftmaxOp>(node.getTypeLike(scores), stages[2], -1);
  int64_t mode = node.getInt("qk_matmul_output_mode", 0);
  if (mode < 0 || mode > 3)
    failInput("attribute 'qk_matmul_output_mode' is " + Twine(mode) + ", expected 0 to 3");
  node.setResult(3, stages[mode]);
  Value y = node.create<onnx::MatMulOp>(node.getTypeLike(q), stages[3], v);
  if (packed)
    y = makeReshape(node, makeTranspose(node, y, {0, 2, 1, 3}), {0, 0, -1});
  node.setResult(0, y);
}

void fovea::importOldAttention(NodeImporter &node, AttentionSemantics semantics) {
  OldAttention(node, semantics).import();
}
