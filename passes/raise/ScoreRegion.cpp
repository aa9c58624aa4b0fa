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
    auto type = cast<RankedTensorType>(tensor.getType());
    AffineMap map = site.getScoresMap(type, leading);
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
