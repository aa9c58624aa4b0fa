// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Elementwise ops of one operand.

#include "compiler/eval/Families.h"
#include "compiler/eval/MapElements.h"
#include "dialects/onnx/OnnxElementwiseOps.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>
#include <functional>

using namespace mlir;
using namespace fovea;
using namespace fovea::eval;

/// What an op does to a floating-point number.
using FloatFunction = std::function<double(double)>;

static double gelu(double x) { return 0.5 * x * (1 + std::erf(x * M_SQRT1_2)); }
static double geluTanh(double x) {
  return 0.5 * x * (1 + std::tanh(M_2_SQRTPI * M_SQRT1_2 * (x + 0.044715 * x * x * x)));
}

// The sum of max(x, 0), which NaN passes, and what is left of the logarithm: no overflow.
static double softplus(double x) { return (x < 0 ? 0 : x) + std::log1p(std::exp(-std::fabs(x))); }

static FloatFunction getFloatFunction(Operation *op) {
  return llvm::TypeSwitch<Operation *, FloatFunction>(op)
      .Case([](onnx::AbsOp) { return [](double x) { return std::fabs(x); }; })
      .Case([](onnx::AcosOp) { return [](double x) { return std::acos(x); }; })
      .Case([](onnx::AcoshOp) { return [](double x) { return std::acosh(x); }; })
      .Case([](onnx::AsinOp) { return [](double x) { return std::asin(x); }; })
      .Case([](onnx::AsinhOp) { return [](double x) { return std::asinh(x); }; })
      .Case([](onnx::AtanOp) { return [](double x) { return std::atan(x); }; })
      .Case([](onnx::AtanhOp) { return [](double x) { return std::atanh(x); }; })
      .Case([](onnx::CeilOp) { return [](double x) { return std::ceil(x); }; })
      .Case([](onnx::CosOp) { return [](double x) { return std::cos(x); }; })
      .Case([](onnx::CoshOp) { return [](double x) { return std::cosh(x); }; })
      .Case([](onnx::EluOp op) {
        double alpha = op.getAlpha().convertToFloat();
        return [=](double x) { return x < 0 ? alpha * std::expm1(x) : x; };
      })
      .Case([](onnx::ErfOp) { return [](double x) { return std::erf(x); }; })
      .Case([](onnx::ExpOp) { return [](double x) { return std::exp(x); }; })
      .Case([](onnx::FloorOp) { return [](double x) { return std::floor(x); }; })
      .Case([](onnx::GeluOp op) { return op.getApproximate() == "tanh" ? geluTanh : gelu; })
      .Case([](onnx::HardSigmoidOp op) {
        double alpha = op.getAlpha().convertToFloat(), beta = op.getBeta().convertToFloat();
        return [=](double x) {
          double y = alpha * x + beta;
          return y < 0 ? 0 : y > 1 ? 1 : y;
        };
      })
      .Case([](onnx::LeakyReluOp op) {
        double alpha = op.getAlpha().convertToFloat();
        return [=](double x) { return x < 0 ? alpha * x : x; };
      })
      .Case([](onnx::LogOp) { return [](double x) { return std::log(x); }; })
      .Case([](onnx::MishOp) { return [](double x) { return x * std::tanh(softplus(x)); }; })
      .Case([](onnx::NegOp) { return [](double x) { return -x; }; })
      .Case([](onnx::ReciprocalOp) { return [](double x) { return 1 / x; }; })
      .Case([](onnx::ReluOp) { return [](double x) { return x < 0 ? 0 : x; }; })
      .Case([](onnx::RoundOp) { return [](double x) { return std::nearbyint(x); }; })
      .Case([](onnx::SigmoidOp) { return [](double x) { return 1 / (1 + std::exp(-x)); }; })
      .Case([](onnx::SignOp) { return [](double x) {
                                 return x > 0 ? 1 : x < 0 ? -1 : x;
                               }; })
      .Case([](onnx::SinOp) { return [](double x) { return std::sin(x); }; })
      .Case([](onnx::SinhOp) { return [](double x) { return std::sinh(x); }; })
      .Case([](onnx::SoftplusOp) { return softplus; })
      .Case([](onnx::SqrtOp) { return [](double x) { return std::sqrt(x); }; })
      .Case([](onnx::TanOp) { return [](double x) { return std::tan(x); }; })
      .Case([](onnx::TanhOp) { return [](double x) { return std::tanh(x); }; })
      .Default([](Operation *) { return nullptr; });
}

/// Neg, Abs, Relu, Sign and BitwiseNot of an integer.
static int64_t applyToInteger(Operation *op, int64_t value, bool isUnsigned) {
  bool negative = !isUnsigned && value < 0;
  return llvm::TypeSwitch<Operation *, int64_t>(op)
      .Case([&](onnx::NegOp) { return int64_t(0 - uint64_t(value)); })
      .Case([&](onnx::AbsOp) { return negative ? int64_t(0 - uint64_t(value)) : value; })
      .Case([&](onnx::ReluOp) { return negative ? 0 : value; })
      .Case([&](onnx::SignOp) { return negative ? -1 : value != 0; })
      .Case([&](onnx::BitwiseNotOp) { return ~value; })
      .Case([&](onnx::NotOp) { return !value; })
      .Default([&](Operation *) { return value; });
}

/// IsNaN and IsInf.
static bool test(Operation *op, double x) {
  if (auto isInf = dyn_cast<onnx::IsInfOp>(op))
    return std::isinf(x) && (x < 0 ? isInf.getDetectNegative() : isInf.getDetectPositive());
  return std::isnan(x);
}

static Results evaluateUnary(Operation *op, ArrayRef<Tensor> operands, Types types) {
  if (isa<onnx::IsNaNOp, onnx::IsInfOp>(op))
    return SmallVector<Tensor>{mapUnary<int64_t, double>(
        types[0], operands, [&](double x) -> int64_t { return test(op, x); })};
  if (isFloat(operands[0].kind()))
    return SmallVector<Tensor>{mapUnary<double, double>(types[0], operands, getFloatFunction(op))};
  bool isUnsigned = eval::isUnsigned(operands[0].kind());
  return SmallVector<Tensor>{mapUnary<int64_t, int64_t>(
      types[0], operands, [&](int64_t value) { return applyToInteger(op, value, isUnsigned); })};
}

void eval::addUnaryEvaluators(EvaluatorTable &table) {
  table.addElementwise<
      onnx::AbsOp, onnx::AcosOp, onnx::AcoshOp, onnx::AsinOp, onnx::AsinhOp, onnx::AtanOp,
      onnx::AtanhOp, onnx::BitwiseNotOp, onnx::CeilOp, onnx::CosOp, onnx::CoshOp, onnx::EluOp,
      onnx::ErfOp, onnx::ExpOp, onnx::FloorOp, onnx::GeluOp, onnx::HardSigmoidOp, onnx::IsInfOp,
      onnx::IsNaNOp, onnx::LeakyReluOp, onnx::LogOp, onnx::MishOp, onnx::NegOp, onnx::NotOp,
      onnx::ReciprocalOp, onnx::ReluOp, onnx::RoundOp, onnx::SigmoidOp, onnx::SignOp, onnx::SinOp,
      onnx::SinhOp, onnx::SoftplusOp, onnx::SqrtOp, onnx::TanOp, onnx::TanhOp>(evaluateUnary);
}
