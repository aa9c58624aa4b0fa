// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attention: strips of query rows against all keys, exact softmax over whole rows, no
// matrix of scores larger than a strip. Per head, K is packed once into column panels, times the
// scale (and log2 e when the score region does nothing, so that the exponential is a bare 2^x). A
// strip goes through: scores in register tiles, row maxima in lanes, powers of two, row sums,
// product with V in register tiles, one division per row. Causal and window masks trim the loops of
// a strip. Every read is inside its tensor.
//
// Schedule `attention`: r (query rows of a strip), tasks (the least number of parallel tasks
// wanted).
//
// Maps that divide (windows, rolls) cost no division in a loop: the part of an address that divides
// depends on batch, head and row alone, and is looked up in a table that the kernel fills first.

#include "compiler/codegen/halide/AttentionStage.h"
#include "compiler/codegen/halide/Math.h"
#include "dialects/attn/MapRange.h"
#include "dialects/attn/Mask.h"
#include "dialects/attn/MaskTiles.h"
#include "dialects/attn/ScoreCode.h"

#include <limits>

using namespace mlir;
namespace H = Halide;
using H::Expr;

namespace fovea::codegen::halide {
static constexpr float log2e = 1.44269504f;

void AttentionStage::makeSpace() {
  for (int64_t extent : op.getDomain()) {
    unsigned dim = space.size();
    dims.push_back(space.addDim(extent));
    SmallVector<unsigned> made = space.group({dim}, {});
    group.push_back(made.empty() ? std::nullopt : std::optional<unsigned>(made[0]));
  }
  queries = op.getDomain()[Dim::I];
  keys = op.getDomain()[Dim::J];
  depth = op.getDomain()[Dim::D];
  width = op.getDomain()[Dim::E];
  attn::YieldOp yield = op.getYield();
  plain = yield.getScore() == op.getScore().getArgument(0);
  llvm::BitVector read = attn::getReadArguments(op.getScore(), yield.getScore());
  indexed = read.find_first_in(1, 5) >= 0;
}

void AttentionStage::chooseTile() {
  vec = plan.getTarget().vectorWidth();
  const int32_t nv = vec == 16 ? 4 : 2, registers = vec == 16 ? 32 : 16;
  rows = std::min<int32_t>(plan.schedule("attention", "r", keys >= 1024 ? 12 : 6), queries);
  tileRows = rows % 6 == 0 ? 6 : rows;
  if (tileRows * nv + nv + 1 > registers)
    throw Refusal{op, "strips of " + std::to_string(rows) +
                          " rows do not fit in registers: choose r = 6 or 12"};
  panel = nv * vec;
  wholePanels = keys / panel;
  tailVectors = llvm::divideCeil(keys - wholePanels * panel, vec);
  paddedKeys = wholePanels * panel + tailVectors * vec;
  // Columns of the result in tiles that divide it, or fit, or overlap the end as little as
  // possible.
  tile = std::min(width, panel);
  if (width > panel && width % panel) {
    int32_t tiles = llvm::divideCeil(width, panel);
    tile = llvm::alignTo(llvm::divideCeil(width, tiles), vec);
  }
}

void AttentionStage::bind(Dim dim, Expr value) {
  if (group[dim])
    space.bind(*group[dim], value);
  translator.clear();
}

/// `part` of an address, over some of b, h, i and j, from a table over these.
Expr AttentionStage::tabulate(AffineExpr part) {
  std::vector<Expr> at;
  std::vector<H::Var> vars;
  SmallVector<unsigned> used;
  for (unsigned dim : {Dim::J, Dim::I, Dim::H, Dim::B})
    if (part.isFunctionOfDim(dim)) {
      used.push_back(*group[dim]);
      at.push_back(space.getBinding(used.back()));
      vars.emplace_back("t" + std::to_string(vars.size()));
    }
  for (auto &[known, table] : tables)
    if (known == part)
      return table(at);
  H::Func table(translator.name("row" + std::to_string(tables.size())));
  for (auto [number, var] : llvm::zip(used, vars))
    space.bind(number, var);
  // What bounds the addresses for Halide, which knows nothing of the arguments.
  std::optional<attn::ValueRange64> range = attn::getRange(part, op.getDomain());
  if (!range)
    throw Refusal{op, "an index map has no bounds"};
  table(vars) = H::clamp(space.toExpr(part), int32_t(range->low), int32_t(range->high));
  for (auto [number, value] : llvm::zip(used, at))
    space.bind(number, value);
  table.compute_root().vectorize(vars[0], vec, H::TailStrategy::GuardWithIf);
  tables.emplace_back(part, table);
  return table(at);
}

Expr AttentionStage::read(Value value, AffineMap map) {
  Indices indices;
  for (AffineExpr index : map.getResults())
    indices.push_back(index.replaceDims(dims));
  return translator.at(value, indices);
}

std::vector<Expr> AttentionStage::strip(std::initializer_list<Expr> inner) {
  std::vector<Expr> all(inner);
  for (H::Var var : {yi, yb, h, b})
    all.push_back(var);
  return all;
}

std::vector<H::Var> AttentionStage::stripVars(std::initializer_list<H::Var> inner) {
  std::vector<H::Var> all(inner);
  for (H::Var var : {yi, yb, h, b})
    all.push_back(var);
  return all;
}

/// An expression over (b, h, i, j) of a mask.
static Expr toExpr(AffineExpr expr, ArrayRef<Expr> dims) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return int32_t(constant.getValue());
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return dims[dim.getPosition()];
  auto binary = cast<AffineBinaryOpExpr>(expr);
  Expr left = toExpr(binary.getLHS(), dims), right = toExpr(binary.getRHS(), dims);
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return left + right;
  case AffineExprKind::Mul:
    return left * right;
  case AffineExprKind::FloorDiv:
    return left / right;
  case AffineExprKind::CeilDiv:
    return (left + right - 1) / right;
  default:
    return left % right;
  }
}

