// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Casts and quantisation.

#include "compiler/eval/Families.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxQuantOps.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace fovea;
using namespace fovea::eval;

namespace {

/// The tensor with the bits of small floating-point numbers.
Tensor encodeElements(RankedTensorType type, ArrayRef<double> numbers, bool saturate,
                      StringRef roundMode) {
  Kind kind = *getKind(type.getElementType());
  NewTensor result = allocate(type);
  for (auto [i, number] : llvm::enumerate(numbers))
    result.bytes[i] = char(encodeSmallFloat(kind, number, saturate, roundMode));
  return result.tensor;
}

/// Elements of a tensor that are stored once when they are all the same.
RankedTensorType getStoredType(const Tensor &x, RankedTensorType type) {
  return x.isSplat() && type.getNumElements() != 0
             ? RankedTensorType::get({1}, type.getElementType())
             : type;
}

/// A tensor of `type` from one of getStoredType.
Tensor expandStored(const Tensor &stored, RankedTensorType type) {
  if (stored.getType() == type)
    return stored;
  auto element = std::make_shared<SmallVector<char, 0>>(stored.bytes(),
                                                        stored.bytes() + stored.elementBytes());
  return Tensor(type, {*element, true, element});
}

Tensor cast(onnx::CastOp op, RankedTensorType declared, const Tensor &given) {
  if (declared.getElementType() == given.getType().getElementType())
    return given;
  RankedTensorType type = getStoredType(given, declared);
  Tensor x = given.withType(type.clone(given.getType().getElementType()));
  Kind to = *getKind(type.getElementType());
  bool isUnsigned = eval::isUnsigned(x.kind());
  if (isSmallFloat(to)) {
    std::vector<double> numbers;
    if (isFloat(x.kind()))
      numbers = x.elements<double>();
    else
      for (int64_t value : x.elements<int64_t>())
        numbers.push_back(isUnsigned ? double(uint64_t(value)) : double(value));
    return expandStored(encodeElements(type, numbers, op.getSaturate(), op.getRoundMode()),
                        declared);
  }
  NewTensor result = allocate(type);
  constexpr int64_t block = 4096;
  std::vector<double> numbers(block);
  std::vector<int64_t> integers(block);
  for (int64_t begin = 0; begin < type.getNumElements(); begin += block) {
    int64_t count = std::min(block, type.getNumElements() - begin);
    const char *from = x.bytes() + begin * x.elementBytes();
    char *bytes = result.bytes + begin * result.tensor.elementBytes();
    if (isFloat(x.kind())) {
      load(x.kind(), from, 1, count, numbers.data());
      store(to, numbers.data(), count, bytes);
      continue;
    }
    load(x.kind(), from, 1, count, integers.data());
    if (!isFloat(to)) {
      store(to, integers.data(), count, bytes);
      continue;
    }
    // Straight to float where the result is float: through double it would round twice.
    for (int64_t i = 0; i < count; ++i) {
      uint64_t value = integers[i];
      numbers[i] = to == Kind::F32 ? isUnsigned ? float(value) : float(integers[i])
                   : isUnsigned    ? double(value)
                                   : double(integers[i]);
    }
    store(to, numbers.data(), count, bytes);
  }
  return expandStored(result.tensor, declared);
}

Tensor bitCast(RankedTensorType type, const Tensor &x) {
  Kind to = *getKind(type.getElementType());
  bool isNarrowInteger = to == Kind::I2 || to == Kind::I4 || to == Kind::U2 || to == Kind::U4;
  if (!isNarrowInteger && !isSmallFloat(to) && to != Kind::Bool)
    return x.withType(type);
  // Integers of fewer bits than a byte fill it, small floats do not, and a bool is 0 or 1.
  unsigned width = onnx::getDLPackType(type.getElementType()).bits;
  int64_t mask = (int64_t(1) << width) - 1;
  std::vector<int64_t> bits =
      x.withType(x.getType().clone(IntegerType::get(type.getContext(), 8))).elements<int64_t>();
  for (int64_t &value : bits)
    value &= mask;
  if (!isSmallFloat(to))
    return makeTensor<int64_t>(type, bits);
  NewTensor result = allocate(type);
  for (auto [i, value] : llvm::enumerate(bits))
    result.bytes[i] = char(value);
  return result.tensor;
}

/// Where the scale or zero point of each element lies.
class Granularity {
public:
  Granularity(ArrayRef<int64_t> shape, const Tensor &parameter, int64_t axis, int64_t blockSize)
      : isOne(!parameter || parameter.isSplat()), blockSize(blockSize) {
    if (isOne)
      return;
    axis = axis < 0 ? axis + int64_t(shape.size()) : axis;
    extent = shape[axis];
    for (int64_t inside : shape.drop_front(axis + 1))
      inner *= inside;
    blocks = blockSize ? parameter.getShape()[axis] : 0;
  }

