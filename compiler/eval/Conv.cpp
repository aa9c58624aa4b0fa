// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Convolution over any number of spatial dimensions, as the product of the filters with a matrix of
// patches.

#include "compiler/eval/Families.h"
#include "dialects/onnx/OnnxConvOps.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::eval;

namespace {

/// The spatial part of a convolution.
struct Window {
  ArrayRef<int64_t> extents, kernel, results, strides, dilations, begins;

  /// Where the input element lies that a kernel position reads for a result position; -1 in the
  /// padding.
  int64_t locate(ArrayRef<int64_t> kernelAt, ArrayRef<int64_t> resultAt) const {
    int64_t element = 0;
    for (size_t i = 0; i < extents.size(); ++i) {
      int64_t at = resultAt[i] * strides[i] + kernelAt[i] * dilations[i] - begins[i];
      if (at < 0 || at >= extents[i])
        return -1;
      element = element * extents[i] + at;
    }
    return element;
  }
};

int64_t count(ArrayRef<int64_t> extents) {
  int64_t product = 1;
  for (int64_t extent : extents)
    product *= extent;
  return product;
}

/// Steps to the next position in row-major order.
void advance(SmallVectorImpl<int64_t> &position, ArrayRef<int64_t> extents) {
  for (int64_t i = int64_t(extents.size()) - 1; i >= 0 && ++position[i] == extents[i]; --i)
    position[i] = 0;
}

} // namespace

static Results evaluateConv(Operation *op, ArrayRef<Tensor> operands, Types types) {
  auto conv = cast<onnx::ConvOp>(op);
  const Tensor &x = operands[0], &w = operands[1];
  ArrayRef<int64_t> result = types[0].getShape();
  Window window = {x.getShape().drop_front(2), w.getShape().drop_front(2),
                   result.drop_front(2),       conv.getStrides(),
                   conv.getDilations(),        conv.getPads().take_front(conv.getStrides().size())};
  int64_t batch = result[0], group = conv.getGroup(), filters = result[1] / group,
          channels = w.getShape()[1], kernel = count(window.kernel), points = count(window.results),
          plane = count(window.extents);
  std::vector<double> input = x.elements<double>(), weights = w.elements<double>(),
                      sums(types[0].getNumElements(), 0);
  // Where each (kernel position, result position) reads is the same for every channel.
  std::vector<int64_t> reads(kernel * points);
  SmallVector<int64_t> kernelAt(window.kernel.size(), 0), resultAt(window.results.size(), 0);
  for (int64_t k = 0; k < kernel; ++k, advance(kernelAt, window.kernel))
    for (int64_t p = 0; p < points; ++p, advance(resultAt, window.results))
      reads[k * points + p] = window.locate(kernelAt, resultAt);
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
