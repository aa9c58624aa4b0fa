// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Control flow becomes scf on tensors. The conversion brings types inside it to signless ones and
// lowers the bodies' ops; afterwards, with every body in its final form, each op is rewritten.
//
// A loop that only its trip count ends is scf.for, any other scf.while. What a loop scans is a
// slice of a tensor, or is inserted into one, at an index along the first dimension: contiguous
// memory.

#include "passes/lower/ControlFlow.h"
#include "dialects/kernel/Kernel.h"
#include "dialects/onnx/Extents.h"
#include "dialects/onnx/OnnxControlOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "passes/lower/Generics.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

namespace {
/// If, Loop, Scan or Yield with the types of its operands, results and arguments converted.
class ConvertTypes : public ConversionPattern {
public:
  ConvertTypes(const TypeConverter &converter, MLIRContext *context)
      : ConversionPattern(converter, MatchAnyOpTypeTag(), 1, context) {}

  LogicalResult matchAndRewrite(Operation *op, ArrayRef<Value> operands,
                                ConversionPatternRewriter &rewriter) const override {
    if (isa<onnx::YieldOp>(op)) {
      rewriter.modifyOpInPlace(op, [&] { op->setOperands(operands); });
      return success();
    }
    if (!isa<onnx::IfOp, onnx::LoopOp, onnx::ScanOp>(op))
      return rewriter.notifyMatchFailure(op, "not control flow");
    SmallVector<Type> types;
    if (failed(getTypeConverter()->convertTypes(op->getResultTypes(), types)))
      return failure();
    OperationState state(op->getLoc(), op->getName(), operands, types, op->getAttrs());
    for (unsigned i = 0; i < op->getNumRegions(); ++i)
      state.addRegion();
    Operation *converted = rewriter.create(state);
    for (auto [from, to] : llvm::zip_equal(op->getRegions(), converted->getRegions())) {
      rewriter.inlineRegionBefore(from, to, to.end());
      if (failed(rewriter.convertRegionTypes(&to, *getTypeConverter())))
        return failure();
    }
    rewriter.replaceOp(op, converted->getResults());
    return success();
  }
};
} // namespace

void lower::populateControlFlowTypes(const TypeConverter &converter, RewritePatternSet &patterns,
                                     ConversionTarget &target) {
  patterns.add<ConvertTypes>(converter, patterns.getContext());
  target.addDynamicallyLegalOp<onnx::IfOp, onnx::LoopOp, onnx::ScanOp, onnx::YieldOp>(
      [&](Operation *op) {
        return converter.isLegal(op) && llvm::all_of(op->getRegions(), [&](Region &region) {
                 return converter.isLegal(&region);
               });
      });
}

//===----------------------------------------------------------------------===//
// Parts of loops
//===----------------------------------------------------------------------===//

/// The number in a tensor of one element.
static Value extractNumber(OpBuilder &builder, Location loc, Value tensor) {
  if (TypedAttr value = getSplatValue(tensor))
    return arith::ConstantOp::create(builder, loc, value);
  SmallVector<Value> zeros(cast<RankedTensorType>(tensor.getType()).getRank());
  for (Value &zero : zeros)
    zero = arith::ConstantIndexOp::create(builder, loc, 0);
  return tensor::ExtractOp::create(builder, loc, tensor, zeros);
}

static Value extractIndex(OpBuilder &builder, Location loc, Value tensor) {
  Value number = extractNumber(builder, loc, tensor);
  if (auto constant = number.getDefiningOp<arith::ConstantOp>()) {
    int64_t value = cast<IntegerAttr>(constant.getValue()).getInt();
    return arith::ConstantIndexOp::create(builder, loc, std::max<int64_t>(value, 0));
  }
  return arith::IndexCastOp::create(builder, loc, builder.getIndexType(), number);
}

/// A tensor of `type`, of one element, that holds the number of an iteration.
static Value makeCounter(OpBuilder &builder, Location loc, Value index, Type type) {
  auto tensor = cast<RankedTensorType>(type);
  Value number = arith::IndexCastOp::create(builder, loc, tensor.getElementType(), index);
  return tensor::FromElementsOp::create(builder, loc, tensor, number);
}

