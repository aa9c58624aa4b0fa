// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The walk over a function and the bodies of its control flow. A body is visited with the types
// that its first iteration has; if carried values keep them, they hold for every iteration. If not,
// the loop is unrolled from a copy that was made before the visit.

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/Extents.h"
#include "dialects/onnx/OnnxControlOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "passes/frontend/Simplify.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

/// Most ops that unrolling may make in one function.
static constexpr int64_t maxUnrolledOps = 1 << 13;

bool fovea::isControlFlow(Operation *op) { return isa<IfOp, LoopOp, ScanOp>(op); }

namespace {
class Visit {
public:
  Visit(const VisitActions &actions, const VisitOptions &options)
      : actions(actions), options(options) {}

  /// Visits the ops from `op` on, up to `end` in the same block.
  LogicalResult visit(Operation *op, Operation *end);

private:
  /// Returns the op, with its bodies visited, or the next one to visit when it is gone.
  FailureOr<Operation *> visitControlFlow(Operation *op);
  LogicalResult visitBodies(Operation *op);
  Operation *inlineBranch(IfOp op, bool condition);
  LogicalResult unroll(LoopOp loop);
  Value stackSlices(OpBuilder &builder, Location loc, ArrayRef<Value> slices);

  const VisitActions &actions;
  const VisitOptions &options;
  int64_t unrolledOps = 0;
};
} // namespace

LogicalResult Visit::visit(Operation *op, Operation *end) {
  while (op != end) {
    if (isControlFlow(op)) {
      FailureOr<Operation *> next = visitControlFlow(op);
      if (failed(next))
        return failure();
      if (*next != op) {
        op = *next;
        continue;
      }
    }
    FailureOr<bool> kept = actions.step(op);
    if (failed(kept))
      return failure();
    Operation *next = op->getNextNode();
    if (!*kept)
      actions.erase(op);
    op = next;
  }
  return success();
}

LogicalResult Visit::visitBodies(Operation *op) {
  if (options.refineTypes && failed(refineRegionArguments(op)))
    return failure();
  for (Region &region : op->getRegions())
    if (failed(visit(&region.front().front(), region.front().getTerminator())))
      return failure();
  return success();
}

/// The carried value whose type an iteration changes, if there is one.
static std::optional<unsigned> findChanged(ValueRange initial, ValueRange next) {
  for (unsigned i = 0; i < initial.size(); ++i) {
    auto from = dyn_cast<RankedTensorType>(initial[i].getType());
    auto to = dyn_cast<RankedTensorType>(next[i].getType());
    if (from && to && from != to && from.hasStaticShape() && to.hasStaticShape())
      return i;
  }
  return std::nullopt;
}

FailureOr<Operation *> Visit::visitControlFlow(Operation *op) {
  Operation *next = op->getNextNode();
  if (actions.enter) {
    FailureOr<bool> kept = actions.enter(op);
    if (failed(kept))
      return failure();
    if (!*kept) {
      actions.erase(op);
      return next;
    }
  }
  if (auto branch = dyn_cast<IfOp>(op); branch && options.resolveControlFlow)
    if (std::optional<double> condition = getConstantScalar(branch.getCondition()))
      return inlineBranch(branch, *condition != 0);
  auto loop = dyn_cast<LoopOp>(op);
  bool mayUnroll = loop && options.resolveControlFlow;
  auto unrollTo = [&](LoopOp loop) -> FailureOr<Operation *> {
    if (failed(unroll(loop)))
      return failure();
    return next;
  };
  if (mayUnroll && loop.getTripCount() == 1)
    return unrollTo(loop);
  // Bodies refine in place, and only the first iteration is known to have these types.
  Operation *copy = mayUnroll && loop.getNumCarried() ? op->clone() : nullptr;
  LogicalResult visited = visitBodies(op);
  std::optional<unsigned> changed;
  if (succeeded(visited) && loop)
    changed = findChanged(loop.getInitial(),
                          loop.getBodyBlock().getTerminator()->getOperands().drop_front());
  else if (auto scan = dyn_cast<ScanOp>(op); scan && succeeded(visited))
    changed = findChanged(scan.getTensors().take_front(scan.getNumStates()),
                          scan.getBodyBlock().getTerminator()->getOperands());
  if (changed && copy) {
    OpBuilder(op).insert(copy);
    op->replaceAllUsesWith(copy);
    actions.erase(op);
    return unrollTo(cast<LoopOp>(copy));
  }
  if (copy)
    copy->erase();
  if (changed)
    return op->emitOpError("changes the shape of carried value #")
           << *changed << " with each iteration, which is not supported here";
  if (failed(visited))
    return failure();
  return op;
}

Operation *Visit::inlineBranch(IfOp op, bool condition) {
  Block &body = (condition ? op.getThenBranch() : op.getElseBranch()).front();
  Operation *yield = body.getTerminator();
  op->replaceAllUsesWith(yield->getOperands());
  yield->erase();
  op->getBlock()->getOperations().splice(std::next(op->getIterator()), body.getOperations());
  Operation *next = op->getNextNode();
  actions.erase(op);
  return next;
}

/// An `onnx.Constant` of one number, of the shape of a body's argument.
static Value makeNumber(OpBuilder &builder, BlockArgument argument, int64_t number) {
  auto ranked = dyn_cast<RankedTensorType>(argument.getType());
  auto type = RankedTensorType::get(SmallVector<int64_t>(ranked ? ranked.getRank() : 0, 1),
                                    onnx::getElementType(argument));
  int64_t bytes = getElementBytes(type.getElementType());
  return ConstantOp::create(
      builder, argument.getLoc(),
      makeConstant(type, ArrayRef(reinterpret_cast<const char *>(&number), bytes)));
}

