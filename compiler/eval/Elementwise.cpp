// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Elementwise ops. Operands are walked in rows of the broadcast shape and converted block by block,
// so that large tensors need no second copy.

#include "compiler/eval/Families.h"
#include "dialects/onnx/OnnxElementwiseOps.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/TypeSwitch.h"

#include <array>
#include <cmath>

using namespace mlir;
using namespace fovea;
using namespace fovea::eval;

namespace {

/// Elements converted at a time.
constexpr int64_t blockSize = 512;

/// The broadcast shape with neighbouring dimensions merged wherever every operand walks them in one
/// stride.
struct Walk {
  SmallVector<int64_t> extents;
  SmallVector<SmallVector<int64_t>> strides; // per operand
};

Walk makeWalk(ArrayRef<int64_t> shape, ArrayRef<Tensor> operands) {
  SmallVector<SmallVector<int64_t>> full;
  for (const Tensor &operand : operands)
    full.push_back(operand.isSplat() ? SmallVector<int64_t>(shape.size(), 0)
                                     : getBroadcastStrides(operand.getShape(), shape));
  Walk walk;
  walk.strides.resize(operands.size());
  for (size_t dim = 0; dim < shape.size(); ++dim) {
    if (shape[dim] == 1)
      continue;
    bool merges = !walk.extents.empty();
    for (size_t i = 0; merges && i < operands.size(); ++i)
      merges = walk.strides[i].back() == full[i][dim] * shape[dim];
    if (!merges)
      walk.extents.push_back(1);
    walk.extents.back() *= shape[dim];
    for (size_t i = 0; i < operands.size(); ++i) {
      if (merges)
        walk.strides[i].back() = full[i][dim];
      else
        walk.strides[i].push_back(full[i][dim]);
    }
  }
  if (walk.extents.empty()) {
    walk.extents.push_back(1);
    for (SmallVector<int64_t> &strides : walk.strides)
      strides.push_back(0);
  }
  return walk;
}

/// Computes one block: `inputs[i][0 .. count)` to `output[0 .. count)`.
template <typename In, typename Out>
using Block = llvm::function_ref<void(ArrayRef<In *> inputs, Out *output, int64_t count)>;

template <typename In, typename Out>
Tensor mapElements(RankedTensorType type, ArrayRef<Tensor> operands, Block<In, Out> block) {
  std::vector<std::array<In, blockSize>> buffers(operands.size());
  SmallVector<In *> inputs;
  for (auto &buffer : buffers)
    inputs.push_back(buffer.data());
  std::array<Out, blockSize> output;
  Kind kind = *getKind(type.getElementType());
  if (type.getNumElements() != 0 &&
      llvm::all_of(operands, [](const Tensor &t) { return t.isSplat(); })) {
    for (auto [operand, input] : llvm::zip_equal(operands, inputs))
      load(operand.kind(), operand.bytes(), 0, 1, input);
    block(inputs, output.data(), 1);
    auto element = std::make_shared<SmallVector<char, 0>>();
    element->resize(onnx::getElementBytes(type.getElementType()));
    store(kind, output.data(), 1, element->data());
    return Tensor(type, {*element, true, element});
  }
  NewTensor result = allocate(type);
  if (type.getNumElements() == 0)
    return result.tensor;
  Walk walk = makeWalk(type.getShape(), operands);
  int64_t row = walk.extents.back(), rows = type.getNumElements() / row;
  SmallVector<int64_t> position(walk.extents.size(), 0), offsets(operands.size(), 0);
  char *to = result.bytes;
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t begin = 0; begin < row; begin += blockSize) {
      int64_t count = std::min(blockSize, row - begin);
      for (size_t i = 0; i < operands.size(); ++i) {
        int64_t stride = walk.strides[i].back();
        load(operands[i].kind(),
             operands[i].bytes() + (offsets[i] + begin * stride) * operands[i].elementBytes(),
             stride, count, inputs[i]);
      }
      block(inputs, output.data(), count);
      store(kind, output.data(), count, to);
      to += count * result.tensor.elementBytes();
    }
    for (int64_t dim = int64_t(walk.extents.size()) - 2; dim >= 0; --dim) {
      bool wraps = ++position[dim] == walk.extents[dim];
      for (size_t i = 0; i < operands.size(); ++i)
        offsets[i] +=
            wraps ? -walk.strides[i][dim] * (walk.extents[dim] - 1) : walk.strides[i][dim];
      if (!wraps)
        break;
      position[dim] = 0;
    }
  }
  return result.tensor;
}

