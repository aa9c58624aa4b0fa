// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A projection computes row by row, so rows in another order in are rows in another order out. The
// op gets loops over the rows as they are stored before the reordering, and the reordering becomes
// one copying generic behind it, whose map may divide: attention's operands take such maps. Ops
// between the projection and attention that keep rows apart (biases, norms over channels, scales)
// follow. Nothing moves unless attention reads the result.

#include "passes/fuse/CommuteLayouts.h"

#include "dialects/attn/Attn.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Remarks.h"
#include "passes/fuse/AttentionMaps.h"
#include "passes/fuse/AttentionPaths.h"
#include "passes/fuse/Classify.h"
#include "passes/fuse/IndexMaps.h"
#include "passes/fuse/Permute.h"
#include "passes/fuse/Reorder.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace fovea;

static ArrayRef<int64_t> getShape(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

namespace {

class Commuter {
public:
  explicit Commuter(func::FuncOp func) : func(func), rewriter(func.getContext()) {}
  void run();

private:
  void replaceByCopy(Operation *op, const Reorder &reorder);
  bool commute(linalg::GenericOp op, unsigned operand, AffineMap chain, const Reorder &reorder);
  std::optional<Layout> getMove(Operation *op) const;
  std::optional<Reorder> getReorder(Value value) const;
  void sinkThrough(linalg::GenericOp op);
  bool followReorder(linalg::GenericOp op);
  bool splitReorder(tensor::ExpandShapeOp op);
  void hoistToAttention(attn::AttentionOp attention);
  void absorbMovedResult(attn::AttentionOp attention);
  void cancelReorder(Operation *op);
  void foldReshapes(Block &block);

  func::FuncOp func;
  IRRewriter rewriter;
  /// The copies that this pass made, and what each reorders.
  llvm::DenseMap<Operation *, Reorder> reorders;
};

} // namespace

/// Replaces the result of `op` by a copy of `reorder.source` in the old order.
void Commuter::replaceByCopy(Operation *op, const Reorder &reorder) {
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  Value empty =
      tensor::EmptyOp::create(rewriter, op->getLoc(), type.getShape(), type.getElementType());
  const unsigned rank = type.getRank();
  SmallVector<utils::IteratorType> parallel(rank, utils::IteratorType::parallel);
  auto copy = linalg::GenericOp::create(
      rewriter, op->getLoc(), TypeRange{type}, ValueRange{reorder.source}, ValueRange{empty},
      ArrayRef<AffineMap>{reorder.to, AffineMap::getMultiDimIdentityMap(rank, op->getContext())},
      parallel, [](OpBuilder &builder, Location loc, ValueRange arguments) {
        linalg::YieldOp::create(builder, loc, arguments[0]);
      });
  reorders.insert({copy, reorder});
  rewriter.replaceOp(op, copy.getResults());
}

/// Gives `op` the loops of `reorder`'s new tensor; its result is replaced by a reordering copy.
bool Commuter::commute(linalg::GenericOp op, unsigned operand, AffineMap chain,
                       const Reorder &reorder) {
  std::optional<Reorder> made = reorderLoops(op, operand, chain, reorder, rewriter);
  if (made)
    replaceByCopy(op, *made);
  return made.has_value();
}

//===----------------------------------------------------------------------===//
// In front of attention
//===----------------------------------------------------------------------===//

std::optional<Layout> Commuter::getMove(Operation *op) const {
  auto found = reorders.find(op);
  if (found == reorders.end())
    return getMovement(op);
  const Reorder &reorder = found->second;
  return Layout{reorder.source, reorder.to, /*isReshape=*/false, reorder.from};
}

/// How the rows of `value` are reordered by the layout ops behind it, if they are.
std::optional<Reorder> Commuter::getReorder(Value value) const {
  if (!isa<RankedTensorType>(value.getType()))
    return std::nullopt;
  ArrayRef<int64_t> shape = getShape(value);
  AffineMap to = AffineMap::getMultiDimIdentityMap(shape.size(), value.getContext()), from = to;
  std::optional<Reorder> best;
  while (std::optional<Layout> layout = getMove(value.getDefiningOp())) {
    if (!layout->inverse)
      break;
    value = layout->source;
    to = simplifyIndexMap(layout->map.compose(to), shape);
    from = simplifyIndexMap(from.compose(layout->inverse), getShape(value));
    if (best || !layout->isReshape || value.getDefiningOp<tensor::PadOp>())
      best = Reorder{value, to, from};
  }
  if (best && !best->source.getDefiningOp<tensor::PadOp>() &&
      isReshapeMap(best->to, getShape(best->source), shape))
    return std::nullopt;
  return best;
}

/// f(reordered x) = reordered f(x) for a projection whose result attention reads, and for what
/// computes row by row in front of one.
void Commuter::sinkThrough(linalg::GenericOp op) {
  const OpKind kind = classify(op);
  const bool isProjection = kind == OpKind::Contraction;
  if (!isProjection && kind != OpKind::Elementwise && kind != OpKind::Reduction)
    return;
  for (auto [number, input] : llvm::enumerate(op.getInputs())) {
    std::optional<Reorder> reorder = getReorder(input);
    if (reorder && op->getNumResults() == 1 &&
        (isProjection ? feedsAttention(op->getResult(0)) : feedsProjection(op->getResult(0))) &&
        commute(op, number,
                AffineMap::getMultiDimIdentityMap(getShape(input).size(), op.getContext()),
                *reorder))
      return;
    if (isProjection)
      return;
  }
}

/// An op behind a reordering copy works on the copy's source.
bool Commuter::followReorder(linalg::GenericOp op) {
  OpKind kind = classify(op);
  if (kind != OpKind::Elementwise && kind != OpKind::Reduction)
    return false;
  for (OpOperand *operand : op.getDpsInputOperands()) {
    Value value = operand->get();
    if (!isa<RankedTensorType>(value.getType()))
      continue;
    AffineMap chain = AffineMap::getMultiDimIdentityMap(getShape(value).size(), op.getContext());
    while (Operation *producer = value.getDefiningOp()) {
      if (auto found = reorders.find(producer); found != reorders.end()) {
        Reorder reorder = found->second;
        if (commute(op, operand->getOperandNumber(), chain, reorder))
          return true;
        break;
      }
      std::optional<Layout> layout = getMovement(producer);
      if (!layout)
        break;
      chain = simplifyIndexMap(layout->map.compose(chain), getShape(operand->get()));
      value = layout->source;
    }
  }
  return false;
}

/// heads(reordered x) = reordered heads(x), where only dimensions are split that stay as they are.
bool Commuter::splitReorder(tensor::ExpandShapeOp op) {
  auto found = reorders.find(op.getSrc().getDefiningOp());
  if (found == reorders.end())
    return false;
  Reorder reorder = found->second;
  SmallVector<ReassociationIndices> groups = op.getReassociationIndices();
  llvm::SmallBitVector kept = reorder.getKeptDims();
  SmallVector<AffineExpr> oldIndex, newIndex;
  for (unsigned dim = 0; dim < groups.size(); ++dim) {
    if (!kept[dim] && groups[dim].size() != 1)
      return false;
    oldIndex.push_back(getAffineDimExpr(groups[dim].front(), op.getContext()));
  }
  SmallVector<int64_t> shape;
  SmallVector<ReassociationIndices> newGroups;
  SmallVector<AffineExpr> to, from(op.getResultType().getRank());
  for (unsigned dim = 0; dim < reorder.to.getNumResults(); ++dim) {
    newIndex.push_back(getAffineDimExpr(shape.size(), op.getContext()));
    ReassociationIndices &group = newGroups.emplace_back();
    if (std::optional<unsigned> old = reorder.getKept(dim)) {
      for (int64_t inner : groups[*old]) {
        group.push_back(shape.size());
        to.push_back(getAffineDimExpr(inner, op.getContext()));
        from[inner] = getAffineDimExpr(shape.size(), op.getContext());
        shape.push_back(op.getResultType().getDimSize(inner));
      }
      continue;
    }
    group.push_back(shape.size());
    to.push_back(reorder.to.getResult(dim).replaceDims(oldIndex));
    shape.push_back(getShape(reorder.source)[dim]);
  }
  for (unsigned dim = 0; dim < groups.size(); ++dim)
    if (!kept[dim])
      from[groups[dim].front()] = reorder.from.getResult(dim).replaceDims(newIndex);
  rewriter.setInsertionPoint(op);
  Value split = tensor::ExpandShapeOp::create(
      rewriter, op.getLoc(), op.getResultType().clone(shape), reorder.source, newGroups);
  replaceByCopy(op, {split, AffineMap::get(op.getResultType().getRank(), 0, to, op.getContext()),
                     AffineMap::get(shape.size(), 0, from, op.getContext())});
  return true;
}

//===----------------------------------------------------------------------===//
// Behind attention
//===----------------------------------------------------------------------===//

/// The only op that reads `value`, if it moves all of its elements and loses none. What moves
/// blocks reads it once for each, in slices.
static Operation *getSoleMovement(Value value) {
  if (value.use_empty())
    return nullptr;
  Operation *user = *value.user_begin();
  auto isSlice = [](Operation *op) { return isa<tensor::ExtractSliceOp>(op) && op->hasOneUse(); };
  if (!value.hasOneUse()) {
    if (!llvm::all_of(value.getUsers(), isSlice))
      return nullptr;
    // The last of a chain of insertions.
    user = *user->user_begin();
    while (isa<tensor::InsertSliceOp>(user) && !getMovement(user) && user->hasOneUse())
      user = *user->user_begin();
    auto insert = dyn_cast<tensor::InsertSliceOp>(user);
    std::optional<BlockOrder> order = insert ? getBlockOrder(insert) : std::nullopt;
    if (!order || !llvm::hasNItems(value.getUses(), order->blocks.size()))
      return nullptr;
  }
  std::optional<Layout> layout = getMovement(user);
  bool isSole = layout && layout->inverse && layout->source == value &&
                user->getBlock() == value.getParentBlock();
  return isSole ? user : nullptr;
}

namespace {
/// Where sole layout ops lead from a value.
struct Path {
  Value end;
  AffineMap to;   ///< index of the value -> index of the end
  AffineMap from; ///< index of the end -> index of the value
};
} // namespace

/// The path to the last op, or to the last one that is worth moving for: one that moves data, or
/// the last in front of a slice; and on through reshapes that keep the channels apart.
static Path followMovements(Value value, bool toLastMove) {
  ArrayRef<int64_t> shape = getShape(value);
  AffineMap identity = AffineMap::getMultiDimIdentityMap(shape.size(), value.getContext());
  Path path{value, identity, identity}, best = path;
  bool moved = false;
  auto keepsChannels = [&] {
    return shape.size() > 0 && path.to.getNumResults() > 0 &&
           path.to.getResults().back() == getAffineDimExpr(shape.size() - 1, value.getContext());
  };
  while (Operation *op = getSoleMovement(path.end)) {
    Layout layout = *getMovement(op);
    path.end = op->getResult(0);
    path.to = simplifyIndexMap(layout.inverse.compose(path.to), shape);
    path.from = simplifyIndexMap(path.from.compose(layout.map), getShape(path.end));
    bool isSliced = llvm::any_of(path.end.getUsers(), llvm::IsaPred<tensor::ExtractSliceOp>);
    moved |= isSliced || !layout.isReshape;
    bool isFree = !hasDivOrMod(path.to) || hasDivOrMod(best.to) || isSliced;
    if (!toLastMove || !layout.isReshape || (moved && isFree && keepsChannels()))
      best = path;
  }
  return best;
}

/// The attention with its result's elements at `to` of where they were, in a tensor of this shape;
/// null when its map cannot say that. The old op stays.
static attn::AttentionOp writeThrough(attn::AttentionOp op, AffineMap to, ArrayRef<int64_t> shape,
                                      RewriterBase &rewriter) {
  const unsigned position = 3 + op.getCaptures().size();
  AffineMap map = simplifyIndexMap(to.compose(op.getOutputMap()), op.getDomain());
  if (op.getProbabilities() || !acceptsMap(op, position, map))
    return {};
  rewriter.setInsertionPoint(op);
  auto made = cast<attn::AttentionOp>(rewriter.clone(*op));
  SmallVector<Attribute> maps(op.getIndexingMaps().getValue());
  maps[position] = AffineMapAttr::get(map);
  made.setIndexingMapsAttr(rewriter.getArrayAttr(maps));
  Value output = made.getOutput();
  output.setType(cast<RankedTensorType>(output.getType()).clone(shape));
  return made;
}

/// reordered projection(x) = projection(reordered x), where attention computes x: the rows of its
/// result are written in the new order.
void Commuter::hoistToAttention(attn::AttentionOp attention) {
  MLIRContext *context = attention.getContext();
  Path before = followMovements(attention.getOutput(), /*toLastMove=*/false);
  auto op = before.end.hasOneUse() ? dyn_cast<linalg::GenericOp>(*before.end.user_begin())
                                   : linalg::GenericOp();
  if (!op || classify(op) != OpKind::Contraction || op.getInputs()[0] != before.end)
    return;
  Value last = op->getResult(0);
  while (last.hasOneUse() && isComputing(*last.user_begin())) {
    auto next = cast<linalg::GenericOp>(*last.user_begin());
    AffineMap input = next.getMatchingIndexingMap(&*last.use_begin());
    if (next->getNumResults() != 1 || input != next.getIndexingMapsArray().back() ||
        !input.isPermutation())
      break;
    last = next->getResult(0);
  }
  Path behind = followMovements(last, /*toLastMove=*/true);
  bool isSliced = llvm::any_of(behind.end.getUsers(), llvm::IsaPred<tensor::ExtractSliceOp>);
  if (behind.end == last ||
      (!isSliced && isReshapeMap(behind.to, getShape(behind.end), getShape(last))))
    return;
  // The same reordering of the rows of the left operand.
  Reorder rows{behind.end, behind.to, behind.from};
  llvm::SmallBitVector kept = rows.getKeptDims();
  AffineMap left = op.getIndexingMapsArray()[0], output = op.getIndexingMapsArray().back();
  if (!left.isProjectedPermutation() || !output.isProjectedPermutation())
    return;
  SmallVector<int> rowOf(left.getNumResults(), -1); // of the left operand's dimensions
  SmallVector<AffineExpr> oldIndex(kept.size(), getAffineConstantExpr(0, context));
  for (unsigned dim = 0; dim < kept.size(); ++dim) {
    if (kept[dim])
      continue;
    std::optional<unsigned> position = left.getResultPosition(output.getResult(dim));
    if (!position)
      return;
    rowOf[*position] = dim;
    oldIndex[dim] = getAffineDimExpr(*position, context);
  }
  SmallVector<int64_t> shape;
  SmallVector<AffineExpr> to, from(left.getNumResults());
  SmallVector<AffineExpr> newIndex(rows.to.getNumResults(), getAffineConstantExpr(0, context));
  bool placed = false;
  for (unsigned position = 0; position < left.getNumResults(); ++position) {
    if (rowOf[position] < 0) {
      from[position] = getAffineDimExpr(shape.size(), context);
      to.push_back(getAffineDimExpr(position, context));
      shape.push_back(getShape(before.end)[position]);
      continue;
    }
    for (unsigned dim = 0; dim < rows.to.getNumResults() && !placed; ++dim) {
      if (rows.getKept(dim))
        continue;
      newIndex[dim] = getAffineDimExpr(shape.size(), context);
      to.push_back(rows.to.getResult(dim).replaceDims(oldIndex));
      shape.push_back(getShape(rows.source)[dim]);
    }
    placed = true;
  }
  for (unsigned position = 0; position < left.getNumResults(); ++position)
    if (rowOf[position] >= 0)
      from[position] = rows.from.getResult(rowOf[position]).replaceDims(newIndex);
  AffineMap toNew = AffineMap::get(left.getNumResults(), 0, to, context);
  attn::AttentionOp made = writeThrough(attention, toNew.compose(before.to), shape, rewriter);
  if (!made)
    return;
  Reorder reorder{made.getOutput(), toNew, AffineMap::get(shape.size(), 0, from, context)};
  commute(op, 0, AffineMap::getMultiDimIdentityMap(left.getNumResults(), context), reorder);
  if (made->use_empty())
    rewriter.eraseOp(made);
}

/// Lets attention write its result as the layout ops behind it leave it.
void Commuter::absorbMovedResult(attn::AttentionOp attention) {
  Path path = followMovements(attention.getOutput(), /*toLastMove=*/true);
  if (path.end == attention.getOutput() || !hasDivOrMod(path.to))
    return;
  if (attn::AttentionOp made = writeThrough(attention, path.to, getShape(path.end), rewriter))
    rewriter.replaceAllUsesWith(path.end, made.getOutput());
}

//===----------------------------------------------------------------------===//
// The walk
//===----------------------------------------------------------------------===//

/// Layout ops that undo a reordering copy disappear with it.
void Commuter::cancelReorder(Operation *op) {
  Value value = op->getResult(0);
  ArrayRef<int64_t> shape = getShape(value);
  AffineMap map = AffineMap::getMultiDimIdentityMap(shape.size(), op->getContext());
  while (std::optional<Layout> layout = getMovement(value.getDefiningOp())) {
    bool isReorder = reorders.contains(value.getDefiningOp());
    map = simplifyIndexMap(layout->map.compose(map), shape);
    value = layout->source;
    if (!isReorder)
      continue;
    if (value.getType() == op->getResult(0).getType() && isIdentityOn(map, shape))
      rewriter.replaceAllUsesWith(op->getResult(0), value);
    return;
  }
}

/// Copies that move nothing are reshapes.
void Commuter::foldReshapes(Block &block) {
  for (auto copy : llvm::make_early_inc_range(block.getOps<linalg::GenericOp>())) {
    auto found = reorders.find(copy);
    if (found == reorders.end())
      continue;
    auto type = cast<RankedTensorType>(copy->getResult(0).getType());
    Value source = found->second.source;
    if (!isReshapeMap(found->second.to, getShape(source), type.getShape()))
      continue;
    reorders.erase(found);
    rewriter.setInsertionPoint(copy);
    rewriter.replaceOp(copy, reshape(source, type, rewriter));
  }
}

void Commuter::run() {
  forEachProgramBlock(func.getBody(), [&](Block &block) {
    for (Operation *op = &block.front(), *next; op; op = next) {
      // Attention may take the op behind it away; the others only themselves.
      if (auto attention = dyn_cast<attn::AttentionOp>(op)) {
        hoistToAttention(attention);
        absorbMovedResult(attention);
      }
      next = op->getNextNode();
      auto expand = dyn_cast<tensor::ExpandShapeOp>(op);
      if (expand && splitReorder(expand))
        continue;
      auto generic = dyn_cast<linalg::GenericOp>(op);
      if (generic && !getLayout(generic)) {
        if (!followReorder(generic))
          sinkThrough(generic);
      } else if (getMovement(op))
        cancelReorder(op);
    }
    foldReshapes(block);
  });
}

void fovea::commuteLayouts(func::FuncOp func) { Commuter(func).run(); }
