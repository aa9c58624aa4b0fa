// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Softmax and normalisations, in double.

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

/// Calls `function(row, extent, stride)` on every row along the op's axis.
template <typename OpT, typename Function>
static Tensor mapAlongAxis(OpT op, RankedTensorType type, const Tensor &x, Function function) {
  int64_t axis = op.getAxis() < 0 ? op.getAxis() + x.getRank() : op.getAxis();
  int64_t extent = x.getShape()[axis], inner = count(x.getShape().drop_front(axis + 1)),
          outer = count(x.getShape().take_front(axis));
  std::vector<double> values = x.elements<double>();
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t i = 0; i < inner; ++i)
      function(values.data() + o * extent * inner + i, extent, inner);
  return makeTensor<double>(type, values);
}

static void logSoftmaxInPlace(double *row, int64_t count, int64_t stride) {
  double greatest = -std::numeric_limits<double>::infinity(), sum = 0;
  for (int64_t i = 0; i < count; ++i)
    greatest = std::max(greatest, row[i * stride]);
  for (int64_t i = 0; i < count; ++i)
    sum += std::exp(row[i * stride] - greatest);
  for (int64_t i = 0; i < count; ++i)
    row[i * stride] -= greatest + std::log(sum);
}

static void hardmaxInPlace(double *row, int64_t count, int64_t stride) {
  // A NaN counts as greatest, as for ArgMax.
  int64_t best = 0;
  for (int64_t i = 1; i < count; ++i) {
    double candidate = row[i * stride], current = row[best * stride];
    if (candidate > current || (std::isnan(candidate) && !std::isnan(current)))
      best = i;
  }
  for (int64_t i = 0; i < count; ++i)
    row[i * stride] = i == best;
}

/// Of `length` numbers.
struct Statistics {
  double mean, variance;

  static Statistics get(const double *row, int64_t length) {
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < length; ++i)
      sum += row[i];
    double mean = sum / double(length);
    for (int64_t i = 0; i < length; ++i)
      squares += (row[i] - mean) * (row[i] - mean);
    return {mean, squares / double(length)};
  }
};

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
    Statistics statistics = Statistics::get(row, length);
    double mean = means[r] = statistics.mean;
    double inverse = inverses[r] = 1 / std::sqrt(statistics.variance + epsilon);
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

static Tensor normalize(onnx::RMSNormalizationOp op, RankedTensorType type,
                        ArrayRef<Tensor> operands) {
  const Tensor &x = operands[0];
  int64_t axis = op.getAxis() < 0 ? op.getAxis() + x.getRank() : op.getAxis();
  int64_t length = count(x.getShape().drop_front(axis));
  std::vector<double> values = x.elements<double>(),
                      scale = operands[1].elementsAs<double>(x.getShape());
  double epsilon = op.getEpsilon().convertToFloat();
  for (size_t begin = 0; begin < values.size(); begin += length) {
    double squares = 0;
    for (int64_t i = 0; i < length; ++i)
      squares += values[begin + i] * values[begin + i];
    double inverse = 1 / std::sqrt(squares / double(length) + epsilon);
    for (int64_t i = 0; i < length; ++i)
      values[begin + i] *= inverse * scale[begin + i];
  }
  return makeTensor<double>(type, values);
}

/// Every group of neighbouring channels of every image; a parameter has one element per channel or
/// per group.
template <typename OpT>
static Tensor normalizeGroups(OpT op, int64_t groups, RankedTensorType type,
                              ArrayRef<Tensor> operands) {
  const Tensor &x = operands[0];
  int64_t channels = x.getShape()[1], plane = count(x.getShape().drop_front(2));
  int64_t length = channels / std::max<int64_t>(groups, 1) * plane;
  std::vector<double> values = x.elements<double>(), scale = operands[1].elements<double>(),
                      bias = operands[2].elements<double>();
  double epsilon = op.getEpsilon().convertToFloat();
  for (size_t begin = 0; begin < values.size(); begin += length) {
    Statistics statistics = Statistics::get(values.data() + begin, length);
    double inverse = 1 / std::sqrt(statistics.variance + epsilon);
    for (size_t i = begin; i < begin + length; ++i) {
      int64_t channel = int64_t(i) / plane % channels;
      auto get = [&](const std::vector<double> &parameter) {
        return parameter[channel * int64_t(parameter.size()) / channels];
      };
      values[i] = (values[i] - statistics.mean) * inverse * get(scale) + get(bias);
    }
  }
  return makeTensor<double>(type, values);
}

