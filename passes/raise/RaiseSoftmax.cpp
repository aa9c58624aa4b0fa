// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Softmax from exponentials over their sum.

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxMatrixOps.h"
#include "dialects/onnx/OnnxNormOps.h"
#include "dialects/onnx/OnnxReduceOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "mlir/IR/PatternMatch.h"
#include "passes/raise/AttentionSite.h"
#include "passes/raise/GraphBuilder.h"
#include "passes/raise/GraphMatch.h"
#include "passes/raise/Passes.h"

#include <cmath>
#include <utility>

namespace fovea {
#define GEN_PASS_DEF_RAISESOFTMAXPASS
#include "passes/raise/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;

namespace {
/// exp(x) and what it is divided by.
struct Quotient {
  Value exponent;
  int64_t axis;
};

/// A positive number that is added to a sum of exponentials, as the exponential of one score more.
struct Sink {
  Value total;
  double score;
};
} // namespace

/// The only axis that this reduction runs over, or nothing when it has others.
template <typename ReduceOp> static std::optional<int64_t> getAxis(ReduceOp reduce) {
  RankedTensorType type = raise::getStaticType(reduce.getX());
  if (!type || isa<NoneType>(reduce.getAxes().getType()))
    return std::nullopt;
  std::optional<SmallVector<int64_t>> axes = onnx::getConstantIntegers(reduce.getAxes());
  if (!axes || axes->size() != 1)
    return std::nullopt;
  return axes->front() + (axes->front() < 0 ? type.getRank() : 0);
}

/// The reduction behind `value`, which has the shape of its operand with an extent of one, or
/// spread over the axis again; null for anything else.
template <typename ReduceOp> static ReduceOp getReduction(Value value, RankedTensorType whole) {
  value = raise::skipNoOps(value);
  if (auto expand = value.getDefiningOp<onnx::ExpandOp>())
    value = raise::skipNoOps(expand.getX());
  auto type = raise::getStaticType(value);
  while (isa_and_nonnull<onnx::UnsqueezeOp, onnx::ReshapeOp>(value.getDefiningOp()))
    value = raise::skipNoOps(value.getDefiningOp()->getOperand(0));
  auto reduce = value.getDefiningOp<ReduceOp>();
  std::optional<int64_t> axis = reduce ? getAxis(reduce) : std::nullopt;
  if (!axis || !type || raise::getStaticType(reduce.getX()) != whole)
    return {};
  SmallVector<int64_t> shape(whole.getShape());
  shape[*axis] = 1;
  return type.getShape() == ArrayRef(shape) ? reduce : ReduceOp();
}

/// Whether `value` has one element along dimension `axis` of a tensor of `rank` that it broadcasts
/// against.
static bool isSameAlong(int64_t axis, int64_t rank, Value value) {
  value = raise::skipNoOps(value);
  if (auto expand = value.getDefiningOp<onnx::ExpandOp>())
    return isSameAlong(axis, rank, expand.getX());
  RankedTensorType type = raise::getStaticType(value);
  int64_t dim = type ? axis - (rank - type.getRank()) : 0;
  return type && type.getRank() <= rank && (dim < 0 || type.getDimSize(dim) == 1);
}

/// `x - shift`, where the shift is the same along the axis, gives x; anything else itself: the
/// shift cancels in the quotient.
static Value skipShift(Value value, int64_t axis) {
  auto sub = raise::skipNoOps(value).getDefiningOp<onnx::SubOp>();
  RankedTensorType type = raise::getStaticType(value);
  bool cancels = sub && type && sub.getC().getType() == sub.getA().getType() &&
                 isSameAlong(axis, type.getRank(), sub.getB());
  return cancels ? sub.getA() : value;
}

/// `total` without a number that is added to it and lost in rounding: one of the exponentials is 1.
static Value skipEpsilon(Value total, Value exponent) {
  auto add = raise::skipNoOps(total).getDefiningOp<onnx::AddOp>();
  auto sub = raise::skipNoOps(exponent).getDefiningOp<onnx::SubOp>();
  RankedTensorType type = raise::getStaticType(exponent);
  if (!add || !sub || !type || !getReduction<onnx::ReduceMaxOp>(sub.getB(), type))
    return total;
  for (auto [rest, number] :
       {std::pair<Value, Value>(add.getA(), add.getB()), {add.getB(), add.getA()}})
    if (auto epsilon = raise::getScalarFor(number, rest);
        epsilon && *epsilon >= 0 && *epsilon < 0x1p-25)
      return rest;
  return total;
}

/// exp(x) over its sum along an axis.
static std::optional<Quotient> matchQuotient(Value powers, Value total) {
  auto exp = raise::skipNoOps(powers).getDefiningOp<onnx::ExpOp>();
  RankedTensorType type = exp ? raise::getStaticType(exp.getX()) : RankedTensorType();
  if (!type)
    return std::nullopt;
  auto sum = getReduction<onnx::ReduceSumOp>(skipEpsilon(total, exp.getX()), type);
  if (!sum || raise::skipNoOps(sum.getX()) != exp.getY())
    return std::nullopt;
  int64_t axis = *getAxis(sum);
  return Quotient{skipShift(exp.getX(), axis), axis};
}

static Value createSoftmax(PatternRewriter &rewriter, Location loc, Value x, int64_t axis) {
  return onnx::SoftmaxOp::create(
      rewriter, loc, x.getType(), x,
      rewriter.getIntegerAttr(rewriter.getIntegerType(64, /*isSigned=*/true), axis));
}

static LogicalResult replaceQuotient(Operation *op, Value powers, Value total,
                                     PatternRewriter &rewriter) {
  std::optional<Quotient> quotient = matchQuotient(powers, total);
  if (!quotient || op->getResult(0).getType() != quotient->exponent.getType())
    return rewriter.notifyMatchFailure(op, "not exponentials over their sum");
  rewriter.replaceOp(op, createSoftmax(rewriter, op->getLoc(), quotient->exponent, quotient->axis));
  return success();
}

/// What exp(x) is divided by, when that is a sum and a number beside it: a constant, or where the
/// maximum m is subtracted from x, a constant times exp(-m).
static std::optional<Sink> matchSink(Value total, Value exponent) {
  auto add = raise::skipNoOps(total).getDefiningOp<onnx::AddOp>();
  RankedTensorType type = raise::getStaticType(exponent);
  if (!add || !type)
    return std::nullopt;
  auto sub = raise::skipNoOps(exponent).getDefiningOp<onnx::SubOp>();
  for (auto [rest, number] :
       {std::pair<Value, Value>(add.getA(), add.getB()), {add.getB(), add.getA()}}) {
    auto sum = getReduction<onnx::ReduceSumOp>(rest, type);
    if (!sum)
      continue;
    std::optional<double> constant = raise::getScalarFor(number, rest);
    if (constant && *constant > 0 && !sub)
      return Sink{rest, std::log(*constant)};
    auto exp = raise::skipNoOps(number).getDefiningOp<onnx::ExpOp>();
    auto neg = exp ? raise::skipNoOps(exp.getX()).getDefiningOp<onnx::NegOp>() : onnx::NegOp();
    if (neg && sub && raise::skipNoOps(neg.getX()) == raise::skipNoOps(sub.getB()) &&
        isSameAlong(*getAxis(sum), type.getRank(), sub.getB()))
      return Sink{rest, 0.0};
  }
  return std::nullopt;
}

/// exp(x) / (c + sum(exp(x))) -> softmax of x and log(c), without the last
static LogicalResult replaceWithSink(onnx::DivOp op, PatternRewriter &rewriter) {
  auto exp = raise::skipNoOps(op.getA()).getDefiningOp<onnx::ExpOp>();
  std::optional<Sink> sink = exp ? matchSink(op.getB(), exp.getX()) : std::nullopt;
  std::optional<Quotient> quotient = sink ? matchQuotient(op.getA(), sink->total) : std::nullopt;
  RankedTensorType type = quotient ? raise::getStaticType(quotient->exponent) : RankedTensorType();
  if (!type || type != op.getC().getType() || !raise::feedsProduct(op.getC()))
    return rewriter.notifyMatchFailure(op, "not exponentials over their sum and a number");
  raise::GraphBuilder graph(rewriter, op.getLoc());
  SmallVector<int64_t> shape(type.getShape());
  int64_t extent = std::exchange(shape[quotient->axis], 1);
  Value all = graph.concat(
      {quotient->exponent, graph.splat(sink->score, type.getElementType(), shape)}, quotient->axis);
  Value p = createSoftmax(rewriter, op.getLoc(), all, quotient->axis);
  rewriter.replaceOp(op, graph.like<onnx::SliceOp>(p, graph.indices({0}), graph.indices({extent}),
                                                   graph.indices({quotient->axis}), graph.none()));
  return success();
}

/// (exp(x) v) / sum(exp(x)) -> softmax(x) v
static LogicalResult replaceLateQuotient(onnx::DivOp op, PatternRewriter &rewriter) {
  auto product = raise::skipNoOps(op.getA()).getDefiningOp<onnx::MatMulOp>();
  if (!product || product.getC().getType() != op.getC().getType())
    return rewriter.notifyMatchFailure(op, "no product is divided");
  std::optional<Quotient> quotient = matchQuotient(product.getA(), op.getB());
  RankedTensorType type = raise::getStaticType(product.getC());
  RankedTensorType weights = raise::getStaticType(product.getA());
  if (!quotient || !type || quotient->axis != weights.getRank() - 1 ||
      type.getRank() != weights.getRank() || !raise::skipNoOps(op.getA()).hasOneUse())
    return rewriter.notifyMatchFailure(op, "not exponentials times values over their sum");
  Value p = createSoftmax(rewriter, op.getLoc(), quotient->exponent, quotient->axis);
  rewriter.replaceOpWithNewOp<onnx::MatMulOp>(op, op.getC().getType(), p, product.getB());
  return success();
}

namespace {
struct RaiseDiv : OpRewritePattern<onnx::DivOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(onnx::DivOp op, PatternRewriter &rewriter) const override {
    if (succeeded(replaceQuotient(op, op.getA(), op.getB(), rewriter)) ||
        succeeded(replaceWithSink(op, rewriter)))
      return success();
    return replaceLateQuotient(op, rewriter);
  }
};

/// exp * reciprocal(sum)
struct RaiseMul : OpRewritePattern<onnx::MulOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(onnx::MulOp op, PatternRewriter &rewriter) const override {
    for (auto [a, b] : {std::pair<Value, Value>(op.getA(), op.getB()), {op.getB(), op.getA()}})
      if (auto inverse = raise::skipNoOps(b).getDefiningOp<onnx::ReciprocalOp>())
        return replaceQuotient(op, a, inverse.getX(), rewriter);
    return rewriter.notifyMatchFailure(op, "no factor is a reciprocal");
  }
};

