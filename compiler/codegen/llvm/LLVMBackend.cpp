// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels through MLIR's loops and LLVM's optimiser: the backend that takes every kernel, and the
// reference for the other. The kernel's entry takes its scratch memory in one block and runs the
// steps, long ones on all threads.

#include "compiler/codegen/Kernel.h"
#include "compiler/codegen/Target.h"
#include "compiler/codegen/llvm/Loops.h"
#include "mlir/Target/LLVMIR/Export.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Support/raw_ostream.h"

#include <limits>

using namespace mlir;
using namespace fovea;
using namespace fovea::codegen;

/// Calls of a loop body that are worth one task, and the most tasks a step is cut into.
static constexpr int64_t workPerTask = 1 << 15, maxTasks = 64;

namespace {
/// Writes the functions around the steps of one kernel.
class EntryWriter {
public:
  EntryWriter(llvm::Module &module, const StepProgram &program)
      : module(module), program(program), context(module.getContext()), builder(context),
        pointer(builder.getPtrTy()), i32(builder.getInt32Ty()), i64(builder.getInt64Ty()) {}
  void write(StringRef name);

private:
  void describeSteps();
  llvm::Function *writeTask(const Step &step, llvm::Function *function, int64_t tasks);
  void writeSteps(unsigned begin, unsigned end);
  void writeStep(const Step &step);
  void writeLoop(unsigned number);
  void leaveUnlessZero(llvm::Value *code);

  llvm::Module &module;
  const StepProgram &program;
  llvm::LLVMContext &context;
  llvm::IRBuilder<> builder;
  llvm::PointerType *pointer;
  llvm::IntegerType *i32, *i64;
  llvm::Function *entry = nullptr;
  llvm::Value *worker = nullptr, *closure = nullptr, *status = nullptr;
  llvm::BasicBlock *done = nullptr;
  SmallVector<llvm::Value *> addresses, iterations;
  /// Every way to `done` brings the kernel's result.
  SmallVector<std::pair<llvm::Value *, llvm::BasicBlock *>> results;
  unsigned nextLoop = 0;
};
} // namespace

/// Says of the steps' functions what holds of their arguments wherever they are called.
void EntryWriter::describeSteps() {
  llvm::MapVector<StringRef, SmallVector<const Step *>> callers;
  for (const Step &step : program.steps)
    callers[step.function].push_back(&step);
  for (auto &[name, steps] : callers) {
    llvm::Function *function = module.getFunction(name);
    function->setLinkage(llvm::GlobalValue::InternalLinkage);
    // Code that many steps share is to stay one piece of code.
    if (steps.size() > 1)
      function->addFnAttr(llvm::Attribute::NoInline);
    for (unsigned i = 0; i < steps.front()->buffers.size(); ++i) {
      function->addParamAttr(i, llvm::Attribute::NoAlias);
      function->addParamAttr(i, llvm::Attribute::NonNull);
      int64_t bytes = std::numeric_limits<int64_t>::max();
      bool aligned = true;
      for (const Step *step : steps) {
        const StepBuffer &part = step->buffers[i];
        const Buffer &buffer = program.buffers[part.buffer];
        bytes = std::min(bytes, buffer.bytes - part.offset);
        aligned &= buffer.scratch && part.offset % 64 == 0;
      }
      if (bytes > 0)
        function->addDereferenceableParamAttr(i, bytes);
      if (!steps.front()->buffers[i].written)
        function->addParamAttr(i, llvm::Attribute::ReadOnly);
      if (aligned)
        function->addParamAttr(i, llvm::Attribute::getWithAlignment(context, llvm::Align(64)));
    }
  }
}

