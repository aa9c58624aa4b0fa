// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Halide's bitcode becomes a kernel. Halide compiles with `strict_float` (IEEE comparisons,
// infinities and NaNs keep their meaning); multiplications and additions are then allowed to
// contract, nothing else. Without Halide's assertions its code ignores failed allocations and
// failed tasks: the checks are put in here.

#include "compiler/codegen/halide/Wrap.h"

#include "compiler/codegen/Scratch.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Linker/Linker.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

#include <sys/mman.h>
#include <unistd.h>

using namespace llvm;
namespace H = Halide;

namespace fovea::codegen::halide {

//===----------------------------------------------------------------------===//
// Halide to bitcode
//===----------------------------------------------------------------------===//

static H::Target halideTarget(const Target &target) {
  std::string text = "x86-64-linux";
  auto add = [&](const char *feature) { text += std::string("-") + feature; };
  if (target.hasFeature("sse4.1") || target.hasFeature("avx"))
    add("sse41");
  for (auto [ours, theirs] : {std::pair("avx", "avx"), std::pair("avx2", "avx2"),
                              std::pair("f16c", "f16c"), std::pair("fma", "fma")})
    if (target.hasFeature(ours) || (StringRef(ours) == "avx" && target.hasFeature("avx2")))
      add(theirs);
  if (target.hasFeature("avx512f")) {
    add("avx512");
    if (target.hasFeature("avx512vl") && target.hasFeature("avx512bw") &&
        target.hasFeature("avx512dq"))
      add("avx512_skylake");
    if (target.hasFeature("avx512ifma") && target.hasFeature("avx512vbmi"))
      add("avx512_cannonlake");
    if (target.hasFeature("avx512bf16") && target.hasFeature("avx512vnni") &&
        StringRef(target.cpu).starts_with("znver"))
      add("avx512_zen4");
  }
  for (const char *feature :
       {"no_runtime", "no_asserts", "no_bounds_query", "user_context", "strict_float"})
    add(feature);
  return H::Target(text);
}

std::vector<char> compilePipeline(H::Func output, const std::vector<H::Argument> &arguments,
                                  const std::string &symbol, const Target &target) {
  // A file that has no name outside of this process: nothing is left behind, however it ends.
  int descriptor = memfd_create("fovea-halide", MFD_CLOEXEC);
  if (descriptor < 0)
    throw H::RuntimeError("cannot make a temporary file: " +
                          std::error_code(errno, std::generic_category()).message());
  llvm::scope_exit close([&] { ::close(descriptor); });
  std::string path = "/proc/self/fd/" + std::to_string(descriptor);
  output.compile_to({{H::OutputFileType::bitcode, path}}, arguments, symbol, halideTarget(target));
  auto file = MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!file)
    throw H::RuntimeError("Halide wrote no bitcode: " + file.getError().message());
  return std::vector<char>((*file)->getBufferStart(), (*file)->getBufferEnd());
}

//===----------------------------------------------------------------------===//
// Bitcode to a kernel
//===----------------------------------------------------------------------===//

static void allowContraction(Function &function) {
  FastMathFlags contract;
  contract.setAllowContract();
  FastMathFlags tree = contract;
  tree.setAllowReassoc();
  for (Instruction &instruction : instructions(function)) {
    if (!isa<FPMathOperator>(instruction))
      continue;
    auto *call = dyn_cast<IntrinsicInst>(&instruction);
    // The order of a horizontal sum is free: it is one last step over lanes.
    bool horizontal = call && (call->getIntrinsicID() == Intrinsic::vector_reduce_fadd ||
                               call->getIntrinsicID() == Intrinsic::vector_reduce_fmul);
    instruction.copyFastMathFlags(horizontal ? tree : contract);
  }
}

/// Replaces `i32 f(worker, halide_buffer_t *...)` by `i32 f(worker, host pointer...)`: nothing else
/// of a buffer is read.
static Function *takeHostPointers(Function *function) {
  LLVMContext &context = function->getContext();
  Function *made = Function::Create(function->getFunctionType(), function->getLinkage(), "",
                                    function->getParent());
  made->copyAttributesFrom(function);
  made->setAttributes(AttributeList::get(context, function->getAttributes().getFnAttrs(), {}, {}));
  made->takeName(function);
  made->splice(made->begin(), function);
  function->getArg(0)->replaceAllUsesWith(made->getArg(0));
  for (unsigned number = 1; number < function->arg_size(); ++number) {
    for (User *user : make_early_inc_range(function->getArg(number)->users())) {
      auto *address = dyn_cast<GetElementPtrInst>(user);
      APInt offset(64, 0);
      if (!address || !address->accumulateConstantOffset(made->getDataLayout(), offset) ||
          offset != 16)
        return nullptr;
      for (User *load : make_early_inc_range(address->users())) {
        if (!isa<LoadInst>(load))
          return nullptr;
        load->replaceAllUsesWith(made->getArg(number));
        cast<Instruction>(load)->eraseFromParent();
      }
      address->eraseFromParent();
    }
    made->addParamAttr(number, Attribute::NoAlias);
  }
  function->eraseFromParent();
  return made;
}

