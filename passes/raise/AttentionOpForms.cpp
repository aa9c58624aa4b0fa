// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// onnx.Attention with less in it, and without it. What a mask says and what positions say become
// one mask where positions are data.

#include "passes/raise/AttentionOpForms.h"

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxMatrixOps.h"
#include "dialects/onnx/OnnxNormOps.h"
#include "dialects/onnx/OnnxReduceOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "passes/raise/GraphBuilder.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

static constexpr double minusInfinity = -std::numeric_limits<double>::infinity();

namespace {
/// The extents of an attention, from either layout of its operands.
struct Extents {
  int64_t batch, heads, keyHeads, queries, keys, columns;
};
} // namespace

static Extents getExtents(onnx::AttentionOp op) {
  ArrayRef<int64_t> q = GraphBuilder::getShape(op.getQ()), k = GraphBuilder::getShape(op.getK());
  int64_t heads = q.size() == 4 ? q[1] : *op.getQNumHeads();
  return {q[0],
          heads,
          k.size() == 4 ? k[1] : *op.getKvNumHeads(),
          q.size() == 4 ? q[2] : q[1],
          k.size() == 4 ? k[2] : k[1],
          q.size() == 4 ? q[3] : q[2] / heads};
}

std::optional<int64_t> raise::getConstantPosition(onnx::AttentionOp op) {
  if (op.getPositions().empty())
    return 0;
  auto first = onnx::getConstantIntegers(op.getPositions().front());
  if (!first || first->empty() || !llvm::all_equal(*first))
    return std::nullopt;
  if (op.getPositions().size() == 1)
    return first->front();
  auto counts = onnx::getConstantIntegers(op.getPositions()[1]);
  int64_t keys = getExtents(op).keys;
  if (!counts || llvm::any_of(*counts, [&](int64_t count) { return count < keys; }))
    return std::nullopt;
  return first->front();
}

namespace {
class AttentionForms {
public:
  AttentionForms(onnx::AttentionOp op, RewriterBase &rewriter)
      : op(op), rewriter(rewriter), graph(rewriter, op.getLoc()), extents(getExtents(op)),
        type(GraphBuilder::getElementType(op.getQ())) {
    rewriter.setInsertionPoint(op);
  }

  onnx::AttentionOp simplify() {
    bool wantsScores = op.getScores() && !op.getScores().use_empty();
    if (wantsScores && op.getScoresMode() != 3) {
      rewriter.replaceAllUsesWith(op.getScores(), scoresAt(op.getScoresMode()));
      wantsScores = false;
    }
    bool isStatic = getConstantPosition(op).has_value();
    Value mask = isStatic ? fullMask() : wholeMask();
    if (!mask)
      mask = graph.none();
    auto result = onnx::AttentionOp::create(
        rewriter, op.getLoc(), op.getY().getType(), wantsScores ? op.getScores().getType() : Type(),
        op.getQ(), op.getK(), op.getV(), mask,
        isStatic ? ValueRange(op.getPositions().take_front(1)) : ValueRange(),
        rewriter.getBoolAttr(isStatic && op.getIsCausal()), op.getQNumHeadsAttr(),
        op.getKvNumHeadsAttr(), op.getScaleAttr(), op.getSoftcapAttr(),
        graph.number(isStatic ? op.getLeftWindow() : -1),
        graph.number(isStatic ? op.getRightWindow() : -1), op.getScoresModeAttr());
    rewriter.replaceAllUsesWith(op.getY(), result.getY());
    if (wantsScores)
      rewriter.replaceAllUsesWith(op.getScores(), result.getScores());
    rewriter.eraseOp(op);
    return result;
  }

  void expand() {
    Value scores = scoresAt(2);
    if (op.getScores() && op.getScoresMode() != 3)
      rewriter.replaceAllUsesWith(op.getScores(), scoresAt(op.getScoresMode()));
    Value p = graph.like<onnx::SoftmaxOp>(scores, graph.number(-1));
    if (Value bias = getBias()) {
      Value most = graph.like<onnx::ReduceMaxOp>(
          bias, graph.indices({-1}), rewriter.getBoolAttr(true), rewriter.getBoolAttr(false));
      Value hidden =
          graph.make<onnx::EqualOp>(rewriter.getI1Type(), most, graph.splat(minusInfinity, type));
      p = graph.make<onnx::WhereOp>(type, hidden, graph.splat(0, type), p);
    }
    if (op.getScores() && op.getScoresMode() == 3)
      rewriter.replaceAllUsesWith(op.getScores(), p);
    Value v = graph.cast(splitHeads(op.getV(), extents.keyHeads), type);
    int64_t width = GraphBuilder::getShape(v)[3];
    int64_t group = extents.heads / extents.keyHeads;
    p = graph.reshape(p, {extents.batch, extents.keyHeads, group, extents.queries, extents.keys});
    v = graph.reshape(v, {GraphBuilder::getShape(v)[0], extents.keyHeads, 1, extents.keys, width});
    Value y = graph.like<onnx::MatMulOp>(p, v);
    y = graph.reshape(y, {extents.batch, extents.heads, extents.queries, width});
    ArrayRef<int64_t> shape = GraphBuilder::getShape(op.getY());
    if (shape.size() == 3)
      y = graph.reshape(graph.transpose(y, {0, 2, 1, 3}), shape);
    rewriter.replaceAllUsesWith(op.getY(), y);
    rewriter.eraseOp(op);
  }

private:
  Value splitHeads(Value x, int64_t heads) {
    ArrayRef<int64_t> shape = GraphBuilder::getShape(x);
    if (shape.size() == 4)
      return x;
    return graph.transpose(graph.reshape(x, {shape[0], shape[1], heads, shape[2] / heads}),
                           {0, 2, 1, 3});
  }

