// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Convolution over any number of spatial dimensions, as the product of the filters with a matrix of
// patches.

#include "compiler/eval/Families.h"
#include "compiler/eval/Windows.h"
#include "dialects/onnx/OnnxConvOps.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::eval;

static Results evaluateConv(Operation *op, ArrayRef<Tensor> operands, Types types) {
  auto conv = cast<onnx::ConvOp>(op);
  const Tensor &x = operands[0], &w = operands[1];
  ArrayRef<int64_t> result = types[0].getShape();
  FailureOr<Sliding> window =
      Sliding::get(conv, onnx::getWindows(conv), x.getShape(), w.getShape().drop_front(2), result);
  if (failed(window))
    return failure();
  int64_t batch = result[0], group = conv.getGroup(), filters = result[1] / group,
          channels = w.getShape()[1], kernel = countPoints(window->kernel),
          points = countPoints(window->results), plane = countPoints(window->extents);
  std::vector<double> input = x.elements<double>(), weights = w.elements<double>(),
                      sums(types[0].getNumElements(), 0);
  // Where each (kernel position, result position) reads is the same for every channel.
  std::vector<int64_t> reads = window->locate();
  std::vector<double> patches(channels * kernel * points);
  for (int64_t n = 0; n < batch; ++n)
    for (int64_t g = 0; g < group; ++g) {
      for (int64_t c = 0; c < channels; ++c) {
        const double *from = input.data() + ((n * group + g) * channels + c) * plane;
        double *to = patches.data() + c * kernel * points;
        for (int64_t i = 0; i < kernel * points; ++i)
          to[i] = reads[i] < 0 ? 0 : from[reads[i]];
      }
      multiplyMatrices<double>(filters, points, channels * kernel,
                               weights.data() + g * filters * channels * kernel, patches.data(),
                               sums.data() + (n * group + g) * filters * points);
    }
  if (operands[2]) {
    std::vector<double> bias = operands[2].elements<double>();
    for (size_t i = 0; i < sums.size(); ++i)
      sums[i] += bias[i / points % bias.size()];
  }
  return SmallVector<Tensor>{makeTensor<double>(types[0], sums)};
}

void eval::addConvEvaluators(EvaluatorTable &table) { table.add<onnx::ConvOp>(evaluateConv); }