/// Returns 1 where an allocation or a task has failed.
static void checkCalls(Function &function) {
  SmallVector<CallInst *> calls;
  for (Instruction &instruction : instructions(function))
    if (auto *call = dyn_cast<CallInst>(&instruction))
      if (Function *callee = call->getCalledFunction())
        if (callee->getName() == "fovea_parallel_for" || callee->getName() == "fovea_scratch_alloc")
          calls.push_back(call);
  for (CallInst *call : calls) {
    call->setTailCallKind(CallInst::TCK_None);
    Instruction *next = call->getNextNode();
    IRBuilder<> builder(next);
    Value *failed =
        call->getType()->isPointerTy() ? builder.CreateIsNull(call) : builder.CreateIsNotNull(call);
    Instruction *end = SplitBlockAndInsertIfThen(failed, next->getIterator(), /*Unreachable=*/true);
    builder.SetInsertPoint(end);
    builder.CreateRet(builder.getInt32(1));
    end->eraseFromParent();
  }
}

static bool mayBeCalled(StringRef name) {
  static const StringSet<> names = {"fovea_parallel_for",
                                    "fovea_scratch_alloc",
                                    "fovea_scratch_free",
                                    "memcpy",
                                    "memmove",
                                    "memset",
                                    "fmodf",
                                    "fmod",
                                    "powf",
                                    "pow",
                                    "sinf",
                                    "sin",
                                    "cosf",
                                    "cos",
                                    "log2f",
                                    "log2",
                                    "exp2f",
                                    "exp2",
                                    "atanf",
                                    "atan",
                                    "roundf",
                                    "round",
                                    "exp",
                                    "erf",
                                    "tanh",
                                    "log"};
  return name.starts_with("llvm.") || names.contains(name);
}

/// `i32 name(worker, arguments..., results...)`: takes scratch memory, runs the stages, gives it
/// back.
static void makeEntry(Module &module, StringRef name, ArrayRef<Buffer> buffers,
                      ArrayRef<Stage> stages, ArrayRef<Function *> functions) {
  LLVMContext &context = module.getContext();
  Type *pointer = PointerType::getUnqual(context);
  IRBuilder<> builder(context);
  unsigned parameters =
      count_if(buffers, [](const Buffer &buffer) { return buffer.kind != Buffer::Scratch; });
  SmallVector<Type *> types(parameters + 1, pointer);
  Function *entry = Function::Create(FunctionType::get(builder.getInt32Ty(), types, false),
                                     GlobalValue::ExternalLinkage, name, module);
  entry->addFnAttr(Attribute::NoUnwind);
  FunctionCallee allocate = module.getOrInsertFunction(
      "fovea_scratch_alloc", FunctionType::get(pointer, {pointer, builder.getInt64Ty()}, false));
  FunctionCallee release = module.getOrInsertFunction(
      "fovea_scratch_free", FunctionType::get(builder.getVoidTy(), {pointer, pointer}, false));

  BasicBlock *block = BasicBlock::Create(context, "entry", entry);
  builder.SetInsertPoint(block);
  Value *worker = entry->getArg(0);
  SmallVector<Value *> places, taken;
  // Leaves with 1 when `failed`, giving back what has been taken.
  auto leaveIf = [&](Value *failed) {
    BasicBlock *leave = BasicBlock::Create(context, "failed", entry),
               *next = BasicBlock::Create(context, "next", entry);
    builder.CreateCondBr(failed, leave, next);
    builder.SetInsertPoint(leave);
    for (Value *memory : reverse(taken))
      builder.CreateCall(release, {worker, memory});
    builder.CreateRet(builder.getInt32(1));
    builder.SetInsertPoint(next);
  };
  unsigned parameter = 1;
  for (const Buffer &buffer : buffers) {
    if (buffer.kind != Buffer::Scratch) {
      places.push_back(entry->getArg(parameter++));
      continue;
    }
    // Vector loads may read past the end of the last row.
    Value *memory =
        builder.CreateCall(allocate, {worker, builder.getInt64(alignTo(buffer.bytes, 64) + 64)});
    leaveIf(builder.CreateIsNull(memory));
    places.push_back(memory);
    taken.push_back(memory);
  }
  for (auto [stage, function] : zip(stages, functions)) {
    SmallVector<Value *> operands = {worker};
    for (unsigned buffer : stage.buffers)
      operands.push_back(places[buffer]);
    Value *output = places[stage.output];
    if (stage.outputOffset)
      output = builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(), output, stage.outputOffset);
    operands.push_back(output);
    leaveIf(builder.CreateIsNotNull(builder.CreateCall(function, operands)));
  }
  for (Value *memory : reverse(taken))
    builder.CreateCall(release, {worker, memory});
  builder.CreateRet(builder.getInt32(0));
}

