// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reductions. Sums of integers wrap around; the greatest of a set with a NaN is NaN.

#include "compiler/eval/Families.h"
#include "dialects/onnx/OnnxReduceOps.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace fovea;
using namespace fovea::eval;

namespace {

/// Per dimension of the operand: whether it is reduced. All are when no axes are given.
SmallVector<bool> getReduced(const Tensor &x, const Tensor &axes, bool noneWhenEmpty) {
  std::vector<int64_t> named;
  if (axes)
    named = axes.elements<int64_t>();
  SmallVector<bool> reduced(x.getRank(), named.empty() && !noneWhenEmpty);
  for (int64_t axis : named)
    reduced[axis < 0 ? axis + x.getRank() : axis] = true;
  return reduced;
}

/// Folds every element into its accumulator: `combine(accumulator, element)`.
template <typename Sum, typename Number = Sum, typename Combine>
std::vector<Sum> fold(const Tensor &x, ArrayRef<bool> reduced, int64_t results, Sum initial,
                      Combine combine) {
  std::vector<Sum> sums(results, initial);
  std::vector<Number> row;
  SmallVector<int64_t> strides(x.getRank(), 0), position(x.getRank(), 0);
  int64_t stride = 1;
  for (int64_t dim = x.getRank() - 1; dim >= 0; --dim) {
    strides[dim] = reduced[dim] ? 0 : stride;
    stride *= reduced[dim] ? 1 : x.getShape()[dim];
  }
  if (x.size() == 0)
    return sums;
  int64_t inner = x.getRank() ? x.getShape().back() : 1, at = 0;
  int64_t innerStride = x.getRank() ? strides.back() : 0;
  row.resize(inner);
  for (int64_t begin = 0; begin < x.size(); begin += inner) {
    load(x.kind(), x.bytes() + (x.isSplat() ? 0 : begin * x.elementBytes()), x.isSplat() ? 0 : 1,
         inner, row.data());
    for (int64_t i = 0; i < inner; ++i)
      combine(sums[at + i * innerStride], row[i]);
    for (int64_t dim = x.getRank() - 2; dim >= 0; --dim) {
      at += strides[dim];
      if (++position[dim] < x.getShape()[dim])
        break;
      at -= strides[dim] * x.getShape()[dim];
      position[dim] = 0;
    }
  }
  return sums;
}

Tensor mean(RankedTensorType type, const Tensor &x, ArrayRef<bool> reduced) {
  int64_t results = type.getNumElements();
  int64_t count = results ? x.size() / results : 0;
  if (isFloat(x.kind())) {
    std::vector<double> sums =
        fold<double>(x, reduced, results, 0, [](double &sum, double element) { sum += element; });
    for (double &sum : sums)
      sum /= double(count);
    return makeTensor<double>(type, sums);
  }
  std::vector<int64_t> sums =
      fold<int64_t>(x, reduced, results, 0, [](int64_t &sum, int64_t element) {
        sum = int64_t(uint64_t(sum) + uint64_t(element));
      });
  for (int64_t &sum : sums)
    if (count)
      sum = isUnsigned(x.kind()) ? int64_t(uint64_t(sum) / uint64_t(count)) : sum / count;
  return makeTensor<int64_t>(type, sums);
}

/// A sum or product of mapped elements, and what is made of it at the end.
struct Accumulation {
  double (*map)(double);
  bool multiplies;
  double (*finish)(double);
};

Accumulation getAccumulation(Operation *op) {
  auto same = [](double x) { return x; };
  auto square = [](double x) { return x * x; };
  auto logarithm = [](double x) { return std::log(x); };
  return llvm::TypeSwitch<Operation *, Accumulation>(op)
      .Case([&](onnx::ReduceProdOp) { return Accumulation{same, true, same}; })
      .Case([&](onnx::ReduceL1Op) {
        return Accumulation{[](double x) { return std::fabs(x); }, false, same};
      })
      .Case([&](onnx::ReduceL2Op) {
        return Accumulation{square, false, [](double x) { return std::sqrt(x); }};
      })
      .Case([&](onnx::ReduceLogSumOp) { return Accumulation{same, false, logarithm}; })
      .Case([&](onnx::ReduceSumSquareOp) { return Accumulation{square, false, same}; })
      .Default([&](Operation *) { return Accumulation{same, false, same}; });
}

Tensor accumulate(Operation *op, RankedTensorType type, const Tensor &x, ArrayRef<bool> reduced) {
  Accumulation steps = getAccumulation(op);
  int64_t results = type.getNumElements();
  // Only integers wrap around, and roots and logarithms are not theirs.
  bool isExact =
      isa<onnx::ReduceSumOp, onnx::ReduceProdOp, onnx::ReduceL1Op, onnx::ReduceSumSquareOp>(op);
  if (!isFloat(x.kind()) && isExact) {
    bool isUnsigned = eval::isUnsigned(x.kind());
    auto map = [&](int64_t element) {
      uint64_t bits = uint64_t(element);
      if (isa<onnx::ReduceL1Op>(op) && !isUnsigned && element < 0)
        return 0 - bits;
      return isa<onnx::ReduceSumSquareOp>(op) ? bits * bits : bits;
    };
    return makeTensor<int64_t>(
        type,
        fold<int64_t>(x, reduced, results, steps.multiplies, [&](int64_t &sum, int64_t element) {
          uint64_t term = map(element);
          sum = int64_t(steps.multiplies ? uint64_t(sum) * term : uint64_t(sum) + term);
        }));
  }
  std::vector<double> sums =
      fold<double>(x, reduced, results, steps.multiplies, [&](double &sum, double element) {
        double term = steps.map(element);
        sum = steps.multiplies ? sum * term : sum + term;
      });
  for (double &sum : sums)
    sum = steps.finish(sum);
  return makeTensor<double>(type, sums);
}

/// The greatest element is taken out of the sum, so that no exponential overflows.
Tensor logSumExp(RankedTensorType type, const Tensor &x, ArrayRef<bool> reduced) {
  double infinity = std::numeric_limits<double>::infinity();
  struct Sum {
    double greatest, sum;
  };
  std::vector<Sum> sums = fold<Sum, double>(
      x, reduced, type.getNumElements(), {-infinity, 0}, [&](Sum &s, double element) {
        if (element > s.greatest) {
          s.sum = s.sum * std::exp(s.greatest - element);
          s.greatest = element;
        }
        // Equal infinities have no difference.
        s.sum += element == s.greatest ? 1 : std::exp(element - s.greatest);
      });
  std::vector<double> results;
  for (const Sum &s : sums)
    results.push_back(s.greatest + std::log(s.sum));
  return makeTensor<double>(type, results);
}

/// The least and greatest integer of a kind, as the 64 bits that stand for it.
std::pair<int64_t, int64_t> getRange(Kind kind, int64_t bytes) {
  unsigned bits = unsigned(bytes) * 8;
  if (isUnsigned(kind))
    return {0, int64_t(llvm::maxUIntN(bits))};
  return {llvm::minIntN(bits), llvm::maxIntN(bits)};
}

Tensor extremum(RankedTensorType type, const Tensor &x, ArrayRef<bool> reduced, bool greatest) {
  int64_t results = type.getNumElements();
  if (isFloat(x.kind())) {
    double infinity = std::numeric_limits<double>::infinity();
    return makeTensor<double>(type,
                              fold<double>(x, reduced, results, greatest ? -infinity : infinity,
                                           [=](double &best, double element) {
                                             bool wins = greatest ? element > best : element < best;
                                             if (wins || std::isnan(element))
                                               best = element;
                                           }));
  }
  auto [least, most] = getRange(x.kind(), x.elementBytes());
  bool isUnsigned = eval::isUnsigned(x.kind());
  return makeTensor<int64_t>(
      type, fold<int64_t>(
                x, reduced, results, greatest ? least : most, [=](int64_t &best, int64_t element) {
                  int64_t low = greatest ? best : element, high = greatest ? element : best;
                  if (isUnsigned ? uint64_t(low) < uint64_t(high) : low < high)
                    best = element;
                }));
}

/// The place of the greatest or the least element along an axis.
template <typename OpT> Tensor findExtremum(OpT op, RankedTensorType type, const Tensor &x) {
  constexpr bool greatest = std::is_same_v<OpT, onnx::ArgMaxOp>;
  int64_t axis = op.getAxis() < 0 ? op.getAxis() + x.getRank() : op.getAxis();
  int64_t extent = x.getShape()[axis], inner = 1;
  for (int64_t later : x.getShape().drop_front(axis + 1))
    inner *= later;
  std::vector<int64_t> indices(type.getNumElements());
  bool isUnsigned = eval::isUnsigned(x.kind());
  auto search = [&](auto values, auto wins) {
    for (int64_t r = 0; r < int64_t(indices.size()); ++r) {
      const auto *column = values.data() + r / inner * extent * inner + r % inner;
      for (int64_t i = 1; i < extent; ++i) {
        auto candidate = column[i * inner], best = column[indices[r] * inner];
        if (wins(candidate, best) || (op.getSelectLastIndex() && !wins(best, candidate)))
          indices[r] = i;
      }
    }
  };
  // A NaN wins against every number.
  if (isFloat(x.kind()))
    search(x.elements<double>(), [](double a, double b) {
      return (greatest ? a > b : a < b) || (std::isnan(a) && !std::isnan(b));
    });
  else
    search(x.elements<int64_t>(), [=](int64_t a, int64_t b) {
      if (!greatest)
        std::swap(a, b);
      return isUnsigned ? uint64_t(a) > uint64_t(b) : a > b;
    });
  return makeTensor<int64_t>(type, indices);
}

} // namespace