/// Whether the query of the strip's row sees this key, by the mask's structure; undefined when it
/// always does.
Expr AttentionStage::seen(Expr key) {
  Expr visible;
  for (IntegerSet set : op.getMask().getSets()) {
    Expr all;
    for (const attn::MaskConstraint &constraint : attn::getConstraints(set)) {
      Expr value = toExpr(constraint.expr, {b, h, yb * rows + yi, key});
      Expr holds = constraint.isEquality ? value == 0 : value >= 0;
      all = all.defined() ? all && holds : holds;
    }
    visible = visible.defined() ? visible || all : all;
  }
  return visible;
}

/// What the rows of a strip see at most. As Funcs the bounds limit loops over keys and nothing
/// else: a condition on `yb` itself would also be solved for the strips.
void AttentionStage::defineVisibleKeys() {
  auto define = [&](const char *name, ArrayRef<AffineExpr> bounds, bool first) {
    std::optional<H::Func> func;
    if (bounds.empty())
      return func;
    Expr value;
    for (AffineExpr bound : bounds) {
      Expr next = toExpr(bound, {b, h, yb * rows});
      if (value.defined())
        next = first ? H::max(value, next) : H::min(value, next);
      value = next;
    }
    func = H::Func(translator.name(name));
    (*func)(yb, h, b) = value;
    return func;
  };
  for (auto [number, bounds] : llvm::enumerate(attn::getTileKeyBounds(op.getMask(), rows))) {
    std::string suffix = std::to_string(number);
    visibleKeys.push_back({define(("first" + suffix).c_str(), bounds.lows, true),
                           define(("last" + suffix).c_str(), bounds.highs, false)});
  }
}

/// Leaves out blocks of `width` keys that no row of the strip sees. The bounds of one set become
/// those of the loop.
void AttentionStage::trimKeys(H::RDom &domain, Expr block, int32_t width) {
  Expr first = block * width, any;
  for (VisibleKeys &keys : visibleKeys) {
    SmallVector<Expr> conditions;
    if (keys.lastKey)
      conditions.push_back(first <= (*keys.lastKey)(yb, h, b));
    if (keys.firstKey)
      conditions.push_back(first + (width - 1) >= (*keys.firstKey)(yb, h, b));
    if (conditions.empty())
      return;
    if (visibleKeys.size() == 1) {
      for (Expr condition : conditions)
        domain.where(condition);
      return;
    }
    Expr all = conditions.size() == 2 ? conditions[0] && conditions[1] : conditions[0];
    any = any.defined() ? any || all : all;
  }
  if (any.defined())
    domain.where(any);
}

