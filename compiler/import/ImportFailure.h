// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the importer's own code reports: it throws, and the entry points turn what is thrown into one
// diagnostic. Nothing is ever thrown through MLIR's or protobuf's frames.

#ifndef FOVEA_COMPILER_IMPORT_IMPORTFAILURE_H
#define FOVEA_COMPILER_IMPORT_IMPORTFAILURE_H

#include "compiler/import/Import.h"

#include "llvm/ADT/Twine.h"

namespace fovea {

struct ImportFailure {
  ImportError kind;
  /// Empty when the reason was given before.
  std::string message;
};

/// The file is wrong or contradicts itself.
[[noreturn]] inline void failInput(const llvm::Twine &message) {
  throw ImportFailure{ImportError::Input, message.str()};
}

/// The file is right, and asks for what is not supported.
[[noreturn]] inline void failUnsupported(const llvm::Twine &message) {
  throw ImportFailure{ImportError::Unsupported, message.str()};
}

} // namespace fovea

#endif // FOVEA_COMPILER_IMPORT_IMPORTFAILURE_H
