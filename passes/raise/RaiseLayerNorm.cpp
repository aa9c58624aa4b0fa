// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LayerNormalization from its decomposition. Three patterns: the quotient becomes an op with a
// scale of ones, then a product with the normalised shape becomes its scale, then a sum becomes its
// bias.

#include "compiler/eval/Tensor.h"
#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxNormOps.h"
#include "dialects/onnx/OnnxReduceOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "mlir/IR/PatternMatch.h"
#include "passes/raise/GraphBuilder.h"
#include "passes/raise/GraphMatch.h"
#include "passes/raise/NormMatch.h"
#include "passes/raise/Passes.h"

#include <array>

namespace fovea {
#define GEN_PASS_DEF_RAISELAYERNORMPASS
#include "passes/raise/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;
using raise::GraphBuilder;

namespace {
/// x - mean(x), the mean over the dimensions from axis on.
struct Centered {
  Value x;
  int64_t axis;
};

/// sqrt(variance + epsilon), or its reciprocal, perhaps times a constant.
struct Deviation {
  Centered centered;
  double epsilon;
  Value scale;
};
} // namespace

/// Whether `value` is the mean that `centered` takes off.
static bool isMean(Value value, const Centered &centered) {
  auto mean = raise::skipNoOps(value).getDefiningOp<onnx::ReduceMeanOp>();
  return mean && raise::skipNoOps(mean.getX()) == raise::skipNoOps(centered.x) &&
         raise::getMeanAxis(mean) == centered.axis;
}

static std::optional<Centered> matchCentered(Value value) {
  auto sub = raise::skipNoOps(value).getDefiningOp<onnx::SubOp>();
  if (!sub || sub.getC().getType() != sub.getA().getType())
    return std::nullopt;
  auto mean = raise::skipNoOps(sub.getB()).getDefiningOp<onnx::ReduceMeanOp>();
  std::optional<int64_t> axis = mean ? raise::getMeanAxis(mean) : std::nullopt;
  if (!axis)
    return std::nullopt;
  Centered centered{sub.getA(), *axis};
  return isMean(mean->getResult(0), centered) ? std::optional(centered) : std::nullopt;
}

/// What a root is when the mean of x is taken off what it squares.
static std::optional<Deviation> readDeviation(std::optional<raise::RootMeanSquare> root) {
  std::optional<Centered> centered = root ? matchCentered(root->base) : std::nullopt;
  if (!centered || root->axis != centered->axis)
    return std::nullopt;
  return Deviation{*centered, root->epsilon, Value()};
}

using Operands = std::pair<Value, Value>;
static std::array<Operands, 2> getBothOrders(Operation *op) {
  return {Operands(op->getOperand(0), op->getOperand(1)),
          Operands(op->getOperand(1), op->getOperand(0))};
}

/// 1 / deviation, or that times a scale.
static std::optional<Deviation> readInverse(Value value) {
  if (std::optional<Deviation> deviation = readDeviation(raise::matchInverseRoot(value)))
    return deviation;
  auto mul = raise::skipNoOps(value).getDefiningOp<onnx::MulOp>();
  if (!mul)
    return std::nullopt;
  for (auto [inverse, scale] : getBothOrders(mul)) {
    std::optional<Deviation> deviation = readDeviation(raise::matchInverseRoot(inverse));
    if (!deviation || !onnx::getConstantAttr(scale))
      continue;
    deviation->scale = scale;
    return deviation;
  }
  return std::nullopt;
}

/// Whether `value` is a constant of the normalised shape, perhaps behind ones.
static bool isParameter(Value value, ArrayRef<int64_t> normalized) {
  ElementsAttr attr = onnx::getConstantAttr(value);
  RankedTensorType type = raise::getStaticType(value);
  if (!attr || !type || type.getRank() < int64_t(normalized.size()) || !eval::Tensor::get(attr))
    return false;
  ArrayRef<int64_t> shape = type.getShape();
  return shape.take_back(normalized.size()) == normalized &&
         llvm::all_of(shape.drop_back(normalized.size()),
                      [](int64_t extent) { return extent == 1; });
}

/// Such a constant in the normalised shape.
static Value makeParameter(GraphBuilder &graph, Value value, ArrayRef<int64_t> normalized) {
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getShape() == normalized)
    return value;
  std::optional<eval::Tensor> tensor = eval::Tensor::get(onnx::getConstantAttr(value));
  return onnx::ConstantOp::create(graph.builder, graph.loc,
                                  tensor->withType(type.clone(normalized)).toAttr());
}