  /// The scores [batch, heads, queries, keys] of a mode up to 2. Query and key are scaled alike,
  /// in the type of the operands, as the standard asks.
  Value scoresAt(int64_t mode) {
    double scale = op.getScale() ? double(op.getScale()->convertToFloat())
                                 : 1 / std::sqrt(double(extents.columns));
    Value root = graph.splat(std::sqrt(scale), type);
    Value q = graph.like<onnx::MulOp>(splitHeads(op.getQ(), extents.heads), root);
    Value k = graph.like<onnx::MulOp>(splitHeads(op.getK(), extents.keyHeads), root);
    int64_t group = extents.heads / extents.keyHeads, keyBatch = GraphBuilder::getShape(k)[0];
    q = graph.reshape(q,
                      {extents.batch, extents.keyHeads, group, extents.queries, extents.columns});
    k = graph.reshape(graph.transpose(k, {0, 1, 3, 2}),
                      {keyBatch, extents.keyHeads, 1, extents.columns, extents.keys});
    Value scores = graph.reshape(graph.like<onnx::MatMulOp>(q, k),
                                 {extents.batch, extents.heads, extents.queries, extents.keys});
    double cap = op.getSoftcap().convertToDouble();
    if (mode >= 1 && cap > 0) {
      Value limit = graph.splat(cap, type);
      scores = graph.like<onnx::TanhOp>(graph.like<onnx::DivOp>(scores, limit));
      scores = graph.like<onnx::MulOp>(scores, limit);
    }
    if (mode >= 2)
      if (Value bias = getBias())
        scores = graph.like<onnx::AddOp>(scores, bias);
    return scores;
  }

  /// What is added to the scores, in their type; null for nothing.
  Value getBias() {
    Value mask = wholeMask();
    if (!mask || !GraphBuilder::getElementType(mask).isInteger(1))
      return mask ? graph.cast(mask, type) : Value();
    return graph.make<onnx::WhereOp>(type, mask, graph.splat(0, type),
                                     graph.splat(minusInfinity, type));
  }

  /// The mask with all keys, bool or of a type that the score region reads; null for none.
  Value fullMask() {
    Value mask = op.getMask();
    if (isa<NoneType>(mask.getType()))
      return {};
    Type element = GraphBuilder::getElementType(mask);
    if (element.isF64() || element.isUnsignedInteger())
      mask = graph.cast(mask, type);
    SmallVector<int64_t> shape(GraphBuilder::getShape(mask));
    if (shape.empty() || shape.back() == 1 || shape.back() >= extents.keys)
      return mask;
    element = GraphBuilder::getElementType(mask);
    if (isa<IntegerType>(element) && !element.isInteger(1))
      mask = graph.cast(mask, element = type);
    shape.back() = extents.keys - shape.back();
    return graph.concat(
        {mask, graph.splat(element.isInteger(1) ? 0 : minusInfinity, element, shape)},
        shape.size() - 1);
  }

  /// The mask and what the positions hide; null when nothing is.
  Value wholeMask() {
    Value mask = fullMask(), visible = getVisible();
    if (!visible)
      return mask;
    if (!mask)
      return visible;
    if (GraphBuilder::getElementType(mask).isInteger(1))
      return graph.like<onnx::AndOp>(mask, visible);
    mask = graph.cast(mask, type);
    return graph.make<onnx::WhereOp>(type, visible, mask, graph.splat(minusInfinity, type));
  }

  /// Whether a query sees a key by their positions, [batch or 1, 1, queries or 1, keys]; null when
  /// every one sees every one.
  Value getVisible() {
    Value visible, key = graph.count({1, 1, 1, extents.keys});
    auto also = [&](Value condition) {
      visible = visible ? graph.like<onnx::AndOp>(visible, condition) : condition;
    };
    auto shift = [&](Value position, int64_t by) {
      return by ? graph.like<onnx::AddOp>(position, graph.splat(by, rewriter.getI64Type()))
                : position;
    };
    Type boolean = rewriter.getI1Type();
    constexpr int64_t farAway = int64_t(1) << 60;
    int64_t left = std::min(op.getLeftWindow(), farAway);
    int64_t right = std::min(op.getRightWindow(), farAway);
    if (op.getIsCausal())
      right = 0;
    if (left >= 0 || right >= 0) {
      Value position = graph.count({1, 1, extents.queries, 1});
      if (!op.getPositions().empty())
        position = graph.like<onnx::AddOp>(position, spread(op.getPositions().front()));
      if (right >= 0)
        also(graph.make<onnx::LessOrEqualOp>(boolean, key, shift(position, right)));
      if (left >= 0)
        also(graph.make<onnx::GreaterOrEqualOp>(boolean, key, shift(position, -left)));
    }
    if (op.getPositions().size() > 1)
      also(graph.make<onnx::LessOp>(boolean, key, spread(op.getPositions()[1])));
    return visible;
  }

  /// A number per batch as i64 [batch or 1, 1, 1, 1].
  Value spread(Value numbers) {
    numbers = graph.cast(numbers, rewriter.getI64Type());
    return graph.reshape(numbers, {GraphBuilder::getShape(numbers).front(), 1, 1, 1});
  }

  onnx::AttentionOp op;
  RewriterBase &rewriter;
  GraphBuilder graph;
  Extents extents;
  Type type;
};
} // namespace

onnx::AttentionOp raise::simplifyAttentionOp(onnx::AttentionOp op, RewriterBase &rewriter) {
  return AttentionForms(op, rewriter).simplify();
}

void raise::expandAttentionOp(onnx::AttentionOp op, RewriterBase &rewriter) {
  AttentionForms(op, rewriter).expand();
}
