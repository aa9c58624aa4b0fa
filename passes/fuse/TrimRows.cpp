// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Windows that do not divide an image are padded in front of the projections of attention and cut
// behind them. A padded row is the same vector for all rows, which is written where it belongs; the
// product is computed for the rows of the image alone.

#include "passes/fuse/TrimRows.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "passes/fuse/Classify.h"
#include "passes/fuse/IndexMaps.h"
#include "passes/fuse/Permute.h"

using namespace mlir;
using namespace fovea;

namespace {
/// A product of rows with weights, and the elementwise ops that alone read it, in order.
struct Projection {
  SmallVector<linalg::GenericOp> ops;
  /// The dimensions that are rows, of the left operand and of the results.
  SmallVector<std::pair<unsigned, unsigned>> rows;

  Value getLeft() { return ops.front().getInputs()[0]; }
  Value getResult() { return ops.back()->getResult(0); }
};
} // namespace

static SmallVector<int64_t> getShape(Value value) {
  return SmallVector<int64_t>(cast<RankedTensorType>(value.getType()).getShape());
}

static bool isPlain(linalg::GenericOp op) {
  return op->getNumResults() == 1 && op.hasPureTensorSemantics() && !isGather(op) &&
         llvm::none_of(*op.getBody(), [](Operation &inner) { return isa<linalg::IndexOp>(inner); });
}

/// Whether `op` computes element by element what its operand `use` has in the same place, and
/// whether its other operands are the same for all `rows`, dimensions of the result.
static bool keepsRows(linalg::GenericOp op, OpOperand &use, const llvm::SmallBitVector &rows) {
  if (classify(op) != OpKind::Elementwise || getLayout(op) || !isPlain(op) || !op.isDpsInput(&use))
    return false;
  AffineMap output = op.getIndexingMapsArray().back();
  if (!output.isPermutation() || op.getMatchingIndexingMap(&use) != output)
    return false;
  for (OpOperand *input : op.getDpsInputOperands())
    for (unsigned row : rows.set_bits())
      if (input != &use && op.getMatchingIndexingMap(input).isFunctionOfDim(
                               cast<AffineDimExpr>(output.getResult(row)).getPosition()))
        return false;
  return true;
}

/// The projection that starts with `op`, as far as no operand besides its input depends on the row.
static std::optional<Projection> getProjection(linalg::GenericOp op) {
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  if (!isPlain(op) || !maps[0].isProjectedPermutation() || !maps[2].isProjectedPermutation())
    return std::nullopt;
  Projection projection{{op}, {}};
  llvm::SmallBitVector rows(maps[2].getNumResults());
  for (unsigned loop : getContractionLoops(op).m) {
    AffineExpr expr = getAffineDimExpr(loop, op.getContext());
    std::optional<unsigned> left = maps[0].getResultPosition(expr),
                            result = maps[2].getResultPosition(expr);
    if (!left || !result)
      return std::nullopt;
    projection.rows.push_back({*left, *result});
    rows.set(*result);
  }
  while (projection.getResult().hasOneUse()) {
    OpOperand &use = *projection.getResult().use_begin();
    auto next = dyn_cast<linalg::GenericOp>(use.getOwner());
    if (!next || !keepsRows(next, use, rows))
      break;
    projection.ops.push_back(next);
  }
  return projection;
}

/// `op` with `to`, which has other extents, in place of its input `from`, and a result of `shape`;
/// null when the op starts from data.
static linalg::GenericOp cloneFor(linalg::GenericOp op, Value from, Value to,
                                  ArrayRef<int64_t> shape, RewriterBase &rewriter) {
  auto type = cast<RankedTensorType>(op->getResult(0).getType()).clone(shape);
  Value init = reshapeInit(op.getDpsInits()[0], type, rewriter);
  if (!init)
    return {};
  IRMapping mapping;
  mapping.map(from, to);
  mapping.map(op.getDpsInits()[0], init);
  auto made = cast<linalg::GenericOp>(rewriter.clone(*op, mapping));
  made->getResult(0).setType(type);
  return made;
}

/// The projection's elementwise ops on `value` in place of the product.
static Value cloneBehind(Projection &projection, Value value, ArrayRef<int64_t> shape,
                         RewriterBase &rewriter) {
  Value product = projection.ops.front()->getResult(0);
  for (linalg::GenericOp op : ArrayRef(projection.ops).drop_front()) {
    linalg::GenericOp made = cloneFor(op, product, value, shape, rewriter);
    if (!made)
      return {};
    product = op->getResult(0);
    value = made->getResult(0);
  }
  return value;
}

/// The projection of `rows` in place of the left operand.
static Value cloneOn(Projection &projection, Value rows, ArrayRef<int64_t> shape,
                     RewriterBase &rewriter) {
  linalg::GenericOp product =
      cloneFor(projection.ops.front(), projection.getLeft(), rows, shape, rewriter);
  return product ? cloneBehind(projection, product->getResult(0), shape, rewriter) : Value();
}

