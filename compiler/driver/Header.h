// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The C header beside a compiled model.

#ifndef FOVEA_COMPILER_DRIVER_HEADER_H
#define FOVEA_COMPILER_DRIVER_HEADER_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringRef.h"
#include <string>

namespace fovea {

/// `text` as a C and C++ identifier: other characters become underscores, keywords and leading
/// digits get one more.
std::string makeIdentifier(llvm::StringRef text);

/// The header of a bufferized module: `<name>_model()` and a typed `<name>_run(context, inputs...,
/// outputs...)` that need runtime.h only. C11 and C++17, without warnings.
std::string makeHeader(mlir::ModuleOp module, llvm::StringRef name);

} // namespace fovea

#endif // FOVEA_COMPILER_DRIVER_HEADER_H
