// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sampling at computed coordinates: AffineGrid, GridSample, RoiAlign. Coordinates are computed in
// the type that holds them, since which element is nearest depends on it.

#include "compiler/eval/Families.h"
#include "compiler/eval/Windows.h"
#include "dialects/onnx/OnnxResampleOps.h"

#include <cmath>

using namespace mlir;
using namespace fovea;
using namespace fovea::eval;

static Results evaluateAffineGrid(Operation *op, ArrayRef<Tensor> operands, Types types) {
  bool align = cast<onnx::AffineGridOp>(op).getAlignCorners();
  ArrayRef<int64_t> shape = types[0].getShape();
  int64_t dims = shape.back();
  std::vector<double> theta = operands[0].elements<double>(), grid(types[0].getNumElements());
  SmallVector<int64_t> at(shape.size(), 0);
  for (double &result : grid) {
    const double *row = theta.data() + (at[0] * dims + at.back()) * (dims + 1);
    result = row[dims];
    for (int64_t i = 0; i < dims; ++i) {
      double extent = double(shape[dims - i]), place = double(at[dims - i]);
      result += row[i] * (!align       ? (2 * place + 1) / extent - 1
                          : extent > 1 ? 2 * place / (extent - 1) - 1
                                       : -1);
    }
    advance(at, shape);
  }
  return SmallVector<Tensor>{makeTensor<double>(types[0], grid)};
}

namespace {

/// One spatial dimension of a GridSample.
struct SampledAxis {
  int64_t extent;
  StringRef padding;
  bool align;

  double low() const { return align ? 0 : -0.5; }
  double high() const { return double(extent) - (align ? 1 : 0.5); }

  /// Mirrored at the borders until it lies between them.
  double reflect(double x) const {
    double range = high() - low();
    if (range <= 0)
      return low();
    double phase = std::fmod(std::fabs(x - low()), 2 * range);
    return low() + (phase > range ? 2 * range - phase : phase);
  }

  template <typename Float> double locate(Float n, bool rounds) const {
    Float x = align ? (n + 1) / 2 * Float(extent - 1) : ((n + 1) * Float(extent) - 1) / 2;
    if (rounds)
      x = std::nearbyint(x);
    if (x >= low() && x <= high())
      return x;
    if (padding == "border")
      return std::clamp<double>(x, 0, double(extent - 1));
    return padding == "reflection" && std::isfinite(x) ? reflect(x) : x;
  }

  /// The element at a whole coordinate, -1 where a zero stands.
  int64_t resolve(double x) const {
    if (padding == "reflection" && std::isfinite(x))
      x = reflect(x);
    if (padding == "zeros" && !(x >= 0 && x < double(extent)))
      return -1;
    return std::isnan(x) ? 0 : int64_t(std::clamp<double>(x, 0, double(extent - 1)));
  }
};

/// Weights of the taps around a coordinate that lies `ratio` behind one.
SmallVector<double> getWeights(bool isCubic, double ratio) {
  if (!isCubic)
    return {1 - ratio, ratio};
  SmallVector<double> weights;
  for (double distance : {1 + ratio, ratio, 1 - ratio, 2 - ratio}) {
    double x = distance, a = -0.75;
    weights.push_back(x <= 1 ? ((a + 2) * x - (a + 3)) * x * x + 1
                             : ((a * x - 5 * a) * x + 8 * a) * x - 4 * a);
  }
  return weights;
}

/// The weighted sum over the taps of the first of `axes` and all that follow, in the plane's part
/// at `element`.
double interpolate(ArrayRef<SampledAxis> axes, ArrayRef<double> at, bool isCubic,
                   const double *plane, int64_t element) {
  if (axes.empty())
    return plane[element];
  double floor = std::floor(at.front()), sum = 0;
  SmallVector<double> weights = getWeights(isCubic, at.front() - floor);
  for (auto [tap, weight] : llvm::enumerate(weights)) {
    int64_t place = axes.front().resolve(floor + double(tap) - (isCubic ? 1 : 0));
    if (place >= 0)
      sum += weight * interpolate(axes.drop_front(), at.drop_front(), isCubic, plane,
                                  element * axes.front().extent + place);
  }
  return sum;
}

} // namespace

