// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scalar f32 code between the scaled product and the Softmax. What a step reads is followed
// upwards: through layout ops to the tensor with the fewest elements, and through pointwise ops
// where their operands together have fewer elements than their result, so that a bias that is a sum
// over rows and columns is not made for every pair of query and key.

#include "passes/raise/ScoreRegion.h"

#include "dialects/attn/ScoreCode.h"
#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/TypeUtilities.h"
#include "passes/raise/GraphMatch.h"
#include "passes/raise/MergedDimensions.h"
#include "passes/raise/ScorePath.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

static int64_t countElements(const View &view) {
  return cast<RankedTensorType>(view.value.getType()).getNumElements();
}

/// What a no-op or a cast to a wider float hands on, or null.
static Value skipExactCast(Value value) {
  if (Value same = skipNoOps(value); same != value)
    return same;
  auto cast = value.getDefiningOp<onnx::CastOp>();
  auto from = cast ? dyn_cast<FloatType>(getElementTypeOrSelf(cast.getX())) : FloatType();
  auto to = cast ? dyn_cast<FloatType>(getElementTypeOrSelf(value)) : FloatType();
  return from && to && to.isF32() && (from.isF16() || from.isBF16()) ? cast.getX() : Value();
}

namespace {
class ScoreRegionBuilder {
public:
  ScoreRegionBuilder(OpBuilder &builder, Location loc, const AttentionSite &site)
      : builder(builder), loc(loc), site(site) {
    result.region = std::make_unique<Region>();
    block = &result.region->emplaceBlock();
    block->addArgument(builder.getF32Type(), loc);
    for (unsigned n = 0; n < 4; ++n)
      block->addArgument(builder.getIndexType(), loc);
  }

  ScoreRegion build() {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(block);
    Value score = block->getArgument(0);
    if (site.softCap != 0.0) {
      Value cap = emitConstant(site.softCap);
      score = arith::DivFOp::create(builder, loc, score, cap);
      score = math::TanhOp::create(builder, loc, score);
      score = arith::MulFOp::create(builder, loc, score, cap);
    }
    for (const ScoreStep &step : site.steps)
      score = emitStep(score, step);
    Value sink = site.sink ? emitNumber(site.sink) : Value(), value;
    if (site.addedValue)
      value = emitNumber(site.addedValue);
    if (site.addedScale)
      value = arith::MulFOp::create(builder, loc, value, emitNumber(site.addedScale));
    attn::YieldOp::create(builder, loc, score, sink, value);
    return std::move(result);
  }

private:
  static constexpr unsigned maxDepth = 4;

  Value emitStep(Value score, const ScoreStep &step) {
    using Kind = ScoreStep::Kind;
    switch (step.kind) {
    case Kind::Add:
      return arith::AddFOp::create(builder, loc, score, emitOther(step));
    case Kind::Sub:
      return arith::SubFOp::create(builder, loc, score, emitOther(step));
    case Kind::SubtractFrom:
      return arith::SubFOp::create(builder, loc, emitOther(step), score);
    case Kind::Mul:
      return arith::MulFOp::create(builder, loc, score, emitOther(step));
    case Kind::Div:
      return arith::DivFOp::create(builder, loc, score, emitOther(step));
    case Kind::Negate:
      return arith::NegFOp::create(builder, loc, score);
    case Kind::Min:
      return arith::MinimumFOp::create(builder, loc, score, emitOther(step));
    case Kind::Max:
      return arith::MaximumFOp::create(builder, loc, score, emitOther(step));
    case Kind::Tanh:
      return math::TanhOp::create(builder, loc, score);
    case Kind::LeakyRelu: {
      Value zero = emitConstant(0);
      Value above = arith::MaximumFOp::create(builder, loc, score, zero);
      Value below = arith::MinimumFOp::create(builder, loc, score, zero);
      below = arith::MulFOp::create(builder, loc, below, emitConstant(step.slope));
      return arith::AddFOp::create(builder, loc, above, below);
    }
    case Kind::Select: {
      Value condition =
          step.conditionCode ? emitTruth(step.conditionCode) : emitCapture(step.condition);
      Value other = step.other ? emitNumber(step.other)
                               : emitConstant(-std::numeric_limits<double>::infinity());
      if (step.keepWhereTrue)
        return arith::SelectOp::create(builder, loc, condition, score, other);
      return arith::SelectOp::create(builder, loc, condition, other, score);
    }
    }
    llvm_unreachable("covered switch");
  }

