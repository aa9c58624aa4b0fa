// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Products. The accumulator tile is a Func of its own, computed at one register tile of
// the result and fully unrolled, so that it lives in registers; what follows the product is the
// result's expression. Weights come in column panels, from the argument's encoding or packed here
// once per panel. Tasks are panels and blocks of rows: their number depends on shapes alone.
//
// Schedule `gemm`: mr x nv is the register tile in rows and vectors, mb the rows of a block (M
// blocking), tasks the least number of tasks wanted.

#include "compiler/codegen/halide/GemmStage.h"
#include "compiler/codegen/halide/Math.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
namespace H = Halide;

namespace fovea::codegen::halide {
namespace {

/// Rewrites the result's expression around the product, which stands in it as a call of `marker`.
/// `accumulator + e` becomes the accumulator alone when e depends on the column only: then e is the
/// accumulator's initial value.
class ProductRewriter : public H::Internal::IRGraphMutator {
public:
  ProductRewriter(std::string marker, const std::vector<H::Var> &otherVars, bool takeBias)
      : marker(std::move(marker)), otherVars(otherVars), takeBias(takeBias) {}
  H::Expr bias;        // what was taken
  bool bare = false;   // whether the product occurs without it
  H::Expr replacement; // of the marker; undefined while looking

protected:
  using IRGraphMutator::visit;
  bool isProduct(const H::Expr &expr) const {
    auto *call = expr.as<H::Internal::Call>();
    return call && call->name == marker;
  }
  bool isBias(const H::Expr &expr) const {
    for (const H::Var &var : otherVars)
      if (H::Internal::expr_uses_var(expr, var.name()))
        return false;
    return !bias.defined() || H::Internal::equal(bias, expr);
  }
  H::Expr visit(const H::Internal::Add *op) override {
    for (auto [sum, other] : {std::pair(op->a, op->b), std::pair(op->b, op->a)})
      if (takeBias && isProduct(sum) && !H::Internal::is_const(other) && isBias(other)) {
        bias = other;
        return replacement.defined() ? replacement : sum;
      }
    return IRGraphMutator::visit(op);
  }
  H::Expr visit(const H::Internal::Call *op) override {
    if (op->name != marker)
      return IRGraphMutator::visit(op);
    bare = true;
    return replacement.defined() ? replacement : H::Expr(op);
  }

private:
  std::string marker;
  const std::vector<H::Var> &otherVars;
  bool takeBias;
};

} // namespace

/// Evaluates once to see every access, finds the product's loops and merges what can be merged.
bool ContractionStage::analyse() {
  for (int64_t extent : domain.extents)
    loops.push_back(space.addDim(extent));
  SmallVector<unsigned> parallel = llvm::to_vector(llvm::seq<unsigned>(0, space.size()));
  SmallVector<unsigned> sum;
  SmallVector<int64_t> extents = product.getStaticLoopRanges();
  Indices sumLoops(extents.size());
  for (auto [loop, kind] : llvm::enumerate(product.getIteratorTypesArray()))
    if (kind == utils::IteratorType::reduction) {
      sum.push_back(space.size());
      sumLoops[loop] = space.addDim(extents[loop]);
    }
  accesses = {domain.address};
  translator.accesses = &accesses;
  bool consistent = true;
  Reduction reduction = *matchReduction(product);
  translator.computed[product.getResult(0)] = [&](IndicesRef indices) -> H::Expr {
    Indices at = translator.loopsAt(product, 0, indices);
    for (auto [loop, expr] : llvm::enumerate(sumLoops))
      if (expr)
        at[loop] = expr;
    consistent &= productLoops.empty() || productLoops == at;
    productLoops = at;
    for (AffineExpr expr : at)
      consistent &= space.linear(expr).has_value();
    return translator.evaluate(product, reduction.contribution, at) +
           translator.at(product.getDpsInits()[0], indices);
  };
  domain.element(translator, loops);
  translator.accesses = nullptr;
  translator.clear();
  std::optional<Linear> address = space.linear(domain.address);
  if (!address || productLoops.empty() || !consistent)
    return false;
  llvm::sort(parallel, [&](unsigned a, unsigned b) {
    return std::pair(-address->coefficients[a], a) < std::pair(-address->coefficients[b], b);
  });
  parallelGroups = space.group(parallel, accesses);
  sumGroups = space.group(sum, accesses);
  return true;
}

/// The flat address of an input of the product, or for a panel matrix its column.
AffineExpr ContractionStage::addressOf(unsigned operand, bool &panels) {
  OpOperand *input = product.getDpsInputOperand(operand);
  Indices indices;
  for (AffineExpr index : product.getMatchingIndexingMap(input).getResults())
    indices.push_back(index.replaceDims(productLoops));
  // Views only: prepareOperands has put everything else in memory.
  SmallVector<AffineExpr> seen;
  translator.clear(); // what is remembered is not recorded
  translator.accesses = &seen;
  translator.at(input->get(), indices);
  translator.accesses = nullptr;
  translator.clear();
  panels = seen.size() == 2;
  AffineExpr sum = getAffineConstantExpr(0, product.getContext());
  // Row and column of a panel matrix: coefficients that cannot cancel.
  for (AffineExpr expr : seen)
    sum = sum * (int64_t(1) << 24) + expr;
  return sum;
}

bool ContractionStage::assignRoles() {
  bool panels[2] = {false, false};
  AffineExpr address[2] = {addressOf(0, panels[0]), addressOf(1, panels[1])};
  SmallVector<unsigned> only[2];
  int64_t best[2] = {INT64_MAX, INT64_MAX};
  for (unsigned group : parallelGroups) {
    bool used[2] = {space.uses(address[0], group), space.uses(address[1], group)};
    if (used[0] == used[1]) {
      roles.outer.push_back(group);
      continue;
    }
    int side = used[1];
    only[side].push_back(group);
    best[side] =
        std::min(best[side], space.coefficient(domain.address, group).value_or(INT64_MAX - 1));
  }
  // Vectors run along the result's contiguous dimension; a packed operand is always the right one.
  roles.right = panels[1] ? 1 : panels[0] ? 0 : best[0] < best[1] ? 0 : 1;
  roles.left = 1 - roles.right;
  auto choose = [&](int side, std::optional<unsigned> &chosen) {
    for (unsigned group : only[side]) {
      auto stride = [&](unsigned g) {
        return space.coefficient(domain.address, g).value_or(INT64_MAX - 1);
      };
      if (!chosen ||
          (side == roles.right ? stride(group) < stride(*chosen)
                               : space.getGroup(group).extent >= space.getGroup(*chosen).extent))
        chosen = group;
    }
    for (unsigned group : only[side])
      if (group != chosen)
        roles.outer.push_back(group);
  };
  choose(roles.right, roles.column);
  choose(roles.left, roles.row);
  rowsAround = only[roles.left].size() > 1;
  roles.sum = sumGroups;
  for (unsigned group : roles.sum)
    depth *= space.getGroup(group).extent;
  for (unsigned group : roles.outer)
    batch *= space.getGroup(group).extent;
  rows = roles.row ? space.getGroup(*roles.row).extent : 1;
  columns = roles.column ? space.getGroup(*roles.column).extent : 1;
  if (panels[roles.right]) {
    auto storage = plan.getStorage().find(product.getDpsInputOperand(roles.right)->get());
    if (storage != plan.getStorage().end() && storage->second.panels && roles.column)
      width = storage->second.panels.getWidth();
  }
  return true;
}

void ContractionStage::chooseTile() {
  vec = plan.getTarget().vectorWidth();
  const int64_t registers = vec == 16 ? 32 : 16;
  mr = plan.schedule("gemm", "mr", plan.schedule("conv", "mr", 6));
  int64_t nv = plan.schedule("gemm", "nv", plan.schedule("conv", "nv", vec == 16 ? 4 : 2));
  if (mr * nv + nv + 1 > registers)
    throw ScheduleFault{"a register tile of " + std::to_string(mr) + " rows and " +
                        std::to_string(nv) + " vectors does not fit in " +
                        std::to_string(registers) + " vector registers"};
  mr = std::min<int64_t>(mr, rows);
  nv = std::min<int64_t>(nv, llvm::divideCeil(columns, vec));
  // A tile lies inside one panel.
  while (width && nv > 1 && width % (nv * vec))
    --nv;
  nr = nv * vec;
  if (width && width % nr)
    width = 0;
}

H::Expr ContractionStage::operandExpr(unsigned operand) {
  OpOperand *input = product.getDpsInputOperand(operand);
  Indices indices;
  for (AffineExpr index : product.getMatchingIndexingMap(input).getResults())
    indices.push_back(index.replaceDims(productLoops));
  return translator.at(input->get(), indices);
}

bool ContractionStage::isInitZero() {
  Value init = product.getDpsInits()[0];
  if (auto fill = init.getDefiningOp<linalg::FillOp>())
    return matchPattern(fill.getInputs()[0], m_AnyZeroFloat());
  return matchPattern(init, m_AnyZeroFloat());
}

/// The right operand is read in place when its panels are, or when packing would cost more than it
/// gains.
bool ContractionStage::mustPack() {
  if (width)
    return false;
  bool panels;
  AffineExpr address = addressOf(roles.right, panels);
  bool contiguous = !panels && roles.column && space.coefficient(address, *roles.column) == 1;
  return !contiguous || columns % nr != 0 || rows >= 16;
}

void ContractionStage::bindColumn(H::Expr panel, H::Expr inside) {
  if (!roles.column)
    return;
  H::Expr column = panel * nr + inside;
  space.bind(*roles.column, columns % nr ? H::min(column, int32_t(columns - 1)) : column);
  if (width) {
    int32_t tiles = width / nr;
    translator.panelColumn =
        tiles == 1 ? PanelColumn{*roles.column, panel, inside}
                   : PanelColumn{*roles.column, panel / tiles, (panel % tiles) * nr + inside};
  }
  translator.clear();
}

/// pack(xi, k..., panel, what else it depends on): the right operand in panels, zero past the last
/// column.
H::Func ContractionStage::packRight() {
  H::Func pack(translator.name("pack"));
  std::vector<H::Var> vars = {xi};
  for (auto [number, group] : llvm::enumerate(llvm::reverse(roles.sum))) {
    vars.emplace_back("k" + std::to_string(number));
    space.bind(group, vars.back());
  }
  if (roles.sum.empty())
    vars.emplace_back("k0");
  vars.push_back(xo);
  bool panels;
  AffineExpr address = addressOf(roles.right, panels);
  for (auto [group, var] : llvm::zip(llvm::reverse(roles.outer), outerVars))
    if (space.uses(address, group))
      packVars.push_back(var);
  vars.insert(vars.end(), packVars.begin(), packVars.end());
  bindColumn(xo, xi);
  H::Expr element = operandExpr(roles.right);
  pack(vars) = columns % nr ? H::select(xo * nr + xi < int32_t(columns), element, 0.0f) : element;
  pack.bound_extent(xi, nr);
  auto isContiguous = [&](std::optional<unsigned> group) {
    return group && space.coefficient(address, *group) == 1;
  };
  const int64_t inner = roles.sum.empty() ? 1 : space.getGroup(roles.sum.back()).extent;
  if (panels || inner < vec || isContiguous(roles.column) || !isContiguous(roles.sum.back())) {
    pack.vectorize(xi, vec);
    return pack;
  }
  // Columns are contiguous in memory: squares are transposed in registers.
  H::Var lane("lane"), row("row"), block("block");
  pack.split(xi, xi, lane, vec).split(vars[1], block, row, vec, H::TailStrategy::GuardWithIf);
  std::vector<H::VarOrRVar> order = {lane, row, block, xi};
  order.insert(order.end(), vars.begin() + 2, vars.end());
  pack.reorder(order).vectorize(lane);
  if (inner % vec == 0)
    pack.unroll(row);
  return pack;
}

/// Whether the result's contiguous dimension is one that both operands have: a product per channel,
/// whose vectors run over channels.
bool ContractionStage::isPerChannel() {
  return llvm::any_of(roles.outer, [&](unsigned group) {
    return space.coefficient(domain.address, group) == 1 &&
           space.getGroup(group).extent >= plan.getTarget().vectorWidth();
  });
}

bool ContractionStage::emit() {
  if (!analyse() || !assignRoles())
    return false;
  if (isPerChannel())
    return emitRows(plan, domain, {product});
  chooseTile();
  const unsigned none = ~0u;
  SmallVector<unsigned> groups = {roles.column.value_or(none), roles.row.value_or(none)};
  std::vector<H::Var> vars = {x, y};
  for (auto [number, group] : llvm::enumerate(llvm::reverse(roles.outer))) {
    outerVars.emplace_back("b" + std::to_string(number));
    vars.push_back(outerVars.back());
    groups.push_back(group);
  }
  for (auto [group, var] : llvm::zip(groups, vars))
    if (group != none)
      space.bind(group, var);

  // The result, with a marker where the product stands.
  std::string marker = translator.name("product");
  bool zero = isInitZero();
  std::vector<H::Expr> markerArguments(vars.begin(), vars.end());
  translator.computed[product.getResult(0)] = [&](IndicesRef indices) {
    H::Expr call = H::Internal::Call::make(H::Float(32), marker, markerArguments,
                                           H::Internal::Call::PureExtern);
    return zero ? call : call + translator.at(product.getDpsInits()[0], indices);
  };
  H::Expr result = domain.element(translator, loops);
  std::vector<H::Var> otherVars(vars.begin() + 1, vars.end());
  ProductRewriter look(marker, otherVars, columns % nr == 0);
  look.mutate(result);
  const bool takeBias = look.bias.defined() && !look.bare;

  // The accumulator.
  std::optional<H::Func> pack;
  if (mustPack())
    pack = packRight();
  std::vector<H::Range> ranges;
  for (unsigned group : llvm::reverse(roles.sum))
    ranges.emplace_back(0, int32_t(space.getGroup(group).extent));
  if (ranges.empty())
    ranges.emplace_back(0, 1);
  SumBlocks sums = cutSum(ranges);
  for (auto [number, group] : llvm::enumerate(llvm::reverse(roles.sum)))
    space.bind(group, sums.terms[number]);
  if (roles.row)
    space.bind(*roles.row, rows % mr ? H::min(y, int32_t(rows - 1)) : H::Expr(y));
  bindColumn(xo, xi);
  H::Expr left = operandExpr(roles.left), right;
  if (pack) {
    std::vector<H::Expr> at = {xi};
    at.insert(at.end(), sums.terms.begin(), sums.terms.end());
    at.push_back(xo);
    at.insert(at.end(), packVars.begin(), packVars.end());
    right = (*pack)(at);
  } else {
    right = operandExpr(roles.right);
  }
  H::Func acc(translator.name("acc")), out(translator.name("out"));
  std::vector<H::Var> accVars = {xi, y, xo};
  accVars.insert(accVars.end(), outerVars.begin(), outerVars.end());
  acc(accVars) =
      takeBias ? H::Internal::substitute(x.name(), xo * nr + xi, look.bias) : H::Expr(0.0f);
  std::optional<H::Func> part;
  if (sums.blocks) {
    part = H::Func(translator.name("part"));
    std::vector<H::Var> partVars = accVars;
    partVars.insert(partVars.end(), sums.blockVars.begin(), sums.blockVars.end());
    (*part)(partVars) = 0.0f;
    (*part)(partVars) += inLoops(sums.inner, left * right);
    std::vector<H::Expr> partAt(accVars.begin(), accVars.end());
    for (int number = 0; number < sums.blocks->dimensions(); ++number)
      partAt.push_back((*sums.blocks)[number]);
    acc(accVars) += (*part)(partAt);
  } else {
    acc(accVars) += inLoops(sums.inner, left * right);
  }

  std::vector<H::Expr> accAt = {x % nr, y, x / nr};
  accAt.insert(accAt.end(), outerVars.begin(), outerVars.end());
  ProductRewriter replace(marker, otherVars, takeBias);
  replace.replacement = acc(accAt);
  out(vars) = toStorage(replace.mutate(result), domain.elementType);
  schedule(out, acc, part, sums, pack);
  plan.finish(translator, out, domain, groups);
  return true;
}

bool emitContraction(Plan &plan, const Domain &domain, linalg::GenericOp product) {
  return ContractionStage(plan, domain, product).emit();
}

} // namespace fovea::codegen::halide
