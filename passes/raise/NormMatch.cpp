// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Roots of means of squares in every spelling.

#include "passes/raise/NormMatch.h"

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "passes/raise/GraphMatch.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

std::optional<int64_t> raise::getMeanAxis(onnx::ReduceMeanOp mean) {
  RankedTensorType type = getStaticType(mean.getX());
  if (!type || !mean.getKeepdims() || isa<NoneType>(mean.getAxes().getType()))
    return std::nullopt;
  std::optional<SmallVector<int64_t>> axes = onnx::getConstantIntegers(mean.getAxes());
  if (!axes || axes->empty())
    return std::nullopt;
  for (int64_t &axis : *axes)
    axis += axis < 0 ? type.getRank() : 0;
  llvm::sort(*axes);
  int64_t first = axes->front();
  for (auto [index, axis] : llvm::enumerate(*axes))
    if (axis != first + int64_t(index))
      return std::nullopt;
  return axes->back() == type.getRank() - 1 ? std::optional(first) : std::nullopt;
}

/// What is squared, or null.
static Value matchSquare(Value value) {
  value = skipNoOps(value);
  if (auto pow = value.getDefiningOp<onnx::PowOp>())
    return getScalarFor(pow.getB(), pow.getA()) == 2.0 ? pow.getA() : Value();
  auto mul = value.getDefiningOp<onnx::MulOp>();
  return mul && mul.getA() == mul.getB() ? mul.getA() : Value();
}

/// Matches mean(base^2) + epsilon.
static std::optional<RootMeanSquare> matchMeanSquare(Value value) {
  auto add = skipNoOps(value).getDefiningOp<onnx::AddOp>();
  if (!add)
    return std::nullopt;
  for (auto [meanValue, epsilonValue] :
       {std::pair<Value, Value>(add.getA(), add.getB()), {add.getB(), add.getA()}}) {
    std::optional<double> epsilon = getScalarFor(epsilonValue, meanValue);
    auto mean = skipNoOps(meanValue).getDefiningOp<onnx::ReduceMeanOp>();
    if (!epsilon || !mean)
      continue;
    Value base = matchSquare(mean.getX());
    std::optional<int64_t> axis = getMeanAxis(mean);
    if (!base || !axis)
      return std::nullopt;
    return RootMeanSquare{base, *axis, *epsilon};
  }
  return std::nullopt;
}

/// Matches a power of mean(base^2) + epsilon.
static std::optional<RootMeanSquare> matchPower(Value value, double exponent) {
  auto pow = value.getDefiningOp<onnx::PowOp>();
  if (!pow || getScalarFor(pow.getB(), pow.getA()) != exponent)
    return std::nullopt;
  return matchMeanSquare(pow.getA());
}

std::optional<RootMeanSquare> raise::matchRoot(Value value) {
  value = skipNoOps(value);
  if (auto sqrt = value.getDefiningOp<onnx::SqrtOp>())
    return matchMeanSquare(sqrt.getX());
  return matchPower(value, 0.5);
}

std::optional<RootMeanSquare> raise::matchInverseRoot(Value value) {
  value = skipNoOps(value);
  if (auto reciprocal = value.getDefiningOp<onnx::ReciprocalOp>())
    return matchRoot(reciprocal.getX());
  if (auto div = value.getDefiningOp<onnx::DivOp>())
    return getScalarFor(div.getA(), div.getB()) == 1.0 ? matchRoot(div.getB()) : std::nullopt;
  return matchPower(value, -0.5);
}

bool raise::isNormType(Type element) {
  return element.isF32() || element.isF16() || element.isBF16() || element.isF64();
}
