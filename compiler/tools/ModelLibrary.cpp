// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The names come from the ELF dynamic symbol table, because the dynamic loader can look up a symbol
// but not list them.
#include "compiler/tools/ModelLibrary.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Object/ELFObjectFile.h"

#include <dlfcn.h>

using namespace llvm;

namespace fovea {
namespace {

constexpr StringLiteral suffix("_model");

Error makeError(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

Expected<std::vector<std::string>> readModelNames(StringRef path) {
  Expected<object::OwningBinary<object::ObjectFile>> binary =
      object::ObjectFile::createObjectFile(path);
  if (!binary)
    return makeError("cannot read '" + path +
                     "' as a shared library: " + toString(binary.takeError()));
  const auto *elf = dyn_cast<object::ELFObjectFileBase>(binary->getBinary());
  if (!elf || elf->getEType() != ELF::ET_DYN)
    return makeError("'" + path + "' is not a shared library" +
                     (elf && elf->getEType() == ELF::ET_REL
                          ? "; link the object with 'cc -shared', or compile to a .so"
                          : ""));
  std::vector<std::string> names;
  for (const object::ELFSymbolRef symbol : elf->getDynamicSymbolIterators()) {
    Expected<StringRef> name = symbol.getName();
    Expected<uint32_t> flags = symbol.getFlags();
    const bool usable = name && flags && !(*flags & object::SymbolRef::SF_Undefined) &&
                        symbol.getELFType() == ELF::STT_FUNC;
    if (usable && name->ends_with(suffix) && name->size() > suffix.size())
      names.push_back(name->drop_back(suffix.size()).str());
    consumeError(name.takeError());
    consumeError(flags.takeError());
  }
  if (names.empty())
    return makeError("'" + path + "' exports no model: no function is called '<name>_model'");
  sort(names);
  names.erase(llvm::unique(names), names.end());
  return names;
}

} // namespace

Expected<ModelLibrary> ModelLibrary::open(StringRef path) {
  Expected<std::vector<std::string>> names = readModelNames(path);
  if (!names)
    return names.takeError();
  ModelLibrary library;
  // Without a slash the loader would search its own folders.
  library.path = (path.contains('/') ? "" : "./") + path.str();
  library.modelNames = std::move(*names);
  library.handle = dlopen(library.path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library.handle)
    return makeError("cannot load '" + path + "': " + dlerror());
  return library;
}

Expected<const fovea_model *> ModelLibrary::find(StringRef name) const {
  if (name.empty() && modelNames.size() > 1)
    return makeError("'" + path +
                     "' holds several models, choose one with --model: " + join(modelNames, ", "));
  const std::string chosen = name.empty() ? modelNames.front() : name.str();
  if (!is_contained(modelNames, chosen))
    return makeError("'" + path + "' has no model '" + chosen +
                     "'; it has: " + join(modelNames, ", "));
  auto function =
      reinterpret_cast<const fovea_model *(*)()>(dlsym(handle, (chosen + suffix.str()).c_str()));
  const fovea_model *model = function ? function() : nullptr;
  if (!model)
    return makeError("'" + path + "': the function '" + chosen + "_model' gives no model");
  return model;
}

} // namespace fovea