/// Offsets, sizes and strides of the slice `index` along the first dimension.
static std::array<SmallVector<OpFoldResult>, 3> getSliceRange(OpBuilder &builder,
                                                              RankedTensorType type, Value index) {
  SmallVector<OpFoldResult> offsets(type.getRank(), builder.getIndexAttr(0)),
      strides(type.getRank(), builder.getIndexAttr(1)),
      sizes = getAsIndexOpFoldResult(builder.getContext(), type.getShape());
  offsets[0] = index;
  sizes[0] = builder.getIndexAttr(1);
  return {offsets, sizes, strides};
}

static Value extractSlice(OpBuilder &builder, Location loc, Value tensor, Value index) {
  auto type = cast<RankedTensorType>(tensor.getType());
  auto [offsets, sizes, strides] = getSliceRange(builder, type, index);
  auto slice = RankedTensorType::get(type.getShape().drop_front(), type.getElementType());
  if (slice.getNumElements() == 0)
    return tensor::EmptyOp::create(builder, loc, slice, ValueRange());
  return tensor::ExtractSliceOp::create(builder, loc, slice, tensor, offsets, sizes, strides);
}

static Value insertSlice(OpBuilder &builder, Location loc, Value slice, Value tensor, Value index) {
  // An offset into an empty dimension is out of bounds, whatever is inserted.
  if (cast<RankedTensorType>(slice.getType()).getNumElements() == 0)
    return tensor;
  auto [offsets, sizes, strides] =
      getSliceRange(builder, cast<RankedTensorType>(tensor.getType()), index);
  return tensor::InsertSliceOp::create(builder, loc, slice, tensor, offsets, sizes, strides);
}

/// The tensor with dimension `from` moved to `to`.
static Value moveDimension(OpBuilder &builder, Location loc, Value tensor, int64_t from,
                           int64_t to) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (from == to)
    return tensor;
  SmallVector<int64_t> order = llvm::to_vector(llvm::seq<int64_t>(0, type.getRank()));
  order.erase(order.begin() + from);
  order.insert(order.begin() + to, from);
  SmallVector<int64_t> shape;
  SmallVector<AffineExpr> exprs(type.getRank());
  for (auto [i, dim] : llvm::enumerate(order)) {
    shape.push_back(type.getDimSize(dim));
    exprs[dim] = builder.getAffineDimExpr(i);
  }
  auto map = AffineMap::get(type.getRank(), 0, exprs, builder.getContext());
  return createParallel(builder, loc, {{tensor, map}},
                        RankedTensorType::get(shape, type.getElementType()),
                        [](Scalars &, ValueRange values) { return values[0]; });
}

/// Moves the ops of `from` to the end of `to` and gives its arguments the values. Returns what it
/// yielded.
static SmallVector<Value> moveBody(Block &from, Block &to, ValueRange arguments) {
  for (auto [argument, value] : llvm::zip_equal(from.getArguments(), arguments))
    argument.replaceAllUsesWith(value);
  Operation *yield = from.getTerminator();
  SmallVector<Value> yielded(yield->getOperands());
  yield->erase();
  to.getOperations().splice(to.end(), from.getOperations());
  return yielded;
}

static constexpr llvm::StringLiteral
    lengthMessage("a loop did not run as often as the shape of its result says");

/// `value`, after a check at run time that `compare` holds between it and `bound`.
static Value checkIndex(OpBuilder &builder, Location loc, arith::CmpIPredicate compare, Value value,
                        int64_t bound) {
  Value limit = arith::ConstantIndexOp::create(builder, loc, bound);
  Value holds = arith::CmpIOp::create(builder, loc, compare, value, limit);
  return kernel::RequireOp::create(builder, loc, value.getType(), holds, value, lengthMessage);
}

//===----------------------------------------------------------------------===//
// Lowering
//===----------------------------------------------------------------------===//

