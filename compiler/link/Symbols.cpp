// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What an object may leave undefined, and the call of the system's linker.

#include "compiler/link/Link.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Object/ELF.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"

using namespace llvm;
using namespace fovea;

static bool isAllowed(StringRef name) {
  static constexpr StringLiteral exact[] = {"fovea_parallel_for",
                                            "fovea_scratch_alloc",
                                            "fovea_scratch_free",
                                            "memcpy",
                                            "memmove",
                                            "memset",
                                            "memcmp",
                                            "_GLOBAL_OFFSET_TABLE_"};
  static constexpr StringLiteral math[] = {
      "acos",   "acosh", "asin", "asinh", "atan",      "atan2", "atanh",     "cbrt",
      "ceil",   "cos",   "cosh", "erf",   "erfc",      "exp",   "exp2",      "expm1",
      "fabs",   "floor", "fma",  "fmax",  "fmin",      "fmod",  "log",       "log10",
      "log1p",  "log2",  "pow",  "rint",  "nearbyint", "round", "roundeven", "sin",
      "sincos", "sinh",  "sqrt", "tan",   "tanh",      "trunc", "ldexp"};
  if (is_contained(exact, name))
    return true;
  // Every function of libm has its single-precision twin.
  return is_contained(math, name) || (name.consume_back("f") && is_contained(math, name));
}

Error link::checkUndefinedSymbols(StringRef elf) {
  using Elf = object::ELF64LE;
  Expected<object::ELFFile<Elf>> file = object::ELFFile<Elf>::create(elf);
  if (!file)
    return file.takeError();
  auto headers = file->sections();
  if (!headers)
    return headers.takeError();
  SmallVector<std::string> unknown;
  for (const Elf::Shdr &header : *headers) {
    if (header.sh_type != ELF::SHT_SYMTAB)
      continue;
    auto symbols = file->symbols(&header);
    if (!symbols)
      return symbols.takeError();
    auto names = file->getStringTableForSymtab(header);
    if (!names)
      return names.takeError();
    for (const Elf::Sym &symbol : *symbols) {
      Expected<StringRef> name = symbol.getName(*names);
      if (!name)
        return name.takeError();
      if (symbol.isUndefined() && !name->empty() && !isAllowed(*name))
        unknown.push_back(name->str());
    }
  }
  if (unknown.empty())
    return Error::success();
  return createStringError(
      "the generated code needs functions that neither the runtime nor libm provides: " +
      join(unknown, ", "));
}

/// The system's libm and libc, where they lie in one of the usual folders.
static SmallVector<std::string> findMathLibraries() {
  SmallVector<std::string> found;
  for (const char *folder :
       {"/lib/x86_64-linux-gnu/", "/usr/lib/x86_64-linux-gnu/", "/lib64/", "/usr/lib64/"}) {
    for (const char *library : {"libm.so.6", "libc.so.6"})
      if (std::string path = std::string(folder) + library; sys::fs::exists(path))
        found.push_back(path);
    if (!found.empty())
      break;
  }
  return found;
}

Error link::linkSharedLibrary(StringRef object, StringRef output, StringRef name) {
  ErrorOr<std::string> linker = sys::findProgramByName("ld.lld-22");
  for (const char *candidate : {"ld.lld", "/usr/lib/llvm-22/bin/ld.lld"})
    if (!linker)
      linker = sys::findProgramByName(candidate);
  if (!linker)
    return createStringError(
        "a shared library needs the linker ld.lld, which is not installed: install the package "
        "lld-22, or emit an object and link it yourself");
  // The version script keeps the library's table of exports to the model.
  SmallString<128> script, messages;
  llvm::scope_exit removeFiles([&] {
    for (StringRef path : {script.str(), messages.str()})
      if (!path.empty())
        sys::fs::remove(path);
  });
  int descriptor = -1;
  if (std::error_code error = sys::fs::createTemporaryFile("fovea", "map", descriptor, script))
    return createStringError(error, "cannot make a temporary file");
  {
    raw_fd_ostream stream(descriptor, /*shouldClose=*/true);
    stream << "{ global: " << name << "_model; local: *; };\n";
  }
  if (std::error_code error = sys::fs::createTemporaryFile("fovea", "txt", messages))
    return createStringError(error, "cannot make a temporary file");
  std::string versionScript = ("--version-script=" + script).str();
  // The file may still have a temporary name, which must not get into it.
  std::string soname = (name + ".so").str();
  std::string failure;
  std::optional<StringRef> redirects[] = {std::nullopt, messages.str(), messages.str()};
  SmallVector<StringRef> arguments = {"ld.lld",  "-shared",     "--build-id=none",
                                      "-z",      "noexecstack", versionScript,
                                      "-soname", soname,        "-o",
                                      output,    object,        "--as-needed"};
  // Naming libm and libc lets programs that use neither load the library.
  SmallVector<std::string> libraries = findMathLibraries();
  arguments.append(libraries.begin(), libraries.end());
  int status = sys::ExecuteAndWait(*linker, arguments, std::nullopt, redirects,
                                   /*SecondsToWait=*/0, /*MemoryLimit=*/0, &failure);
  if (status == 0)
    return Error::success();
  if (auto text = MemoryBuffer::getFile(messages))
    failure += (*text)->getBuffer().str();
  return createStringError("ld.lld failed: " + failure);
}
