// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One small rule per layout op: the index into its operand from the index into its result.

#include "passes/raise/IndexWalk.h"

#include "dialects/attn/MapRange.h"
#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "passes/fuse/IndexMaps.h"
#include "passes/raise/GraphMatch.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

AffineExpr raise::linearize(ArrayRef<AffineExpr> indices, ArrayRef<int64_t> shape,
                            MLIRContext *context) {
  AffineExpr index = getAffineConstantExpr(0, context);
  for (auto [expr, extent] : llvm::zip_equal(indices, shape))
    index = index * extent + expr;
  return index;
}

SmallVector<AffineExpr> raise::delinearize(AffineExpr index, ArrayRef<int64_t> shape) {
  SmallVector<AffineExpr> results(shape.size(), getAffineConstantExpr(0, index.getContext()));
  int64_t stride = 1;
  for (size_t n = shape.size(); n-- > 0; stride *= shape[n]) {
    if (shape[n] == 1)
      continue;
    bool first = llvm::all_of(shape.take_front(n), [](int64_t extent) { return extent == 1; });
    AffineExpr quotient = index.floorDiv(stride);
    results[n] = first ? quotient : quotient % shape[n];
  }
  return results;
}

bool raise::readsAny(AffineMap map, ArrayRef<unsigned> dims) {
  return llvm::any_of(dims, [&](unsigned dim) { return map.isFunctionOfDim(dim); });
}

AffineMap raise::getBroadcastMap(ArrayRef<int64_t> from, ArrayRef<int64_t> to, AffineMap index) {
  if (from.size() > to.size())
    return {};
  size_t skipped = to.size() - from.size();
  SmallVector<AffineExpr> results;
  for (auto [n, extent] : llvm::enumerate(from)) {
    if (extent != 1 && extent != to[skipped + n])
      return {};
    results.push_back(extent == to[skipped + n] ? index.getResult(skipped + n)
                                                : getAffineConstantExpr(0, index.getContext()));
  }
  return AffineMap::get(index.getNumDims(), 0, results, index.getContext());
}

View raise::readOperand(const View &view, Value operand) {
  RankedTensorType type = getStaticType(operand);
  auto whole = cast<RankedTensorType>(view.value.getType());
  AffineMap map = type ? getBroadcastMap(type.getShape(), whole.getShape(), view.map) : AffineMap();
  return map ? View{operand, map} : View();
}

namespace {
using Shape = ArrayRef<int64_t>;
using Exprs = SmallVector<AffineExpr>;

/// Reads through one op. Results are the operand and the index into it; no index for what is not
/// understood.
class Reader {
public:
  Reader(const View &view, ArrayRef<int64_t> loops)
      : result(cast<OpResult>(view.value)), index(view.map.getResults()), loops(loops),
        context(view.map.getContext()), numLoops(view.map.getNumDims()),
        to(cast<RankedTensorType>(view.value.getType()).getShape()) {}

  std::optional<View> read() {
    Value operand =
        result.getOwner()->getNumOperands() ? result.getOwner()->getOperand(0) : Value();
    if (!operand || !setOperand(operand))
      return std::nullopt;
    std::optional<Exprs> read =
        llvm::TypeSwitch<Operation *, std::optional<Exprs>>(result.getOwner())
            .Case<onnx::ReshapeOp, onnx::FlattenOp, onnx::SqueezeOp, onnx::UnsqueezeOp>(
                [&](auto) { return readReshape(); })
            .Case<onnx::TransposeOp, onnx::ExpandOp, onnx::TileOp, onnx::SliceOp, onnx::SplitOp,
                  onnx::ConcatOp, onnx::PadOp, onnx::GatherOp>(
                [&](auto op) -> std::optional<Exprs> { return readOp(op); })
            .Default([](Operation *) { return std::nullopt; });
    if (!read)
      return std::nullopt;
    AffineMap map = AffineMap::get(numLoops, 0, *read, context);
    return View{source, simplifyIndexMap(map, loops, /*keepUnitDims=*/false)};
  }

private:
  bool setOperand(Value operand) {
    RankedTensorType type = getStaticType(operand);
    if (!type || type.getNumElements() == 0)
      return false;
    source = operand;
    from = type.getShape();
    return true;
  }

  std::optional<Exprs> readReshape() { return delinearize(linearize(index, to, context), from); }

  std::optional<Exprs> readOp(onnx::TransposeOp op) {
    Exprs read(from.size());
    ArrayRef<int64_t> order = op.getPermutation();
    for (size_t n = 0; n < from.size(); ++n)
      read[order.empty() ? from.size() - 1 - n : order[n]] = index[n];
    return read;
  }

  std::optional<Exprs> readOp(onnx::ExpandOp) {
    AffineMap map = getBroadcastMap(from, to, AffineMap::get(numLoops, 0, index, context));
    return map ? std::optional(Exprs(map.getResults())) : std::nullopt;
  }

  std::optional<Exprs> readOp(onnx::TileOp) {
    Exprs read;
    for (auto [expr, extent] : llvm::zip_equal(index, from))
      read.push_back(expr % extent);
    return read;
  }

