// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Gelu from its decomposition. An expression is read as a polynomial in x and t, where t is the Erf
// or Tanh it contains, and compared with x/2 + x t/2: associations, orders and distributed forms
// need no pattern of their own.

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "mlir/IR/PatternMatch.h"
#include "passes/raise/GraphMatch.h"
#include "passes/raise/Passes.h"

#include <array>
#include <cmath>

namespace fovea {
#define GEN_PASS_DEF_RAISEGELUPASS
#include "passes/raise/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;

namespace {
/// coefficient[n][m] belongs to x^n t^m.
struct Polynomial {
  static constexpr unsigned xDegree = 3, tDegree = 1;
  std::array<std::array<double, tDegree + 1>, xDegree + 1> coefficient = {};

  static Polynomial constant(double number) {
    Polynomial result;
    result.coefficient[0][0] = number;
    return result;
  }

  Polynomial plus(const Polynomial &other, double factor) const {
    Polynomial result = *this;
    for (unsigned n = 0; n <= xDegree; ++n)
      for (unsigned m = 0; m <= tDegree; ++m)
        result.coefficient[n][m] += factor * other.coefficient[n][m];
    return result;
  }

  /// The product, or nothing when its degree is too high.
  std::optional<Polynomial> times(const Polynomial &other) const {
    Polynomial result;
    for (unsigned n = 0; n <= xDegree; ++n)
      for (unsigned m = 0; m <= tDegree; ++m)
        for (unsigned k = 0; k <= xDegree; ++k)
          for (unsigned l = 0; l <= tDegree; ++l) {
            double product = coefficient[n][m] * other.coefficient[k][l];
            if (product == 0)
              continue;
            if (n + k > xDegree || m + l > tDegree)
              return std::nullopt;
            result.coefficient[n + k][m + l] += product;
          }
    return result;
  }

  /// Equality within the rounding of constants to a 16-bit type.
  bool isClose(const Polynomial &other) const {
    for (unsigned n = 0; n <= xDegree; ++n)
      for (unsigned m = 0; m <= tDegree; ++m) {
        double expected = other.coefficient[n][m];
        if (!(std::abs(coefficient[n][m] - expected) <= tolerance * std::abs(expected)))
          return false;
      }
    return true;
  }

  /// Exported constants are rounded: 0.5 / sqrt 2 in f16 is off by 2e-4 of itself, 0.044715 by
  /// 3e-4, products by the sum.
  static constexpr double tolerance = 1e-3;
};

/// Reads expressions as polynomials in `x` and, when it is set, `t`.
class PolynomialReader {
public:
  PolynomialReader(Value x, Value t) : x(x), t(t) {}

