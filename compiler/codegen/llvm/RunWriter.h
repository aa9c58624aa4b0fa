// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The `run` function of a program.

#ifndef FOVEA_COMPILER_CODEGEN_LLVM_RUNWRITER_H
#define FOVEA_COMPILER_CODEGEN_LLVM_RUNWRITER_H

#include "compiler/codegen/llvm/Program.h"

namespace fovea::codegen {

/// Bytes of contiguous memory.
int64_t getBytes(mlir::MemRefType type);

/// Writes `i32 run(worker, inputs, outputs, arena, weights)` into `module`. Emits an error at an op
/// that has no place in a program.
mlir::FailureOr<llvm::Function *> writeRun(llvm::Module &module, const ProgramSignature &signature);

} // namespace fovea::codegen

#endif // FOVEA_COMPILER_CODEGEN_LLVM_RUNWRITER_H
