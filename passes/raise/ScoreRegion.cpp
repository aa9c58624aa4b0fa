// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scalar f32 code between the scaled product and the Softmax.

#include "passes/raise/ScoreRegion.h"

#include "dialects/attn/ScoreCode.h"
#include "dialects/onnx/ConstantData.h"
#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "passes/raise/GraphMatch.h"
#include "passes/raise/ScorePath.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

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
    for (const ScoreStep &step : site.steps) {
      leading = site.getLeadingShape(step);
      score = emitStep(score, step);
    }
    attn::YieldOp::create(builder, loc, score);
    return std::move(result);
  }

private:
  Value emitStep(Value score, const ScoreStep &step) {
    using Kind = ScoreStep::Kind;
    switch (step.kind) {
    case Kind::Add:
      return arith::AddFOp::create(builder, loc, score, emitOther(step));
    case Kind::Sub:
      return arith::SubFOp::create(builder, loc, score, emitOther(step));
    case Kind::Mul:
      return arith::MulFOp::create(builder, loc, score, emitOther(step));
    case Kind::Div:
      return arith::DivFOp::create(builder, loc, score, emitOther(step));
    case Kind::Tanh:
      return math::TanhOp::create(builder, loc, score);
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
    return step.otherCode ? emitCode(step.otherCode) : emitNumber(step.other);
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
  Value emitNumber(Value value) {
    if (std::optional<double> number = onnx::getConstantScalar(value))
      return emitConstant(*number);
    if (std::optional<NumberChoice> choice = matchNumberChoice(value)) {
      Value condition = emitCapture(choice->condition);
      Value whereTrue = emitConstant(choice->whereTrue);
      return arith::SelectOp::create(builder, loc, condition, whereTrue,
                                     emitConstant(choice->whereFalse));
    }
    return extend(emitCapture(value));
  }

  /// A number as f32.
  Value extend(Value element) {
    Type f32 = builder.getF32Type();
    if (isa<IntegerType>(element.getType()))
      return arith::SIToFPOp::create(builder, loc, f32, element);
    return element.getType() == f32 ? element
                                    : arith::ExtFOp::create(builder, loc, f32, element).getResult();
  }

  Value emitElement(const DataElement &element) {
    return emitCapture(element.tensor,
                       AffineMap::get(6, 0, element.map.getResults(), builder.getContext()));
  }

  Value emitCapture(Value tensor) {
    return emitCapture(tensor,
                       site.getScoresMap(cast<RankedTensorType>(tensor.getType()), leading));
  }

  Value emitCapture(Value tensor, AffineMap map) {
    auto type = cast<RankedTensorType>(tensor.getType());
    for (auto [index, known] : llvm::enumerate(result.captures))
      if (known == tensor && result.captureMaps[index] == map)
        return block->getArgument(5 + index);
    result.captures.push_back(tensor);
    result.captureMaps.push_back(map);
    return block->addArgument(type.getElementType(), loc);
  }

  OpBuilder &builder;
  Location loc;
  const AttentionSite &site;
  /// The dimensions in front of (i, j) at the step that is emitted.
  ArrayRef<int64_t> leading;
  Block *block;
  ScoreRegion result;
};
} // namespace

ScoreRegion raise::buildScoreRegion(OpBuilder &builder, Location loc, const AttentionSite &site) {
  return ScoreRegionBuilder(builder, loc, site).build();
}
