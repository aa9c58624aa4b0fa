// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Long sums as sums of sums. Where the innermost loop is the sum's own, the vectoriser makes lanes
// of it; where it runs along the result, each element would be one chain of additions.

#include "compiler/codegen/llvm/Loops.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace fovea;

/// Terms added one after another, as in the other backend, the fewest that are worth a block, and
/// the most memory for the blocks of a result.
static constexpr int64_t longestSum = 256, shortestSum = 16, mostBytes = int64_t(64) << 20;

namespace {
/// Which reductions count blocks; `cut` is one of which a block takes `terms` values, or none.
struct SumCut {
  SmallVector<unsigned> blocks;
  std::optional<unsigned> cut;
  int64_t terms = 0, count = 1;
};
} // namespace

/// Whether the body adds a value to the only result, in f32, without looking at its loops.
static bool isSum(linalg::GenericOp op) {
  if (op->getNumResults() != 1 || !op.hasPureTensorSemantics() || op.hasIndexSemantics())
    return false;
  auto add = op.getBody()->getTerminator()->getOperand(0).getDefiningOp<arith::AddFOp>();
  Value accumulator = op.getRegionOutputArgs()[0];
  return add && add.getType().isF32() && accumulator.hasOneUse() &&
         llvm::is_contained(add->getOperands(), accumulator) &&
         op.getIndexingMapsArray().back().isProjectedPermutation();
}

/// Whether every operand that is indexed by loop `dim` has a dimension for it alone.
static bool canDivide(linalg::GenericOp op, unsigned dim) {
  return llvm::all_of(op.getIndexingMapsArray(), [&](AffineMap map) {
    return llvm::all_of(map.getResults(), [&](AffineExpr expr) {
      return isa<AffineDimExpr>(expr) || !expr.isFunctionOfDim(dim);
    });
  });
}

static std::optional<SumCut> chooseCut(linalg::GenericOp op) {
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  SmallVector<unsigned> reductions;
  op.getReductionDims(reductions);
  SumCut cut;
  int64_t terms = 1;
  while (!reductions.empty() && terms * extents[reductions.back()] <= longestSum)
    terms *= extents[reductions.pop_back_val()];
  if (reductions.empty())
    return std::nullopt;
  unsigned next = reductions.back();
  if (canDivide(op, next)) {
    for (int64_t divisor = 1; terms * divisor <= longestSum; ++divisor)
      if (extents[next] % divisor == 0)
        cut.terms = divisor;
    terms *= cut.terms;
    cut.cut = next;
    cut.count = extents[next] / cut.terms;
    reductions.pop_back();
  }
  for (unsigned dim : reductions)
    cut.count *= extents[dim];
  cut.blocks = std::move(reductions);
  auto result = cast<RankedTensorType>(op.getResultTypes()[0]);
  if (terms < shortestSum || result.getNumElements() == 0 ||
      cut.count > mostBytes / 4 / result.getNumElements())
    return std::nullopt;
  return cut;
}

/// `value` with the dimension of loop `dim` as [extent / terms, terms], and the map that reads it
/// so; the number of the block is loop `block`.
static Value divideOperand(IRRewriter &rewriter, Location loc, Value value, AffineMap &map,
                           unsigned dim, unsigned block, int64_t terms) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> shape;
  SmallVector<AffineExpr> results;
  SmallVector<ReassociationIndices> groups;
  for (auto [expr, extent] : llvm::zip(map.getResults(), type.getShape())) {
    groups.push_back({int64_t(shape.size())});
    bool divided = expr == rewriter.getAffineDimExpr(dim);
    if (divided) {
      groups.back().push_back(shape.size() + 1);
      shape.push_back(extent / terms);
      results.push_back(rewriter.getAffineDimExpr(block));
    }
    shape.push_back(divided ? terms : extent);
    results.push_back(expr);
  }
  map = AffineMap::get(map.getNumDims() + 1, 0, results, rewriter.getContext());
  if (shape.size() == size_t(type.getRank()))
    return value;
  return tensor::ExpandShapeOp::create(rewriter, loc, type.clone(shape), value, groups);
}

