// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attention and rotary embedding of the domain com.microsoft, as the standard's Attention and what
// stands around it. A padding mask hides with a finite number, as ONNX Runtime does; causality
// hides entirely.

#include "compiler/import/AttentionRules.h"
#include "compiler/import/Expansion.h"
#include "compiler/import/ImportFailure.h"
#include "compiler/import/Rules.h"
#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxAttentionOps.h"
#include "dialects/onnx/OnnxMatrixOps.h"
#include "dialects/onnx/OnnxScatterOps.h"
#include "dialects/onnx/OnnxShapeOps.h"

using namespace mlir;
using namespace fovea;

namespace {
/// What the three operators have in common: operands in the standard's layouts, and what becomes of
/// them.
struct Parts {
  Value query, key, value;
  /// Added to the scores; null for nothing.
  Value bias;
  SmallVector<Value> positions;
  int64_t heads, keyHeads;
  bool isCausal = false;
  int64_t leftWindow = -1;
  float softcap = 0;
};
} // namespace

static void setAttention(NodeImporter &node, const Parts &parts) {
  Builder &builder = node.builder;
  // No scale is the usual one.
  float scale = node.getFloat("scale", 0);
  auto op = onnx::AttentionOp::create(
      node.builder, node.loc, node.getTypeLike(parts.query), Type(), parts.query, parts.key,
      parts.value, parts.bias ? parts.bias : node.makeNone(), parts.positions,
      builder.getBoolAttr(parts.isCausal), makeNumber(node, parts.heads),
      makeNumber(node, parts.keyHeads), scale == 0 ? FloatAttr() : builder.getF32FloatAttr(scale),
      builder.getF32FloatAttr(parts.softcap), makeNumber(node, parts.leftWindow),
      makeNumber(node, -1), makeNumber(node, 0));
  node.refineTypes(op);
  node.setResult(0, op.getY());
}

static int64_t getHeads(NodeImporter &node, StringRef name) {
  node.getRequiredInt(name);
  return getHeadCount(node, name);
}

static void refuseOperand(NodeImporter &node, unsigned index, StringRef name) {
  if (node.hasOperand(index))
    failUnsupported("the input '" + name + "' is not supported");
}

static void refuseAttribute(NodeImporter &node, StringRef name, int64_t allowed) {
  if (int64_t value = node.getInt(name, allowed); value != allowed)
    failUnsupported("attribute '" + name + "' is " + Twine(value) + ", and only " + Twine(allowed) +
                    " is supported");
}

/// The parts of `x` along its last axis, or along `axis`.
static SmallVector<Value> split(NodeImporter &node, Value x, ArrayRef<int64_t> sizes,
                                int64_t axis = -1) {
  auto op = onnx::SplitOp::create(node.builder, node.loc,
                                  SmallVector<Type>(sizes.size(), node.getTypeLike(x)), x,
                                  node.makeIndexConstant(sizes), axis);
  node.refineTypes(op);
  return llvm::to_vector(ValueRange(op->getResults()));
}

/// A dimension of an operand that must be known when the model is read.
static int64_t getExtent(Value x, int64_t axis, StringRef name) {
  auto type = dyn_cast<RankedTensorType>(x.getType());
  if (!type || axis >= type.getRank() || type.isDynamicDim(axis))
    failUnsupported("dimension " + Twine(axis) + " of '" + name +
                    "' must be known when the model is read");
  return type.getDimSize(axis);
}

static Value unsqueeze(NodeImporter &node, Value x, ArrayRef<int64_t> axes) {
  return node.create<onnx::UnsqueezeOp>(node.getTypeLike(x), x, node.makeIndexConstant(axes));
}

/// 0, 1, ... as many as `extent` [1] says, as i64.
static Value makeCount(NodeImporter &node, Value extent) {
  Type type = node.builder.getI64Type();
  Value limit =
      node.create<onnx::SqueezeOp>(node.getUnranked(type), extent, node.makeIndexConstant({0}));
  return node.create<onnx::RangeOp>(node.getUnranked(type), node.makeNumber(0, type), limit,
                                    node.makeNumber(1, type));
}

