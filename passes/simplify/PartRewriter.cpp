// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// New ops stand where the old ones stood. What an op reads and what is computed of its operand may
// differ, since an operand may have other users: a Slice makes up for it.

#include "passes/simplify/PartRewriter.h"

#include "dialects/attn/Mask.h"
#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxAttentionOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::simplify;

/// The elements of a constant inside of a box, or null when its data cannot be read.
static ElementsAttr sliceConstant(ElementsAttr attr, const Box &box) {
  auto type = cast<RankedTensorType>(attr.getType());
  std::optional<onnx::ConstantData> data = onnx::getConstantData(attr);
  if (!data)
    return {};
  RankedTensorType partType = getTypeOf(box, type);
  if (data->splat)
    return onnx::makeSplat(partType, data->bytes);
  // Runs along the last axis, copied in row-major order of the others.
  int64_t elementBytes = onnx::getElementBytes(type.getElementType());
  int64_t rank = type.getRank(), run = box[rank - 1].extent;
  SmallVector<char, 0> bytes;
  bytes.reserve(partType.getNumElements() * elementBytes);
  for (int64_t first = 0; first < partType.getNumElements(); first += run) {
    int64_t rest = first / run, source = box[rank - 1].start, stride = type.getDimSize(rank - 1);
    for (int64_t axis = rank - 2; axis >= 0; --axis) {
      source += (box[axis].start + rest % box[axis].extent) * stride;
      rest /= box[axis].extent;
      stride *= type.getDimSize(axis);
    }
    llvm::append_range(bytes, data->bytes.slice(source * elementBytes, run * elementBytes));
  }
  return onnx::makeConstant(partType, bytes);
}

Value PartRewriter::createShape(ArrayRef<int64_t> integers) {
  auto type = RankedTensorType::get({int64_t(integers.size())}, builder.getI64Type());
  return onnx::ConstantOp::create(builder, loc,
                                  cast<ElementsAttr>(DenseElementsAttr::get(type, integers)));
}

Value PartRewriter::createSlice(Value value, const Box &box) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> starts, ends, axes;
  for (auto [axis, range] : llvm::enumerate(box)) {
    if (range.extent == type.getDimSize(axis))
      continue;
    starts.push_back(range.start);
    ends.push_back(range.getEnd());
    axes.push_back(axis);
  }
  Value none = onnx::NoneOp::create(builder, loc, builder.getNoneType(), builder.getUnitAttr());
  return onnx::SliceOp::create(builder, loc, getTypeOf(box, type), value, createShape(starts),
                               createShape(ends), createShape(axes), none);
}

Value PartRewriter::createReshape(Value value, RankedTensorType type) {
  return onnx::ReshapeOp::create(builder, loc, type, value, createShape(type.getShape()),
                                 /*allowzero=*/builder.getBoolAttr(true));
}

Value PartRewriter::read(Value original, const Box &wanted) {
  auto found = computed.find(original);
  Value value = found == computed.end() ? original : found->second.value;
  auto type = cast<RankedTensorType>(value.getType());
  Box box = wanted;
  if (found != computed.end())
    for (auto [range, available] : llvm::zip_equal(box, found->second.box))
      range.start -= available.start;
  if (isWhole(box, type))
    return value;
  if (ElementsAttr constant = onnx::getConstantAttr(value))
    if (ElementsAttr part = sliceConstant(constant, box))
      return onnx::ConstantOp::create(builder, value.getLoc(), part);
  return createSlice(value, box);
}

Value PartRewriter::readWhole(Value original) {
  RankedTensorType type = getBoxedType(original);
  return type ? read(original, getWhole(type)) : original;
}

void PartRewriter::replace(OpResult result, Value value, const Box &box) {
  if (isWhole(box, cast<RankedTensorType>(result.getType())))
    result.replaceAllUsesWith(value);
  else
    computed[result] = {value, box};
}

Value PartRewriter::rewriteConcat(Operation *op, const PartPlan &plan) {
  auto concat = cast<onnx::ConcatOp>(op);
  SmallVector<Value> inputs;
  for (auto [input, box] : llvm::zip_equal(concat.getInputs(), plan.operands))
    if (box)
      inputs.push_back(read(input, *box));
  if (inputs.size() == 1)
    return inputs.front();
  return onnx::ConcatOp::create(builder, loc,
                                getTypeOf(plan.result, getBoxedType(op->getResult(0))), inputs,
                                concat.getAxisAttr());
}

/// The score region's indices count from the part's first row; what it computes is about the whole.
static void shiftScoreIndices(attn::AttentionOp op, ArrayRef<Interval> ranges) {
  using Dim = attn::AttentionOp::Dim;
  Block &score = op.getScore().front();
  OpBuilder builder = OpBuilder::atBlockBegin(&score);
  for (unsigned dim : {Dim::B, Dim::H, Dim::I}) {
    Value index = score.getArgument(1 + dim);
    if (ranges[dim].start == 0 || index.use_empty())
      continue;
    Value start = arith::ConstantIndexOp::create(builder, op.getLoc(), ranges[dim].start);
    auto shifted = arith::AddIOp::create(builder, op.getLoc(), index, start);
    index.replaceAllUsesExcept(shifted, shifted);
  }
}