  int64_t operator()(int64_t element) const {
    if (isOne)
      return 0;
    int64_t position = element / inner % extent;
    if (blockSize == 0)
      return position;
    int64_t outer = element / inner / extent;
    return (outer * blocks + position / blockSize) * inner + element % inner;
  }

private:
  bool isOne;
  int64_t blockSize, extent = 1, inner = 1, blocks = 0;
};

/// x with the scale and zero point of each element, as numbers.
class QuantOperands {
public:
  template <typename Op>
  QuantOperands(Op op, RankedTensorType type, ArrayRef<Tensor> operands)
      : type(llvm::all_of(operands, [](const Tensor &t) { return !t || t.isSplat(); })
                 ? getStoredType(operands[0], type)
                 : type),
        scaleOf(type.getShape(), operands[1], op.getAxis(), op.getBlockSize()),
        zeroPointOf(type.getShape(), operands[2], op.getAxis(), op.getBlockSize()) {
    const Tensor &x = operands[0];
    numbers.resize(this->type.getNumElements());
    load(x.kind(), x.bytes(), x.isSplat() ? 0 : 1, numbers.size(), numbers.data());
    scales = operands[1].elements<double>();
    zeroPoints = operands[2] ? operands[2].elements<double>() : std::vector<double>{0};
  }

  double getScale(int64_t element) const { return scales[scaleOf(element)]; }
  double getZeroPoint(int64_t element) const { return zeroPoints[zeroPointOf(element)]; }

  /// The type of the result, of one element where all are the same.
  RankedTensorType type;
  std::vector<double> numbers;

private:
  Granularity scaleOf, zeroPointOf;
  std::vector<double> scales, zeroPoints;
};

/// The least and greatest value of an integer kind.
std::pair<double, double> getRange(Type elementType) {
  int bits = elementType.getIntOrFloatBitWidth();
  if (elementType.isUnsignedInteger())
    return {0, std::ldexp(1, bits) - 1};
  return {-std::ldexp(1, bits - 1), std::ldexp(1, bits - 1) - 1};
}

/// `value` rounded to `kind`.
double roundTo(Kind kind, double value) {
  char bytes[8];
  store(kind, &value, 1, bytes);
  load(kind, bytes, 1, 1, &value);
  return value;
}

Tensor quantize(onnx::QuantizeLinearOp op, RankedTensorType type, ArrayRef<Tensor> operands) {
  QuantOperands given(op, type, operands);
  Kind precision = *getKind(op.getPrecision());
  bool isFloat = isa<FloatType>(op.getTo());
  auto [least, greatest] = isFloat ? std::pair(0.0, 0.0) : getRange(op.getTo());
  for (auto [i, number] : llvm::enumerate(given.numbers)) {
    double zeroPoint = given.getZeroPoint(i), scale = roundTo(precision, given.getScale(i));
    double quotient = roundTo(precision, roundTo(precision, number) / scale);
    if (isFloat) {
      number = quotient + zeroPoint;
      continue;
    }
    number = std::nearbyint(quotient) + zeroPoint;
    number = number >= least ? std::min(number, greatest) : least;
  }
  return expandStored(isFloat ? encodeElements(given.type, given.numbers, op.getSaturate(), "up")
                              : makeTensor<double>(given.type, given.numbers),
                      type);
}

Tensor dequantize(onnx::DequantizeLinearOp op, RankedTensorType type, ArrayRef<Tensor> operands) {
  QuantOperands given(op, type, operands);
  for (auto [i, number] : llvm::enumerate(given.numbers))
    number = (number - given.getZeroPoint(i)) * given.getScale(i);
  return expandStored(makeTensor<double>(given.type, given.numbers), type);
}

} // namespace

static Results evaluateQuant(Operation *op, ArrayRef<Tensor> operands, Types types) {
  return llvm::TypeSwitch<Operation *, Results>(op)
      .Case([&](onnx::CastOp castOp) {
        return SmallVector<Tensor>{cast(castOp, types[0], operands[0])};
      })
      .Case([&](onnx::BitCastOp) { return SmallVector<Tensor>{bitCast(types[0], operands[0])}; })
      .Case([&](onnx::QuantizeLinearOp quantizeOp) {
        return SmallVector<Tensor>{quantize(quantizeOp, types[0], operands)};
      })
      .Case([&](onnx::DequantizeLinearOp dequantizeOp) {
        return SmallVector<Tensor>{dequantize(dequantizeOp, types[0], operands)};
      })
      .Default([&](Operation *) { return op->emitOpError("has no evaluation"); });
}

void eval::addQuantEvaluators(EvaluatorTable &table) {
  table.add<onnx::BitCastOp>(evaluateQuant);
  table.addElementwise<onnx::CastOp, onnx::DequantizeLinearOp, onnx::QuantizeLinearOp>(
      evaluateQuant);
}
