// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Schedule of products. The accumulator tile is a Func of its own, computed at one register tile of
// the result and fully unrolled, so that it lives in registers; what follows the product is the
// result's expression. Weights come in column panels, from the argument's encoding or packed here
// once per panel. Tasks are panels and blocks of rows: their number depends on shapes alone.
//
// Schedule `gemm`: mr x nv is the register tile in rows and vectors, mb the rows of a block (M
// blocking), tasks the least number of tasks wanted.

#include "compiler/codegen/halide/Plan.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
namespace H = Halide;

namespace fovea::codegen::halide {
namespace {

/// The loops of a product by what they index: rows (left operand), columns (right operand), both,
/// or the sum.
struct Roles {
  int left = 0, right = 1; // operand numbers: `right` is walked by the vectors
  std::optional<unsigned> row, column;
  SmallVector<unsigned> outer, sum; // sum: outermost first
};

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

/// Products added one after another before their sum joins the others. The error of a sum grows
/// with its length, and that of a sum of sums with the longer of the two.
constexpr int64_t longestSum = 256;

/// Elements of weights that half of a second-level cache holds.
constexpr int64_t streamedWeights = 1 << 17;

class ContractionStage {
public:
  ContractionStage(Plan &plan, const Domain &domain, linalg::GenericOp product)
      : plan(plan), domain(domain), product(product),
        translator(plan.stagePrefix(), product.getContext(), plan.getStorage()),
        space(translator.space) {}
  bool emit();

private:
  bool analyse();
  bool assignRoles();
  AffineExpr addressOf(unsigned operand, bool &panels);
  H::Expr operandExpr(unsigned operand);
  bool isInitZero();
  bool isPerChannel();
  void chooseTile();
  bool mustPack();
  H::Func packRight();
  void bindColumn(H::Expr panel, H::Expr inside);

  /// A sum, or a sum of sums: the terms of one block, the loop over blocks, and for every loop of
  /// the sum its index in both. In a block the blocks' indices are `blockVars`.
  struct SumBlocks {
    H::RDom inner;
    std::optional<H::RDom> blocks;
    std::vector<H::Var> blockVars;
    std::vector<H::Expr> terms;
  };
  static SumBlocks cutSum(const std::vector<H::Range> &ranges);
  void schedule(H::Func out, H::Func acc, std::optional<H::Func> part, const SumBlocks &sums,
                std::optional<H::Func> pack);

