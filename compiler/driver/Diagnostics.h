// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the user sees on stderr: diagnostics in clang's manner that name the model's node, and a
// progress line on terminals.

#ifndef FOVEA_COMPILER_DRIVER_DIAGNOSTICS_H
#define FOVEA_COMPILER_DRIVER_DIAGNOSTICS_H

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/raw_ostream.h"
#include <map>
#include <mutex>
#include <string>

namespace fovea {

class Terminal {
public:
  explicit Terminal(llvm::raw_ostream &os) : os(os), interactive(os.is_displayed()) {}
  ~Terminal() { clearProgress(); }

  /// Replaces the progress line; does nothing unless the stream is a terminal.
  void showProgress(llvm::StringRef text);
  void clearProgress();

  /// Prints "<where>: error: <message>" as one line.
  void printError(llvm::StringRef where, const llvm::Twine &message);
  void printNote(llvm::StringRef where, const llvm::Twine &message);
  /// Prints any severity with the colours of the terminal; `origin` may be empty.
  void print(llvm::StringRef where, mlir::DiagnosticSeverity severity, llvm::StringRef origin,
             llvm::StringRef message);

private:
  llvm::raw_ostream &os;
  bool interactive;
  bool progressShown = false;
  std::mutex mutex;
};

/// Says that shapes which contradict one another may be due to the sizes that `--dim` binds.
void printBoundSizes(Terminal &terminal, const std::map<std::string, int64_t> &dims);

/// "vit.onnx", "model.onnxtxt:3:7": the file, and the line where there is one, of a location;
/// `otherwise` for unknown ones.
std::string describeFile(mlir::Location location, llvm::StringRef otherwise);

/// Prints the diagnostics of a context to a terminal for as long as it lives.
class DiagnosticPrinter : public mlir::ScopedDiagnosticHandler {
public:
  DiagnosticPrinter(mlir::MLIRContext *context, Terminal &terminal, llvm::StringRef model);

private:
  void print(mlir::Diagnostic &diagnostic);

  Terminal &terminal;
  std::string model;
};

} // namespace fovea

#endif // FOVEA_COMPILER_DRIVER_DIAGNOSTICS_H