/// exp(logsoftmax(x)), exp(x - logsumexp(x))
struct RaiseExp : OpRewritePattern<onnx::ExpOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(onnx::ExpOp op, PatternRewriter &rewriter) const override {
    Operation *inner = raise::skipNoOps(op.getX()).getDefiningOp();
    if (auto log = dyn_cast_or_null<onnx::LogSoftmaxOp>(inner)) {
      rewriter.replaceOp(op, createSoftmax(rewriter, op.getLoc(), log.getX(), log.getAxis()));
      return success();
    }
    auto sub = dyn_cast_or_null<onnx::SubOp>(inner);
    RankedTensorType type = sub ? raise::getStaticType(sub.getA()) : RankedTensorType();
    if (!type || sub.getC().getType() != type)
      return rewriter.notifyMatchFailure(op, "not a difference");
    auto sum = getReduction<onnx::ReduceLogSumExpOp>(sub.getB(), type);
    if (!sum || raise::skipNoOps(sum.getX()) != raise::skipNoOps(sub.getA()))
      return rewriter.notifyMatchFailure(op, "no logarithm of exponentials is subtracted");
    rewriter.replaceOp(op, createSoftmax(rewriter, op.getLoc(), sub.getA(), *getAxis(sum)));
    return success();
  }
};

