// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which ops only move elements, and how.

#include "passes/fuse/IndexMaps.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace fovea;

static std::optional<Layout> getGenericLayout(linalg::GenericOp op) {
  if (op.getNumDpsInputs() != 1 || op.getNumDpsInits() != 1 || op.getNumReductionLoops() != 0 ||
      op->getNumResults() != 1 || !isa<RankedTensorType>(op.getInputs()[0].getType()))
    return std::nullopt;
  auto yield = cast<linalg::YieldOp>(op.getBody()->getTerminator());
  AffineMap outputMap = op.getIndexingMapsArray()[1];
  if (yield.getOperand(0) != op.getBody()->getArgument(0) || !outputMap.isPermutation())
    return std::nullopt;
  AffineMap map = op.getIndexingMapsArray()[0].compose(inversePermutation(outputMap));
  AffineMap inverse = map.isPermutation() ? inversePermutation(map) : AffineMap();
  return Layout{op.getInputs()[0], map, /*isReshape=*/false, inverse};
}

/// Index into the merged shape from indices into the split one (expand_shape: result to source).
static AffineMap getMergingMap(ArrayRef<ReassociationIndices> groups, ArrayRef<int64_t> splitShape,
                               MLIRContext *context) {
  SmallVector<AffineExpr> results;
  for (const ReassociationIndices &group : groups) {
    AffineExpr index = getAffineConstantExpr(0, context);
    for (int64_t dim : group)
      index = index * splitShape[dim] + getAffineDimExpr(dim, context);
    results.push_back(index);
  }
  return AffineMap::get(splitShape.size(), 0, results, context);
}

/// Indices into the split shape from the index into the merged one (collapse_shape: result to
/// source).
static AffineMap getSplittingMap(ArrayRef<ReassociationIndices> groups,
                                 ArrayRef<int64_t> splitShape, MLIRContext *context) {
  SmallVector<AffineExpr> results(splitShape.size(), getAffineConstantExpr(0, context));
  for (auto [position, group] : llvm::enumerate(groups)) {
    AffineExpr rest = getAffineDimExpr(position, context);
    for (int64_t dim : llvm::reverse(group)) {
      results[dim] = dim == group.front() ? rest : rest % splitShape[dim];
      rest = rest.floorDiv(splitShape[dim]);
    }
  }
  return AffineMap::get(groups.size(), 0, results, context);
}

static std::optional<Layout> getSliceLayout(tensor::ExtractSliceOp op) {
  if (ShapedType::isDynamicShape(op.getStaticOffsets()) ||
      ShapedType::isDynamicShape(op.getStaticStrides()))
    return std::nullopt;
  MLIRContext *context = op.getContext();
  llvm::SmallBitVector dropped = op.getDroppedDims();
  SmallVector<AffineExpr> results;
  unsigned position = 0;
  for (auto [dim, offset, stride] : llvm::enumerate(op.getStaticOffsets(), op.getStaticStrides())) {
    AffineExpr index = getAffineConstantExpr(offset, context);
    if (!dropped.test(dim))
      index = index + getAffineDimExpr(position++, context) * stride;
    results.push_back(index);
  }
  return Layout{op.getSource(), AffineMap::get(position, 0, results, context), /*isReshape=*/false,
                AffineMap()};
}

/// The piece of a tensor that `insert` copies when all other dimensions are whole in the tensor,
/// the piece and the result; `dim` is the dimension that is not.
static std::optional<BlockOrder::Block> getBlock(tensor::InsertSliceOp insert, unsigned dim) {
  auto slice = insert.getSource().getDefiningOp<tensor::ExtractSliceOp>();
  RankedTensorType type = insert.getDestType();
  if (!slice || slice.getSourceType() != type || insert.getSourceType().getRank() != type.getRank())
    return std::nullopt;
  for (OffsetSizeAndStrideOpInterface op :
       {OffsetSizeAndStrideOpInterface(insert), OffsetSizeAndStrideOpInterface(slice)}) {
    if (!op.hasUnitStride() || ShapedType::isDynamicShape(op.getStaticOffsets()) ||
        ShapedType::isDynamicShape(op.getStaticSizes()))
      return std::nullopt;
    for (int64_t other = 0; other < type.getRank(); ++other)
      if (other != dim && op.getStaticSizes()[other] != type.getDimSize(other))
        return std::nullopt;
  }
  return BlockOrder::Block{slice.getStaticOffsets()[dim], insert.getStaticOffsets()[dim],
                           insert.getStaticSizes()[dim]};
}

/// Whether the blocks, in order of `start`, cover [0, extent) without gaps.
static bool coverAll(SmallVectorImpl<BlockOrder::Block> &blocks, int64_t BlockOrder::Block::*start,
                     int64_t extent) {
  llvm::sort(blocks, [&](auto &a, auto &b) { return a.*start < b.*start; });
  int64_t end = 0;
  for (const BlockOrder::Block &block : blocks) {
    if (block.*start != end)
      return false;
    end += block.size;
  }
  return end == extent;
}

