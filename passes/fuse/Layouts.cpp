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

/// Where along one dimension `insert` puts a slice of some tensor.
namespace {
struct Piece {
  Value source;
  int64_t from, to, size;
};
} // namespace

/// The piece that `insert` copies when all other dimensions are whole in the source, the piece and
/// the result; `dim` is the dimension that is not.
static std::optional<Piece> getPiece(tensor::InsertSliceOp insert, unsigned dim) {
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
  return Piece{slice.getSource(), slice.getStaticOffsets()[dim], insert.getStaticOffsets()[dim],
               insert.getStaticSizes()[dim]};
}

/// insert(x[0:k], at n - k) of insert(x[k:n], at 0) of empty, in either order: x rolled by k.
static std::optional<Layout> getRollLayout(tensor::InsertSliceOp op) {
  auto inner = op.getDest().getDefiningOp<tensor::InsertSliceOp>();
  RankedTensorType type = op.getDestType();
  if (!inner || !inner.getDest().getDefiningOp<tensor::EmptyOp>() || !type.hasStaticShape())
    return std::nullopt;
  for (unsigned dim = 0; dim < type.getRank(); ++dim) {
    std::optional<Piece> first = getPiece(op, dim), second = getPiece(inner, dim);
    if (!first || !second || first->source != second->source)
      continue;
    if (first->to != 0)
      std::swap(first, second);
    const int64_t extent = type.getDimSize(dim), shift = first->from;
    if (first->to != 0 || second->from != 0 || second->to != first->size || second->size != shift ||
        first->size + second->size != extent)
      continue;
    MLIRContext *context = op.getContext();
    auto rotate = [&](int64_t by) {
      AffineMap identity = AffineMap::getMultiDimIdentityMap(type.getRank(), context);
      SmallVector<AffineExpr> results(identity.getResults());
      results[dim] = (results[dim] + by) % extent;
      return AffineMap::get(type.getRank(), 0, results, context);
    };
    return Layout{first->source, rotate(shift), /*isReshape=*/false, rotate(extent - shift)};
  }
  return std::nullopt;
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
    return getRollLayout(insert);
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
