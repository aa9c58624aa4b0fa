// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// onnx.Attention as a site. Heads packed in the last dimension and shared key-value heads are maps.

#include "dialects/onnx/OnnxAttentionOps.h"
#include "passes/raise/AttentionOpForms.h"
#include "passes/raise/AttentionSite.h"
#include "passes/raise/GraphMatch.h"
#include "passes/raise/ScorePath.h"

#include <cmath>

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

namespace {
/// One of q, k, v: [batch, heads, rows, columns], or [batch, rows, heads * columns].
struct Operand {
  int64_t batch, heads, rows, columns;
  bool packed;
};
} // namespace

static std::optional<Operand> getOperand(Value value, std::optional<int64_t> heads) {
  RankedTensorType type = getStaticType(value);
  if (!type || type.getNumElements() == 0)
    return std::nullopt;
  if (type.getRank() == 4)
    return Operand{type.getDimSize(0), type.getDimSize(1), type.getDimSize(2), type.getDimSize(3),
                   false};
  if (type.getRank() != 3 || !heads || *heads <= 0 || type.getDimSize(2) % *heads != 0)
    return std::nullopt;
  return Operand{type.getDimSize(0), *heads, type.getDimSize(1), type.getDimSize(2) / *heads, true};
}

static AffineMap getMap(const Operand &operand, int64_t batch, AffineExpr head, AffineExpr row,
                        AffineExpr column) {
  MLIRContext *context = row.getContext();
  AffineExpr b = operand.batch == batch ? getAffineDimExpr(attn::AttentionOp::B, context)
                                        : getAffineConstantExpr(0, context);
  SmallVector<AffineExpr> results = {b, head, row, column};
  if (operand.packed)
    results = {b, row, head * operand.columns + column};
  return AffineMap::get(6, 0, results, context);
}

/// What queries see by their positions, as a structure with numbers no larger than the extents ask.
static void setVisibility(onnx::AttentionOp op, AttentionSite &site) {
  using Dim = attn::AttentionOp::Dim;
  int64_t queries = site.domain[Dim::I], keys = site.domain[Dim::J];
  int64_t left = op.getLeftWindow(), right = op.getIsCausal() ? 0 : op.getRightWindow();
  if (left < 0 && right < 0)
    return;
  constexpr int64_t farAway = int64_t(1) << 60;
  int64_t position = std::clamp(*getConstantPosition(op), -farAway, farAway);
  auto clamp = [&](int64_t number) { return std::clamp(number, -queries - keys, queries + keys); };
  int64_t ahead = right < 0 ? keys : clamp(position + std::min(right, farAway));
  if (left < 0) {
    site.mask = attn::MaskAttr::getCausal(op.getContext(), ahead);
    return;
  }
  site.mask =
      attn::MaskAttr::getWindow(op.getContext(), clamp(std::min(left, farAway) - position), ahead);
}

/// The mask as a step behind the soft cap.
static bool addMask(onnx::AttentionOp op, AttentionSite &site, Refusal &refusal) {
  RankedTensorType type = getStaticType(op.getMask());
  if (!type) {
    refusal = {RemarkCode::ShapeNotStatic, getBlamed(op.getMask(), op),
               "the shape of the mask is not static"};
    return false;
  }
  AffineMap scores = AffineMap::getMultiDimIdentityMap(6, op.getContext()).getMajorSubMap(4);
  AffineMap map = getBroadcastMap(type.getShape(), ArrayRef(site.domain).take_front(4), scores);
  if (!map) {
    refusal = {RemarkCode::ScoresShape, getBlamed(op.getMask(), op),
               "the shape of " + describeProducer(op.getMask()) +
                   " does not broadcast against the scores"};
    return false;
  }
  View mask{op.getMask(), map};
  if (type.getElementType().isInteger(1))
    site.steps.push_back({ScoreStep::Kind::Select, View(), mask, true});
  else
    site.steps.push_back({ScoreStep::Kind::Add, mask, View()});
  return true;
}