/// What a padding mask adds to the scores, broadcasting against [batch, heads, queries, keys]: 0,
/// or the number that hides. It has the shape [batch, keys] or [batch, queries, keys], or [batch]
/// with how many keys there are, or [2 * batch] with their ends and then their starts.
static Value makePadding(NodeImporter &node, Value mask, Value keys, Value x) {
  std::optional<int64_t> rank = node.getRank(mask);
  if (!rank || *rank < 1 || *rank > 3)
    failUnsupported("the padding mask must have one, two or three dimensions, known when the model "
                    "is read");
  Type integer = node.builder.getI64Type(), boolean = node.builder.getI1Type();
  Value visible;
  if (*rank == 1) {
    Value numbers = unsqueeze(node, makeCast(node, mask, integer), {1});
    int64_t axis = node.getRank(keys) == 4 ? 2 : 1;
    Value count = makeCount(node, makeExtent(node, keys, axis)), ends = numbers;
    int64_t rows = getExtent(mask, 0, "the mask"), batch = getExtent(keys, 0, "the keys");
    if (rows != batch && rows != 2 * batch)
      failUnsupported("a mask of one dimension must have one or two numbers for each of the batch");
    if (rows != batch)
      ends = makeSlice(node, numbers, 0, 0, batch);
    visible = node.create<onnx::LessOp>(node.getUnranked(boolean), count, ends);
    if (rows != batch) {
      Value starts = makeSlice(node, numbers, 0, batch, toTheEnd);
      Value begun = node.create<onnx::GreaterOrEqualOp>(node.getUnranked(boolean), count, starts);
      visible = node.create<onnx::AndOp>(node.getUnranked(boolean), visible, begun);
    }
    visible = unsqueeze(node, visible, {1, 2});
  } else {
    Value zero = node.makeNumber(0, node.getElementType(mask));
    visible = node.create<onnx::GreaterOp>(node.getUnranked(boolean), mask, zero);
    visible = unsqueeze(node, visible, *rank == 2 ? ArrayRef<int64_t>{1, 2} : ArrayRef<int64_t>{1});
  }
  Type type = node.getElementType(x);
  return node.create<onnx::WhereOp>(
      node.getUnranked(type), visible, node.makeNumber(0, type),
      node.makeNumber(node.getFloat("mask_filter_value", -10000), type));
}

/// Adds what the operands `mask` and `bias` add to the scores.
static void addBias(NodeImporter &node, Parts &parts, unsigned mask, unsigned bias) {
  node.getFloat("mask_filter_value", 0);
  if (node.hasOperand(bias))
    parts.bias = node.getOperand(bias);
  if (!node.hasOperand(mask))
    return;
  Value padding = makePadding(node, node.getOperand(mask), parts.key, parts.query);
  parts.bias = parts.bias ? Expansion(node, padding).add(padding, parts.bias) : padding;
}

/// Puts the keys and values of a cache in front. Causality begins behind it.
static void addPast(NodeImporter &node, Parts &parts, Value pastKey, Value pastValue) {
  parts.key = makeConcat(node, {pastKey, parts.key}, 2);
  parts.value = makeConcat(node, {pastValue, parts.value}, 2);
  if (parts.isCausal)
    parts.positions.push_back(makeExtent(node, pastKey, 2));
}