  Value emitOther(const ScoreStep &step) {
    if (!step.other)
      return emitConstant(0);
    Value other = step.otherCode ? emitCode(step.otherCode) : emitNumber(step.other);
    if (!step.where)
      return other;
    Value zero = emitConstant(0);
    for (AffineExpr expr : step.where.getResults()) {
      Value holds = attn::emitHolds(builder, loc, {expr, /*isEquality=*/false},
                                    block->getArguments().slice(1, 4));
      other = arith::SelectOp::create(builder, loc, holds, other, zero);
    }
    return other;
  }

  Value emitTruth(const FormulaRef &formula) {
    using Kind = Formula::Kind;
    switch (formula->kind) {
    case Kind::True:
    case Kind::False:
      return arith::ConstantOp::create(builder, loc,
                                       builder.getBoolAttr(formula->kind == Kind::True));
    case Kind::Condition: {
      if (formula->number.data.empty())
        return attn::emitHolds(builder, loc, {formula->number.expr, formula->isEquality},
                               block->getArguments().slice(1, 4));
      Value number = emitIndex(formula->number);
      Value zero = arith::ConstantOp::create(builder, loc, builder.getI64IntegerAttr(0));
      auto predicate = formula->isEquality ? arith::CmpIPredicate::eq : arith::CmpIPredicate::sge;
      return arith::CmpIOp::create(builder, loc, predicate, number, zero);
    }
    case Kind::Data: {
      Value element = emitElement(formula->element);
      if (!formula->isNegated)
        return element;
      Value yes = arith::ConstantOp::create(builder, loc, builder.getBoolAttr(true));
      return arith::XOrIOp::create(builder, loc, element, yes);
    }
    case Kind::And:
    case Kind::Or: {
      Value left = emitTruth(formula->left), right = emitTruth(formula->right);
      if (formula->kind == Kind::And)
        return arith::AndIOp::create(builder, loc, left, right);
      return arith::OrIOp::create(builder, loc, left, right);
    }
    }
    llvm_unreachable("covered switch");
  }

  /// An i64.
  Value emitIndex(const IndexNumber &number) {
    Type i64 = builder.getI64Type();
    Value sum =
        affine::expandAffineExpr(builder, loc, number.expr, block->getArguments().slice(1, 4), {});
    sum = arith::IndexCastOp::create(builder, loc, i64, sum);
    for (auto [data, coefficient] : number.data) {
      Value element = emitElement(data);
      if (element.getType() != i64)
        element = arith::ExtSIOp::create(builder, loc, i64, element);
      Value factor =
          arith::ConstantOp::create(builder, loc, builder.getI64IntegerAttr(coefficient));
      element = arith::MulIOp::create(builder, loc, element, factor);
      sum = arith::AddIOp::create(builder, loc, sum, element);
    }
    return sum;
  }

  /// An f32.
  Value emitCode(const MaskNumberRef &number) {
    using Kind = MaskNumber::Kind;
    switch (number->kind) {
    case Kind::Constant:
      return emitConstant(number->constant);
    case Kind::Index:
      return arith::SIToFPOp::create(builder, loc, builder.getF32Type(), emitIndex(number->index));
    case Kind::Choice: {
      Value condition = emitTruth(number->condition);
      Value left = emitCode(number->left);
      return arith::SelectOp::create(builder, loc, condition, left, emitCode(number->right));
    }
    case Kind::Data:
      return extend(emitElement(number->element));
    case Kind::Sum: {
      Value left = emitCode(number->left);
      return arith::AddFOp::create(builder, loc, left, emitCode(number->right));
    }
    }
    llvm_unreachable("covered switch");
  }

  Value emitConstant(double number) {
    return arith::ConstantOp::create(builder, loc, builder.getF32FloatAttr(number));
  }

  /// An operand of a step as f32.
  Value emitNumber(View view, unsigned depth = 0) {
    if (std::optional<double> number = onnx::getConstantScalar(view.value))
      return emitConstant(*number);
    if (Value element = emitExpression(view, depth))
      return element;
    return extend(emitCapture(view));
  }

  /// A number as f32.
  Value extend(Value element) {
    Type f32 = builder.getF32Type();
    if (isa<IntegerType>(element.getType()))
      return arith::SIToFPOp::create(builder, loc, f32, element);
    return element.getType() == f32 ? element
                                    : arith::ExtFOp::create(builder, loc, f32, element).getResult();
  }

  /// A pointwise op of floats behind layout ops and exact casts, and its operands where they are
  /// read; no op for anything else.
  struct Expression {
    Operation *op = nullptr;
    SmallVector<View> operands;
  };
  Expression findExpression(View view) {
    while (std::optional<View> next = lookBehind(view))
      view = *next;
    Expression found{view.value.getDefiningOp(), {}};
    if (!isa_and_nonnull<onnx::AddOp, onnx::SubOp, onnx::MulOp, onnx::DivOp, onnx::WhereOp>(
            found.op))
      return {};
    for (Value operand : found.op->getOperands()) {
      found.operands.push_back(readOperand(view, operand));
      if (!found.operands.back())
        return {};
    }
    return found;
  }

