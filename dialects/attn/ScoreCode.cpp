// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scalar code of one score.

#include "dialects/attn/ScoreCode.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::attn;

Value attn::emitVisible(OpBuilder &builder, Location loc, MaskAttr mask, Value i, Value j) {
  // Both sides are compared as signed numbers: an offset may be negative.
  auto compare = [&](Value lower, int64_t lowerShift, Value upper, int64_t upperShift) -> Value {
    auto shift = [&](Value value, int64_t by) -> Value {
      if (by == 0)
        return value;
      return arith::AddIOp::create(builder, loc, value,
                                   arith::ConstantIndexOp::create(builder, loc, by));
    };
    return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::sle, shift(lower, lowerShift),
                                 shift(upper, upperShift));
  };
  switch (mask.getKind()) {
  case MaskKind::Dense:
    return {};
  case MaskKind::Causal:
    return compare(j, 0, i, mask.getOffset());
  case MaskKind::Window:
    return arith::AndIOp::create(builder, loc, compare(i, 0, j, mask.getLeft()),
                                 compare(j, 0, i, mask.getRight()));
  }
  llvm_unreachable("covered switch");
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
  Value visible = emitVisible(builder, loc, code.mask, indices[2], indices[3]);
  if (!visible)
    return score;
  Value other = arith::ConstantOp::create(builder, loc, builder.getFloatAttr(type, hidden));
  return arith::SelectOp::create(builder, loc, visible, score, other);
}
