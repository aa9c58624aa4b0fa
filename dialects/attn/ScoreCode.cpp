// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scalar code of one score.

#include "dialects/attn/ScoreCode.h"

#include "dialects/attn/Attn.h"
#include "dialects/attn/MapRange.h"
#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/IRMapping.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::attn;

Value attn::emitHolds(OpBuilder &builder, Location loc, const MaskConstraint &constraint,
                      ValueRange indices) {
  // Both sides are compared as signed numbers: what is taken away stands on the other side.
  AffineExpr left = constraint.expr, right = getAffineConstantExpr(0, builder.getContext());
  if (std::optional<AtomSum> sum = getAtomSum(constraint.expr)) {
    AtomSum more, less;
    for (auto [atom, coefficient] : sum->terms)
      (coefficient > 0 ? more : less).terms.push_back({atom, std::abs(coefficient)});
    (sum->constant > 0 ? more : less).constant = std::abs(sum->constant);
    left = more.toExpr(builder.getContext());
    right = less.toExpr(builder.getContext());
  }
  auto predicate = constraint.isEquality ? arith::CmpIPredicate::eq : arith::CmpIPredicate::sle;
  Value a = affine::expandAffineExpr(builder, loc, left, indices, {});
  Value b = affine::expandAffineExpr(builder, loc, right, indices, {});
  return arith::CmpIOp::create(builder, loc, predicate, b, a);
}

Value attn::emitVisible(OpBuilder &builder, Location loc, MaskAttr mask, ValueRange indices) {
  Value visible;
  for (IntegerSet set : mask.getSets()) {
    Value all;
    for (const MaskConstraint &constraint : getConstraints(set)) {
      Value holds = emitHolds(builder, loc, constraint, indices);
      all = all ? arith::AndIOp::create(builder, loc, all, holds) : holds;
    }
    visible = visible ? arith::OrIOp::create(builder, loc, visible, all) : all;
  }
  return visible;
}

/// The ops that compute `yielded`.
static llvm::SetVector<Operation *> getProducers(Value yielded) {
  llvm::SetVector<Operation *> producers;
  if (Operation *op = yielded.getDefiningOp())
    producers.insert(op);
  for (size_t next = 0; next < producers.size(); ++next)
    for (Value operand : producers[next]->getOperands())
      if (Operation *op = operand.getDefiningOp())
        producers.insert(op);
  return producers;
}

llvm::BitVector attn::getReadArguments(Region &region, Value yielded) {
  llvm::BitVector read(region.getNumArguments());
  auto note = [&](Value value) {
    if (auto argument = dyn_cast<BlockArgument>(value))
      read.set(argument.getArgNumber());
  };
  note(yielded);
  for (Operation *op : getProducers(yielded))
    llvm::for_each(op->getOperands(), note);
  return read;
}

SmallVector<unsigned> attn::getReadCaptures(Region &region, Value yielded) {
  SmallVector<unsigned> captures;
  for (unsigned argument : getReadArguments(region, yielded).set_bits())
    if (argument >= 5)
      captures.push_back(argument - 5);
  return captures;
}

Value attn::emitYielded(OpBuilder &builder, Region &region, Value yielded, Value score,
                        ValueRange indices, ValueRange captures) {
  IRMapping mapping;
  if (score)
    mapping.map(region.getArgument(0), score);
  mapping.map(region.getArguments().slice(1, 4), indices);
  for (auto [number, capture] : llvm::zip_equal(getReadCaptures(region, yielded), captures))
    mapping.map(region.getArgument(5 + number), capture);
  llvm::SetVector<Operation *> producers = getProducers(yielded);
  for (Operation &op : region.front().without_terminator())
    if (producers.contains(&op))
      builder.clone(op, mapping);
  return mapping.lookup(yielded);
}

Value attn::emitScore(OpBuilder &builder, Location loc, const ScoreCode &code, Value product,
                      ValueRange indices, ValueRange captures, double hidden) {
  Type type = product.getType();
  Value score = product;
  double scale = code.scale.getValueAsDouble();
  if (scale != 1.0) {
    Value factor = arith::ConstantOp::create(builder, loc, builder.getFloatAttr(type, scale));
    score = arith::MulFOp::create(builder, loc, score, factor);
  }
  Value yielded = cast<YieldOp>(code.region->front().getTerminator()).getScore();
  score = emitYielded(builder, *code.region, yielded, score, indices, captures);
  Value visible = emitVisible(builder, loc, code.mask, indices);
  if (!visible)
    return score;
  Value other = arith::ConstantOp::create(builder, loc, builder.getFloatAttr(type, hidden));
  return arith::SelectOp::create(builder, loc, visible, score, other);
}

/// The constant operand of a product or quotient with `value`, or null.
static Operation *getFactor(Operation *op, Value value) {
  if (!isa<arith::MulFOp, arith::DivFOp>(op) || op->getOperand(0) != value)
    return nullptr;
  return op->getOperand(1).getDefiningOp<arith::ConstantOp>();
}

Value attn::emitSoftCap(OpBuilder &b, Value score, Block &region) {
  Value value = region.getArgument(0);
  SmallVector<Operation *, 3> steps;
  for (unsigned step = 0; step < 3; ++step) {
    Operation *next = value.hasOneUse() ? *value.user_begin() : nullptr;
    if (!next || (step == 1 ? !isa<math::TanhOp>(next) : !getFactor(next, value)))
      return score;
    steps.push_back(next);
    value = next->getResult(0);
  }
  IRMapping mapping;
  mapping.map(region.getArgument(0), score);
  for (Operation *step : steps) {
    if (step->getNumOperands() == 2)
      b.clone(*step->getOperand(1).getDefiningOp(), mapping);
    b.clone(*step, mapping);
  }
  return mapping.lookup(value);
}
