// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Recurrent layers, step by step as the standard's equations say, in double. The states of a
// sequence that is over do not change, and its outputs are zero.

#include "compiler/eval/Families.h"
#include "dialects/onnx/OnnxRecurrentOps.h"

#include <cmath>

using namespace mlir;
using namespace fovea;
using namespace fovea::eval;
using onnx::Activation;

static double activate(Activation activation, double alpha, double beta, double x) {
  switch (activation) {
  case Activation::Relu:
    return x > 0 ? x : x != x ? x : 0;
  case Activation::Tanh:
    return std::tanh(x);
  case Activation::Sigmoid:
    return 1 / (1 + std::exp(-x));
  case Activation::Affine:
    return alpha * x + beta;
  case Activation::LeakyRelu:
    return x < 0 ? alpha * x : x;
  case Activation::ThresholdedRelu:
    return x > alpha ? x : 0;
  case Activation::ScaledTanh:
    return alpha * std::tanh(beta * x);
  case Activation::HardSigmoid:
    return std::min(std::max(alpha * x + beta, 0.0), 1.0);
  case Activation::Elu:
    return x < 0 ? alpha * std::expm1(x) : x;
  case Activation::Softsign:
    return x / (1 + std::fabs(x));
  case Activation::Softplus:
    return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x)));
  }
  return x;
}

namespace {
/// One direction of a layer, over sequences that are laid out [step, batch, ...].
class Direction {
public:
  Direction(const onnx::RecurrentLayer &layer, int64_t d, int64_t inputs, std::vector<double> w,
            std::vector<double> r, std::vector<double> bias, std::vector<double> peepholes)
      : layer(layer), d(d), inputs(inputs), w(std::move(w)), r(std::move(r)), bias(std::move(bias)),
        peepholes(std::move(peepholes)), hidden(layer.hiddenSize) {}

  /// Brings the states of one sequence, h and c, from one step to the next.
  void step(const double *x, double *h, double *c) const;

private:
  double apply(int64_t which, double x) const {
    if (layer.clip)
      x = std::min(std::max(x, -double(*layer.clip)), double(*layer.clip));
    int64_t at = d * layer.getActivationCount() + which;
    StringRef name = cast<StringAttr>(layer.activations[at]).getValue();
    return activate(onnx::findActivation(name)->activation, layer.alphas[at], layer.betas[at], x);
  }
  /// Row `row` of the product with x, its bias included, and of the product with h.
  double multiplyX(int64_t row, const double *x) const {
    double sum = bias[row];
    for (int64_t i = 0; i < inputs; ++i)
      sum += w[row * inputs + i] * x[i];
    return sum;
  }
  double multiplyH(int64_t row, const double *h) const {
    double sum = bias[layer.gates * hidden + row];
    for (int64_t i = 0; i < hidden; ++i)
      sum += r[row * hidden + i] * h[i];
    return sum;
  }
  void stepGru(const double *x, double *h) const;
  void stepLstm(const double *x, double *h, double *c) const;

  const onnx::RecurrentLayer &layer;
  int64_t d, inputs;
  std::vector<double> w, r, bias, peepholes;
  int64_t hidden;
};
} // namespace

void Direction::stepGru(const double *x, double *h) const {
  std::vector<double> next(hidden), reset(hidden), gated(hidden);
  for (int64_t j = 0; j < hidden; ++j) {
    reset[j] = apply(0, multiplyX(hidden + j, x) + multiplyH(hidden + j, h));
    gated[j] = reset[j] * h[j];
  }
  for (int64_t j = 0; j < hidden; ++j) {
    double z = apply(0, multiplyX(j, x) + multiplyH(j, h));
    int64_t row = 2 * hidden + j;
    double candidate =
        apply(1, multiplyX(row, x) + (layer.linearBeforeReset ? reset[j] * multiplyH(row, h)
                                                              : multiplyH(row, gated.data())));
    next[j] = (1 - z) * candidate + z * h[j];
  }
  std::copy(next.begin(), next.end(), h);
}

