// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A Pad by computed amounts has extents that only the run knows. Where it is only measured and
// sliced, as in the standard's definition of CenterCropPad, it need not exist: its shape is
// computed from the pads, and a slice of it is a Pad by less, whose extents the model may state.

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/Extents.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "passes/frontend/Simplify.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

namespace {

/// Computes with vectors of one i64 for each dimension of a tensor.
class VectorBuilder {
public:
  VectorBuilder(Operation *after, int64_t rank)
      : builder(after->getContext()), loc(after->getLoc()), rank(rank) {
    builder.setInsertionPointAfter(after);
  }

  RankedTensorType getType(int64_t count) const {
    return RankedTensorType::get({count}, IntegerType::get(loc.getContext(), 64));
  }
  Value constant(ArrayRef<int64_t> values) {
    ArrayRef<char> bytes(reinterpret_cast<const char *>(values.data()), values.size() * 8);
    return ConstantOp::create(builder, loc, makeConstant(getType(values.size()), bytes));
  }
  template <typename Op> Value binary(Value a, Value b) {
    return Op::create(builder, loc, getType(rank), a, b);
  }
  template <typename Op> Value variadic(ValueRange values) {
    return Op::create(builder, loc, getType(rank), values);
  }
  /// The element of `values` behind `offset` that belongs to each dimension, 0 for a dimension that
  /// is none of the axes.
  Value spread(Value values, ArrayRef<int64_t> axes, int64_t offset) {
    int64_t count = *getIndexCount(values);
    Value zero = constant({0});
    Value extended =
        ConcatOp::create(builder, loc, getType(count + 1), ValueRange{values, zero}, 0);
    SmallVector<int64_t> places(rank, count);
    for (auto [i, axis] : llvm::enumerate(axes))
      places[axis < 0 ? axis + rank : axis] = offset + int64_t(i);
    return GatherOp::create(builder, loc, getType(rank), extended, constant(places), 0);
  }
  /// `value` counted from the end where it is negative, and put between 0 and `extent`.
  Value resolve(Value value, Value extent) {
    Value zero = constant(SmallVector<int64_t>(rank, 0));
    Value isNegative =
        LessOp::create(builder, loc, getType(rank).clone(builder.getI1Type()), value, zero);
    Value fromEnd = binary<AddOp>(value, extent);
    Value resolved = WhereOp::create(builder, loc, getType(rank), isNegative, fromEnd, value);
    return variadic<MinOp>({variadic<MaxOp>({resolved, zero}), extent});
  }

  OpBuilder builder;
  Location loc;
  int64_t rank;
};

/// The axes that an optional operand names, all `rank` when it is absent; nothing when they are not
/// constant or not dimensions of the tensor.
std::optional<SmallVector<int64_t>> getAxes(Value operand, int64_t count, int64_t rank) {
  std::optional<SmallVector<int64_t>> axes;
  if (isPresent(operand))
    axes = getConstantIntegers(operand);
  else if (count <= rank)
    axes = llvm::to_vector(llvm::seq<int64_t>(0, count));
  auto isAxis = [&](int64_t axis) { return axis >= -rank && axis < rank; };
  if (!axes || int64_t(axes->size()) != count || !llvm::all_of(*axes, isAxis))
    return std::nullopt;
  return axes;
}

bool isIndexVector(Value value) {
  return getElementType(value).isSignlessInteger(64) && getIndexCount(value);
}

/// A Pad with a constant by amounts that are not known, of a tensor of static shape.
struct ComputedPad {
  PadOp pad;
  RankedTensorType from;
  SmallVector<int64_t> axes;

  static std::optional<ComputedPad> get(Value value) {
    auto pad = value.getDefiningOp<PadOp>();
    auto type = dyn_cast<TensorType>(value.getType());
    auto from = pad ? dyn_cast<RankedTensorType>(pad.getX().getType()) : RankedTensorType();
    if (!pad || type.hasStaticShape() || !from || !from.hasStaticShape() ||
        pad.getMode() != "constant" || !isIndexVector(pad.getPads()))
      return std::nullopt;
    std::optional<SmallVector<int64_t>> axes =
        getAxes(pad.getAxes(), *getIndexCount(pad.getPads()) / 2, from.getRank());
    if (!axes)
      return std::nullopt;
    return ComputedPad{pad, from, *axes};
  }

