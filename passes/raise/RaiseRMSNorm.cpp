// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RMSNormalization from its decomposition. Two patterns: the quotient becomes an op with a scale of
// ones, then a product with the normalised shape becomes its scale. Casts around stay.

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxNormOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "mlir/IR/PatternMatch.h"
#include "passes/raise/GraphMatch.h"
#include "passes/raise/NormMatch.h"
#include "passes/raise/Passes.h"

namespace fovea {
#define GEN_PASS_DEF_RAISERMSNORMPASS
#include "passes/raise/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;

/// Replaces `op`, the quotient of `x` and a root, when the root is that of x.
static LogicalResult replaceQuotient(Operation *op, Value x,
                                     std::optional<raise::RootMeanSquare> root,
                                     PatternRewriter &rewriter) {
  if (!root)
    return rewriter.notifyMatchFailure(op, "the divisor is no root of a mean of squares");
  if (raise::skipNoOps(root->base) != raise::skipNoOps(x))
    return rewriter.notifyMatchFailure(op, "the root is that of another tensor");
  auto type = cast<RankedTensorType>(x.getType());
  if (op->getResult(0).getType() != type)
    return rewriter.notifyMatchFailure(op, "the result is broadcast");
  Type element = type.getElementType();
  if (!raise::isNormType(element))
    return rewriter.notifyMatchFailure(op, "the element type is not a floating-point type");
  auto scaleType = RankedTensorType::get(type.getShape().drop_front(root->axis), element);
  auto ones = DenseElementsAttr::get(scaleType, rewriter.getFloatAttr(element, 1.0));
  Value scale = onnx::ConstantOp::create(rewriter, op->getLoc(), cast<ElementsAttr>(ones));
  rewriter.replaceOpWithNewOp<onnx::RMSNormalizationOp>(op, type, x, scale, root->axis,
                                                        llvm::APFloat(float(root->epsilon)));
  return success();
}

namespace {
struct RaiseDiv : OpRewritePattern<onnx::DivOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(onnx::DivOp op, PatternRewriter &rewriter) const override {
    return replaceQuotient(op, op.getA(), raise::matchRoot(op.getB()), rewriter);
  }
};

/// Mul of a tensor with an inverse root, or of a norm with its scale.
struct RaiseMul : OpRewritePattern<onnx::MulOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(onnx::MulOp op, PatternRewriter &rewriter) const override {
    for (auto [a, b] : {std::pair<Value, Value>(op.getA(), op.getB()), {op.getB(), op.getA()}}) {
      if (std::optional<raise::RootMeanSquare> root = raise::matchInverseRoot(b))
        return replaceQuotient(op, a, root, rewriter);
      auto norm = a.getDefiningOp<onnx::RMSNormalizationOp>();
      if (!norm || !a.hasOneUse() || !onnx::getConstantAttr(b) ||
          b.getType() != norm.getScale().getType() ||
          onnx::getConstantScalar(norm.getScale()) != 1.0)
        continue;
      rewriter.replaceOpWithNewOp<onnx::RMSNormalizationOp>(
          op, op.getType(), norm.getX(), b, norm.getAxisAttr(), norm.getEpsilonAttr());
      return success();
    }
    return rewriter.notifyMatchFailure(op, "neither a quotient nor the scale of a norm");
  }
};

struct RaiseRMSNorm : fovea::impl::RaiseRMSNormPassBase<RaiseRMSNorm> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<RaiseDiv, RaiseMul>(&getContext());
    if (failed(raise::applyRaising(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
