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

/// Every element of x adds its multiple of the kernel to the result.
static Results evaluateConvTranspose(Operation *op, ArrayRef<Tensor> operands, Types types) {
  auto conv = cast<onnx::ConvTransposeOp>(op);
  const Tensor &x = operands[0], &w = operands[1];
  ArrayRef<int64_t> from = x.getShape().drop_front(2), kernel = w.getShape().drop_front(2),
                    to = types[0].getShape().drop_front(2);
  int64_t points = countPoints(from), taps = countPoints(kernel), results = countPoints(to),
          groups = conv.getGroup(), inChannels = w.getShape()[0] / groups,
          outChannels = w.getShape()[1];
  ArrayRef<int64_t> strides = conv.getStrides(), dilations = conv.getDilations();
  SmallVector<int64_t> begins(conv.getPads().take_front(from.size()));
  for (size_t dim = 0; dim < from.size(); ++dim) {
    if (!conv.getOutputShape() && !conv.getAutoPad().starts_with("SAME"))
      continue;
    // What the result has not room for is cut off at both ends.
    int64_t span = (kernel[dim] - 1) * dilations[dim] + 1;
    int64_t excess = strides[dim] * (from[dim] - 1) + conv.getOutputPadding()[dim] + span - to[dim];
    excess = std::max<int64_t>(excess, 0);
    begins[dim] = conv.getAutoPad() == "SAME_UPPER" ? excess / 2 : excess - excess / 2;
  }
  std::vector<double> input = x.elements<double>(), weights = w.elements<double>(),
                      sums(types[0].getNumElements(), 0);
  SmallVector<int64_t> point(from.size(), 0), tap(from.size(), 0);
  for (int64_t p = 0; p < points; ++p, advance(point, from))
    for (int64_t k = 0; k < taps; ++k, advance(tap, kernel)) {
      int64_t place = 0;
      for (size_t dim = 0; dim < to.size() && place >= 0; ++dim) {
        int64_t at = point[dim] * strides[dim] + tap[dim] * dilations[dim] - begins[dim];
        place = at < 0 || at >= to[dim] ? -1 : place * to[dim] + at;
      }
      if (place < 0)
        continue;
      for (int64_t n = 0; n < x.getShape()[0]; ++n)
        for (int64_t g = 0; g < groups; ++g)
          for (int64_t c = 0; c < inChannels; ++c) {
            double element = input[((n * groups + g) * inChannels + c) * points + p];
            const double *filter = weights.data() + (g * inChannels + c) * outChannels * taps + k;
            double *sum = sums.data() + (n * groups + g) * outChannels * results + place;
            for (int64_t o = 0; o < outChannels; ++o)
              sum[o * results] += element * filter[o * taps];
          }
    }
  if (operands[2]) {
    std::vector<double> bias = operands[2].elements<double>();
    for (size_t i = 0; i < sums.size(); ++i)
      sums[i] += bias[i / results % bias.size()];
  }
  return SmallVector<Tensor>{makeTensor<double>(types[0], sums)};
}

void eval::addConvEvaluators(EvaluatorTable &table) {
  table.add<onnx::ConvOp>(evaluateConv);
  table.add<onnx::ConvTransposeOp>(evaluateConvTranspose);
}
