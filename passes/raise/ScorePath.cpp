// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From a Softmax up to the product of queries and keys. The order of the steps is kept: only what
// stands directly at the product becomes part of the scale.

#include "passes/raise/ScorePath.h"

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxAttentionOps.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxMatrixOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "passes/raise/GraphMatch.h"

#include "llvm/ADT/SetVector.h"

#include <cmath>

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

namespace {
/// A search upwards through single-use values. It remembers the first thing that stopped it.
class PathFinder {
public:
  PathFinder(Refusal &refusal, unsigned &budget) : refusal(refusal), budget(budget) {
    refusal = Refusal();
  }

  std::optional<ScorePath> find(Value value, Operation *reader, unsigned depth = 0) {
    Operation *op = value.getDefiningOp();
    if (!op || depth > maxDepth || budget == 0)
      return stop(RemarkCode::NoScoreProduct, getBlamed(value, reader),
                  "the scores come from " + describeProducer(value) +
                      ", not from a matrix product");
    --budget;
    if (!value.hasOneUse() && isa<onnx::MatMulOp, onnx::AddOp, onnx::SubOp, onnx::MulOp,
                                  onnx::DivOp, onnx::WhereOp, onnx::TanhOp>(op)) {
      if (isa<onnx::MatMulOp>(op) || PathFinder(ignored, budget).find(op, depth))
        return stopAtSecondUse(value, reader);
      return stop(RemarkCode::NoScoreProduct, op,
                  describeProducer(value) + " is not a matrix product");
    }
    return find(op, depth);
  }

private:
  static constexpr unsigned maxDepth = 32, far = 128;

  /// Keeps the reason that is nearest to a product of computed factors: it says most.
  std::optional<ScorePath> stop(RemarkCode code, Operation *blocking, std::string reason) {
    unsigned distance = code == RemarkCode::NoScoreProduct ? far : measureDistance(blocking);
    if (!refusal.code || distance < nearestStop) {
      refusal = {code, blocking, std::move(reason)};
      nearestStop = distance;
    }
    return std::nullopt;
  }

  std::optional<ScorePath> stopAtSecondUse(Value value, Operation *reader) {
    Operation *other = getOtherUser(value, reader);
    bool isReturned = other->hasTrait<OpTrait::IsTerminator>();
    std::string by = isReturned ? std::string("returned by the model")
                                : "used by " + describeProducer(other->getResult(0)) + " as well";
    refusal = {RemarkCode::ScoresUsedElsewhere, isReturned ? value.getDefiningOp() : other,
               "the scores of " + describeProducer(value) + " are " + by};
    nearestStop = 0;
    return std::nullopt;
  }

  /// How many ops lie between `op` and the nearest product of computed factors above it.
  static unsigned measureDistance(Operation *op) {
    llvm::SetVector<Operation *> reached;
    SmallVector<unsigned> distances = {0};
    reached.insert(op);
    for (unsigned next = 0; next < reached.size() && next < far / 2; ++next) {
      auto product = dyn_cast<onnx::MatMulOp>(reached[next]);
      if (product && !onnx::getConstantAttr(product.getA()) &&
          !onnx::getConstantAttr(product.getB()))
        return distances[next] + 1;
      for (Value operand : reached[next]->getOperands())
        if (Operation *producer = operand.getDefiningOp(); producer && reached.insert(producer))
          distances.push_back(distances[next] + 1);
    }
    return far;
  }

  std::optional<ScorePath> find(Operation *op, unsigned depth) {
    if (auto product = dyn_cast<onnx::MatMulOp>(op))
      return ScorePath{product};
    Value result = op->getResult(0);
    if (skipFloatCasts(result) != result)
      return find(op->getOperand(0), op, depth + 1);
    using Kind = ScoreStep::Kind;
    if (auto add = dyn_cast<onnx::AddOp>(op))
      return nearest(append(op, add.getA(), {Kind::Add, add.getB(), {}}, depth),
                     append(op, add.getB(), {Kind::Add, add.getA(), {}}, depth));
    if (auto sub = dyn_cast<onnx::SubOp>(op))
      return append(op, sub.getA(), {Kind::Sub, sub.getB(), {}}, depth);
    if (auto mul = dyn_cast<onnx::MulOp>(op))
      return nearest(append(op, mul.getA(), {Kind::Mul, mul.getB(), {}}, depth),
                     append(op, mul.getB(), {Kind::Mul, mul.getA(), {}}, depth));
    if (auto div = dyn_cast<onnx::DivOp>(op))
      return append(op, div.getA(), {Kind::Div, div.getB(), {}}, depth);
    if (auto tanh = dyn_cast<onnx::TanhOp>(op))
      return append(op, tanh.getX(), {Kind::Tanh, {}, {}}, depth);
    if (auto reshape = dyn_cast<onnx::ReshapeOp>(op))
      return throughReshape(reshape, depth);
    if (auto where = dyn_cast<onnx::WhereOp>(op))
      return nearest(
          append(op, where.getX(), {Kind::Select, where.getY(), where.getCondition(), true}, depth),
          append(op, where.getY(), {Kind::Select, where.getX(), where.getCondition(), false},
                 depth));
    return stop(RemarkCode::UnknownScoreOp, op,
                "the scores go through " + describeProducer(result) + ", which is not understood");
  }

