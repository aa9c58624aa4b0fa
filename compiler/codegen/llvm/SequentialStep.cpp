// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A sequential kernel is one step: its loops stay as they are, its memory is one block, and a check
// that fails leaves the status that the kernel returns.

#include "compiler/codegen/llvm/Loops.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::codegen;

static Buffer describe(Value memory, bool scratch) {
  auto type = cast<MemRefType>(memory.getType());
  Buffer buffer;
  unsigned bits = type.getElementType().isIndex() ? 64 : type.getElementTypeBitWidth();
  buffer.bytes = type.getNumElements() * llvm::divideCeil(bits, 8);
  buffer.scratch = scratch;
  buffer.firstStep = buffer.lastStep = 0;
  return buffer;
}

/// `if (!condition) status[0] = contradictedStatus`.
static void lowerCheck(kernel::CheckOp check, Value status) {
  OpBuilder builder(check);
  Location loc = check.getLoc();
  Value yes = arith::ConstantIntOp::create(builder, loc, builder.getI1Type(), 1);
  Value fails = arith::XOrIOp::create(builder, loc, check.getCondition(), yes);
  auto branch = scf::IfOp::create(builder, loc, fails, /*withElseRegion=*/false);
  builder.setInsertionPointToStart(branch.thenBlock());
  Value code =
      arith::ConstantIntOp::create(builder, loc, builder.getI32Type(), kernel::contradictedStatus);
  Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
  memref::StoreOp::create(builder, loc, code, status, zero);
  check.erase();
}

/// Whatever works on whole buffers becomes loops.
static LogicalResult lowerBody(func::FuncOp function, Value status) {
  SmallVector<Operation *> whole;
  WalkResult found = function.walk([&](Operation *op) {
    if (isa<memref::AllocOp, memref::AllocaOp>(op)) {
      op->emitError("a sequential kernel cannot take memory inside a loop");
      return WalkResult::interrupt();
    }
    if (isa<linalg::LinalgOp, memref::CopyOp, kernel::CheckOp>(op))
      whole.push_back(op);
    return WalkResult::advance();
  });
  if (found.wasInterrupted())
    return failure();
  for (Operation *op : whole) {
    if (auto check = dyn_cast<kernel::CheckOp>(op)) {
      lowerCheck(check, status);
      continue;
    }
    Operation *work = op;
    if (auto copy = dyn_cast<memref::CopyOp>(op)) {
      OpBuilder builder(copy);
      work = linalg::makeMemRefCopyOp(builder, copy.getLoc(), copy.getSource(), copy.getTarget());
      if (!work)
        return op->emitError("this copy cannot be written as loops");
      copy.erase();
    }
    if (failed(lowerToLoops(work)))
      return failure();
  }
  return success();
}

LogicalResult codegen::makeSequentialStep(func::FuncOp function, StepProgram &program) {
  SmallVector<Value> bases(function.getArguments());
  for (BlockArgument argument : function.getArguments())
    program.buffers.push_back(describe(argument, /*scratch=*/false));
  for (auto alloc : function.getOps<memref::AllocOp>()) {
    if (!alloc.getType().hasStaticShape())
      return alloc.emitError("the LLVM backend needs buffers of static size");
    bases.push_back(alloc);
    program.buffers.push_back(describe(alloc, /*scratch=*/true));
  }
  Step step;
  step.function = (function.getName() + ".step0").str();
  step.checks = true;
  for (unsigned i = 0; i < bases.size(); ++i)
    step.buffers.push_back({i, /*offset=*/0, /*written=*/true});

  OpBuilder builder = OpBuilder::atBlockEnd(program.module->getBody());
  Type index = builder.getIndexType();
  SmallVector<Value> inside;
  func::FuncOp made =
      makeStepFunction(builder, function.getLoc(), step.function, ValueRange(bases).getTypes(),
                       {MemRefType::get({1}, builder.getI32Type()), index, index}, inside);
  IRMapping mapping;
  mapping.map(bases, inside);
  for (Operation &op : function.front())
    if (!isa<memref::AllocOp>(op))
      builder.clone(op, mapping);
  program.steps.push_back(std::move(step));
  return lowerBody(made, made.getArgument(bases.size()));
}