  Value getBefore(VectorBuilder &vectors) { return vectors.spread(pad.getPads(), axes, 0); }
  /// The extents of the padded tensor.
  Value getExtents(VectorBuilder &vectors, Value before) {
    Value after = vectors.spread(pad.getPads(), axes, axes.size());
    Value own = vectors.constant(from.getShape());
    return vectors.binary<AddOp>(own, vectors.binary<AddOp>(before, after));
  }
};

Value simplify(ShapeOp op) {
  std::optional<ComputedPad> padded = ComputedPad::get(op.getX());
  if (!padded || op.getStart() != 0 || op.getEnd())
    return {};
  VectorBuilder vectors(op, padded->from.getRank());
  return padded->getExtents(vectors, padded->getBefore(vectors));
}

Value simplify(SliceOp op) {
  std::optional<ComputedPad> padded = ComputedPad::get(op.getX());
  if (!padded || !isIndexVector(op.getStarts()) || !isIndexVector(op.getEnds()))
    return {};
  if (isPresent(op.getSteps())) {
    std::optional<SmallVector<int64_t>> steps = getConstantIntegers(op.getSteps());
    if (!steps || !llvm::all_equal(*steps) || (!steps->empty() && steps->front() != 1))
      return {};
  }
  int64_t rank = padded->from.getRank();
  std::optional<SmallVector<int64_t>> axes =
      getAxes(op.getAxes(), *getIndexCount(op.getStarts()), rank);
  if (!axes)
    return {};
  VectorBuilder vectors(op, rank);
  Value before = padded->getBefore(vectors), extents = padded->getExtents(vectors, before);
  Value start = vectors.resolve(vectors.spread(op.getStarts(), *axes, 0), extents);
  Value end = vectors.resolve(vectors.spread(op.getEnds(), *axes, 0), extents);
  // A dimension that is not sliced ends where it ends.
  SmallVector<bool> isSliced(rank, false);
  for (int64_t axis : *axes)
    isSliced[axis < 0 ? axis + rank : axis] = true;
  SmallVector<char> flags(isSliced.begin(), isSliced.end());
  OpBuilder &builder = vectors.builder;
  Value sliced = ConstantOp::create(
      builder, op.getLoc(), makeConstant(vectors.getType(rank).clone(builder.getI1Type()), flags));
  end = WhereOp::create(builder, op.getLoc(), vectors.getType(rank), sliced, end, extents);
  Value length = vectors.binary<SubOp>(end, start);
  length = vectors.variadic<MaxOp>({length, vectors.constant(SmallVector<int64_t>(rank, 0))});
  // The result begins `start` later and has `length` elements of the padded tensor.
  before = vectors.binary<SubOp>(before, start);
  Value own = vectors.constant(padded->from.getShape());
  Value after = vectors.binary<SubOp>(vectors.binary<SubOp>(length, own), before);
  Value pads = ConcatOp::create(builder, op.getLoc(), vectors.getType(2 * rank),
                                ValueRange{before, after}, 0);
  Value none = NoneOp::create(builder, op.getLoc(), builder.getNoneType(), builder.getUnitAttr());
  return PadOp::create(builder, op.getLoc(), op.getType(), padded->pad.getX(), pads,
                       padded->pad.getValue(), none, padded->pad.getMode());
}

} // namespace

bool fovea::replaceUseOfComputedPad(Operation *op) {
  Value replacement;
  if (auto shape = dyn_cast<ShapeOp>(op))
    replacement = simplify(shape);
  else if (auto slice = dyn_cast<SliceOp>(op))
    replacement = simplify(slice);
  if (!replacement)
    return false;
  op->getResult(0).replaceAllUsesWith(replacement);
  return true;
}
