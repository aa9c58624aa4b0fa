// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Files that appear whole or not at all, and IR as text or bytecode.

#ifndef FOVEA_COMPILER_DRIVER_OUTPUT_H
#define FOVEA_COMPILER_DRIVER_OUTPUT_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

namespace fovea {

/// Calls `write` with a stream into a temporary file beside `path`, and renames it to `path` when
/// nothing failed; "-" is stdout. Errors name the path.
llvm::Error writeOutput(llvm::StringRef path,
                        llvm::function_ref<llvm::Error(llvm::raw_pwrite_stream &)> write);

/// Like writeOutput for a tool that makes the file itself: `make` gets the temporary file's path.
llvm::Error makeOutput(llvm::StringRef path, llvm::function_ref<llvm::Error(llvm::StringRef)> make);

/// Calls `use` with the path of an empty file beside `path`, which is removed afterwards.
llvm::Error withTemporary(llvm::StringRef path,
                          llvm::function_ref<llvm::Error(llvm::StringRef)> use);

/// Writes IR that `fovea-opt` loads again: bytecode with all constants when `path` ends in .mlirbc,
/// else text in which constants of more than 4 KiB are left out.
llvm::Error writeModule(mlir::ModuleOp module, llvm::StringRef path);

} // namespace fovea

#endif // FOVEA_COMPILER_DRIVER_OUTPUT_H