void Direction::stepLstm(const double *x, double *h, double *c) const {
  std::vector<double> next(hidden);
  for (int64_t j = 0; j < hidden; ++j) {
    auto gate = [&](int64_t which) {
      return multiplyX(which * hidden + j, x) + multiplyH(which * hidden + j, h);
    };
    double input = apply(0, gate(0) + peepholes[j] * c[j]);
    double forget =
        layer.inputForget ? 1 - input : apply(0, gate(2) + peepholes[2 * hidden + j] * c[j]);
    double cell = forget * c[j] + input * apply(1, gate(3));
    double output = apply(0, gate(1) + peepholes[hidden + j] * cell);
    c[j] = cell;
    next[j] = output * apply(2, cell);
  }
  std::copy(next.begin(), next.end(), h);
}

void Direction::step(const double *x, double *h, double *c) const {
  if (layer.gates == 4)
    return stepLstm(x, h, c);
  if (layer.gates == 3)
    return stepGru(x, h);
  std::vector<double> next(hidden);
  for (int64_t j = 0; j < hidden; ++j)
    next[j] = apply(0, multiplyX(j, x) + multiplyH(j, h));
  std::copy(next.begin(), next.end(), h);
}

/// The part of direction `d` of a tensor whose first dimension counts directions; zeros for none.
static std::vector<double> getPart(const Tensor &tensor, int64_t d, int64_t size) {
  if (!tensor)
    return std::vector<double>(size, 0.0);
  std::vector<double> all = tensor.elements<double>();
  return std::vector<double>(all.begin() + d * size, all.begin() + (d + 1) * size);
}

static Results evaluateRecurrent(Operation *op, ArrayRef<Tensor> operands, Types types) {
  onnx::RecurrentLayer layer = *onnx::getRecurrentLayer(op);
  int64_t steps = operands[0].getShape()[layer.batchMajor ? 1 : 0];
  int64_t batch = operands[0].getShape()[layer.batchMajor ? 0 : 1];
  int64_t inputs = operands[0].getShape()[2], hidden = layer.hiddenSize;
  int64_t directions = layer.directions, rows = layer.gates * hidden;
  auto getOperand = [&](size_t i) { return i < operands.size() ? operands[i] : Tensor(); };

  std::vector<double> x = operands[0].elements<double>();
  std::vector<int64_t> lengths(batch, steps);
  if (operands[4]) {
    lengths = operands[4].elements<int64_t>();
    for (int64_t length : lengths)
      if (length < 0 || length > steps)
        return op->emitOpError("has a sequence of ") << length << " steps, but x has " << steps;
  }
  auto stateIndex = [&](int64_t d, int64_t n) {
    return (layer.batchMajor ? n * directions + d : d * batch + n) * hidden;
  };
  std::vector<double> y(types[0].getNumElements(), 0.0), h(directions * batch * hidden, 0.0), c = h;
  if (operands[5])
    h = operands[5].elements<double>();
  if (getOperand(6))
    c = operands[6].elements<double>();
  for (int64_t d = 0; d < directions; ++d) {
    Direction direction(layer, d, inputs, getPart(operands[1], d, rows * inputs),
                        getPart(operands[2], d, rows * hidden), getPart(operands[3], d, 2 * rows),
                        getPart(getOperand(7), d, 3 * hidden));
    for (int64_t n = 0; n < batch; ++n)
      for (int64_t i = 0; i < lengths[n]; ++i) {
        int64_t t = layer.isReverse(d) ? lengths[n] - 1 - i : i;
        double *state = h.data() + stateIndex(d, n);
        direction.step(x.data() + (layer.batchMajor ? n * steps + t : t * batch + n) * inputs,
                       state, c.data() + stateIndex(d, n));
        int64_t place =
            layer.batchMajor ? (n * steps + t) * directions + d : (t * directions + d) * batch + n;
        std::copy(state, state + hidden, y.begin() + place * hidden);
      }
  }
  SmallVector<Tensor> results = {makeTensor<double>(types[0], y), makeTensor<double>(types[1], h)};
  if (types.size() > 2)
    results.push_back(makeTensor<double>(types[2], c));
  return results;
}

void eval::addRecurrentEvaluators(EvaluatorTable &table) {
  table.add<onnx::RNNOp, onnx::GRUOp, onnx::LSTMOp>(evaluateRecurrent);
}
