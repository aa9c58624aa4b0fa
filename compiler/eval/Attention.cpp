// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The standard's Attention, one head at a time: scores, cap, mask, softmax, values. A row that sees
// no key is zero.

#include "compiler/eval/Families.h"
#include "dialects/onnx/OnnxAttentionOps.h"

#include <cmath>
#include <limits>

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

/// What is added to the scores of every (batch, head, query, key), right-aligned; false becomes
/// -inf.
std::vector<double> getBias(const Tensor &mask, ArrayRef<int64_t> scores) {
  std::vector<double> bias = mask.elementsAs<double>(scores);
  if (mask.kind() == Kind::Bool)
    for (double &element : bias)
      element = element != 0 ? 0 : -infinity;
  return bias;
}

} // namespace

static Results evaluateAttention(Operation *op, ArrayRef<Tensor> operands, Types types) {
  auto attention = cast<onnx::AttentionOp>(op);
  Heads q(operands[0], attention.getQNumHeads()), k(operands[1], attention.getKvNumHeads()),
      v(operands[2], attention.getKvNumHeads());
  std::vector<double> bias;
  if (operands[3])
    bias = getBias(operands[3], {q.batch, q.heads, q.sequence, k.sequence});
  double scale = attention.getScale() ? double(attention.getScale()->convertToFloat())
                                      : 1 / std::sqrt(double(q.size));
  double softcap = attention.getSoftcap().convertToFloat();
  int64_t shared = k.heads ? q.heads / k.heads : 1;
  std::vector<double> result(types[0].getNumElements(), 0), scores(k.sequence);
  for (int64_t b = 0; b < q.batch; ++b)
    for (int64_t h = 0; h < q.heads; ++h)
      for (int64_t s = 0; s < q.sequence; ++s) {
        const double *query = q.values.data() + q.locate(b, h, s);
        double greatest = -infinity;
        for (int64_t t = 0; t < k.sequence; ++t) {
          const double *key = k.values.data() + k.locate(b, h / shared, t);
          double score = 0;
          for (int64_t d = 0; d < q.size; ++d)
            score += query[d] * key[d];
          score *= scale;
          if (softcap != 0)
            score = softcap * std::tanh(score / softcap);
          if (!bias.empty())
            score += bias[((b * q.heads + h) * q.sequence + s) * k.sequence + t];
          if (attention.getIsCausal() && t > s)
            score = -infinity;
          scores[t] = score;
          greatest = std::isnan(score) ? score : std::max(greatest, score);
        }
        if (greatest == -infinity)
          continue;
        softmaxInPlace(scores.data(), k.sequence, 1);
        double *row =
            result.data() + (q.isInterleaved ? ((b * q.sequence + s) * q.heads + h) * v.size
                                             : ((b * q.heads + h) * q.sequence + s) * v.size);
        for (int64_t t = 0; t < k.sequence; ++t) {
          const double *value = v.values.data() + v.locate(b, h / shared, t);
          for (int64_t d = 0; d < v.size; ++d)
            row[d] += scores[t] * value[d];
        }
      }
  return SmallVector<Tensor>{makeTensor<double>(types[0], result)};
}

void eval::addAttentionEvaluators(EvaluatorTable &table) {
  table.add<onnx::AttentionOp>(evaluateAttention);
}
