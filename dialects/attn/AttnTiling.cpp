// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// TilingInterface. A tile reads a slice of each operand and restates its map over the slice.
// Indices of the score region stay absolute; a mask attribute that a tile at an unknown place
// cannot restate becomes code of the region.

#include "dialects/attn/Attn.h"
#include "dialects/attn/MapRange.h"
#include "dialects/attn/Mask.h"
#include "dialects/attn/ScoreCode.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/IRMapping.h"
#include <limits>

using namespace mlir;
using namespace fovea;
using namespace fovea::attn;

namespace {
using Dim = AttentionOp::Dim;

/// A box of the iteration space. Extents are static, places need not be.
struct Tile {
  SmallVector<OpFoldResult> offsets;
  SmallVector<int64_t> extents;

  /// Whether the tile holds all of dimension `dim`.
  bool isWhole(unsigned dim, ArrayRef<int64_t> domain) const {
    return isZeroInteger(offsets[dim]) && extents[dim] == domain[dim];
  }
};

/// The part of a tensor that a tile touches, and the map of the tile's loops into it.
struct Slice {
  SmallVector<OpFoldResult> offsets, sizes;
  AffineMap map;
};
} // namespace

static std::optional<Tile> getTile(ArrayRef<OpFoldResult> offsets, ArrayRef<OpFoldResult> sizes) {
  Tile tile;
  tile.offsets.assign(offsets.begin(), offsets.end());
  for (OpFoldResult size : sizes) {
    std::optional<int64_t> extent = getConstantIntValue(size);
    if (!extent || *extent <= 0)
      return std::nullopt;
    tile.extents.push_back(*extent);
  }
  return tile;
}

/// Flattens sums.
static void collectAddends(AffineExpr expr, SmallVectorImpl<AffineExpr> &addends) {
  auto sum = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!sum || sum.getKind() != AffineExprKind::Add) {
    addends.push_back(expr);
    return;
  }
  collectAddends(sum.getLHS(), addends);
  collectAddends(sum.getRHS(), addends);
}

/// Splits each index into a base, which depends on the tile's place, and a part that the tile's
/// loops add. An addend that divides must depend on whole dimensions only, or on dimensions of
/// which the tile has one element.
static FailureOr<Slice> getSlice(OpBuilder &builder, Location loc, RankedTensorType type,
                                 AffineMap map, ArrayRef<int64_t> domain, const Tile &tile) {
  MLIRContext *context = builder.getContext();
  Slice slice;
  SmallVector<AffineExpr> results;
  for (auto [n, expr] : llvm::enumerate(map.getResults())) {
    AffineExpr local = getAffineConstantExpr(0, context), base = local;
    SmallVector<AffineExpr> addends;
    collectAddends(expr, addends);
    for (AffineExpr addend : addends) {
      auto everyDim = [&](llvm::function_ref<bool(unsigned)> holds) {
        for (unsigned dim = 0; dim < 6; ++dim)
          if (addend.isFunctionOfDim(dim) && !holds(dim))
            return false;
        return true;
      };
      if (everyDim([&](unsigned dim) { return tile.isWhole(dim, domain); })) {
        local = local + addend;
      } else if (std::optional<LinearForm> form = getLinearForm(addend, 6)) {
        local = local + addend - form->constant;
        base = base + addend;
      } else if (everyDim([&](unsigned dim) { return tile.extents[dim] == 1; })) {
        base = base + addend;
      } else {
        return failure();
      }
    }
    std::optional<ValueRange64> range = getRange(local, tile.extents);
    if (!range || range->high - range->low >= type.getDimSize(n))
      return failure();
    results.push_back(local - range->low);
    AffineMap baseMap = AffineMap::get(6, 0, base + range->low, context);
    slice.offsets.push_back(
        affine::makeComposedFoldedAffineApply(builder, loc, baseMap, tile.offsets));
    slice.sizes.push_back(builder.getIndexAttr(range->high - range->low + 1));
  }
  slice.map = AffineMap::get(6, 0, results, context);
  return slice;
}

