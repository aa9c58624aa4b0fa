// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/fuse/Reorder.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/fuse/Classify.h"
#include "passes/fuse/IndexMaps.h"
#include "passes/fuse/Permute.h"

using namespace mlir;
using namespace fovea;

static ArrayRef<int64_t> getShape(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

std::optional<unsigned> Reorder::getKept(unsigned dim) const {
  auto expr = dyn_cast<AffineDimExpr>(to.getResult(dim));
  if (!expr || from.getResult(expr.getPosition()) != getAffineDimExpr(dim, to.getContext()))
    return std::nullopt;
  return expr.getPosition();
}

llvm::SmallBitVector Reorder::getKeptDims() const {
  llvm::SmallBitVector kept(to.getNumDims());
  for (unsigned dim = 0; dim < to.getNumResults(); ++dim)
    if (std::optional<unsigned> old = getKept(dim))
      kept.set(*old);
  return kept;
}

namespace {
/// New loops of an op, of which some old loops are functions.
struct LoopChange {
  SmallVector<AffineExpr> oldLoops; ///< over the new loops
  SmallVector<int64_t> extents;
  SmallVector<utils::IteratorType> iterators;
  SmallVector<int> reordered; ///< for every old loop its old dimension of the reorder, or -1
  SmallVector<unsigned> loopOfNewDim;
  llvm::SmallBitVector fresh; ///< the new dimensions that have loops of their own
};
} // namespace

/// Loops for `op` such that the operand that reads the old tensor of `reorder` through `access`
/// (over the old loops) reads the new tensor plainly.
static std::optional<LoopChange> changeLoops(linalg::GenericOp op, AffineMap access,
                                             const Reorder &reorder) {
  MLIRContext *context = op.getContext();
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
  ArrayRef<int64_t> newShape = getShape(reorder.source);
  SmallVector<int64_t> oldExtents;
  llvm::SmallBitVector kept = reorder.getKeptDims();
  LoopChange change;
  change.reordered.assign(extents.size(), -1);
  for (unsigned dim = 0; dim < kept.size(); ++dim) {
    if (kept[dim])
      continue;
    AffineExpr index = access.getResult(dim);
    if (index == getAffineConstantExpr(0, context))
      continue;
    auto loop = dyn_cast<AffineDimExpr>(index);
    if (!loop || iterators[loop.getPosition()] != utils::IteratorType::parallel ||
        change.reordered[loop.getPosition()] >= 0)
      return std::nullopt;
    change.reordered[loop.getPosition()] = dim;
  }
  for (unsigned dim = 0; dim < kept.size(); ++dim)
    for (auto [loop, old] : llvm::enumerate(change.reordered))
      if (kept[dim] && old >= 0 && access.getResult(dim).isFunctionOfDim(loop))
        return std::nullopt;
  // The new dimensions take the place of the first loop that goes.
  change.fresh.resize(newShape.size());
  change.loopOfNewDim.assign(newShape.size(), 0);
  change.oldLoops.assign(extents.size(), AffineExpr());
  bool placed = false;
  auto place = [&] {
    for (unsigned dim = 0; dim < newShape.size() && !placed; ++dim) {
      if (reorder.getKept(dim))
        continue;
      change.fresh.set(dim);
      change.loopOfNewDim[dim] = change.extents.size();
      change.extents.push_back(newShape[dim]);
      change.iterators.push_back(utils::IteratorType::parallel);
    }
    placed = true;
  };
  for (auto [loop, old] : llvm::enumerate(change.reordered)) {
    if (old >= 0) {
      place();
      continue;
    }
    change.oldLoops[loop] = getAffineDimExpr(change.extents.size(), context);
    change.extents.push_back(extents[loop]);
    change.iterators.push_back(iterators[loop]);
  }
  if (!placed)
    return std::nullopt;
  SmallVector<AffineExpr> newIndex(newShape.size(), getAffineConstantExpr(0, context));
  for (unsigned dim : change.fresh.set_bits())
    newIndex[dim] = getAffineDimExpr(change.loopOfNewDim[dim], context);
  for (auto [loop, old] : llvm::enumerate(change.reordered))
    if (old >= 0)
      change.oldLoops[loop] = reorder.from.getResult(old).replaceDims(newIndex);
  return change;
}

/// The operand behind layout ops, and its map over the new loops, as soon as that map is plain.
static std::optional<std::pair<Value, AffineMap>> readPlainly(Value value, AffineMap map,
                                                              ArrayRef<int64_t> extents) {
  while (true) {
    AffineMap simple = simplifyIndexMap(map, extents);
    if (!hasDivOrMod(simple))
      return std::pair(value, simple);
    std::optional<Layout> layout = getMovement(value.getDefiningOp());
    if (!layout)
      return std::nullopt;
    value = layout->source;
    map = layout->map.compose(simple);
  }
}

std::optional<Reorder> fovea::reorderLoops(linalg::GenericOp op, unsigned operand, AffineMap chain,
                                           const Reorder &reorder, RewriterBase &rewriter) {
  MLIRContext *context = op.getContext();
  auto isIndex = [](Operation &inner) { return isa<linalg::IndexOp>(inner); };
  if (op->getNumResults() != 1 || !op.hasPureTensorSemantics() || isGather(op) ||
      ShapedType::isDynamicShape(op.getStaticLoopRanges()) || llvm::any_of(*op.getBody(), isIndex))
    return std::nullopt;
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  AffineMap access = simplifyIndexMap(chain.compose(maps[operand]), op.getStaticLoopRanges(),
                                      /*keepUnitDims=*/true);
  std::optional<LoopChange> change = changeLoops(op, access, reorder);
  if (!change)
    return std::nullopt;
  const unsigned loops = change->extents.size();
  auto restate = [&](AffineMap map) {
    return map.replaceDimsAndSymbols(change->oldLoops, {}, loops, 0);
  };
  SmallVector<Value> inputs(op.getInputs());
  SmallVector<AffineMap> newMaps;
  for (auto [number, input] : llvm::enumerate(inputs)) {
    if (number == operand) {
      SmallVector<AffineExpr> index;
      for (unsigned dim = 0; dim < reorder.to.getNumResults(); ++dim)
        index.push_back(change->fresh[dim] ? getAffineDimExpr(change->loopOfNewDim[dim], context)
                                           : restate(access).getResult(*reorder.getKept(dim)));
      newMaps.push_back(AffineMap::get(loops, 0, index, context));
      input = reorder.source;
      continue;
    }
    if (!isa<RankedTensorType>(input.getType())) {
      newMaps.push_back(restate(maps[number]));
      continue;
    }
    auto plain = readPlainly(input, restate(maps[number]), change->extents);
    if (!plain)
      return std::nullopt;
    std::tie(input, newMaps.emplace_back()) = *plain;
  }

  // The result's dimensions, and how the old ones are found in them.
  AffineMap output = maps.back();
  if (!isSelection(output))
    return std::nullopt;
  SmallVector<int64_t> shape;
  SmallVector<AffineExpr> results, to;
  SmallVector<AffineExpr> from(output.getNumResults(), getAffineConstantExpr(0, context));
  SmallVector<AffineExpr> oldIndex(reorder.from.getNumResults(), getAffineConstantExpr(0, context));
  SmallVector<AffineExpr> newIndex(reorder.to.getNumResults(), getAffineConstantExpr(0, context));
  auto oldDimOf = [&](AffineExpr expr) {
    auto loop = dyn_cast<AffineDimExpr>(expr);
    return loop ? change->reordered[loop.getPosition()] : -1;
  };
  for (auto [position, expr] : llvm::enumerate(output.getResults()))
    if (int old = oldDimOf(expr); old >= 0)
      oldIndex[old] = getAffineDimExpr(position, context);
  bool placed = false;
  for (auto [position, expr] : llvm::enumerate(output.getResults())) {
    if (oldDimOf(expr) < 0) {
      from[position] = getAffineDimExpr(shape.size(), context);
      shape.push_back(getShape(op->getResult(0))[position]);
      results.push_back(restate(AffineMap::get(output.getNumDims(), 0, expr)).getResult(0));
      to.push_back(getAffineDimExpr(position, context));
      continue;
    }
    for (unsigned dim : change->fresh.set_bits()) {
      if (placed)
        break;
      newIndex[dim] = getAffineDimExpr(shape.size(), context);
      shape.push_back(getShape(reorder.source)[dim]);
      results.push_back(getAffineDimExpr(change->loopOfNewDim[dim], context));
      to.push_back(reorder.to.getResult(dim).replaceDims(oldIndex));
    }
    placed = true;
  }
  for (auto [position, expr] : llvm::enumerate(output.getResults()))
    if (int old = oldDimOf(expr); old >= 0)
      from[position] = reorder.from.getResult(old).replaceDims(newIndex);
  newMaps.push_back(AffineMap::get(loops, 0, results, context));

  auto oldType = cast<RankedTensorType>(op->getResult(0).getType());
  auto newType = oldType.clone(shape);
  rewriter.setInsertionPoint(op);
  Value init = reshapeInit(op.getDpsInits()[0], newType, rewriter);
  if (!init)
    return std::nullopt;
  SmallVector<Type> types = llvm::to_vector(ValueRange(inputs).getTypes());
  types.push_back(newType);
  if (!isValidIndexing(types, newMaps, change->extents, context))
    return std::nullopt;
  auto moved = linalg::GenericOp::create(rewriter, op.getLoc(), TypeRange{newType}, inputs,
                                         ValueRange{init}, newMaps, change->iterators);
  rewriter.inlineRegionBefore(op.getRegion(), moved.getRegion(), moved.getRegion().end());
  const unsigned rank = oldType.getRank();
  return Reorder{moved->getResult(0),
                 simplifyIndexMap(AffineMap::get(rank, 0, to, context), oldType.getShape()),
                 simplifyIndexMap(AffineMap::get(shape.size(), 0, from, context), shape)};
}
