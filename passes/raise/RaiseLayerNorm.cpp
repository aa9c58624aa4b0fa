// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LayerNormalization from its decomposition. Three patterns: the quotient becomes an op with a
// scale of ones, then a product with the normalised shape becomes its scale, then a sum becomes its
// bias.

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxNormOps.h"
#include "dialects/onnx/OnnxReduceOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "mlir/IR/PatternMatch.h"
#include "passes/raise/GraphMatch.h"
#include "passes/raise/NormMatch.h"
#include "passes/raise/Passes.h"

namespace fovea {
#define GEN_PASS_DEF_RAISELAYERNORMPASS
#include "passes/raise/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;

namespace {
/// x - mean(x).
struct Centered {
  Value x;
  int64_t axis;
};

/// sqrt(variance + epsilon), or its reciprocal.
struct Deviation {
  Centered centered;
  double epsilon;
};
} // namespace

static std::optional<Centered> matchCentered(Value value) {
  auto sub = raise::skipNoOps(value).getDefiningOp<onnx::SubOp>();
  if (!sub)
    return std::nullopt;
  auto mean = raise::skipNoOps(sub.getB()).getDefiningOp<onnx::ReduceMeanOp>();
  if (!mean || raise::skipNoOps(mean.getX()) != raise::skipNoOps(sub.getA()) ||
      sub.getC().getType() != sub.getA().getType())
    return std::nullopt;
  std::optional<int64_t> axis = raise::getMeanAxis(mean);
  if (!axis)
    return std::nullopt;
  return Centered{sub.getA(), *axis};
}

/// What a root is when the mean of x is taken off what it squares.
static std::optional<Deviation> readDeviation(std::optional<raise::RootMeanSquare> root) {
  std::optional<Centered> centered = root ? matchCentered(root->base) : std::nullopt;
  if (!centered || root->axis != centered->axis)
    return std::nullopt;
  return Deviation{*centered, root->epsilon};
}

/// Replaces `op`, the quotient of `centeredValue` and a deviation, when the two belong together.
static LogicalResult replaceQuotient(Operation *op, Value centeredValue,
                                     std::optional<Deviation> deviation,
                                     PatternRewriter &rewriter) {
  if (!deviation)
    return rewriter.notifyMatchFailure(op, "the divisor is not a standard deviation");
  std::optional<Centered> centered = matchCentered(centeredValue);
  if (!centered || centered->x != deviation->centered.x ||
      centered->axis != deviation->centered.axis)
    return rewriter.notifyMatchFailure(op, "the dividend is not centered with the same mean");
  auto type = cast<RankedTensorType>(centered->x.getType());
  if (op->getResult(0).getType() != type)
    return rewriter.notifyMatchFailure(op, "the result is broadcast");
  Type element = type.getElementType();
  if (!raise::isNormType(element))
    return rewriter.notifyMatchFailure(op, "the element type is not a floating-point type");
  auto scaleType = RankedTensorType::get(type.getShape().drop_front(centered->axis), element);
  auto ones = DenseElementsAttr::get(scaleType, rewriter.getFloatAttr(element, 1.0));
  Value scale = onnx::ConstantOp::create(rewriter, op->getLoc(), cast<ElementsAttr>(ones));
  Value none =
      onnx::NoneOp::create(rewriter, op->getLoc(), rewriter.getNoneType(), rewriter.getUnitAttr());
  auto norm = onnx::LayerNormalizationOp::create(
      rewriter, op->getLoc(), TypeRange{type}, centered->x, scale, none,
      rewriter.getIntegerAttr(rewriter.getIntegerType(64, /*isSigned=*/true), centered->axis),
      rewriter.getF32FloatAttr(deviation->epsilon));
  rewriter.replaceOp(op, norm.getY());
  return success();
}

/// The norm with no other user that `value` is, or null.
static onnx::LayerNormalizationOp getSoleNorm(Value value) {
  auto norm = value.getDefiningOp<onnx::LayerNormalizationOp>();
  return norm && value == norm.getY() && value.hasOneUse() && norm.getStatistics().empty()
             ? norm
             : onnx::LayerNormalizationOp();
}

/// Whether `value` is a constant of the shape that `norm` normalises.
static bool isNormParameter(Value value, onnx::LayerNormalizationOp norm) {
  return onnx::getConstantAttr(value) && value.getType() == norm.getScale().getType();
}

namespace {
struct RaiseDiv : OpRewritePattern<onnx::DivOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(onnx::DivOp op, PatternRewriter &rewriter) const override {
    return replaceQuotient(op, op.getA(), readDeviation(raise::matchRoot(op.getB())), rewriter);
  }
};

/// Mul of a centered value with an inverse deviation, or of a norm with its scale.
struct RaiseMul : OpRewritePattern<onnx::MulOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(onnx::MulOp op, PatternRewriter &rewriter) const override {
    for (auto [a, b] : {std::pair<Value, Value>(op.getA(), op.getB()), {op.getB(), op.getA()}}) {
      if (std::optional<Deviation> deviation = readDeviation(raise::matchInverseRoot(b)))
        return replaceQuotient(op, a, deviation, rewriter);
      onnx::LayerNormalizationOp norm = getSoleNorm(a);
      if (!norm || !isNormParameter(b, norm) || !isa<NoneType>(norm.getBias().getType()) ||
          onnx::getConstantScalar(norm.getScale()) != 1.0)
        continue;
      rewriter.replaceOpWithNewOp<onnx::LayerNormalizationOp>(
          op, TypeRange{op.getType()}, norm.getX(), b, norm.getBias(), norm.getAxisAttr(),
          norm.getEpsilonAttr());
      return success();
    }
    return rewriter.notifyMatchFailure(op, "neither a quotient nor the scale of a norm");
  }
};

struct RaiseAdd : OpRewritePattern<onnx::AddOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(onnx::AddOp op, PatternRewriter &rewriter) const override {
    for (auto [a, b] : {std::pair<Value, Value>(op.getA(), op.getB()), {op.getB(), op.getA()}}) {
      onnx::LayerNormalizationOp norm = getSoleNorm(a);
      if (!norm || !isNormParameter(b, norm) || !isa<NoneType>(norm.getBias().getType()))
        continue;
      rewriter.replaceOpWithNewOp<onnx::LayerNormalizationOp>(
          op, TypeRange{op.getType()}, norm.getX(), norm.getScale(), b, norm.getAxisAttr(),
          norm.getEpsilonAttr());
      return success();
    }
    return rewriter.notifyMatchFailure(op, "not the bias of a norm");
  }
};

struct RaiseLayerNorm : fovea::impl::RaiseLayerNormPassBase<RaiseLayerNorm> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<RaiseDiv, RaiseMul, RaiseAdd>(&getContext());
    if (failed(raise::applyRaising(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