using FloatUnary = double (*)(double);
using FloatBinary = double (*)(double, double);
using FloatTest = bool (*)(double, double);
using IntegerBinary = int64_t (*)(int64_t, int64_t, bool isUnsigned);

template <typename Out, typename In, typename Function>
Tensor mapBinary(RankedTensorType type, ArrayRef<Tensor> operands, Function function) {
  return mapElements<In, Out>(type, operands, [&](ArrayRef<In *> in, Out *out, int64_t count) {
    for (int64_t i = 0; i < count; ++i)
      out[i] = function(in[0][i], in[1][i]);
  });
}

template <typename Out, typename In, typename Function>
Tensor mapUnary(RankedTensorType type, ArrayRef<Tensor> operands, Function function) {
  return mapElements<In, Out>(type, operands[0], [&](ArrayRef<In *> in, Out *out, int64_t count) {
    for (int64_t i = 0; i < count; ++i)
      out[i] = function(in[0][i]);
  });
}

double gelu(double x) { return 0.5 * x * (1 + std::erf(x * M_SQRT1_2)); }
double geluTanh(double x) {
  return 0.5 * x * (1 + std::tanh(M_2_SQRTPI * M_SQRT1_2 * (x + 0.044715 * x * x * x)));
}

FloatUnary getFloatUnary(Operation *op) {
  return llvm::TypeSwitch<Operation *, FloatUnary>(op)
      .Case([](onnx::NegOp) { return [](double x) { return -x; }; })
      .Case([](onnx::AbsOp) { return [](double x) { return std::fabs(x); }; })
      .Case([](onnx::ExpOp) { return [](double x) { return std::exp(x); }; })
      .Case([](onnx::LogOp) { return [](double x) { return std::log(x); }; })
      .Case([](onnx::SqrtOp) { return [](double x) { return std::sqrt(x); }; })
      .Case([](onnx::ReciprocalOp) { return [](double x) { return 1 / x; }; })
      .Case([](onnx::FloorOp) { return [](double x) { return std::floor(x); }; })
      .Case([](onnx::CeilOp) { return [](double x) { return std::ceil(x); }; })
      .Case([](onnx::ErfOp) { return [](double x) { return std::erf(x); }; })
      .Case([](onnx::TanhOp) { return [](double x) { return std::tanh(x); }; })
      .Case([](onnx::SigmoidOp) { return [](double x) { return 1 / (1 + std::exp(-x)); }; })
      .Case([](onnx::ReluOp) { return [](double x) { return x < 0 ? 0 : x; }; })
      .Case([](onnx::SinOp) { return [](double x) { return std::sin(x); }; })
      .Case([](onnx::CosOp) { return [](double x) { return std::cos(x); }; })
      .Case([](onnx::GeluOp op) { return op.getApproximate() == "tanh" ? geluTanh : gelu; })
      .Default([](Operation *) { return nullptr; });
}

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

Tensor cast(RankedTensorType type, const Tensor &x) {
  Kind to = *getKind(type.getElementType());
  if (isFloat(x.kind()))
    return mapUnary<double, double>(type, x, [](double value) { return value; });
  if (!isFloat(to))
    return mapUnary<int64_t, int64_t>(type, x, [](int64_t value) { return value; });
  bool isUnsigned = eval::isUnsigned(x.kind());
  // Straight to float where the result is float: through double it would round twice.
  if (to == Kind::F32)
    return mapUnary<double, int64_t>(type, x, [&](int64_t value) {
      return double(isUnsigned ? float(uint64_t(value)) : float(value));
    });
  return mapUnary<double, int64_t>(
      type, x, [&](int64_t value) { return isUnsigned ? double(uint64_t(value)) : double(value); });
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
  bool isUnsigned = eval::isUnsigned(operands[0].kind());
  return mapBinary<int64_t, int64_t>(
      type, operands, [&](int64_t a, int64_t b) { return function(a, b, isUnsigned); });
}