static Results evaluateGridSample(Operation *op, ArrayRef<Tensor> operands, Types types) {
  auto sample = cast<onnx::GridSampleOp>(op);
  const Tensor &x = operands[0], &grid = operands[1];
  ArrayRef<int64_t> extents = x.getShape().drop_front(2);
  int64_t dims = extents.size(), plane = countPoints(extents), channels = x.getShape()[1],
          points = countPoints(types[0].getShape().drop_front(2));
  SmallVector<SampledAxis> axes;
  for (int64_t extent : extents)
    axes.push_back({extent, sample.getPaddingMode(), sample.getAlignCorners()});
  bool isNearest = sample.getMode() == "nearest", isCubic = sample.getMode() == "cubic";
  bool isDouble = grid.kind() == Kind::F64;
  std::vector<double> coordinates = grid.elements<double>();
  // Elements are copied by their place, so that integers of 64 bits stay exact.
  std::vector<int64_t> places(types[0].getNumElements(), -1);
  std::vector<double> values(isNearest ? 0 : places.size()), elements;
  if (!isNearest)
    elements = x.elements<double>();
  SmallVector<double> at(dims);
  for (int64_t n = 0; n < types[0].getDimSize(0); ++n)
    for (int64_t p = 0; p < points; ++p) {
      const double *point = coordinates.data() + (n * points + p) * dims;
      for (int64_t dim = 0; dim < dims; ++dim) {
        double given = point[dims - 1 - dim];
        at[dim] = isDouble ? axes[dim].locate(given, isNearest)
                           : axes[dim].locate(float(given), isNearest);
      }
      int64_t nearest = 0;
      for (int64_t dim = 0; isNearest && dim < dims; ++dim) {
        int64_t place = axes[dim].resolve(at[dim]);
        nearest = place < 0 || nearest < 0 ? -1 : nearest * extents[dim] + place;
      }
      for (int64_t c = 0; c < channels; ++c) {
        int64_t begin = (n * channels + c) * plane, result = (n * channels + c) * points + p;
        if (!isNearest)
          values[result] = interpolate(axes, at, isCubic, elements.data() + begin, 0);
        else if (nearest >= 0)
          places[result] = begin + nearest;
      }
    }
  if (!isNearest)
    return SmallVector<Tensor>{makeTensor<double>(types[0], values)};
  NewTensor result = allocate(types[0]);
  int64_t bytes = x.elementBytes();
  for (auto [i, place] : llvm::enumerate(places))
    if (place >= 0)
      std::copy_n(x.bytes() + (x.isSplat() ? 0 : place * bytes), bytes, result.bytes + i * bytes);
  return SmallVector<Tensor>{result.tensor};
}

namespace {

/// A region along one dimension, cut into bins.
struct RegionAxis {
  int64_t extent, samples;
  double begin, bin;

  struct Sample {
    int64_t low, high;
    double ratio;
    bool isNear;
  };
  /// Sample `i` of a bin, between two elements.
  Sample get(int64_t index, int64_t i) const {
    double at = begin + double(index) * bin + (double(i) + 0.5) * bin / double(samples);
    bool isNear = at >= -1 && at <= double(extent);
    at = isNear ? std::clamp<double>(at, 0, double(extent - 1)) : 0;
    int64_t low = int64_t(at);
    return {low, std::min(low + 1, extent - 1), at - double(low), isNear};
  }
};

} // namespace

static Results evaluateRoiAlign(Operation *op, ArrayRef<Tensor> operands, Types types) {
  auto align = cast<onnx::RoiAlignOp>(op);
  ArrayRef<int64_t> from = operands[0].getShape(), to = types[0].getShape();
  std::vector<double> x = operands[0].elements<double>(), rois = operands[1].elements<double>(),
                      y(types[0].getNumElements(), 0);
  std::vector<int64_t> batch = operands[2].elements<int64_t>();
  double scale = align.getSpatialScale().convertToFloat(), shift = align.getHalfPixel() ? 0.5 : 0;
  bool isMax = align.getMode() == "max";
  SmallVector<int64_t> at(4, 0);
  for (double &result : y) {
    int64_t image = batch[at[0]] < 0 ? batch[at[0]] + from[0] : batch[at[0]];
    if (image < 0 || image >= from[0])
      return op->emitOpError("reads image ") << batch[at[0]] << " of " << from[0];
    RegionAxis axes[2];
    for (int64_t i : {0, 1}) {
      double begin = rois[at[0] * 4 + 1 - i] * scale - shift;
      double length = rois[at[0] * 4 + 3 - i] * scale - shift - begin;
      if (!align.getHalfPixel())
        length = std::max(length, 1.0);
      double bin = length / double(to[2 + i]);
      int64_t samples = align.getSamplingRatio();
      if (samples == 0)
        samples = int64_t(std::clamp<double>(std::ceil(bin), 0,
                                             double(llvm::divideCeil(from[2 + i], to[2 + i]) + 1)));
      axes[i] = {from[2 + i], samples, begin, bin};
    }
    const double *plane = x.data() + (image * from[1] + at[1]) * from[2] * from[3];
    double best = -std::numeric_limits<double>::infinity(), sum = 0;
    for (int64_t i = 0; i < axes[0].samples; ++i)
      for (int64_t j = 0; j < axes[1].samples; ++j) {
        RegionAxis::Sample row = axes[0].get(at[2], i), column = axes[1].get(at[3], j);
        double terms[4] = {(1 - row.ratio) * (1 - column.ratio) *
                               plane[row.low * from[3] + column.low],
                           (1 - row.ratio) * column.ratio * plane[row.low * from[3] + column.high],
                           row.ratio * (1 - column.ratio) * plane[row.high * from[3] + column.low],
                           row.ratio * column.ratio * plane[row.high * from[3] + column.high]};
        bool isNear = row.isNear && column.isNear;
        for (double term : terms)
          sum += isNear ? term : 0;
        best = std::max(best, isNear ? *std::max_element(terms, terms + 4) : 0.0);
      }
    int64_t count = axes[0].samples * axes[1].samples;
    result = count == 0 ? 0 : isMax ? best : sum / double(count);
    advance(at, to);
  }
  return SmallVector<Tensor>{makeTensor<double>(types[0], y)};
}

void eval::addSamplingEvaluators(EvaluatorTable &table) {
  table.add<onnx::AffineGridOp>(evaluateAffineGrid);
  table.add<onnx::GridSampleOp>(evaluateGridSample);
  table.add<onnx::RoiAlignOp>(evaluateRoiAlign);
}
