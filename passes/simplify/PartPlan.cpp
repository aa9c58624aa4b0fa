// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Plans by family of ops. A plan never reads less than the result needs; when in doubt it reads
// everything.

#include "passes/simplify/PartPlan.h"

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/Extents.h"
#include "dialects/onnx/OnnxAttentionOps.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxMatrixOps.h"
#include "dialects/onnx/OnnxNormOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "dialects/onnx/SliceBounds.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::simplify;

static std::optional<Box> getWholeOperand(Value operand) {
  RankedTensorType type = getBoxedType(operand);
  return type ? std::optional(getWhole(type)) : std::nullopt;
}

static PartPlan planWhole(Operation *op, StringRef reason) {
  PartPlan plan;
  if (op->getNumResults() > 0)
    if (RankedTensorType type = getBoxedType(op->getResult(0)))
      plan.result = getWhole(type);
  for (Value operand : op->getOperands())
    plan.operands.push_back(getWholeOperand(operand));
  plan.reason = reason;
  return plan;
}

/// A plan that computes `result` and reads all operands, for families to narrow.
static PartPlan startPlan(Operation *op, const Box &result) {
  PartPlan plan = planWhole(op, "");
  plan.result = result;
  return plan;
}

/// Grows the ranges of the axes from `first` up to `last` to everything.
static void growAxes(PartPlan &plan, Operation *op, int64_t first, int64_t last, StringRef reason) {
  RankedTensorType type = getBoxedType(op->getResult(0));
  for (int64_t axis = first; axis < last; ++axis) {
    Interval whole = {0, type.getDimSize(axis)};
    if (plan.result[axis] == whole)
      continue;
    plan.result[axis] = whole;
    plan.reason = reason;
  }
}

static std::optional<int64_t> resolveAxis(int64_t axis, int64_t rank) {
  if (axis < 0)
    axis += rank;
  return axis >= 0 && axis < rank ? std::optional(axis) : std::nullopt;
}

/// Every operand broadcasts to the result.
static PartPlan planElementwise(Operation *op, const Box &asked) {
  PartPlan plan = startPlan(op, asked);
  RankedTensorType type = getBoxedType(op->getResult(0));
  for (auto [operand, box] : llvm::zip_equal(op->getOperands(), plan.operands))
    if (box)
      box = getBroadcastOperand(asked, type, getBoxedType(operand));
  return plan;
}

static PartPlan plan(onnx::MatMulOp op, const Box &asked) {
  PartPlan plan = startPlan(op, asked);
  RankedTensorType a = getBoxedType(op.getA()), b = getBoxedType(op.getB());
  RankedTensorType type = getBoxedType(op.getC());
  bool hasRow = a.getRank() > 1, hasColumn = b.getRank() > 1;
  int64_t batchRank = type.getRank() - hasRow - hasColumn;
  if (hasColumn)
    growAxes(plan, op, type.getRank() - 1, type.getRank(),
             "columns of a product are not separated");
  auto readBatches = [&](RankedTensorType operand, Box &box) {
    int64_t offset = batchRank - (operand.getRank() - 2);
    for (int64_t axis = 0; axis < operand.getRank() - 2; ++axis)
      if (operand.getDimSize(axis) == type.getDimSize(offset + axis))
        box[axis] = plan.result[offset + axis];
  };
  if (hasRow) {
    readBatches(a, *plan.operands[0]);
    (*plan.operands[0])[a.getRank() - 2] = plan.result[batchRank];
  }
  if (hasColumn)
    readBatches(b, *plan.operands[1]);
  return plan;
}

static PartPlan plan(onnx::GemmOp op, const Box &asked) {
  PartPlan plan = startPlan(op, asked);
  growAxes(plan, op, 1, 2, "columns of a product are not separated");
  (*plan.operands[0])[op.getTransA() ? 1 : 0] = plan.result[0];
  if (plan.operands[2])
    plan.operands[2] =
        getBroadcastOperand(plan.result, getBoxedType(op.getY()), getBoxedType(op.getC()));
  return plan;
}

