// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A loop d whose quotients and remainders by c, c', ... occur in an index, where each divides the
// next, is the sum of digits with these weights; then no index divides. Other operands and the
// result are reshaped, which moves nothing.

#include "passes/fuse/SplitLoops.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"
#include "passes/fuse/Classify.h"
#include "passes/fuse/IndexMaps.h"
#include "passes/fuse/Permute.h"

using namespace mlir;
using namespace fovea;

namespace {
/// New loops for the old ones: loop n becomes the loops `digits[n]`, outermost first.
struct LoopSplit {
  SmallVector<SmallVector<unsigned>> digits;
  SmallVector<AffineExpr> oldLoops; ///< over the new loops
  SmallVector<int64_t> extents;
};

/// A tensor that is reshaped so that every digit of a split loop is a dimension of it.
struct SplitTensor {
  SmallVector<ReassociationIndices> groups;
  SmallVector<int64_t> shape;
  AffineMap map;
};
} // namespace

/// Notes by what `expr` divides its dimensions. Fails when it divides anything but one dimension.
static bool addCuts(AffineExpr expr, SmallVectorImpl<SmallVector<int64_t>> &cuts) {
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return true;
  AffineExpr inside = binary.getLHS();
  if (expr.getKind() == AffineExprKind::Add || expr.getKind() == AffineExprKind::Mul)
    return addCuts(inside, cuts) && addCuts(binary.getRHS(), cuts);
  auto divisor = dyn_cast<AffineConstantExpr>(binary.getRHS());
  int64_t weight = 1;
  if (auto inner = dyn_cast<AffineBinaryOpExpr>(inside)) {
    auto innerDivisor = dyn_cast<AffineConstantExpr>(inner.getRHS());
    auto dim = dyn_cast<AffineDimExpr>(inner.getLHS());
    if (!innerDivisor || !dim)
      return false;
    cuts[dim.getPosition()].push_back(innerDivisor.getValue());
    if (inner.getKind() == AffineExprKind::FloorDiv)
      weight = innerDivisor.getValue();
    else if (inner.getKind() != AffineExprKind::Mod)
      return false;
    inside = dim;
  }
  auto dim = dyn_cast<AffineDimExpr>(inside);
  if (dim && divisor)
    cuts[dim.getPosition()].push_back(weight * divisor.getValue());
  return dim && divisor;
}

static std::optional<LoopSplit> getSplit(AffineMap map, ArrayRef<int64_t> extents) {
  SmallVector<SmallVector<int64_t>> cuts(extents.size());
  for (AffineExpr expr : map.getResults())
    if (!addCuts(expr, cuts))
      return std::nullopt;
  LoopSplit split;
  for (auto [extent, weights] : llvm::zip_equal(extents, cuts)) {
    weights.push_back(1);
    llvm::sort(weights, std::greater<>());
    weights.erase(llvm::unique(weights), weights.end());
    SmallVector<unsigned> &digits = split.digits.emplace_back();
    AffineExpr loop = getAffineConstantExpr(0, map.getContext());
    int64_t whole = extent;
    for (int64_t weight : weights) {
      if (weight >= extent && weight > 1)
        continue;
      if (weight < 1 || whole % weight != 0)
        return std::nullopt;
      digits.push_back(split.extents.size());
      loop = loop + getAffineDimExpr(digits.back(), map.getContext()) * weight;
      split.extents.push_back(whole / weight);
      whole = weight;
    }
    split.oldLoops.push_back(loop);
  }
  return split;
}

static std::optional<SplitTensor> splitTensor(AffineMap map, ArrayRef<int64_t> shape,
                                              const LoopSplit &split) {
  MLIRContext *context = map.getContext();
  SplitTensor tensor;
  SmallVector<AffineExpr> indices;
  for (auto [expr, extent] : llvm::zip_equal(map.getResults(), shape)) {
    ReassociationIndices &group = tensor.groups.emplace_back();
    auto add = [&](AffineExpr index, int64_t size) {
      group.push_back(tensor.shape.size());
      tensor.shape.push_back(size);
      indices.push_back(index);
    };
    if (auto loop = dyn_cast<AffineDimExpr>(expr)) {
      for (unsigned digit : split.digits[loop.getPosition()])
        add(getAffineDimExpr(digit, context), split.extents[digit]);
      continue;
    }
    for (auto [loop, digits] : llvm::enumerate(split.digits))
      if (digits.size() > 1 && expr.isFunctionOfDim(loop))
        return std::nullopt;
    add(expr.replaceDims(split.oldLoops), extent);
  }
  tensor.map = AffineMap::get(split.extents.size(), 0, indices, context);
  return tensor;
}

static bool isSplit(const SplitTensor &tensor) {
  return tensor.groups.size() != tensor.shape.size();
}