  /// The path above a Reshape that divides batch and heads in another way and leaves (i, j) as they
  /// are.
  std::optional<ScorePath> throughReshape(onnx::ReshapeOp reshape, unsigned depth) {
    RankedTensorType from = getStaticType(reshape.getX()), to = getStaticType(reshape.getY());
    if (!from || !to || from.getRank() < 2 || to.getRank() < 2 ||
        from.getShape().take_back(2) != to.getShape().take_back(2))
      return stop(RemarkCode::ScoresReshaped, reshape,
                  describeProducer(reshape.getY()) + " changes the queries or keys of the scores");
    std::optional<ScorePath> path = find(reshape.getX(), reshape, depth + 1);
    if (!path)
      return std::nullopt;
    // Steps behind an earlier Reshape know their dimensions already.
    SmallVector<int64_t> leading(from.getShape().drop_back(2));
    for (ScoreStep &step : path->steps)
      if (!step.leadingShape)
        step.leadingShape = leading;
    if (!path->leadingShape)
      path->leadingShape = leading;
    return path;
  }

  /// The path to `scores`, which `reader` reads, with one more step behind it.
  std::optional<ScorePath> append(Operation *reader, Value scores, ScoreStep step, unsigned depth) {
    if (onnx::getConstantAttr(scores))
      return std::nullopt;
    std::optional<ScorePath> path = find(scores, reader, depth + 1);
    if (!path)
      return std::nullopt;
    bool isScale = step.kind == ScoreStep::Kind::Mul || step.kind == ScoreStep::Kind::Div;
    if (isScale && path->steps.empty())
      if (std::optional<double> number = getScalarFor(step.other, scores)) {
        double scale =
            step.kind == ScoreStep::Kind::Mul ? path->scale * *number : path->scale / *number;
        if (std::isfinite(scale) && scale != 0.0) {
          path->scale = scale;
          return path;
        }
      }
    path->steps.push_back(step);
    return path;
  }

  static bool hasConstantFactor(const ScorePath &path) {
    onnx::MatMulOp product = path.product;
    return onnx::getConstantAttr(product.getA()) || onnx::getConstantAttr(product.getB());
  }

  static std::optional<ScorePath> nearest(std::optional<ScorePath> a, std::optional<ScorePath> b) {
    if (!a || !b)
      return a ? std::move(a) : std::move(b);
    bool aConstant = hasConstantFactor(*a), bConstant = hasConstantFactor(*b);
    if (aConstant != bConstant)
      return aConstant ? std::move(b) : std::move(a);
    return b->steps.size() < a->steps.size() ? std::move(b) : std::move(a);
  }

  Refusal &refusal;
  unsigned nearestStop = 0;
  /// Values that may still be looked at: shared operands make the paths exponentially many.
  unsigned &budget;
  Refusal ignored;
};
} // namespace

std::optional<ScorePath> raise::findScorePath(Value scores, Operation *softmax, Refusal &refusal) {
  unsigned budget = 256;
  return PathFinder(refusal, budget).find(scores, softmax);
}

std::optional<NumberChoice> raise::matchNumberChoice(Value value) {
  auto where = skipFloatCasts(value).getDefiningOp<onnx::WhereOp>();
  if (!where)
    return std::nullopt;
  std::optional<double> whereTrue = getScalarFor(where.getX(), where.getResult());
  std::optional<double> whereFalse = getScalarFor(where.getY(), where.getResult());
  if (!whereTrue || !whereFalse)
    return std::nullopt;
  return NumberChoice{where.getCondition(), *whereTrue, *whereFalse};
}

bool raise::checkSteps(const AttentionSite &site, Refusal &refusal) {
  auto check = [&](const ScoreStep &step, Value operand, bool isCondition) {
    if (!operand)
      return true;
    RankedTensorType type = getStaticType(operand);
    if (!type) {
      refusal = {RemarkCode::ShapeNotStatic, getBlamed(operand, site.anchor),
                 "the shape of " + describeProducer(operand) + " is not static"};
      return false;
    }
    if (!site.getScoresMap(type, site.getLeadingShape(step))) {
      refusal = {RemarkCode::ScoresShape, getBlamed(operand, site.anchor),
                 "the shape of " + describeProducer(operand) +
                     " does not broadcast against the scores"};
      return false;
    }
    Type element = type.getElementType();
    bool supported = isCondition ? element.isInteger(1)
                                 : element.isF32() || element.isF16() || element.isBF16() ||
                                       onnx::getConstantScalar(operand) ||
                                       (element.isSignlessInteger() && !element.isInteger(1) &&
                                        isa<onnx::AttentionOp>(site.anchor));
    if (!supported)
      refusal = {RemarkCode::ElementType, getBlamed(operand, site.anchor),
                 "the element type of the mask or bias " + describeProducer(operand) +
                     " is not supported"};
    return supported;
  };
  for (const ScoreStep &step : site.steps)
    if (!check(step, step.condition, true) || !check(step, step.other, false))
      return false;
  return true;
}
