// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Locations that name a node of the model, made and taken apart in one place.

#include "compiler/import/NodeLocation.h"

#include "mlir/IR/BuiltinAttributes.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ConvertUTF.h"

using namespace mlir;
using namespace fovea;

Location fovea::makeNodeLocation(MLIRContext *context, StringRef name, StringRef kind,
                                 StringRef file) {
  auto identifier = [&](StringRef text) {
    return StringAttr::get(context, text.empty() ? "?" : text);
  };
  Location fileLoc = NameLoc::get(identifier(file));
  return NameLoc::get(identifier(name), NameLoc::get(identifier(kind), fileLoc));
}

std::optional<NodeOrigin> fovea::getNodeOrigin(Location location) {
  // Locations nest without a bound only when passes fuse them again and again, so the search keeps
  // its own stack.
  SmallVector<Location> pending = {location};
  while (!pending.empty()) {
    Location current = pending.pop_back_val();
    if (auto name = dyn_cast<NameLoc>(current)) {
      auto kind = dyn_cast<NameLoc>(name.getChildLoc());
      auto file = kind ? dyn_cast<NameLoc>(kind.getChildLoc()) : NameLoc();
      if (file && isa<UnknownLoc>(file.getChildLoc()))
        return NodeOrigin{name.getName(), kind.getName(), file.getName()};
      pending.push_back(name.getChildLoc());
    } else if (auto fused = dyn_cast<FusedLoc>(current)) {
      for (Location child : llvm::reverse(fused.getLocations()))
        pending.push_back(child);
    } else if (auto call = dyn_cast<CallSiteLoc>(current)) {
      pending.push_back(call.getCaller());
      pending.push_back(call.getCallee());
    }
  }
  return std::nullopt;
}

std::string fovea::describeOrigin(const NodeOrigin &origin) {
  std::string name = escapeText(origin.name);
  if (origin.kind == "input" || origin.kind == "output" || origin.kind == "initializer")
    return origin.kind.str() + " '" + name + "'";
  return "node '" + name + "' (" + escapeText(origin.kind) + ")";
}

std::string fovea::escapeText(StringRef text, size_t longest) {
  bool cut = text.size() > longest;
  text = text.take_front(longest);
  const auto *bytes = reinterpret_cast<const llvm::UTF8 *>(text.data());
  bool isUTF8 = llvm::isLegalUTF8String(&bytes, bytes + text.size());
  std::string result;
  for (char c : text) {
    bool printable = llvm::isPrint(c) || (isUTF8 && (static_cast<unsigned char>(c) & 0x80));
    if (printable)
      result += c;
    else
      result +=
          "\\x" + llvm::utohexstr(static_cast<unsigned char>(c), /*LowerCase=*/true, /*Width=*/2);
  }
  return cut ? result + "..." : result;
}
