// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Layout ops become index maps of the ops around them. Operands are looked through first, then
// transposed results, then reshapes move out of the way of fusion; each step can enable the others,
// so they repeat until nothing changes.

#include "dialects/attn/Attn.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Remarks.h"
#include "passes/fuse/AttentionMaps.h"
#include "passes/fuse/Classify.h"
#include "passes/fuse/CommuteLayouts.h"
#include "passes/fuse/IndexMaps.h"
#include "passes/fuse/Passes.h"
#include "passes/fuse/Permute.h"
#include "passes/fuse/PushReshapes.h"
#include "passes/fuse/SplitLoops.h"
#include "passes/fuse/SwapRolls.h"
#include "passes/fuse/TrimRows.h"
#include "passes/remarks/RemarkCodes.h"

namespace fovea {
#define GEN_PASS_DEF_ABSORBLAYOUTPASS
#include "passes/fuse/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;

static remark::RemarkOpts remarkOpts() {
  return remark::RemarkOpts::name("absorb-layout").category("fuse");
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

namespace {

/// Where an operand can be read instead.
struct Origin {
  Value source;
  AffineMap map;
};

/// What the consumer allows: whether it verifies with this source and map, and whether reshapes
/// alone are worth it.
struct Consumer {
  ArrayRef<int64_t> loopExtents;
  llvm::function_ref<bool(Value, AffineMap)> accepts;
  llvm::function_ref<bool(AffineMap map, AffineMap before)> wantsReshapes;
};

} // namespace

/// Follows the chain of layout ops behind `value`, read through `map`, to the place that is best to
/// read from: behind the last op that moves data, or as deep as possible where the consumer wants
/// reshapes gone too.
static std::optional<Origin> findOrigin(Value value, AffineMap map, const Consumer &consumer) {
  std::optional<Origin> best;
  AffineMap before = map;
  bool movesLeft = false;
  while (std::optional<Layout> layout = getMovement(value.getDefiningOp())) {
    movesLeft |= !layout->isReshape;
    value = layout->source;
    AffineMap composed = layout->map.compose(map);
    map = simplifyIndexMap(composed, consumer.loopExtents);
    if (!consumer.accepts(value, map))
      map = simplifyIndexMap(composed, consumer.loopExtents, /*keepUnitDims=*/true);
    if (!consumer.accepts(value, map))
      continue;
    if (!movesLeft && !consumer.wantsReshapes(map, before))
      continue;
    best = Origin{value, map};
    before = map;
    movesLeft = false;
  }
  return best;
}

static LogicalResult absorbGenericOperand(linalg::GenericOp op, OpOperand &operand,
                                          RewriterBase &rewriter) {
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  if (ShapedType::isDynamicShape(extents) || !isa<RankedTensorType>(operand.get().getType()))
    return failure();
  unsigned position = operand.getOperandNumber();
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  // What only moves data may as well move it from further away, if whole vectors stay together.
  AffineExpr lanes = getAffineConstantExpr(0, op.getContext());
  if (getLayout(op) && maps.back().getNumResults() != 0)
    lanes = maps.back().getResults().back();
  auto accepts = [&](Value source, AffineMap map) {
    if (hasDivOrMod(map) && (!isa<AffineDimExpr>(lanes) || dividesDim(map, lanes)))
      return false;
    SmallVector<Type> types(op->getOperandTypes());
    SmallVector<AffineMap> newMaps = maps;
    types[position] = source.getType();
    newMaps[position] = map;
    return isValidIndexing(types, newMaps, extents, op.getContext());
  };
  // Dimensions of extent 1 that a reshape only adds or drops, keepdims among them, would hide that
  // loops agree.
  auto wantsReshapes = [](AffineMap map, AffineMap) { return isSelection(map); };
  std::optional<Origin> origin =
      findOrigin(operand.get(), maps[position], {extents, accepts, wantsReshapes});
  if (!origin)
    return failure();
  maps[position] = origin->map;
  rewriter.modifyOpInPlace(op, [&] {
    operand.set(origin->source);
    op.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
  });
  return success();
}

static LogicalResult absorbAttentionOperand(attn::AttentionOp op, OpOperand &operand,
                                            RewriterBase &rewriter) {
  unsigned position = operand.getOperandNumber();
  SmallVector<Attribute> maps(op.getIndexingMaps().getValue());
  auto accepts = [&](Value, AffineMap map) { return acceptsMap(op, position, map); };
  // A reshape alone costs nothing; divisions in the kernel do.
  auto wantsReshapes = [](AffineMap map, AffineMap before) {
    return !hasDivOrMod(map) || hasDivOrMod(before);
  };
  std::optional<Origin> origin =
      findOrigin(operand.get(), op.getMap(position), {op.getDomain(), accepts, wantsReshapes});
  if (!origin)
    return failure();
  maps[position] = AffineMapAttr::get(origin->map);
  rewriter.modifyOpInPlace(op, [&] {
    operand.set(origin->source);
    op.setIndexingMapsAttr(rewriter.getArrayAttr(maps));
  });
  return success();
}

static bool absorbOperands(Operation *op, RewriterBase &rewriter) {
  bool changed = false;
  if (auto generic = dyn_cast<linalg::GenericOp>(op)) {
    if (generic.hasPureTensorSemantics())
      for (OpOperand *operand : generic.getDpsInputOperands())
        changed |= succeeded(absorbGenericOperand(generic, *operand, rewriter));
  } else if (auto attention = dyn_cast<attn::AttentionOp>(op)) {
    for (OpOperand &operand : attention->getOpOperands())
      changed |= succeeded(absorbAttentionOperand(attention, operand, rewriter));
  }
  return changed;
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

static LogicalResult permuteAttentionResult(attn::AttentionOp op, OpResult result,
                                            ArrayRef<int64_t> order, RewriterBase &rewriter) {
  unsigned position = 3 + op.getCaptures().size() + result.getResultNumber();
  SmallVector<Attribute> maps(op.getIndexingMaps().getValue());
  AffineMap reorder = AffineMap::getPermutationMap(order, op.getContext());
  maps[position] = AffineMapAttr::get(reorder.compose(op.getMap(position)));
  rewriter.modifyOpInPlace(op, [&] {
    op.setIndexingMapsAttr(rewriter.getArrayAttr(maps));
    result.setType(permuteType(result.getType(), order));
  });
  return success();
}

/// `order` of a reshape's merged dimensions, spelled in its split dimensions; and the groups of the
/// reordered reshape.
static SmallVector<int64_t> splitOrder(ArrayRef<ReassociationIndices> groups,
                                       ArrayRef<int64_t> order,
                                       SmallVectorImpl<ReassociationIndices> &newGroups) {
  SmallVector<int64_t> split;
  for (int64_t dim : order) {
    ReassociationIndices &group = newGroups.emplace_back();
    for (int64_t inner : groups[dim]) {
      group.push_back(split.size());
      split.push_back(inner);
    }
  }
  return split;
}

/// The order of the merged dimensions, when `order` moves whole groups of the split ones.
static std::optional<SmallVector<int64_t>> mergeOrder(ArrayRef<ReassociationIndices> groups,
                                                      ArrayRef<int64_t> order) {
  SmallVector<int64_t> merged;
  for (size_t position = 0; position < order.size();) {
    auto startsHere = [&](const ReassociationIndices &group) {
      return group == ArrayRef<int64_t>(order).drop_front(position).take_front(group.size());
    };
    const auto *group = llvm::find_if(groups, startsHere);
    if (group == groups.end())
      return std::nullopt;
    merged.push_back(group - groups.begin());
    position += group->size();
  }
  return merged;
}

/// Makes the op behind `value`, which has one user, compute it with its dimensions in `order`,
/// through reshapes that keep dimensions together. Returns the new value, or null, with nothing
/// changed, where data would have to move.
static Value permuteValue(Value value, ArrayRef<int64_t> order, RewriterBase &rewriter) {
  auto result = dyn_cast<OpResult>(value);
  if (!result || !result.hasOneUse())
    return {};
  Operation *op = result.getOwner();
  if (auto attention = dyn_cast<attn::AttentionOp>(op))
    return succeeded(permuteAttentionResult(attention, result, order, rewriter)) ? value : Value();
  if (auto generic = dyn_cast<linalg::GenericOp>(op))
    return succeeded(permuteGenericResult(generic, result, order, rewriter)) ? value : Value();
  RankedTensorType type = permuteType(value.getType(), order);
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op)) {
    SmallVector<ReassociationIndices> groups;
    SmallVector<int64_t> split = splitOrder(collapse.getReassociationIndices(), order, groups);
    Value source = permuteValue(collapse.getSrc(), split, rewriter);
    if (!source)
      return {};
    rewriter.setInsertionPointAfter(op);
    return tensor::CollapseShapeOp::create(rewriter, op->getLoc(), type, source, groups);
  }
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op)) {
    auto merged = mergeOrder(expand.getReassociationIndices(), order);
    Value source = merged ? permuteValue(expand.getSrc(), *merged, rewriter) : Value();
    if (!source)
      return {};
    SmallVector<ReassociationIndices> groups;
    splitOrder(expand.getReassociationIndices(), *merged, groups);
    rewriter.setInsertionPointAfter(op);
    return tensor::ExpandShapeOp::create(rewriter, op->getLoc(), type, source, groups);
  }
  return {};
}

