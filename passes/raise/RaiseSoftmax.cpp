// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Softmax from exponentials over their sum.

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxNormOps.h"
#include "dialects/onnx/OnnxReduceOps.h"
#include "mlir/IR/PatternMatch.h"
#include "passes/raise/GraphMatch.h"
#include "passes/raise/Passes.h"

namespace fovea {
#define GEN_PASS_DEF_RAISESOFTMAXPASS
#include "passes/raise/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;

/// The only axis that this reduction runs over, or nothing when it has others or drops it.
template <typename ReduceOp> static std::optional<int64_t> getAxis(ReduceOp reduce) {
  RankedTensorType type = raise::getStaticType(reduce.getX());
  if (!type || !reduce.getKeepdims() || isa<NoneType>(reduce.getAxes().getType()))
    return std::nullopt;
  std::optional<SmallVector<int64_t>> axes = onnx::getConstantIntegers(reduce.getAxes());
  if (!axes || axes->size() != 1)
    return std::nullopt;
  return axes->front() + (axes->front() < 0 ? type.getRank() : 0);
}

/// `x - max(x)` over the axis gives x; anything else itself: the largest element cancels in the
/// quotient.
static Value skipShift(Value value, int64_t axis) {
  auto sub = raise::skipNoOps(value).getDefiningOp<onnx::SubOp>();
  auto largest =
      sub ? raise::skipNoOps(sub.getB()).getDefiningOp<onnx::ReduceMaxOp>() : onnx::ReduceMaxOp();
  if (!largest || raise::skipNoOps(largest.getX()) != raise::skipNoOps(sub.getA()) ||
      getAxis(largest) != axis || sub.getC().getType() != sub.getA().getType())
    return value;
  return sub.getA();
}

static LogicalResult replaceQuotient(Operation *op, Value powers, Value total,
                                     PatternRewriter &rewriter) {
  auto sum = raise::skipNoOps(total).getDefiningOp<onnx::ReduceSumOp>();
  auto exp = raise::skipNoOps(powers).getDefiningOp<onnx::ExpOp>();
  if (!sum || !exp || raise::skipNoOps(sum.getX()) != exp.getY())
    return rewriter.notifyMatchFailure(op, "not exponentials over their sum");
  std::optional<int64_t> axis = getAxis(sum);
  if (!axis)
    return rewriter.notifyMatchFailure(op, "the sum is not over one axis that it keeps");
  if (op->getResult(0).getType() != exp.getX().getType())
    return rewriter.notifyMatchFailure(op, "the result is broadcast");
  Value x = skipShift(exp.getX(), *axis);
  rewriter.replaceOpWithNewOp<onnx::SoftmaxOp>(
      op, op->getResult(0).getType(), x,
      rewriter.getIntegerAttr(rewriter.getIntegerType(64, /*isSigned=*/true), *axis));
  return success();
}

namespace {
struct RaiseDiv : OpRewritePattern<onnx::DivOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(onnx::DivOp op, PatternRewriter &rewriter) const override {
    return replaceQuotient(op, op.getA(), op.getB(), rewriter);
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

struct RaiseSoftmax : fovea::impl::RaiseSoftmaxPassBase<RaiseSoftmax> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<RaiseDiv, RaiseMul>(&getContext());
    if (failed(raise::applyRaising(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
