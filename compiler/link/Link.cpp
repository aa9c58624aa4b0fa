// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Joins kernels and program. Kernels come out of their backends optimised, so only what crosses
// modules is left to do.

#include "compiler/link/Link.h"

#include "compiler/codegen/RunPasses.h"
#include "compiler/codegen/Scratch.h"
#include "compiler/codegen/Target.h"
#include "compiler/codegen/llvm/Program.h"
#include "compiler/link/CompileKernel.h"
#include "compiler/link/ElfWeights.h"
#include "compiler/link/Weights.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/Linker/Linker.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Transforms/IPO/ConstantMerge.h"
#include "llvm/Transforms/IPO/GlobalDCE.h"
#include "llvm/Transforms/IPO/Internalize.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::link;

/// The kernels that @main launches, in the order of their first launch.
static FailureOr<SmallVector<kernel::FuncOp>> getKernels(ModuleOp module) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main)
    return module.emitError("the program needs a function @main");
  llvm::SetVector<Operation *> kernels;
  SymbolTable symbols(module);
  WalkResult walked = main.walk([&](kernel::LaunchOp launch) {
    auto kernel = symbols.lookup<kernel::FuncOp>(launch.getCallee());
    if (!kernel) {
      launch.emitError("launches '") << launch.getCallee() << "', which is not a kernel";
      return WalkResult::interrupt();
    }
    kernels.insert(kernel);
    return WalkResult::advance();
  });
  if (walked.wasInterrupted())
    return failure();
  return llvm::map_to_vector(kernels, [](Operation *op) { return cast<kernel::FuncOp>(op); });
}

/// Compiles one kernel into a module of `context`, without what would tell modules apart.
static FailureOr<std::unique_ptr<llvm::Module>> getKernelModule(kernel::FuncOp kernel,
                                                                const codegen::Target &target,
                                                                bool mayFallBack,
                                                                llvm::LLVMContext &context) {
  FailureOr<codegen::CompiledKernel> compiled = compileKernel(kernel, target, mayFallBack);
  if (failed(compiled))
    return failure();
  StringRef bitcode(compiled->bitcode.data(), compiled->bitcode.size());
  auto module = llvm::parseBitcodeFile(llvm::MemoryBufferRef(bitcode, compiled->name), context);
  if (!module)
    return kernel.emitError("the backend's bitcode cannot be read: ")
           << llvm::toString(module.takeError());
  llvm::Function *entry = (*module)->getFunction(compiled->name);
  if (!entry || entry->isDeclaration() ||
      entry->arg_size() != 1 + kernel.getNumArguments() + kernel.getNumResults())
    return kernel.emitError("the backend made no function of the expected signature");
  for (StringRef metadata : {"llvm.ident", "llvm.module.flags", "llvm.commandline"})
    if (llvm::NamedMDNode *node = (*module)->getNamedMetadata(metadata))
      (*module)->eraseNamedMetadata(node);
  (*module)->setSourceFileName("");
  return std::move(*module);
}

/// Makes everything but `exported` local, and drops what nothing refers to.
static void internalize(llvm::Module &module, StringRef exported, llvm::TargetMachine &machine) {
  codegen::runPasses(module, machine, [&](llvm::PassBuilder &) {
    llvm::ModulePassManager passes;
    passes.addPass(llvm::InternalizePass(
        [&](const llvm::GlobalValue &value) { return value.getName() == exported; }));
    passes.addPass(llvm::GlobalDCEPass());
    passes.addPass(llvm::ConstantMergePass());
    return passes;
  });
}

static LogicalResult emitMachineCode(ModuleOp module, llvm::Module &code,
                                     llvm::TargetMachine &machine, llvm::CodeGenFileType kind,
                                     SmallVectorImpl<char> &bytes) {
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, stream, nullptr, kind))
    return module.emitError("LLVM cannot emit this kind of file for the target");
  passes.run(code);
  return success();
}

LogicalResult link::compileProgram(ModuleOp module, const codegen::Target &target,
                                   const LinkOptions &options, raw_ostream &out) {
  auto fail = [&](llvm::Error error) {
    return LogicalResult(module.emitError(llvm::toString(std::move(error))));
  };
  FailureOr<SmallVector<kernel::FuncOp>> kernels = getKernels(module);
  if (failed(kernels))
    return failure();
  llvm::Expected<std::unique_ptr<llvm::TargetMachine>> machine =
      codegen::createTargetMachine(target);
  if (!machine)
    return fail(machine.takeError());

  llvm::LLVMContext context;
  SmallVector<std::unique_ptr<llvm::Module>> parts;
  codegen::ProgramOptions program;
  program.name = options.name;
  for (kernel::FuncOp kernel : *kernels) {
    FailureOr<std::unique_ptr<llvm::Module>> part =
        getKernelModule(kernel, target, options.mayFallBack, context);
    if (failed(part))
      return failure();
    llvm::Expected<int64_t> scratch =
        codegen::getScratchBytes(*(*part)->getFunction(kernel.getSymName()));
    if (!scratch)
      return fail(scratch.takeError());
    program.scratchBytes = std::max(program.scratchBytes, *scratch);
    parts.push_back(std::move(*part));
  }
  // A kernel that fell back to LLVM has changed the layout of its constants.
  FailureOr<WeightLayout> weights = getWeightLayout(module);
  if (failed(weights))
    return failure();
  program.weightsBytes = weights->bytes;
  program.weightsSection = getWeightsSection(weights->bytes);
  FailureOr<std::unique_ptr<llvm::Module>> joined =
      codegen::emitProgram(module, target, program, context);
  if (failed(joined))
    return failure();
  llvm::Linker linker(**joined);
  for (std::unique_ptr<llvm::Module> &part : parts) {
    codegen::applyTarget(*part, target, **machine);
    if (linker.linkInModule(std::move(part)))
      return module.emitError("the kernels' code cannot be joined");
  }
  llvm::Module &code = **joined;
  code.setModuleIdentifier(options.name);
  code.setSourceFileName(options.name);
  code.setPICLevel(llvm::PICLevel::BigPIC);
  internalize(code, options.name + "_model", **machine);

  if (options.emit == EmitKind::LLVM) {
    code.print(out, nullptr);
    return success();
  }
  bool assembly = options.emit == EmitKind::Assembly;
  SmallVector<char, 0> bytes;
  if (failed(emitMachineCode(module, code, **machine,
                             assembly ? llvm::CodeGenFileType::AssemblyFile
                                      : llvm::CodeGenFileType::ObjectFile,
                             bytes)))
    return failure();
  StringRef file(bytes.data(), bytes.size());
  if (assembly) {
    out << file;
    return success();
  }
  if (llvm::Error error = checkUndefinedSymbols(file))
    return fail(std::move(error));
  if (weights->bytes == 0) {
    out << file;
    return success();
  }
  if (llvm::Error error = writeWithSection(
          file, program.weightsSection, weights->bytes,
          [&](raw_ostream &stream) { writeWeights(*weights, stream); }, out))
    return fail(std::move(error));
  return success();
}
