// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tensor data outside the model's file. A model may name files in its own folder and nowhere else.

#ifndef FOVEA_COMPILER_IMPORT_EXTERNALDATA_H
#define FOVEA_COMPILER_IMPORT_EXTERNALDATA_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace onnxpb {
class TensorProto;
}

namespace fovea {

/// Bytes of a mapped file and what keeps the mapping alive.
struct MappedBytes {
  llvm::ArrayRef<char> bytes;
  std::shared_ptr<void> keepAlive;
};

/// The external files of one model, each mapped once.
class ExternalFiles {
public:
  explicit ExternalFiles(llvm::StringRef modelPath);

  /// The data of `tensor`, which must be `expected` bytes long. Everything is checked against the
  /// file's real size first. Throws ImportFailure.
  MappedBytes getData(const onnxpb::TensorProto &tensor, uint64_t expected);

private:
  std::shared_ptr<llvm::MemoryBuffer> map(llvm::StringRef location);
  int open(llvm::StringRef location) const;

  /// The folder that the model's path names, and the one where the model's file really lies: they
  /// differ when the model is reached through a link, as in a download cache.
  std::string folder, realFolder;
  std::map<std::string, std::shared_ptr<llvm::MemoryBuffer>> files;
};

} // namespace fovea

#endif // FOVEA_COMPILER_IMPORT_EXTERNALDATA_H
