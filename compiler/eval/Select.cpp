// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ops that accumulate, order or select along an axis. Where the result's extents depend on values,
// `types` leaves them open.

#include "compiler/eval/Families.h"
#include "dialects/onnx/OnnxSelectOps.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>
#include <cstring>
#include <map>

using namespace mlir;
using namespace fovea;
using namespace fovea::eval;

namespace {

/// A tensor seen as [outer, extent, inner] around one axis.
struct AroundAxis {
  int64_t outer = 1, extent = 1, inner = 1;

  AroundAxis(ArrayRef<int64_t> shape, int64_t axis) : extent(shape[axis]) {
    for (auto [dim, size] : llvm::enumerate(shape))
      if (int64_t(dim) != axis)
        (int64_t(dim) < axis ? outer : inner) *= size;
  }
  int64_t at(int64_t o, int64_t i, int64_t n) const { return (o * extent + i) * inner + n; }
};

int64_t normalize(int64_t axis, int64_t rank) { return axis < 0 ? axis + rank : axis; }

//===----------------------------------------------------------------------===//
// Scans
//===----------------------------------------------------------------------===//

template <typename Number>
Tensor scan(RankedTensorType type, ArrayRef<Tensor> operands, bool exclusive, bool reverse,
            Number initial, llvm::function_ref<Number(Number, Number)> combine) {
  std::vector<Number> x = operands[0].elements<Number>(), result(x.size());
  AroundAxis view(type.getShape(),
                  normalize(operands[1].elements<int64_t>().front(), type.getRank()));
  for (int64_t o = 0; o < view.outer; ++o)
    for (int64_t n = 0; n < view.inner; ++n) {
      Number sum = initial;
      for (int64_t i = 0; i < view.extent; ++i) {
        int64_t at = view.at(o, reverse ? view.extent - 1 - i : i, n);
        Number next = combine(sum, x[at]);
        result[at] = exclusive ? sum : next;
        sum = next;
      }
    }
  return makeTensor<Number>(type, result);
}

template <typename Op>
Tensor evaluateScan(Op op, RankedTensorType type, ArrayRef<Tensor> operands) {
  bool isProduct = std::is_same_v<Op, onnx::CumProdOp>;
  bool exclusive = op.getExclusive(), reverse = op.getReverse();
  if (isFloat(operands[0].kind()))
    return scan<double>(type, operands, exclusive, reverse, isProduct,
                        [&](double a, double b) { return isProduct ? a * b : a + b; });
  return scan<int64_t>(type, operands, exclusive, reverse, isProduct, [&](int64_t a, int64_t b) {
    return int64_t(isProduct ? uint64_t(a) * uint64_t(b) : uint64_t(a) + uint64_t(b));
  });
}

//===----------------------------------------------------------------------===//
// OneHot
//===----------------------------------------------------------------------===//

Tensor oneHot(onnx::OneHotOp op, RankedTensorType type, ArrayRef<Tensor> operands) {
  std::vector<int64_t> indices = operands[0].elements<int64_t>();
  const Tensor &values = operands[2];
  AroundAxis view(type.getShape(), normalize(op.getAxis(), type.getRank()));
  NewTensor result = allocate(type);
  int64_t bytes = values.elementBytes();
  for (int64_t o = 0; o < view.outer; ++o)
    for (int64_t i = 0; i < view.extent; ++i)
      for (int64_t n = 0; n < view.inner; ++n) {
        int64_t index = indices[o * view.inner + n];
        bool on = (index < 0 ? index + view.extent : index) == i;
        std::memcpy(result.bytes + view.at(o, i, n) * bytes,
                    values.bytes() + (on && !values.isSplat() ? bytes : 0), bytes);
      }
  return result.tensor;
}

//===----------------------------------------------------------------------===//
// Orders
//===----------------------------------------------------------------------===//

/// -1, 0 or 1; NaN equals itself and is greater than every number.
int compareNumbers(double a, double b, Kind) {
  if (std::isnan(a) || std::isnan(b))
    return int(std::isnan(a)) - int(std::isnan(b));
  return a < b ? -1 : a > b;
}
int compareNumbers(int64_t a, int64_t b, Kind kind) {
  if (kind == Kind::U64)
    return uint64_t(a) < uint64_t(b) ? -1 : uint64_t(a) > uint64_t(b);
  return a < b ? -1 : a > b;
}

template <typename Number> SmallVector<Tensor> topK(onnx::TopKOp op, Types types, const Tensor &x) {
  std::vector<Number> numbers = x.elements<Number>();
  int64_t axis = normalize(op.getAxis(), x.getRank()), k = types[0].getShape()[axis];
  AroundAxis from(x.getShape(), axis), to(types[0].getShape(), axis);
  std::vector<Number> values(types[0].getNumElements());
  std::vector<int64_t> indices(types[0].getNumElements()), order(from.extent);
  for (int64_t o = 0; o < from.outer; ++o)
    for (int64_t n = 0; n < from.inner; ++n) {
      for (int64_t i = 0; i < from.extent; ++i)
        order[i] = i;
      llvm::sort(order, [&](int64_t a, int64_t b) {
        int sign = compareNumbers(numbers[from.at(o, a, n)], numbers[from.at(o, b, n)], x.kind());
        return sign ? (sign < 0) != op.getLargest() : a < b;
      });
      for (int64_t i = 0; i < k; ++i) {
        values[to.at(o, i, n)] = numbers[from.at(o, order[i], n)];
        indices[to.at(o, i, n)] = order[i];
      }
    }
  return {makeTensor<Number>(types[0], values), makeTensor<int64_t>(types[1], indices)};
}

RankedTensorType withExtent(RankedTensorType like, int64_t dim, int64_t extent) {
  SmallVector<int64_t> shape(like.getShape());
  shape[dim] = extent;
  return like.clone(shape);
}

/// The slices of x along an axis that `chosen` lists, as a tensor of that many.
Tensor takeSlices(const Tensor &x, const AroundAxis &view, RankedTensorType type,
                  ArrayRef<int64_t> chosen) {
  NewTensor result = allocate(type);
  int64_t bytes = x.elementBytes() * view.inner;
  char *to = result.bytes;
  for (int64_t o = 0; o < view.outer; ++o)
    for (int64_t i : chosen) {
      for (int64_t n = 0; n < view.inner; ++n)
        std::memcpy(to + n * x.elementBytes(),
                    x.bytes() + (x.isSplat() ? 0 : view.at(o, i, n) * x.elementBytes()),
                    x.elementBytes());
      to += bytes;
    }
  return result.tensor;
}

template <typename Number> SmallVector<Tensor> unique(onnx::UniqueOp op, const Tensor &x) {
  std::vector<Number> numbers = x.elements<Number>();
  SmallVector<int64_t> flat = {x.size()};
  int64_t axis = op.getAxis() ? normalize(*op.getAxis(), x.getRank()) : 0;
  ArrayRef<int64_t> shape = op.getAxis() ? x.getShape() : ArrayRef<int64_t>(flat);
  AroundAxis view(shape, axis);
  auto compare = [&](int64_t a, int64_t b) {
    for (int64_t o = 0; o < view.outer; ++o)
      for (int64_t n = 0; n < view.inner; ++n)
        if (int sign =
                compareNumbers(numbers[view.at(o, a, n)], numbers[view.at(o, b, n)], x.kind()))
          return sign;
    return 0;
  };
  auto isBefore = [&](int64_t a, int64_t b) { return compare(a, b) < 0; };
  // Distinct slices by content, each with the places where it occurs.
  std::map<int64_t, std::vector<int64_t>, decltype(isBefore)> classes(isBefore);
  for (int64_t i = 0; i < view.extent; ++i)
    classes[i].push_back(i);
  std::vector<const std::vector<int64_t> *> order;
  for (auto &entry : classes)
    order.push_back(&entry.second);
  if (!op.getSorted())
    llvm::sort(order, [](auto *a, auto *b) { return a->front() < b->front(); });
  std::vector<int64_t> first, counts, inverse(view.extent);
  for (auto [place, members] : llvm::enumerate(order)) {
    first.push_back(members->front());
    counts.push_back(members->size());
    for (int64_t member : *members)
      inverse[member] = place;
  }
  auto type =
      withExtent(RankedTensorType::get(shape, x.getType().getElementType()), axis, first.size());
  SmallVector<Tensor> results = {takeSlices(x, view, type, first)};
  for (auto [result, values] :
       {std::pair(op.getIndices(), &first), std::pair(op.getInverseIndices(), &inverse),
        std::pair(op.getCounts(), &counts)}) {
    auto indexType =
        RankedTensorType::get({int64_t(values->size())}, IntegerType::get(op.getContext(), 64));
    results.push_back(isa<NoneType>(result.getType()) ? Tensor()
                                                      : makeTensor<int64_t>(indexType, *values));
  }
  return results;
}

//===----------------------------------------------------------------------===//
// Selections
//===----------------------------------------------------------------------===//

Results nonZero(onnx::NonZeroOp op, RankedTensorType type, const Tensor &x) {
  std::vector<double> numbers = x.elements<double>();
  SmallVector<int64_t> strides = getStrides(x.getShape());
  std::vector<int64_t> found;
  for (auto [i, number] : llvm::enumerate(numbers))
    if (number != 0)
      found.push_back(i);
  int64_t count = found.size();
  if (op.getBounded())
    count = cast<RankedTensorType>(op.getPositions().getType()).getDimSize(1);
  if (count < int64_t(found.size()))
    return op.emitOpError("finds ") << found.size() << " positions, more than " << count;
  std::vector<int64_t> positions(x.getRank() * count, 0);
  for (int64_t dim = 0; dim < x.getRank(); ++dim)
    for (auto [n, i] : llvm::enumerate(found))
      positions[dim * count + n] = i / strides[dim] % x.getShape()[dim];
  return SmallVector<Tensor>{makeTensor<int64_t>(withExtent(type, 1, count), positions)};
}

Results compress(onnx::CompressOp op, ArrayRef<Tensor> operands) {
  const Tensor &x = operands[0];
  std::vector<int64_t> condition = operands[1].elements<int64_t>();
  SmallVector<int64_t> flat = {x.size()}, chosen;
  int64_t axis = op.getAxis() ? normalize(*op.getAxis(), x.getRank()) : 0;
  ArrayRef<int64_t> shape = op.getAxis() ? x.getShape() : ArrayRef<int64_t>(flat);
  for (auto [i, keeps] : llvm::enumerate(condition)) {
    if (keeps && int64_t(i) >= shape[axis])
      return op.emitOpError("chooses index ") << i << " of " << shape[axis] << " along its axis";
    if (keeps)
      chosen.push_back(i);
  }
  auto type =
      withExtent(RankedTensorType::get(shape, x.getType().getElementType()), axis, chosen.size());
  return SmallVector<Tensor>{takeSlices(x, AroundAxis(shape, axis), type, chosen)};
}

/// A box as the least and greatest coordinate on both axes.
struct Box {
  double low[2], high[2];

