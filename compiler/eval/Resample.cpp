// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Resizing and sampling. A Resize is done one dimension after another: every position of the result
// is a weighted sum of some positions of the operand.

#include "compiler/eval/Families.h"
#include "compiler/eval/Windows.h"
#include "dialects/onnx/OnnxResampleOps.h"

#include <cmath>
#include <cstring>

using namespace mlir;
using namespace fovea;
using namespace fovea::eval;

namespace {

/// Element `from` times `weight`.
struct Tap {
  int64_t from;
  double weight;
};

/// What the positions along one dimension read; nothing where the standard extrapolates.
using AxisTaps = std::vector<std::vector<Tap>>;

/// A Resize along one dimension.
struct AxisResize {
  onnx::ResizeOp op;
  int64_t from, to;
  double scale, begin, end;
  /// The length that the standard computes with, whole or not.
  double length;

  double getCoordinate(double at);
  std::vector<Tap> getTaps(double coordinate);
};

} // namespace

double AxisResize::getCoordinate(double at) {
  StringRef mode = op.getCoordinateTransformationMode();
  double last = double(from) - 1;
  if (mode == "align_corners")
    return length > 1 ? at * last / (length - 1) : 0;
  if (mode == "asymmetric")
    return at / scale;
  if (mode == "tf_half_pixel_for_nn")
    return (at + 0.5) / scale;
  if (mode == "tf_crop_and_resize")
    return length > 1 ? begin * last + at * (end - begin) * last / (length - 1)
                      : 0.5 * (begin + end) * last;
  if (mode == "pytorch_half_pixel" && length <= 1)
    return 0;
  double coordinate = (at + 0.5) / scale - 0.5;
  if (mode == "half_pixel_symmetric")
    coordinate += double(from) / 2 * (1 - double(to) / length);
  return coordinate;
}

/// The value at `x` of the cubic convolution kernel.
static double evaluateCubic(double x, double a) {
  x = std::fabs(x);
  if (x <= 1)
    return (a + 2) * x * x * x - (a + 3) * x * x + 1;
  return x < 2 ? a * x * x * x - 5 * a * x * x + 8 * a * x - 4 * a : 0;
}

std::vector<Tap> AxisResize::getTaps(double coordinate) {
  auto clampToEdge = [&](double at) {
    return int64_t(std::clamp<double>(at, 0, double(from) - 1));
  };
  StringRef mode = op.getMode();
  if (mode == "nearest") {
    StringRef rounding = op.getNearestMode();
    double at = rounding == "floor"               ? std::floor(coordinate)
                : rounding == "ceil"              ? std::ceil(coordinate)
                : rounding == "round_prefer_ceil" ? std::floor(coordinate + 0.5)
                                                  : std::ceil(coordinate - 0.5);
    return {{clampToEdge(at), 1}};
  }
  double stretch = op.getAntialias() ? std::min(scale, 1.0) : 1;
  double radius = (mode == "linear" ? 1 : 2) / stretch;
  double a = op.getCubicCoeffA().convertToFloat(), sum = 0;
  std::vector<Tap> taps;
  // The filter is 0 at its ends.
  for (double at = std::floor(coordinate - radius) + 1; at < coordinate + radius; ++at) {
    if (op.getExcludeOutside() && (at < 0 || at >= double(from)))
      continue;
    double distance = (at - coordinate) * stretch;
    double weight =
        mode == "linear" ? std::max(0.0, 1 - std::fabs(distance)) : evaluateCubic(distance, a);
    taps.push_back({clampToEdge(at), weight});
    sum += weight;
  }
  if ((op.getAntialias() || op.getExcludeOutside()) && sum != 0)
    for (Tap &tap : taps)
      tap.weight /= sum;
  return taps;
}