Value PartRewriter::rewriteAttention(attn::AttentionOp op, const PartPlan &plan) {
  std::array<Interval, 6> ranges = getAttentionIntervals(op, plan.result);
  auto part = cast<attn::AttentionOp>(cloneOnParts(op, plan).getDefiningOp());
  SmallVector<int64_t> domain;
  SmallVector<AffineExpr> shifted;
  for (auto [dim, range] : llvm::enumerate(ranges)) {
    domain.push_back(range.extent);
    shifted.push_back(builder.getAffineDimExpr(dim) + range.start);
  }
  part.setDomain(domain);
  // An axis that was cut starts anew; everything else is read where it was.
  SmallVector<AffineMap> maps;
  for (auto [n, operand] : llvm::enumerate(op.getOperands())) {
    SmallVector<AffineExpr> exprs;
    for (auto [axis, expr] : llvm::enumerate(op.getMap(n).getResults())) {
      int64_t extent = cast<RankedTensorType>(operand.getType()).getDimSize(axis);
      bool cut = (*plan.operands[n])[axis].extent != extent;
      exprs.push_back(cut ? expr : expr.replaceDims(shifted));
    }
    maps.push_back(AffineMap::get(6, 0, exprs, builder.getContext()));
  }
  maps.push_back(op.getOutputMap());
  part.setIndexingMapsAttr(builder.getAffineMapArrayAttr(maps));
  SmallVector<int64_t> offsets;
  for (Interval range : ranges)
    offsets.push_back(range.start);
  part.setMaskAttr(attn::simplifyMask(attn::shiftMask(op.getMask(), offsets), domain));
  shiftScoreIndices(part, ranges);
  return part.getOutput();
}

Value PartRewriter::cloneOnParts(Operation *op, const PartPlan &plan) {
  SmallVector<Value> operands;
  for (auto [operand, box] : llvm::zip_equal(op->getOperands(), plan.operands))
    operands.push_back(box ? read(operand, *box) : operand);
  Operation *part = builder.clone(*op);
  part->setOperands(operands);
  part->getResult(0).setType(
      getTypeOf(plan.result, cast<RankedTensorType>(op->getResult(0).getType())));
  return part->getResult(0);
}

void PartRewriter::rewriteSplit(Operation *op, ArrayRef<std::optional<Box>> asked) {
  auto split = cast<onnx::SplitOp>(op);
  int64_t rank = split.getX().getType().getRank();
  int64_t axis = split.getAxis() < 0 ? split.getAxis() + rank : split.getAxis(), offset = 0;
  for (auto [part, box] : llvm::zip_equal(op->getResults(), asked)) {
    if (box) {
      Box shifted = *box;
      shifted[axis].start += offset;
      replace(part, read(split.getX(), shifted), *box);
    }
    offset += cast<RankedTensorType>(part.getType()).getDimSize(axis);
  }
}

Operation *PartRewriter::rewrite(Operation *op, ArrayRef<std::optional<Box>> asked,
                                 const PartPlan &plan) {
  bool readsParts =
      llvm::any_of(op->getOperands(), [&](Value operand) { return computed.contains(operand); });
  bool isPart = op->getNumResults() == 1 && getBoxedType(op->getResult(0)) &&
                !isWhole(plan.result, getBoxedType(op->getResult(0)));
  bool isGatheredSlice = false;
  if (auto gather = dyn_cast<onnx::GatherOp>(op))
    if (std::optional<Interval> range = getGatheredInterval(op))
      isGatheredSlice = range->extent > 1;
  if (!readsParts && !isPart && !isGatheredSlice)
    return nullptr;
  builder.setInsertionPoint(op);
  loc = op->getLoc();
  if (isa<onnx::SplitOp>(op)) {
    rewriteSplit(op, asked);
    replaced.push_back(op);
    return nullptr;
  }
  if (op->getNumResults() != 1 || !getBoxedType(op->getResult(0))) {
    for (OpOperand &operand : op->getOpOperands())
      operand.set(readWhole(operand.get()));
    return nullptr;
  }
  RankedTensorType type = getTypeOf(plan.result, getBoxedType(op->getResult(0)));
  Value part;
  bool isSlice = isa<onnx::SliceOp, tensor::ExtractSliceOp>(op) && plan.reason.empty();
  if (isSlice || (isa<onnx::GatherOp>(op) && getGatheredInterval(op)) ||
      isa<onnx::ReshapeOp, onnx::FlattenOp, onnx::SqueezeOp, onnx::UnsqueezeOp>(op)) {
    part = read(op->getOperand(0), *plan.operands[0]);
    if (part.getType() != type)
      part = createReshape(part, type);
  } else if (auto expand = dyn_cast<onnx::ExpandOp>(op)) {
    part = onnx::ExpandOp::create(builder, loc, type, read(expand.getX(), *plan.operands[0]),
                                  createShape(type.getShape()));
  } else if (isa<onnx::ConcatOp>(op)) {
    part = rewriteConcat(op, plan);
  } else if (auto attention = dyn_cast<attn::AttentionOp>(op)) {
    part = rewriteAttention(attention, plan);
  } else {
    part = cloneOnParts(op, plan);
  }
  replace(op->getResult(0), part, plan.result);
  replaced.push_back(op);
  return part.getDefiningOp();
}

bool PartRewriter::finish() {
  for (Operation *op : llvm::reverse(replaced))
    op->erase();
  bool changed = !replaced.empty();
  replaced.clear();
  computed.clear();
  return changed;
}
