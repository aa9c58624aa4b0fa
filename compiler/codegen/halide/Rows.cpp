// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Schedule of reductions over rows: LayerNorm, Softmax and what lives on the same rows. Each
// reduction keeps partial results in lanes and combines them once per row; a value that costs much
// and is read twice (the exponentials of a softmax) stays in a row buffer. A reduction that steps
// over memory while its rows are contiguous (a mean over the outer dimension) has a row per lane
// instead. Schedule `rows`: unroll (vectors of lanes), task (rows per task).

#include "compiler/codegen/halide/Math.h"
#include "compiler/codegen/halide/RowsStage.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
namespace H = Halide;

namespace fovea::codegen::halide {
//===----------------------------------------------------------------------===//
// Definitions
//===----------------------------------------------------------------------===//

H::Expr RowsStage::combined(const Part &part, H::Expr a, H::Expr b) {
  // In a softmax, a NaN reaches the result through the exponentials: the largest element need not
  // carry it.
  linalg::GenericOp op = part.op;
  if (isa<arith::MaximumFOp>(part.reduction.combiner) &&
      llvm::all_of(op->getUsers(), [](Operation *user) {
        auto generic = dyn_cast<linalg::GenericOp>(user);
        return generic && isExpensive(generic);
      }))
    return maxOf(b, a);
  return combine(part.reduction.combiner, a, b);
}

H::Expr RowsStage::columnOf(const Kept &value, IndicesRef indices) {
  linalg::GenericOp op = value.op;
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  AffineExpr column = getAffineConstantExpr(0, op.getContext());
  for (unsigned dim : value.columnDims)
    column = column * type.getDimSize(dim) + indices[dim];
  return space.toExpr(column);
}

void RowsStage::define(const Kept &value, unsigned number) {
  linalg::GenericOp op = value.op;
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  Indices indices = value.reads[0];
  SmallVector<unsigned> dims;
  for (unsigned dim : value.columnDims) {
    if (type.getDimSize(dim) != 1)
      dims.push_back(space.size());
    indices[dim] = space.addDim(type.getDimSize(dim));
  }
  SmallVector<AffineExpr> reads;
  translator.accesses = &reads;
  translator.atLoops(op, 0, translator.loopsAt(op, 0, indices));
  translator.accesses = nullptr;
  translator.clear();
  // One dimension for all columns; it is taken apart where the accesses do not walk it as one.
  H::Var c("c");
  SmallVector<unsigned> columnGroups = space.group(dims, reads);
  int64_t inner = 1;
  for (unsigned group : llvm::reverse(columnGroups)) {
    H::Expr position = inner == 1 ? H::Expr(c) : c / int32_t(inner);
    int64_t extent = space.getGroup(group).extent;
    space.bind(group, group == columnGroups.front() ? position : position % int32_t(extent));
    inner *= extent;
  }
  H::Func values(translator.name("kept" + std::to_string(number)));
  std::vector<H::Var> vars = {c};
  vars.insert(vars.end(), rowVars.begin(), rowVars.end());
  values(vars) = translator.atLoops(op, 0, translator.loopsAt(op, 0, indices));
  values.bound_extent(c, int32_t(value.columns));
  if (value.columns >= vec)
    values.vectorize(c, vec, H::TailStrategy::GuardWithIf);
  rowFuncs.push_back(values);
  translator.clear();
  translator.computed[op.getResult(0)] = [this, &value, values](IndicesRef indices) -> H::Expr {
    std::vector<H::Expr> at = {columnOf(value, indices)};
    at.insert(at.end(), rowVars.begin(), rowVars.end());
    return values(at);
  };
}

/// What the reduction combines at `position` of its innermost sum; the outer ones are bound
/// already.
H::Expr RowsStage::element(const Part &part, H::Expr position) {
  if (!part.groups.empty())
    space.bind(part.groups.back(), position);
  translator.clear();
  return translator.evaluate(part.op, part.reduction.contribution, part.loops);
}

/// The sums with `inner` steps of the innermost; binds the outer ones.
H::RDom RowsStage::sumDomain(const Part &part, int32_t inner, const std::string &name) {
  std::vector<H::Range> ranges = {H::Range(0, inner)};
  auto outer = llvm::reverse(ArrayRef(part.groups).drop_back());
  for (unsigned group : outer)
    ranges.emplace_back(0, int32_t(space.getGroup(group).extent));
  H::RDom domain(ranges, name);
  for (auto [number, group] : llvm::enumerate(outer))
    space.bind(group, domain[number + 1]);
  return domain;
}

/// The value that changes nothing when it is combined; min, max and `and` may take the initial
/// value twice.
static H::Expr neutral(Operation *combiner, H::Expr init) {
  if (isa<arith::AddFOp, arith::AddIOp, arith::OrIOp>(combiner))
    return H::cast(init.type(), 0);
  return isa<arith::MulFOp, arith::MulIOp>(combiner) ? H::cast(init.type(), 1) : init;
}

static std::vector<H::Expr> withRows(H::Expr first, const std::vector<H::Var> &rows) {
  std::vector<H::Expr> arguments = {first};
  arguments.insert(arguments.end(), rows.begin(), rows.end());
  return arguments;
}

/// Partial results in lanes: whole groups of lanes first, then the rest of the row into the first
/// lanes.
H::Func RowsStage::defineLanes(Part &part, const std::string &name, H::Expr init, int64_t length,
                               int32_t lanes) {
  H::Func partial(translator.name(name + "_lanes"));
  H::Var v("v");
  std::vector<H::Var> vars = {v};
  vars.insert(vars.end(), rowVars.begin(), rowVars.end());
  partial(vars) = neutral(part.reduction.combiner, init);
  partial.bound_extent(v, lanes).vectorize(v, vec).unroll(v);

  H::RDom r = sumDomain(part, length / lanes, "r");
  partial(vars) = combined(part, partial(vars), inLoops(r, element(part, v + lanes * r[0])));
  std::vector<H::VarOrRVar> order = {v};
  for (int number = 0; number < r.dimensions(); ++number)
    order.push_back(r[number]);
  partial.update(0).reorder(order).vectorize(v, vec).unroll(v);

  int32_t rest = length % lanes, first = length - rest;
  // Whole vectors, then one odd vector.
  for (int32_t piece : {rest / vec * vec, rest % vec}) {
    if (!piece)
      continue;
    H::RDom t = sumDomain(part, piece, "t" + std::to_string(piece));
    std::vector<H::Expr> at = withRows(t[0], rowVars);
    partial(at) = combined(part, partial(at), element(part, first + t[0]));
    H::Stage stage = partial.update(partial.num_update_definitions() - 1).allow_race_conditions();
    if (piece > vec)
      stage.vectorize(t[0], vec).unroll(t[0]);
    else
      stage.vectorize(t[0]);
    first += piece;
  }
  rowFuncs.push_back(partial);
  return partial;
}

/// Four quarters of the lanes as one.
H::Func RowsStage::halve(Part &part, H::Func from, int32_t lanes, const std::string &name) {
  H::Var v("v");
  H::Func half(translator.name(name));
  std::vector<H::Var> vars = {v};
  vars.insert(vars.end(), rowVars.begin(), rowVars.end());
  H::Expr sum = from(withRows(v, rowVars));
  half(vars) = combined(part, sum, from(withRows(v + lanes, rowVars)));
  half.bound_extent(v, lanes);
  if (lanes > 1)
    half.vectorize(v, std::min(lanes, vec)).unroll(v);
  rowFuncs.push_back(half);
  return half;
}

void RowsStage::define(Part &part, unsigned number) {
  std::string name = "r" + std::to_string(number);
  H::Expr init = translator.at(part.op.getDpsInits()[0], part.indices);
  H::Func total(translator.name(name));
  int64_t length = part.groups.empty() ? 1 : space.getGroup(part.groups.back()).extent;
  int32_t lanes = vec * plan.schedule("rows", "unroll", 4);
  lanes = int32_t(1) << llvm::Log2_32(std::min<int64_t>(lanes, length));
  if (part.groups.empty()) {
    total(rowVars) = combined(part, init, element(part, H::Expr()));
  } else if (across || lanes < vec) {
    H::RDom r = sumDomain(part, length, "r");
    total(rowVars) = init;
    total(rowVars) = combined(part, total(rowVars), inLoops(r, element(part, r[0])));
    // Windows are small.
    for (int number = 0; number < r.dimensions() && across; ++number)
      if (auto extent = H::Internal::as_const_int(r[number].extent()); extent && *extent <= 8)
        total.update().unroll(r[number]);
  } else {
    H::Func partial = defineLanes(part, name, init, length, lanes);
    while (lanes > 1) {
      lanes /= 2;
      partial = halve(part, partial, lanes, name + "_" + std::to_string(lanes));
    }
    total(rowVars) = combined(part, init, partial(withRows(0, rowVars)));
  }
  rowFuncs.push_back(total);
  translator.clear();
  translator.computed[part.op.getResult(0)] = [this, total](IndicesRef) -> H::Expr {
    return total(std::vector<H::Expr>(rowVars.begin(), rowVars.end()));
  };
}

//===----------------------------------------------------------------------===//
// Schedule
//===----------------------------------------------------------------------===//

void RowsStage::schedule(H::Func out, std::vector<H::Var> columns) {
  int64_t total = 1, rowCount = 1, work = 1;
  for (unsigned group : groups)
    total *= space.getGroup(group).extent;
  for (unsigned group : rowGroups)
    rowCount *= space.getGroup(group).extent;
  for (auto &[op, part] : parts) {
    int64_t length = 1;
    for (unsigned group : part.groups)
      length *= space.getGroup(group).extent;
    work = std::max(work, length * rowCount);
  }
  if (rowVars.empty()) {
    for (H::Func func : rowFuncs)
      func.compute_root();
  } else {
    H::Var lane("lane"), row = rowVars[0], tasks("tasks");
    std::vector<H::VarOrRVar> order(columns.begin(), columns.end());
    order.insert(order.end(), rowVars.begin(), rowVars.end());
    out.reorder(order);
    int64_t inner = space.getGroup(rowGroups[0]).extent;
    const bool vectorRows = across && inner >= vec;
    if (vectorRows) {
      out.split(row, row, lane, vec, H::TailStrategy::GuardWithIf);
      std::vector<H::VarOrRVar> lanesFirst = {lane};
      lanesFirst.insert(lanesFirst.end(), order.begin(), order.end());
      out.reorder(lanesFirst).vectorize(lane);
      rowCount = rowCount / inner * llvm::divideCeil(inner, vec);
    }
    H::Var place = row;
    for (size_t i = 1; i < rowVars.size(); ++i) {
      H::Var fused("row" + std::to_string(i));
      out.fuse(place, rowVars[i], fused);
      place = fused;
    }
    int64_t perRow = std::max<int64_t>(1, (work + total) / rowCount);
    int64_t task = plan.schedule("rows", "task", std::max<int64_t>(1, 16384 / perRow));
    if (work + total > 65536 && task < rowCount) {
      out.split(place, tasks, place, int32_t(task), H::TailStrategy::GuardWithIf).parallel(tasks);
    }
    for (H::Func func : rowFuncs) {
      func.compute_at(out, place);
      if (!vectorRows)
        continue;
      func.bound_storage(rowVars[0], vec);
      func.vectorize(rowVars[0], vec, H::TailStrategy::GuardWithIf);
      for (int update = 0; update < func.num_update_definitions(); ++update)
        func.update(update).vectorize(rowVars[0], vec, H::TailStrategy::GuardWithIf);
    }
  }
  if (columns.empty() || across)
    return;
  int64_t extent = 1;
  for (unsigned group : groups)
    if (!llvm::is_contained(rowGroups, group)) {
      extent = space.getGroup(group).extent;
      break;
    }
  if (extent >= vec) {
    H::Var inside("inside");
    out.split(columns[0], columns[0], inside, vec, H::TailStrategy::GuardWithIf).vectorize(inside);
    if (extent >= 4 * vec)
      out.unroll(columns[0], 4, H::TailStrategy::GuardWithIf);
  }
}

bool RowsStage::emit() {
  if (!analyse())
    return false;
  std::vector<H::Var> vars, columns;
  for (auto [number, group] : llvm::enumerate(groups)) {
    vars.emplace_back("x" + std::to_string(number));
    space.bind(group, vars.back());
    (llvm::is_contained(rowGroups, group) ? rowVars : columns).push_back(vars.back());
  }
  // In the order of the body every value is defined before it is read.
  unsigned number = 0;
  for (Operation &op : *domain.op->getBlock()) {
    if (auto part = parts.find(&op); part != parts.end())
      define(part->second, number++);
    if (auto value = kept.find(&op); value != kept.end())
      define(value->second, number++);
  }
  H::Func out(translator.name("out"));
  translator.clear();
  out(vars) = toStorage(domain.element(translator, loops), domain.elementType);
  schedule(out, columns);
  plan.finish(translator, out, domain, groups);
  return true;
}

bool emitRows(Plan &plan, const Domain &domain, ArrayRef<linalg::GenericOp> reductions) {
  return RowsStage(plan, domain, reductions).emit();
}

} // namespace fovea::codegen::halide
