// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The program on memory. All tensors of the program are row-major and contiguous, so a reshape is a
// view and every value needs no more than an address.

#include "passes/bufferize/Passes.h"

#include "dialects/kernel/Kernel.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"

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

    for (Operation &op : llvm::make_early_inc_range(body.without_terminator()))
      if (isa<tensor::TensorDialect, kernel::KernelDialect>(op.getDialect()) ||
          llvm::any_of(op.getResultTypes(), llvm::IsaPred<RankedTensorType>))
        if (failed(bufferize(builder, &op)))
          return failure();
    finish(builder, main, terminator, inputs.size(), attributes, resultAttributes);
    return success();
  }

  /// Adds an argument per output. A launch whose result is returned writes into it; whatever else
  /// is returned is copied.
  void assignOutputs(OpBuilder &builder, func::ReturnOp terminator, Block &body) {
    for (Value result : terminator.getOperands()) {
      Value output = body.addArgument(memoryOf(result.getType()), terminator.getLoc());
      Value source = stripReshapes(result);
      if (source.getDefiningOp<kernel::LaunchOp>() && !memory.contains(source))
        memory.map(source,
                   reshaped(builder, terminator.getLoc(), output, memoryOf(source.getType())));
      else
        copies.push_back({result, output});
    }
  }

  LogicalResult bufferize(OpBuilder &builder, Operation *op) {
    builder.setInsertionPoint(op);
    if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op)) {
      memory.map(op->getResult(0), reshaped(builder, op->getLoc(), memory.lookup(op->getOperand(0)),
                                            memoryOf(op->getResult(0).getType())));
    } else if (auto constant = dyn_cast<kernel::GetConstantOp>(op)) {
      memory.map(constant.getResult(),
                 kernel::GetConstantOp::create(builder, op->getLoc(), memoryOf(constant.getType()),
                                               constant.getName()));
    } else if (auto empty = dyn_cast<tensor::EmptyOp>(op)) {
      // A value without elements.
      memory.map(empty.getResult(),
                 memref::AllocOp::create(builder, op->getLoc(), memoryOf(empty.getType())));
    } else if (auto launch = dyn_cast<kernel::LaunchOp>(op)) {
      SmallVector<Value> launchInputs, outputs;
      for (Value input : launch.getInputs())
        launchInputs.push_back(memory.lookup(input));
      for (Value result : launch.getResults()) {
        if (!memory.contains(result))
          memory.map(result,
                     memref::AllocOp::create(builder, op->getLoc(), memoryOf(result.getType())));
        outputs.push_back(memory.lookup(result));
      }
      kernel::LaunchOp::create(builder, op->getLoc(), TypeRange(), launch.getCallee(), launchInputs,
                               outputs);
    } else {
      return op->emitError("'") << op->getName()
                                << "' is left in the program: only kernels, constants and reshapes "
                                   "are expected after outlining";
    }
    dead.push_back(op);
    return success();
  }

  void finish(OpBuilder &builder, func::FuncOp main, func::ReturnOp terminator, size_t inputCount,
              ArrayRef<DictionaryAttr> attributes, ArrayRef<DictionaryAttr> resultAttributes) {
    Block &body = main.getBody().front();
    builder.setInsertionPoint(terminator);
    for (auto [result, output] : copies)
      memref::CopyOp::create(builder, terminator.getLoc(), memory.lookup(result), output);
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

  IRMapping memory; // tensor of the program → its memory
  SmallVector<std::pair<Value, Value>> copies;
  SmallVector<Operation *> dead;
};
} // namespace
