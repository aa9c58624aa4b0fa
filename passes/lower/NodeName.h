// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The name of the ONNX node that an op comes from, for diagnostics.

#ifndef FOVEA_PASSES_LOWER_NODENAME_H
#define FOVEA_PASSES_LOWER_NODENAME_H

#include "mlir/IR/Location.h"

namespace fovea {

/// The node's name in `location`, or an empty string when it names none. A fused location gives its
/// first name.
inline llvm::StringRef getNodeName(mlir::Location location) {
  if (auto name = mlir::dyn_cast<mlir::NameLoc>(location))
    return name.getName();
  if (auto fused = mlir::dyn_cast<mlir::FusedLoc>(location))
    for (mlir::Location part : fused.getLocations())
      if (llvm::StringRef name = getNodeName(part); !name.empty())
        return name;
  return {};
}

/// " of node 'name'", or nothing when the location names no node.
inline std::string describeNode(mlir::Location location) {
  llvm::StringRef name = getNodeName(location);
  return name.empty() ? std::string() : " of node '" + name.str() + "'";
}

} // namespace fovea

#endif // FOVEA_PASSES_LOWER_NODENAME_H
