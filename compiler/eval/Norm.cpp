// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Softmax and layer normalisation, each row in double.

#include "compiler/eval/Families.h"
#include "dialects/onnx/OnnxNormOps.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace fovea;
using namespace fovea::eval;

void eval::softmaxInPlace(double *row, int64_t count, int64_t stride) {
  double greatest = -std::numeric_limits<double>::infinity(), sum = 0;
  for (int64_t i = 0; i < count; ++i)
    greatest = std::max(greatest, row[i * stride]);
  for (int64_t i = 0; i < count; ++i)
    sum += row[i * stride] = std::exp(row[i * stride] - greatest);
  for (int64_t i = 0; i < count; ++i)
    row[i * stride] /= sum;
}

static int64_t count(ArrayRef<int64_t> extents) {
  int64_t product = 1;
  for (int64_t extent : extents)
    product *= extent;
  return product;
}

static Tensor softmax(onnx::SoftmaxOp op, RankedTensorType type, const Tensor &x) {
  int64_t axis = op.getAxis() < 0 ? op.getAxis() + x.getRank() : op.getAxis();
  int64_t extent = x.getShape()[axis], inner = count(x.getShape().drop_front(axis + 1)),
          outer = count(x.getShape().take_front(axis));
  std::vector<double> values = x.elements<double>();
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t i = 0; i < inner; ++i)
      softmaxInPlace(values.data() + o * extent * inner + i, extent, inner);
  return makeTensor<double>(type, values);
}

static SmallVector<Tensor> normalize(onnx::LayerNormalizationOp op, Types types,
                                     ArrayRef<Tensor> operands) {
  const Tensor &x = operands[0];
  int64_t axis = op.getAxis() < 0 ? op.getAxis() + x.getRank() : op.getAxis();
  ArrayRef<int64_t> normalized = x.getShape().drop_front(axis);
  int64_t length = count(normalized), rows = count(x.getShape().take_front(axis));
  std::vector<double> values = x.elements<double>(),
                      scale = operands[1].elementsAs<double>(normalized), bias(length, 0);
  if (operands[2])
    bias = operands[2].elementsAs<double>(normalized);
  double epsilon = op.getEpsilon().convertToFloat();
  std::vector<double> means(rows), inverses(rows);
  for (int64_t r = 0; r < rows; ++r) {
    double *row = values.data() + r * length;
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < length; ++i)
      sum += row[i];
    double mean = means[r] = sum / double(length);
    for (int64_t i = 0; i < length; ++i)
      squares += (row[i] - mean) * (row[i] - mean);
    double inverse = inverses[r] = 1 / std::sqrt(squares / double(length) + epsilon);
    for (int64_t i = 0; i < length; ++i)
      row[i] = (row[i] - mean) * inverse * scale[i] + bias[i];
  }
  SmallVector<Tensor> results = {makeTensor<double>(types[0], values)};
  if (types.size() > 1)
    results.push_back(makeTensor<double>(types[1], means));
  if (types.size() > 2)
    results.push_back(makeTensor<double>(types[2], inverses));
  return results;
}

static Results evaluateNorm(Operation *op, ArrayRef<Tensor> operands, Types types) {
  return llvm::TypeSwitch<Operation *, Results>(op)
      .Case([&](onnx::SoftmaxOp softmaxOp) {
        return SmallVector<Tensor>{softmax(softmaxOp, types[0], operands[0])};
      })
      .Case([&](onnx::LayerNormalizationOp norm) { return normalize(norm, types, operands); })
      .Default([&](Operation *) { return op->emitOpError("has no evaluation"); });
}

void eval::addNormEvaluators(EvaluatorTable &table) {
  table.add<onnx::SoftmaxOp, onnx::LayerNormalizationOp>(evaluateNorm);
}
