// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Matchers shared by the raising passes.

#include "passes/raise/GraphMatch.h"

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/NodeName.h"
#include "dialects/onnx/OnnxConvOps.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

#include <cmath>

using namespace mlir;
using namespace fovea;

/// The operand that `op` hands on unchanged, or null.
static Value getForwardedOperand(Operation *op, bool throughFloatCasts) {
  if (auto identity = dyn_cast<onnx::IdentityOp>(op))
    return identity.getX();
  if (auto dropout = dyn_cast<onnx::DropoutOp>(op))
    return dropout.isIdentity() == true ? dropout.getX() : Value();
  if (auto cast = dyn_cast<onnx::CastOp>(op)) {
    if (cast.getX().getType() == cast.getY().getType())
      return cast.getX();
    auto from = dyn_cast<ShapedType>(cast.getX().getType());
    auto to = dyn_cast<ShapedType>(cast.getY().getType());
    if (throughFloatCasts && from && to && isa<FloatType>(from.getElementType()) &&
        isa<FloatType>(to.getElementType()))
      return cast.getX();
  }
  return {};
}

static Value skip(Value value, bool throughFloatCasts) {
  while (auto result = dyn_cast<OpResult>(value)) {
    if (result.getResultNumber() != 0)
      return value;
    Value operand = getForwardedOperand(result.getOwner(), throughFloatCasts);
    if (!operand)
      return value;
    value = operand;
  }
  return value;
}

Value raise::skipNoOps(Value value) { return skip(value, /*throughFloatCasts=*/false); }

Value raise::skipFloatCasts(Value value) { return skip(value, /*throughFloatCasts=*/true); }

bool raise::skipNegations(Value &condition) {
  bool isOpposite = false;
  while (auto negation = condition.getDefiningOp<onnx::NotOp>()) {
    condition = negation.getX();
    isOpposite = !isOpposite;
  }
  return isOpposite;
}

std::optional<double> raise::getScalarFor(Value constant, Value result) {
  auto type = dyn_cast<RankedTensorType>(constant.getType());
  auto resultType = dyn_cast<RankedTensorType>(result.getType());
  if (!type || !resultType || type.getRank() > resultType.getRank())
    return std::nullopt;
  ArrayRef<int64_t> tail = resultType.getShape().take_back(type.getRank());
  for (auto [extent, whole] : llvm::zip_equal(type.getShape(), tail))
    if (extent != 1 && extent != whole)
      return std::nullopt;
  return onnx::getConstantScalar(constant);
}

raise::ScaledValue raise::peelScale(Value value) {
  ScaledValue scaled{skipNoOps(value), 1.0};
  auto apply = [&](Value rest, Value constant, bool divide) {
    if (rest.getType() != scaled.value.getType())
      return false;
    std::optional<double> number = getScalarFor(constant, rest);
    if (!number || !std::isfinite(*number) || *number == 0.0)
      return false;
    double factor = divide ? scaled.factor / *number : scaled.factor * *number;
    if (!std::isfinite(factor) || factor == 0.0)
      return false;
    scaled = {skipNoOps(rest), factor};
    return true;
  };
  while (true) {
    if (auto mul = scaled.value.getDefiningOp<onnx::MulOp>()) {
      if (apply(mul.getA(), mul.getB(), false) || apply(mul.getB(), mul.getA(), false))
        continue;
    } else if (auto div = scaled.value.getDefiningOp<onnx::DivOp>()) {
      if (apply(div.getA(), div.getB(), true))
        continue;
    }
    return scaled;
  }
}

raise::ScaledOperand raise::peelOperand(Value value) {
  ScaledValue above = peelScale(value);
  ScaledOperand operand{above.value, above.factor, {}, {}};
  SmallVector<Operation *> layout;
  Value next = above.value;
  while (Operation *op = next.getDefiningOp()) {
    if (!isa<onnx::TransposeOp, onnx::ReshapeOp, onnx::UnsqueezeOp, onnx::SqueezeOp>(op) ||
        !next.hasOneUse())
      break;
    layout.insert(layout.begin(), op);
    ScaledValue below = peelScale(op->getOperand(0));
    if (below.factor != 1.0 && std::isfinite(operand.factor * below.factor) &&
        operand.factor * below.factor != 0.0) {
      operand.factor *= below.factor;
      operand.base = below.value;
      operand.layout = layout;
    }
    next = below.value;
  }
  return operand;
}

RankedTensorType raise::getStaticType(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.hasStaticShape() ? type : RankedTensorType();
}

bool raise::isLastAxis(int64_t axis, int64_t rank) {
  return rank > 0 && (axis == -1 || axis == rank - 1);
}

bool raise::isPointwiseConv(Operation *op) {
  auto conv = dyn_cast_or_null<onnx::ConvOp>(op);
  RankedTensorType weights = conv ? getStaticType(conv.getW()) : RankedTensorType();
  return weights && conv.getGroup() == 1 &&
         llvm::all_of(weights.getShape().drop_front(2), [](int64_t extent) { return extent == 1; });
}

std::string raise::describeProducer(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op)
    return "a graph input";
  return (op->getName().stripDialect() + " '" + onnx::getNodeName(op->getLoc()) + "'").str();
}

Operation *raise::getOtherUser(Value value, Operation *reader) {
  Operation *first = nullptr;
  for (Operation *user : value.getUsers()) {
    user = value.getParentBlock()->findAncestorOpInBlock(*user);
    if (user && user != reader && (!first || user->isBeforeInBlock(first)))
      first = user;
  }
  return first ? first : reader;
}

LogicalResult raise::applyRaising(Operation *op, RewritePatternSet patterns) {
  GreedyRewriteConfig config;
  config.enableConstantCSE(false).setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled);
  return applyPatternsGreedily(op, std::move(patterns), config);
}

void raise::eraseDead(Operation *op, RewriterBase &rewriter) {
  SmallVector<Operation *> worklist = {op};
  while (!worklist.empty()) {
    Operation *dead = worklist.pop_back_val();
    if (!isOpTriviallyDead(dead))
      continue;
    for (Value operand : dead->getOperands())
      if (Operation *producer = operand.getDefiningOp())
        if (!llvm::is_contained(worklist, producer) && producer != dead)
          worklist.insert(worklist.begin(), producer);
    rewriter.eraseOp(dead);
  }
}