/// `op` with the loops of `split`, which reads `source` through `map` in place of `operand`.
static bool rewriteLoops(linalg::GenericOp op, OpOperand &operand, Value source, AffineMap map,
                         const LoopSplit &split, RewriterBase &rewriter) {
  SmallVector<AffineMap> maps = op.getIndexingMapsArray(), newMaps;
  SmallVector<std::optional<SplitTensor>> tensors;
  SmallVector<Type> types;
  for (OpOperand &other : op->getOpOperands()) {
    auto type = dyn_cast<RankedTensorType>(other.get().getType());
    if (&other == &operand) {
      tensors.emplace_back();
      newMaps.push_back(map);
      types.push_back(source.getType());
      continue;
    }
    if (!type)
      return false;
    tensors.push_back(splitTensor(op.getMatchingIndexingMap(&other), type.getShape(), split));
    if (!tensors.back())
      return false;
    newMaps.push_back(tensors.back()->map);
    types.push_back(type.clone(tensors.back()->shape));
  }
  if (!isValidIndexing(types, newMaps, split.extents, op.getContext()))
    return false;
  rewriter.setInsertionPoint(op);
  Value init = reshapeInit(op.getDpsInits()[0], cast<RankedTensorType>(types.back()), rewriter);
  if (!init)
    return false;
  SmallVector<Value> inputs;
  for (OpOperand *input : op.getDpsInputOperands()) {
    const unsigned number = input->getOperandNumber();
    Value value = input == &operand ? source : input->get();
    if (tensors[number] && isSplit(*tensors[number]))
      value = tensor::ExpandShapeOp::create(rewriter, op.getLoc(), types[number], value,
                                            tensors[number]->groups);
    inputs.push_back(value);
  }
  SmallVector<utils::IteratorType> iterators;
  for (auto [kind, digits] : llvm::zip_equal(op.getIteratorTypesArray(), split.digits))
    iterators.append(digits.size(), kind);
  rewriter.setInsertionPoint(op);
  auto made = linalg::GenericOp::create(rewriter, op.getLoc(), TypeRange{types.back()}, inputs,
                                        ValueRange{init}, newMaps, iterators);
  rewriter.inlineRegionBefore(op.getRegion(), made.getRegion(), made.getRegion().end());
  Value result = made->getResult(0);
  if (isSplit(*tensors.back()))
    result = tensor::CollapseShapeOp::create(rewriter, op.getLoc(), op->getResult(0).getType(),
                                             result, tensors.back()->groups);
  rewriter.replaceOp(op, result);
  return true;
}

/// Reads `operand` behind the furthest op of its chain that moves data, where splitting loops is
/// enough for that.
static bool splitFor(linalg::GenericOp op, OpOperand &operand, RewriterBase &rewriter) {
  const SmallVector<int64_t> extents = op.getStaticLoopRanges();
  SmallVector<std::pair<Value, AffineMap>> origins;
  Value value = operand.get();
  AffineMap map = op.getMatchingIndexingMap(&operand);
  while (value.hasOneUse() || !origins.empty()) {
    std::optional<Layout> layout = getMovement(value.getDefiningOp());
    if (!layout)
      break;
    value = layout->source;
    map = simplifyIndexMap(layout->map.compose(map), extents);
    if (!layout->isReshape && hasDivOrMod(map))
      origins.push_back({value, map});
  }
  for (auto [source, access] : llvm::reverse(origins)) {
    std::optional<LoopSplit> split = getSplit(access, extents);
    if (!split)
      continue;
    AffineMap plain = simplifyIndexMap(
        access.replaceDimsAndSymbols(split->oldLoops, {}, split->extents.size(), 0),
        split->extents);
    if (!hasDivOrMod(plain) && rewriteLoops(op, operand, source, plain, *split, rewriter))
      return true;
  }
  return false;
}

bool fovea::splitLoops(func::FuncOp func) {
  IRRewriter rewriter(func.getContext());
  bool changed = false;
  forEachProgramBlock(func.getBody(), [&](Block &block) {
    for (Operation &op : llvm::make_early_inc_range(block)) {
      auto generic = dyn_cast<linalg::GenericOp>(op);
      OpKind kind = classify(&op);
      if (!generic || (kind != OpKind::Contraction && kind != OpKind::Reduction) ||
          op.getNumResults() != 1 || isGather(generic) ||
          ShapedType::isDynamicShape(generic.getStaticLoopRanges()) ||
          llvm::any_of(*generic.getBody(),
                       [](Operation &inner) { return isa<linalg::IndexOp>(inner); }))
        continue;
      for (OpOperand *operand : generic.getDpsInputOperands())
        if (isa<RankedTensorType>(operand->get().getType()) &&
            splitFor(generic, *operand, rewriter)) {
          changed = true;
          break;
        }
    }
  });
  return changed;
}
