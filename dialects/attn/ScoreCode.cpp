// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scalar code of one score.

#include "dialects/attn/ScoreCode.h"

#include "dialects/attn/MapRange.h"
#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/IRMapping.h"

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

Value attn::emitScore(OpBuilder &builder, Location loc, const ScoreCode &code, Value product,
                      ValueRange indices, ValueRange captures, double hidden) {
  Type type = product.getType();
  Value score = product;
  double scale = code.scale.getValueAsDouble();
  if (scale != 1.0) {
    Value factor = arith::ConstantOp::create(builder, loc, builder.getFloatAttr(type, scale));
    score = arith::MulFOp::create(builder, loc, score, factor);
  }
  Block &block = code.region->front();
  IRMapping mapping;
  mapping.map(block.getArgument(0), score);
  mapping.map(block.getArguments().slice(1, 4), indices);
  mapping.map(block.getArguments().drop_front(5), captures);
  for (Operation &op : block.without_terminator())
    builder.clone(op, mapping);
  score = mapping.lookupOrDefault(block.getTerminator()->getOperand(0));
  Value visible = emitVisible(builder, loc, code.mask, indices);
  if (!visible)
    return score;
  Value other = arith::ConstantOp::create(builder, loc, builder.getFloatAttr(type, hidden));
  return arith::SelectOp::create(builder, loc, visible, score, other);
}
