// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The name of the ONNX node that an op comes from, for diagnostics and remarks.

#ifndef FOVEA_DIALECTS_ONNX_NODENAME_H
#define FOVEA_DIALECTS_ONNX_NODENAME_H

#include "mlir/IR/Location.h"

#include <string>

namespace fovea::onnx {

/// The first name in `location`, outermost first, which is the node's; `otherwise` when it holds
/// none. The text lives as long as the context, or `otherwise`.
llvm::StringRef getNodeName(mlir::Location location, llvm::StringRef otherwise = "<unnamed>");

/// The operator of the node that `getNodeName` names, or nothing.
llvm::StringRef getNodeOperator(mlir::Location location);

/// " of node 'name'", or nothing when the location names no node.
std::string describeNode(mlir::Location location);

} // namespace fovea::onnx

#endif // FOVEA_DIALECTS_ONNX_NODENAME_H