/// Reads a slice; the tensor itself when the slice is all of it.
static Value extract(OpBuilder &builder, Location loc, Value tensor, const Slice &slice,
                     SmallVectorImpl<Operation *> &generated) {
  auto type = cast<RankedTensorType>(tensor.getType());
  bool whole = llvm::all_of(llvm::enumerate(type.getShape()), [&](auto dim) {
    return getConstantIntValue(slice.sizes[dim.index()]) == dim.value();
  });
  if (whole)
    return tensor;
  SmallVector<OpFoldResult> strides(type.getRank(), builder.getIndexAttr(1));
  auto op =
      tensor::ExtractSliceOp::create(builder, loc, tensor, slice.offsets, slice.sizes, strides);
  generated.push_back(op);
  return op;
}

/// Copies the score region for a tile: indices are shifted to the tile's place, and a mask that
/// cannot be restated as an attribute of the tile is applied. Returns the tile's mask.
static MaskAttr copyScore(OpBuilder &builder, Location loc, Region &from, Region &to, MaskAttr mask,
                          const Tile &tile, double hidden) {
  IRMapping mapping;
  from.cloneInto(&to, mapping);
  Block &block = to.front();
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(&block);
  for (unsigned dim : {Dim::B, Dim::H, Dim::I, Dim::J}) {
    if (isZeroInteger(tile.offsets[dim]))
      continue;
    Value local = block.getArgument(1 + dim);
    if (local.use_empty())
      continue;
    Value offset = getValueOrCreateConstantIndexOp(builder, loc, tile.offsets[dim]);
    auto absolute = arith::AddIOp::create(builder, loc, local, offset);
    local.replaceAllUsesExcept(absolute, absolute);
  }
  if (mask.isDense())
    return mask;
  SmallVector<int64_t> offsets;
  for (unsigned dim : {Dim::B, Dim::H, Dim::I, Dim::J})
    if (!usesDim(mask, dim))
      offsets.push_back(0);
    else if (std::optional<int64_t> offset = getConstantIntValue(tile.offsets[dim]))
      offsets.push_back(*offset);
  if (offsets.size() == MaskDims)
    return simplifyMask(shiftMask(mask, offsets), tile.extents);
  Operation *yield = block.getTerminator();
  builder.setInsertionPoint(yield);
  SmallVector<Value> absolute;
  for (unsigned dim : {Dim::B, Dim::H, Dim::I, Dim::J}) {
    Value local = block.getArgument(1 + dim);
    absolute.push_back(isZeroInteger(tile.offsets[dim])
                           ? local
                           : arith::AddIOp::create(
                                 builder, loc, local,
                                 getValueOrCreateConstantIndexOp(builder, loc, tile.offsets[dim])));
  }
  Value visible = emitVisible(builder, loc, mask, absolute);
  Value other =
      arith::ConstantOp::create(builder, loc, builder.getFloatAttr(builder.getF32Type(), hidden));
  yield->setOperand(0, arith::SelectOp::create(builder, loc, visible, yield->getOperand(0), other));
  return MaskAttr::getDense(mask.getContext());
}

static SmallVector<Range> getDomainRanges(OpBuilder &builder, ArrayRef<int64_t> domain) {
  SmallVector<Range> ranges;
  for (int64_t extent : domain)
    ranges.push_back(
        {builder.getIndexAttr(0), builder.getIndexAttr(extent), builder.getIndexAttr(1)});
  return ranges;
}

/// Slices `tensors` by the first maps of the op. Appends the maps over the tile to `maps`.
static LogicalResult sliceOperands(OpBuilder &builder, Location loc, ValueRange tensors,
                                   ArrayRef<Attribute> from, ArrayRef<int64_t> domain,
                                   const Tile &tile, SmallVectorImpl<Value> &slices,
                                   SmallVectorImpl<Attribute> &maps,
                                   SmallVectorImpl<Operation *> &generated) {
  for (auto [tensor, map] : llvm::zip_equal(tensors, from)) {
    FailureOr<Slice> slice = getSlice(builder, loc, cast<RankedTensorType>(tensor.getType()),
                                      cast<AffineMapAttr>(map).getValue(), domain, tile);
    if (failed(slice))
      return failure();
    slices.push_back(extract(builder, loc, tensor, *slice, generated));
    maps.push_back(AffineMapAttr::get(slice->map));
  }
  return success();
}

