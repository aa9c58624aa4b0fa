// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Pooling. The greatest of a window with a NaN is NaN.

#include "compiler/eval/Families.h"
#include "compiler/eval/Windows.h"
#include "dialects/onnx/OnnxPoolOps.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace fovea;
using namespace fovea::eval;

/// Calls `pool(window, reads, result)` for the elements of every window: where the plane of x
/// begins that it lies in, and what Sliding::locate says of each kernel position.
template <typename Pool>
static void forEachWindow(const Sliding &sliding, int64_t planes, Pool pool) {
  std::vector<int64_t> reads = sliding.locate();
  int64_t taps = countPoints(sliding.kernel), points = countPoints(sliding.results),
          plane = countPoints(sliding.extents);
  std::vector<int64_t> window(taps);
  for (int64_t p = 0; p < points; ++p) {
    for (int64_t k = 0; k < taps; ++k)
      window[k] = reads[k * points + p];
    for (int64_t c = 0; c < planes; ++c)
      pool(c * plane, window, c * points + p);
  }
}

template <typename Op>
static FailureOr<Sliding> getSliding(Op op, const Tensor &x, RankedTensorType type) {
  return Sliding::get(op, onnx::getWindows(op, op.getCeilMode()), x.getShape(), op.getKernelShape(),
                      type.getShape());
}

static int64_t countPlanes(RankedTensorType type) {
  return type.getDimSize(0) * type.getDimSize(1);
}

static Results evaluateAveragePool(Operation *op, ArrayRef<Tensor> operands, Types types) {
  auto pool = cast<onnx::AveragePoolOp>(op);
  FailureOr<Sliding> sliding = getSliding(pool, operands[0], types[0]);
  if (failed(sliding))
    return failure();
  std::vector<double> x = operands[0].elements<double>(), y(types[0].getNumElements());
  bool countsPadding = pool.getCountIncludePad();
  forEachWindow(*sliding, countPlanes(types[0]),
                [&](int64_t plane, ArrayRef<int64_t> window, int64_t result) {
                  double sum = 0, count = 0;
                  for (int64_t at : window) {
                    count += at >= 0 || (countsPadding && at == Sliding::padding);
                    sum += at >= 0 ? x[plane + at] : 0;
                  }
                  y[result] = sum / count;
                });
  return SmallVector<Tensor>{makeTensor<double>(types[0], y)};
}

/// (|a|^p + |b|^p + ...)^(1/p), given the sum of powers.
static double getNorm(double powers, int64_t p) {
  return p == 1 ? powers : p == 2 ? std::sqrt(powers) : std::pow(powers, 1.0 / double(p));
}

static Results evaluateLpPool(Operation *op, ArrayRef<Tensor> operands, Types types) {
  auto pool = cast<onnx::LpPoolOp>(op);
  FailureOr<Sliding> sliding = getSliding(pool, operands[0], types[0]);
  if (failed(sliding))
    return failure();
  std::vector<double> x = operands[0].elements<double>(), y(types[0].getNumElements());
  int64_t p = pool.getP();
  forEachWindow(*sliding, countPlanes(types[0]),
                [&](int64_t plane, ArrayRef<int64_t> window, int64_t result) {
                  double powers = 0;
                  for (int64_t at : window)
                    powers += at >= 0 ? std::pow(std::fabs(x[plane + at]), double(p)) : 0;
                  y[result] = getNorm(powers, p);
                });
  return SmallVector<Tensor>{makeTensor<double>(types[0], y)};
}

/// The place in x, counted with the spatial dimensions reversed, of the element `at` of a plane.
static int64_t countColumnMajor(int64_t at, ArrayRef<int64_t> extents) {
  int64_t place = 0, stride = countPoints(extents);
  for (int64_t extent : llvm::reverse(extents)) {
    stride /= extent;
    place += at % extent * stride;
    at /= extent;
  }
  return place;
}

/// `isBetter(candidate, best)` decides; `lowest` is the result of a window of nothing but padding.
template <typename Number, typename Compare>
static SmallVector<Tensor> maxPool(onnx::MaxPoolOp pool, const Sliding &sliding, const Tensor &x,
                                   Types types, Number lowest, Compare isBetter) {
  std::vector<Number> elements = x.elements<Number>(), y(types[0].getNumElements());
  std::vector<int64_t> indices(y.size());
  bool isColumnMajor = pool.getStorageOrder() == 1;
  forEachWindow(
      sliding, countPlanes(types[0]), [&](int64_t plane, ArrayRef<int64_t> window, int64_t result) {
        int64_t best = -1;
        for (int64_t at : window)
          if (at >= 0 && (best < 0 || isBetter(elements[plane + at], elements[plane + best])))
            best = at;
        y[result] = best < 0 ? lowest : elements[plane + best];
        if (best >= 0 && isColumnMajor)
          best = countColumnMajor(best, sliding.extents);
        indices[result] = best < 0 ? -1 : plane + best;
      });
  SmallVector<Tensor> results = {makeTensor<Number>(types[0], y)};
  if (types.size() > 1)
    results.push_back(makeTensor<int64_t>(types[1], indices));
  return results;
}