/// `i32 task(worker, i, closure)`: the i-th of `tasks` equal shares of a step; the closure holds
/// the addresses, then the iterations of the loops around it.
llvm::Function *EntryWriter::writeTask(const Step &step, llvm::Function *function, int64_t tasks) {
  if (llvm::Function *made = module.getFunction(step.function + ".task"))
    return made;
  auto *type = llvm::FunctionType::get(i32, {pointer, i32, pointer}, false);
  auto *task = llvm::Function::Create(type, llvm::GlobalValue::InternalLinkage,
                                      step.function + ".task", module);
  llvm::IRBuilder<> body(llvm::BasicBlock::Create(context, "", task));
  SmallVector<llvm::Value *> arguments;
  for (unsigned i = 0; i < step.buffers.size() + step.loops.size(); ++i)
    arguments.push_back(
        body.CreateLoad(i < step.buffers.size() ? static_cast<llvm::Type *>(pointer) : i64,
                        body.CreateConstInBoundsGEP1_64(pointer, task->getArg(2), i)));
  llvm::Value *index = body.CreateSExt(task->getArg(1), i64);
  auto bound = [&](llvm::Value *i) {
    return body.CreateSDiv(body.CreateMul(i, body.getInt64(step.extent)), body.getInt64(tasks));
  };
  arguments.push_back(bound(index));
  arguments.push_back(bound(body.CreateAdd(index, body.getInt64(1))));
  body.CreateCall(function, arguments);
  body.CreateRet(body.getInt32(0));
  return task;
}

/// Leaves the kernel with `code` if that is not zero.
void EntryWriter::leaveUnlessZero(llvm::Value *code) {
  auto *next = llvm::BasicBlock::Create(context, "", entry, done);
  results.push_back({code, builder.GetInsertBlock()});
  builder.CreateCondBr(builder.CreateIsNull(code), next, done);
  builder.SetInsertPoint(next);
}

void EntryWriter::writeStep(const Step &step) {
  llvm::Function *function = module.getFunction(step.function);
  SmallVector<llvm::Value *> arguments;
  for (const StepBuffer &part : step.buffers)
    arguments.push_back(builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(),
                                                           addresses[part.buffer], part.offset));
  if (step.checks) {
    builder.CreateStore(builder.getInt32(0), status);
    arguments.push_back(status);
  }
  for (unsigned loop : step.loops)
    arguments.push_back(iterations[loop]);
  int64_t tasks = std::min({step.extent, step.work / workPerTask, maxTasks});
  if (tasks < 2) {
    arguments.push_back(builder.getInt64(0));
    arguments.push_back(builder.getInt64(step.extent));
    builder.CreateCall(function, arguments);
    if (step.checks)
      leaveUnlessZero(builder.CreateLoad(i32, status));
    return;
  }
  for (auto [i, argument] : llvm::enumerate(arguments))
    builder.CreateStore(argument, builder.CreateConstInBoundsGEP1_64(pointer, closure, i));
  auto parallel =
      module.getOrInsertFunction("fovea_parallel_for", i32, pointer, pointer, i32, i32, pointer);
  leaveUnlessZero(
      builder.CreateCall(parallel, {worker, writeTask(step, function, tasks), builder.getInt32(0),
                                    builder.getInt32(tasks), closure}));
}

void EntryWriter::writeLoop(unsigned number) {
  const StepLoop &loop = program.loops[number];
  llvm::Function *bound = module.getFunction(loop.upper);
  bound->setLinkage(llvm::GlobalValue::InternalLinkage);
  SmallVector<llvm::Value *> outer;
  for (unsigned other : loop.outer)
    outer.push_back(iterations[other]);
  llvm::Value *end = builder.CreateCall(bound, outer);
  llvm::BasicBlock *before = builder.GetInsertBlock();
  auto *head = llvm::BasicBlock::Create(context, "", entry, done);
  auto *body = llvm::BasicBlock::Create(context, "", entry, done);
  auto *after = llvm::BasicBlock::Create(context, "", entry, done);
  builder.CreateBr(head);
  builder.SetInsertPoint(head);
  auto *iteration = builder.CreatePHI(i64, 2);
  iteration->addIncoming(builder.getInt64(loop.lower), before);
  iterations[number] = iteration;
  builder.CreateCondBr(builder.CreateICmpSLT(iteration, end), body, after);
  builder.SetInsertPoint(body);
  writeSteps(loop.begin, loop.end);
  iteration->addIncoming(builder.CreateAdd(iteration, builder.getInt64(loop.stride)),
                         builder.GetInsertBlock());
  builder.CreateBr(head);
  builder.SetInsertPoint(after);
}

