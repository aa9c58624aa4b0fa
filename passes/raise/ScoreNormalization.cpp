// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// (x - mean) / sqrt(variance + epsilon) * scale + shift is a * x + b with one a and b per channel;
// steps of the score region read them like any other tensor.

#include "passes/raise/ScoreNormalization.h"

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxMatrixOps.h"
#include "dialects/onnx/OnnxReduceOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "passes/raise/GraphBuilder.h"
#include "passes/raise/GraphMatch.h"

#include "llvm/ADT/SetVector.h"

#include <cmath>

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

/// The normalisation that the softmax reads through layout changes and sums, or null.
static onnx::BatchNormalizationOp findNormalization(onnx::SoftmaxOp softmax) {
  Value value = softmax.getX();
  for (unsigned depth = 0; depth < 8 && value.hasOneUse(); ++depth) {
    Operation *op = value.getDefiningOp();
    if (auto norm = dyn_cast_or_null<onnx::BatchNormalizationOp>(op))
      return norm;
    if (!isa_and_nonnull<onnx::ReshapeOp, onnx::TransposeOp, onnx::SqueezeOp, onnx::UnsqueezeOp,
                         onnx::ReduceSumOp, onnx::IdentityOp>(op))
      return {};
    value = op->getOperand(0);
  }
  return {};
}

static Value makeVector(GraphBuilder &graph, ArrayRef<double> numbers, ArrayRef<int64_t> shape) {
  SmallVector<float> elements(numbers.begin(), numbers.end());
  auto type = RankedTensorType::get(shape, graph.builder.getF32Type());
  ArrayRef<char> bytes(reinterpret_cast<const char *>(elements.data()),
                       elements.size() * sizeof(float));
  return onnx::ConstantOp::create(graph.builder, graph.loc, onnx::makeConstant(type, bytes));
}

/// The normalisations of several products with the probabilities, which may be those of the parts
/// of a sum.
static SmallVector<onnx::BatchNormalizationOp> findOutputNormalizations(onnx::SoftmaxOp softmax) {
  static constexpr size_t limit = 48;
  llvm::SetVector<Operation *> reached;
  SmallVector<onnx::BatchNormalizationOp> norms;
  reached.insert(softmax);
  for (size_t next = 0; next < reached.size() && reached.size() < limit; ++next)
    for (Operation *user : reached[next]->getUsers()) {
      if (auto norm = dyn_cast<onnx::BatchNormalizationOp>(user))
        norms.push_back(norm);
      else if (isa<onnx::MatMulOp, onnx::MulOp, onnx::ReduceSumOp, onnx::ReshapeOp,
                   onnx::TransposeOp, onnx::SqueezeOp, onnx::UnsqueezeOp, onnx::ConcatOp,
                   onnx::CastOp, onnx::IdentityOp>(user))
        reached.insert(user);
    }
  return softmax.getY().hasOneUse() ? SmallVector<onnx::BatchNormalizationOp>() : norms;
}

static void spellOut(onnx::BatchNormalizationOp norm, RewriterBase &rewriter) {
  RankedTensorType type = norm ? getStaticType(norm.getX()) : RankedTensorType();
  if (!type || norm.getTraining() || type.getRank() < 2 || !type.getElementType().isF32())
    return;
  auto scale = onnx::getConstantNumbers(norm.getScale());
  auto shift = onnx::getConstantNumbers(norm.getBias());
  auto mean = onnx::getConstantNumbers(norm.getMean());
  auto variance = onnx::getConstantNumbers(norm.getVariance());
  size_t channels = type.getDimSize(1);
  for (auto &numbers : {scale, shift, mean, variance})
    if (!numbers || numbers->size() != channels)
      return;
  double epsilon = norm.getEpsilon().convertToDouble();
  for (size_t n = 0; n < channels; ++n) {
    (*scale)[n] /= std::sqrt((*variance)[n] + epsilon);
    (*shift)[n] -= (*mean)[n] * (*scale)[n];
    if (!std::isfinite((*scale)[n]) || !std::isfinite((*shift)[n]))
      return;
  }
  rewriter.setInsertionPoint(norm);
  GraphBuilder graph(rewriter, norm.getLoc());
  SmallVector<int64_t> shape(type.getRank() - 1, 1);
  shape[0] = channels;
  Value result = graph.like<onnx::MulOp>(norm.getX(), makeVector(graph, *scale, shape));
  result = graph.like<onnx::AddOp>(result, makeVector(graph, *shift, shape));
  rewriter.replaceAllUsesWith(norm.getY(), result);
  eraseDead(norm, rewriter);
}

void raise::spellOutNormalization(onnx::SoftmaxOp softmax, RewriterBase &rewriter) {
  if (onnx::BatchNormalizationOp norm = findNormalization(softmax))
    spellOut(norm, rewriter);
  for (onnx::BatchNormalizationOp norm : findOutputNormalizations(softmax))
    spellOut(norm, rewriter);
}
