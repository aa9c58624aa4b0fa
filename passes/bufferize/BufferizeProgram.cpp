// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The program on memory. All tensors of the program are row-major and contiguous, so a reshape is a
// view and every value needs no more than an address. Before the ops of a block, places are found
// for what the block passes on, so that kernels write there.

#include "passes/bufferize/Passes.h"

#include "dialects/kernel/Kernel.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "passes/bufferize/ProgramLoops.h"

#include "llvm/ADT/TypeSwitch.h"

namespace fovea {
#define GEN_PASS_DEF_BUFFERIZEPROGRAMPASS
#include "passes/bufferize/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;

static MemRefType memoryOf(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  return MemRefType::get(tensor.getShape(), tensor.getElementType());
}

/// `memory` seen in the shape of `type`: the same elements, row-major.
static Value reshaped(OpBuilder &builder, Location loc, Value memory, MemRefType type) {
  if (memory.getType() == type)
    return memory;
  SmallVector<int64_t> strides(type.getRank(), 1);
  for (int64_t i = type.getRank() - 1; i > 0; --i)
    strides[i - 1] = strides[i] * type.getDimSize(i);
  return memref::ReinterpretCastOp::create(builder, loc, type, memory, /*offset=*/0,
                                           type.getShape(), strides);
}

/// The value that a chain of reshapes shows.
static Value stripReshapes(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op))
      break;
    value = op->getOperand(0);
  }
  return value;
}

namespace {
struct BufferizeProgram : fovea::impl::BufferizeProgramPassBase<BufferizeProgram> {
  using BufferizeProgramPassBase::BufferizeProgramPassBase;

  void runOnOperation() override {
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (!main || !main.getBody().hasOneBlock()) {
      getOperation().emitError("needs a function @main of one block");
      return signalPassFailure();
    }
    if (failed(bufferize(main)))
      signalPassFailure();
  }

private:
  LogicalResult bufferize(func::FuncOp main) {
    for (Type type : llvm::concat<const Type>(main.getArgumentTypes(), main.getResultTypes()))
      if (auto tensor = dyn_cast<RankedTensorType>(type); !tensor || !tensor.hasStaticShape())
        return main.emitError("inputs and outputs must be tensors of static shape, not ") << type;

    Block &body = main.getBody().front();
    auto terminator = cast<func::ReturnOp>(body.getTerminator());
    SmallVector<Value> inputs(body.getArguments());
    SmallVector<DictionaryAttr> attributes;
    main.getAllArgAttrs(attributes);
    SmallVector<DictionaryAttr> resultAttributes;
    main.getAllResultAttrs(resultAttributes);
    attributes.resize(inputs.size(), DictionaryAttr::get(&getContext()));
    resultAttributes.resize(terminator.getNumOperands(), DictionaryAttr::get(&getContext()));

    OpBuilder builder(&getContext());
    builder.setInsertionPointToStart(&body);
    for (Value input : inputs)
      memory.map(input, body.addArgument(memoryOf(input.getType()), input.getLoc()));
    assignOutputs(builder, terminator, body);
    body.addArgument(MemRefType::get({ShapedType::kDynamic}, builder.getI8Type()), main.getLoc());

    if (failed(bufferizeOps(builder, body)))
      return failure();
    finish(builder, main, terminator, inputs.size(), attributes, resultAttributes);
    return success();
  }

  /// Adds an argument per output. What makes a returned value writes it there; whatever else is
  /// returned is copied.
  void assignOutputs(OpBuilder &builder, func::ReturnOp terminator, Block &body) {
    for (Value result : terminator.getOperands()) {
      Value output = body.addArgument(memoryOf(result.getType()), terminator.getLoc());
      if (!assignPlace(builder, result, output, &body))
        copies.push_back({result, output});
    }
  }

  /// Has `value` computed into `place`, when an op of `block` makes it that has no other place yet.
  /// `builder` stands where `place` is known.
  bool assignPlace(OpBuilder &builder, Value value, Value place, Block *block) {
    Value source = stripReshapes(value);
    Operation *op = source.getDefiningOp();
    if (!op || op->getBlock() != block || memory.contains(source) ||
        !isa<kernel::LaunchOp, scf::ForOp, scf::WhileOp, scf::IfOp, tensor::FromElementsOp>(op))
      return false;
    memory.map(source, reshaped(builder, op->getLoc(), place, memoryOf(source.getType())));
    return true;
  }

