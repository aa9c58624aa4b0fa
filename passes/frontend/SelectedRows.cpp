// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The proof that ops treat the positions of a selection one by one. Two copies of the ops, with
// different numbers of positions, get their types by shape inference and have what is computed from
// shapes evaluated; comparing them tells which dimensions and numbers depend on the number. Then
// one rule per kind of op says that no entry reads another position's.

#include "passes/frontend/SelectedRows.h"

#include "compiler/eval/Evaluate.h"
#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/EinsumEquation.h"
#include "dialects/onnx/Extents.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxMatrixOps.h"
#include "dialects/onnx/OnnxNormOps.h"
#include "dialects/onnx/OnnxReduceOps.h"
#include "dialects/onnx/OnnxScatterOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "dialects/onnx/PartialValues.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

/// Two primes that are no extents of a model, and most elements of a shape computation.
static constexpr int64_t probeCounts[2] = {1009, 2003}, maxShapeElements = 64;
/// Most ops that one selection may reach.
static constexpr size_t maxOps = 4096;

/// Whether a tensor has neither entries for each position nor numbers computed from shapes.
static bool isLargeAndStatic(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.hasStaticShape() && tensor.getNumElements() > maxShapeElements;
}

static bool isScatter(Operation *op) { return isa<ScatterElementsOp, ScatterNDOp>(op); }

namespace {
/// A copy of the ops for one number of positions.
class Probe {
public:
  Probe(NonZeroOp selection, ArrayRef<Operation *> ops, int64_t count)
      : selection(selection), ops(ops), count(count) {}
  ~Probe();

  std::optional<RefusedSelection> run();
  /// The static type, and the elements where they follow from shapes.
  RankedTensorType getType(Value value) const {
    return cast<RankedTensorType>(mapping.lookupOrDefault(value).getType());
  }
  ElementsAttr getElements(Value value) const {
    return getConstantAttr(mapping.lookupOrDefault(value));
  }

private:
  bool inferTypes(Operation *copy);
  ElementsAttr evaluate(Operation *copy);

  NonZeroOp selection;
  ArrayRef<Operation *> ops;
  int64_t count;
  Block block;
  IRMapping mapping;
};
} // namespace

Probe::~Probe() {
  while (!block.empty())
    block.back().erase();
}

bool Probe::inferTypes(Operation *copy) {
  auto inference = dyn_cast<ShapeInference>(copy);
  SmallVector<Type> types;
  if (!inference || copy->getNumRegions() != 0 || failed(inference.inferShapes(types)))
    return false;
  for (auto [result, type] : llvm::zip_equal(copy->getResults(), types)) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor || !tensor.hasStaticShape())
      return false;
    result.setType(tensor);
  }
  return true;
}

ElementsAttr Probe::evaluate(Operation *copy) {
  if (copy->getNumResults() != 1)
    return {};
  auto type = cast<RankedTensorType>(copy->getResult(0).getType());
  if (type.getNumElements() > maxShapeElements)
    return {};
  if (std::optional<PartialIntegers> integers = getPartialIntegers(copy->getResult(0))) {
    SmallVector<int64_t> values;
    for (std::optional<int64_t> integer : *integers)
      if (integer)
        values.push_back(*integer);
    if (values.size() == integers->size())
      return eval::makeTensor<int64_t>(type, values).toAttr();
  }
  SmallVector<ElementsAttr> operands;
  for (Value operand : copy->getOperands()) {
    operands.push_back(isPresent(operand) ? getConstantAttr(operand) : ElementsAttr());
    if (isPresent(operand) && !operands.back())
      return {};
  }
  FailureOr<SmallVector<ElementsAttr>> results = eval::evaluate(copy, operands);
  return failed(results) ? ElementsAttr() : results->front();
}

