// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Schedule of reductions over rows: LayerNorm, Softmax and what lives on the same rows. Each
// reduction keeps partial results in lanes and combines them once per row; a value that costs much
// and is read twice (the exponentials of a softmax) stays in a row buffer. A reduction that steps
// over memory while its rows are contiguous (a mean over the outer dimension) has a row per lane
// instead. Schedule `rows`: unroll (vectors of lanes), task (rows per task).

#include "compiler/codegen/halide/Math.h"
#include "compiler/codegen/halide/Plan.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
namespace H = Halide;

namespace fovea::codegen::halide {
namespace {

/// A reduction of the stage: its loops in terms of the stage's, its sums as dimensions of their
/// own.
struct Part {
  linalg::GenericOp op;
  Reduction reduction;
  Indices indices; // of its result
  Indices loops;
  SmallVector<unsigned> dims;   // of the sums, longer than 1
  SmallVector<unsigned> groups; // of the sums, outermost first
};

/// An elementwise value that several ops of the stage read, perhaps worth a buffer of one row.
struct Kept {
  linalg::GenericOp op;
  SmallVector<Indices> reads;
  SmallVector<unsigned> columnDims; // tensor dimensions that are not the row
  int64_t columns = 1;
};

class RowsStage {
public:
  RowsStage(Plan &plan, const Domain &domain, ArrayRef<linalg::GenericOp> reductions)
      : plan(plan), domain(domain), reductions(reductions),
        translator(plan.stagePrefix(), domain.op->getContext(), plan.getStorage()),
        space(translator.space), vec(plan.getTarget().vectorWidth()) {}
  bool emit();

private:
  bool analyse();
  bool groupLoops(unsigned own);
  H::Expr visit(linalg::GenericOp op, IndicesRef indices);
  void findKept();
  bool decideKept(Kept &value);
  bool sumsRunAcross();
  H::Expr columnOf(const Kept &value, IndicesRef indices);
  void define(const Kept &value, unsigned number);
  void define(Part &part, unsigned number);
  H::Func defineLanes(Part &part, const std::string &name, H::Expr init, int64_t length,
                      int32_t lanes);
  H::Func halve(Part &part, H::Func from, int32_t lanes, const std::string &name);
  H::RDom sumDomain(const Part &part, int32_t inner, const std::string &name);
  H::Expr element(const Part &part, H::Expr position);
  H::Expr combined(const Part &part, H::Expr a, H::Expr b);
  void schedule(H::Func out, std::vector<H::Var> columns);

  Plan &plan;
  const Domain &domain;
  ArrayRef<linalg::GenericOp> reductions;
  Translator translator;
  Space &space;
  const int32_t vec;
  Indices loops;
  SmallVector<AffineExpr> accesses;
  llvm::MapVector<Operation *, Part> parts;
  llvm::MapVector<Operation *, Kept> kept;
  SmallVector<unsigned> groups;    // of the result's loops, innermost first
  SmallVector<unsigned> rowGroups; // those that reductions depend on
  std::vector<H::Var> rowVars;
  std::vector<H::Func> rowFuncs; // everything that is computed once per row
  bool across = false;           // a row per lane
  bool consistent = true;
};

//===----------------------------------------------------------------------===//
// Analysis
//===----------------------------------------------------------------------===//

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

static bool isExpensive(linalg::GenericOp op) {
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
  partial(vars) = combined(part, partial(vars), element(part, v + lanes * r[0]));
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
    total(rowVars) = combined(part, total(rowVars), element(part, r[0]));
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

} // namespace

bool emitRows(Plan &plan, const Domain &domain, ArrayRef<linalg::GenericOp> reductions) {
  return RowsStage(plan, domain, reductions).emit();
}

} // namespace fovea::codegen::halide