  /// The memory of a value; that of a tensor.empty is made when it is asked for.
  Value getMemory(Value value) {
    if (auto empty = value.getDefiningOp<tensor::EmptyOp>(); empty && !memory.contains(value)) {
      OpBuilder builder(empty);
      memory.map(value,
                 memref::AllocOp::create(builder, empty.getLoc(), memoryOf(value.getType())));
    }
    return memory.lookup(value);
  }

  /// The place that was found for a result, or a new buffer.
  Value getPlace(OpBuilder &builder, Value result) {
    if (!memory.contains(result))
      memory.map(result,
                 memref::AllocOp::create(builder, result.getLoc(), memoryOf(result.getType())));
    return memory.lookup(result);
  }

  LogicalResult bufferizeOps(OpBuilder &builder, Block &block) {
    for (Operation &op : llvm::make_early_inc_range(block)) {
      if (op.hasTrait<OpTrait::IsTerminator>())
        break;
      builder.setInsertionPoint(&op);
      if (failed(bufferizeOp(builder, &op)))
        return failure();
    }
    return success();
  }

  LogicalResult bufferizeOp(OpBuilder &builder, Operation *op) {
    bool isTensorOp = isa<tensor::TensorDialect, kernel::KernelDialect>(op->getDialect()) ||
                      llvm::any_of(op->getResultTypes(), llvm::IsaPred<RankedTensorType>);
    if (isa<scf::ForOp, scf::WhileOp, scf::IfOp>(op) ||
        (isTensorOp && !isa<kernel::RequireOp, kernel::SliceOp>(op)))
      dead.push_back(op);
    else
      return success();
    return llvm::TypeSwitch<Operation *, LogicalResult>(op)
        .Case<tensor::ExpandShapeOp, tensor::CollapseShapeOp>([&](auto reshape) {
          memory.map(reshape.getResult(),
                     reshaped(builder, op->getLoc(), getMemory(reshape.getSrc()),
                              memoryOf(reshape.getType())));
          return success();
        })
        .Case([&](kernel::GetConstantOp constant) {
          memory.map(constant.getResult(),
                     kernel::GetConstantOp::create(
                         builder, op->getLoc(), memoryOf(constant.getType()), constant.getName()));
          return success();
        })
        .Case([&](kernel::LaunchOp launch) { return bufferize(builder, launch); })
        .Case([&](tensor::EmptyOp) { return success(); })
        .Case([&](tensor::ExtractOp extract) {
          Value number = memref::LoadOp::create(
              builder, op->getLoc(), getMemory(extract.getTensor()), extract.getIndices());
          numbers.map(extract.getResult(), number);
          extract.replaceAllUsesWith(number);
          return success();
        })
        .Case([&](tensor::FromElementsOp elements) { return bufferize(builder, elements); })
        .Case([&](tensor::ExtractSliceOp slice) { return bufferize(builder, slice); })
        .Case([&](tensor::InsertSliceOp insert) { return bufferize(builder, insert); })
        .Case([&](scf::ForOp loop) { return bufferize(builder, loop); })
        .Case([&](scf::WhileOp loop) { return bufferize(builder, loop); })
        .Case([&](scf::IfOp branch) { return bufferize(builder, branch); })
        .Default([](Operation *other) {
          return other->emitError("'")
                 << other->getName()
                 << "' is left in the program: only kernels, constants, reshapes, slices and "
                    "control flow are expected after outlining";
        });
  }

  LogicalResult bufferize(OpBuilder &builder, kernel::LaunchOp launch) {
    SmallVector<Value> inputs, outputs;
    for (Value input : launch.getInputs())
      inputs.push_back(getMemory(input));
    for (Value result : launch.getResults())
      outputs.push_back(getPlace(builder, result));
    kernel::LaunchOp::create(builder, launch.getLoc(), TypeRange(), launch.getCallee(), inputs,
                             outputs);
    return success();
  }

  LogicalResult bufferize(OpBuilder &builder, tensor::FromElementsOp op) {
    if (op.getElements().size() != 1)
      return op.emitError("the program makes tensors of one number only");
    SmallVector<Value> zeros;
    for (int64_t i = 0; i < op.getType().getRank(); ++i)
      zeros.push_back(arith::ConstantIndexOp::create(builder, op.getLoc(), 0));
    memref::StoreOp::create(builder, op.getLoc(), op.getElements().front(),
                            getPlace(builder, op.getResult()), zeros);
    return success();
  }