Tensor applyUnary(Operation *op, RankedTensorType type, ArrayRef<Tensor> operands) {
  if (isFloat(operands[0].kind()))
    return mapUnary<double, double>(type, operands, getFloatUnary(op));
  bool isUnsigned = eval::isUnsigned(operands[0].kind());
  bool negates = isa<onnx::NegOp>(op), magnitude = isa<onnx::AbsOp>(op);
  return mapUnary<int64_t, int64_t>(type, operands, [&](int64_t value) {
    bool negative = !isUnsigned && value < 0;
    if (negates || (magnitude && negative))
      return int64_t(0 - uint64_t(value));
    return negative && !magnitude ? int64_t(0) : value; // Relu
  });
}

} // namespace

static Results evaluateElementwise(Operation *op, ArrayRef<Tensor> operands, Types types) {
  auto one = [](Tensor tensor) { return SmallVector<Tensor>{std::move(tensor)}; };
  if (std::optional<Order> order = getOrder(op))
    return one(compare(*order, types[0], operands));
  if (getFloatBinary(op))
    return one(applyBinary(op, types[0], operands));
  if (getFloatUnary(op))
    return one(applyUnary(op, types[0], operands));
  return llvm::TypeSwitch<Operation *, Results>(op)
      .Case([&](onnx::CastOp) { return one(cast(types[0], operands[0])); })
      .Case([&](onnx::ClipOp) { return one(clip(types[0], operands)); })
      .Case([&](onnx::MinOp) { return one(extremum(types[0], operands, false)); })
      .Case([&](onnx::MaxOp) { return one(extremum(types[0], operands, true)); })
      .Case([&](onnx::WhereOp) { return one(where(types[0], operands)); })
      .Case([&](onnx::NotOp) {
        return one(mapUnary<int64_t, int64_t>(types[0], operands, [](int64_t x) { return !x; }));
      })
      .Case([&](onnx::IsNaNOp) {
        return one(
            mapUnary<int64_t, double>(types[0], operands, [](double x) { return std::isnan(x); }));
      })
      .Case([&](onnx::AndOp) {
        return one(mapBinary<int64_t, int64_t>(types[0], operands,
                                               [](int64_t a, int64_t b) { return a && b; }));
      })
      .Case([&](onnx::OrOp) {
        return one(mapBinary<int64_t, int64_t>(types[0], operands,
                                               [](int64_t a, int64_t b) { return a || b; }));
      })
      .Default([&](Operation *) { return op->emitOpError("has no evaluation"); });
}

void eval::addElementwiseEvaluators(EvaluatorTable &table) {
  table.add<onnx::NegOp, onnx::AbsOp, onnx::ExpOp, onnx::LogOp, onnx::SqrtOp, onnx::ReciprocalOp,
            onnx::FloorOp, onnx::CeilOp, onnx::ErfOp, onnx::TanhOp, onnx::SigmoidOp, onnx::ReluOp,
            onnx::SinOp, onnx::CosOp, onnx::NotOp, onnx::IsNaNOp, onnx::GeluOp, onnx::CastOp,
            onnx::ClipOp, onnx::AddOp, onnx::SubOp, onnx::MulOp, onnx::DivOp, onnx::PowOp,
            onnx::ModOp, onnx::AndOp, onnx::OrOp, onnx::EqualOp, onnx::LessOp, onnx::LessOrEqualOp,
            onnx::GreaterOp, onnx::GreaterOrEqualOp, onnx::MinOp, onnx::MaxOp, onnx::WhereOp>(
      evaluateElementwise);
}
