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
#include "passes/fuse/Classify.h"
#include "passes/fuse/IndexMaps.h"
#include "passes/fuse/Passes.h"
#include "passes/fuse/PushReshapes.h"

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
  llvm::function_ref<bool(AffineMap)> wantsReshapes;
};

} // namespace

/// Follows the chain of layout ops behind `value`, read through `map`, to the place that is best to
/// read from: behind the last op that moves data, or as deep as possible where the consumer wants
/// reshapes gone too.
static std::optional<Origin> findOrigin(Value value, AffineMap map, const Consumer &consumer) {
  std::optional<Origin> best;
  bool movesLeft = false;
  while (std::optional<Layout> layout = getLayout(value.getDefiningOp())) {
    movesLeft |= !layout->isReshape;
    value = layout->source;
    AffineMap composed = layout->map.compose(map);
    map = simplifyIndexMap(composed, consumer.loopExtents);
    if (!consumer.accepts(value, map))
      map = simplifyIndexMap(composed, consumer.loopExtents, /*keepUnitDims=*/true);
    if (hasDivOrMod(map) || !consumer.accepts(value, map))
      continue;
    if (!movesLeft && !consumer.wantsReshapes(map))
      continue;
    best = Origin{value, map};
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
  auto accepts = [&](Value source, AffineMap map) {
    SmallVector<Type> types(op->getOperandTypes());
    SmallVector<AffineMap> newMaps = maps;
    types[position] = source.getType();
    newMaps[position] = map;
    return isValidIndexing(types, newMaps, extents, op.getContext());
  };
  bool isAnchor = isHeavy(classify(op));
  auto wantsReshapes = [&](AffineMap map) { return isAnchor && isSelection(map); };
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
  auto accepts = [](Value, AffineMap map) { return !hasDivOrMod(map); };
  auto wantsReshapes = [](AffineMap) { return true; };
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

/// The same empty, filled or splat tensor with another shape; null for an init that holds data.
static Value reshapeInit(Value init, RankedTensorType type, RewriterBase &rewriter) {
  Operation *op = init.getDefiningOp();
  if (!op)
    return {};
  rewriter.setInsertionPoint(op);
  if (isa<tensor::EmptyOp>(op))
    return tensor::EmptyOp::create(rewriter, op->getLoc(), type.getShape(), type.getElementType());
  if (auto fill = dyn_cast<linalg::FillOp>(op)) {
    Value empty =
        tensor::EmptyOp::create(rewriter, op->getLoc(), type.getShape(), type.getElementType());
    return linalg::FillOp::create(rewriter, op->getLoc(), fill.getInputs(), ValueRange(empty))
        .getResult(0);
  }
  if (auto constant = dyn_cast<arith::ConstantOp>(op))
    if (auto splat = dyn_cast<SplatElementsAttr>(constant.getValue()))
      return arith::ConstantOp::create(rewriter, op->getLoc(), splat.resizeSplat(type));
  return {};
}

/// Makes `transpose`, the only user of a computed result, that result's output map.
static LogicalResult absorbResult(linalg::GenericOp transpose, RewriterBase &rewriter) {
  auto result = dyn_cast<OpResult>(transpose.getInputs()[0]);
  if (!result || !result.hasOneUse())
    return failure();
  Operation *producer = result.getOwner();
  auto type = cast<RankedTensorType>(transpose.getResult(0).getType());
  AffineMap reorder = inversePermutation(getLayout(transpose)->map);
  if (auto attention = dyn_cast<attn::AttentionOp>(producer)) {
    unsigned position = 3 + attention.getCaptures().size() + result.getResultNumber();
    SmallVector<Attribute> maps(attention.getIndexingMaps().getValue());
    maps[position] = AffineMapAttr::get(reorder.compose(attention.getMap(position)));
    rewriter.modifyOpInPlace(attention, [&] {
      attention.setIndexingMapsAttr(rewriter.getArrayAttr(maps));
      result.setType(type);
    });
  } else if (auto generic = dyn_cast<linalg::GenericOp>(producer);
             generic && generic.hasPureTensorSemantics()) {
    OpOperand *init = generic.getDpsInitOperand(result.getResultNumber());
    Value newInit = reshapeInit(init->get(), type, rewriter);
    if (!newInit)
      return failure();
    SmallVector<AffineMap> maps = generic.getIndexingMapsArray();
    AffineMap &map = maps[init->getOperandNumber()];
    map = reorder.compose(map);
    rewriter.modifyOpInPlace(generic, [&] {
      init->set(newInit);
      generic.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
      result.setType(type);
    });
  } else {
    return failure();
  }
  remark::passed(transpose.getLoc(), remarkOpts())
      << remark::add("the transpose became the output map of its producer");
  rewriter.replaceOp(transpose, result);
  return success();
}

//===----------------------------------------------------------------------===//
// Pass
//===----------------------------------------------------------------------===//

static void eraseDeadOps(func::FuncOp func, RewriterBase &rewriter) {
  for (Block &block : func.getBody())
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
      if (isOpTriviallyDead(&op))
        rewriter.eraseOp(&op);
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
  for (Block &block : func.getBody()) {
    for (Operation &op : llvm::reverse(block))
      changed |= absorbOperands(&op, rewriter);
  }
  eraseDeadOps(func, rewriter);
  for (Block &block : func.getBody())
    for (Operation &op : llvm::make_early_inc_range(block))
      if (isTranspose(&op))
        changed |= succeeded(absorbResult(cast<linalg::GenericOp>(op), rewriter));
  return changed;
}

void AbsorbLayout::runOnOperation() {
  func::FuncOp func = getOperation();
  IRRewriter rewriter(&getContext());
  // A reshape that was pushed may uncover another layout op and the other way round, at most once
  // per op of a chain.
  constexpr int maxRounds = 16;
  for (int round = 0; round < maxRounds; ++round) {
    while (absorbOnce(func, rewriter))
      ;
    if (!pushReshapes(func))
      break;
  }
  eraseDeadOps(func, rewriter);
  for (Block &block : func.getBody())
    for (Operation &op : block)
      if (isTranspose(&op))
        remark::missed(op.getLoc(), remarkOpts())
            << remark::add("a transpose remains and moves data")
            << remark::reason("its users would need divisions in their index maps, or there are "
                              "none to take it");
}
