// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From an ONNX file to a module of the onnx dialect (docs/Architecture.md section 1). The file is
// hostile until proven otherwise: nothing is allocated, followed or believed before it was checked,
// and every refusal is a diagnostic.

#ifndef FOVEA_COMPILER_IMPORT_IMPORT_H
#define FOVEA_COMPILER_IMPORT_IMPORT_H

#include "compiler/import/AttentionSemantics.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <map>
#include <string>

namespace mlir::func {
class FuncOp;
}

namespace fovea {

struct ModelSummary;

/// Why an import failed; the driver's exit code follows from it.
enum class ImportError {
  None,
  /// The user's mistake: unreadable, truncated or contradictory file, unknown dimension name.
  Input,
  /// A valid model that holds operators, types or forms which are not supported; all of them were
  /// listed.
  Unsupported,
  /// Memory ran out, or a limit of the format was exceeded.
  Resource,
};

struct ImportOptions {
  /// Extents of symbolic dimensions, by the model's name for them, or by `<input>:<axis>` where it
  /// gives none.
  std::map<std::string, int64_t> dims;
  /// Which of its meanings the standard's Attention has.
  AttentionSemantics attentionSemantics = AttentionSemantics::Onnx123;
  /// Filled with what the model holds and lacks, unless null; also when the import fails.
  ModelSummary *summary = nullptr;
};

/// Reads the model at `path`: binary, or protobuf text when the suffix is .onnxtxt, .textproto,
/// .pbtxt or .prototxt. Weights of binary files and of external data are referred to in place, in
/// mappings that live as long as `context`. Loads the dialects it needs into `context`. Errors are
/// emitted through the context's diagnostic engine, all unsupported nodes at once; `error` receives
/// their kind.
llvm::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>> importOnnx(llvm::StringRef path,
                                                              mlir::MLIRContext &context,
                                                              const ImportOptions &options = {},
                                                              ImportError *error = nullptr);

/// The name by which `--dim` fixes dimension `axis` of an argument of an imported function.
std::string getOpenDimensionName(mlir::func::FuncOp function, unsigned argument, int64_t axis);

/// Emits an error for every dimension of an input that is still symbolic, naming the `--dim` that
/// fixes it.
llvm::LogicalResult checkStaticInputs(mlir::ModuleOp module);

} // namespace fovea

#endif // FOVEA_COMPILER_IMPORT_IMPORT_H
