// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Selections as loops over groups of positions: as many iterations as the positions that were found
// need, each on a static number of them, so that an expert computes what was chosen for it and
// nothing when that is nothing. The last group repeats the last position; to write an element twice
// changes nothing, and what adds or multiplies skips the repetitions.

#include "passes/frontend/SelectedRows.h"
#include "passes/frontend/Simplify.h"

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/Extents.h"
#include "dialects/onnx/OnnxControlOps.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxReduceOps.h"
#include "dialects/onnx/OnnxScatterOps.h"
#include "dialects/onnx/OnnxShapeOps.h"

#include "mlir/Analysis/TopologicalSortUtils.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

/// Positions per iteration: a product with fewer rows reads its weights too often, one with more
/// computes repetitions. Of all elements searched, an eighth is taken to be found.
static constexpr int64_t leastGroup = 8, greatestGroup = 32, expectedShare = 8;
/// Most elements that a position of a mask is broadcast to.
static constexpr int64_t maxSpread = int64_t(1) << 16;

static bool isOpen(NonZeroOp op) {
  auto type = dyn_cast<RankedTensorType>(op.getPositions().getType());
  return type && type.isDynamicDim(1);
}

namespace {
/// Makes ops whose result types are still to be inferred.
class LoopBuilder {
public:
  LoopBuilder(OpBuilder builder, Location loc) : builder(builder), loc(loc) {}

  template <typename Op, typename... Args> Value make(Type elementType, Args &&...args) {
    return Op::create(builder, loc, Type(UnrankedTensorType::get(elementType)),
                      std::forward<Args>(args)...);
  }
  template <typename Op> Value compute(Value a, Value b) {
    return make<Op>(getElementType(a), a, b);
  }
  Value makeNone() {
    return NoneOp::create(builder, loc, builder.getNoneType(), builder.getUnitAttr());
  }
  Value makeIntegers(ArrayRef<int64_t> shape, ArrayRef<int64_t> values) {
    return ConstantOp::create(builder, loc,
                              makeConstant(RankedTensorType::get(shape, builder.getI64Type()),
                                           ArrayRef(reinterpret_cast<const char *>(values.data()),
                                                    values.size() * sizeof(int64_t))));
  }
  Value makeNumber(int64_t value) { return makeIntegers({}, value); }
  /// `first`, `first + 1`, ...: so many in the shape.
  Value countFrom(Value first, ArrayRef<int64_t> shape) {
    auto numbers = llvm::to_vector(llvm::seq<int64_t>(0, ShapedType::getNumElements(shape)));
    return compute<AddOp>(makeIntegers(shape, numbers), first);
  }
  IntegerAttr getSigned(int64_t value) {
    return IntegerAttr::get(builder.getIntegerType(64, /*isSigned=*/true), value);
  }

  OpBuilder builder;
  Location loc;
};

class SelectionLoop {
public:
  SelectionLoop(NonZeroOp selection, const SelectedRows &selected)
      : selection(selection), selected(selected),
        graph(OpBuilder(selected.scatters.back()), selection.getLoc()) {}
  void build();

private:
  Value countPositions();
  void buildBody(LoopOp loop, Value positions, Value count);
  Value maskUpdates(LoopBuilder &body, Operation *scatter, Value updates, Value first, Value count);

  NonZeroOp selection;
  const SelectedRows &selected;
  LoopBuilder graph;
  int64_t group = 0;
};
} // namespace

Value SelectionLoop::countPositions() {
  Type i1 = graph.builder.getI1Type(), i64 = graph.builder.getI64Type();
  auto cast = [&](Value x, Type to) {
    return graph.make<CastOp>(to, x, TypeAttr::get(to), graph.builder.getBoolAttr(true),
                              graph.builder.getStringAttr("up"));
  };
  return graph.make<ReduceSumOp>(i64, cast(cast(selection.getX(), i1), i64), graph.makeNone(),
                                 graph.builder.getBoolAttr(false),
                                 graph.builder.getBoolAttr(false));
}

