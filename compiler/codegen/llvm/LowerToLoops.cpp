// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One linalg op on memory becomes scalar loops. The order of the loops and the freedom given to the
// additions decide what LLVM's loop vectoriser makes of them.

#include "compiler/codegen/llvm/Loops.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Interfaces/ValueBoundsOpInterface.h"

using namespace mlir;
using namespace fovea;

/// Stands for an extent of which nothing is known.
static constexpr int64_t manyIterations = 4096;

/// Elements between two iterations of loop `dim`, in the storage of an operand with this map;
/// nothing when unknown.
static std::optional<int64_t> getStride(AffineMap map, MemRefType type, unsigned dim) {
  auto [strides, offset] = type.getStridesAndOffset();
  SmallVector<AffineExpr> zero(map.getNumDims(), getAffineConstantExpr(0, map.getContext()));
  SmallVector<AffineExpr> one = zero;
  one[dim] = getAffineConstantExpr(1, map.getContext());
  int64_t total = 0;
  for (auto [expr, stride] : llvm::zip(map.getResults(), strides)) {
    auto first = dyn_cast<AffineConstantExpr>(expr.replaceDims(zero));
    auto second = dyn_cast<AffineConstantExpr>(expr.replaceDims(one));
    if (!first || !second || ShapedType::isDynamic(stride))
      return std::nullopt;
    total += (second.getValue() - first.getValue()) * stride;
  }
  return total;
}

SmallVector<int64_t> codegen::getMostExtents(linalg::LinalgOp op) {
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  for (auto [dim, extent] : llvm::enumerate(extents)) {
    AffineExpr loop = getAffineDimExpr(dim, op.getContext());
    for (OpOperand &operand : op->getOpOperands()) {
      std::optional<unsigned> axis = maps[operand.getOperandNumber()].getResultPosition(loop);
      if (!ShapedType::isDynamic(extent) || !axis)
        continue;
      FailureOr<int64_t> bound = ValueBoundsConstraintSet::computeConstantBound(
          presburger::BoundType::UB, {operand.get(), int64_t(*axis)}, nullptr, /*closedUB=*/true);
      if (succeeded(bound))
        extent = *bound;
    }
    // A loop whose extent nothing tells is taken for a long one.
    if (ShapedType::isDynamic(extent))
      extent = manyIterations;
  }
  return extents;
}

/// `type` with extents that only the run knows as long ones.
static ShapedType withLongDimensions(ShapedType type) {
  SmallVector<int64_t> shape(type.getShape());
  std::replace(shape.begin(), shape.end(), ShapedType::kDynamic, manyIterations);
  return type.clone(shape);
}

/// The cost of an access that is neither contiguous nor invariant, and of a loop that does not fill
/// a vector.
static constexpr int64_t gather = 16, shortLoop = 8;

/// How badly loop `dim` suits vectors: gathers and few iterations, then accesses at all. Tensors
/// count as row-major memory.
static int64_t getCost(linalg::GenericOp op, unsigned dim, ArrayRef<int64_t> extents) {
  int64_t cost = extents[dim] < shortLoop ? gather + 1 : 0;
  for (OpOperand &operand : op->getOpOperands()) {
    auto shaped = dyn_cast<ShapedType>(operand.get().getType());
    if (!shaped)
      continue;
    auto type = dyn_cast<MemRefType>(shaped);
    if (!type && !shaped.hasStaticShape())
      shaped = withLongDimensions(shaped);
    if (!type)
      type = MemRefType::get(shaped.getShape(), shaped.getElementType());
    std::optional<int64_t> stride = getStride(op.getMatchingIndexingMap(&operand), type, dim);
    cost += !stride || *stride > 1 || *stride < 0 ? gather : *stride;
  }
  return cost;
}

unsigned codegen::chooseInnermost(linalg::GenericOp op) {
  SmallVector<int64_t> extents = getMostExtents(op);
  unsigned innermost = op.getNumLoops() - 1;
  for (unsigned dim = op.getNumLoops(); dim-- > 0;)
    if (extents[dim] > 1 &&
        (extents[innermost] <= 1 || getCost(op, dim, extents) < getCost(op, innermost, extents)))
      innermost = dim;
  return innermost;
}

/// Moves the loop that suits vectors best to the innermost place. The other parallel loops go
/// outside the reductions, so that a result row stays in the cache while it accumulates.
static SmallVector<unsigned> chooseOrder(linalg::GenericOp op) {
  unsigned innermost = codegen::chooseInnermost(op);
  SmallVector<unsigned> order;
  for (auto kind : {utils::IteratorType::parallel, utils::IteratorType::reduction})
    for (unsigned dim = 0; dim < op.getNumLoops(); ++dim)
      if (dim != innermost && op.getIteratorTypesArray()[dim] == kind)
        order.push_back(dim);
  order.push_back(innermost);
  return order;
}

