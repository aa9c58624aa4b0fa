// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Locations of what came from a model: NameLoc("name"("OpType"("file.onnx"))). The kinds `input`,
// `output` and `initializer` stand in place of an operator type for the graph's own values.

#ifndef FOVEA_COMPILER_IMPORT_NODELOCATION_H
#define FOVEA_COMPILER_IMPORT_NODELOCATION_H

#include "mlir/IR/Location.h"

#include "llvm/ADT/StringRef.h"

#include <optional>
#include <string>

namespace fovea {

/// The location of the node, input, output or initializer `name` of `file`.
mlir::Location makeNodeLocation(mlir::MLIRContext *context, llvm::StringRef name,
                                llvm::StringRef kind, llvm::StringRef file);

/// What a location made by `makeNodeLocation` says; the strings live as long as the context.
struct NodeOrigin {
  llvm::StringRef name;
  llvm::StringRef kind;
  llvm::StringRef file;
};

/// The origin of `location`: the first one found in a fused or call-site location; nothing for
/// other locations.
std::optional<NodeOrigin> getNodeOrigin(mlir::Location location);

/// "node 'x' (MatMul)" or "input 'x'", safe to print: bytes that are not printable are escaped.
std::string describeOrigin(const NodeOrigin &origin);

/// `text` with control characters and invalid UTF-8 escaped, cut after `longest` bytes: names are
/// meant to be short, and a hostile one does not get to fill the terminal.
std::string escapeText(llvm::StringRef text, size_t longest = 200);

} // namespace fovea

#endif // FOVEA_COMPILER_IMPORT_NODELOCATION_H
