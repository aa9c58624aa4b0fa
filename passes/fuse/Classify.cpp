// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/fuse/Classify.h"

#include "dialects/attn/Attn.h"
#include "dialects/kernel/Kernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace fovea;

/// Looks through the extensions and truncations of f16, bf16 and integer products.
static Value skipCasts(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isa<arith::ExtFOp, arith::TruncFOp, arith::ExtSIOp, arith::ExtUIOp>(op))
      break;
    value = op->getOperand(0);
  }
  return value;
}

/// The body is `acc + a * b` up to casts, with a and b distinct inputs and acc the output.
static bool isMultiplyAccumulate(linalg::GenericOp op) {
  if (op.getNumDpsInputs() != 2 || op.getNumDpsInits() != 1)
    return false;
  Block *body = op.getBody();
  Value sum = skipCasts(cast<linalg::YieldOp>(body->getTerminator()).getOperand(0));
  Operation *add = sum.getDefiningOp();
  if (!isa_and_nonnull<arith::AddFOp, arith::AddIOp>(add))
    return false;
  Value accumulator = body->getArgument(2);
  Value product;
  if (skipCasts(add->getOperand(0)) == accumulator)
    product = add->getOperand(1);
  else if (skipCasts(add->getOperand(1)) == accumulator)
    product = add->getOperand(0);
  Operation *mul = product ? skipCasts(product).getDefiningOp() : nullptr;
  if (!isa_and_nonnull<arith::MulFOp, arith::MulIOp>(mul))
    return false;
  Value left = skipCasts(mul->getOperand(0)), right = skipCasts(mul->getOperand(1));
  Value first = body->getArgument(0), second = body->getArgument(1);
  return (left == first && right == second) || (left == second && right == first);
}

/// An index adds a loop that only one operand has to a reduction loop: a window slides over that
/// operand. A head or group index, which both operands have, does not slide.
static bool hasSlidingIndex(linalg::GenericOp op) {
  ContractionLoops loops = getContractionLoops(op);
  auto uses = [](AffineExpr expr, ArrayRef<unsigned> dims) {
    return llvm::any_of(dims, [&](unsigned dim) { return expr.isFunctionOfDim(dim); });
  };
  auto slides = [&](AffineExpr expr) {
    return uses(expr, loops.k) && (uses(expr, loops.m) || uses(expr, loops.n));
  };
  return llvm::any_of(op.getIndexingMapsArray(),
                      [&](AffineMap map) { return llvm::any_of(map.getResults(), slides); });
}

OpKind fovea::classify(Operation *op) {
  if (auto generic = dyn_cast<linalg::GenericOp>(op)) {
    if (!generic.hasPureTensorSemantics())
      return OpKind::Other;
    if (generic.getNumReductionLoops() == 0)
      return OpKind::Elementwise;
    if (!isMultiplyAccumulate(generic))
      return OpKind::Reduction;
    if (hasSlidingIndex(generic))
      return OpKind::Convolution;
    ContractionLoops loops = getContractionLoops(generic);
    return loops.n.empty() && loops.m.empty() ? OpKind::Reduction : OpKind::Contraction;
  }
  if (isa<attn::AttentionOp>(op))
    return OpKind::Attention;
  // A slice at a computed place is memory of the program's loops.
  if (auto slice = dyn_cast<OffsetSizeAndStrideOpInterface>(op);
      slice && llvm::any_of(slice.getStaticOffsets(), ShapedType::isDynamic))
    return OpKind::Other;
  if (isa<tensor::PadOp, tensor::ExtractSliceOp, tensor::InsertSliceOp>(op))
    return OpKind::Movement;
  if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op))
    return OpKind::Reshape;
  if (isa<tensor::EmptyOp, linalg::FillOp>(op))
    return OpKind::Filler;
  if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
    auto tensor = dyn_cast<RankedTensorType>(constant.getType());
    bool rematerialised = !tensor || isa<SplatElementsAttr>(constant.getValue());
    return rematerialised ? OpKind::Filler : OpKind::Other;
  }
  return OpKind::Other;
}

void fovea::forEachProgramBlock(Region &region, llvm::function_ref<void(Block &)> visit) {
  for (Block &block : region) {
    visit(block);
    for (Operation &op : block)
      if (isa<scf::ForOp, scf::IfOp, scf::WhileOp>(op))
        for (Region &inner : op.getRegions())
          forEachProgramBlock(inner, visit);
  }
}

bool fovea::isHeavy(OpKind kind) {
  return kind == OpKind::Contraction || kind == OpKind::Convolution || kind == OpKind::Attention;
}

bool fovea::isGather(linalg::GenericOp op) {
  return op.getBody()
      ->walk([](tensor::ExtractOp) { return WalkResult::interrupt(); })
      .wasInterrupted();
}

bool fovea::isCheapElementwise(linalg::GenericOp op) {
  if (op.getNumReductionLoops() != 0)
    return false;
  return llvm::all_of(op.getBody()->without_terminator(), [](Operation &inner) {
    if (isa<arith::DivFOp, arith::RemFOp, arith::DivSIOp, arith::DivUIOp, arith::RemSIOp,
            arith::RemUIOp>(inner))
      return false;
    return isa<arith::ArithDialect>(inner.getDialect()) || isa<math::AbsFOp>(inner);
  });
}

ContractionLoops fovea::getContractionLoops(linalg::GenericOp op) {
  auto uses = [&](unsigned operand, unsigned loop) {
    return op.getIndexingMapsArray()[operand].isFunctionOfDim(loop);
  };
  SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
  ContractionLoops loops;
  for (unsigned loop = 0; loop < op.getNumLoops(); ++loop) {
    bool left = uses(0, loop), right = uses(1, loop);
    if (iterators[loop] != utils::IteratorType::parallel)
      loops.k.push_back(loop);
    else if (right && !left)
      loops.n.push_back(loop);
    else if (left && !right)
      loops.m.push_back(loop);
    else
      loops.batch.push_back(loop);
  }
  return loops;
}
