// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which reshapes to move is decided here; upstream's patterns move them. A reshape only ever moves
// away from the value that decides the loops: the first heavy operand of an elementwise op, or the
// rows in front of a contraction. Ours moves one behind the insertion into a larger tensor, so that
// what is computed in other loops is written there at once.

#include "passes/fuse/PushReshapes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "passes/fuse/Classify.h"
#include "passes/fuse/IndexMaps.h"

using namespace mlir;
using namespace fovea;

static bool isComputingElementwise(Operation *op) {
  auto generic = dyn_cast_or_null<linalg::GenericOp>(op);
  return generic && classify(generic) == OpKind::Elementwise && !getLayout(generic) &&
         !isGather(generic);
}

/// Whether a chain of elementwise ops without other users leads from a value back to an op that
/// satisfies `goal`.
static bool leadsTo(Value value, llvm::function_ref<bool(OpKind)> goal, int depth = 16) {
  Operation *op = value.getDefiningOp();
  if (!op || depth == 0)
    return false;
  if (goal(classify(op)))
    return true;
  if (!isComputingElementwise(op))
    return false;
  return llvm::any_of(cast<linalg::GenericOp>(op).getInputs(), [&](Value input) {
    return input.hasOneUse() && leadsTo(input, goal, depth - 1);
  });
}

static bool isReshapeOf(Operation *op, llvm::function_ref<bool(OpKind)> goal) {
  return isa_and_nonnull<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op) && op->hasOneUse() &&
         op->getOperand(0).hasOneUse() && leadsTo(op->getOperand(0), goal);
}

/// The elementwise op takes the loops of its first heavy operand, and only if no operand has them
/// already.
static bool shouldFollowHeavy(linalg::GenericOp op, OpOperand &operand) {
  for (Value input : op.getInputs())
    if (input.hasOneUse() && leadsTo(input, isHeavy))
      return false;
  auto isCandidate = [](OpOperand *candidate) {
    return isReshapeOf(candidate->get().getDefiningOp(), isHeavy);
  };
  SmallVector<OpOperand *> inputs = op.getDpsInputOperands();
  auto first = llvm::find_if(inputs, isCandidate);
  return first != inputs.end() && *first == &operand;
}

/// The contraction takes the outer loops of the rows it reads when its own left operand only merges
/// them.
static bool shouldFollowRows(linalg::GenericOp op, OpOperand &operand) {
  auto collapse = operand.get().getDefiningOp<tensor::CollapseShapeOp>();
  auto isReduction = [](OpKind kind) { return kind == OpKind::Reduction; };
  if (!collapse || operand.getOperandNumber() != 0 || !isReshapeOf(collapse, isReduction) ||
      !isComputingElementwise(collapse.getSrc().getDefiningOp()))
    return false;
  ContractionLoops loops = getContractionLoops(op);
  ArrayRef<AffineExpr> indices = op.getMatchingIndexingMap(&operand).getResults();
  for (auto [index, group] : llvm::zip_equal(indices, collapse.getReassociationIndices())) {
    auto dim = dyn_cast<AffineDimExpr>(index);
    if (group.size() > 1 && (!dim || !llvm::is_contained(loops.m, dim.getPosition())))
      return false;
  }
  return true;
}

namespace {
/// An insertion of merged dimensions, whole ones of the result, as one before they are merged.
struct InsertBeforeMerging : OpRewritePattern<tensor::InsertSliceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tensor::InsertSliceOp op,
                                PatternRewriter &rewriter) const override {
    // All that is inserted into one tensor.
    SmallVector<tensor::InsertSliceOp> chain = {op};
    while (auto next = chain.back().getDest().getDefiningOp<tensor::InsertSliceOp>())
      chain.push_back(next);
    if (!chain.back().getDest().getDefiningOp<tensor::EmptyOp>() || !op.getType().hasStaticShape())
      return rewriter.notifyMatchFailure(op, "what it is inserted into is not new");
    if (llvm::any_of(op->getUsers(), [&](Operation *user) {
          auto insert = dyn_cast<tensor::InsertSliceOp>(user);
          return insert && insert.getDest() == op.getResult();
        }))
      return rewriter.notifyMatchFailure(op, "more is inserted behind it");
    auto found = llvm::find_if(chain, isMergedResult);
    if (found == chain.end())
      return rewriter.notifyMatchFailure(op, "nothing that was computed in other loops");
    auto merged = found->getSource().getDefiningOp<tensor::CollapseShapeOp>();
    SmallVector<ReassociationIndices> groups = merged.getReassociationIndices();
    ArrayRef<int64_t> inner = merged.getSrcType().getShape();
    for (tensor::InsertSliceOp insert : chain)
      if (!isWhole(insert, groups) || (insert != op && !insert->hasOneUse()) ||
          !isElsewhere(insert.getSource(), groups))
        return rewriter.notifyMatchFailure(op, "another part is computed in these loops");

    auto split = [&](RankedTensorType type) {
      SmallVector<int64_t> shape;
      for (auto [extent, group] : llvm::zip_equal(type.getShape(), groups))
        for (int64_t dim : group)
          shape.push_back(group.size() == 1 ? extent : inner[dim]);
      return type.clone(shape);
    };
    Location loc = op.getLoc();
    RankedTensorType type = split(op.getType());
    Value whole = tensor::EmptyOp::create(rewriter, loc, type.getShape(), type.getElementType());
    for (tensor::InsertSliceOp insert : llvm::reverse(chain)) {
      RankedTensorType part = split(insert.getSourceType());
      auto collapse = insert.getSource().getDefiningOp<tensor::CollapseShapeOp>();
      Value source =
          collapse ? collapse.getSrc()
                   : tensor::ExpandShapeOp::create(rewriter, loc, part, insert.getSource(), groups);
      SmallVector<OpFoldResult> offsets(part.getRank(), rewriter.getIndexAttr(0)), sizes,
          strides(part.getRank(), rewriter.getIndexAttr(1));
      for (auto [offset, group] : llvm::zip_equal(insert.getStaticOffsets(), groups))
        offsets[group.front()] = rewriter.getIndexAttr(offset);
      for (int64_t extent : part.getShape())
        sizes.push_back(rewriter.getIndexAttr(extent));
      whole = tensor::InsertSliceOp::create(rewriter, loc, source, whole, offsets, sizes, strides);
    }
    rewriter.replaceOpWithNewOp<tensor::CollapseShapeOp>(op, op.getType(), whole, groups);
    return success();
  }