static SmallVector<Tensor> normalize(onnx::BatchNormalizationOp op, Types types,
                                     ArrayRef<Tensor> operands) {
  const Tensor &x = operands[0];
  int64_t channels = operands[1].size(), images = x.getRank() ? x.getShape()[0] : 1;
  int64_t plane = x.getRank() > 2 ? count(x.getShape().drop_front(2)) : 1;
  std::vector<double> values = x.elements<double>(), scale = operands[1].elements<double>(),
                      bias = operands[2].elements<double>(), mean = operands[3].elements<double>(),
                      variance = operands[4].elements<double>();
  std::vector<double> runningMean = mean, runningVariance = variance, column(images * plane);
  double epsilon = op.getEpsilon().convertToFloat(), momentum = op.getMomentum().convertToFloat();
  for (int64_t channel = 0; channel < channels; ++channel) {
    auto at = [&](int64_t i) -> double & {
      return values[(i / plane * channels + channel) * plane + i % plane];
    };
    if (op.getTraining()) {
      for (size_t i = 0; i < column.size(); ++i)
        column[i] = at(i);
      Statistics statistics = Statistics::get(column.data(), column.size());
      mean[channel] = statistics.mean;
      variance[channel] = statistics.variance;
      auto mix = [&](double &running, double current) {
        running = running * momentum + current * (1 - momentum);
      };
      mix(runningMean[channel], statistics.mean);
      mix(runningVariance[channel], statistics.variance);
    }
    double inverse = 1 / std::sqrt(variance[channel] + epsilon);
    for (size_t i = 0; i < column.size(); ++i)
      at(i) = (at(i) - mean[channel]) * inverse * scale[channel] + bias[channel];
  }
  SmallVector<Tensor> results = {makeTensor<double>(types[0], values)};
  if (types.size() > 1)
    results.push_back(makeTensor<double>(types[1], runningMean));
  if (types.size() > 2)
    results.push_back(makeTensor<double>(types[2], runningVariance));
  return results;
}

static Tensor normalize(onnx::LRNOp op, RankedTensorType type, const Tensor &x) {
  int64_t images = x.getShape()[0], channels = x.getShape()[1],
          plane = count(x.getShape().drop_front(2)), size = op.getSize();
  double alpha = op.getAlpha().convertToFloat(), beta = op.getBeta().convertToFloat(),
         bias = op.getBias().convertToFloat();
  std::vector<double> values = x.elements<double>(), results(values.size());
  for (int64_t n = 0; n < images; ++n)
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t p = 0; p < plane; ++p) {
        const double *column = values.data() + n * channels * plane + p;
        double squares = 0;
        for (int64_t i = std::max<int64_t>(0, c - (size - 1) / 2);
             i <= std::min(channels - 1, c + size / 2); ++i)
          squares += column[i * plane] * column[i * plane];
        results[(n * channels + c) * plane + p] =
            column[c * plane] / std::pow(bias + alpha / double(size) * squares, beta);
      }
  return makeTensor<double>(type, results);
}

static Results evaluateNorm(Operation *op, ArrayRef<Tensor> operands, Types types) {
  auto one = [](Tensor tensor) { return SmallVector<Tensor>{std::move(tensor)}; };
  auto alongAxis = [&](auto axisOp, auto function) {
    return one(mapAlongAxis(axisOp, types[0], operands[0], function));
  };
  return llvm::TypeSwitch<Operation *, Results>(op)
      .Case([&](onnx::SoftmaxOp axisOp) { return alongAxis(axisOp, softmaxInPlace); })
      .Case([&](onnx::LogSoftmaxOp axisOp) { return alongAxis(axisOp, logSoftmaxInPlace); })
      .Case([&](onnx::HardmaxOp axisOp) { return alongAxis(axisOp, hardmaxInPlace); })
      .Case<onnx::LayerNormalizationOp, onnx::BatchNormalizationOp>(
          [&](auto norm) { return normalize(norm, types, operands); })
      .Case([&](onnx::RMSNormalizationOp norm) { return one(normalize(norm, types[0], operands)); })
      .Case([&](onnx::InstanceNormalizationOp norm) {
        return one(normalizeGroups(norm, operands[0].getShape()[1], types[0], operands));
      })
      .Case([&](onnx::GroupNormalizationOp norm) {
        return one(normalizeGroups(norm, norm.getNumGroups(), types[0], operands));
      })
      .Case([&](onnx::LRNOp norm) { return one(normalize(norm, types[0], operands[0])); })
      .Default([&](Operation *) { return op->emitOpError("has no evaluation"); });
}

void eval::addNormEvaluators(EvaluatorTable &table) {
  table.add<onnx::BatchNormalizationOp, onnx::GroupNormalizationOp, onnx::HardmaxOp,
            onnx::InstanceNormalizationOp, onnx::LRNOp, onnx::LayerNormalizationOp,
            onnx::LogSoftmaxOp, onnx::RMSNormalizationOp, onnx::SoftmaxOp>(evaluateNorm);
}