namespace {
/// What a loop carries from one iteration to the next: its own values, then the tensors that its
/// scanned results collect in. A value that no iteration changes is not carried.
struct Carried {
  SmallVector<Value> initial;
  /// For each carried value of the op its place in `initial`, or -1 for an unchanging one.
  SmallVector<int64_t> places;
  /// Of each scanned result, in `initial` behind the others.
  SmallVector<RankedTensorType> scanned;
};
} // namespace

static Carried getCarried(OpBuilder &builder, Location loc, ValueRange initial,
                          ValueRange arguments, ValueRange yielded,
                          ArrayRef<RankedTensorType> scanned) {
  Carried carried;
  for (unsigned i = 0; i < initial.size(); ++i) {
    bool changes = yielded[i] != arguments[i];
    carried.places.push_back(changes ? int64_t(carried.initial.size()) : -1);
    if (changes)
      carried.initial.push_back(initial[i]);
  }
  for (RankedTensorType type : scanned) {
    carried.scanned.push_back(type);
    carried.initial.push_back(
        tensor::EmptyOp::create(builder, loc, type.getShape(), type.getElementType()));
  }
  return carried;
}

/// For each carried value of the op what stands for it: one of `values`, or its initial value.
static SmallVector<Value> select(const Carried &carried, ValueRange initial, ValueRange values) {
  SmallVector<Value> selected;
  for (auto [place, value] : llvm::zip_equal(carried.places, initial))
    selected.push_back(place < 0 ? value : values[place]);
  return selected;
}

/// What an iteration passes on: the op's values, and the collecting tensors with the slice
/// `indices` written.
static SmallVector<Value> getNext(OpBuilder &builder, Location loc, const Carried &carried,
                                  ValueRange yielded, ValueRange arguments, ValueRange indices) {
  SmallVector<Value> next;
  for (auto [i, place] : llvm::enumerate(carried.places))
    if (place >= 0)
      next.push_back(yielded[i]);
  size_t own = next.size();
  for (size_t i = 0; i < carried.scanned.size(); ++i)
    next.push_back(insertSlice(builder, loc, yielded[carried.places.size() + i], arguments[own + i],
                               indices[i]));
  return next;
}

static scf::ForOp createFor(OpBuilder &builder, Location loc, Value count, ValueRange initial) {
  Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
  Value one = arith::ConstantIndexOp::create(builder, loc, 1);
  auto loop = scf::ForOp::create(builder, loc, zero, count, one, initial);
  loop.getBody()->clear();
  return loop;
}

static void lowerCountedLoop(onnx::LoopOp op, OpBuilder &builder, const Carried &carried) {
  Location loc = op.getLoc();
  Value count = extractIndex(builder, loc, op.getMaxTripCount());
  if (!carried.scanned.empty() && !isa_and_present<arith::ConstantOp>(count.getDefiningOp()))
    count = checkIndex(builder, loc, arith::CmpIPredicate::eq, count,
                       carried.scanned.front().getDimSize(0));
  auto loop = createFor(builder, loc, count, carried.initial);
  builder.setInsertionPointToEnd(loop.getBody());
  Block &body = op.getBodyBlock();
  Value counter = makeCounter(builder, loc, loop.getInductionVar(), body.getArgument(0).getType());
  Value goOn = arith::ConstantOp::create(
      builder, loc,
      DenseElementsAttr::get(cast<RankedTensorType>(body.getArgument(1).getType()), true));
  SmallVector<Value> arguments = {counter, goOn};
  llvm::append_range(arguments, select(carried, op.getInitial(), loop.getRegionIterArgs()));
  SmallVector<Value> yielded = moveBody(body, *loop.getBody(), arguments);
  SmallVector<Value> indices(carried.scanned.size(), loop.getInductionVar());
  scf::YieldOp::create(builder, loc,
                       getNext(builder, loc, carried, ValueRange(yielded).drop_front(),
                               loop.getRegionIterArgs(), indices));
  SmallVector<Value> results = select(carried, op.getInitial(), loop.getResults());
  llvm::append_range(results, loop.getResults().take_back(carried.scanned.size()));
  op->replaceAllUsesWith(results);
}

