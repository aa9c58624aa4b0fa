// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `foveac --check`: what a model holds, and everything in it that is not supported.

#ifndef FOVEA_COMPILER_DRIVER_CHECK_H
#define FOVEA_COMPILER_DRIVER_CHECK_H

#include "compiler/import/ModelSummary.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"

#include <optional>

namespace fovea {

/// Gathers errors while the model is imported, and run through the passes up to lowering.
class ModelCheck {
public:
  /// With `isQuiet` diagnostics are kept for the report, and not printed.
  ModelCheck(mlir::MLIRContext *context, bool isQuiet);
  ~ModelCheck();

  /// Filled by the import.
  ModelSummary summary;

  /// From now on, errors at nodes mean that these are not supported, and operands' types are
  /// looked up in `module`.
  void beginLowering(mlir::ModuleOp module);
  /// What the import found is in the summary and in the diagnostics; keeps one of each.
  void finish();

  bool isSupported() const { return summary.unsupported.empty() && errors.empty(); }

  /// Attention sites, when the passes got so far.
  int64_t attentionRaised = 0, attentionSites = 0;
  /// Names of the dimensions without which shapes and lowerings cannot be checked.
  std::vector<std::string> openDims;

  void printText(llvm::StringRef model, llvm::raw_ostream &os) const;
  void printJson(llvm::StringRef model, llvm::raw_ostream &os) const;

private:
  struct Error {
    std::string where;
    std::string message;
  };

  void add(mlir::Diagnostic &diagnostic);

  mlir::MLIRContext *context;
  mlir::DiagnosticEngine::HandlerID handler;
  mlir::ModuleOp lowered;
  std::vector<Error> errors;
};

} // namespace fovea

#endif // FOVEA_COMPILER_DRIVER_CHECK_H
