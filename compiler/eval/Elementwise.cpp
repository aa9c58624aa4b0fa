// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Elementwise ops of several operands, and conversions.

#include "compiler/eval/Families.h"
#include "compiler/eval/MapElements.h"
#include "dialects/onnx/OnnxElementwiseOps.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace fovea;
using namespace fovea::eval;

namespace {

using FloatBinary = double (*)(double, double);
using FloatTest = bool (*)(double, double);
using IntegerBinary = int64_t (*)(int64_t, int64_t, bool isUnsigned);

double pythonModulo(double a, double b) {
  double remainder = std::fmod(a, b);
  return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder;
}

FloatBinary getFloatBinary(Operation *op) {
  return llvm::TypeSwitch<Operation *, FloatBinary>(op)
      .Case([](onnx::AddOp) { return [](double a, double b) { return a + b; }; })
      .Case([](onnx::SubOp) { return [](double a, double b) { return a - b; }; })
      .Case([](onnx::MulOp) { return [](double a, double b) { return a * b; }; })
      .Case([](onnx::DivOp) { return [](double a, double b) { return a / b; }; })
      .Case([](onnx::PowOp) { return [](double a, double b) { return std::pow(a, b); }; })
      .Case([](onnx::ModOp op) -> FloatBinary {
        return op.getFmod() ? [](double a, double b) { return std::fmod(a, b); } : pythonModulo;
      })
      .Default([](Operation *) { return nullptr; });
}

/// Quotient toward zero. A zero divisor, which the standard leaves open, gives zero; the one
/// overflow wraps.
int64_t divide(int64_t a, int64_t b, bool isUnsigned) {
  if (b == 0)
    return 0;
  if (isUnsigned)
    return int64_t(uint64_t(a) / uint64_t(b));
  return b == -1 ? int64_t(0 - uint64_t(a)) : a / b;
}

int64_t remainderOf(int64_t a, int64_t b, bool isUnsigned) {
  return int64_t(uint64_t(a) - uint64_t(divide(a, b, isUnsigned)) * uint64_t(b));
}

int64_t flooredModulo(int64_t a, int64_t b, bool isUnsigned) {
  if (b == 0)
    return 0;
  int64_t remainder = remainderOf(a, b, isUnsigned);
  return !isUnsigned && remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder;
}

/// Power by squaring; a negative exponent leaves the truncated reciprocal.
int64_t power(int64_t base, int64_t exponent, bool isUnsigned) {
  if (!isUnsigned && exponent < 0)
    return base == 1 ? 1 : base == -1 ? (exponent % 2 ? -1 : 1) : 0;
  uint64_t result = 1, factor = base;
  for (uint64_t left = exponent; left; left >>= 1, factor *= factor)
    if (left & 1)
      result *= factor;
  return int64_t(result);
}

/// Shifted by as many bits as there are or more, nothing is left but the sign of a signed number
/// shifted right.
int64_t shift(int64_t a, int64_t b, bool left, bool isUnsigned, unsigned width) {
  if (b < 0 || b >= int64_t(width))
    return left || isUnsigned || a >= 0 ? 0 : -1;
  if (left)
    return int64_t(uint64_t(a) << b);
  return isUnsigned ? int64_t(uint64_t(a) >> b) : a >> b;
}

IntegerBinary getIntegerBinary(Operation *op) {
  return llvm::TypeSwitch<Operation *, IntegerBinary>(op)
      .Case([](onnx::AddOp) {
        return [](int64_t a, int64_t b, bool) { return int64_t(uint64_t(a) + uint64_t(b)); };
      })
      .Case([](onnx::SubOp) {
        return [](int64_t a, int64_t b, bool) { return int64_t(uint64_t(a) - uint64_t(b)); };
      })
      .Case([](onnx::MulOp) {
        return [](int64_t a, int64_t b, bool) { return int64_t(uint64_t(a) * uint64_t(b)); };
      })
      .Case([](onnx::DivOp) { return divide; })
      .Case([](onnx::PowOp) { return power; })
      .Case([](onnx::ModOp op) { return op.getFmod() ? remainderOf : flooredModulo; })
      .Case([](onnx::BitwiseAndOp) { return [](int64_t a, int64_t b, bool) { return a & b; }; })
      .Case([](onnx::BitwiseOrOp) { return [](int64_t a, int64_t b, bool) { return a | b; }; })
      .Case([](onnx::BitwiseXorOp) { return [](int64_t a, int64_t b, bool) { return a ^ b; }; })
      .Default([](Operation *) { return nullptr; });
}

/// a < b for integers of either signedness.
bool isLess(int64_t a, int64_t b, bool isUnsigned) {
  return isUnsigned ? uint64_t(a) < uint64_t(b) : a < b;
}

enum class Order { Equal, Less, LessOrEqual, Greater, GreaterOrEqual };

std::optional<Order> getOrder(Operation *op) {
  return llvm::TypeSwitch<Operation *, std::optional<Order>>(op)
      .Case([](onnx::EqualOp) { return Order::Equal; })
      .Case([](onnx::LessOp) { return Order::Less; })
      .Case([](onnx::LessOrEqualOp) { return Order::LessOrEqual; })
      .Case([](onnx::GreaterOp) { return Order::Greater; })
      .Case([](onnx::GreaterOrEqualOp) { return Order::GreaterOrEqual; })
      .Default([](Operation *) { return std::nullopt; });
}

Tensor compare(Order order, RankedTensorType type, ArrayRef<Tensor> operands) {
  if (isFloat(operands[0].kind()))
    return mapBinary<int64_t, double>(type, operands, [&](double a, double b) -> int64_t {
      switch (order) {
      case Order::Equal:
        return a == b;
      case Order::Less:
        return a < b;
      case Order::LessOrEqual:
        return a <= b;
      case Order::Greater:
        return a > b;
      case Order::GreaterOrEqual:
        return a >= b;
      }
      return false;
    });
  bool isUnsigned = eval::isUnsigned(operands[0].kind());
  return mapBinary<int64_t, int64_t>(type, operands, [&](int64_t a, int64_t b) -> int64_t {
    bool less = isLess(a, b, isUnsigned), equal = a == b;
    switch (order) {
    case Order::Equal:
      return equal;
    case Order::Less:
      return less;
    case Order::LessOrEqual:
      return less || equal;
    case Order::Greater:
      return !less && !equal;
    case Order::GreaterOrEqual:
      return !less;
    }
    return false;
  });
}

/// Limits `value` from below and above; NaN passes through.
Tensor clip(RankedTensorType type, ArrayRef<Tensor> operands) {
  const Tensor &low = operands[1], &high = operands[2];
  SmallVector<Tensor> bounds = {operands[0]};
  // Bounds have one element, of any rank: seen as scalars they broadcast.
  for (const Tensor &bound : {low, high})
    if (bound)
      bounds.push_back(bound.withType(RankedTensorType::get({}, bound.getType().getElementType())));
  auto limit = [&](auto tag, auto less) {
    using Number = decltype(tag);
    return mapElements<Number, Number>(type, bounds,
                                       [&](ArrayRef<Number *> in, Number *out, int64_t count) {
                                         for (int64_t i = 0; i < count; ++i) {
                                           Number value = in[0][i];
                                           if (low && less(value, in[1][i]))
                                             value = in[1][i];
                                           if (high && less(in[low ? 2 : 1][i], value))
                                             value = in[low ? 2 : 1][i];
                                           out[i] = value;
                                         }
                                       });
  };
  if (isFloat(operands[0].kind()))
    return limit(double(), [](double a, double b) { return a < b; });
  bool isUnsigned = eval::isUnsigned(operands[0].kind());
  return limit(int64_t(), [=](int64_t a, int64_t b) { return isLess(a, b, isUnsigned); });
}

/// The least or greatest of any number of operands; a NaN among them wins.
Tensor extremum(RankedTensorType type, ArrayRef<Tensor> operands, bool greatest) {
  auto fold = [&](auto tag, auto wins) {
    using Number = decltype(tag);
    return mapElements<Number, Number>(type, operands,
                                       [&](ArrayRef<Number *> in, Number *out, int64_t count) {
                                         for (int64_t i = 0; i < count; ++i) {
                                           out[i] = in[0][i];
                                           for (Number *candidate : in.drop_front())
                                             if (wins(candidate[i], out[i]))
                                               out[i] = candidate[i];
                                         }
                                       });
  };
  if (isFloat(operands[0].kind()))
    return fold(double(),
                [=](double a, double b) { return std::isnan(a) || (greatest ? a > b : a < b); });
  bool isUnsigned = eval::isUnsigned(operands[0].kind());
  return fold(int64_t(), [=](int64_t a, int64_t b) {
    return greatest ? isLess(b, a, isUnsigned) : isLess(a, b, isUnsigned);
  });
}

Tensor where(RankedTensorType type, ArrayRef<Tensor> operands) {
  auto choose = [&](auto tag) {
    using Number = decltype(tag);
    return mapElements<Number, Number>(type, operands,
                                       [&](ArrayRef<Number *> in, Number *out, int64_t count) {
                                         for (int64_t i = 0; i < count; ++i)
                                           out[i] = in[0][i] != 0 ? in[1][i] : in[2][i];
                                       });
  };
  return isFloat(operands[1].kind()) ? choose(double()) : choose(int64_t());
}

Tensor applyBinary(Operation *op, RankedTensorType type, ArrayRef<Tensor> operands) {
  // A power of mixed types is one of floats unless both are integers.
  if (isFloat(operands[0].kind()) || isFloat(operands[1].kind()))
    return mapBinary<double, double>(type, operands, getFloatBinary(op));
  IntegerBinary function = getIntegerBinary(op);
  // Only the sign of an exponent matters to a power.
  bool isUnsigned = eval::isUnsigned(operands[isa<onnx::PowOp>(op) ? 1 : 0].kind());
  return mapBinary<int64_t, int64_t>(
      type, operands, [&](int64_t a, int64_t b) { return function(a, b, isUnsigned); });
}

} // namespace