//===----------------------------------------------------------------------===//
// Definitions
//===----------------------------------------------------------------------===//

AffineExpr AttentionStage::keyAddress() {
  SmallVector<AffineExpr> seen;
  translator.clear();
  translator.accesses = &seen;
  read(op.getKey(), op.getKeyMap());
  translator.accesses = nullptr;
  translator.clear();
  return seen.size() == 1 ? seen[0] : AffineExpr();
}

/// K at the key and the channel that are bound. The packs transpose squares, whose rows must lie
/// evenly apart: where they do not, a copy has them so.
Expr AttentionStage::keyElement(Expr key) {
  AffineExpr address = keyAddress();
  if (!address || !group[Dim::J] || space.coefficient(address, *group[Dim::J]))
    return read(op.getKey(), op.getKeyMap());
  if (!keyRows) {
    keyRows = H::Func(translator.name("rows"));
    bind(Dim::D, d);
    bind(Dim::J, j);
    (*keyRows)(d, j, h, b) = read(op.getKey(), op.getKeyMap());
  }
  return (*keyRows)(d, key, h, b);
}

/// pack(key in panel, d, panel, h, b) = K * scale; in the tail zero past the last key.
H::Func AttentionStage::definePack(bool tail) {
  float scale = op.getNumerics().getScale().getValueAsDouble();
  Expr key = ji + panel * jo;
  const bool passesEnd = tail && keys % vec;
  bind(Dim::D, d);
  Expr inside = passesEnd ? H::min(key, keys - 1) : key;
  bind(Dim::J, inside);
  Expr element = keyElement(inside) * (plain ? scale * log2e : scale);
  H::Func pack(translator.name(tail ? "kt" : "kw"));
  pack(ji, d, jo, h, b) = passesEnd ? H::select(key < keys, element, 0.0f) : element;
  packs.push_back(pack);
  return pack;
}

/// What the region yields for the strip's row at `key`; `product` and `key` may be undefined where
/// it does not read them.
Expr AttentionStage::yielded(Value number, Expr product, Expr key) {
  Region &region = op.getScore();
  Expr query = H::min(yb * rows + yi, queries - 1);
  bind(Dim::I, query);
  if (key.defined())
    bind(Dim::J, key);
  std::map<void *, Expr> arguments;
  for (auto [position, expr] : llvm::enumerate(std::vector<Expr>{product, b, h, query, key}))
    if (expr.defined())
      arguments[region.getArgument(position).getAsOpaquePointer()] = expr;
  for (unsigned capture : attn::getReadCaptures(region, number))
    arguments[region.getArgument(5 + capture).getAsOpaquePointer()] =
        read(op.getCaptures()[capture], op.getCaptureMap(capture));
  return translator.region(number, arguments);
}

/// The score of one key: the region around the scaled product, minus infinity where nothing is to
/// be seen. Hiding is a minimum and not a select: Halide would shrink the product's tile to where
/// the select's condition holds.
Expr AttentionStage::score(Expr product, Expr key, bool mayPassEnd) {
  const float infinity = std::numeric_limits<float>::infinity();
  Expr value = product;
  if (!plain)
    value = yielded(op.getYield().getScore(), product, H::min(key, keys - 1));
  Expr visible = seen(key);
  if (mayPassEnd && keys % vec)
    visible = visible.defined() ? visible && key < keys : key < keys;
  return visible.defined() ? minOf(value, H::select(visible, infinity, -infinity)) : value;
}

