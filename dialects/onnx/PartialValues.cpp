// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Known elements of shape computations. The walk up visits a bounded number of ops: beyond them,
// elements count as unknown.

#include "dialects/onnx/PartialValues.h"

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/Extents.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxShapeOps.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

static constexpr int64_t maxLength = 64;
static constexpr unsigned maxVisits = 256;

static std::optional<PartialIntegers> lookUp(Value value, unsigned &visits);

static std::optional<PartialIntegers> lookUpShape(ShapeOp op) {
  std::optional<Shape> shape = getShape(op.getX());
  if (!shape)
    return std::nullopt;
  auto clamp = [&](int64_t at) {
    int64_t rank = shape->size();
    return std::clamp<int64_t>(at < 0 ? at + rank : at, 0, rank);
  };
  int64_t begin = clamp(op.getStart()), end = op.getEnd() ? clamp(*op.getEnd()) : shape->size();
  PartialIntegers result;
  for (int64_t i = begin; i < end; ++i)
    result.push_back(isDynamic((*shape)[i]) ? std::nullopt : std::optional<int64_t>((*shape)[i]));
  return result;
}

static std::optional<PartialIntegers> lookUpGather(GatherOp op, unsigned &visits) {
  std::optional<SmallVector<int64_t>> indices = getConstantIntegers(op.getIndices(), maxLength);
  std::optional<PartialIntegers> source = lookUp(op.getX(), visits);
  if (!indices || !source)
    return std::nullopt;
  int64_t length = source->size();
  PartialIntegers result;
  for (int64_t index : *indices) {
    if (index < -length || index >= length)
      return std::nullopt;
    result.push_back((*source)[index < 0 ? index + length : index]);
  }
  return result;
}

static std::optional<PartialIntegers> lookUpSlice(SliceOp op, unsigned &visits) {
  std::optional<PartialIntegers> source = lookUp(op.getX(), visits);
  std::optional<SmallVector<int64_t>> starts = getConstantIntegers(op.getStarts(), 1),
                                      ends = getConstantIntegers(op.getEnds(), 1);
  if (!source || !starts || !ends || starts->size() != 1 || ends->size() != 1)
    return std::nullopt;
  if (isPresent(op.getSteps())) {
    std::optional<SmallVector<int64_t>> steps = getConstantIntegers(op.getSteps(), 1);
    if (!steps || steps->size() != 1 || steps->front() != 1)
      return std::nullopt;
  }
  int64_t length = source->size();
  auto clamp = [&](int64_t at) {
    return std::clamp<int64_t>(at < 0 ? at + length : at, 0, length);
  };
  int64_t begin = clamp(starts->front()), end = clamp(ends->front());
  PartialIntegers result;
  for (int64_t i = begin; i < end; ++i)
    result.push_back((*source)[i]);
  return result;
}

static std::optional<PartialIntegers> lookUpConcat(ConcatOp op, unsigned &visits) {
  PartialIntegers result;
  for (Value input : op.getInputs()) {
    std::optional<PartialIntegers> part = lookUp(input, visits);
    if (!part || result.size() > maxLength)
      return std::nullopt;
    llvm::append_range(result, *part);
  }
  return result;
}

static std::optional<PartialIntegers> lookUp(Value value, unsigned &visits) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || type.getRank() > 1 ||
      !(type.getElementType().isInteger(64) || type.getElementType().isInteger(32)))
    return std::nullopt;
  if (std::optional<SmallVector<int64_t>> known = getConstantIntegers(value, maxLength))
    return PartialIntegers(known->begin(), known->end());
  std::optional<PartialIntegers> result;
  Operation *op = value.getDefiningOp();
  if (op && visits > 0) {
    --visits;
    result = llvm::TypeSwitch<Operation *, std::optional<PartialIntegers>>(op)
                 .Case([&](ShapeOp shape) { return lookUpShape(shape); })
                 .Case([&](GatherOp gather) { return lookUpGather(gather, visits); })
                 .Case([&](SliceOp slice) { return lookUpSlice(slice, visits); })
                 .Case([&](ConcatOp concat) { return lookUpConcat(concat, visits); })
                 .Case<IdentityOp, UnsqueezeOp, SqueezeOp, ReshapeOp, CastOp>(
                     [&](auto op) { return lookUp(op.getX(), visits); })
                 .Default([](Operation *) { return std::nullopt; });
  }
  std::optional<int64_t> length = getIndexCount(value);
  if (result && type.getElementType().isInteger(32))
    for (std::optional<int64_t> &element : *result)
      if (element && !llvm::isInt<32>(*element))
        element = std::nullopt;
  if (result && result->size() <= maxLength && (!length || *length == int64_t(result->size())))
    return result;
  if (length && *length <= maxLength)
    return PartialIntegers(*length, std::nullopt);
  return std::nullopt;
}

std::optional<PartialIntegers> onnx::getPartialIntegers(Value value) {
  unsigned visits = maxVisits;
  return lookUp(value, visits);
}

/// The value that `value`, one integer, is computed from by adding `offset`.
static std::pair<Value, int64_t> getBase(Value value) {
  int64_t offset = 0;
  for (int depth = 0; depth < 16; ++depth) {
    Operation *op = value.getDefiningOp();
    if (isa_and_present<IdentityOp, CastOp, ReshapeOp, UnsqueezeOp, SqueezeOp>(op)) {
      value = op->getOperand(0);
      continue;
    }
    if (!isa_and_present<AddOp, SubOp>(op))
      break;
    std::optional<int64_t> right = getConstantInteger(op->getOperand(1));
    std::optional<int64_t> left = isa<AddOp>(op) ? getConstantInteger(op->getOperand(0)) : right;
    std::optional<int64_t> number = right ? right : left;
    // Small numbers only: nothing overflows.
    if (!number || !llvm::isInt<33>(*number))
      break;
    offset += isa<AddOp>(op) ? *number : -*number;
    value = op->getOperand(right ? 0 : 1);
  }
  return {value, offset};
}

std::optional<int64_t> onnx::getConstantDistance(Value from, Value to) {
  auto isNumber = [](Value value) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    return type && type.hasStaticShape() && type.getNumElements() == 1 &&
           isa<IntegerType>(type.getElementType());
  };
  auto [first, before] = getBase(from);
  auto [second, after] = getBase(to);
  if (first != second || !isNumber(from) || !isNumber(to) || !isNumber(first))
    return std::nullopt;
  return after - before;
}