static Results evaluateElementwise(Operation *op, ArrayRef<Tensor> operands, Types types) {
  auto one = [](Tensor tensor) { return SmallVector<Tensor>{std::move(tensor)}; };
  if (std::optional<Order> order = getOrder(op))
    return one(compare(*order, types[0], operands));
  if (getFloatBinary(op) || getIntegerBinary(op))
    return one(applyBinary(op, types[0], operands));
  return llvm::TypeSwitch<Operation *, Results>(op)
      .Case([&](onnx::ClipOp) { return one(clip(types[0], operands)); })
      .Case([&](onnx::MinOp) { return one(extremum(types[0], operands, false)); })
      .Case([&](onnx::MaxOp) { return one(extremum(types[0], operands, true)); })
      .Case([&](onnx::WhereOp) { return one(where(types[0], operands)); })
      .Case([&](onnx::AndOp) {
        return one(mapBinary<int64_t, int64_t>(types[0], operands,
                                               [](int64_t a, int64_t b) { return a && b; }));
      })
      .Case([&](onnx::OrOp) {
        return one(mapBinary<int64_t, int64_t>(types[0], operands,
                                               [](int64_t a, int64_t b) { return a || b; }));
      })
      .Case([&](onnx::XorOp) {
        return one(mapBinary<int64_t, int64_t>(types[0], operands,
                                               [](int64_t a, int64_t b) { return a != b; }));
      })
      .Case([&](onnx::BitShiftOp shiftOp) {
        unsigned width = unsigned(operands[0].elementBytes()) * 8;
        bool isUnsigned = eval::isUnsigned(operands[0].kind());
        return one(mapBinary<int64_t, int64_t>(types[0], operands, [&](int64_t a, int64_t b) {
          return shift(a, b, shiftOp.getLeft(), isUnsigned, width);
        }));
      })
      .Default([&](Operation *) { return op->emitOpError("has no evaluation"); });
}

void eval::addElementwiseEvaluators(EvaluatorTable &table) {
  table.addElementwise<onnx::AddOp, onnx::AndOp, onnx::BitShiftOp, onnx::BitwiseAndOp,
                       onnx::BitwiseOrOp, onnx::BitwiseXorOp, onnx::ClipOp, onnx::DivOp,
                       onnx::EqualOp, onnx::GreaterOp, onnx::GreaterOrEqualOp, onnx::LessOp,
                       onnx::LessOrEqualOp, onnx::MaxOp, onnx::MinOp, onnx::ModOp, onnx::MulOp,
                       onnx::OrOp, onnx::PowOp, onnx::SubOp, onnx::WhereOp, onnx::XorOp>(
      evaluateElementwise);
}
