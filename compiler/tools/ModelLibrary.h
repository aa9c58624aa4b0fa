// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Compiled models in shared libraries: which there are, and how to get at one.
#ifndef FOVEA_COMPILER_TOOLS_MODELLIBRARY_H
#define FOVEA_COMPILER_TOOLS_MODELLIBRARY_H

#include "fovea/runtime.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace fovea {

/// A loaded shared library. Its models stay valid until the process ends: it is never unloaded.
class ModelLibrary {
public:
  /// Reads the names of the models in the library `path`, then loads it. This runs the library's
  /// code: load only libraries you would execute.
  static llvm::Expected<ModelLibrary> open(llvm::StringRef path);

  /// Names of the models, sorted: the exported functions called `<name>_model`.
  const std::vector<std::string> &names() const { return modelNames; }

  /// The model `name`, or the only one when `name` is empty. The error lists what there is.
  llvm::Expected<const fovea_model *> find(llvm::StringRef name) const;

private:
  std::string path;
  std::vector<std::string> modelNames;
  void *handle = nullptr;
};

} // namespace fovea

#endif // FOVEA_COMPILER_TOOLS_MODELLIBRARY_H