SmallVector<char, 0> wrap(kernel::FuncOp kernel, ArrayRef<Buffer> buffers,
                          std::vector<Stage> &stages, const Target &target) {
  LLVMContext context;
  // Scratch follows the parameters in `places`; parameters keep their order because Plan makes them
  // first.
  Module module(kernel.getSymName(), context);
  Linker linker(module);
  for (Stage &stage : stages) {
    MemoryBufferRef bytes(StringRef(stage.bitcode.data(), stage.bitcode.size()), stage.symbol);
    Expected<std::unique_ptr<Module>> parsed = parseBitcodeFile(bytes, context);
    if (!parsed)
      throw Refusal{kernel, "Halide's bitcode cannot be read: " + toString(parsed.takeError())};
    Module &part = **parsed;
    for (StringRef suffix : {"_argv", "_metadata"})
      if (Function *unused = part.getFunction(stage.symbol + suffix.str()))
        unused->eraseFromParent();
    for (NamedMDNode &node : make_early_inc_range(part.named_metadata()))
      node.eraseFromParent();
    module.setDataLayout(part.getDataLayout());
    if (linker.linkInModule(std::move(*parsed)))
      throw Refusal{kernel, "Halide's stages cannot be linked"};
  }
  module.setTargetTriple(Triple(target.triple));
  module.setSourceFileName(kernel.getSymName());
  for (auto [theirs, ours] : {std::pair("halide_do_par_for", "fovea_parallel_for"),
                              std::pair("halide_malloc", "fovea_scratch_alloc"),
                              std::pair("halide_free", "fovea_scratch_free")})
    if (Function *function = module.getFunction(theirs))
      function->setName(ours);

  SmallVector<Function *> functions;
  for (Stage &stage : stages) {
    Function *function = module.getFunction(stage.symbol);
    function = function ? takeHostPointers(function) : nullptr;
    if (!function)
      throw Refusal{kernel, "Halide's code has an unexpected form"};
    functions.push_back(function);
  }
  for (Function &function : module) {
    if (function.isDeclaration())
      continue;
    // The linker names the CPU for all functions alike.
    for (StringRef key : {"target-cpu", "target-features", "tune-cpu"})
      function.removeFnAttr(key);
    allowContraction(function);
    checkCalls(function);
    function.setLinkage(GlobalValue::InternalLinkage);
    function.setComdat(nullptr);
  }
  makeEntry(module, kernel.getSymName(), buffers, stages, functions);
  // Halide's names carry the hash of the kernel; ours say what they are.
  unsigned number = 0;
  for (Function &function : make_early_inc_range(module)) {
    if (function.isDeclaration()) {
      if (function.use_empty())
        function.eraseFromParent();
      else if (!mayBeCalled(function.getName()))
        throw Refusal{kernel, "the kernel would call '" + function.getName().str() + "'"};
    } else if (function.hasInternalLinkage()) {
      function.setName(kernel.getSymName() + ".part" + Twine(number++));
    }
  }
  for (GlobalVariable &global : make_early_inc_range(module.globals())) {
    global.removeDeadConstantUsers();
    if (global.use_empty())
      global.eraseFromParent();
    else
      global.setLinkage(GlobalValue::InternalLinkage);
  }
  std::string problem;
  raw_string_ostream stream(problem);
  if (verifyModule(module, &stream))
    throw Refusal{kernel, "the kernel's code is malformed: " + problem};
  // A loop bound that Halide cannot see through leaves it with storage of unknown size.
  if (Expected<int64_t> bytes = getScratchBytes(*module.getFunction(kernel.getSymName())); !bytes)
    throw Refusal{kernel, toString(bytes.takeError())};
  SmallVector<char, 0> bitcode;
  raw_svector_ostream out(bitcode);
  WriteBitcodeToFile(module, out);
  return bitcode;
}

} // namespace fovea::codegen::halide