static Results evaluateReduce(Operation *op, ArrayRef<Tensor> operands, Types types) {
  const Tensor &x = operands[0];
  auto one = [](Tensor tensor) { return SmallVector<Tensor>{std::move(tensor)}; };
  auto reduced = [&](auto reduce) {
    return getReduced(x, operands[1], reduce.getNoopWithEmptyAxes());
  };
  return llvm::TypeSwitch<Operation *, Results>(op)
      .Case<onnx::ReduceSumOp, onnx::ReduceProdOp, onnx::ReduceL1Op, onnx::ReduceL2Op,
            onnx::ReduceLogSumOp, onnx::ReduceSumSquareOp>(
          [&](auto r) { return one(accumulate(r, types[0], x, reduced(r))); })
      .Case([&](onnx::ReduceLogSumExpOp r) { return one(logSumExp(types[0], x, reduced(r))); })
      .Case([&](onnx::ReduceMeanOp r) { return one(mean(types[0], x, reduced(r))); })
      .Case([&](onnx::ReduceMaxOp r) { return one(extremum(types[0], x, reduced(r), true)); })
      .Case([&](onnx::ReduceMinOp r) { return one(extremum(types[0], x, reduced(r), false)); })
      .Case<onnx::ArgMaxOp, onnx::ArgMinOp>(
          [&](auto arg) { return one(findExtremum(arg, types[0], x)); })
      .Default([&](Operation *) { return op->emitOpError("has no evaluation"); });
}

void eval::addReduceEvaluators(EvaluatorTable &table) {
  table.add<onnx::ArgMaxOp, onnx::ArgMinOp, onnx::ReduceL1Op, onnx::ReduceL2Op,
            onnx::ReduceLogSumExpOp, onnx::ReduceLogSumOp, onnx::ReduceMaxOp, onnx::ReduceMeanOp,
            onnx::ReduceMinOp, onnx::ReduceProdOp, onnx::ReduceSumOp, onnx::ReduceSumSquareOp>(
      evaluateReduce);
}