/// The dimensions of a permutation's results.
static SmallVector<int64_t> getOrder(AffineMap permutation) {
  return llvm::map_to_vector(permutation.getResults(), [](AffineExpr expr) {
    return int64_t(cast<AffineDimExpr>(expr).getPosition());
  });
}

/// Makes `transpose`, the only user of a computed result, that result's output map.
static LogicalResult absorbResult(linalg::GenericOp transpose, RewriterBase &rewriter) {
  SmallVector<int64_t> order = getOrder(inversePermutation(getLayout(transpose)->map));
  Value permuted = permuteValue(transpose.getInputs()[0], order, rewriter);
  if (!permuted)
    return failure();
  remark::passed(transpose.getLoc(), remarkOpts())
      << remark::add("the transpose became the output map of its producer");
  rewriter.replaceOp(transpose, permuted);
  return success();
}

/// Lets a contraction, convolution or attention write its result in the order of the elementwise op
/// that is its only user, so that both walk memory alike.
static LogicalResult alignAnchor(linalg::GenericOp op, OpOperand &operand, RewriterBase &rewriter) {
  Operation *producer = operand.get().getDefiningOp();
  AffineMap output = op.getIndexingMapsArray().back(), input = op.getMatchingIndexingMap(&operand);
  if (!producer || !isHeavy(classify(producer)) || !output.isPermutation() ||
      !input.isPermutation() || input == output)
    return failure();
  SmallVector<int64_t> order = getOrder(output.compose(inversePermutation(input)));
  Value permuted = permuteValue(operand.get(), order, rewriter);
  if (!permuted)
    return failure();
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  maps[operand.getOperandNumber()] = output;
  rewriter.modifyOpInPlace(op, [&] {
    operand.set(permuted);
    op.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
  });
  return success();
}

