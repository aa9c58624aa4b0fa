// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LLVM's new pass manager with its analyses, for one run over one module.

#ifndef FOVEA_COMPILER_CODEGEN_RUNPASSES_H
#define FOVEA_COMPILER_CODEGEN_RUNPASSES_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/IR/PassManager.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Target/TargetMachine.h"

namespace fovea::codegen {

/// Runs the passes that `build` returns over `module`, with the analyses of `machine` registered.
void runPasses(llvm::Module &module, llvm::TargetMachine &machine,
               llvm::function_ref<llvm::ModulePassManager(llvm::PassBuilder &)> build);

} // namespace fovea::codegen

#endif // FOVEA_COMPILER_CODEGEN_RUNPASSES_H
