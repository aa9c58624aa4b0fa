// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The standard's Attention, one query at a time: scores, cap, mask, softmax, values. A row that
// sees no key is zero.

#include "compiler/eval/Families.h"
#include "dialects/onnx/OnnxAttentionOps.h"

#include <cmath>
#include <limits>
#include <tuple>

using namespace mlir;
using namespace fovea;
using namespace fovea::eval;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// An operand as heads, from [batch, heads, sequence, size] or [batch, sequence, heads * size].
struct Heads {
  std::vector<double> values;
  int64_t batch, heads, sequence, size;
  bool isInterleaved;

  Heads(const Tensor &x, std::optional<int64_t> count)
      : values(x.elements<double>()), isInterleaved(x.getRank() == 3) {
    ArrayRef<int64_t> shape = x.getShape();
    batch = shape[0];
    heads = isInterleaved ? *count : shape[1];
    sequence = isInterleaved ? shape[1] : shape[2];
    size = isInterleaved ? shape[2] / heads : shape[3];
  }
  int64_t locate(int64_t b, int64_t h, int64_t s) const {
    return isInterleaved ? ((b * sequence + s) * heads + h) * size
                         : ((b * heads + h) * sequence + s) * size;
  }
};

/// What is added to the scores of one query, the mask and the bounds on what it sees together.
class Bias {
public:
  Bias(onnx::AttentionOp op, ArrayRef<Tensor> operands, ArrayRef<int64_t> scores)
      : queries(scores[2]), keys(scores[3]), heads(scores[1]), causal(op.getIsCausal()),
        left(op.getLeftWindow()), right(op.getRightWindow()) {
    if (const Tensor &tensor = operands[3]) {
      isBool = tensor.kind() == Kind::Bool;
      width =
          tensor.getRank() > 0 && tensor.getShape().back() > 1 ? tensor.getShape().back() : keys;
      mask = tensor.elementsAs<double>({scores[0], heads, queries, width});
    }
    // Far more than any number of keys, and far from overflow.
    auto clamp = [](int64_t number) { return std::clamp(number, -farAway, farAway); };
    left = clamp(left), right = clamp(right);
    first.assign(scores[0], 0);
    count.assign(scores[0], keys);
    if (operands.size() > 4)
      first = operands[4].elementsAs<int64_t>({scores[0]});
    if (operands.size() > 5)
      count = operands[5].elementsAs<int64_t>({scores[0]});
    llvm::transform(first, first.begin(), clamp);
  }

  /// The bias of a query's row into `row`; whether it leaves any key.
  bool get(int64_t b, int64_t h, int64_t s, std::vector<double> &row) const {
    bool any = false;
    int64_t position = first[b] + s;
    for (int64_t t = 0; t < keys; ++t) {
      bool hidden = t >= count[b] || (causal && t > position) ||
                    (left >= 0 && t < position - left) || (right >= 0 && t > position + right);
      double bias = hidden ? -infinity : 0;
      if (width && t >= width)
        bias = -infinity;
      else if (width) {
        double element = mask[((b * heads + h) * queries + s) * width + t];
        bias += !isBool ? element : element != 0 ? 0 : -infinity;
      }
      row[t] = bias;
      any |= bias != -infinity;
    }
    return any;
  }

private:
  static constexpr int64_t farAway = int64_t(1) << 60;
  int64_t queries, keys, heads, width = 0;
  bool causal, isBool = false;
  int64_t left, right;
  std::vector<double> mask;
  std::vector<int64_t> first, count;
};

} // namespace