/// The extent of loop `dim` as the slice says by which an operand was made for it.
static OpFoldResult getSlicedExtent(linalg::GenericOp op, unsigned dim) {
  for (auto [input, map] : llvm::zip(op.getInputs(), op.getIndexingMapsArray()))
    if (auto slice = input.getDefiningOp<tensor::ExtractSliceOp>();
        slice && slice.getSourceType().getRank() == slice.getType().getRank())
      if (std::optional<unsigned> axis =
              map.getResultPosition(getAffineDimExpr(dim, op.getContext())))
        return slice.getMixedSizes()[*axis];
  return {};
}

/// A sum along one loop of an extent that only the run knows: a loop over its blocks, the last of
/// which may be shorter, around the sum of one.
static void loopOverBlocks(linalg::GenericOp op, unsigned dim) {
  OpFoldResult extent = getSlicedExtent(op, dim);
  if (!extent || op.getNumReductionLoops() != 1 || !canDivide(op, dim))
    return;
  IRRewriter rewriter(op);
  Location loc = op.getLoc();
  AffineExpr n = rewriter.getAffineDimExpr(0), all = rewriter.getAffineSymbolExpr(0);
  Value zero = arith::ConstantIndexOp::create(rewriter, loc, 0);
  Value one = arith::ConstantIndexOp::create(rewriter, loc, 1);
  Value none = arith::ConstantOp::create(rewriter, loc, rewriter.getF32FloatAttr(0));
  Value count = getValueOrCreateConstantIndexOp(
      rewriter, loc,
      affine::makeComposedFoldedAffineApply(rewriter, loc,
                                            AffineMap::get(0, 1, all.ceilDiv(longestSum)), extent));
  auto loop = scf::ForOp::create(rewriter, loc, zero, count, one, op.getOutputs());
  rewriter.setInsertionPointToStart(loop.getBody());
  OpFoldResult block = loop.getInductionVar();
  OpFoldResult first =
      affine::makeComposedFoldedAffineApply(rewriter, loc, n * longestSum, {block});
  AffineMap rest = AffineMap::get(
      1, 1, {rewriter.getAffineConstantExpr(longestSum), all - n * longestSum}, op.getContext());
  OpFoldResult terms = affine::makeComposedFoldedAffineMin(rewriter, loc, rest, {block, extent});
  SmallVector<Value> inputs(op.getInputs());
  for (auto [input, map] : llvm::zip(inputs, op.getIndexingMapsArray())) {
    std::optional<unsigned> axis = map.getResultPosition(rewriter.getAffineDimExpr(dim));
    if (!axis)
      continue;
    int64_t rank = map.getNumResults();
    SmallVector<OpFoldResult> offsets(rank, rewriter.getIndexAttr(0));
    SmallVector<OpFoldResult> strides(rank, rewriter.getIndexAttr(1));
    SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(rewriter, loc, input);
    offsets[*axis] = first;
    sizes[*axis] = terms;
    input = tensor::ExtractSliceOp::create(rewriter, loc, input, offsets, sizes, strides);
  }
  auto type = cast<RankedTensorType>(op.getResultTypes()[0]);
  Value empty = tensor::EmptyOp::create(rewriter, loc, type.getShape(), rewriter.getF32Type());
  Value start = linalg::FillOp::create(rewriter, loc, none, empty).getResult(0);
  auto part = linalg::GenericOp::create(rewriter, loc, type, inputs, start,
                                        op.getIndexingMapsArray(), op.getIteratorTypesArray());
  IRMapping mapping;
  op.getRegion().cloneInto(&part.getRegion(), mapping);
  AffineMap identity = rewriter.getMultiDimIdentityMap(type.getRank());
  SmallVector<utils::IteratorType> loops(type.getRank(), utils::IteratorType::parallel);
  auto total = linalg::GenericOp::create(
      rewriter, loc, type, part.getResults(), loop.getRegionIterArgs(), {identity, identity}, loops,
      [](OpBuilder &body, Location at, ValueRange values) {
        Value sum = arith::AddFOp::create(body, at, values[0], values[1]);
        linalg::YieldOp::create(body, at, sum);
      });
  scf::YieldOp::create(rewriter, loc, total.getResults());
  rewriter.replaceOp(op, loop);
}