  LogicalResult bufferize(OpBuilder &builder, tensor::ExtractSliceOp op) {
    Value index = getRowIndex(op, op.getSourceType(), op.getType());
    if (!index)
      return op.emitError("the program takes slices of one row along the first dimension only");
    memory.map(op.getResult(), kernel::SliceOp::create(builder, op.getLoc(), memoryOf(op.getType()),
                                                       getMemory(op.getSource()), index));
    return success();
  }

  LogicalResult bufferize(OpBuilder &builder, tensor::InsertSliceOp op) {
    if (!memory.contains(op.getResult()))
      return op.emitError("the program inserts slices only into what a loop collects");
    if (Value row = rows.lookup(op))
      memref::CopyOp::create(builder, op.getLoc(), getMemory(op.getSource()), row);
    return success();
  }

  //===--------------------------------------------------------------------===//
  // Loops and branches
  //===--------------------------------------------------------------------===//

  /// The buffer in which an exchanged value starts: its own, if nothing else needs that.
  Value makeStart(OpBuilder &builder, const CarriedValue &value) {
    Value start = getMemory(value.initial);
    if (value.initial.hasOneUse() && start.getDefiningOp<memref::AllocOp>() &&
        value.initial.getDefiningOp<kernel::LaunchOp>() &&
        start.getParentBlock() == builder.getInsertionBlock())
      return start;
    Value own =
        memref::AllocOp::create(builder, value.result.getLoc(), memoryOf(value.result.getType()));
    if (!value.initial.getDefiningOp<tensor::EmptyOp>())
      memref::CopyOp::create(builder, value.result.getLoc(), start, own);
    return own;
  }

  /// What the loop on memory starts with.
  SmallVector<Value> startLoop(OpBuilder &builder, ArrayRef<CarriedValue> carried) {
    SmallVector<Value> starts;
    for (const CarriedValue &value : carried) {
      Location loc = value.result.getLoc();
      switch (value.kind) {
      case CarriedValue::Number:
        starts.push_back(value.initial);
        break;
      case CarriedValue::Unchanging:
        memory.map(value.argument, getMemory(value.initial));
        break;
      case CarriedValue::Collected: {
        Value buffer = getPlace(builder, value.result);
        if (!value.initial.getDefiningOp<tensor::EmptyOp>())
          memref::CopyOp::create(builder, loc, getMemory(value.initial), buffer);
        memory.map(value.argument, buffer);
        memory.map(value.yielded, buffer);
        break;
      }
      case CarriedValue::Exchanged:
        starts.push_back(makeStart(builder, value));
        starts.push_back(memref::AllocOp::create(builder, loc, memoryOf(value.result.getType())));
        break;
      }
    }
    return starts;
  }

  /// Moves the ops of a body and puts them on memory. `arguments` are those of the loop on memory;
  /// returns what it yields.
  FailureOr<SmallVector<Value>> moveBody(OpBuilder &builder, ArrayRef<CarriedValue> carried,
                                         Block &from, Block &to, ValueRange arguments) {
    from.getTerminator()->erase();
    to.getOperations().splice(to.end(), from.getOperations());
    builder.setInsertionPointToStart(&to);
    unsigned at = 0;
    SmallVector<std::pair<Value, Value>> late; // a value and the place it is copied to
    for (const CarriedValue &value : carried) {
      if (value.kind == CarriedValue::Number)
        Value(value.argument).replaceAllUsesWith(arguments[at]);
      if (value.kind == CarriedValue::Exchanged) {
        memory.map(value.argument, arguments[at]);
        if (!assignPlace(builder, value.yielded, arguments[at + 1], &to))
          late.push_back({value.yielded, arguments[at + 1]});
      }
      at += value.getCount();
    }
    for (const CarriedValue &value : carried)
      if (value.kind == CarriedValue::Collected)
        assignRow(value, to);
    builder.setInsertionPointToEnd(&to);
    auto *end = scf::YieldOp::create(builder, from.getParentOp()->getLoc()).getOperation();
    if (failed(bufferizeOps(builder, to)))
      return failure();
    builder.setInsertionPoint(end);
    for (auto [value, place] : late)
      memref::CopyOp::create(builder, end->getLoc(), getMemory(value), place);
    end->erase();
    SmallVector<Value> next;
    at = 0;
    for (const CarriedValue &value : carried) {
      if (value.kind == CarriedValue::Number)
        next.push_back(numbers.lookupOrDefault(value.yielded));
      if (value.kind == CarriedValue::Exchanged)
        llvm::append_range(next, ValueRange{arguments[at + 1], arguments[at]});
      at += value.getCount();
    }
    builder.setInsertionPointToEnd(&to);
    return next;
  }