static PartPlan planNormalization(Operation *op, int64_t axis, bool trailing, const Box &asked) {
  int64_t rank = asked.size();
  std::optional<int64_t> first = resolveAxis(axis, rank);
  if (!first)
    return planWhole(op, "its axis is outside of the operand");
  PartPlan plan = startPlan(op, asked);
  growAxes(plan, op, *first, trailing ? rank : *first + 1, "it normalizes along that axis");
  plan.operands[0] = plan.result;
  return plan;
}

/// Rows are turned each for itself, and whole.
static PartPlan plan(onnx::RotaryEmbeddingOp op, const Box &asked) {
  PartPlan plan = startPlan(op, asked);
  int64_t last = int64_t(asked.size()) - 1;
  growAxes(plan, op, last, last + 1, "pairs of its elements turn together");
  plan.operands[0] = plan.result;
  RankedTensorType type = getBoxedType(op.getY());
  for (unsigned n : {1, 2}) {
    RankedTensorType angles = getBoxedType(op->getOperand(n));
    int64_t offset = type.getRank() - angles.getRank();
    for (int64_t axis = 0; axis < angles.getRank() - 1; ++axis)
      if (angles.getDimSize(axis) == type.getDimSize(offset + axis))
        (*plan.operands[n])[axis] = plan.result[offset + axis];
  }
  return plan;
}

static PartPlan plan(onnx::TransposeOp op, const Box &asked) {
  PartPlan plan = startPlan(op, asked);
  int64_t rank = asked.size();
  for (auto [axis, range] : llvm::enumerate(asked))
    (*plan.operands[0])[op.getPermutation().empty() ? rank - 1 - axis : op.getPermutation()[axis]] =
        range;
  return plan;
}

static PartPlan planReshape(Operation *op, const Box &asked) {
  PartPlan plan = startPlan(op, asked);
  plan.operands[0] = getReshapeOperand(plan.result, getBoxedType(op->getOperand(0)).getShape(),
                                       getBoxedType(op->getResult(0)).getShape());
  if (plan.result != asked)
    plan.reason = "it regroups the elements of that axis";
  return plan;
}

static PartPlan plan(onnx::ExpandOp op, const Box &asked) {
  PartPlan plan = startPlan(op, asked);
  plan.operands[0] = getBroadcastOperand(asked, getBoxedType(op.getY()), getBoxedType(op.getX()));
  return plan;
}

/// Inputs that the part does not touch are not read.
static PartPlan plan(onnx::ConcatOp op, const Box &asked) {
  std::optional<int64_t> axis = resolveAxis(op.getAxis(), asked.size());
  if (!axis || !llvm::all_of(op.getInputs(), getBoxedType))
    return planWhole(op, "an input is empty");
  PartPlan plan = startPlan(op, asked);
  Interval range = asked[*axis];
  int64_t offset = 0;
  for (auto [input, box] : llvm::zip_equal(op.getInputs(), plan.operands)) {
    int64_t extent = getBoxedType(input).getDimSize(*axis);
    int64_t start = std::max<int64_t>(range.start - offset, 0);
    int64_t end = std::min(range.getEnd() - offset, extent);
    box = asked;
    (*box)[*axis] = {start, end - start};
    if (start >= end)
      box.reset();
    offset += extent;
  }
  return plan;
}

/// The box of x that a Slice selects; nothing unless it is constant and its steps are one.
static std::optional<Box> getSlicedBox(onnx::SliceOp op) {
  RankedTensorType type = getBoxedType(op.getX());
  auto read = [](Value value) { return onnx::getConstantIntegers(value); };
  std::optional<SmallVector<int64_t>> starts = read(op.getStarts()), ends = read(op.getEnds());
  if (!starts || !ends || starts->size() != ends->size())
    return std::nullopt;
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, starts->size()));
  if (onnx::isPresent(op.getAxes())) {
    std::optional<SmallVector<int64_t>> given = read(op.getAxes());
    if (!given || given->size() != starts->size())
      return std::nullopt;
    axes = *given;
  }
  if (onnx::isPresent(op.getSteps())) {
    std::optional<SmallVector<int64_t>> steps = read(op.getSteps());
    if (!steps || llvm::any_of(*steps, [](int64_t step) { return step != 1; }))
      return std::nullopt;
  }
  Box box = getWhole(type);
  for (auto [axis, start, end] : llvm::zip_equal(axes, *starts, *ends)) {
    std::optional<int64_t> resolved = resolveAxis(axis, type.getRank());
    if (!resolved)
      return std::nullopt;
    onnx::SliceBounds bounds = onnx::getSliceBounds(type.getDimSize(*resolved), start, end, 1);
    box[*resolved] = {bounds.first, bounds.length};
  }
  return getTypeOf(box, type) == op.getType() ? std::optional(box) : std::nullopt;
}