/// The position of a result whose map is `map`.
static LogicalResult getResultPosition(OpBuilder &builder, Value result, AffineMap map,
                                       ArrayRef<int64_t> domain, ArrayRef<OpFoldResult> offsets,
                                       ArrayRef<OpFoldResult> sizes,
                                       SmallVectorImpl<OpFoldResult> &resultOffsets,
                                       SmallVectorImpl<OpFoldResult> &resultSizes) {
  std::optional<Tile> tile = getTile(offsets, sizes);
  if (!tile)
    return failure();
  FailureOr<Slice> slice = getSlice(builder, result.getLoc(),
                                    cast<RankedTensorType>(result.getType()), map, domain, *tile);
  if (failed(slice))
    return failure();
  resultOffsets.assign(slice->offsets.begin(), slice->offsets.end());
  resultSizes.assign(slice->sizes.begin(), slice->sizes.end());
  return success();
}

/// Keys and channels of the scores are summed over.
static SmallVector<utils::IteratorType> getIteratorTypes() {
  SmallVector<utils::IteratorType> types(6, utils::IteratorType::parallel);
  types[AttentionOp::J] = types[AttentionOp::D] = utils::IteratorType::reduction;
  return types;
}

//===----------------------------------------------------------------------===//
// AttentionOp
//===----------------------------------------------------------------------===//

SmallVector<utils::IteratorType> AttentionOp::getLoopIteratorTypes() { return getIteratorTypes(); }

SmallVector<Range> AttentionOp::getIterationDomain(OpBuilder &builder) {
  return getDomainRanges(builder, getDomain());
}

FailureOr<TilingResult> AttentionOp::getTiledImplementation(OpBuilder &builder,
                                                            ArrayRef<OpFoldResult> offsets,
                                                            ArrayRef<OpFoldResult> sizes) {
  std::optional<Tile> tile = getTile(offsets, sizes);
  if (!tile)
    return emitOpError("can only be cut into tiles of equal, static size");
  // The softmax needs the whole row; the probabilities have no value channel to be written in parts
  // by.
  if (!tile->isWhole(Dim::J, getDomain()) || !tile->isWhole(Dim::D, getDomain()) ||
      (getProbabilities() && !tile->isWhole(Dim::E, getDomain())))
    return emitOpError("can only be tiled along b, h, i and, without probabilities, e");
  SmallVector<Value> operands = {getQuery(), getKey(), getValue()};
  llvm::append_range(operands, getCaptures());
  SmallVector<Value> slices;
  SmallVector<Attribute> maps;
  TilingResult result;
  ArrayRef<Attribute> allMaps = getIndexingMaps().getValue();
  if (failed(sliceOperands(builder, getLoc(), operands, allMaps.take_front(operands.size()),
                           getDomain(), *tile, slices, maps, result.generatedSlices)))
    return emitOpError("indexes an operand in a way that tiles cannot restate");
  SmallVector<Type> types;
  for (auto [written, map] : llvm::zip_equal(getResults(), allMaps.drop_front(operands.size()))) {
    auto type = cast<RankedTensorType>(written.getType());
    FailureOr<Slice> slice =
        getSlice(builder, getLoc(), type, cast<AffineMapAttr>(map).getValue(), getDomain(), *tile);
    if (failed(slice))
      return emitOpError("indexes a result in a way that tiles cannot restate");
    SmallVector<int64_t> shape;
    for (OpFoldResult size : slice->sizes)
      shape.push_back(*getConstantIntValue(size));
    types.push_back(type.clone(shape));
    maps.push_back(AffineMapAttr::get(slice->map));
  }
  double hidden =
      getNormalizer() == Normalizer::Softmax ? -std::numeric_limits<double>::infinity() : 0.0;
  auto tiled = AttentionOp::create(
      builder, getLoc(), types, slices[0], slices[1], slices[2], ArrayRef(slices).drop_front(3),
      builder.getDenseI64ArrayAttr(tile->extents), builder.getArrayAttr(maps), getMask(),
      getNumerics(), getNormalizerAttr());
  tiled.setMaskAttr(
      copyScore(builder, getLoc(), getScore(), tiled.getScore(), getMask(), *tile, hidden));
  result.tiledOps.push_back(tiled);
  llvm::append_range(result.tiledValues, tiled->getResults());
  return result;
}