  /// The elements that computing the view's value in the region reads from.
  int64_t getCost(const View &view, unsigned depth) {
    if (onnx::getConstantScalar(view.value))
      return 0;
    int64_t cost = countElements(findSource(view));
    Expression expression = depth < maxDepth ? findExpression(view) : Expression();
    return expression.op ? std::min(cost, getCost(expression, depth)) : cost;
  }
  int64_t getCost(const Expression &expression, unsigned depth) {
    int64_t cost = 0;
    for (const View &operand : expression.operands)
      cost += getCost(operand, depth + 1);
    return cost;
  }

  /// The code for a pointwise op whose operands are cheaper to read than its result, or null.
  Value emitExpression(const View &view, unsigned depth) {
    Expression expression = depth < maxDepth ? findExpression(view) : Expression();
    if (!expression.op)
      return {};
    ArrayRef<View> operands = expression.operands;
    auto where = dyn_cast<onnx::WhereOp>(expression.op);
    bool choosesNumber =
        where && onnx::getConstantScalar(where.getX()) && onnx::getConstantScalar(where.getY());
    if (!choosesNumber && getCost(expression, depth) >= countElements(findSource(view)))
      return {};
    if (where) {
      View chooser = operands[0];
      bool isOpposite = skipNegations(chooser.value);
      Value condition = emitCapture(chooser);
      Value whereTrue = emitNumber(operands[isOpposite ? 2 : 1], depth + 1);
      return arith::SelectOp::create(builder, loc, condition, whereTrue,
                                     emitNumber(operands[isOpposite ? 1 : 2], depth + 1));
    }
    Value a = emitNumber(operands[0], depth + 1), b = emitNumber(operands[1], depth + 1);
    if (isa<onnx::AddOp>(expression.op))
      return arith::AddFOp::create(builder, loc, a, b);
    if (isa<onnx::SubOp>(expression.op))
      return arith::SubFOp::create(builder, loc, a, b);
    if (isa<onnx::MulOp>(expression.op))
      return arith::MulFOp::create(builder, loc, a, b);
    return arith::DivFOp::create(builder, loc, a, b);
  }

  /// The operand of a layout op, a no-op or an exact cast.
  std::optional<View> lookBehind(const View &view) {
    Value forwarded = skipExactCast(view.value);
    return forwarded ? View{forwarded, view.map} : readThrough(view, site.domain);
  }

  /// How many divisions the index of a capture keeps.
  unsigned countDivisions(const View &view) {
    auto type = cast<RankedTensorType>(view.value.getType());
    return raise::countDivisions(mergeDimensions(view.map, type.getShape(), site.domain).map);
  }

  /// The tensor to read behind layout ops and casts that lose nothing: behind the last that copies
  /// a part or repeats, so that no copy is made; a transpose alone stays, for the sake of its rows.
  View findSource(View view) {
    View best = view;
    while (std::optional<View> next = lookBehind(view)) {
      Operation *op = view.value.getDefiningOp();
      bool isReshape = isa<onnx::ReshapeOp, onnx::FlattenOp, onnx::SqueezeOp, onnx::UnsqueezeOp,
                           onnx::CastOp, onnx::IdentityOp>(op);
      bool isBest = view.value == best.value;
      view = *next;
      bool copies = !isReshape && !isa<onnx::TransposeOp>(op);
      if (copies || countElements(view) < countElements(best) ||
          (isReshape && isBest && countDivisions(view) <= countDivisions(best)))
        best = view;
    }
    return best;
  }

  Value emitElement(const DataElement &element) {
    return emitCapture(
        {element.tensor, AffineMap::get(6, 0, element.map.getResults(), builder.getContext())});
  }

  Value emitCapture(const View &view) {
    View source = findSource(view);
    for (auto [index, known] : llvm::enumerate(result.captures))
      if (known.value == source.value && known.map == source.map)
        return block->getArgument(5 + index);
    result.captures.push_back(source);
    Type element = cast<RankedTensorType>(source.value.getType()).getElementType();
    return block->addArgument(element, loc);
  }

  OpBuilder &builder;
  Location loc;
  const AttentionSite &site;
  Block *block;
  ScoreRegion result;
};
} // namespace

ScoreRegion raise::buildScoreRegion(OpBuilder &builder, Location loc, const AttentionSite &site) {
  return ScoreRegionBuilder(builder, loc, site).build();
}