/// projection(pad(x)) = projection(x) in a frame of projected zeros.
static void trimPadding(Projection &projection, RewriterBase &rewriter) {
  auto pad = projection.getLeft().getDefiningOp<tensor::PadOp>();
  Value padding = pad ? pad.getConstantPaddingValue() : Value();
  if (!padding || !matchPattern(padding, m_AnyZeroFloat()) ||
      ShapedType::isDynamicShape(pad.getStaticLow()) ||
      ShapedType::isDynamicShape(getShape(pad.getSource())))
    return;
  const SmallVector<int64_t> source = getShape(pad.getSource()),
                             outer = getShape(projection.getResult());
  SmallVector<int64_t> padded = getShape(pad), inner = outer, low(outer.size(), 0);
  for (auto [left, result] : projection.rows) {
    low[result] = pad.getStaticLow()[left];
    inner[result] = padded[left] = source[left];
  }
  // Padded channels are not rows.
  if (padded != source)
    return;
  rewriter.setInsertionPoint(projection.ops.back());
  Location loc = pad.getLoc();
  Value image = cloneOn(projection, pad.getSource(), inner, rewriter);
  if (!image)
    return;
  Type element = cast<RankedTensorType>(projection.getResult().getType()).getElementType();
  Type sum =
      cast<RankedTensorType>(projection.ops.front()->getResult(0).getType()).getElementType();
  Value zero = arith::ConstantOp::create(rewriter, loc, rewriter.getZeroAttr(sum));
  Value frame = tensor::EmptyOp::create(rewriter, loc, outer, element);
  auto insert = [&](Value piece, ArrayRef<int64_t> offsets) {
    SmallVector<OpFoldResult> strides(offsets.size(), rewriter.getIndexAttr(1));
    frame = tensor::InsertSliceOp::create(
        rewriter, loc, piece, frame, getAsIndexOpFoldResult(rewriter.getContext(), offsets),
        getAsIndexOpFoldResult(rewriter.getContext(), getShape(piece)), strides);
  };
  insert(image, low);
  // Around what is there so far, one dimension after the other.
  SmallVector<int64_t> offsets = low, extents = inner;
  auto insertZeros = [&](unsigned dim, int64_t at, int64_t extent) {
    if (extent == 0)
      return;
    SmallVector<int64_t> shape = extents, place = offsets;
    shape[dim] = extent;
    place[dim] = at;
    Value empty = tensor::EmptyOp::create(rewriter, loc, shape, sum);
    Value zeros = linalg::FillOp::create(rewriter, loc, zero, empty).getResult(0);
    insert(cloneBehind(projection, zeros, shape, rewriter), place);
  };
  for (auto [left, dim] : projection.rows) {
    const int64_t end = low[dim] + inner[dim];
    insertZeros(dim, 0, low[dim]);
    insertZeros(dim, end, outer[dim] - end);
    offsets[dim] = 0;
    extents[dim] = outer[dim];
  }
  rewriter.replaceAllUsesWith(projection.getResult(), frame);
}

/// slice(projection(x)) = projection(slice(x)).
static void trimSlice(Projection &projection, tensor::ExtractSliceOp slice,
                      RewriterBase &rewriter) {
  SmallVector<int64_t> sizes = getShape(projection.getLeft()), offsets(sizes.size(), 0),
                       shape = getShape(slice.getSource());
  for (auto [left, result] : projection.rows) {
    offsets[left] = slice.getStaticOffsets()[result];
    sizes[left] = shape[result] = slice.getStaticSizes()[result];
  }
  if (!slice.hasUnitStride() || shape != getShape(slice.getResult()) ||
      ShapedType::isDynamicShape(offsets))
    return;
  rewriter.setInsertionPoint(slice);
  SmallVector<OpFoldResult> strides(sizes.size(), rewriter.getIndexAttr(1));
  Value rows =
      tensor::ExtractSliceOp::create(rewriter, slice.getLoc(), projection.getLeft(),
                                     getAsIndexOpFoldResult(rewriter.getContext(), offsets),
                                     getAsIndexOpFoldResult(rewriter.getContext(), sizes), strides);
  if (Value made = cloneOn(projection, rows, shape, rewriter))
    rewriter.replaceOp(slice, made);
}

void fovea::trimRows(func::FuncOp func) {
  IRRewriter rewriter(func.getContext());
  forEachProgramBlock(func.getBody(), [&](Block &block) {
    for (Operation &op : block) {
      auto generic = dyn_cast<linalg::GenericOp>(op);
      if (!generic || classify(generic) != OpKind::Contraction)
        continue;
      std::optional<Projection> projection = getProjection(generic);
      if (!projection)
        continue;
      trimPadding(*projection, rewriter);
      // What takes its place stands behind, where it is met in turn.
      if (!projection->getResult().hasOneUse())
        continue;
      auto slice = dyn_cast<tensor::ExtractSliceOp>(*projection->getResult().user_begin());
      if (slice && slice->getBlock() == &block)
        trimSlice(*projection, slice, rewriter);
    }
  });
}