/// softmax(c (x - max(x))) -> softmax(c x), softmax(c (max(x) - x)) -> softmax(-c x), for c > 0
struct DropMaximum : OpRewritePattern<onnx::SoftmaxOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(onnx::SoftmaxOp op, PatternRewriter &rewriter) const override {
    raise::ScaledValue scaled = raise::peelScale(op.getX());
    auto sub = scaled.value.getDefiningOp<onnx::SubOp>();
    RankedTensorType type = sub ? raise::getStaticType(sub.getC()) : RankedTensorType();
    if (!type || scaled.factor <= 0)
      return rewriter.notifyMatchFailure(op, "not a difference");
    int64_t axis = op.getAxis() + (op.getAxis() < 0 ? type.getRank() : 0);
    auto isMaximumOf = [&](Value most, Value x) {
      if (x.getType() != type)
        return false;
      auto reduce = getReduction<onnx::ReduceMaxOp>(most, type);
      return reduce && raise::skipNoOps(reduce.getX()) == raise::skipNoOps(x) &&
             *getAxis(reduce) == axis;
    };
    bool isNegated = isMaximumOf(sub.getA(), sub.getB());
    if (!isNegated && !isMaximumOf(sub.getB(), sub.getA()))
      return rewriter.notifyMatchFailure(op, "no maximum of the row is subtracted");
    Value scores = isNegated ? sub.getB() : sub.getA();
    if (double factor = isNegated ? -scaled.factor : scaled.factor; factor != 1.0) {
      Type element = type.getElementType();
      auto number = onnx::ConstantOp::create(
          rewriter, op.getLoc(),
          DenseElementsAttr::get(RankedTensorType::get({}, element),
                                 rewriter.getFloatAttr(element, factor).getValue()));
      scores = onnx::MulOp::create(rewriter, op.getLoc(), type, scores, number);
    }
    rewriter.modifyOpInPlace(op, [&] { op.getXMutable().assign(scores); });
    return success();
  }
};

struct RaiseSoftmax : fovea::impl::RaiseSoftmaxPassBase<RaiseSoftmax> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<DropMaximum, RaiseDiv, RaiseExp, RaiseMul>(&getContext());
    if (failed(raise::applyRaising(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
