// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From a bufferized program to one file: kernels through their backends, the program, one LLVM
// module, an object whose weights are written straight from the mapped model. Equal input gives
// equal bytes.

#ifndef FOVEA_COMPILER_LINK_LINK_H
#define FOVEA_COMPILER_LINK_LINK_H

#include "compiler/codegen/Kernel.h"
#include "mlir/IR/BuiltinOps.h"

#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

#include <string>

namespace fovea::link {

/// What compileProgram writes: an ELF object, the final LLVM IR as text, or assembly. The last two
/// lack the weights.
enum class EmitKind { Object, LLVM, Assembly };

struct LinkOptions {
  /// A C identifier; the file exports `<name>_model` and nothing else.
  std::string name;
  EmitKind emit = EmitKind::Object;
  /// Whether LLVM compiles the kernels that Halide refuses.
  bool mayFallBack = false;
};

/// Compiles a bufferized module (docs/Architecture.md section 8) and writes the result to `out`,
/// which needs no seeking. Errors of `out` itself are left for the caller to check. Emits a located
/// error when something cannot be compiled.
llvm::LogicalResult compileProgram(mlir::ModuleOp module, const codegen::Target &target,
                                   const LinkOptions &options, llvm::raw_ostream &out);

/// Makes a shared library of an object written by compileProgram, with ld.lld. It exports
/// `<name>_model`; the runtime is left for the program that loads it.
llvm::Error linkSharedLibrary(llvm::StringRef object, llvm::StringRef output, llvm::StringRef name);

/// Symbols that the object at hand refers to and does not define must be the runtime's, libm's or
/// libc's memory functions; fails with the names of others.
llvm::Error checkUndefinedSymbols(llvm::StringRef elf);

} // namespace fovea::link

#endif // FOVEA_COMPILER_LINK_LINK_H
