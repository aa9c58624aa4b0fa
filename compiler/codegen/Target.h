// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From the name of a CPU to the Target of the backends, and from a Target to LLVM's machinery.

#ifndef FOVEA_COMPILER_CODEGEN_TARGET_H
#define FOVEA_COMPILER_CODEGEN_TARGET_H

#include "compiler/codegen/Kernel.h"

#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"
#include "llvm/Target/TargetMachine.h"

#include <memory>

namespace fovea::codegen {

/// The target called `cpu`: `native` for this machine, or a name LLVM knows. Its features are those
/// that the runtime can check before it runs a model (x86-64-v3, x86-64-v4, AVX-512 VNNI and BF16);
/// others of the CPU are left unused. Fails with a sentence for unknown names and for CPUs below
/// x86-64-v3.
llvm::Expected<Target> targetFor(llvm::StringRef cpu);

/// The bits of `fovea_model.required_features` for code that may use all of the target's features.
uint64_t getRequiredFeatures(const Target &target);

/// A position-independent x86 code generator for `target`.
llvm::Expected<std::unique_ptr<llvm::TargetMachine>> createTargetMachine(const Target &target);

/// Sets triple, data layout and the CPU attributes of functions that have none.
void applyTarget(llvm::Module &module, const Target &target, const llvm::TargetMachine &machine);

/// Runs LLVM's pipeline of level O3 over `module`.
void optimizeModule(llvm::Module &module, llvm::TargetMachine &machine);

} // namespace fovea::codegen

#endif // FOVEA_COMPILER_CODEGEN_TARGET_H