  std::optional<Polynomial> read(Value value, unsigned depth = 0) const {
    value = raise::skipNoOps(value);
    if (value == x || (t && value == t)) {
      Polynomial result;
      (value == x ? result.coefficient[1][0] : result.coefficient[0][1]) = 1.0;
      return result;
    }
    Operation *op = value.getDefiningOp();
    if (!op || depth > maxDepth)
      return std::nullopt;
    if (std::optional<double> number = raise::getScalarFor(value, x))
      return Polynomial::constant(*number);
    if (auto neg = dyn_cast<onnx::NegOp>(op)) {
      std::optional<Polynomial> operand = read(neg.getX(), depth + 1);
      return operand ? std::optional(Polynomial().plus(*operand, -1.0)) : std::nullopt;
    }
    if (!isa<onnx::AddOp, onnx::SubOp, onnx::MulOp, onnx::DivOp, onnx::PowOp>(op))
      return std::nullopt;
    std::optional<Polynomial> a = read(op->getOperand(0), depth + 1);
    if (!a)
      return std::nullopt;
    if (isa<onnx::DivOp, onnx::PowOp>(op)) {
      std::optional<double> number = raise::getScalarFor(op->getOperand(1), x);
      if (!number)
        return std::nullopt;
      if (isa<onnx::DivOp>(op))
        return *number == 0 ? std::nullopt : std::optional(Polynomial().plus(*a, 1.0 / *number));
      if (*number != 2.0 && *number != 3.0)
        return std::nullopt;
      std::optional<Polynomial> power = a->times(*a);
      return power && *number == 3.0 ? power->times(*a) : power;
    }
    std::optional<Polynomial> b = read(op->getOperand(1), depth + 1);
    if (!b)
      return std::nullopt;
    if (isa<onnx::MulOp>(op))
      return a->times(*b);
    return a->plus(*b, isa<onnx::SubOp>(op) ? -1.0 : 1.0);
  }

private:
  static constexpr unsigned maxDepth = 8;
  Value x, t;
};
} // namespace

/// The values below `value` in its arithmetic expression, nearest first: what may be called x.
static void collectVariables(Value value, SmallVectorImpl<Value> &variables) {
  static constexpr size_t limit = 16;
  variables.push_back(raise::skipNoOps(value));
  for (size_t next = 0; next < variables.size() && variables.size() < limit; ++next) {
    Operation *op = variables[next].getDefiningOp();
    if (!op ||
        !isa<onnx::NegOp, onnx::AddOp, onnx::SubOp, onnx::MulOp, onnx::DivOp, onnx::PowOp>(op))
      continue;
    for (Value operand : op->getOperands()) {
      operand = raise::skipNoOps(operand);
      if (!onnx::getConstantAttr(operand) && !llvm::is_contained(variables, operand))
        variables.push_back(operand);
    }
  }
}

/// x / 2 + x t / 2, or, where t has the opposite argument, x / 2 - x t / 2.
static Polynomial getGeluPolynomial(double sign) {
  Polynomial result;
  result.coefficient[1][0] = 0.5;
  result.coefficient[1][1] = sign * 0.5;
  return result;
}

/// The expression above `t` that is a Gelu of `x`, or null.
static Value findGelu(Value x, Value t, double sign) {
  static constexpr unsigned maxSteps = 8;
  PolynomialReader reader(x, t);
  Value value = t;
  for (unsigned step = 0; step < maxSteps; ++step) {
    if (!value.hasOneUse())
      return {};
    Operation *user = *value.getUsers().begin();
    if (!isa<onnx::AddOp, onnx::SubOp, onnx::MulOp, onnx::DivOp, onnx::NegOp, onnx::IdentityOp,
             onnx::CastOp>(user))
      return {};
    value = user->getResult(0);
    std::optional<Polynomial> polynomial = reader.read(value);
    if (polynomial && polynomial->isClose(getGeluPolynomial(sign)))
      return value.getType() == x.getType() ? value : Value();
  }
  return {};
}

/// Replaces the Gelu around `op`, whose argument must be `argument` as a polynomial in x.
static LogicalResult raiseAround(Operation *op, const Polynomial &argument, StringRef approximate,
                                 PatternRewriter &rewriter) {
  SmallVector<Value> variables;
  collectVariables(op->getOperand(0), variables);
  StringRef reason = "the argument is not that of a Gelu";
  for (Value x : variables) {
    std::optional<Polynomial> read = PolynomialReader(x, {}).read(op->getOperand(0));
    // Erf and Tanh are odd: as t of the opposite argument, 1 - t is what 1 + t is.
    double sign = read && read->isClose(Polynomial().plus(argument, -1.0)) ? -1 : 1;
    if (!read || !read->isClose(Polynomial().plus(argument, sign)))
      continue;
    Value result = findGelu(x, op->getResult(0), sign);
    if (!result) {
      reason = "the argument fits, but nothing above is a Gelu";
      continue;
    }
    Operation *root = result.getDefiningOp();
    rewriter.setInsertionPoint(root);
    rewriter.replaceOpWithNewOp<onnx::GeluOp>(root, result.getType(), x,
                                              rewriter.getStringAttr(approximate));
    return success();
  }
  return rewriter.notifyMatchFailure(op, reason);
}

namespace {
struct RaiseErf : OpRewritePattern<onnx::ErfOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(onnx::ErfOp op, PatternRewriter &rewriter) const override {
    Polynomial argument;
    argument.coefficient[1][0] = std::sqrt(0.5);
    return raiseAround(op, argument, "none", rewriter);
  }
};

struct RaiseTanh : OpRewritePattern<onnx::TanhOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(onnx::TanhOp op, PatternRewriter &rewriter) const override {
    Polynomial argument;
    argument.coefficient[1][0] = std::sqrt(2.0 / M_PI);
    argument.coefficient[3][0] = 0.044715 * std::sqrt(2.0 / M_PI);
    return raiseAround(op, argument, "tanh", rewriter);
  }
};

struct RaiseGelu : fovea::impl::RaiseGeluPassBase<RaiseGelu> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<RaiseErf, RaiseTanh>(&getContext());
    if (failed(raise::applyRaising(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