  Box(const double *from, bool isCentered) {
    for (int axis = 0; axis < 2; ++axis) {
      double a = from[axis], b = from[axis + 2];
      if (isCentered) {
        double half = b / 2;
        b = a + half;
        a = a - half;
      }
      low[axis] = std::min(a, b);
      high[axis] = std::max(a, b);
    }
  }
  double area() const { return (high[0] - low[0]) * (high[1] - low[1]); }
  double overlap(const Box &other) const {
    double common = 1;
    for (int axis = 0; axis < 2; ++axis)
      common *= std::max(0.0, std::min(high[axis], other.high[axis]) -
                                  std::max(low[axis], other.low[axis]));
    double all = area() + other.area() - common;
    return area() <= 0 || other.area() <= 0 || all <= 0 ? 0 : common / all;
  }
};

Tensor suppress(onnx::NonMaxSuppressionOp op, RankedTensorType type, ArrayRef<Tensor> operands) {
  std::vector<double> boxes = operands[0].elements<double>(),
                      scores = operands[1].elements<double>();
  int64_t batches = operands[1].getShape()[0], classes = operands[1].getShape()[1],
          count = operands[1].getShape()[2];
  int64_t most = operands[2] ? operands[2].elements<int64_t>().front() : 0;
  double overlap = operands[3] ? operands[3].elements<double>().front() : 0;
  std::vector<int64_t> selected;
  for (int64_t batch = 0; batch < batches; ++batch)
    for (int64_t kind = 0; kind < classes; ++kind) {
      const double *score = scores.data() + (batch * classes + kind) * count;
      auto getBox = [&](int64_t i) {
        return Box(boxes.data() + (batch * count + i) * 4, op.getCenterPointBox());
      };
      std::vector<int64_t> order;
      for (int64_t i = 0; i < count; ++i)
        if (!operands[4] || score[i] > operands[4].elements<double>().front())
          order.push_back(i);
      llvm::sort(order, [&](int64_t a, int64_t b) {
        return score[a] != score[b] ? score[a] > score[b] : a < b;
      });
      std::vector<int64_t> kept;
      for (int64_t i : order) {
        if (int64_t(kept.size()) >= most)
          break;
        if (llvm::none_of(kept, [&](int64_t j) { return getBox(i).overlap(getBox(j)) > overlap; }))
          kept.push_back(i);
      }
      for (int64_t i : kept)
        selected.insert(selected.end(), {batch, kind, i});
    }
  return makeTensor<int64_t>(withExtent(type, 0, selected.size() / 3), selected);
}

} // namespace