Value Visit::stackSlices(OpBuilder &builder, Location loc, ArrayRef<Value> slices) {
  auto unranked = UnrankedTensorType::get(onnx::getElementType(slices.front()));
  int64_t zero = 0;
  Value axes = ConstantOp::create(
      builder, loc,
      makeConstant(RankedTensorType::get({1}, builder.getI64Type()),
                   ArrayRef(reinterpret_cast<const char *>(&zero), sizeof(zero))));
  SmallVector<Value> rows;
  for (Value slice : slices)
    rows.push_back(UnsqueezeOp::create(builder, loc, unranked, slice, axes));
  return ConcatOp::create(builder, loc, unranked, rows,
                          IntegerAttr::get(builder.getIntegerType(64, /*isSigned=*/true), 0));
}

LogicalResult Visit::unroll(LoopOp loop) {
  unsigned carried = loop.getNumCarried();
  Block &body = loop.getBodyBlock();
  OpBuilder builder(loop);
  Location loc = loop.getLoc();
  std::optional<int64_t> count;
  if (isPresent(loop.getMaxTripCount())) {
    std::optional<SmallVector<int64_t>> known = getConstantIntegers(loop.getMaxTripCount());
    if (!known || known->size() != 1)
      return loop.emitOpError("carries a value whose shape changes with each iteration; such a "
                              "loop is compiled only with a constant trip count");
    count = known->front();
  }
  // Holds the condition, the carried values and the slices so far, whatever they are replaced by.
  // The condition is the trip count, a number too, while there is none.
  SmallVector<Value> held = {isPresent(loop.getCondition())
                                 ? loop.getCondition()
                                 : makeNumber(builder, body.getArgument(1), 1)};
  llvm::append_range(held, loop.getInitial());
  auto holder = YieldOp::create(builder, loc, held);
  size_t scanned = loop.getNumResults() - carried;
  int64_t iteration = 0;
  for (;; ++iteration) {
    if (count && iteration >= *count)
      break;
    std::optional<double> condition = getConstantScalar(holder->getOperand(0));
    if (!condition)
      return loop.emitOpError("carries a value whose shape changes with each iteration, until a "
                              "condition that is computed at run time; such a loop is not "
                              "supported");
    if (*condition == 0)
      break;
    int64_t size = 0;
    body.walk([&](Operation *) { ++size; });
    unrolledOps += size;
    if (unrolledOps > maxUnrolledOps)
      return loop.emitOpError("carries a value whose shape changes with each iteration, so it has "
                              "to be unrolled, which would take more than ")
             << maxUnrolledOps << " ops";
    IRMapping mapping;
    builder.setInsertionPoint(holder);
    Value number = makeNumber(builder, body.getArgument(0), iteration);
    mapping.map(body.getArgument(0), number);
    mapping.map(body.getArgument(1), makeNumber(builder, body.getArgument(1), 1));
    mapping.map(body.getArguments().drop_front(2), holder->getOperands().slice(1, carried));
    for (Operation &op : body.without_terminator())
      builder.clone(op, mapping);
    SmallVector<Value> next, slices;
    for (auto [i, value] : llvm::enumerate(body.getTerminator()->getOperands()))
      (i <= carried ? next : slices).push_back(mapping.lookupOrDefault(value));
    llvm::append_range(next, holder->getOperands().drop_front(1 + carried));
    llvm::append_range(next, slices);
    holder->setOperands(next);
    if (failed(visit(number.getDefiningOp(), holder)))
      return failure();
  }
  SmallVector<Value> results(holder->getOperands().slice(1, carried));
  SmallVector<Value> slices(holder->getOperands().drop_front(1 + carried));
  builder.setInsertionPoint(holder);
  Operation *last = holder->getPrevNode();
  Block *block = holder->getBlock();
  for (size_t i = 0; i < scanned; ++i) {
    SmallVector<Value> own;
    for (size_t at = i; at < slices.size(); at += scanned)
      own.push_back(slices[at]);
    Value result = loop.getResult(carried + i);
    if (own.empty() && !result.use_empty())
      return loop.emitOpError("runs no iteration, so result #") << carried + i << " is empty";
    results.push_back(own.empty() ? Value() : stackSlices(builder, loc, own));
  }
  for (auto [result, value] : llvm::zip_equal(loop.getResults(), results))
    if (value)
      result.replaceAllUsesWith(value);
  if (failed(visit(last ? last->getNextNode() : &block->front(), holder)))
    return failure();
  holder->erase();
  actions.erase(loop);
  return success();
}

LogicalResult fovea::visitOps(func::FuncOp function, const VisitActions &actions,
                              const VisitOptions &options) {
  if (function.isExternal() || !function.getBody().hasOneBlock())
    return function.emitOpError("expects a body of one block");
  Block &body = function.getBody().front();
  return Visit(actions, options).visit(&body.front(), body.getTerminator());
}

static void eraseUnused(Block &block, llvm::function_ref<void(Operation *)> erase) {
  for (Operation *op = block.getTerminator()->getPrevNode(); op;) {
    Operation *previous = op->getPrevNode();
    if (isOpTriviallyDead(op)) {
      // Erasing may take constants in front of the op along; start again from what follows them.
      Operation *next = op->getNextNode();
      erase(op);
      previous = next->getPrevNode();
    } else if (isControlFlow(op)) {
      for (Region &region : op->getRegions())
        eraseUnused(region.front(), erase);
      // What only the bodies used may have gone.
      previous = op->getPrevNode();
    }
    op = previous;
  }
}

void fovea::eraseUnused(func::FuncOp function, llvm::function_ref<void(Operation *)> erase) {
  ::eraseUnused(function.getBody().front(), erase);
}