/// scores(j, strip): whole panels, then one narrower tile for the last keys.
void AttentionStage::defineScores() {
  scores = H::Func(translator.name("scores"));
  scores(stripVars({j})) = H::undef<float>();
  bind(Dim::I, queries % rows ? H::min(yb * rows + yi, queries - 1) : Expr(yb * rows + yi));
  auto addTile = [&](int32_t firstPanel, int32_t panels, int32_t columns, const std::string &name) {
    H::Func pack = definePack(firstPanel == wholePanels);
    H::RDom k(0, depth, "d" + name);
    // The sum of a panel that no row sees has no terms. The loop over panels cannot be shortened:
    // it also holds what the tile needs.
    trimKeys(k, jo, panel);
    bind(Dim::D, k);
    bind(Dim::I, queries % rows ? H::min(yb * rows + yi, queries - 1) : Expr(yb * rows + yi));
    Expr q = read(op.getQuery(), op.getQueryMap());
    H::Func product(translator.name("qk" + name));
    product(stripVars({ji, jo})) = 0.0f;
    product(stripVars({ji, jo})) += pack(ji, k, jo, h, b) * q;
    H::RDom r(0, columns, firstPanel, panels, "j" + name);
    Expr key = r.x + r.y * panel;
    Expr raw = product(strip({r.x, r.y}));
    scores(strip({key})) = indexed ? raw : score(raw, key, (firstPanel + panels) * panel > keys);
    products.push_back(product);
    scoreTiles.push_back(r.x);
    scorePanels.push_back(r.y);
  };
  if (wholePanels)
    addTile(0, wholePanels, panel, "w");
  if (tailVectors)
    addTile(wholePanels, 1, tailVectors * vec, "t");
  if (!indexed)
    return;
  // Conditions on indices stay away from the product's tile, for the same reason.
  H::RDom r(0, vec, 0, paddedKeys / vec, "m");
  trimKeys(r, r.y, vec);
  Expr key = r.x + vec * r.y;
  scores(strip({key})) = score(scores(strip({key})), key, true);
  regionLane = r.x;
  regionStep = r.y;
}

/// The lanes of a row as one value, halving.
H::Func AttentionStage::overLanes(H::Func lanes, const std::string &name,
                                  std::function<Expr(Expr, Expr)> combine) {
  for (int32_t half = vec / 2; half >= 1; half /= 2) {
    H::Func next(translator.name(name + std::to_string(half)));
    next(stripVars({v})) = combine(lanes(strip({v})), lanes(strip({v + half})));
    next.bound_extent(v, half);
    treeFuncs.push_back(next);
    lanes = next;
  }
  return lanes;
}

void AttentionStage::defineSoftmax() {
  const float infinity = std::numeric_limits<float>::infinity();
  const int32_t steps = paddedKeys / vec;
  auto lanes = [&](const std::string &name, H::Func source, float init,
                   std::function<Expr(Expr, Expr)> combine) {
    H::Func partial(translator.name(name));
    H::RDom r(0, steps, name);
    trimKeys(r, r, vec);
    partial(stripVars({v})) = init;
    partial(stripVars({v})) = combine(partial(strip({v})), source(strip({v + vec * r})));
    laneFuncs.push_back(partial);
    laneSteps.push_back(r);
    return overLanes(partial, name + "_", combine);
  };
  H::Func largest = lanes("max", scores, -infinity, [](Expr a, Expr b) { return maxOf(b, a); });
  top = H::Func(translator.name("top"));
  // A row that sees nothing has the top minus infinity, which must not meet itself in a difference.
  Expr best = largest(strip({0})), sink;
  if (Value number = op.getYield().getSink()) {
    sink = yielded(number, Expr(), Expr()) * (plain ? log2e : 1.0f);
    best = maxOf(sink, best);
  }
  top(stripVars({})) = H::select(best == -infinity, 0.0f, best);

  powers = H::Func(translator.name("p"));
  powers(stripVars({j})) = H::undef<float>();
  H::RDom r(0, vec, 0, steps, "p");
  trimKeys(r, r.y, vec);
  Expr key = r.x + vec * r.y;
  // The difference is taken in natural units first: scores near the end of f32 would overflow in
  // log2 units.
  auto power = [&](Expr score) {
    Expr difference = score - top(strip({}));
    return exp2OfNegative(plain ? difference : difference * log2e);
  };
  powers(strip({key})) = power(scores(strip({key})));
  powerLane = r.x;
  powerStep = r.y;

  H::Func total = lanes("sum", powers, 0.0f, [](Expr a, Expr b) { return a + b; });
  inverse = H::Func(translator.name("inv"));
  Expr weight = total(strip({0}));
  if (sink.defined())
    weight += power(sink);
  bool zero = op.getNumerics().getMaskedRows() == attn::MaskedRows::Zero;
  inverse(stripVars({})) = H::select(
      weight == 0.0f, zero ? 0.0f : std::numeric_limits<float>::quiet_NaN(), 1.0f / weight);
}

