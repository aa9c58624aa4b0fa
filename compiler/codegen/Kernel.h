// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What every backend offers: one kernel in, LLVM bitcode out.

#ifndef FOVEA_COMPILER_CODEGEN_KERNEL_H
#define FOVEA_COMPILER_CODEGEN_KERNEL_H

#include "dialects/kernel/Kernel.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/LogicalResult.h"
#include <string>

namespace fovea::codegen {

/// The machine that code is made for. `cpu` is a name LLVM knows (`znver4`, `x86-64-v3`);
/// `features` are subtarget features in LLVM's spelling without signs, sorted (`avx512f`, `fma`,
/// …): what kernels may use.
struct Target {
  std::string triple = "x86_64-unknown-linux-gnu";
  std::string cpu;
  llvm::SmallVector<std::string> features;

  bool hasFeature(llvm::StringRef name) const { return llvm::is_contained(features, name); }
  /// Elements of f32 in the widest vector: 16 with AVX-512, 8 otherwise.
  int vectorWidth() const { return hasFeature("avx512f") ? 16 : 8; }
};

/// LLVM bitcode that defines `name` with the calling convention of docs/Architecture.md section 9;
/// everything else it defines has internal linkage.
struct CompiledKernel {
  std::string name;
  llvm::SmallVector<char, 0> bitcode;
};

/// Makes code for `kernel` with Halide. A kernel that Halide cannot express is an error at the op
/// that stands in the way; with `refusal` it is none, and the reason is written there. A schedule
/// that does not fit the kernel is always an error.
llvm::FailureOr<CompiledKernel> compileWithHalide(kernel::FuncOp kernel, const Target &target,
                                                  std::string *refusal = nullptr);

/// Makes code for `kernel` through MLIR's and LLVM's loops. Emits an error at the op that cannot be
/// lowered.
llvm::FailureOr<CompiledKernel> compileWithLLVM(kernel::FuncOp kernel, const Target &target);

} // namespace fovea::codegen

#endif // FOVEA_COMPILER_CODEGEN_KERNEL_H