static PartPlan plan(onnx::SliceOp op, const Box &asked) {
  std::optional<Box> sliced = getSlicedBox(op);
  if (!sliced)
    return planWhole(op, "it selects elements that are not known to be consecutive");
  PartPlan plan = startPlan(op, asked);
  for (auto [range, offset, part] : llvm::zip_equal(*plan.operands[0], *sliced, asked))
    range = {offset.start + part.start, part.extent};
  return plan;
}

/// Taps read parts of queries so.
static PartPlan plan(tensor::ExtractSliceOp op, const Box &asked) {
  if (!op.hasUnitStride() || op.getType().getRank() != op.getSourceType().getRank() ||
      llvm::any_of(op.getStaticOffsets(), ShapedType::isDynamic))
    return planWhole(op, "it selects elements that are not known to be consecutive");
  PartPlan plan = startPlan(op, asked);
  for (auto [range, offset, part] :
       llvm::zip_equal(*plan.operands[0], op.getStaticOffsets(), asked))
    range = {offset + part.start, part.extent};
  return plan;
}

std::optional<Interval> simplify::getGatheredInterval(Operation *gather) {
  auto op = cast<onnx::GatherOp>(gather);
  RankedTensorType type = getBoxedType(op.getX());
  std::optional<SmallVector<int64_t>> indices = onnx::getConstantIntegers(op.getIndices());
  std::optional<int64_t> axis = type ? resolveAxis(op.getAxis(), type.getRank()) : std::nullopt;
  if (!indices || indices->empty() || !axis)
    return std::nullopt;
  int64_t extent = type.getDimSize(*axis), count = indices->size();
  int64_t first = indices->front() < 0 ? indices->front() + extent : indices->front();
  if (first < 0 || first > extent - count)
    return std::nullopt;
  for (auto [i, index] : llvm::enumerate(*indices))
    if ((index < 0 ? index + extent : index) != first + int64_t(i))
      return std::nullopt;
  return Interval{first, count};
}

static PartPlan plan(onnx::GatherOp op, const Box &asked) {
  std::optional<Interval> gathered = getGatheredInterval(op);
  if (!gathered)
    return planWhole(op, "it selects elements that are not known to be consecutive");
  PartPlan plan = startPlan(op, asked);
  Box &x = *plan.operands[0];
  int64_t rank = x.size(), axis = *resolveAxis(op.getAxis(), rank);
  int64_t indexRank = cast<RankedTensorType>(op.getIndices().getType()).getRank();
  if (indexRank > 1)
    growAxes(plan, op, axis, axis + indexRank, "its indices form more than one axis");
  for (int64_t i = 0; i < rank; ++i)
    if (i != axis)
      x[i] = plan.result[i < axis ? i : i + indexRank - 1];
  x[axis] = *gathered;
  if (indexRank == 1)
    x[axis] = {gathered->start + plan.result[axis].start, plan.result[axis].extent};
  return plan;
}

/// Reads the smallest box around what is read of the parts.
static PartPlan planSplit(onnx::SplitOp op, ArrayRef<std::optional<Box>> asked) {
  RankedTensorType type = getBoxedType(op.getX());
  std::optional<int64_t> axis = type ? resolveAxis(op.getAxis(), type.getRank()) : std::nullopt;
  if (!axis || !llvm::all_of(op.getParts(), getBoxedType))
    return planWhole(op, "a part is empty");
  PartPlan plan = planWhole(op, "");
  std::optional<Box> hull;
  int64_t offset = 0;
  for (auto [part, box] : llvm::zip_equal(op.getParts(), asked)) {
    if (box) {
      Box shifted = *box;
      shifted[*axis].start += offset;
      hull = hull ? getHull(*hull, shifted) : shifted;
    }
    offset += getBoxedType(part).getDimSize(*axis);
  }
  plan.operands[0] = hull;
  return plan;
}