/// Lets products be contracted into the sums they feed, and a sum over the innermost loop be split
/// into lanes.
static void relaxSums(linalg::GenericOp op) {
  auto innermost = op.getIteratorTypesArray().back();
  for (auto add : op.getBody()->getOps<arith::AddFOp>()) {
    bool accumulates = llvm::any_of(add->getOperands(), [&](Value operand) {
      auto argument = dyn_cast<BlockArgument>(operand);
      return argument && argument.getArgNumber() >= op.getNumDpsInputs();
    });
    auto elementType = dyn_cast<FloatType>(add.getType());
    if (!accumulates || !elementType || elementType.getWidth() < 32)
      continue;
    arith::FastMathFlags flags = arith::FastMathFlags::contract;
    if (innermost == utils::IteratorType::reduction)
      flags = flags | arith::FastMathFlags::reassoc | arith::FastMathFlags::nsz;
    add.setFastmath(flags);
    for (Value operand : add->getOperands())
      if (auto product = operand.getDefiningOp<arith::MulFOp>())
        product.setFastmath(arith::FastMathFlags::contract);
  }
}

/// Copies operand `number` of a product with dimension `last` of its own moved behind the others.
static void moveLast(linalg::GenericOp op, unsigned number, unsigned last) {
  IRRewriter rewriter(op);
  OpOperand *operand = op.getDpsInputOperand(number);
  auto type = cast<RankedTensorType>(operand->get().getType());
  SmallVector<int64_t> shape, order;
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    if (dim != last)
      order.push_back(dim);
  order.push_back(last);
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  SmallVector<AffineExpr> results;
  for (int64_t dim : order) {
    shape.push_back(type.getDimSize(dim));
    results.push_back(maps[number].getResult(dim));
  }
  Value empty = tensor::EmptyOp::create(rewriter, op.getLoc(), shape, type.getElementType());
  AffineMap identity = rewriter.getMultiDimIdentityMap(type.getRank());
  AffineMap read = inversePermutation(AffineMap::getPermutationMap(order, op.getContext()));
  SmallVector<utils::IteratorType> loops(type.getRank(), utils::IteratorType::parallel);
  auto copy = linalg::GenericOp::create(rewriter, op.getLoc(), empty.getType(), operand->get(),
                                        empty, {read, identity}, loops,
                                        [](OpBuilder &body, Location loc, ValueRange values) {
                                          linalg::YieldOp::create(body, loc, values[0]);
                                        });
  maps[number] = AffineMap::get(maps[number].getNumDims(), 0, results, op.getContext());
  operand->set(copy.getResult(0));
  op.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
}

void codegen::packOperands(linalg::GenericOp op) {
  if (op.getNumReductionLoops() == 0 || op.getNumDpsInputs() != 2 || op->getNumResults() != 1)
    return;
  SmallVector<int64_t> extents = getMostExtents(op);
  AffineMap written = op.getIndexingMapsArray().back();
  if (written.getNumResults() == 0)
    return;
  auto column = dyn_cast<AffineDimExpr>(written.getResults().back());
  if (!column || extents[column.getPosition()] < shortLoop)
    return;
  for (unsigned dim = 0; dim < op.getNumLoops(); ++dim)
    if (extents[dim] > 1 && getCost(op, dim, extents) < gather)
      return;
  double work = 1;
  for (int64_t extent : extents)
    work *= double(extent);
  for (unsigned number = 0; number < 2; ++number) {
    OpOperand *operand = op.getDpsInputOperand(number);
    AffineMap map = op.getMatchingIndexingMap(operand);
    auto type = dyn_cast<RankedTensorType>(operand->get().getType());
    // A copy pays when each element is read several times.
    if (!type || !type.hasStaticShape() || !map.isProjectedPermutation() ||
        work < 8.0 * double(type.getNumElements()))
      continue;
    for (unsigned dim = 0; dim + 1 < map.getNumResults(); ++dim)
      if (map.getResult(dim) == column)
        return moveLast(op, number, dim);
  }
}

FailureOr<codegen::LoopNest> codegen::lowerToLoops(Operation *linalgOp) {
  IRRewriter rewriter(linalgOp);
  if (auto generic = dyn_cast<linalg::GenericOp>(linalgOp); generic && generic.getNumLoops() > 1) {
    FailureOr<linalg::GenericOp> ordered =
        linalg::interchangeGenericOp(rewriter, generic, chooseOrder(generic));
    if (failed(ordered))
      return linalgOp->emitError("the loops of this op cannot be reordered");
    linalgOp = *ordered;
  }
  if (auto generic = dyn_cast<linalg::GenericOp>(linalgOp); generic && generic.getNumLoops() > 0)
    relaxSums(generic);
  rewriter.setInsertionPoint(linalgOp);
  FailureOr<linalg::LinalgLoops> loops =
      linalg::linalgOpToLoops(rewriter, cast<linalg::LinalgOp>(linalgOp));
  if (failed(loops))
    return linalgOp->emitError("this op cannot be written as loops");
  LoopNest nest;
  nest.loops.assign(loops->begin(), loops->end());
  for (utils::IteratorType kind : cast<linalg::LinalgOp>(linalgOp).getIteratorTypesArray())
    nest.parallel.push_back(kind == utils::IteratorType::parallel);
  rewriter.eraseOp(linalgOp);
  return nest;
}