  /// Has a collected slice computed where it belongs, or copies it there.
  void assignRow(const CarriedValue &value, Block &block) {
    tensor::InsertSliceOp insert = value.insert;
    Value index = getRowIndex(insert, insert.getDestType(), insert.getSourceType());
    Operation *source = stripReshapes(insert.getSource()).getDefiningOp();
    Operation *indexOp = index.getDefiningOp();
    bool isEarly = !indexOp || indexOp->getBlock() != &block ||
                   (source && source->getBlock() == &block && indexOp->isBeforeInBlock(source));
    OpBuilder builder(insert);
    if (isEarly && indexOp && indexOp->getBlock() == &block)
      builder.setInsertionPointAfter(indexOp);
    else if (isEarly)
      builder.setInsertionPointToStart(&block);
    Value row = kernel::SliceOp::create(builder, insert.getLoc(), memoryOf(insert.getSourceType()),
                                        memory.lookup(value.argument), index);
    if (!isEarly || !assignPlace(builder, insert.getSource(), row, &block))
      rows[insert] = row;
  }

  void mapResults(OpBuilder &builder, ArrayRef<CarriedValue> carried, ValueRange results) {
    unsigned at = 0;
    for (const CarriedValue &value : carried) {
      Value last;
      if (value.kind == CarriedValue::Number)
        Value(value.result).replaceAllUsesWith(results[at]);
      else if (value.kind == CarriedValue::Unchanging)
        last = getMemory(value.initial);
      else if (value.kind == CarriedValue::Exchanged)
        last = results[at];
      at += value.getCount();
      if (!last)
        continue;
      if (memory.contains(value.result))
        memref::CopyOp::create(builder, value.result.getLoc(), last, memory.lookup(value.result));
      else
        memory.map(value.result, last);
    }
  }

  LogicalResult bufferize(OpBuilder &builder, scf::ForOp op) {
    Block &body = *op.getBody();
    SmallVector<CarriedValue> carried;
    for (unsigned i = 0; i < op.getNumResults(); ++i)
      carried.emplace_back(op.getInitArgs()[i], op.getRegionIterArgs()[i],
                           body.getTerminator()->getOperand(i), op.getResult(i));
    auto loop = scf::ForOp::create(builder, op.getLoc(), op.getLowerBound(), op.getUpperBound(),
                                   op.getStep(), startLoop(builder, carried));
    loop.getBody()->clear();
    op.getInductionVar().replaceAllUsesWith(loop.getInductionVar());
    FailureOr<SmallVector<Value>> next =
        moveBody(builder, carried, body, *loop.getBody(), loop.getRegionIterArgs());
    if (failed(next))
      return failure();
    scf::YieldOp::create(builder, op.getLoc(), *next);
    builder.setInsertionPointAfter(loop);
    mapResults(builder, carried, loop.getResults());
    return success();
  }

