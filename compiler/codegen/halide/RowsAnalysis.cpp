// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which loops of a stage are rows, columns and sums, and which values are worth a row buffer.

#include "compiler/codegen/halide/RowsStage.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
namespace H = Halide;

namespace fovea::codegen::halide {

/// An element of a reduction during analysis: notes its loops, and the accesses of what it reads.
H::Expr RowsStage::visit(linalg::GenericOp op, IndicesRef indices) {
  H::Expr zero = H::cast(
      scalarType(cast<RankedTensorType>(op->getResult(0).getType()).getElementType(), op), 0);
  Indices at = translator.loopsAt(op, 0, indices);
  for (AffineExpr loop : at)
    consistent &= !loop || space.linear(loop).has_value();
  if (auto known = parts.find(op); known != parts.end()) {
    for (auto [before, now] : llvm::zip(known->second.loops, at))
      consistent &= !now || before == now;
    return zero;
  }
  Part part{op, *matchReduction(op), Indices(indices), at, {}, {}};
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  for (auto [loop, kind] : llvm::enumerate(op.getIteratorTypesArray()))
    if (kind == utils::IteratorType::reduction) {
      if (extents[loop] != 1)
        part.dims.push_back(space.size());
      part.loops[loop] = space.addDim(extents[loop]);
    }
  parts[op] = part;
  translator.evaluate(op, part.reduction.contribution, part.loops);
  translator.at(op.getDpsInits()[0], indices);
  return zero;
}

bool isExpensive(linalg::GenericOp op) {
  return llvm::any_of(op.getBody()->getOperations(), [](Operation &inner) {
    return isa<math::ExpOp, math::ErfOp, math::TanhOp, math::LogOp, math::PowFOp>(inner);
  });
}

/// Values that may be worth a row buffer, and who reads them where.
void RowsStage::findKept() {
  for (auto op : domain.op->getBlock()->getOps<linalg::GenericOp>()) {
    if (op == domain.op || op->getNumResults() != 1 || op.getNumReductionLoops() ||
        op->hasOneUse() || !isExpensive(op) || plan.getStorage().count(op.getResult(0)))
      continue;
    kept[op].op = op;
    translator.computed[op.getResult(0)] = [this, op](IndicesRef indices) mutable {
      SmallVector<Indices> &reads = kept[op].reads;
      if (!llvm::is_contained(reads, Indices(indices)))
        reads.push_back(Indices(indices));
      auto type = cast<RankedTensorType>(op->getResult(0).getType());
      accesses.push_back(
          rowMajor(type.getShape(), op.getContext()).getResult(0).replaceDims(indices));
      return translator.atLoops(op, 0, translator.loopsAt(op, 0, indices));
    };
  }
}

bool RowsStage::analyse() {
  for (int64_t extent : domain.extents)
    loops.push_back(space.addDim(extent));
  const unsigned own = space.size();
  accesses = {domain.address};
  translator.accesses = &accesses;
  for (linalg::GenericOp op : reductions) {
    if (!matchReduction(op))
      throw Refusal{op, "the Halide backend cannot tell what this reduction computes"};
    translator.computed[op.getResult(0)] = [this, op](IndicesRef indices) {
      return visit(op, indices);
    };
  }
  findKept();
  domain.element(translator, loops);
  translator.accesses = nullptr;
  translator.clear();
  translator.computed.clear();
  if (!consistent || parts.size() != reductions.size() || !groupLoops(own))
    return false;
  across = sumsRunAcross();
  kept.remove_if([&](auto &entry) { return !decideKept(entry.second); });
  return true;
}

/// Groups the stage's loops, rows and columns apart, and the sums. Fails when a reduction's rows
/// are not the stage's.
bool RowsStage::groupLoops(unsigned own) {
  SmallVector<AffineExpr> rows;
  for (auto &[op, part] : parts)
    for (auto [loop, kind] : llvm::enumerate(part.op.getIteratorTypesArray()))
      if (kind == utils::IteratorType::parallel) {
        for (unsigned dim = own; dim < space.size(); ++dim)
          if (part.loops[loop].isFunctionOfDim(dim))
            return false;
        rows.push_back(part.loops[loop]);
      }
  std::optional<Linear> address = space.linear(domain.address);
  if (!address)
    return false;
  SmallVector<unsigned> order = llvm::to_vector(llvm::seq<unsigned>(0, own));
  llvm::sort(order, [&](unsigned a, unsigned b) {
    return std::pair(-address->coefficients[a], a) < std::pair(-address->coefficients[b], b);
  });
  auto isRow = [&](unsigned dim) {
    return llvm::any_of(rows, [&](AffineExpr expr) { return expr.isFunctionOfDim(dim); });
  };
  for (size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    while (end < order.size() && isRow(order[end]) == isRow(order[begin]))
      ++end;
    for (unsigned group : space.group(ArrayRef(order).slice(begin, end - begin), accesses)) {
      groups.push_back(group);
      if (isRow(order[begin]))
        rowGroups.push_back(group);
    }
  }
  std::reverse(groups.begin(), groups.end());
  std::reverse(rowGroups.begin(), rowGroups.end());
  for (auto &[op, part] : parts)
    part.groups = space.group(part.dims, accesses);
  return true;
}

/// Whether the sums step over memory while the rows are contiguous.
bool RowsStage::sumsRunAcross() {
  bool contiguousRow = false;
  for (AffineExpr access : ArrayRef(accesses).drop_front()) {
    for (auto &[op, part] : parts)
      if (!part.groups.empty() && space.coefficient(access, part.groups.back()) == 1)
        return false;
    contiguousRow |= !rowGroups.empty() && space.coefficient(access, rowGroups[0]) == 1;
  }
  return contiguousRow;
}

/// A value is kept when it is read in two ways that agree on the row.
bool RowsStage::decideKept(Kept &value) {
  if (across || value.reads.size() < 2)
    return false;
  auto type = cast<RankedTensorType>(value.op->getResult(0).getType());
  for (unsigned dim = 0; dim < type.getRank(); ++dim) {
    AffineExpr first = value.reads[0][dim];
    bool same = llvm::all_of(value.reads, [&](const Indices &read) { return read[dim] == first; });
    bool inColumns = llvm::any_of(groups, [&](unsigned group) {
      return !llvm::is_contained(rowGroups, group) && space.uses(first, group);
    });
    if (same && !inColumns)
      continue;
    value.columnDims.push_back(dim);
    value.columns *= type.getDimSize(dim);
  }
  return value.columns > 1 && value.columns <= (1 << 16);
}

} // namespace fovea::codegen::halide