std::optional<RefusedSelection> Probe::run() {
  OpBuilder builder(selection.getContext());
  builder.setInsertionPointToEnd(&block);
  auto positions = RankedTensorType::get(
      {cast<RankedTensorType>(selection.getX().getType()).getRank(), count}, builder.getI64Type());
  mapping.map(selection.getPositions(), block.addArgument(positions, selection.getLoc()));
  // What contradicts itself with this number of positions does so quietly.
  ScopedDiagnosticHandler quiet(selection.getContext(), [](Diagnostic &) { return success(); });
  for (Operation *op : ops) {
    Operation *copy = builder.clone(*op, mapping);
    if (!inferTypes(copy))
      return RefusedSelection{op, "has extents that do not follow from their number"};
    if (ElementsAttr elements = evaluate(copy))
      mapping.map(op->getResult(0), ConstantOp::create(builder, op->getLoc(), elements));
  }
  return std::nullopt;
}

namespace {
class RowProof {
public:
  explicit RowProof(NonZeroOp selection) : selection(selection) {}
  std::variant<SelectedRows, RefusedSelection> run();

private:
  std::optional<RefusedSelection> collect();
  /// Says of each result what it is; what is wrong with it otherwise.
  StringRef classify(Operation *op, const Probe &a, const Probe &b);
  bool isAllowedOnLengths(Operation *op) const;
  bool takesLengths(OpOperand &operand) const;
  bool keepsRowsApart(Operation *op, const Probe &probe) const;
  bool keepsReshapedRows(Value from, Value to, const Probe &probe) const;
  bool keepsSlicedRows(SliceOp op) const;
  bool keepsEinsumRows(EinsumOp op, const Probe &probe) const;
  bool scattersRows(Operation *op, const Probe &probe) const;

  /// The dimension of the value's entries for each position, or -1.
  int64_t getRow(Value value) const {
    auto found = found_.rows.find(value);
    return found == found_.rows.end() ? -1 : found->second.dim;
  }
  int64_t getRow(Value value, const Probe &probe, int64_t resultRank) const {
    int64_t row = getRow(value);
    return row < 0 ? -1 : row + resultRank - probe.getType(value).getRank();
  }
  bool isLength(Value value) const { return lengths.contains(value); }

  NonZeroOp selection;
  /// The most positions there can be.
  int64_t bound = 0;
  SelectedRows found_;
  llvm::DenseSet<Value> lengths;
};
} // namespace