private:
  static bool isMergedResult(tensor::InsertSliceOp op) {
    auto merged = op.getSource().getDefiningOp<tensor::CollapseShapeOp>();
    return merged && merged->hasOneUse() && merged.getSrc().hasOneUse() &&
           isComputingElementwise(merged.getSrc().getDefiningOp());
  }

  /// Whether the insertion has the rank of its tensor, steps of one, and all of the merged
  /// dimensions.
  static bool isWhole(tensor::InsertSliceOp op, ArrayRef<ReassociationIndices> groups) {
    if (op.getSourceType().getRank() != op.getDestType().getRank() || !op.hasUnitStride() ||
        !op.getSourceType().hasStaticShape())
      return false;
    for (auto [dim, group] : llvm::enumerate(groups))
      if (ShapedType::isDynamic(op.getStaticOffsets()[dim]) ||
          (group.size() > 1 &&
           op.getSourceType().getDimSize(dim) != op.getDestType().getDimSize(dim)))
        return false;
    return true;
  }

  /// Whether a value is in memory anyway, or merged alike.
  static bool isElsewhere(Value value, ArrayRef<ReassociationIndices> groups) {
    Operation *op = value.getDefiningOp();
    if (auto collapse = dyn_cast_or_null<tensor::CollapseShapeOp>(op))
      return collapse.getSrcType().hasStaticShape() &&
             ArrayRef(collapse.getReassociationIndices()) == groups;
    return !op || op->hasTrait<OpTrait::ConstantLike>();
  }
};
} // namespace

/// A body that looks at its loops sees them through affine.apply when they were expanded; bodies
/// hold arithmetic.
static void expandIndices(func::FuncOp func) {
  func.walk([](affine::AffineApplyOp apply) {
    OpBuilder builder(apply);
    auto indices = affine::expandAffineMap(builder, apply.getLoc(), apply.getAffineMap(),
                                           llvm::to_vector(apply.getOperands()));
    if (!indices)
      return;
    apply.replaceAllUsesWith(indices->front());
    apply.erase();
  });
}

bool fovea::pushReshapes(func::FuncOp func) {
  MLIRContext *context = func.getContext();
  auto control = [](OpOperand *operand) {
    auto generic = dyn_cast<linalg::GenericOp>(operand->getOwner());
    if (!generic || !generic.hasPureTensorSemantics() || !generic.isDpsInput(operand))
      return false;
    if (isComputingElementwise(generic))
      return shouldFollowHeavy(generic, *operand);
    return classify(generic) == OpKind::Contraction && shouldFollowRows(generic, *operand);
  };
  RewritePatternSet patterns(context);
  linalg::populateFoldReshapeOpsByExpansionPatterns(patterns, control);
  linalg::populateFoldReshapeOpsByCollapsingPatterns(patterns, control);
  tensor::ExpandShapeOp::getCanonicalizationPatterns(patterns, context);
  tensor::CollapseShapeOp::getCanonicalizationPatterns(patterns, context);
  patterns.add<InsertBeforeMerging>(context);
  GreedyRewriteConfig config;
  config.setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled).enableConstantCSE(false);
  bool changed = false;
  // Not reaching a fixpoint only leaves reshapes where they are.
  (void)applyPatternsGreedily(func, std::move(patterns), config, &changed);
  if (changed)
    expandIndices(func);
  return changed;
}