  LogicalResult bufferize(OpBuilder &builder, scf::WhileOp op) {
    Block &before = *op.getBeforeBody(), &after = *op.getAfterBody();
    auto condition = cast<scf::ConditionOp>(before.getTerminator());
    if (!llvm::equal(condition.getArgs(), before.getArguments()))
      return op.emitError("the condition of a loop must pass on what the loop carries");
    SmallVector<CarriedValue> carried;
    for (unsigned i = 0; i < op.getNumResults(); ++i)
      carried.emplace_back(op.getInits()[i], after.getArgument(i),
                           after.getTerminator()->getOperand(i), op.getResult(i));
    SmallVector<Value> starts = startLoop(builder, carried);
    SmallVector<Type> types = llvm::to_vector(ValueRange(starts).getTypes());
    SmallVector<Location> locs(types.size(), op.getLoc());
    auto loop = scf::WhileOp::create(builder, op.getLoc(), types, starts);
    Block *newBefore = builder.createBlock(&loop.getBefore(), {}, types, locs);
    unsigned at = 0;
    for (auto [i, value] : llvm::enumerate(carried)) {
      if (value.kind == CarriedValue::Number)
        before.getArgument(i).replaceAllUsesWith(newBefore->getArgument(at));
      at += value.getCount();
    }
    Value goOn = condition.getCondition();
    condition.erase();
    newBefore->getOperations().splice(newBefore->end(), before.getOperations());
    builder.setInsertionPointToEnd(newBefore);
    scf::ConditionOp::create(builder, op.getLoc(), goOn, newBefore->getArguments());
    Block *newAfter = builder.createBlock(&loop.getAfter(), {}, types, locs);
    FailureOr<SmallVector<Value>> next =
        moveBody(builder, carried, after, *newAfter, newAfter->getArguments());
    if (failed(next))
      return failure();
    scf::YieldOp::create(builder, op.getLoc(), *next);
    builder.setInsertionPointAfter(loop);
    mapResults(builder, carried, loop.getResults());
    return success();
  }

  LogicalResult bufferize(OpBuilder &builder, scf::IfOp op) {
    for (Value result : op.getResults())
      if (!isa<RankedTensorType>(result.getType()))
        return op.emitError("a branch of the program makes tensors only");
    SmallVector<Value> places;
    for (Value result : op.getResults())
      places.push_back(getPlace(builder, result));
    auto branch = scf::IfOp::create(builder, op.getLoc(), TypeRange(), op.getCondition(),
                                    /*addThenBlock=*/true, /*addElseBlock=*/true);
    for (auto [from, to] : {std::pair(op.thenBlock(), branch.thenBlock()),
                            std::pair(op.elseBlock(), branch.elseBlock())}) {
      to->clear();
      if (!from)
        continue;
      SmallVector<Value> yielded(from->getTerminator()->getOperands());
      from->getTerminator()->erase();
      to->getOperations().splice(to->end(), from->getOperations());
      SmallVector<std::pair<Value, Value>> late;
      builder.setInsertionPointToStart(to);
      for (auto [value, place] : llvm::zip_equal(yielded, places))
        if (!assignPlace(builder, value, place, to))
          late.push_back({value, place});
      builder.setInsertionPointToEnd(to);
      auto *end = scf::YieldOp::create(builder, op.getLoc()).getOperation();
      if (failed(bufferizeOps(builder, *to)))
        return failure();
      builder.setInsertionPoint(end);
      for (auto [value, place] : late)
        memref::CopyOp::create(builder, op.getLoc(), getMemory(value), place);
    }
    for (Block *block : {branch.thenBlock(), branch.elseBlock()})
      if (block->empty()) {
        builder.setInsertionPointToEnd(block);
        scf::YieldOp::create(builder, op.getLoc());
      }
    return success();
  }

  void finish(OpBuilder &builder, func::FuncOp main, func::ReturnOp terminator, size_t inputCount,
              ArrayRef<DictionaryAttr> attributes, ArrayRef<DictionaryAttr> resultAttributes) {
    Block &body = main.getBody().front();
    builder.setInsertionPoint(terminator);
    for (auto [result, output] : copies)
      memref::CopyOp::create(builder, terminator.getLoc(), getMemory(result), output);
    terminator.getOperandsMutable().clear();
    for (Operation *op : llvm::reverse(dead))
      op->erase();
    body.eraseArguments(0, inputCount);

    main.removeResAttrsAttr();
    main.setType(builder.getFunctionType(body.getArgumentTypes(), {}));
    SmallVector<DictionaryAttr> all(attributes);
    llvm::append_range(all, resultAttributes);
    all.push_back(builder.getDictionaryAttr({}));
    main.setAllArgAttrs(all);
    main->setAttr("fovea.inputs", builder.getI64IntegerAttr(attributes.size()));
    main->setAttr("fovea.outputs", builder.getI64IntegerAttr(resultAttributes.size()));
  }

  IRMapping memory;  // tensor of the program → its memory
  IRMapping numbers; // number out of a tensor → the same out of memory
  SmallVector<std::pair<Value, Value>> copies;
  llvm::DenseMap<Operation *, Value> rows; // inserted slices that have to be copied
  // In an order in which users follow what they use.
  SmallVector<Operation *> dead;
};
} // namespace
