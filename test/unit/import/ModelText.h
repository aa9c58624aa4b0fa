// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Models for the importer's tests: written as protobuf text, stored as files in a folder of their
// own.

#ifndef FOVEA_TEST_UNIT_IMPORT_MODELTEXT_H
#define FOVEA_TEST_UNIT_IMPORT_MODELTEXT_H

#include "compiler/import/Import.h"

#include "mlir/IR/MLIRContext.h"
#include "llvm/ADT/SmallString.h"
#include <string>

namespace fovea::test {

/// A temporary folder, removed with everything in it.
class Folder {
public:
  Folder();
  ~Folder();
  std::string path(llvm::StringRef file) const;
  /// Writes a file and returns its path.
  std::string write(llvm::StringRef file, llvm::StringRef contents) const;

private:
  llvm::SmallString<128> root;
};

/// The serialised form of a ModelProto given as text.
std::string serialize(llvm::StringRef text);

struct ImportResult {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  ImportError error = ImportError::None;
  /// All diagnostics, one a line.
  std::string messages;
};

ImportResult import(mlir::MLIRContext &context, llvm::StringRef path);

} // namespace fovea::test

#endif // FOVEA_TEST_UNIT_IMPORT_MODELTEXT_H
