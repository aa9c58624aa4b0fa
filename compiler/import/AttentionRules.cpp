// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attention and what stands beside it. The key-value cache is a concatenation in front of the op,
// and so is the choice of the angles of a rotary embedding; the causal convolution is its
// definition in simpler ops.

#include "compiler/import/AttentionRules.h"
#include "compiler/import/ImportFailure.h"
#include "compiler/import/Rules.h"
#include "dialects/onnx/OnnxAttentionOps.h"
#include "dialects/onnx/OnnxConvOps.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "onnx_ml.pb.h"

using namespace mlir;
using namespace fovea;

IntegerAttr fovea::makeNumber(NodeImporter &node, int64_t value) {
  return node.builder.getIntegerAttr(node.builder.getIntegerType(64, /*isSigned=*/true), value);
}

Value fovea::makeReshape(NodeImporter &node, Value x, ArrayRef<int64_t> shape) {
  return node.create<onnx::ReshapeOp>(node.getTypeLike(x), x, node.makeIndexConstant(shape),
                                      /*allowzero=*/false);
}

Value fovea::makeConcat(NodeImporter &node, ArrayRef<Value> parts, int64_t axis) {
  return node.create<onnx::ConcatOp>(node.getTypeLike(parts.front()), ValueRange(parts), axis);
}

Value fovea::makeSlice(NodeImporter &node, Value x, int64_t axis, int64_t start, int64_t end) {
  return node.create<onnx::SliceOp>(node.getTypeLike(x), x, node.makeIndexConstant({start}),
                                    node.makeIndexConstant({end}), node.makeIndexConstant({axis}),
                                    node.makeNone());
}

Value fovea::makeTranspose(NodeImporter &node, Value x, ArrayRef<int64_t> permutation) {
  return node.create<onnx::TransposeOp>(node.getTypeLike(x), x, permutation);
}

Value fovea::makeCast(NodeImporter &node, Value x, Type elementType) {
  if (node.getElementType(x) == elementType)
    return x;
  return node.create<onnx::CastOp>(node.getUnranked(elementType), x, elementType);
}

Value fovea::makeExtent(NodeImporter &node, Value x, int64_t axis) {
  return node.create<onnx::ShapeOp>(node.getUnranked(node.builder.getI64Type()), x,
                                    makeNumber(node, axis), makeNumber(node, axis + 1));
}

Value fovea::makeInverseRoot(NodeImporter &node, Value extent) {
  Value number = makeCast(node, extent, node.builder.getF32Type());
  Value root = node.create<onnx::SqrtOp>(node.getTypeLike(number), number);
  return node.create<onnx::ReciprocalOp>(node.getTypeLike(number), root);
}

Value fovea::makeScalar(NodeImporter &node, double number, Type elementType) {
  return node.makeConstant(
      DenseElementsAttr::get(RankedTensorType::get({}, elementType),
                             Attribute(node.builder.getFloatAttr(elementType, number))));
}

int64_t fovea::getHeadCount(NodeImporter &node, StringRef name) {
  int64_t count = node.getInt(name, 0);
  // What is computed from the counts must not overflow.
  if (node.hasAttribute(name) && (count < 1 || !llvm::isInt<32>(count)))
    failInput("attribute '" + name + "' is " + Twine(count) + ", expected 1 to 2^31 - 1");
  return count;
}

static bool hasThreeDimensions(NodeImporter &node, Value x, int64_t heads) {
  std::optional<int64_t> rank = node.getRank(x);
  return rank ? *rank == 3 : heads > 0;
}