static Results evaluateAttention(Operation *op, ArrayRef<Tensor> operands, Types types) {
  auto attention = cast<onnx::AttentionOp>(op);
  Heads q(operands[0], attention.getQNumHeads()), k(operands[1], attention.getKvNumHeads()),
      v(operands[2], attention.getKvNumHeads());
  Bias biases(attention, operands, {q.batch, q.heads, q.sequence, k.sequence});
  double scale = attention.getScale() ? double(attention.getScale()->convertToFloat())
                                      : 1 / std::sqrt(double(q.size));
  double softcap = attention.getSoftcap().convertToFloat();
  int64_t shared = k.heads ? q.heads / k.heads : 1, mode = attention.getScoresMode();
  std::vector<double> result(types[0].getNumElements(), 0), scores(k.sequence), bias(k.sequence);
  std::vector<double> shown(attention.getScores() ? types[1].getNumElements() : 0);
  for (int64_t b = 0; b < q.batch; ++b)
    for (int64_t h = 0; h < q.heads; ++h)
      for (int64_t s = 0; s < q.sequence; ++s) {
        double *row = shown.empty()
                          ? nullptr
                          : shown.data() + ((b * q.heads + h) * q.sequence + s) * k.sequence;
        auto show = [&](int64_t stage) {
          if (row && mode == stage)
            std::copy(scores.begin(), scores.end(), row);
        };
        const double *query = q.values.data() + q.locate(b, h, s);
        for (int64_t t = 0; t < k.sequence; ++t) {
          const double *key = k.values.data() + k.locate(b, h / shared, t);
          double score = 0;
          for (int64_t d = 0; d < q.size; ++d)
            score += query[d] * key[d];
          scores[t] = score * scale;
        }
        show(0);
        for (double &score : scores)
          if (softcap > 0)
            score = softcap * std::tanh(score / softcap);
        show(1);
        bool any = biases.get(b, h, s, bias);
        double greatest = -infinity;
        for (int64_t t = 0; t < k.sequence; ++t) {
          scores[t] += bias[t];
          greatest = std::isnan(scores[t]) ? scores[t] : std::max(greatest, scores[t]);
        }
        show(2);
        if (!any || greatest == -infinity)
          std::fill(scores.begin(), scores.end(), 0);
        else
          softmaxInPlace(scores.data(), k.sequence, 1);
        show(3);
        if (!any)
          continue;
        double *out =
            result.data() + (q.isInterleaved ? ((b * q.sequence + s) * q.heads + h) * v.size
                                             : ((b * q.heads + h) * q.sequence + s) * v.size);
        for (int64_t t = 0; t < k.sequence; ++t) {
          const double *value = v.values.data() + v.locate(b, h / shared, t);
          for (int64_t d = 0; d < v.size; ++d)
            out[d] += scores[t] * value[d];
        }
      }
  SmallVector<Tensor> results = {makeTensor<double>(types[0], result)};
  if (attention.getScores())
    results.push_back(makeTensor<double>(types[1], shown));
  return results;
}

static Results evaluateRotaryEmbedding(Operation *op, ArrayRef<Tensor> operands, Types types) {
  auto rotary = cast<onnx::RotaryEmbeddingOp>(op);
  int64_t size = operands[0].getShape().back();
  int64_t pairs = (rotary.getRotatedSize() ? rotary.getRotatedSize() : size) / 2;
  SmallVector<int64_t> shape(operands[0].getShape());
  shape.back() = pairs;
  std::vector<double> values = operands[0].elements<double>(),
                      cosine = operands[1].elementsAs<double>(shape),
                      sine = operands[2].elementsAs<double>(shape);
  int64_t rows = pairs ? int64_t(cosine.size()) / pairs : 0;
  int64_t step = rotary.getInterleaved() ? 2 : 1, distance = rotary.getInterleaved() ? 1 : pairs;
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t pair = 0; pair < pairs; ++pair) {
      double *a = &values[row * size + pair * step], *b = a + distance;
      double c = cosine[row * pairs + pair], s = sine[row * pairs + pair];
      std::tie(*a, *b) = std::pair(*a * c - *b * s, *a * s + *b * c);
    }
  return SmallVector<Tensor>{makeTensor<double>(types[0], values)};
}

void eval::addAttentionEvaluators(EvaluatorTable &table) {
  table.add<onnx::AttentionOp>(evaluateAttention);
  table.add<onnx::RotaryEmbeddingOp>(evaluateRotaryEmbedding);
}