/// One entry per dimension of x; those that do not change read themselves.
static FailureOr<SmallVector<AxisTaps>> getAllTaps(onnx::ResizeOp op, ArrayRef<Tensor> operands,
                                                   ArrayRef<int64_t> to) {
  ArrayRef<int64_t> from = operands[0].getShape();
  SmallVector<AxisTaps> result(from.size());
  for (auto [dim, taps] : llvm::enumerate(result))
    for (int64_t at = 0; at < to[dim]; ++at)
      taps.push_back({{at, 1}});
  SmallVector<int64_t> axes = onnx::getResizeAxes(op, from.size());
  std::vector<double> roi, scales, sizes;
  bool isCrop = op.getCoordinateTransformationMode() == "tf_crop_and_resize";
  if (isCrop)
    roi = operands[1].elements<double>();
  if (operands[2])
    scales = operands[2].elements<double>();
  else
    sizes = operands[3].elements<double>();
  double common = 0;
  for (size_t i = 0; i < sizes.size(); ++i) {
    double scale = sizes[i] / double(from[axes[i]]);
    bool isLeast = op.getKeepAspectRatioPolicy() == "not_larger";
    common = i == 0 ? scale : isLeast ? std::min(common, scale) : std::max(common, scale);
  }
  for (auto [i, dim] : llvm::enumerate(axes)) {
    bool isStretched = scales.empty() && op.getKeepAspectRatioPolicy() == "stretch";
    double scale = isStretched ? sizes[i] / double(from[dim]) : scales.empty() ? common : scales[i];
    double length = isStretched ? sizes[i] : scale * double(from[dim]);
    if (!(scale > 0) || !std::isfinite(scale))
      return op.emitOpError("has the scale ") << scale << ", expected a positive number";
    AxisResize axis = {op,    from[dim],           to[dim],
                       scale, isCrop ? roi[i] : 0, isCrop ? roi[axes.size() + i] : 1,
                       length};
    for (int64_t at = 0; at < to[dim]; ++at) {
      double coordinate = axis.getCoordinate(double(at));
      bool isOutside = isCrop && !(coordinate >= 0 && coordinate <= double(from[dim] - 1));
      result[dim][at] = isOutside ? std::vector<Tap>() : axis.getTaps(coordinate);
    }
  }
  return result;
}

/// The elements that a Resize to the nearest one reads, copied.
static Tensor sampleNearest(const Tensor &x, RankedTensorType type, ArrayRef<AxisTaps> taps,
                            double extrapolation) {
  NewTensor result = allocate(type);
  int64_t bytes = x.elementBytes();
  SmallVector<int64_t> strides = getStrides(x.getShape()), at(type.getRank(), 0);
  for (int64_t i = 0; i < type.getNumElements(); ++i, advance(at, type.getShape())) {
    int64_t from = 0;
    bool isInside = true;
    for (int64_t dim = 0; dim < type.getRank(); ++dim) {
      const std::vector<Tap> &read = taps[dim][at[dim]];
      isInside &= !read.empty();
      from += read.empty() ? 0 : read.front().from * strides[dim];
    }
    if (isInside)
      std::memcpy(result.bytes + i * bytes, x.bytes() + (x.isSplat() ? 0 : from * bytes), bytes);
    else
      store(x.kind(), &extrapolation, 1, result.bytes + i * bytes);
  }
  return result.tensor;
}

static Results evaluateResize(Operation *op, ArrayRef<Tensor> operands, Types types) {
  auto resize = cast<onnx::ResizeOp>(op);
  const Tensor &x = operands[0];
  FailureOr<SmallVector<AxisTaps>> taps = getAllTaps(resize, operands, types[0].getShape());
  if (failed(taps))
    return failure();
  double extrapolation = resize.getExtrapolationValue().convertToFloat();
  if (resize.getMode() == "nearest")
    return SmallVector<Tensor>{sampleNearest(x, types[0], *taps, extrapolation)};
  std::vector<double> values = x.elements<double>();
  SmallVector<int64_t> shape(x.getShape());
  for (auto [dim, axis] : llvm::enumerate(*taps)) {
    int64_t inner = countPoints(ArrayRef(shape).drop_front(dim + 1)), from = shape[dim],
            to = axis.size(), outer = countPoints(ArrayRef(shape).take_front(dim));
    std::vector<double> result(outer * to * inner, 0);
    for (int64_t o = 0; o < outer; ++o)
      for (int64_t at = 0; at < to; ++at)
        for (int64_t i = 0; i < inner; ++i) {
          double &sum = result[(o * to + at) * inner + i];
          if (axis[at].empty())
            sum = extrapolation;
          for (const Tap &tap : axis[at])
            sum += tap.weight * values[(o * from + tap.from) * inner + i];
        }
    values = std::move(result);
    shape[dim] = to;
  }
  if (!isFloat(x.kind()))
    for (double &value : values)
      value = std::nearbyint(value);
  return SmallVector<Tensor>{makeTensor<double>(types[0], values)};
}

void eval::addResampleEvaluators(EvaluatorTable &table) {
  table.add<onnx::ResizeOp>(evaluateResize);
}