  std::optional<Exprs> readOp(onnx::SliceOp op) {
    std::optional<Numbers> starts = onnx::getConstantIntegers(op.getStarts());
    std::optional<Numbers> axes = getAxes(op.getAxes(), starts ? starts->size() : 0);
    std::optional<Numbers> steps = isa<NoneType>(op.getSteps().getType())
                                       ? Numbers(starts ? starts->size() : 0, 1)
                                       : onnx::getConstantIntegers(op.getSteps());
    if (!starts || !axes || !steps || axes->size() != starts->size() ||
        steps->size() != starts->size())
      return std::nullopt;
    Exprs read(index);
    for (auto [start, axis, step] : llvm::zip_equal(*starts, *axes, *steps)) {
      int64_t extent = from[axis];
      int64_t first = std::clamp<int64_t>(start < 0 ? start + extent : start, 0,
                                          step < 0 ? extent - 1 : extent);
      read[axis] = index[axis] * step + first;
    }
    return read;
  }

  std::optional<Exprs> readOp(onnx::SplitOp op) {
    int64_t axis = normalize(op.getAxis(), from.size()), first = 0;
    for (Value part : op.getParts().take_front(result.getResultNumber())) {
      RankedTensorType type = getStaticType(part);
      if (!type)
        return std::nullopt;
      first += type.getDimSize(axis);
    }
    Exprs read(index);
    read[axis] = read[axis] + first;
    return read;
  }

  /// Only one of the operands may be read.
  std::optional<Exprs> readOp(onnx::ConcatOp op) {
    int64_t axis = normalize(op.getAxis(), to.size()), first = 0;
    std::optional<attn::ValueRange64> range = attn::getRange(index[axis], loops);
    for (Value input : op.getInputs()) {
      if (!range || !setOperand(input))
        return std::nullopt;
      int64_t next = first + from[axis];
      if (range->low >= first && range->high < next) {
        Exprs read(index);
        read[axis] = read[axis] - first;
        return read;
      }
      first = next;
    }
    return std::nullopt;
  }

  /// The padding may not be read.
  std::optional<Exprs> readOp(onnx::PadOp op) {
    std::optional<Numbers> pads = onnx::getConstantIntegers(op.getPads());
    std::optional<Numbers> axes = getAxes(op.getAxes(), from.size());
    if (!pads || !axes || pads->size() != 2 * axes->size())
      return std::nullopt;
    Exprs read(index);
    for (auto [n, axis] : llvm::enumerate(*axes)) {
      read[axis] = read[axis] - (*pads)[n];
      std::optional<attn::ValueRange64> range = attn::getRange(read[axis], loops);
      if (!range || range->low < 0 || range->high >= from[axis])
        return std::nullopt;
    }
    return read;
  }

  /// Indices that are an affine function of their place.
  std::optional<Exprs> readOp(onnx::GatherOp op) {
    std::optional<Numbers> numbers = onnx::getConstantIntegers(op.getIndices(), maxIndices);
    RankedTensorType type = getStaticType(op.getIndices());
    if (!numbers || !type || numbers->empty())
      return std::nullopt;
    int64_t axis = normalize(op.getAxis(), from.size()), rank = type.getRank();
    for (int64_t &number : *numbers)
      number = normalize(number, from[axis]);
    std::optional<AffineExpr> chosen =
        fitAffine(*numbers, type.getShape(), ArrayRef(index).slice(axis, rank));
    if (!chosen)
      return std::nullopt;
    Exprs read(index);
    read.erase(read.begin() + axis, read.begin() + axis + rank);
    read.insert(read.begin() + axis, *chosen);
    return read;
  }

  /// `numbers` as a function of the indices into their tensor, when that is affine.
  std::optional<AffineExpr> fitAffine(ArrayRef<int64_t> numbers, Shape shape,
                                      ArrayRef<AffineExpr> indices) {
    SmallVector<int64_t> strides(shape.size(), 1), slopes(shape.size(), 0);
    for (size_t n = shape.size(); n-- > 1;)
      strides[n - 1] = strides[n] * shape[n];
    for (size_t n = 0; n < shape.size(); ++n)
      if (shape[n] > 1)
        slopes[n] = numbers[strides[n]] - numbers[0];
    for (auto [place, number] : llvm::enumerate(numbers)) {
      int64_t expected = numbers[0];
      for (size_t n = 0; n < shape.size(); ++n)
        expected += slopes[n] * (int64_t(place) / strides[n] % shape[n]);
      if (number != expected)
        return std::nullopt;
    }
    AffineExpr expr = getAffineConstantExpr(numbers[0], context);
    for (auto [slope, index] : llvm::zip_equal(slopes, indices))
      expr = expr + index * slope;
    return expr;
  }

  using Numbers = SmallVector<int64_t>;
  static constexpr int64_t maxIndices = 1 << 16;

  static int64_t normalize(int64_t number, int64_t extent) {
    return number < 0 ? number + extent : number;
  }

  /// Constant axes from the front; `count` leading ones when absent.
  std::optional<Numbers> getAxes(Value axes, size_t count) {
    if (isa<NoneType>(axes.getType())) {
      return Numbers(llvm::to_vector(llvm::seq<int64_t>(0, count)));
    }
    std::optional<Numbers> numbers = onnx::getConstantIntegers(axes);
    if (numbers)
      for (int64_t &axis : *numbers)
        axis = normalize(axis, from.size());
    return numbers;
  }

  OpResult result;
  Exprs index;
  ArrayRef<int64_t> loops;
  MLIRContext *context;
  unsigned numLoops;
  Shape to, from;
  Value source;
};
} // namespace

std::optional<View> raise::readThrough(const View &view, ArrayRef<int64_t> loops) {
  RankedTensorType type = getStaticType(view.value);
  if (!isa<OpResult>(view.value) || !type || type.getNumElements() == 0)
    return std::nullopt;
  return Reader(view, loops).read();
}