  Plan &plan;
  const Domain &domain;
  linalg::GenericOp product;
  Translator translator;
  Space &space;
  Indices loops, productLoops;
  SmallVector<AffineExpr> accesses;
  SmallVector<unsigned> parallelGroups, sumGroups;
  Roles roles;
  int64_t rows = 1, columns = 1, depth = 1, batch = 1;
  bool rowsAround = false; // whether the left operand has rows beyond those of the tiles
  int32_t mr = 6, nr = 64, vec = 16,
          width = 0; // width: of the argument's panels, 0 when it has none
  // Of the result: column, row, the others outermost last. Of the accumulator: column in the panel,
  // row, panel, others.
  H::Var x{"x"}, y{"y"}, xi{"xi"}, xo{"xo"}, yi{"yi"}, yo{"yo"}, yb{"yb"};
  std::vector<H::Var> outerVars, packVars; // packVars: those that the right operand depends on
};

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
    (*part)(partVars) += left * right;
    std::vector<H::Expr> partAt(accVars.begin(), accVars.end());
    for (int number = 0; number < sums.blocks->dimensions(); ++number)
      partAt.push_back((*sums.blocks)[number]);
    acc(accVars) += (*part)(partAt);
  } else {
    acc(accVars) += left * right;
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

/// Cuts a sum over `ranges`, innermost first, into blocks of at most `longestSum` terms: some of
/// the inner loops, and a divisor of the next. A sum that nothing divides stays whole.
ContractionStage::SumBlocks ContractionStage::cutSum(const std::vector<H::Range> &ranges) {
  SumBlocks sums;
  int64_t terms = 1, cut = 1;
  size_t number = 0;
  auto extent = [&](size_t n) { return *H::Internal::as_const_int(ranges[n].extent); };
  for (; number < ranges.size() && terms * extent(number) <= longestSum; ++number)
    terms *= extent(number);
  if (number < ranges.size())
    for (int64_t divisor = 1; terms * divisor <= longestSum; ++divisor)
      if (extent(number) % divisor == 0)
        cut = divisor;
  if (number == ranges.size() || terms * cut < longestSum / 8) {
    sums.inner = H::RDom(ranges, "k");
    for (size_t n = 0; n < ranges.size(); ++n)
      sums.terms.push_back(sums.inner[n]);
    return sums;
  }
  std::vector<H::Range> inner(ranges.begin(), ranges.begin() + number), blocks;
  inner.emplace_back(0, int32_t(cut));
  blocks.emplace_back(0, int32_t(extent(number) / cut));
  blocks.insert(blocks.end(), ranges.begin() + number + 1, ranges.end());
  sums.inner = H::RDom(inner, "k");
  sums.blocks = H::RDom(blocks, "kb");
  for (size_t n = 0; n < number; ++n)
    sums.terms.push_back(sums.inner[n]);
  for (size_t n = 0; n < blocks.size(); ++n)
    sums.blockVars.emplace_back("kb" + std::to_string(n));
  sums.terms.push_back(sums.blockVars[0] * int32_t(cut) + sums.inner[number]);
  sums.terms.insert(sums.terms.end(), sums.blockVars.begin() + 1, sums.blockVars.end());
  return sums;
}

void ContractionStage::schedule(H::Func out, H::Func acc, std::optional<H::Func> part,
                                const SumBlocks &sums, std::optional<H::Func> pack) {
  const int64_t panels = llvm::divideCeil(columns, nr), wanted = plan.schedule("gemm", "tasks", 8),
                tiles = panels * batch;
  int64_t block =
      plan.schedule("gemm", "mb", plan.schedule("conv", "mb", rows > 4096 ? 1536 : rows));
  const bool parallel = rows * columns * depth * batch > (1 << 19);
  if (parallel && tiles * int64_t(llvm::divideCeil(rows, block)) < wanted)
    block = llvm::divideCeil(rows, llvm::divideCeil(wanted, tiles));
  block = llvm::alignTo(block, mr);
  const bool blocked = block < rows;

  auto tail = [](bool exact) {
    return exact ? H::TailStrategy::RoundUp : H::TailStrategy::GuardWithIf;
  };
  out.split(x, xo, xi, nr, tail(columns % nr == 0));
  if (blocked)
    out.split(y, yb, y, int32_t(block), tail(rows % block == 0));
  out.split(y, yo, yi, mr, tail(rows % mr == 0));
  // Panels that serve a whole batch are packed once: the batch goes inside them, or they are packed
  // before everything.
  const bool shared = pack && packVars.empty() && batch > 1;
  // Weights that a core's cache cannot hold are read once, panel by panel; each panel meets all
  // rows of the image.
  const bool streamed = !pack && rowsAround && depth * columns > streamedWeights;
  const bool inside = (shared && panels >= wanted) || streamed;
  std::vector<H::VarOrRVar> order = {xi, yi, yo};
  if (!inside)
    order.push_back(xo);
  if (blocked)
    order.push_back(yb);
  order.insert(order.end(), outerVars.begin(), outerVars.end());
  if (inside)
    order.push_back(xo);
  out.reorder(order).vectorize(xi, vec).unroll(xi).unroll(yi);
  // All outer loops are one loop of tasks.
  H::Var task = inside && !streamed ? xo : H::Var(order[3].name());
  for (size_t i = 4; i < order.size() && (!inside || streamed); ++i) {
    H::Var fused("task" + std::to_string(i));
    out.fuse(task, H::Var(order[i].name()), fused);
    task = fused;
  }
  if (parallel)
    out.parallel(task);

  auto tile = [&](H::Func sum, const H::RDom &loops) {
    sum.bound_extent(xi, nr).bound_extent(y, mr);
    // Behind fused loops Halide does not see that a tile lies in one panel and one image.
    sum.bound_extent(xo, 1);
    for (const H::Var &outer : outerVars)
      sum.bound_extent(outer, 1);
    sum.vectorize(xi, vec).unroll(xi).unroll(y);
    std::vector<H::VarOrRVar> inner = {xi, y};
    // A sum of one product has no loop.
    for (int number = 0; number < loops.dimensions() && !roles.sum.empty(); ++number)
      inner.push_back(loops[number]);
    sum.update().reorder(inner).vectorize(xi, vec).unroll(xi).unroll(y);
  };
  acc.compute_at(out, yo);
  tile(acc, part ? *sums.blocks : sums.inner);
  if (part) {
    part->compute_at(acc, (*sums.blocks)[0]);
    tile(*part, sums.inner);
  }
  if (!pack)
    return;
  if (!inside && (shared || blocked)) {
    pack->compute_root();
    if (parallel)
      pack->parallel(xo);
  } else {
    pack->compute_at(out, task);
  }
}

} // namespace

bool emitContraction(Plan &plan, const Domain &domain, linalg::GenericOp product) {
  return ContractionStage(plan, domain, product).emit();
}

} // namespace fovea::codegen::halide