static void splitKeyHeads(NodeImporter &node, Parts &parts) {
  parts.key = splitHeads(node, parts.key, parts.keyHeads);
  parts.value = splitHeads(node, parts.value, parts.keyHeads);
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

/// Attention with its projection: one product makes query, key and value.
static void importAttention(NodeImporter &node) {
  Value x = node.getOperand(0), weights = node.getOperand(1);
  refuseOperand(node, 6, "past_sequence_length");
  refuseAttribute(node, "do_rotary", 0);
  refuseAttribute(node, "past_present_share_buffer", 0);
  node.getInt("rotary_embedding_dim", 0);
  Parts parts;
  parts.heads = parts.keyHeads = getHeads(node, "num_heads");
  parts.isCausal = node.getBool("unidirectional", false);
  int64_t columns = getExtent(weights, 1, "weights");
  SmallVector<int64_t> sizes =
      node.getInts("qkv_hidden_sizes").value_or(SmallVector<int64_t>(3, columns / 3));
  auto isWrong = [&](int64_t size) { return size < 1 || size > columns || size % parts.heads; };
  if (sizes.size() != 3 || llvm::any_of(sizes, isWrong) ||
      sizes[0] != columns - sizes[1] - sizes[2])
    failInput("the weights have " + Twine(columns) +
              " columns, which 'qkv_hidden_sizes' and 'num_heads' do not divide");
  Value product = node.create<onnx::MatMulOp>(node.getTypeLike(x), x, weights);
  if (node.hasOperand(2))
    product = Expansion(node, product).add(product, node.getOperand(2));
  SmallVector<Value> projected = split(node, product, sizes, 2);
  parts.query = projected[0];
  parts.key = projected[1];
  parts.value = projected[2];
  if (node.hasOperand(4) || node.wantsOutput(1))
    splitKeyHeads(node, parts);
  if (node.hasOperand(4)) {
    SmallVector<Value> past = split(node, node.getOperand(4), {1, 1}, 0);
    for (Value &cache : past)
      cache =
          node.create<onnx::SqueezeOp>(node.getTypeLike(cache), cache, node.makeIndexConstant({0}));
    addPast(node, parts, past[0], past[1]);
  }
  if (node.wantsOutput(1))
    node.setResult(
        1,
        makeConcat(node, {unsqueeze(node, parts.key, {0}), unsqueeze(node, parts.value, {0})}, 0));
  addBias(node, parts, 3, 5);
  setAttention(node, parts);
}

//===----------------------------------------------------------------------===//
// MultiHeadAttention
//===----------------------------------------------------------------------===//

/// The `count` tensors packed as [batch, sequence, heads, count, size], each [batch, sequence,
/// heads
/// * size].
static SmallVector<Value> unpack(NodeImporter &node, Value packed, int64_t count) {
  SmallVector<Value> parts = split(node, packed, SmallVector<int64_t>(count, 1), 3);
  for (Value &part : parts)
    part = makeReshape(node, part, {0, 0, -1});
  return parts;
}

/// Adds the biases of the projections, which lie one behind the other. The keys' are as many as the
/// queries'.
static void addProjectionBias(NodeImporter &node, Parts &parts, Value bias) {
  int64_t size = getExtent(parts.query, 2, "query"), all = getExtent(bias, 0, "bias");
  auto add = [&](Value &x, int64_t start, int64_t end) {
    x = Expansion(node, x).add(x, makeSlice(node, bias, 0, start, end));
  };
  if (2 * size >= all)
    failInput("the bias has " + Twine(all) + " elements, too few for query, key and value");
  add(parts.query, 0, size);
  add(parts.key, size, 2 * size);
  add(parts.value, 2 * size, all);
}

static void importMultiHeadAttention(NodeImporter &node) {
  refuseOperand(node, 8, "past_sequence_length");
  refuseOperand(node, 9, "cache_indirection");
  if (node.wantsOutput(3))
    failUnsupported("the output 'qk' is not supported");
  Parts parts;
  parts.heads = parts.keyHeads = getHeads(node, "num_heads");
  parts.isCausal = node.getBool("unidirectional", false);
  Value query = node.getOperand(0);
  if (!node.hasOperand(1)) {
    SmallVector<Value> packed = unpack(node, query, 3);
    parts.query = packed[0];
    parts.key = packed[1];
    parts.value = packed[2];
  } else if (!node.hasOperand(2)) {
    SmallVector<Value> packed = unpack(node, node.getOperand(1), 2);
    parts.query = query;
    parts.key = packed[0];
    parts.value = packed[1];
  } else {
    parts.query = query;
    parts.key = node.getOperand(1);
    parts.value = node.getOperand(2);
  }
  if (node.hasOperand(3)) {
    if (node.getRank(parts.key) == 4)
      failUnsupported("a bias of the projections and keys with their heads apart are not supported "
                      "together");
    addProjectionBias(node, parts, node.getOperand(3));
  }
  if (node.hasOperand(6) != node.hasOperand(7))
    failInput("past_key and past_value must be given together");
  if (node.hasOperand(6) || node.wantsOutput(1) || node.wantsOutput(2))
    splitKeyHeads(node, parts);
  if (node.hasOperand(6))
    addPast(node, parts, node.getOperand(6), node.getOperand(7));
  node.setResult(1, parts.key);
  node.setResult(2, parts.value);
  addBias(node, parts, 4, 5);
  setAttention(node, parts);
}

//===----------------------------------------------------------------------===//
// Rotary embedding, and attention with grouped heads
//===----------------------------------------------------------------------===//

/// Turns x by the rows of the caches that `positions`, [batch or 1, sequence], choose.
static Value rotate(NodeImporter &node, Value x, Value positions, Value cosine, Value sine,
                    const Rotation &rotation) {
  auto look = [&](Value cache) {
    return node.create<onnx::GatherOp>(node.getTypeLike(cache), cache, positions, 0);
  };
  return makeRotation(node, x, look(cosine), look(sine), rotation);
}

/// Positions [1, sequence] from the first one, [1] or a scalar.
static Value countFrom(NodeImporter &node, Value first, Value extent) {
  Value count = makeCount(node, extent);
  return unsqueeze(
      node, Expansion(node, count).add(count, makeCast(node, first, node.builder.getI64Type())),
      {0});
}

static void importRotaryEmbedding(NodeImporter &node) {
  Value x = node.getOperand(0), positions = node.getOperand(1), cosine = node.getOperand(2);
  refuseAttribute(node, "is_packed_batching", 0);
  if (node.getFloat("scale", 1) != 1)
    failUnsupported("attribute 'scale' must be 1");
  Rotation rotation = readRotation(node);
  std::optional<int64_t> rank = node.getRank(x), positionRank = node.getRank(positions);
  if (!rank || !positionRank)
    failUnsupported("the ranks of 'input' and 'position_ids' must be known when the model is read");
  // Without a count the heads are as large as the cache says.
  if (*rank == 3 && rotation.heads == 0)
    rotation.heads =
        getExtent(x, 2, "input") / std::max<int64_t>(1, 2 * getExtent(cosine, 1, "cos_cache"));
  if (*positionRank == 1)
    positions = countFrom(node, positions, makeExtent(node, x, *rank - 2));
  node.setResult(0, rotate(node, x, positions, cosine, node.getOperand(3), rotation));
}

/// The cache with the new rows of each batch behind those that it holds. Its length must be known,
/// and so must be how long it may grow.
static Value extendCache(NodeImporter &node, Value past, Value rows, Value first, int64_t total) {
  int64_t length = getExtent(past, 2, "past_key");
  if (length < total) {
    Value extents =
        makeConcat(node,
                   {makeExtent(node, past, 0), makeExtent(node, past, 1),
                    node.makeIndexConstant({total - length}), makeExtent(node, past, 3)},
                   0);
    Type type = node.getElementType(past);
    ElementsAttr zero = DenseElementsAttr::get(RankedTensorType::get({1}, type),
                                               Attribute(node.builder.getZeroAttr(type)));
    Value zeros = node.create<onnx::ConstantOfShapeOp>(node.getUnranked(type), extents, zero);
    past = makeConcat(node, {past, zeros}, 2);
  }
  return node.create<onnx::TensorScatterOp>(node.getTypeLike(past), past, rows, first, 2, "linear");
}

static void importGroupQueryAttention(NodeImporter &node) {
  static constexpr std::pair<unsigned, const char *> refused[] = {
      {11, "head_sink"},     {12, "k_scale"},       {13, "v_scale"},
      {14, "q_norm_weight"}, {15, "k_norm_weight"}, {16, "query_seqlens"}};
  for (auto [index, name] : refused)
    refuseOperand(node, index, name);
  refuseAttribute(node, "sliding_window_cache", 0);
  refuseAttribute(node, "kv_cache_bit_width", 0);
  refuseAttribute(node, "qk_output", 0);
  if (node.wantsOutput(3))
    failUnsupported("the output 'output_qk' is not supported");
  if (node.getInt("smooth_softmax", -1) > 0)
    failUnsupported("attribute 'smooth_softmax' is not supported");
  for (StringRef name : {"k_quant_type", "v_quant_type"})
    if (node.getString(name, "NONE") != "NONE")
      failUnsupported("attribute '" + name + "' must be NONE");
  for (StringRef name : {"qk_norm_epsilon", "q_norm_epsilon", "k_norm_epsilon"})
    node.getFloat(name, 0);
  Parts parts;
  parts.heads = getHeads(node, "num_heads");
  parts.keyHeads = getHeads(node, "kv_num_heads");
  parts.isCausal = node.getBool("causal", true);
  parts.softcap = node.getFloat("softcap", 0);
  // The query itself counts as one of the window.
  if (int64_t window = node.getInt("local_window_size", -1); window > 0)
    parts.leftWindow = window - 1;
  parts.query = node.getOperand(0);
  if (node.hasOperand(1) && node.hasOperand(2)) {
    parts.key = node.getOperand(1);
    parts.value = node.getOperand(2);
  } else {
    int64_t all = parts.heads + 2 * parts.keyHeads, columns = getExtent(parts.query, 2, "query");
    if (columns % all)
      failInput("the query's last dimension, " + Twine(columns) + ", is no multiple of the " +
                Twine(all) + " heads");
    int64_t size = columns / all;
    SmallVector<Value> packed = split(
        node, parts.query, {parts.heads * size, parts.keyHeads * size, parts.keyHeads * size}, 2);
    parts.query = packed[0];
    parts.key = packed[1];
    parts.value = packed[2];
  }

  Type integer = node.builder.getI64Type();
  Value lengths = makeCast(node, node.getOperand(5), integer);
  Expansion e(node, lengths);
  lengths = e.add(lengths, e.number(1));
  Value queries = makeExtent(node, parts.query, 1);
  auto cacheType = node.hasOperand(3) ? dyn_cast<RankedTensorType>(node.getOperand(3).getType())
                                      : RankedTensorType();
  bool hasPast = node.hasOperand(3) &&
                 !(cacheType && cacheType.getRank() == 4 && cacheType.getDimSize(2) == 0);
  // The position of the first query, [1] or [batch].
  Value first = hasPast ? e.subtract(lengths, queries) : node.makeIndexConstant({0});
  if (node.getBool("do_rotary", false)) {
    bool interleaved = node.getBool("rotary_interleaved", false);
    Value positions =
        node.hasOperand(9)
            ? node.getOperand(9)
            : Expansion(node, first).add(unsqueeze(node, first, {1}), makeCount(node, queries));
    auto turn = [&](Value x, int64_t heads) {
      return rotate(node, x, positions, node.getOperand(7), node.getOperand(8),
                    {heads, 2 * getExtent(node.getOperand(7), 1, "cos_cache"), interleaved});
    };
    parts.query = turn(parts.query, parts.heads);
    parts.key = turn(parts.key, parts.keyHeads);
  } else {
    node.getBool("rotary_interleaved", false);
  }
  if (hasPast || node.wantsOutput(1) || node.wantsOutput(2))
    splitKeyHeads(node, parts);
  if (hasPast) {
    auto total = onnx::getConstantIntegers(node.getOperand(6));
    if (!total || total->size() != 1)
      failUnsupported("with a cache, 'total_sequence_length' must be a constant");
    parts.key = extendCache(node, node.getOperand(3), parts.key, first, total->front());
    parts.value = extendCache(node, node.getOperand(4), parts.value, first, total->front());
  }
  node.setResult(1, parts.key);
  node.setResult(2, parts.value);
  parts.positions = {first, lengths};
  if (node.hasOperand(10))
    parts.bias = node.getOperand(10);
  setAttention(node, parts);
}

static const OperatorRule rules[] = {
    {"com.microsoft::Attention", 1, 2, 7, 2, importAttention},
    {"com.microsoft::GroupQueryAttention", 1, 7, 17, 4, importGroupQueryAttention},
    {"com.microsoft::MultiHeadAttention", 1, 1, 10, 4, importMultiHeadAttention},
    {"com.microsoft::RotaryEmbedding", 1, 4, 4, 1, importRotaryEmbedding},
};

ArrayRef<OperatorRule> fovea::getContribAttentionRules() { return rules; }