void AttentionStage::defineOutput() {
  H::RDom key(0, keys, "key");
  trimKeys(key, key, 1);
  bind(Dim::J, key);
  bind(Dim::E, width % tile ? H::min(x, width - 1) : Expr(x));
  weighted = H::Func(translator.name("pv"));
  weighted(stripVars({x})) = 0.0f;
  Expr value = read(op.getValue(), op.getValueMap());
  if (Value number = op.getYield().getValue())
    value += yielded(number, Expr(), key);
  weighted(stripVars({x})) += powers(strip({key})) * value;
  weightedKey = key;

  // A strip of several tiles is finished in a buffer: the tile's rows must be those of a variable
  // of its own.
  result = H::Func(translator.name("strip"));
  result(stripVars({x})) = weighted(strip({x})) * inverse(strip({}));
  out = H::Func(translator.name("out"));
  auto element = [&](Expr e, Expr row, Expr strip, Expr head, Expr batch) {
    return toStorage(roundTo(result(e, row, strip, head, batch), domain.elementType),
                     domain.elementType);
  };
  if (space.linear(domain.address)) {
    outLoops = {x, i, h, b};
    out(x, i, h, b) = element(x, i % rows, i / rows, h, b);
    return;
  }
  // Rows at computed addresses: a scatter over tiles, which hits every address. Rows past the end
  // are the last row again, and write what it writes.
  const int32_t tiles = llvm::divideCeil(width, tile), strips = llvm::divideCeil(queries, rows);
  H::RDom at({{0, tile},
              {0, rows},
              {0, tiles},
              {0, strips},
              {0, int32_t(op.getDomain()[Dim::H])},
              {0, int32_t(op.getDomain()[Dim::B])}},
             "at");
  Expr column = at[2] * tile + at[0], query = at[3] * rows + at[1];
  if (width % tile)
    at.where(column < width);
  for (int loop = 0; loop < 6; ++loop)
    outLoops.push_back(at[loop]);
  bind(Dim::E, column);
  bind(Dim::I, queries % rows ? H::min(query, queries - 1) : query);
  bind(Dim::H, at[4]);
  bind(Dim::B, at[5]);
  H::Var address("address");
  out(address) = H::undef(storageType(domain.elementType, domain.op));
  out(translator.addressExpr(domain.address.replaceDims(dims))) =
      element(column, at[1], at[3], at[4], at[5]);
}

void AttentionStage::emit() {
  if (op.getProbabilities())
    throw Refusal{
        op, "the Halide backend does not write attention probabilities; the llvm backend does"};
  if (op.getNormalizer() != attn::Normalizer::Softmax)
    throw Refusal{
        op, "the Halide backend knows the softmax normalizer only; the llvm backend knows all"};
  makeSpace();
  chooseTile();
  bind(Dim::B, b);
  bind(Dim::H, h);
  translator.tabulate = [this](AffineExpr part) { return tabulate(part); };
  defineVisibleKeys();
  defineScores();
  defineSoftmax();
  defineOutput();
  scheduleOutput();
  schedulePacks();
  scheduleScores();
  scheduleSoftmax();
  if (isScatter())
    return plan.finishFlat(translator, out, domain);
  const unsigned none = ~0u;
  SmallVector<unsigned> groups;
  for (Dim dim : {Dim::E, Dim::I, Dim::H, Dim::B})
    groups.push_back(group[dim].value_or(none));
  plan.finish(translator, out, domain, groups);
}

void emitAttention(Plan &plan, attn::AttentionOp op, unsigned buffer, AffineMap address) {
  // The result's address over the op's six dimensions.
  auto type = cast<RankedTensorType>(op.getOutput().getType());
  SmallVector<AffineExpr> indices(op.getOutputMap().getResults());
  Domain domain{op,
                type.getElementType(),
                SmallVector<int64_t>(op.getDomain()),
                buffer,
                address.getResult(0).replaceDims(indices),
                {}};
  AttentionStage(plan, op, domain).emit();
}

} // namespace fovea::codegen::halide