std::optional<BlockOrder> fovea::getBlockOrder(tensor::InsertSliceOp op) {
  constexpr unsigned maxBlocks = 8;
  RankedTensorType type = op.getDestType();
  auto slice = op.getSource().getDefiningOp<tensor::ExtractSliceOp>();
  if (!slice || !type.hasStaticShape())
    return std::nullopt;
  for (unsigned dim = 0; dim < type.getRank(); ++dim) {
    BlockOrder order{slice.getSource(), dim, {}};
    for (tensor::InsertSliceOp insert = op; insert && order.blocks.size() <= maxBlocks;) {
      std::optional<BlockOrder::Block> block = getBlock(insert, dim);
      auto piece = insert.getSource().getDefiningOp<tensor::ExtractSliceOp>();
      if (!block || piece.getSource() != order.source)
        break;
      order.blocks.push_back(*block);
      if (insert.getDest().getDefiningOp<tensor::EmptyOp>()) {
        if (order.blocks.size() > 1 &&
            coverAll(order.blocks, &BlockOrder::Block::from, type.getDimSize(dim)) &&
            coverAll(order.blocks, &BlockOrder::Block::to, type.getDimSize(dim)))
          return order;
        break;
      }
      insert = insert.getDest().getDefiningOp<tensor::InsertSliceOp>();
    }
  }
  return std::nullopt;
}

/// Where index `expr` of blocks in order of `start` lies when each block begins at `other`: a sum
/// of steps, or for a roll a remainder.
static AffineExpr moveBlocks(AffineExpr expr, SmallVector<BlockOrder::Block> blocks,
                             int64_t BlockOrder::Block::*start, int64_t BlockOrder::Block::*other,
                             int64_t extent) {
  if (!coverAll(blocks, start, extent))
    return expr;
  auto distance = [&](unsigned number) { return blocks[number].*other - blocks[number].*start; };
  if (blocks.size() == 2)
    return (expr + distance(0)) % extent;
  AffineExpr moved = expr + distance(0);
  for (unsigned number = 1; number < blocks.size(); ++number)
    moved = moved + (expr + (extent - blocks[number].*start)).floorDiv(extent) *
                        (distance(number) - distance(number - 1));
  // The remainder changes nothing and says where the index ends.
  return moved % extent;
}

static std::optional<Layout> getBlockLayout(tensor::InsertSliceOp op) {
  std::optional<BlockOrder> order = getBlockOrder(op);
  if (!order)
    return std::nullopt;
  RankedTensorType type = op.getDestType();
  auto map = [&](int64_t BlockOrder::Block::*start, int64_t BlockOrder::Block::*other) {
    AffineMap identity = AffineMap::getMultiDimIdentityMap(type.getRank(), op.getContext());
    SmallVector<AffineExpr> results(identity.getResults());
    AffineExpr &index = results[order->dim];
    index = moveBlocks(index, order->blocks, start, other, type.getDimSize(order->dim));
    return AffineMap::get(type.getRank(), 0, results, op.getContext());
  };
  using Block = BlockOrder::Block;
  return Layout{order->source, map(&Block::to, &Block::from), /*isReshape=*/false,
                map(&Block::from, &Block::to)};
}

std::optional<Layout> fovea::getLayout(Operation *op) {
  auto isPositive = [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && llvm::all_of(tensor.getShape(), [](int64_t extent) { return extent > 0; });
  };
  if (!op || op->getNumResults() != 1 || !isPositive(op->getResult(0).getType()) ||
      op->getNumOperands() == 0 || !isPositive(op->getOperand(0).getType()))
    return std::nullopt;
  if (auto generic = dyn_cast<linalg::GenericOp>(op))
    return getGenericLayout(generic);
  auto getReshape = [&](Value source, ArrayRef<ReassociationIndices> groups,
                        ArrayRef<int64_t> splitShape, bool isExpand) {
    AffineMap merging = getMergingMap(groups, splitShape, op->getContext());
    AffineMap splitting = getSplittingMap(groups, splitShape, op->getContext());
    return Layout{source, isExpand ? merging : splitting, /*isReshape=*/true,
                  isExpand ? splitting : merging};
  };
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op))
    return getReshape(expand.getSrc(), expand.getReassociationIndices(),
                      expand.getResultType().getShape(), /*isExpand=*/true);
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op))
    return getReshape(collapse.getSrc(), collapse.getReassociationIndices(),
                      collapse.getSrcType().getShape(), /*isExpand=*/false);
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op))
    return getSliceLayout(slice);
  return std::nullopt;
}

std::optional<Layout> fovea::getMovement(Operation *op) {
  if (auto insert = dyn_cast_or_null<tensor::InsertSliceOp>(op))
    return getBlockLayout(insert);
  return getLayout(op);
}

bool fovea::isReshapeMap(AffineMap map, ArrayRef<int64_t> from, ArrayRef<int64_t> to) {
  auto addressOf = [&](ArrayRef<int64_t> shape, ArrayRef<AffineExpr> indices) {
    AffineExpr address = getAffineConstantExpr(0, map.getContext());
    for (auto [extent, index] : llvm::zip_equal(shape, indices))
      address = address * extent + index;
    return address;
  };
  AffineMap identity = AffineMap::getMultiDimIdentityMap(to.size(), map.getContext());
  AffineExpr distance = addressOf(from, map.getResults()) - addressOf(to, identity.getResults());
  AffineMap simple = simplifyIndexMap(AffineMap::get(to.size(), 0, distance), to);
  return simple.getResult(0) == getAffineConstantExpr(0, map.getContext());
}

bool fovea::isTranspose(Operation *op) {
  if (!isa_and_nonnull<linalg::GenericOp>(op))
    return false;
  std::optional<Layout> layout = getLayout(op);
  return layout && layout->map.isPermutation() && !layout->map.isIdentity();
}