Value fovea::splitHeads(NodeImporter &node, Value x, int64_t heads) {
  if (!hasThreeDimensions(node, x, heads))
    return x;
  if (heads < 1)
    failInput("an operand of three dimensions needs 'q_num_heads' and 'kv_num_heads'");
  Value split = makeReshape(node, x, {0, 0, heads, -1});
  return makeTranspose(node, split, {0, 2, 1, 3});
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

static void checkSoftmaxPrecision(NodeImporter &node) {
  using Proto = onnxpb::TensorProto;
  // Softmax is computed in float, or in double for operands of double, which serves every request.
  int64_t precision = node.getInt("softmax_precision", Proto::FLOAT);
  if (!llvm::is_contained<int64_t>({Proto::FLOAT, Proto::FLOAT16, Proto::BFLOAT16, Proto::DOUBLE},
                                   precision))
    failInput("attribute 'softmax_precision' is " + Twine(precision) +
              ", expected a floating-point type");
}

static void importAttention(NodeImporter &node) {
  Builder &builder = node.builder;
  Value q = node.getOperand(0), k = node.getOperand(1), v = node.getOperand(2);
  checkSoftmaxPrecision(node);
  AttentionSemantics semantics = node.getAttentionSemantics();
  if (semantics != AttentionSemantics::Onnx123)
    return importOldAttention(node, semantics);
  int64_t queryHeads = getHeadCount(node, "q_num_heads"),
          keyHeads = getHeadCount(node, "kv_num_heads");
  bool hasPast = node.hasOperand(4), hasCount = node.hasOperand(6);
  if (hasPast != node.hasOperand(5))
    failInput("past_key and past_value must be given together");
  if (hasPast && hasCount)
    failInput("nonpad_kv_seqlen describes a cache outside of the operator, past_key one inside: "
              "give one of them");
  bool wantsPresent = node.wantsOutput(1) || node.wantsOutput(2);
  if (hasPast || wantsPresent) {
    k = splitHeads(node, k, keyHeads);
    v = splitHeads(node, v, keyHeads);
  }
  int64_t left = node.getInt("left_window_size", -1), right = node.getInt("right_window_size", -1);
  if (left < -1 || right < -1)
    failInput("a window size must be -1 or a number of keys");
  bool isCausal = node.getBool("is_causal", false);
  SmallVector<Value> positions;
  if (hasPast) {
    k = makeConcat(node, {node.getOperand(4), k}, 2);
    v = makeConcat(node, {node.getOperand(5), v}, 2);
    if (isCausal || left >= 0 || right >= 0)
      positions.push_back(makeExtent(node, node.getOperand(4), 2));
  }
  if (hasCount) {
    Value count = node.getOperand(6);
    Value queries = makeExtent(node, q, hasThreeDimensions(node, q, queryHeads) ? 1 : 2);
    positions.push_back(node.create<onnx::SubOp>(node.getTypeLike(count), count, queries));
    positions.push_back(count);
  }
  FloatAttr scale;
  if (node.hasAttribute("scale"))
    scale = builder.getF32FloatAttr(node.getFloat("scale", 0));
  int64_t mode = node.getInt("qk_matmul_output_mode", 0);
  if (mode < 0 || mode > 3)
    failInput("attribute 'qk_matmul_output_mode' is " + Twine(mode) + ", expected 0 to 3");
  bool wantsScores = node.wantsOutput(3);
  auto op = onnx::AttentionOp::create(
      node.builder, node.loc, node.getTypeLike(q), wantsScores ? node.getTypeLike(q) : Type(), q, k,
      v, node.getOptionalOperand(3), positions, builder.getBoolAttr(isCausal),
      queryHeads ? makeNumber(node, queryHeads) : IntegerAttr(),
      keyHeads ? makeNumber(node, keyHeads) : IntegerAttr(), scale,
      builder.getF32FloatAttr(node.getFloat("softcap", 0)), makeNumber(node, left),
      makeNumber(node, right), makeNumber(node, wantsScores ? mode : 0));
  node.refineTypes(op);
  node.setResult(0, op.getY());
  if (node.wantsOutput(1))
    node.setResult(1, k);
  if (node.wantsOutput(2))
    node.setResult(2, v);
  if (wantsScores)
    node.setResult(3, op.getScores());
}

//===----------------------------------------------------------------------===//
// RotaryEmbedding
//===----------------------------------------------------------------------===//

Value fovea::makeRotation(NodeImporter &node, Value x, Value cosine, Value sine,
                          const Rotation &rotation) {
  Type type = node.getTypeLike(x);
  bool packed = hasThreeDimensions(node, x, rotation.heads);
  if (packed && rotation.heads < 1)
    failInput("an operand of three dimensions needs 'num_heads'");
  Value whole = packed ? makeReshape(node, x, {0, 0, rotation.heads, -1}) : x;
  // A head that turns whole says so in one way.
  auto wholeType = dyn_cast<RankedTensorType>(whole.getType());
  bool isWhole = wholeType && wholeType.getRank() == 4 && wholeType.getDimSize(3) == rotation.size;
  // The angles broadcast over the heads.
  Value headAxis = node.makeIndexConstant({packed ? 2 : 1});
  cosine = node.create<onnx::UnsqueezeOp>(type, cosine, headAxis);
  sine = node.create<onnx::UnsqueezeOp>(type, sine, headAxis);
  Value result = node.create<onnx::RotaryEmbeddingOp>(
      type, whole, cosine, sine, node.builder.getBoolAttr(rotation.interleaved),
      makeNumber(node, isWhole ? 0 : rotation.size));
  return packed ? makeReshape(node, result, {0, 0, -1}) : result;
}

Rotation fovea::readRotation(NodeImporter &node) {
  Rotation rotation{getHeadCount(node, "num_heads"), node.getInt("rotary_embedding_dim", 0),
                    node.getBool("interleaved", false)};
  if (rotation.size < 0 || rotation.size % 2)
    failInput("attribute 'rotary_embedding_dim' is " + Twine(rotation.size) +
              ", expected an even number of elements");
  return rotation;
}

static void importRotaryEmbedding(NodeImporter &node) {
  auto getAngles = [&](unsigned index) {
    Value cache = node.getOperand(index);
    return node.hasOperand(3)
               ? node.create<onnx::GatherOp>(node.getTypeLike(cache), cache, node.getOperand(3), 0)
               : cache;
  };
  Rotation rotation = readRotation(node);
  Value cosine = getAngles(1), sine = getAngles(2);
  node.setResult(0, makeRotation(node, node.getOperand(0), cosine, sine, rotation));
}

//===----------------------------------------------------------------------===//
// CausalConvWithState
//===----------------------------------------------------------------------===//

static void importCausalConvWithState(NodeImporter &node) {
  Value x = node.getOperand(0), w = node.getOperand(1);
  Builder &builder = node.builder;
  std::string activation = node.getString("activation", "none");
  if (activation != "none" && activation != "silu" && activation != "swish")
    failInput("attribute 'activation' is '" + activation + "', expected none, silu or swish");
  auto type = dyn_cast<RankedTensorType>(w.getType());
  if (!type || type.getRank() != 3 || !type.hasStaticShape())
    failUnsupported("the weight must be [channels, 1, length], and known when the model is read");
  int64_t channels = type.getDimSize(0), length = type.getDimSize(2);
  if (type.getDimSize(1) != 1 || channels < 1 || length < 1)
    failInput("the weight must be [channels, 1, length]");
  Value padded = x;
  SmallVector<int64_t> pads = {0, 0};
  if (node.hasOperand(3))
    padded = makeConcat(node, {node.getOperand(3), x}, 2);
  else
    pads[0] = length - 1;
  Value result = node.create<onnx::ConvOp>(
      node.getTypeLike(x), padded, w, node.getOptionalOperand(2), builder.getDenseI64ArrayAttr({1}),
      builder.getDenseI64ArrayAttr({1}), builder.getDenseI64ArrayAttr(pads),
      makeNumber(node, channels), builder.getStringAttr("NOTSET"));
  if (activation != "none") {
    Value sigmoid = node.create<onnx::SigmoidOp>(node.getTypeLike(x), result);
    result = node.create<onnx::MulOp>(node.getTypeLike(x), result, sigmoid);
  }
  node.setResult(0, result);
  if (!node.wantsOutput(1))
    return;
  if (!node.hasOperand(3)) {
    // The state before the first position is zero.
    Value extents = makeConcat(
        node, {makeExtent(node, x, 0), node.makeIndexConstant({channels, length - 1})}, 0);
    ElementsAttr zero =
        DenseElementsAttr::get(RankedTensorType::get({1}, type.getElementType()),
                               builder.getFloatAttr(type.getElementType(), 0.0).getValue());
    Value zeros = node.create<onnx::ConstantOfShapeOp>(node.getTypeLike(x), extents, zero);
    padded = makeConcat(node, {zeros, x}, 2);
  }
  node.setResult(1, length > 1 ? makeSlice(node, padded, 2, 1 - length, toTheEnd)
                               : makeSlice(node, padded, 2, 0, 0));
}

static const OperatorRule rules[] = {
    {"Attention", 23, 3, 7, 4, importAttention},
    {"CausalConvWithState", 27, 2, 4, 2, importCausalConvWithState},
    {"LinearAttention", 27, 3, 6, 2, importLinearAttention},
    {"RotaryEmbedding", 23, 3, 4, 1, importRotaryEmbedding},
    {"ai.onnx.preview::FlexAttention", 1, 3, 3, 1, importFlexAttention},
};

ArrayRef<OperatorRule> fovea::getAttentionRules() { return rules; }