/// Replaces `op`, what the deviation's tensor centered is when divided by it, plus a bias unless it
/// is null.
static LogicalResult replaceWithNorm(Operation *op, const Deviation &deviation, Value bias,
                                     PatternRewriter &rewriter) {
  auto type = cast<RankedTensorType>(deviation.centered.x.getType());
  if (op->getResult(0).getType() != type)
    return rewriter.notifyMatchFailure(op, "the result is broadcast");
  Type element = type.getElementType();
  if (!raise::isNormType(element))
    return rewriter.notifyMatchFailure(op, "the element type is not a floating-point type");
  int64_t axis = deviation.centered.axis;
  ArrayRef<int64_t> normalized = type.getShape().drop_front(axis);
  for (Value parameter : {deviation.scale, bias})
    if (parameter && !isParameter(parameter, normalized))
      return rewriter.notifyMatchFailure(op, "scale or bias do not have the normalised shape");
  GraphBuilder graph(rewriter, op->getLoc());
  Value scale = deviation.scale ? makeParameter(graph, deviation.scale, normalized)
                                : graph.splat(1.0, element, normalized);
  bias = bias ? makeParameter(graph, bias, normalized) : graph.none();
  auto norm = onnx::LayerNormalizationOp::create(
      rewriter, op->getLoc(), TypeRange{type}, deviation.centered.x, scale, bias,
      graph.number(axis), rewriter.getF32FloatAttr(deviation.epsilon));
  rewriter.replaceOp(op, norm.getY());
  return success();
}

/// Replaces `op`, the quotient of `centeredValue` and a deviation, when the two belong together.
static LogicalResult replaceQuotient(Operation *op, Value centeredValue,
                                     const std::optional<Deviation> &deviation,
                                     PatternRewriter &rewriter) {
  if (!deviation)
    return rewriter.notifyMatchFailure(op, "the divisor is not a standard deviation");
  std::optional<Centered> centered = matchCentered(centeredValue);
  if (!centered || centered->x != deviation->centered.x ||
      centered->axis != deviation->centered.axis)
    return rewriter.notifyMatchFailure(op, "the dividend is not centered with the same mean");
  return replaceWithNorm(op, *deviation, Value(), rewriter);
}

/// Gives the norm that `value` is a constant as its scale or its bias in place of `op`, when it has
/// none and no other user.
static LogicalResult addParameter(Operation *op, Value value, Value parameter, bool isBias,
                                  PatternRewriter &rewriter) {
  auto norm = value.getDefiningOp<onnx::LayerNormalizationOp>();
  if (!norm || value != norm.getY() || !value.hasOneUse() || !norm.getStatistics().empty() ||
      !isa<NoneType>(norm.getBias().getType()) ||
      (!isBias && onnx::getConstantScalar(norm.getScale()) != 1.0))
    return failure();
  ArrayRef<int64_t> normalized = GraphBuilder::getShape(norm.getScale());
  if (!isParameter(parameter, normalized) || op->getResult(0).getType() != value.getType())
    return failure();
  GraphBuilder graph(rewriter, op->getLoc());
  Value constant = makeParameter(graph, parameter, normalized);
  rewriter.replaceOpWithNewOp<onnx::LayerNormalizationOp>(
      op, TypeRange{value.getType()}, norm.getX(), isBias ? norm.getScale() : constant,
      isBias ? constant : norm.getBias(), norm.getAxisAttr(), norm.getEpsilonAttr());
  return success();
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
    for (auto [a, b] : getBothOrders(op)) {
      if (std::optional<Deviation> deviation = readInverse(b); deviation && matchCentered(a))
        return replaceQuotient(op, a, deviation, rewriter);
      if (succeeded(addParameter(op, a, b, /*isBias=*/false, rewriter)))
        return success();
    }
    return rewriter.notifyMatchFailure(op, "neither a quotient nor the scale of a norm");
  }
};

/// Add of a norm and its bias, or x * inverse + (bias - mean * inverse).
struct RaiseAdd : OpRewritePattern<onnx::AddOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(onnx::AddOp op, PatternRewriter &rewriter) const override {
    for (auto [a, b] : getBothOrders(op)) {
      if (succeeded(addParameter(op, a, b, /*isBias=*/true, rewriter)))
        return success();
      auto product = raise::skipNoOps(a).getDefiningOp<onnx::MulOp>();
      auto rest = raise::skipNoOps(b).getDefiningOp<onnx::SubOp>();
      auto shift =
          rest ? raise::skipNoOps(rest.getB()).getDefiningOp<onnx::MulOp>() : onnx::MulOp();
      if (!product || !shift)
        continue;
      for (auto [x, inverse] : getBothOrders(product))
        for (auto [mean, factor] : getBothOrders(shift)) {
          std::optional<Deviation> deviation =
              inverse == factor ? readInverse(inverse) : std::nullopt;
          if (deviation && deviation->centered.x == x && isMean(mean, deviation->centered))
            return replaceWithNorm(op, *deviation, rest.getA(), rewriter);
        }
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
