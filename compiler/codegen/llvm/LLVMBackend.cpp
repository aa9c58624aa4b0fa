// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels through MLIR's loops and LLVM's optimiser: the backend that takes every kernel, and the
// reference for the other. The kernel's entry takes its scratch memory in one block and runs the
// steps, long ones on all threads.

#include "compiler/codegen/Kernel.h"
#include "compiler/codegen/Target.h"
#include "compiler/codegen/llvm/Loops.h"
#include "mlir/Target/LLVMIR/Export.h"

#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Support/raw_ostream.h"

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
  llvm::Function *describeStep(const Step &step);
  llvm::Function *writeTask(const Step &step, llvm::Function *function, int64_t tasks);

  llvm::Module &module;
  const StepProgram &program;
  llvm::LLVMContext &context;
  llvm::IRBuilder<> builder;
  llvm::PointerType *pointer;
  llvm::IntegerType *i32, *i64;
};
} // namespace

/// Says of a step's function what holds of its arguments.
llvm::Function *EntryWriter::describeStep(const Step &step) {
  llvm::Function *function = module.getFunction(step.function);
  function->setLinkage(llvm::GlobalValue::InternalLinkage);
  for (unsigned i = 0; i < step.buffers.size(); ++i) {
    const Buffer &buffer = program.buffers[step.buffers[i]];
    function->addParamAttr(i, llvm::Attribute::NoAlias);
    function->addParamAttr(i, llvm::Attribute::NonNull);
    if (buffer.bytes > 0)
      function->addDereferenceableParamAttr(i, buffer.bytes);
    if (!step.written[i])
      function->addParamAttr(i, llvm::Attribute::ReadOnly);
    if (buffer.scratch)
      function->addParamAttr(i, llvm::Attribute::getWithAlignment(context, llvm::Align(64)));
  }
  return function;
}

/// `i32 task(worker, i, closure)`: the i-th of `tasks` equal shares of a step; the closure holds
/// the addresses.
llvm::Function *EntryWriter::writeTask(const Step &step, llvm::Function *function, int64_t tasks) {
  auto *type = llvm::FunctionType::get(i32, {pointer, i32, pointer}, false);
  auto *task = llvm::Function::Create(type, llvm::GlobalValue::InternalLinkage,
                                      step.function + ".task", module);
  llvm::IRBuilder<> body(llvm::BasicBlock::Create(context, "", task));
  SmallVector<llvm::Value *> arguments;
  for (unsigned i = 0; i < step.buffers.size(); ++i)
    arguments.push_back(
        body.CreateLoad(pointer, body.CreateConstInBoundsGEP1_64(pointer, task->getArg(2), i)));
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

void EntryWriter::write(StringRef name) {
  unsigned argumentCount =
      llvm::count_if(program.buffers, [](const Buffer &buffer) { return !buffer.scratch; });
  SmallVector<llvm::Type *> types(argumentCount + 1, pointer);
  auto *entry = llvm::Function::Create(llvm::FunctionType::get(i32, types, false),
                                       llvm::GlobalValue::ExternalLinkage, name, module);
  auto *begin = llvm::BasicBlock::Create(context, "", entry);
  auto *run = llvm::BasicBlock::Create(context, "run", entry);
  auto *done = llvm::BasicBlock::Create(context, "done", entry);
  builder.SetInsertPoint(begin);
  llvm::Value *worker = entry->getArg(0), *scratch = nullptr;
  auto *closure =
      builder.CreateAlloca(pointer, builder.getInt64(std::max<size_t>(program.buffers.size(), 1)));
  auto *status = builder.CreateAlloca(i32);
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

  SmallVector<llvm::Value *> addresses;
  builder.SetInsertPoint(run);
  for (const Buffer &buffer : program.buffers)
    addresses.push_back(buffer.scratch ? builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(),
                                                                            scratch, buffer.offset)
                                       : entry->getArg(1 + addresses.size()));
  // Every way to `done` brings the kernel's result.
  SmallVector<std::pair<llvm::Value *, llvm::BasicBlock *>> results;
  auto leaveUnlessZero = [&](llvm::Value *code) {
    auto *next = llvm::BasicBlock::Create(context, "", entry, done);
    results.push_back({code, builder.GetInsertBlock()});
    builder.CreateCondBr(builder.CreateIsNull(code), next, done);
    builder.SetInsertPoint(next);
  };
  for (const Step &step : program.steps) {
    llvm::Function *function = describeStep(step);
    SmallVector<llvm::Value *> arguments;
    for (unsigned index : step.buffers)
      arguments.push_back(addresses[index]);
    int64_t tasks = std::min({step.extent, step.work / workPerTask, maxTasks});
    if (step.checks) {
      builder.CreateStore(builder.getInt32(0), status);
      arguments.push_back(status);
    }
    if (tasks < 2) {
      arguments.push_back(builder.getInt64(0));
      arguments.push_back(builder.getInt64(step.extent));
      builder.CreateCall(function, arguments);
      if (step.checks)
        leaveUnlessZero(builder.CreateLoad(i32, status));
      continue;
    }
    for (auto [i, address] : llvm::enumerate(arguments))
      builder.CreateStore(address, builder.CreateConstInBoundsGEP1_64(pointer, closure, i));
    auto parallel =
        module.getOrInsertFunction("fovea_parallel_for", i32, pointer, pointer, i32, i32, pointer);
    leaveUnlessZero(
        builder.CreateCall(parallel, {worker, writeTask(step, function, tasks), builder.getInt32(0),
                                      builder.getInt32(tasks), closure}));
  }
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
