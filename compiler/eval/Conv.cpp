// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Convolution over any number of spatial dimensions, as the product of the filters with a matrix of
// patches.

#include "compiler/eval/Families.h"
#include "compiler/eval/Windows.h"
#include "dialects/onnx/OnnxConvOps.h"

#include <cmath>

using namespace mlir;
using namespace fovea;
using namespace fovea::eval;

template <typename Number>
static Results convolve(onnx::ConvOp conv, ArrayRef<Tensor> operands, Types types) {
  using Element = Loaded<Number>;
  auto read = [](const Tensor &tensor) {
    std::vector<Element> elements = tensor.elements<Element>();
    return std::vector<Number>(elements.begin(), elements.end());
  };
  const Tensor &x = operands[0], &w = operands[1];
  ArrayRef<int64_t> result = types[0].getShape();
  FailureOr<Sliding> window =
      Sliding::get(conv, onnx::getWindows(conv), x.getShape(), w.getShape().drop_front(2), result);
  if (failed(window))
    return failure();
  int64_t batch = result[0], group = conv.getGroup(), filters = result[1] / group,
          channels = w.getShape()[1], kernel = countPoints(window->kernel),
          points = countPoints(window->results), plane = countPoints(window->extents);
  std::vector<Number> input = read(x), weights = read(w), sums(types[0].getNumElements(), 0);
  // Where each (kernel position, result position) reads is the same for every channel.
  std::vector<int64_t> reads = window->locate();
  std::vector<Number> patches(channels * kernel * points);
  for (int64_t n = 0; n < batch; ++n)
    for (int64_t g = 0; g < group; ++g) {
      for (int64_t c = 0; c < channels; ++c) {
        const Number *from = input.data() + ((n * group + g) * channels + c) * plane;
        Number *to = patches.data() + c * kernel * points;
        for (int64_t i = 0; i < kernel * points; ++i)
          to[i] = reads[i] < 0 ? 0 : from[reads[i]];
      }
      multiplyMatrices<Number>(filters, points, channels * kernel,
                               weights.data() + g * filters * channels * kernel, patches.data(),
                               sums.data() + (n * group + g) * filters * points);
    }
  if (operands[2]) {
    std::vector<Number> bias = read(operands[2]);
    for (size_t i = 0; i < sums.size(); ++i)
      sums[i] += bias[i / points % bias.size()];
  }
  std::vector<Element> results(sums.begin(), sums.end());
  return SmallVector<Tensor>{makeTensor<Element>(types[0], results)};
}

static Results evaluateConv(Operation *op, ArrayRef<Tensor> operands, Types types) {
  auto conv = cast<onnx::ConvOp>(op);
  return isFloat(operands[0].kind()) ? convolve<double>(conv, operands, types)
                                     : convolve<uint64_t>(conv, operands, types);
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

/// A plane of x between its elements; zero outside.
static double interpolate(const double *plane, int64_t height, int64_t width, double y, double x) {
  double row = std::floor(y), column = std::floor(x), sum = 0;
  for (int64_t i : {0, 1})
    for (int64_t j : {0, 1}) {
      double r = row + double(i), c = column + double(j);
      if (r >= 0 && r < double(height) && c >= 0 && c < double(width))
        sum += (1 - std::fabs(y - r)) * (1 - std::fabs(x - c)) *
               plane[int64_t(r) * width + int64_t(c)];
    }
  return sum;
}

static Results evaluateDeformConv(Operation *op, ArrayRef<Tensor> operands, Types types) {
  auto conv = cast<onnx::DeformConvOp>(op);
  ArrayRef<int64_t> from = operands[0].getShape(), filter = operands[1].getShape(),
                    to = types[0].getShape();
  std::vector<double> x = operands[0].elements<double>(), w = operands[1].elements<double>(),
                      offset = operands[2].elements<double>(), bias, mask,
                      y(types[0].getNumElements());
  if (operands[3])
    bias = operands[3].elements<double>();
  if (operands[4])
    mask = operands[4].elements<double>();
  int64_t taps = filter[2] * filter[3], points = to[2] * to[3],
          offsetGroups = conv.getOffsetGroup(), perGroup = to[1] / conv.getGroup(),
          perOffset = from[1] / offsetGroups;
  SmallVector<int64_t> at(4, 0);
  for (double &sum : y) {
    sum = bias.empty() ? 0 : bias[at[1]];
    for (int64_t c = 0; c < filter[1]; ++c)
      for (int64_t k = 0; k < taps; ++k) {
        int64_t channel = at[1] / perGroup * filter[1] + c, point = at[2] * to[3] + at[3],
                tap = (at[0] * offsetGroups + channel / perOffset) * taps + k;
        double place[2];
        for (int64_t i : {0, 1})
          place[i] = double(at[2 + i] * conv.getStrides()[i] - conv.getPads()[i] +
                            (i ? k % filter[3] : k / filter[3]) * conv.getDilations()[i]) +
                     offset[(2 * tap + i) * points + point];
        double element = interpolate(x.data() + (at[0] * from[1] + channel) * from[2] * from[3],
                                     from[2], from[3], place[0], place[1]);
        sum += element * w[(at[1] * filter[1] + c) * taps + k] *
               (mask.empty() ? 1 : mask[tap * points + point]);
      }
    advance(at, to);
  }
  return SmallVector<Tensor>{makeTensor<double>(types[0], y)};
}

void eval::addConvEvaluators(EvaluatorTable &table) {
  table.add<onnx::ConvOp>(evaluateConv);
  table.add<onnx::ConvTransposeOp>(evaluateConvTranspose);
  table.add<onnx::DeformConvOp>(evaluateDeformConv);
}
