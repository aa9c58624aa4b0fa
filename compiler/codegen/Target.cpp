// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// CPU names, features and LLVM target machines. A target's features are exactly those that
// fovea_model.required_features can express, so that an object never meets a CPU that lacks an
// instruction without the runtime noticing.

#include "compiler/codegen/Target.h"
#include "compiler/codegen/RunPasses.h"

#include "fovea/runtime.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/X86TargetParser.h"

using namespace fovea;
using namespace fovea::codegen;

static constexpr llvm::StringLiteral baseCpu = "x86-64-v3";
static constexpr llvm::StringLiteral wideCpu = "x86-64-v4";
/// Features beyond the levels that the runtime checks one by one.
static constexpr llvm::StringLiteral extraFeatures[] = {"avx512bf16", "avx512vnni"};

/// The features of a CPU, those that others imply included, sorted.
static llvm::SmallVector<std::string> featuresOf(llvm::StringRef cpu) {
  llvm::SmallVector<llvm::StringRef> listed;
  llvm::X86::getFeaturesForCPU(cpu, listed);
  llvm::StringMap<bool> features;
  for (llvm::StringRef feature : listed) {
    features[feature] = true;
    llvm::X86::updateImpliedFeatures(feature, /*Enabled=*/true, features);
  }
  llvm::SmallVector<std::string> result;
  for (const auto &feature : features)
    result.push_back(feature.getKey().str());
  llvm::sort(result);
  return result;
}

static bool hasAll(const Target &target, llvm::StringRef level) {
  return llvm::all_of(featuresOf(level), [&](llvm::StringRef f) { return target.hasFeature(f); });
}

static llvm::Error listCpus(llvm::StringRef cpu) {
  llvm::SmallVector<llvm::StringRef> known, usable;
  llvm::X86::fillValidCPUArchList(known, /*Only64Bit=*/true);
  for (llvm::StringRef name : known) {
    Target candidate;
    candidate.features = featuresOf(name);
    if (hasAll(candidate, baseCpu))
      usable.push_back(name);
  }
  llvm::sort(usable);
  return llvm::createStringError(
      "unknown or unsupported CPU '" + cpu.str() +
      "': code is made for x86-64-v3 and better; choose 'native' or one of " +
      llvm::join(usable, ", "));
}

llvm::Expected<Target> codegen::targetFor(llvm::StringRef cpu) {
  bool native = cpu == "native";
  llvm::StringSet<> available;
  Target target;
  target.cpu = native ? llvm::sys::getHostCPUName().str() : cpu.str();
  if (native) {
    for (const auto &feature : llvm::sys::getHostCPUFeatures())
      if (feature.getValue())
        available.insert(feature.getKey());
    // A host that LLVM does not know by name still has its features.
    if (llvm::X86::parseArchX86(target.cpu, /*Only64Bit=*/true) == llvm::X86::CK_None)
      target.cpu = baseCpu.str();
  } else {
    if (llvm::X86::parseArchX86(cpu, /*Only64Bit=*/true) == llvm::X86::CK_None)
      return listCpus(cpu);
    for (llvm::StringRef feature : featuresOf(cpu))
      available.insert(feature);
  }
  // These are no features of instructions, and hosts do not list them.
  for (llvm::StringRef implied : {"64bit", "cmov", "cx8", "fxsr", "mmx", "sse", "x87"})
    available.insert(implied);
  auto has = [&](llvm::StringRef feature) { return available.contains(feature); };
  if (!llvm::all_of(featuresOf(baseCpu), has)) {
    if (!native)
      return listCpus(cpu);
    return llvm::createStringError(
        "this machine's CPU (" + target.cpu +
        ") lacks features of x86-64-v3; name the target CPU instead of 'native'");
  }
  bool wide = llvm::all_of(featuresOf(wideCpu), has);
  target.features = featuresOf(wide ? wideCpu : baseCpu);
  if (wide)
    for (llvm::StringRef extra : extraFeatures)
      if (has(extra))
        target.features.push_back(extra.str());
  llvm::sort(target.features);
  return target;
}

uint64_t codegen::getRequiredFeatures(const Target &target) {
  uint64_t bits = 0;
  auto require = [&](llvm::StringRef feature, uint64_t bit) {
    bits |= target.hasFeature(feature) ? bit : 0;
  };
  require("avx2", FOVEA_CPU_AVX2);
  require("fma", FOVEA_CPU_FMA);
  require("f16c", FOVEA_CPU_F16C);
  require("avx512f", FOVEA_CPU_AVX512);
  require("avx512vnni", FOVEA_CPU_AVX512_VNNI);
  require("avx512bf16", FOVEA_CPU_AVX512_BF16);
  return bits;
}

/// The level all of whose features the target has.
static llvm::StringRef levelOf(const Target &target) {
  return hasAll(target, wideCpu) ? wideCpu : baseCpu;
}

static std::string extrasOf(const Target &target) {
  std::string result;
  for (llvm::StringRef feature : extraFeatures)
    if (target.hasFeature(feature))
      result += (result.empty() ? "+" : ",+") + feature.str();
  return result;
}

llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
codegen::createTargetMachine(const Target &target) {
  static const bool initialised = [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    return true;
  }();
  (void)initialised;
  llvm::Triple triple(target.triple);
  std::string error;
  const llvm::Target *backend = llvm::TargetRegistry::lookupTarget(triple, error);
  if (!backend)
    return llvm::createStringError(error);
  return std::unique_ptr<llvm::TargetMachine>(backend->createTargetMachine(
      triple, levelOf(target), extrasOf(target), llvm::TargetOptions(), llvm::Reloc::PIC_,
      llvm::CodeModel::Small, llvm::CodeGenOptLevel::Aggressive));
}

void codegen::applyTarget(llvm::Module &module, const Target &target,
                          const llvm::TargetMachine &machine) {
  module.setTargetTriple(machine.getTargetTriple());
  module.setDataLayout(machine.createDataLayout());
  for (llvm::Function &function : module) {
    if (function.isDeclaration() || function.hasFnAttribute("target-cpu"))
      continue;
    function.addFnAttr("target-cpu", levelOf(target));
    function.addFnAttr("tune-cpu", target.cpu);
    if (std::string extras = extrasOf(target); !extras.empty())
      function.addFnAttr("target-features", extras);
    // Some tunings keep to 256 bits unless asked.
    function.addFnAttr("prefer-vector-width", llvm::utostr(target.vectorWidth() * 32));
  }
}

void codegen::runPasses(llvm::Module &module, llvm::TargetMachine &machine,
                        llvm::function_ref<llvm::ModulePassManager(llvm::PassBuilder &)> build) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  build(builder).run(module, modules);
}

void codegen::optimizeModule(llvm::Module &module, llvm::TargetMachine &machine) {
  runPasses(module, machine, [](llvm::PassBuilder &builder) {
    return builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O3);
  });
}