static Results evaluateMaxPool(Operation *op, ArrayRef<Tensor> operands, Types types) {
  auto pool = cast<onnx::MaxPoolOp>(op);
  const Tensor &x = operands[0];
  FailureOr<Sliding> sliding = getSliding(pool, x, types[0]);
  if (failed(sliding))
    return failure();
  if (isFloat(x.kind()))
    return maxPool<double>(
        pool, *sliding, x, types, -std::numeric_limits<double>::infinity(),
        [](double a, double b) { return a > b || (std::isnan(a) && !std::isnan(b)); });
  if (isUnsigned(x.kind()))
    return maxPool<int64_t>(pool, *sliding, x, types, 0,
                            [](int64_t a, int64_t b) { return uint64_t(a) > uint64_t(b); });
  return maxPool<int64_t>(pool, *sliding, x, types, llvm::minIntN(x.elementBytes() * 8),
                          [](int64_t a, int64_t b) { return a > b; });
}

/// Reduces every plane of x to one number: `combine(accumulator, element)`, then `finish`.
template <typename Combine, typename Finish>
static SmallVector<Tensor> poolPlanes(const Tensor &x, RankedTensorType type, double initial,
                                      Combine combine, Finish finish) {
  std::vector<double> elements = x.elements<double>(), y(type.getNumElements(), initial);
  int64_t plane = countPoints(x.getShape().drop_front(2));
  for (size_t i = 0; i < elements.size(); ++i)
    y[i / plane] = combine(y[i / plane], elements[i]);
  for (double &result : y)
    result = finish(result);
  return {makeTensor<double>(type, y)};
}

static Results evaluateGlobalAveragePool(Operation *, ArrayRef<Tensor> operands, Types types) {
  double count = double(countPoints(operands[0].getShape().drop_front(2)));
  return poolPlanes(
      operands[0], types[0], 0, [](double sum, double element) { return sum + element; },
      [=](double sum) { return sum / count; });
}

static Results evaluateGlobalLpPool(Operation *op, ArrayRef<Tensor> operands, Types types) {
  int64_t p = cast<onnx::GlobalLpPoolOp>(op).getP();
  return poolPlanes(
      operands[0], types[0], 0,
      [=](double sum, double element) { return sum + std::pow(std::fabs(element), double(p)); },
      [=](double sum) { return getNorm(sum, p); });
}

static Results evaluateGlobalMaxPool(Operation *, ArrayRef<Tensor> operands, Types types) {
  return poolPlanes(
      operands[0], types[0], -std::numeric_limits<double>::infinity(),
      [](double best, double element) {
        return element > best || std::isnan(element) ? element : best;
      },
      [](double best) { return best; });
}

static Results evaluateMaxUnpool(Operation *op, ArrayRef<Tensor> operands, Types types) {
  std::optional<SmallVector<int64_t>> from =
      onnx::getUnpooledShape(cast<onnx::MaxUnpoolOp>(op), operands[0].getShape());
  if (!from)
    return op->emitOpError("was pooled from nothing");
  ArrayRef<int64_t> to = types[0].getShape();
  std::vector<double> x = operands[0].elements<double>(), y(types[0].getNumElements(), 0);
  std::vector<int64_t> indices = operands[1].elements<int64_t>();
  SmallVector<int64_t> strides = getStrides(to);
  for (auto [element, index] : llvm::zip_equal(x, indices)) {
    if (index < 0 || index >= countPoints(*from))
      return op->emitOpError("places an element at ") << index << " of " << countPoints(*from);
    int64_t place = 0, rest = index;
    for (int64_t dim = int64_t(to.size()) - 1; dim >= 0; --dim) {
      int64_t at = rest % (*from)[dim];
      if (at >= to[dim])
        return op->emitOpError("places an element at ") << at << " of extent " << to[dim];
      place += at * strides[dim];
      rest /= (*from)[dim];
    }
    y[place] = element;
  }
  return SmallVector<Tensor>{makeTensor<double>(types[0], y)};
}

void eval::addPoolEvaluators(EvaluatorTable &table) {
  table.add<onnx::AveragePoolOp>(evaluateAveragePool);
  table.add<onnx::GlobalAveragePoolOp>(evaluateGlobalAveragePool);
  table.add<onnx::GlobalLpPoolOp>(evaluateGlobalLpPool);
  table.add<onnx::GlobalMaxPoolOp>(evaluateGlobalMaxPool);
  table.add<onnx::LpPoolOp>(evaluateLpPool);
  table.add<onnx::MaxPoolOp>(evaluateMaxPool);
  table.add<onnx::MaxUnpoolOp>(evaluateMaxUnpool);
}