/// The updates of a scatter that adds or multiplies, with what changes nothing for the repetitions.
Value SelectionLoop::maskUpdates(LoopBuilder &body, Operation *scatter, Value updates, Value first,
                                 Value count) {
  auto elements = dyn_cast<ScatterElementsOp>(scatter);
  StringRef reduction =
      elements ? elements.getReduction() : cast<ScatterNDOp>(scatter).getReduction();
  bool adds = reduction == "add";
  if (!adds && reduction != "mul")
    return updates;
  Value given = scatter->getOperand(2);
  auto [dim, factor] = selected.rows.lookup(given);
  SmallVector<int64_t> shape(cast<RankedTensorType>(given.getType()).getRank(), 1);
  shape[dim] = group * factor;
  Value factorNumber = body.makeNumber(factor);
  Value entries = body.countFrom(body.compute<MulOp>(first, factorNumber), shape);
  Value isFound = body.make<LessOp>(body.builder.getI1Type(), entries,
                                    body.compute<MulOp>(count, factorNumber));
  Type element = getElementType(given);
  // x + -0 is x, also for x = -0.
  Attribute neutral = body.builder.getIntegerAttr(element, !adds);
  if (auto number = dyn_cast<FloatType>(element))
    neutral = body.builder.getFloatAttr(number, adds ? -0.0 : 1.0);
  Value filler = ConstantOp::create(
      body.builder, body.loc, DenseElementsAttr::get(RankedTensorType::get({}, element), neutral));
  return body.make<WhereOp>(element, isFound, updates, filler);
}

void SelectionLoop::buildBody(LoopOp loop, Value positions, Value count) {
  Type i64 = graph.builder.getI64Type(), i1 = graph.builder.getI1Type();
  Block &block = loop.getBody().emplaceBlock();
  LoopBuilder body(OpBuilder::atBlockEnd(&block), selection.getLoc());
  Value iteration = block.addArgument(RankedTensorType::get({}, i64), body.loc);
  Value goesOn = block.addArgument(RankedTensorType::get({}, i1), body.loc);

  Value first = body.compute<MulOp>(iteration, body.makeNumber(group));
  Value last = body.compute<SubOp>(count, body.makeNumber(1));
  Value numbers = body.make<MinOp>(i64, ValueRange{body.countFrom(first, {group}), last});
  Value taken = body.make<GatherOp>(i64, positions, numbers, body.getSigned(1));

  IRMapping mapping;
  mapping.map(selection.getPositions(), taken);
  SmallVector<Value> yielded = {goesOn};
  for (Operation *op : selected.ops) {
    bool isScatter = isa<ScatterElementsOp, ScatterNDOp>(op);
    if (isScatter) {
      Value updates = op->getOperand(2);
      mapping.map(op->getOperand(0), block.addArgument(op->getResult(0).getType(), op->getLoc()));
      mapping.map(updates, maskUpdates(body, op, mapping.lookup(updates), first, count));
    }
    Operation *copy = body.builder.clone(*op, mapping);
    // Their types in the model are those of all positions.
    copy->removeAttr("onnx.declared_results");
    if (isScatter) {
      yielded.push_back(copy->getResult(0));
      continue;
    }
    for (Value result : copy->getResults())
      if (auto type = dyn_cast<TensorType>(result.getType()))
        result.setType(UnrankedTensorType::get(type.getElementType()));
  }
  YieldOp::create(body.builder, body.loc, yielded);
}

void SelectionLoop::build() {
  auto x = cast<RankedTensorType>(selection.getX().getType());
  int64_t bound = x.getNumElements();
  group = std::clamp(llvm::alignTo<8>(bound / expectedShare), uint64_t(leastGroup),
                     uint64_t(greatestGroup));
  group = std::min(group, std::max<int64_t>(bound, 1));
  Type i64 = graph.builder.getI64Type();
  Value positions =
      NonZeroOp::create(graph.builder, graph.loc, RankedTensorType::get({x.getRank(), bound}, i64),
                        selection.getX(), /*bounded=*/true);
  Value count = countPositions();
  Value rounded = graph.compute<AddOp>(count, graph.makeNumber(group - 1));
  Value trips = graph.compute<DivOp>(rounded, graph.makeNumber(group));
  SmallVector<Value> initial;
  SmallVector<Type> types;
  for (Operation *scatter : selected.scatters) {
    initial.push_back(scatter->getOperand(0));
    types.push_back(scatter->getResult(0).getType());
  }
  auto loop = LoopOp::create(graph.builder, graph.loc, types, trips, graph.makeNone(), initial);
  buildBody(loop, positions, count);
  for (auto [scatter, result] : llvm::zip_equal(selected.scatters, loop.getResults()))
    scatter->getResult(0).replaceAllUsesWith(result);
  for (Operation *op : llvm::reverse(selected.ops))
    op->erase();
  selection->erase();
}