static void lowerConditionalLoop(onnx::LoopOp op, OpBuilder &builder, const Carried &carried) {
  Location loc = op.getLoc();
  Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
  Value one = arith::ConstantIndexOp::create(builder, loc, 1);
  Value count = onnx::isPresent(op.getMaxTripCount())
                    ? extractIndex(builder, loc, op.getMaxTripCount())
                    : Value();
  Value condition = onnx::isPresent(op.getCondition())
                        ? extractNumber(builder, loc, op.getCondition())
                        : arith::ConstantOp::create(builder, loc, builder.getBoolAttr(true));
  SmallVector<Value> initial = {zero, condition};
  llvm::append_range(initial, carried.initial);
  SmallVector<Type> types = llvm::to_vector(ValueRange(initial).getTypes());
  SmallVector<Location> locs(types.size(), loc);

  auto loop = scf::WhileOp::create(builder, loc, types, initial);
  Block *before = builder.createBlock(&loop.getBefore(), {}, types, locs);
  Value goOn = before->getArgument(1);
  if (count) {
    Value more = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::slt,
                                       before->getArgument(0), count);
    goOn = arith::AndIOp::create(builder, loc, more, goOn);
  }
  scf::ConditionOp::create(builder, loc, goOn, before->getArguments());

  Block *after = builder.createBlock(&loop.getAfter(), {}, types, locs);
  Block &body = op.getBodyBlock();
  Value iteration = after->getArgument(0);
  Value place = carried.scanned.empty()
                    ? iteration
                    : checkIndex(builder, loc, arith::CmpIPredicate::slt, iteration,
                                 carried.scanned.front().getDimSize(0));
  ValueRange inner = after->getArguments().drop_front(2);
  SmallVector<Value> arguments = {
      makeCounter(builder, loc, iteration, body.getArgument(0).getType()),
      arith::ConstantOp::create(
          builder, loc,
          DenseElementsAttr::get(cast<RankedTensorType>(body.getArgument(1).getType()), true))};
  llvm::append_range(arguments, select(carried, op.getInitial(), inner));
  SmallVector<Value> yielded = moveBody(body, *after, arguments);
  SmallVector<Value> next = {arith::AddIOp::create(builder, loc, iteration, one),
                             extractNumber(builder, loc, yielded[0])};
  llvm::append_range(next, getNext(builder, loc, carried, ValueRange(yielded).drop_front(), inner,
                                   SmallVector<Value>(carried.scanned.size(), place)));
  scf::YieldOp::create(builder, loc, next);

  builder.setInsertionPointAfter(loop);
  if (!carried.scanned.empty())
    checkIndex(builder, loc, arith::CmpIPredicate::eq, loop.getResult(0),
               carried.scanned.front().getDimSize(0));
  SmallVector<Value> results = select(carried, op.getInitial(), loop.getResults().drop_front(2));
  llvm::append_range(results, loop.getResults().take_back(carried.scanned.size()));
  op->replaceAllUsesWith(results);
}

static void lowerLoop(onnx::LoopOp op) {
  OpBuilder builder(op);
  SmallVector<RankedTensorType> scanned;
  for (Value result : op.getResults().drop_front(op.getNumCarried()))
    scanned.push_back(cast<RankedTensorType>(result.getType()));
  Block &body = op.getBodyBlock();
  Carried carried =
      getCarried(builder, op.getLoc(), op.getInitial(), body.getArguments().drop_front(2),
                 body.getTerminator()->getOperands().drop_front(), scanned);
  if (op.isCounted())
    lowerCountedLoop(op, builder, carried);
  else
    lowerConditionalLoop(op, builder, carried);
  op.erase();
}

