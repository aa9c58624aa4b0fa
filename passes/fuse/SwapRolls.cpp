// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/fuse/SwapRolls.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"
#include "passes/fuse/AttentionPaths.h"
#include "passes/fuse/Classify.h"
#include "passes/fuse/IndexMaps.h"

using namespace mlir;
using namespace fovea;

static SmallVector<int64_t> getShape(Value value) {
  return SmallVector<int64_t>(cast<RankedTensorType>(value.getType()).getShape());
}

/// `value` with the blocks of `order`, which are blocks of its part that begins at `offset`, moved
/// within this part.
static Value moveBlocks(Value value, const BlockOrder &order, int64_t offset, Location loc,
                        RewriterBase &rewriter) {
  const SmallVector<int64_t> shape = getShape(value);
  SmallVector<BlockOrder::Block> blocks;
  int64_t end = offset;
  for (BlockOrder::Block block : order.blocks) {
    blocks.push_back({block.from + offset, block.to + offset, block.size});
    end += block.size;
  }
  blocks.push_back({0, 0, offset});
  blocks.push_back({end, end, shape[order.dim] - end});
  MLIRContext *context = value.getContext();
  SmallVector<OpFoldResult> strides(shape.size(), rewriter.getIndexAttr(1));
  Type element = cast<RankedTensorType>(value.getType()).getElementType();
  Value result = tensor::EmptyOp::create(rewriter, loc, shape, element);
  for (const BlockOrder::Block &block : blocks) {
    if (block.size == 0)
      continue;
    SmallVector<int64_t> from(shape.size(), 0), to = from, sizes = shape;
    from[order.dim] = block.from;
    to[order.dim] = block.to;
    sizes[order.dim] = block.size;
    Value slice =
        tensor::ExtractSliceOp::create(rewriter, loc, value, getAsIndexOpFoldResult(context, from),
                                       getAsIndexOpFoldResult(context, sizes), strides);
    result = tensor::InsertSliceOp::create(rewriter, loc, slice, result,
                                           getAsIndexOpFoldResult(context, to),
                                           getAsIndexOpFoldResult(context, sizes), strides);
  }
  return result;
}

/// pad(roll(x)) = roll'(pad(x)).
static void swapWithPadding(tensor::PadOp pad, RewriterBase &rewriter) {
  SmallVector<BlockOrder> orders;
  Value value = pad.getSource();
  while (auto insert = value.getDefiningOp<tensor::InsertSliceOp>()) {
    std::optional<BlockOrder> order = getBlockOrder(insert);
    if (!order)
      break;
    value = order->source;
    orders.push_back(std::move(*order));
  }
  if (orders.empty() || ShapedType::isDynamicShape(pad.getStaticLow()) ||
      !pad.getResultType().hasStaticShape() || !feedsProjection(pad.getResult()))
    return;
  rewriter.setInsertionPoint(pad);
  auto padded = cast<tensor::PadOp>(rewriter.clone(*pad));
  padded.getSourceMutable().assign(value);
  Value result = padded.getResult();
  for (const BlockOrder &order : llvm::reverse(orders))
    result = moveBlocks(result, order, pad.getStaticLow()[order.dim], pad.getLoc(), rewriter);
  rewriter.replaceOp(pad, result);
}

/// roll(slice(x)) = slice(roll'(x)).
static void swapWithSlice(tensor::InsertSliceOp roll, RewriterBase &rewriter) {
  std::optional<BlockOrder> order = getBlockOrder(roll);
  if (!order)
    return;
  Value value = order->source;
  SmallVector<tensor::ExtractSliceOp> slices;
  int64_t offset = 0;
  while (auto slice = value.getDefiningOp<tensor::ExtractSliceOp>()) {
    const bool isRead =
        slices.empty() ? llvm::hasNItems(value.getUses(), order->blocks.size()) : value.hasOneUse();
    if (!isRead || !slice.hasUnitStride() || ShapedType::isDynamicShape(slice.getStaticOffsets()) ||
        slice.getSourceType().getRank() != slice.getType().getRank())
      break;
    offset += slice.getStaticOffsets()[order->dim];
    slices.push_back(slice);
    value = slice.getSource();
  }
  if (slices.empty() || !comesFromAttention(value))
    return;
  rewriter.setInsertionPoint(roll);
  Value result = moveBlocks(value, *order, offset, roll.getLoc(), rewriter);
  for (tensor::ExtractSliceOp slice : llvm::reverse(slices)) {
    auto made = cast<tensor::ExtractSliceOp>(rewriter.clone(*slice));
    made.getSourceMutable().assign(result);
    result = made.getResult();
  }
  rewriter.replaceOp(roll, result);
}

void fovea::swapRolls(func::FuncOp func) {
  IRRewriter rewriter(func.getContext());
  forEachProgramBlock(func.getBody(), [&](Block &block) {
    for (Operation &op : llvm::make_early_inc_range(block))
      if (auto pad = dyn_cast<tensor::PadOp>(op))
        swapWithPadding(pad, rewriter);
      else if (auto insert = dyn_cast<tensor::InsertSliceOp>(op))
        swapWithSlice(insert, rewriter);
  });
}