static bool alignAnchors(Operation &op, RewriterBase &rewriter) {
  auto generic = dyn_cast<linalg::GenericOp>(op);
  if (!generic || classify(generic) != OpKind::Elementwise || generic->getNumResults() != 1)
    return false;
  return llvm::any_of(generic.getDpsInputOperands(), [&](OpOperand *operand) {
    return succeeded(alignAnchor(generic, *operand, rewriter));
  });
}

//===----------------------------------------------------------------------===//
// Pass
//===----------------------------------------------------------------------===//

static void eraseDeadOps(func::FuncOp func, RewriterBase &rewriter) {
  forEachProgramBlock(func.getBody(), [&](Block &block) {
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
      if (isOpTriviallyDead(&op))
        rewriter.eraseOp(&op);
  });
}

/// A reshape of an empty, filled or splat tensor is one of the other shape; as a reshape it would
/// pin the tensor outside of the islands that initialise their results with it.
static void foldInitReshapes(func::FuncOp func, RewriterBase &rewriter) {
  forEachProgramBlock(func.getBody(), [&](Block &block) {
    for (Operation &op : llvm::make_early_inc_range(block))
      if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op)) {
        auto type = cast<RankedTensorType>(op.getResult(0).getType());
        if (!type.hasStaticShape())
          continue;
        if (Value init = reshapeInit(op.getOperand(0), type, rewriter))
          rewriter.replaceOp(&op, init);
      }
  });
}

namespace {
struct AbsorbLayout : fovea::impl::AbsorbLayoutPassBase<AbsorbLayout> {
  void runOnOperation() override;

private:
  bool absorbOnce(func::FuncOp func, RewriterBase &rewriter);
};
} // namespace

bool AbsorbLayout::absorbOnce(func::FuncOp func, RewriterBase &rewriter) {
  bool changed = false;
  // Consumers first: a chain is looked through as a whole, where its parts may need divisions.
  forEachProgramBlock(func.getBody(), [&](Block &block) {
    for (Operation &op : llvm::reverse(block))
      changed |= absorbOperands(&op, rewriter);
  });
  eraseDeadOps(func, rewriter);
  forEachProgramBlock(func.getBody(), [&](Block &block) {
    for (Operation &op : llvm::make_early_inc_range(block))
      if (isTranspose(&op))
        changed |= succeeded(absorbResult(cast<linalg::GenericOp>(op), rewriter));
      else
        changed |= alignAnchors(op, rewriter);
  });
  return changed;
}

void AbsorbLayout::runOnOperation() {
  func::FuncOp func = getOperation();
  IRRewriter rewriter(&getContext());
  swapRolls(func);
  eraseDeadOps(func, rewriter);
  commuteLayouts(func);
  eraseDeadOps(func, rewriter);
  trimRows(func);
  eraseDeadOps(func, rewriter);
  // A reshape that was pushed may uncover another layout op and the other way round, at most once
  // per op of a chain.
  constexpr int maxRounds = 16;
  for (int round = 0; round < maxRounds; ++round) {
    bool pushed = pushReshapes(func);
    foldInitReshapes(func, rewriter);
    bool absorbed = absorbOnce(func, rewriter);
    if (!pushed && !absorbed && !splitLoops(func))
      break;
  }
  eraseDeadOps(func, rewriter);
  forEachProgramBlock(func.getBody(), [&](Block &block) {
    for (Operation &op : block)
      if (isTranspose(&op) ||
          (isa<linalg::GenericOp>(op) && getLayout(&op) && hasDivOrMod(getLayout(&op)->map)))
        remarkMissed(RemarkCode::TransposeRemains, op.getLoc(),
                     "a transpose remains and moves data: its users would need divisions in their "
                     "index maps, or there are none to take it");
  });
}