std::optional<AttentionSite> raise::matchAttentionOpSite(onnx::AttentionOp op, Refusal &refusal) {
  auto refuse = [&](RemarkCode code, StringRef reason) {
    refusal = {code, op, reason.str()};
    return std::nullopt;
  };
  for (Value value : {op.getQ(), op.getK(), op.getV(), op.getY()}) {
    RankedTensorType type = getStaticType(value);
    if (!type)
      return refuse(RemarkCode::ShapeNotStatic, "a shape is not static");
    Type element = type.getElementType();
    if (!element.isF32() && !element.isF16() && !element.isBF16())
      return refuse(RemarkCode::ElementType, "an element type is not f32, f16 or bf16");
  }
  std::optional<Operand> q = getOperand(op.getQ(), op.getQNumHeads());
  std::optional<Operand> k = getOperand(op.getK(), op.getKvNumHeads());
  std::optional<Operand> v = getOperand(op.getV(), op.getKvNumHeads());
  std::optional<Operand> y = getOperand(op.getY(), op.getQNumHeads());
  if (!q || !k || !v || !y)
    return refuse(RemarkCode::AttentionOperands, "the head counts do not divide the operands");
  if (k->heads != v->heads || q->heads % k->heads != 0 || k->rows != v->rows ||
      q->columns != k->columns || y->heads != q->heads || y->rows != q->rows ||
      y->columns != v->columns || y->batch != q->batch ||
      llvm::any_of(ArrayRef<int64_t>{k->batch, v->batch},
                   [&](int64_t batch) { return batch != 1 && batch != q->batch; }))
    return refuse(RemarkCode::AttentionOperands, "the shapes of the operands do not fit together");
  double scale =
      op.getScale() ? op.getScale()->convertToDouble() : 1.0 / std::sqrt(double(q->columns));
  if (!std::isfinite(scale))
    return refuse(RemarkCode::AttentionOperands, "the scale is not finite");
  if (!getConstantPosition(op))
    return refuse(RemarkCode::AttentionOperands, "the positions of the queries are not constant");

  AttentionSite site;
  site.anchor = op;
  site.mask = attn::MaskAttr::getDense(op.getContext());
  site.domain = {q->batch, q->heads, q->rows, k->rows, q->columns, v->columns};
  AffineExpr b, h, i, j, d, e;
  bindDims(op.getContext(), b, h, i, j, d, e);
  int64_t group = q->heads / k->heads;
  AffineExpr sharedHead =
      k->heads == 1 ? getAffineConstantExpr(0, op.getContext()) : h.floorDiv(group);
  site.query = {op.getQ(), getMap(*q, q->batch, h, i, d)};
  site.key = {op.getK(), getMap(*k, q->batch, sharedHead, j, d)};
  site.value = {op.getV(), getMap(*v, q->batch, sharedHead, j, e)};
  auto write = [](Value value, AffineMap map) {
    ArrayRef<int64_t> shape = cast<RankedTensorType>(value.getType()).getShape();
    return WrittenTensor{value, map, SmallVector<int64_t>(shape), {}, {}};
  };
  site.output = write(op.getY(), getMap(*y, q->batch, h, i, e));
  site.scale = scale;
  site.placement = attn::ScalePlacement::Both;
  site.maskedRows = attn::MaskedRows::Zero;
  site.softCap = op.getSoftcap().convertToDouble();
  setVisibility(op, site);
  if (op.getScores()) {
    assert(op.getScoresMode() == 3 && "other scores have been computed elsewhere");
    site.probabilities = write(op.getScores(), AffineMap::get(6, 0, {b, h, i, j}, op.getContext()));
  }
  if (!isa<NoneType>(op.getMask().getType()) && !addMask(op, site, refusal))
    return std::nullopt;
  if (!checkSteps(site, refusal))
    return std::nullopt;
  return site;
}