bool fovea::replaceSpreadSelection(Operation *op) {
  auto selection = dyn_cast<NonZeroOp>(op);
  auto expand = selection ? selection.getX().getDefiningOp<ExpandOp>() : ExpandOp();
  Operation *unsqueeze = expand ? expand.getX().getDefiningOp() : nullptr;
  if (!isa_and_present<UnsqueezeOp, ReshapeOp>(unsqueeze) || !isOpen(selection))
    return false;
  auto isStatic = [](Value value) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    return type && type.hasStaticShape();
  };
  Value mask = unsqueeze->getOperand(0);
  if (!isStatic(mask) || !isStatic(expand.getX()) || !isStatic(expand))
    return false;
  ArrayRef<int64_t> shape = cast<RankedTensorType>(mask.getType()).getShape(),
                    narrow = cast<RankedTensorType>(expand.getX().getType()).getShape(),
                    all = cast<RankedTensorType>(expand.getType()).getShape();
  int64_t rank = shape.size(), added = int64_t(all.size()) - rank;
  auto isOne = [](int64_t extent) { return extent == 1; };
  if (rank == 0 || added <= 0 || narrow.size() != all.size() || shape != all.take_front(rank) ||
      shape != narrow.take_front(rank) || !llvm::all_of(narrow.drop_front(rank), isOne))
    return false;
  ArrayRef<int64_t> trailing = all.drop_front(rank);
  int64_t each = ShapedType::getNumElements(trailing);
  if (each > maxSpread)
    return false;

  OpBuilder builder(op);
  builder.setInsertionPointAfter(op);
  LoopBuilder graph(builder, op->getLoc());
  Type i64 = builder.getI64Type();
  auto one = [&](int64_t number) { return graph.makeIntegers({1}, number); };
  SmallVector<int64_t> indices;
  for (int64_t dim = 0; dim < added; ++dim) {
    int64_t stride = ShapedType::getNumElements(trailing.drop_front(dim + 1));
    for (int64_t i = 0; i < each; ++i)
      indices.push_back(i / stride % trailing[dim]);
  }
  // [rank, n, each] and [added, n, each], joined and flattened.
  Value positions = graph.make<NonZeroOp>(i64, mask, /*bounded=*/false);
  Value count = graph.make<ShapeOp>(i64, positions, graph.getSigned(1), IntegerAttr());
  Value outer = graph.make<ExpandOp>(i64, graph.make<UnsqueezeOp>(i64, positions, one(2)),
                                     graph.makeIntegers({3}, {1, 1, each}));
  Value inner = graph.make<ExpandOp>(
      i64, graph.makeIntegers({added, 1, each}, indices),
      graph.make<ConcatOp>(i64, ValueRange{one(1), count, one(1)}, graph.getSigned(0)));
  Value joined = graph.make<ConcatOp>(i64, ValueRange{outer, inner}, graph.getSigned(0));
  Value flat = graph.make<ReshapeOp>(i64, joined, graph.makeIntegers({2}, {rank + added, -1}),
                                     builder.getBoolAttr(false));
  op->getResult(0).replaceAllUsesWith(flat);
  return true;
}

/// Equal ones are one, with what is known of any. Returns whether that makes a type more precise.
static bool mergeEqualSelections(func::FuncOp function) {
  bool learnt = false;
  llvm::DenseMap<std::pair<Block *, Value>, NonZeroOp> firsts;
  function.walk([&](NonZeroOp op) {
    auto [first, isNew] = firsts.try_emplace({op->getBlock(), op.getX()}, op);
    NonZeroOp kept = first->second;
    Type merged = isNew ? Type() : mergeTypes(kept.getType(), op.getType());
    if (!merged || op.getBounded() || kept.getBounded() || !mayRefine(kept->getResult(0)))
      return;
    learnt |= merged != kept.getType() || merged != op.getType();
    kept->getResult(0).setType(merged);
    op.replaceAllUsesWith(kept.getPositions());
    op->erase();
  });
  return learnt;
}

bool fovea::computeSelectionsInGroups(func::FuncOp function, RefusedSelections &refused) {
  refused.clear();
  bool learnt = mergeEqualSelections(function);
  SmallVector<NonZeroOp> selections;
  function.walk([&](NonZeroOp op) {
    if (isOpen(op))
      selections.push_back(op);
  });
  llvm::SetVector<Block *> changed;
  for (NonZeroOp selection : selections) {
    auto found = findSelectedRows(selection);
    if (auto *reason = std::get_if<RefusedSelection>(&found)) {
      refused.insert({selection, *reason});
      continue;
    }
    changed.insert(selection->getBlock());
    SelectionLoop(selection, std::get<SelectedRows>(found)).build();
  }
  // A loop stands where the last of its scatters stood.
  for (Block *block : changed)
    sortTopologically(block);
  return learnt || !changed.empty();
}
