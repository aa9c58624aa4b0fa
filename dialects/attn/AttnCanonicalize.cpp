// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Canonical form of attention: no unused or repeated captures, no mask that hides nothing, no
// constant factor in front of the score region.

#include "dialects/attn/Attn.h"
#include "dialects/attn/Mask.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/BitVector.h"
#include <cmath>

using namespace mlir;
using namespace fovea;
using namespace fovea::attn;

namespace {
/// captures(%a, %b, %a), where the region does not read %b -> captures(%a)
struct DropCaptures : OpRewritePattern<AttentionOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AttentionOp op, PatternRewriter &rewriter) const override {
    Block &block = op.getScore().front();
    unsigned count = op.getCaptures().size();
    llvm::BitVector dropped(5 + count);
    for (unsigned n = 0; n < count; ++n) {
      BlockArgument argument = block.getArgument(5 + n);
      for (unsigned earlier = 0; earlier < n && !argument.use_empty(); ++earlier)
        if (op.getCaptures()[earlier] == op.getCaptures()[n] &&
            op.getCaptureMap(earlier) == op.getCaptureMap(n))
          rewriter.replaceAllUsesWith(argument, block.getArgument(5 + earlier));
      dropped[5 + n] = argument.use_empty();
    }
    if (dropped.none())
      return rewriter.notifyMatchFailure(op, "every capture is read, and none twice");
    SmallVector<Value> captures;
    SmallVector<Attribute> maps;
    for (auto [n, map] : llvm::enumerate(op.getIndexingMaps())) {
      bool isCapture = n >= 3 && n < 3 + count;
      if (isCapture && dropped[5 + n - 3])
        continue;
      maps.push_back(map);
      if (isCapture)
        captures.push_back(op.getCaptures()[n - 3]);
    }
    rewriter.modifyOpInPlace(op, [&] {
      op.getCapturesMutable().assign(captures);
      op.setIndexingMapsAttr(rewriter.getArrayAttr(maps));
      block.eraseArguments(dropped);
    });
    return success();
  }
};

/// A mask with conditions that the domain decides -> one without
struct SimplifyMask : OpRewritePattern<AttentionOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AttentionOp op, PatternRewriter &rewriter) const override {
    MaskAttr mask = simplifyMask(op.getMask(), op.getDomain());
    if (mask == op.getMask())
      return rewriter.notifyMatchFailure(op, "every condition of the mask decides something");
    rewriter.modifyOpInPlace(op, [&] { op.setMaskAttr(mask); });
    return success();
  }
};

/// score(s) = f(s * c) with scale a -> score(s) = f(s) with scale a * c
struct FoldScale : OpRewritePattern<AttentionOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AttentionOp op, PatternRewriter &rewriter) const override {
    BlockArgument score = op.getScore().getArgument(0);
    if (!score.hasOneUse())
      return rewriter.notifyMatchFailure(op, "the score has not one use");
    auto mul = dyn_cast<arith::MulFOp>(*score.getUsers().begin());
    if (!mul)
      return rewriter.notifyMatchFailure(op, "the score is not multiplied");
    FloatAttr factor;
    if (!matchPattern(mul.getLhs() == score ? mul.getRhs() : mul.getLhs(), m_Constant(&factor)))
      return rewriter.notifyMatchFailure(op, "the factor is not constant");
    NumericsAttr numerics = op.getNumerics();
    double scale = numerics.getScale().getValueAsDouble() * factor.getValueAsDouble();
    if (!std::isfinite(scale) || scale == 0.0)
      return rewriter.notifyMatchFailure(op, "the product of scale and factor is out of range");
    rewriter.replaceOp(mul, score);
    rewriter.modifyOpInPlace(op, [&] {
      op.setNumericsAttr(NumericsAttr::get(op.getContext(), rewriter.getF64FloatAttr(scale),
                                           numerics.getPlacement(), numerics.getMaskedRows()));
    });
    return success();
  }
};
} // namespace

void AttentionOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<DropCaptures, SimplifyMask, FoldScale>(context);
}
