// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compiles a bufferized module to a shared library and runs it in this process, on the real
// runtime.

#ifndef FOVEA_TEST_UNIT_LINK_COMPILEDMODEL_H
#define FOVEA_TEST_UNIT_LINK_COMPILEDMODEL_H

#include "compiler/link/Link.h"
#include "fovea/runtime.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"

#include <memory>
#include <string>
#include <vector>

namespace fovea::test {

/// A module of the text `source`, in a context with Fovea's dialects that collects its diagnostics.
struct ParsedModule {
  explicit ParsedModule(llvm::StringRef source);
  std::unique_ptr<mlir::MLIRContext> context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::string diagnostics;
};

/// The bytes that compileProgram writes for `source`; empty when it fails, with the reason in
/// `diagnostics`.
std::string compile(llvm::StringRef source, link::EmitKind emit = link::EmitKind::Object,
                    llvm::StringRef cpu = "native", std::string *diagnostics = nullptr,
                    bool mayFallBack = false);

/// A model loaded from a shared library made of `source`; `model` is null when something failed,
/// and `error` says what.
class CompiledModel {
public:
  explicit CompiledModel(llvm::StringRef source, llvm::StringRef cpu = "native",
                         bool mayFallBack = false);
  ~CompiledModel();
  /// Runs the model once on `threads` threads. Sizes are checked against the model's.
  fovea_status run(const std::vector<std::vector<char>> &inputs,
                   std::vector<std::vector<char>> &outputs, unsigned threads = 1) const;

  const fovea_model *model = nullptr;
  std::string error;

private:
  void *library = nullptr;
};

/// The bytes of some elements, and back.
template <typename T> std::vector<char> toBytes(const std::vector<T> &values) {
  auto *data = reinterpret_cast<const char *>(values.data());
  return std::vector<char>(data, data + values.size() * sizeof(T));
}
template <typename T> std::vector<T> fromBytes(const std::vector<char> &bytes) {
  auto *data = reinterpret_cast<const T *>(bytes.data());
  return std::vector<T>(data, data + bytes.size() / sizeof(T));
}

} // namespace fovea::test

#endif // FOVEA_TEST_UNIT_LINK_COMPILEDMODEL_H
