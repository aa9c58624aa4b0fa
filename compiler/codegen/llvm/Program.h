// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The program: @main on memory becomes the `run` function and the exported fovea_model.

#ifndef FOVEA_COMPILER_CODEGEN_LLVM_PROGRAM_H
#define FOVEA_COMPILER_CODEGEN_LLVM_PROGRAM_H

#include "compiler/codegen/Kernel.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

#include "llvm/IR/Module.h"

#include <memory>
#include <string>

namespace fovea::codegen {

/// One input or output of the model, as the caller sees it. A name the model lacks becomes
/// `input<i>` or `output<i>`. The element type is the model's, where the program's memory
/// holds what stores it.
struct ModelTensor {
  std::string name;
  mlir::MemRefType type;
};

/// The signature of a bufferized program (docs/Architecture.md section 8).
struct ProgramSignature {
  mlir::func::FuncOp main;
  llvm::SmallVector<ModelTensor> inputs, outputs;
  int64_t arenaBytes = 0;
};

/// Reads the signature of `module`; emits an error when @main is missing or not on static memory.
mlir::FailureOr<ProgramSignature> getProgramSignature(mlir::ModuleOp module);

struct ProgramOptions {
  /// A C identifier: the model is exported as `<name>_model`.
  std::string name;
  /// fovea_model.scratch_bytes.
  int64_t scratchBytes = 0;
  /// Size of the weights; when positive the program refers to `<name>_weights`, a local placeholder
  /// of 64 bytes in `weightsSection`, whose contents are written with the object.
  int64_t weightsBytes = 0;
  std::string weightsSection = ".fovea.weights";
};

/// Writes the program of a bufferized module: `run`, which calls the kernels (declared here,
/// defined elsewhere), and the model. Emits an error at an op that has no place in a program.
mlir::FailureOr<std::unique_ptr<llvm::Module>> emitProgram(mlir::ModuleOp module,
                                                           const Target &target,
                                                           const ProgramOptions &options,
                                                           llvm::LLVMContext &context);

} // namespace fovea::codegen

#endif // FOVEA_COMPILER_CODEGEN_LLVM_PROGRAM_H
