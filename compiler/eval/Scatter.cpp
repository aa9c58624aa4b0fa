// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scattering: updates meet the elements in row-major order. An index out of range is an error.

#include "compiler/eval/Families.h"
#include "dialects/onnx/OnnxScatterOps.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace fovea;
using namespace fovea::eval;

namespace {

double add(double a, double b) { return a + b; }
double multiply(double a, double b) { return a * b; }
int64_t add(int64_t a, int64_t b) { return int64_t(uint64_t(a) + uint64_t(b)); }
int64_t multiply(int64_t a, int64_t b) { return int64_t(uint64_t(a) * uint64_t(b)); }

bool isLess(double a, double b, Kind) { return a < b; }
bool isLess(int64_t a, int64_t b, Kind kind) {
  return kind == Kind::U64 ? uint64_t(a) < uint64_t(b) : a < b;
}

template <typename Number>
Number combine(StringRef reduction, Number old, Number update, Kind kind) {
  if (reduction == "none")
    return update;
  if (reduction == "add")
    return add(old, update);
  if (reduction == "mul")
    return multiply(old, update);
  if constexpr (std::is_same_v<Number, double>)
    if (std::isnan(old) || std::isnan(update))
      return std::nan("");
  bool updateIsLess = isLess(update, old, kind);
  return updateIsLess == (reduction == "min") ? update : old;
}

FailureOr<int64_t> resolve(Operation *op, int64_t index, int64_t extent) {
  if (index < -extent || index >= extent)
    return op->emitOpError("writes index ") << index << " of " << extent << " along its axis";
  return index < 0 ? index + extent : index;
}

template <typename Number>
Results scatterElements(onnx::ScatterElementsOp op, RankedTensorType type,
                        ArrayRef<Tensor> operands) {
  std::vector<Number> result = operands[0].elements<Number>(),
                      updates = operands[2].elements<Number>();
  std::vector<int64_t> indices = operands[1].elements<int64_t>();
  ArrayRef<int64_t> shape = operands[1].getShape();
  int64_t rank = type.getRank(), axis = op.getAxis() < 0 ? op.getAxis() + rank : op.getAxis();
  SmallVector<int64_t> strides = getStrides(type.getShape()), position(rank, 0);
  for (auto [given, update] : llvm::zip_equal(indices, updates)) {
    FailureOr<int64_t> index = resolve(op, given, type.getShape()[axis]);
    if (failed(index))
      return failure();
    int64_t at = 0;
    for (int64_t dim = 0; dim < rank; ++dim)
      at += (dim == axis ? *index : position[dim]) * strides[dim];
    result[at] = combine(op.getReduction(), result[at], update, operands[0].kind());
    for (int64_t dim = rank - 1; dim >= 0 && ++position[dim] == shape[dim]; --dim)
      position[dim] = 0;
  }
  return SmallVector<Tensor>{makeTensor<Number>(type, result)};
}

template <typename Number>
Results scatterND(onnx::ScatterNDOp op, RankedTensorType type, ArrayRef<Tensor> operands) {
  std::vector<Number> result = operands[0].elements<Number>(),
                      updates = operands[2].elements<Number>();
  std::vector<int64_t> indices = operands[1].elements<int64_t>();
  ArrayRef<int64_t> shape = type.getShape();
  int64_t tuple = operands[1].getShape().back();
  int64_t slice = 1, tuples = 1;
  for (int64_t extent : shape.drop_front(tuple))
    slice *= extent;
  for (int64_t extent : operands[1].getShape().drop_back())
    tuples *= extent;
  SmallVector<int64_t> strides = getStrides(shape);
  for (int64_t t = 0; t < tuples; ++t) {
    int64_t at = 0;
    for (int64_t i = 0; i < tuple; ++i) {
      FailureOr<int64_t> index = resolve(op, indices[t * tuple + i], shape[i]);
      if (failed(index))
        return failure();
      at += *index * strides[i];
    }
    for (int64_t i = 0; i < slice; ++i)
      result[at + i] =
          combine(op.getReduction(), result[at + i], updates[t * slice + i], operands[0].kind());
  }
  return SmallVector<Tensor>{makeTensor<Number>(type, result)};
}

template <typename Number>
Results tensorScatter(onnx::TensorScatterOp op, RankedTensorType type, ArrayRef<Tensor> operands) {
  std::vector<Number> result = operands[0].elements<Number>(),
                      updates = operands[1].elements<Number>();
  ArrayRef<int64_t> shape = type.getShape(), updateShape = operands[1].getShape();
  int64_t rank = type.getRank(), axis = op.getAxis() < 0 ? op.getAxis() + rank : op.getAxis();
  std::vector<int64_t> starts(shape[0], 0);
  if (operands[2])
    starts = operands[2].elements<int64_t>();
  SmallVector<int64_t> strides = getStrides(shape), position(rank, 0);
  for (Number update : updates) {
    int64_t row = starts[position[0]] + position[axis], extent = shape[axis];
    if (op.getMode() == "circular")
      row = (row % extent + extent) % extent;
    else if (row < 0 || row >= extent)
      return op.emitOpError("writes position ") << row << " of " << extent << " along its axis";
    int64_t at = 0;
    for (int64_t dim = 0; dim < rank; ++dim)
      at += (dim == axis ? row : position[dim]) * strides[dim];
    result[at] = update;
    for (int64_t dim = rank - 1; dim >= 0 && ++position[dim] == updateShape[dim]; --dim)
      position[dim] = 0;
  }
  return SmallVector<Tensor>{makeTensor<Number>(type, result)};
}

template <typename Number>
Results scatter(Operation *op, ArrayRef<Tensor> operands, RankedTensorType type) {
  return llvm::TypeSwitch<Operation *, Results>(op)
      .Case([&](onnx::ScatterElementsOp elements) {
        return scatterElements<Number>(elements, type, operands);
      })
      .Case([&](onnx::ScatterNDOp nd) { return scatterND<Number>(nd, type, operands); })
      .Case([&](onnx::TensorScatterOp t) { return tensorScatter<Number>(t, type, operands); })
      .Default([&](Operation *) { return op->emitOpError("has no evaluation"); });
}

} // namespace

static Results evaluateScatter(Operation *op, ArrayRef<Tensor> operands, Types types) {
  return isFloat(operands[0].kind()) ? scatter<double>(op, operands, types[0])
                                     : scatter<int64_t>(op, operands, types[0]);
}

void eval::addScatterEvaluators(EvaluatorTable &table) {
  table.add<onnx::ScatterElementsOp, onnx::ScatterNDOp, onnx::TensorScatterOp>(evaluateScatter);
}
