// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which reshapes to move is decided here; upstream's patterns move them. A reshape only ever moves
// away from the value that decides the loops: the first heavy operand of an elementwise op, or the
// rows in front of a contraction.

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
  GreedyRewriteConfig config;
  config.setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled).enableConstantCSE(false);
  bool changed = false;
  // Not reaching a fixpoint only leaves reshapes where they are.
  (void)applyPatternsGreedily(func, std::move(patterns), config, &changed);
  if (changed)
    expandIndices(func);
  return changed;
}