static void lowerScan(onnx::ScanOp op) {
  OpBuilder builder(op);
  Location loc = op.getLoc();
  unsigned states = op.getNumStates();
  SmallVector<Value> inputs;
  for (auto [tensor, axis] :
       llvm::zip_equal(op.getTensors().drop_front(states), op.getInputAxes())) {
    int64_t rank = cast<RankedTensorType>(tensor.getType()).getRank();
    inputs.push_back(moveDimension(builder, loc, tensor, normalizeAxis(axis, rank), 0));
  }
  int64_t length = cast<RankedTensorType>(inputs.front().getType()).getDimSize(0);
  SmallVector<RankedTensorType> scanned;
  SmallVector<int64_t> axes;
  for (auto [result, axis] :
       llvm::zip_equal(op.getResults().drop_front(states), op.getOutputAxes())) {
    auto type = cast<RankedTensorType>(result.getType());
    axes.push_back(normalizeAxis(axis, type.getRank()));
    SmallVector<int64_t> shape(type.getShape());
    shape.erase(shape.begin() + axes.back());
    shape.insert(shape.begin(), length);
    scanned.push_back(RankedTensorType::get(shape, type.getElementType()));
  }
  Block &body = op.getBodyBlock();
  ValueRange initial = op.getTensors().take_front(states);
  Carried carried = getCarried(builder, loc, initial, body.getArguments().take_front(states),
                               body.getTerminator()->getOperands(), scanned);
  Value count = arith::ConstantIndexOp::create(builder, loc, length);
  auto loop = createFor(builder, loc, count, carried.initial);
  builder.setInsertionPointToEnd(loop.getBody());
  Value forward = loop.getInductionVar(), backward;
  auto getIndex = [&](int64_t direction) {
    if (direction && !backward) {
      Value last = arith::ConstantIndexOp::create(builder, loc, length - 1);
      backward = arith::SubIOp::create(builder, loc, last, forward);
    }
    return direction ? backward : forward;
  };
  SmallVector<Value> indices;
  for (int64_t direction : op.getOutputDirections())
    indices.push_back(getIndex(direction));
  SmallVector<Value> arguments = select(carried, initial, loop.getRegionIterArgs());
  for (auto [tensor, direction] : llvm::zip_equal(inputs, op.getInputDirections()))
    arguments.push_back(extractSlice(builder, loc, tensor, getIndex(direction)));
  SmallVector<Value> yielded = moveBody(body, *loop.getBody(), arguments);
  scf::YieldOp::create(builder, loc,
                       getNext(builder, loc, carried, yielded, loop.getRegionIterArgs(), indices));
  builder.setInsertionPointAfter(loop);
  SmallVector<Value> results = select(carried, initial, loop.getResults());
  for (auto [result, axis] : llvm::zip_equal(loop.getResults().take_back(scanned.size()), axes))
    results.push_back(moveDimension(builder, loc, result, 0, axis));
  op->replaceAllUsesWith(results);
  op.erase();
}

static void lowerIf(onnx::IfOp op) {
  OpBuilder builder(op);
  Location loc = op.getLoc();
  Value condition = extractNumber(builder, loc, op.getCondition());
  auto branch = scf::IfOp::create(builder, loc, op.getResultTypes(), condition,
                                  /*addThenBlock=*/true, /*addElseBlock=*/true);
  for (auto [from, to] : {std::pair(&op.getThenBranch(), branch.thenBlock()),
                          std::pair(&op.getElseBranch(), branch.elseBlock())}) {
    to->clear();
    SmallVector<Value> yielded = moveBody(from->front(), *to, {});
    builder.setInsertionPointToEnd(to);
    scf::YieldOp::create(builder, loc, yielded);
  }
  op->replaceAllUsesWith(branch.getResults());
  op.erase();
}

void lower::lowerControlFlow(Operation *root) {
  // Inner ones first, in program order.
  SmallVector<Operation *> ops;
  root->walk([&](Operation *op) {
    if (isa<onnx::IfOp, onnx::LoopOp, onnx::ScanOp>(op))
      ops.push_back(op);
  });
  for (Operation *op : ops) {
    if (auto loop = dyn_cast<onnx::LoopOp>(op))
      lowerLoop(loop);
    else if (auto scan = dyn_cast<onnx::ScanOp>(op))
      lowerScan(scan);
    else
      lowerIf(cast<onnx::IfOp>(op));
  }
}