void codegen::blockSums(linalg::GenericOp op) {
  if (op.getNumReductionLoops() == 0 || !isSum(op) ||
      !cast<RankedTensorType>(op.getResultTypes()[0]).hasStaticShape())
    return;
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  if (int64_t *unknown = llvm::find(extents, ShapedType::kDynamic); unknown != extents.end()) {
    unsigned dim = unknown - extents.begin();
    if (getMostExtents(op)[dim] > longestSum &&
        op.getIteratorTypesArray()[chooseInnermost(op)] == utils::IteratorType::parallel)
      loopOverBlocks(op, dim);
    return;
  }
  std::optional<SumCut> cut = chooseCut(op);
  if (!cut || op.getIteratorTypesArray()[chooseInnermost(op)] != utils::IteratorType::parallel)
    return;
  IRRewriter rewriter(op);
  Location loc = op.getLoc();
  SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  SmallVector<Value> inputs(op.getInputs());
  SmallVector<unsigned> blocks = cut->blocks;
  if (cut->cut) {
    blocks.push_back(op.getNumLoops());
    extents.push_back(cut->count);
    for (unsigned dim : cut->blocks)
      extents.back() /= extents[dim];
    extents[*cut->cut] = cut->terms;
    iterators.push_back(utils::IteratorType::parallel);
    for (auto [input, map] : llvm::zip(inputs, maps))
      input = divideOperand(rewriter, loc, input, map, *cut->cut, op.getNumLoops(), cut->terms);
    maps.back() =
        AffineMap::get(iterators.size(), 0, maps.back().getResults(), rewriter.getContext());
  }
  // Blocks go before the last dimension, which stays contiguous.
  AffineMap written = maps.back();
  SmallVector<AffineExpr> results(written.getResults()), outer, inner;
  SmallVector<int64_t> shape;
  for (unsigned dim : blocks) {
    iterators[dim] = utils::IteratorType::parallel;
    outer.push_back(rewriter.getAffineDimExpr(dim));
  }
  results.insert(results.empty() ? results.end() : std::prev(results.end()), outer.begin(),
                 outer.end());
  for (AffineExpr expr : results)
    shape.push_back(extents[cast<AffineDimExpr>(expr).getPosition()]);
  maps.back() = AffineMap::get(iterators.size(), 0, results, rewriter.getContext());

  Value zero = arith::ConstantOp::create(rewriter, loc, rewriter.getF32FloatAttr(0));
  Value empty = tensor::EmptyOp::create(rewriter, loc, shape, rewriter.getF32Type());
  Value start = linalg::FillOp::create(rewriter, loc, zero, empty).getResult(0);
  auto parts =
      linalg::GenericOp::create(rewriter, loc, start.getType(), inputs, start, maps, iterators);
  IRMapping mapping;
  op.getRegion().cloneInto(&parts.getRegion(), mapping);

  // The sum of the blocks, over the dimensions of `parts`.
  SmallVector<AffineExpr> kept;
  SmallVector<utils::IteratorType> loops;
  for (auto [position, expr] : llvm::enumerate(results)) {
    bool counts = llvm::is_contained(outer, expr);
    loops.push_back(counts ? utils::IteratorType::reduction : utils::IteratorType::parallel);
    if (!counts)
      kept.push_back(rewriter.getAffineDimExpr(position));
  }
  auto total = linalg::GenericOp::create(
      rewriter, loc, op.getResultTypes(), parts.getResults(), op.getOutputs(),
      {rewriter.getMultiDimIdentityMap(shape.size()),
       AffineMap::get(shape.size(), 0, kept, rewriter.getContext())},
      loops, [](OpBuilder &body, Location at, ValueRange values) {
        Value sum = arith::AddFOp::create(body, at, values[0], values[1]);
        linalg::YieldOp::create(body, at, sum);
      });
  rewriter.replaceOp(op, total);
}
