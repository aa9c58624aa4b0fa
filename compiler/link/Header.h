// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The C header that goes with a compiled model.

#ifndef FOVEA_COMPILER_LINK_HEADER_H
#define FOVEA_COMPILER_LINK_HEADER_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"
#include <string>

namespace fovea::link {

/// A C and C++ identifier that resembles `text`: other characters become underscores, a leading
/// digit gets one in front, a keyword one behind. `fallback` stands in when nothing is left.
std::string makeIdentifier(llvm::StringRef text, llvm::StringRef fallback);

/// Writes the header of the model called `name` (an identifier): `<name>_model()`, each tensor's
/// shape as macros, and
/// `<name>_run` with one typed pointer per tensor. Valid as C11 and C++17. Emits an error when
/// `module` is not a bufferized program.
llvm::LogicalResult writeHeader(mlir::ModuleOp module, llvm::StringRef name,
                                llvm::raw_ostream &out);

} // namespace fovea::link

#endif // FOVEA_COMPILER_LINK_HEADER_H
