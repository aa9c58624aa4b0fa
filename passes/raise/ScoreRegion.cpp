// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scalar f32 code between the scaled product and the Softmax.

#include "passes/raise/ScoreRegion.h"

#include "dialects/onnx/ConstantData.h"
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
  ScoreRegionBuilder(OpBuilder &builder, Location loc) : builder(builder), loc(loc) {
    result.region = std::make_unique<Region>();
    block = &result.region->emplaceBlock();
    block->addArgument(builder.getF32Type(), loc);
    for (unsigned n = 0; n < 4; ++n)
      block->addArgument(builder.getIndexType(), loc);
  }

  ScoreRegion build(const AttentionSite &site) {
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
    attn::YieldOp::create(builder, loc, score);
    return std::move(result);
  }

private:
  Value emitStep(Value score, const ScoreStep &step) {
    using Kind = ScoreStep::Kind;
    switch (step.kind) {
    case Kind::Add:
      return arith::AddFOp::create(builder, loc, score, emitNumber(step.other));
    case Kind::Sub:
      return arith::SubFOp::create(builder, loc, score, emitNumber(step.other));
    case Kind::Mul:
      return arith::MulFOp::create(builder, loc, score, emitNumber(step.other));
    case Kind::Div:
      return arith::DivFOp::create(builder, loc, score, emitNumber(step.other));
    case Kind::Tanh:
      return math::TanhOp::create(builder, loc, score);
    case Kind::Select: {
      Value condition = emitCapture(step.condition);
      Value other = step.other ? emitNumber(step.other)
                               : emitConstant(-std::numeric_limits<double>::infinity());
      if (step.keepWhereTrue)
        return arith::SelectOp::create(builder, loc, condition, score, other);
      return arith::SelectOp::create(builder, loc, condition, other, score);
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
    Value element = emitCapture(value);
    Type f32 = builder.getF32Type();
    if (isa<IntegerType>(element.getType()))
      return arith::SIToFPOp::create(builder, loc, f32, element);
    return element.getType() == f32 ? element
                                    : arith::ExtFOp::create(builder, loc, f32, element).getResult();
  }

  Value emitCapture(Value tensor) {
    auto *known = llvm::find(result.captures, tensor);
    size_t index = known - result.captures.begin();
    if (known == result.captures.end()) {
      result.captures.push_back(tensor);
      block->addArgument(cast<RankedTensorType>(tensor.getType()).getElementType(), loc);
    }
    return block->getArgument(5 + index);
  }

  OpBuilder &builder;
  Location loc;
  Block *block;
  ScoreRegion result;
};
} // namespace

ScoreRegion raise::buildScoreRegion(OpBuilder &builder, Location loc, const AttentionSite &site) {
  return ScoreRegionBuilder(builder, loc).build(site);
}