/// Runs steps in order; where loops begin, the outermost first.
void EntryWriter::writeSteps(unsigned begin, unsigned end) {
  while (begin < end) {
    if (nextLoop < program.loops.size() && program.loops[nextLoop].begin == begin) {
      unsigned number = nextLoop++;
      writeLoop(number);
      begin = program.loops[number].end;
      continue;
    }
    writeStep(program.steps[begin++]);
  }
}

void EntryWriter::write(StringRef name) {
  unsigned argumentCount =
      llvm::count_if(program.buffers, [](const Buffer &buffer) { return !buffer.scratch; });
  SmallVector<llvm::Type *> types(argumentCount + 1, pointer);
  entry = llvm::Function::Create(llvm::FunctionType::get(i32, types, false),
                                 llvm::GlobalValue::ExternalLinkage, name, module);
  auto *begin = llvm::BasicBlock::Create(context, "", entry);
  auto *run = llvm::BasicBlock::Create(context, "run", entry);
  done = llvm::BasicBlock::Create(context, "done", entry);
  builder.SetInsertPoint(begin);
  worker = entry->getArg(0);
  llvm::Value *scratch = nullptr;
  closure = builder.CreateAlloca(
      pointer, builder.getInt64(program.buffers.size() + program.loops.size() + 1));
  status = builder.CreateAlloca(i32);
  if (program.scratchBytes > 0) {
    auto allocate = module.getOrInsertFunction("fovea_scratch_alloc", pointer, pointer, i64);
    scratch = builder.CreateCall(allocate, {worker, builder.getInt64(program.scratchBytes)});
    auto *fail = llvm::BasicBlock::Create(context, "fail", entry);
    builder.CreateCondBr(builder.CreateIsNull(scratch), fail, run);
    builder.SetInsertPoint(fail);
    builder.CreateRet(builder.getInt32(1));
  } else {
    builder.CreateBr(run);
  }

  builder.SetInsertPoint(run);
  for (const Buffer &buffer : program.buffers)
    addresses.push_back(buffer.scratch ? builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(),
                                                                            scratch, buffer.offset)
                                       : entry->getArg(1 + addresses.size()));
  iterations.assign(program.loops.size(), nullptr);
  describeSteps();
  writeSteps(0, program.steps.size());
  results.push_back({builder.getInt32(0), builder.GetInsertBlock()});
  builder.CreateBr(done);
  builder.SetInsertPoint(done);
  auto *result = builder.CreatePHI(i32, results.size());
  for (auto [value, block] : results)
    result->addIncoming(value, block);
  if (scratch)
    builder.CreateCall(
        module.getOrInsertFunction("fovea_scratch_free", builder.getVoidTy(), pointer, pointer),
        {worker, scratch});
  builder.CreateRet(result);
}

FailureOr<CompiledKernel> codegen::compileWithLLVM(kernel::FuncOp kernel, const Target &target) {
  loadLoopDialects(*kernel.getContext());
  FailureOr<OwningOpRef<ModuleOp>> onMemory = bufferizeKernel(kernel);
  if (failed(onMemory))
    return failure();
  FailureOr<StepProgram> program = lowerToSteps(std::move(*onMemory), kernel.getAnchor());
  if (failed(program))
    return failure();

  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> module =
      translateModuleToLLVMIR(program->module.get(), context, kernel.getSymName());
  if (!module)
    return kernel.emitError("this kernel cannot be written as LLVM IR");
  EntryWriter(*module, *program).write(kernel.getSymName());
  llvm::Expected<std::unique_ptr<llvm::TargetMachine>> machine = createTargetMachine(target);
  if (!machine)
    return kernel.emitError(llvm::toString(machine.takeError()));
  for (llvm::Function &function : *module)
    function.setDoesNotThrow();
  applyTarget(*module, target, **machine);
  std::string broken;
  llvm::raw_string_ostream stream(broken);
  if (llvm::verifyModule(*module, &stream))
    return kernel.emitError("the LLVM backend made invalid code: ") << broken;
  optimizeModule(*module, **machine);
  CompiledKernel result{kernel.getSymName().str(), {}};
  llvm::raw_svector_ostream bitcode(result.bitcode);
  llvm::WriteBitcodeToFile(*module, bitcode);
  return result;
}
