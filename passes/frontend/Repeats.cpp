// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Copies of a tensor side by side, written as Concat or Gather, become an Expand: which is an index
// map later, and no memory. Exporters repeat the heads of keys and values so.

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "passes/frontend/Simplify.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

static Value makeShape(OpBuilder &builder, Location loc, ArrayRef<int64_t> shape) {
  auto type = RankedTensorType::get({int64_t(shape.size())}, builder.getI64Type());
  return ConstantOp::create(
      builder, loc,
      makeConstant(type, ArrayRef(reinterpret_cast<const char *>(shape.data()),
                                  shape.size() * sizeof(int64_t))));
}

/// `x` with each element along `axis` (`each`), or the whole axis, `count` times.
static Value repeat(Operation *op, Value x, int64_t axis, int64_t count, bool each) {
  auto type = cast<RankedTensorType>(x.getType());
  OpBuilder builder(op->getContext());
  builder.setInsertionPointAfter(op);
  Location loc = op->getLoc();
  auto reshape = [&](Value value, ArrayRef<int64_t> shape) -> Value {
    auto to = RankedTensorType::get(shape, type.getElementType());
    return ReshapeOp::create(builder, loc, to, value, makeShape(builder, loc, shape),
                             /*allowzero=*/true);
  };
  SmallVector<int64_t> shape(type.getShape());
  int64_t added = each ? axis + 1 : axis;
  shape.insert(shape.begin() + added, 1);
  Value result = reshape(x, shape);
  shape[added] = count;
  auto wide = RankedTensorType::get(shape, type.getElementType());
  result = ExpandOp::create(builder, loc, wide, result, makeShape(builder, loc, shape));
  return reshape(result, cast<RankedTensorType>(op->getResult(0).getType()).getShape());
}

static bool isStatic(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.hasStaticShape() && type.getNumElements() > 0;
}

static int64_t wrapAxis(int64_t axis, Value x) {
  return axis < 0 ? axis + cast<RankedTensorType>(x.getType()).getRank() : axis;
}

static Value findRepeat(ConcatOp op) {
  ValueRange inputs = op.getInputs();
  if (inputs.size() < 2 || !llvm::all_equal(inputs))
    return {};
  return repeat(op, inputs.front(), wrapAxis(op.getAxis(), inputs.front()), inputs.size(),
                /*each=*/false);
}

/// A Gather that takes each element of its axis so many times, in order.
static Value findRepeat(GatherOp op) {
  std::optional<SmallVector<int64_t>> indices = getConstantIntegers(op.getIndices());
  auto indexType = dyn_cast<RankedTensorType>(op.getIndices().getType());
  if (!indices || !indexType || indexType.getRank() != 1)
    return {};
  int64_t axis = wrapAxis(op.getAxis(), op.getX());
  int64_t extent = cast<RankedTensorType>(op.getX().getType()).getDimSize(axis);
  int64_t count = int64_t(indices->size()) / extent;
  if (count < 2 || count * extent != int64_t(indices->size()))
    return {};
  for (auto [n, index] : llvm::enumerate(*indices))
    if (index != int64_t(n) / count)
      return {};
  return repeat(op, op.getX(), axis, count, /*each=*/true);
}

bool fovea::replaceRepeat(Operation *op) {
  if (!isa<ConcatOp, GatherOp>(op) || !isStatic(op->getResult(0)) || !isStatic(op->getOperand(0)))
    return false;
  auto concat = dyn_cast<ConcatOp>(op);
  Value repeated = concat ? findRepeat(concat) : findRepeat(cast<GatherOp>(op));
  if (!repeated)
    return false;
  op->getResult(0).replaceAllUsesWith(repeated);
  return true;
}
