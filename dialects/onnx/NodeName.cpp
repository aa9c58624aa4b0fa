// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names in locations. A location without one leads on to its parts: fused locations name several
// nodes, and the first is as good as any.

#include "dialects/onnx/NodeName.h"

#include "mlir/IR/BuiltinAttributes.h"

using namespace mlir;
using namespace fovea;

/// The outermost location with a name, or null.
static NameLoc findNamed(Location location) {
  // Passes may nest locations deeply, so the search keeps its own stack.
  SmallVector<Location> pending = {location};
  while (!pending.empty()) {
    Location current = pending.pop_back_val();
    if (auto name = dyn_cast<NameLoc>(current)) {
      if (!name.getName().empty())
        return name;
      pending.push_back(name.getChildLoc());
    } else if (auto fused = dyn_cast<FusedLoc>(current)) {
      for (Location part : llvm::reverse(fused.getLocations()))
        pending.push_back(part);
    } else if (auto call = dyn_cast<CallSiteLoc>(current)) {
      pending.push_back(call.getCaller());
      pending.push_back(call.getCallee());
    }
  }
  return {};
}

StringRef onnx::getNodeName(Location location, StringRef otherwise) {
  NameLoc named = findNamed(location);
  return named ? named.getName().getValue() : otherwise;
}

StringRef onnx::getNodeOperator(Location location) {
  NameLoc named = findNamed(location);
  auto op = named ? dyn_cast<NameLoc>(named.getChildLoc()) : NameLoc();
  return op ? op.getName().getValue() : StringRef();
}

std::string onnx::describeNode(Location location) {
  StringRef name = getNodeName(location, "");
  return name.empty() ? std::string() : " of node '" + name.str() + "'";
}