static Results evaluateSelect(Operation *op, ArrayRef<Tensor> operands, Types types) {
  auto one = [](Tensor tensor) { return SmallVector<Tensor>{std::move(tensor)}; };
  const Tensor &x = operands[0];
  return llvm::TypeSwitch<Operation *, Results>(op)
      .Case<onnx::CumProdOp, onnx::CumSumOp>(
          [&](auto scanOp) { return one(evaluateScan(scanOp, types[0], operands)); })
      .Case([&](onnx::OneHotOp o) { return one(oneHot(o, types[0], operands)); })
      .Case([&](onnx::TopKOp t) {
        return isFloat(x.kind()) ? topK<double>(t, types, x) : topK<int64_t>(t, types, x);
      })
      .Case([&](onnx::UniqueOp u) {
        return isFloat(x.kind()) ? unique<double>(u, x) : unique<int64_t>(u, x);
      })
      .Case([&](onnx::NonZeroOp n) { return nonZero(n, types[0], x); })
      .Case([&](onnx::CompressOp c) { return compress(c, operands); })
      .Case([&](onnx::NonMaxSuppressionOp n) { return one(suppress(n, types[0], operands)); })
      .Default([&](Operation *) { return op->emitOpError("has no evaluation"); });
}

void eval::addSelectEvaluators(EvaluatorTable &table) {
  table.add<onnx::CompressOp, onnx::CumProdOp, onnx::CumSumOp, onnx::NonMaxSuppressionOp,
            onnx::NonZeroOp, onnx::OneHotOp, onnx::TopKOp, onnx::UniqueOp>(evaluateSelect);
}