LogicalResult AttentionOp::getResultTilePosition(OpBuilder &builder, unsigned resultNumber,
                                                 ArrayRef<OpFoldResult> offsets,
                                                 ArrayRef<OpFoldResult> sizes,
                                                 SmallVector<OpFoldResult> &resultOffsets,
                                                 SmallVector<OpFoldResult> &resultSizes) {
  AffineMap map = resultNumber == 0 ? getOutputMap() : getProbabilitiesMap();
  return getResultPosition(builder, getOperation()->getResult(resultNumber), map, getDomain(),
                           offsets, sizes, resultOffsets, resultSizes);
}

//===----------------------------------------------------------------------===//
// OnlineAttentionOp
//===----------------------------------------------------------------------===//

SmallVector<utils::IteratorType> OnlineAttentionOp::getLoopIteratorTypes() {
  return getIteratorTypes();
}

SmallVector<Range> OnlineAttentionOp::getIterationDomain(OpBuilder &builder) {
  return getDomainRanges(builder, getDomain());
}

FailureOr<TilingResult> OnlineAttentionOp::getTiledImplementation(OpBuilder &builder,
                                                                  ArrayRef<OpFoldResult> offsets,
                                                                  ArrayRef<OpFoldResult> sizes) {
  std::optional<Tile> tile = getTile(offsets, sizes);
  if (!tile)
    return emitOpError("can only be cut into tiles of equal, static size");
  // Maximum and sum have no value channel to be written in parts by.
  if (!tile->isWhole(Dim::D, getDomain()) || !tile->isWhole(Dim::E, getDomain()))
    return emitOpError("can only be tiled along b, h, i and j");
  SmallVector<Value> slices;
  SmallVector<Attribute> maps;
  TilingResult result;
  if (failed(sliceOperands(builder, getLoc(), getOperands(), getIndexingMaps().getValue(),
                           getDomain(), *tile, slices, maps, result.generatedSlices)))
    return emitOpError("indexes an operand in a way that tiles cannot restate");
  ArrayRef<Value> state = ArrayRef(slices).take_back(3);
  auto tiled = OnlineAttentionOp::create(
      builder, getLoc(), ValueRange(state).getTypes(), slices[0], slices[1], slices[2],
      ArrayRef(slices).drop_front(3).drop_back(3), state[0], state[1], state[2],
      builder.getDenseI64ArrayAttr(tile->extents), builder.getArrayAttr(maps), getMask(),
      getNumerics());
  tiled.setMaskAttr(copyScore(builder, getLoc(), getScore(), tiled.getScore(), getMask(), *tile,
                              -std::numeric_limits<double>::infinity()));
  result.tiledOps.push_back(tiled);
  llvm::append_range(result.tiledValues, tiled->getResults());
  return result;
}

LogicalResult OnlineAttentionOp::getResultTilePosition(OpBuilder &builder, unsigned resultNumber,
                                                       ArrayRef<OpFoldResult> offsets,
                                                       ArrayRef<OpFoldResult> sizes,
                                                       SmallVector<OpFoldResult> &resultOffsets,
                                                       SmallVector<OpFoldResult> &resultSizes) {
  AffineMap map = getMap(3 + getCaptures().size() + resultNumber);
  return getResultPosition(builder, getOperation()->getResult(resultNumber), map, getDomain(),
                           offsets, sizes, resultOffsets, resultSizes);
}
