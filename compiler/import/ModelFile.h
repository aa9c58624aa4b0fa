// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A model as it lies on disk: its parsed messages and the mapping that its weights stay in.

#ifndef FOVEA_COMPILER_IMPORT_MODELFILE_H
#define FOVEA_COMPILER_IMPORT_MODELFILE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>
#include <string>

namespace onnxpb {
class ModelProto;
}
namespace mlir {
class MLIRContext;
}

namespace fovea {

struct ModelFile {
  /// The path as the user gave it, and the name that diagnostics print.
  std::string path;
  /// The whole file, mapped; null for a text model, whose tensors own their data.
  std::shared_ptr<llvm::MemoryBuffer> mapping;
  /// The messages. Large raw data of a binary model was cut out: see getCutData.
  std::unique_ptr<onnxpb::ModelProto> model;

  ModelFile();
  ModelFile(ModelFile &&);
  ~ModelFile();
};

/// Whether `path` names a model in protobuf's text format.
bool isTextModel(llvm::StringRef path);

/// Opens and parses the model at `path`. Throws ImportFailure; errors in a text model are emitted
/// at their line, and then the failure has no message.
ModelFile readModel(llvm::StringRef path, mlir::MLIRContext &context);

} // namespace fovea

#endif // FOVEA_COMPILER_IMPORT_MODELFILE_H