std::array<Interval, 6> simplify::getAttentionIntervals(attn::AttentionOp op, const Box &result) {
  std::array<Interval, 6> ranges;
  for (auto [range, extent] : llvm::zip_equal(ranges, op.getDomain()))
    range = {0, extent};
  for (auto [expr, range] : llvm::zip_equal(op.getOutputMap().getResults(), result))
    if (auto dim = dyn_cast<AffineDimExpr>(expr))
      ranges[dim.getPosition()] = range;
  return ranges;
}

static PartPlan plan(attn::AttentionOp op, const Box &asked) {
  PartPlan plan = startPlan(op, asked);
  for (auto [axis, expr] : llvm::enumerate(op.getOutputMap().getResults())) {
    if (!isa<AffineDimExpr>(expr))
      growAxes(plan, op, axis, axis + 1, "its output's layout mixes that axis with others");
  }
  std::array<Interval, 6> ranges = getAttentionIntervals(op, plan.result);
  for (unsigned n = 0; n < op->getNumOperands(); ++n) {
    for (auto [axis, expr] : llvm::enumerate(op.getMap(n).getResults())) {
      auto dim = dyn_cast<AffineDimExpr>(expr);
      if (dim && ranges[dim.getPosition()].extent != op.getDomain()[dim.getPosition()])
        (*plan.operands[n])[axis] = ranges[dim.getPosition()];
    }
  }
  return plan;
}

static bool isElementwise(Operation *op) {
  return isa<onnx::IdentityOp, onnx::NegOp, onnx::AbsOp, onnx::ExpOp, onnx::LogOp, onnx::SqrtOp,
             onnx::ReciprocalOp, onnx::FloorOp, onnx::CeilOp, onnx::ErfOp, onnx::TanhOp,
             onnx::SigmoidOp, onnx::ReluOp, onnx::SinOp, onnx::CosOp, onnx::NotOp, onnx::IsNaNOp,
             onnx::GeluOp, onnx::CastOp, onnx::ClipOp, onnx::AddOp, onnx::SubOp, onnx::MulOp,
             onnx::DivOp, onnx::PowOp, onnx::ModOp, onnx::AndOp, onnx::OrOp, onnx::EqualOp,
             onnx::LessOp, onnx::LessOrEqualOp, onnx::GreaterOp, onnx::GreaterOrEqualOp,
             onnx::MinOp, onnx::MaxOp, onnx::WhereOp>(op);
}

PartPlan simplify::planPart(Operation *op, ArrayRef<std::optional<Box>> asked) {
  if (auto split = dyn_cast<onnx::SplitOp>(op))
    return planSplit(split, asked);
  if (op->getNumResults() != 1)
    return planWhole(op, "it has more than one result");
  auto isKnown = [](Value value) { return isa<NoneType>(value.getType()) || getBoxedType(value); };
  if (!asked.front() || !llvm::all_of(op->getOperands(), isKnown))
    return planWhole(op, "an operand is empty or not static");
  const Box &box = *asked.front();
  if (isElementwise(op))
    return planElementwise(op, box);
  return llvm::TypeSwitch<Operation *, PartPlan>(op)
      .Case<onnx::MatMulOp, onnx::GemmOp, onnx::TransposeOp, onnx::ExpandOp, onnx::ConcatOp,
            onnx::RotaryEmbeddingOp, onnx::SliceOp, onnx::GatherOp, attn::AttentionOp,
            tensor::ExtractSliceOp>([&](auto typed) { return plan(typed, box); })
      .Case<onnx::ReshapeOp, onnx::FlattenOp, onnx::SqueezeOp, onnx::UnsqueezeOp>(
          [&](Operation *reshape) { return planReshape(reshape, box); })
      .Case([&](onnx::SoftmaxOp softmax) {
        return planNormalization(op, softmax.getAxis(), /*trailing=*/false, box);
      })
      .Case<onnx::LayerNormalizationOp, onnx::RMSNormalizationOp>(
          [&](auto norm) { return planNormalization(op, norm.getAxis(), /*trailing=*/true, box); })
      .Default(
          [](Operation *other) { return planWhole(other, "nothing is known about parts of it"); });
}