/// The users of the positions and of what is computed from them, in order, up to scatters.
std::optional<RefusedSelection> RowProof::collect() {
  llvm::SetVector<Operation *> reached;
  SmallVector<Operation *> open = {selection};
  Block *block = selection->getBlock();
  while (!open.empty()) {
    Operation *op = open.pop_back_val();
    for (Operation *user : op->getUsers()) {
      if (user->getBlock() != block || user->hasTrait<OpTrait::IsTerminator>())
        return RefusedSelection{user, "is outside of their computation"};
      if (!reached.insert(user))
        continue;
      if (reached.size() > maxOps)
        return RefusedSelection{user, "is one of too many ops"};
      if (!isScatter(user) && !llvm::all_of(user->getResultTypes(), isLargeAndStatic))
        open.push_back(user);
    }
  }
  found_.ops.assign(reached.begin(), reached.end());
  llvm::sort(found_.ops, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  for (Operation *op : found_.ops)
    for (Value operand : op->getOperands()) {
      auto type = dyn_cast<RankedTensorType>(operand.getType());
      Operation *producer = operand.getDefiningOp();
      bool isInside = producer && (producer == selection || reached.contains(producer));
      if (!isInside && isPresent(operand) && (!type || !type.hasStaticShape()))
        return RefusedSelection{op, "takes another tensor of unknown extents"};
    }
  // A scatter whose result leads back would need the loop before it has ended.
  llvm::SetVector<Operation *> behind;
  for (Operation *op : found_.ops)
    if (isScatter(op))
      open.push_back(op);
  while (!open.empty()) {
    Operation *op = open.pop_back_val();
    for (Operation *user : op->getUsers()) {
      Operation *inBlock = block->findAncestorOpInBlock(*user);
      if (reached.contains(inBlock))
        return RefusedSelection{inBlock, "depends on what is scattered before"};
      // What stands behind the last of the ops leads to none of them.
      if (inBlock->isBeforeInBlock(found_.ops.back()) && behind.insert(inBlock))
        open.push_back(inBlock);
    }
  }
  return std::nullopt;
}

StringRef RowProof::classify(Operation *op, const Probe &a, const Probe &b) {
  for (Value result : op->getResults()) {
    ElementsAttr first = a.getElements(result), second = b.getElements(result);
    if (first && second) {
      if (first != second)
        lengths.insert(result);
      continue;
    }
    std::optional<RowDimension> row;
    for (auto [dim, extents] : llvm::enumerate(
             llvm::zip_equal(a.getType(result).getShape(), b.getType(result).getShape()))) {
      auto [m, n] = extents;
      if (m == n)
        continue;
      int64_t factor = m / probeCounts[0];
      if (row || factor == 0 || m != factor * probeCounts[0] || n != factor * probeCounts[1])
        return "has extents that are no multiple of their number";
      row = {int64_t(dim), factor};
    }
    if (row)
      found_.rows[result] = *row;
    else if (!isScatter(op))
      return "mixes them";
  }
  return "";
}

/// Whether an evaluated op makes, of multiples of the number of positions, only such multiples and
/// numbers that do not depend on it.
bool RowProof::isAllowedOnLengths(Operation *op) const {
  auto onlyFirst = [&] {
    return !llvm::any_of(op->getOperands().drop_front(), [&](Value v) { return isLength(v); });
  };
  if (isa<CastOp>(op))
    return getElementType(op->getResult(0)).isInteger(32) ||
           getElementType(op->getResult(0)).isInteger(64);
  if (isa<ShapeOp, IdentityOp, ConcatOp>(op))
    return true;
  if (isa<GatherOp, SliceOp, SqueezeOp, UnsqueezeOp, ReshapeOp>(op))
    return onlyFirst();
  if (isa<MulOp>(op))
    return isLength(op->getOperand(0)) != isLength(op->getOperand(1));
  // No number of positions is negative: the comparison of a shape with -1 in front of an Expand.
  if (isa<EqualOp>(op))
    return llvm::any_of(op->getOperands(), [](Value operand) {
      std::optional<SmallVector<int64_t>> numbers = getConstantIntegers(operand, maxShapeElements);
      return numbers && llvm::all_of(*numbers, [](int64_t number) { return number < 0; });
    });
  if (isa<WhereOp>(op))
    return !isLength(op->getOperand(0));
  return false;
}

/// Whether the op uses the operand as extents alone.
bool RowProof::takesLengths(OpOperand &operand) const {
  Operation *op = operand.getOwner();
  unsigned index = operand.getOperandNumber();
  return isa<ConstantOfShapeOp>(op) || (isa<ReshapeOp, ExpandOp, SliceOp>(op) && index > 0);
}

/// Whether as many elements stand in front of the rows before as after.
bool RowProof::keepsReshapedRows(Value from, Value to, const Probe &probe) const {
  auto countInFront = [&](Value value) {
    return getRow(value) < 0 ? -1
                             : ShapedType::getNumElements(
                                   probe.getType(value).getShape().take_front(getRow(value)));
  };
  return countInFront(from) == countInFront(to);
}

/// Whether a slice takes all rows, in order, and what it takes elsewhere does not depend on their
/// number.
bool RowProof::keepsSlicedRows(SliceOp op) const {
  RowDimension from = found_.rows.lookup(op.getX()), to = found_.rows.lookup(op.getY());
  int64_t rank = cast<RankedTensorType>(op.getX().getType()).getRank();
  std::optional<SmallVector<int64_t>> axes;
  if (isPresent(op.getAxes()))
    axes = getConstantIntegers(op.getAxes(), maxShapeElements);
  else if (std::optional<int64_t> count = getIndexCount(op.getStarts()))
    axes = llvm::to_vector(llvm::seq<int64_t>(0, *count));
  if (!axes)
    return false;
  bool takesNumber = isLength(op.getStarts()) || isLength(op.getEnds());
  auto axis = llvm::find_if(*axes, [&](int64_t a) { return (a + rank) % rank == from.dim; });
  if (axis == axes->end())
    return !takesNumber;
  // All of them, whatever their number: not only of as few as were tried.
  auto getAt = [&](Value value, int64_t otherwise) -> std::optional<int64_t> {
    if (!isPresent(value))
      return otherwise;
    std::optional<SmallVector<int64_t>> all = getConstantIntegers(value, maxShapeElements);
    return all && all->size() == axes->size() ? std::optional((*all)[axis - axes->begin()])
                                              : std::nullopt;
  };
  std::optional<int64_t> end = getAt(op.getEnds(), 0);
  bool isWhole = isLength(op.getEnds()) ? axes->size() == 1 : end && *end / from.factor >= bound;
  return isWhole && from.factor == to.factor && getAt(op.getStarts(), 0) == 0 &&
         getAt(op.getSteps(), 1) == 1;
}

/// Whether no sum is over rows.
bool RowProof::keepsEinsumRows(EinsumOp op, const Probe &probe) const {
  SmallVector<int64_t> ranks;
  for (Value input : op.getInputs())
    ranks.push_back(probe.getType(input).getRank());
  llvm::Expected<EinsumLabels> labels = parseEinsum(op.getEquation(), ranks);
  if (!labels) {
    llvm::consumeError(labels.takeError());
    return false;
  }
  unsigned label = labels->result[getRow(op->getResult(0))];
  for (auto [input, own] : llvm::zip_equal(op.getInputs(), labels->operands))
    if (int64_t row = getRow(input);
        row >= 0 && (own[row] != label || llvm::count(own, label) != 1))
      return false;
  return llvm::count(labels->result, label) == 1;
}

/// Whether each position writes where its own index says.
bool RowProof::scattersRows(Operation *op, const Probe &probe) const {
  Value x = op->getOperand(0), indices = op->getOperand(1), updates = op->getOperand(2);
  auto isRow = [&](Value value) { return found_.rows.contains(value); };
  if (isRow(x) || isLength(x) || !isRow(indices) || !isRow(updates))
    return false;
  RowDimension index = found_.rows.lookup(indices), update = found_.rows.lookup(updates);
  if (index.dim != update.dim || index.factor != update.factor)
    return false;
  int64_t rank = probe.getType(indices).getRank();
  if (auto elements = dyn_cast<ScatterElementsOp>(op))
    return (elements.getAxis() + rank) % rank == index.dim;
  return index.dim < rank - 1;
}

bool RowProof::keepsRowsApart(Operation *op, const Probe &probe) const {
  if (isScatter(op))
    return scattersRows(op, probe);
  Value x = op->getOperand(0), result = op->getResult(0);
  int64_t row = getRow(result), rank = probe.getType(result).getRank();
  auto isRow = [&](Value value) { return getRow(value) >= 0; };
  auto wrap = [&](int64_t axis, Value value) {
    return axis < 0 ? axis + probe.getType(value).getRank() : axis;
  };
  auto isAligned = [&](Value operand) {
    int64_t own = isPresent(operand) ? getRow(operand, probe, rank) : -1;
    return own < 0 || own == row;
  };
  if (eval::keepsSplats(op) && op->getNumResults() == 1)
    return llvm::all_of(op->getOperands(), isAligned);
  return llvm::TypeSwitch<Operation *, bool>(op)
      // These keep the order along every dimension.
      .Case<TransposeOp, ConstantOfShapeOp>([&](auto) { return true; })
      // The dimensions that are reduced are not the rows', which the result has.
      .Case<ReduceMeanOp, ReduceSumOp, ReduceProdOp, ReduceL1Op, ReduceL2Op, ReduceLogSumOp,
            ReduceLogSumExpOp, ReduceSumSquareOp, ReduceMaxOp, ReduceMinOp, ArgMaxOp, ArgMinOp>(
          [&](auto) { return true; })
      .Case<ReshapeOp, FlattenOp, SqueezeOp, UnsqueezeOp>(
          [&](auto) { return keepsReshapedRows(x, result, probe); })
      .Case([&](ExpandOp) { return isAligned(x); })
      .Case([&](TileOp) {
        return isRow(x) && getRow(x) == row &&
               found_.rows.lookup(x).factor == found_.rows.lookup(result).factor;
      })
      .Case([&](SliceOp slice) { return isRow(x) && keepsSlicedRows(slice); })
      .Case([&](SplitOp split) { return wrap(split.getAxis(), x) != row; })
      .Case([&](ConcatOp concat) {
        return wrap(concat.getAxis(), result) != row &&
               llvm::all_of(op->getOperands(), [&](Value v) { return getRow(v) == row; });
      })
      .Case([&](GatherOp gather) {
        if (isRow(x))
          return !isRow(gather.getIndices()) && wrap(gather.getAxis(), x) != getRow(x);
        return isRow(gather.getIndices());
      })
      .Case([&](GatherNDOp gather) {
        return !isRow(x) && isRow(gather.getIndices()) && gather.getBatchDims() == 0;
      })
      .Case([&](GatherElementsOp gather) {
        return isRow(x) && getRow(x) == getRow(gather.getIndices()) &&
               wrap(gather.getAxis(), x) != row;
      })
      .Case([&](MatMulOp product) {
        Value b = product.getB();
        int64_t rankA = probe.getType(x).getRank(), rankB = probe.getType(b).getRank();
        return getRow(x) != rankA - 1 &&
               (getRow(b) < 0 || getRow(b) != std::max<int64_t>(rankB - 2, 0));
      })
      .Case([&](GemmOp gemm) {
        return getRow(x) != (gemm.getTransA() ? 0 : 1) &&
               getRow(gemm.getB()) != (gemm.getTransB() ? 1 : 0);
      })
      .Case([&](EinsumOp einsum) { return keepsEinsumRows(einsum, probe); })
      .Case<SoftmaxOp, LogSoftmaxOp, HardmaxOp>(
          [&](auto along) { return wrap(along.getAxis(), x) != row; })
      .Case<LayerNormalizationOp, RMSNormalizationOp>([&](auto norm) {
        return getRow(x) == row && row < wrap(norm.getAxis(), x) &&
               llvm::none_of(op->getOperands().drop_front(), isRow);
      })
      .Default([](Operation *) { return false; });
}

std::variant<SelectedRows, RefusedSelection> RowProof::run() {
  auto x = dyn_cast<RankedTensorType>(selection.getX().getType());
  if (!x || !x.hasStaticShape() || x.getRank() == 0)
    return RefusedSelection{selection, "searches a tensor of unknown extents"};
  bound = x.getNumElements();
  if (std::optional<RefusedSelection> refused = collect())
    return *refused;
  Probe first(selection, found_.ops, probeCounts[0]), second(selection, found_.ops, probeCounts[1]);
  for (Probe *probe : {&first, &second})
    if (std::optional<RefusedSelection> refused = probe->run())
      return *refused;
  found_.rows[selection.getPositions()] = {1, 1};
  for (Operation *op : found_.ops) {
    if (StringRef reason = classify(op, first, second); !reason.empty())
      return RefusedSelection{op, reason.str()};
    bool isEvaluated = bool(first.getElements(op->getResult(0)));
    for (OpOperand &operand : op->getOpOperands())
      if (isLength(operand.get()) &&
          !(isEvaluated ? isAllowedOnLengths(op) : takesLengths(operand)))
        return RefusedSelection{op, "computes with their number"};
    if (!isEvaluated && !keepsRowsApart(op, first))
      return RefusedSelection{op, "mixes them"};
    if (isScatter(op))
      found_.scatters.push_back(op);
  }
  if (found_.scatters.empty())
    return RefusedSelection{selection, "finds what no scatter writes back"};
  return std::move(found_);
}

std::variant<SelectedRows, RefusedSelection> fovea::findSelectedRows(NonZeroOp selection) {
  return RowProof(selection).run();
}
