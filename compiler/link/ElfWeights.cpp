// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The object from LLVM has a small placeholder for the weights. Its section header is pointed at
// the end of the file, where the real bytes follow; nothing else in the file moves.

#include "compiler/link/ElfWeights.h"

#include "llvm/Object/ELF.h"
#include "llvm/Support/MathExtras.h"

#include <string>

using namespace llvm;
using namespace fovea;
using Elf = object::ELF64LE;

/// Linkers keep code and data within 2 GiB of each other; above this size the weights stay out of
/// that range.
static constexpr int64_t largeSection = int64_t(1536) << 20;
static constexpr uint64_t pageBytes = 4096;

StringRef link::getWeightsSection(int64_t bytes) {
  return bytes > largeSection ? ".lrodata.fovea.weights" : ".fovea.weights";
}

/// The place of a structure of the parsed file in our copy of its bytes.
template <typename T> static T &inCopy(std::string &copy, StringRef original, const T &structure) {
  size_t offset = reinterpret_cast<const char *>(&structure) - original.data();
  return *reinterpret_cast<T *>(copy.data() + offset);
}

Error link::writeWithSection(StringRef elf, StringRef section, int64_t bytes,
                             function_ref<void(raw_ostream &)> writeContents, raw_ostream &out) {
  Expected<object::ELFFile<Elf>> file = object::ELFFile<Elf>::create(elf);
  if (!file)
    return file.takeError();
  auto headers = file->sections();
  if (!headers)
    return headers.takeError();
  std::string copy = elf.str();
  uint64_t offset = alignTo(copy.size(), pageBytes);
  unsigned found = 0;
  for (const Elf::Shdr &header : *headers) {
    Expected<StringRef> name = file->getSectionName(header);
    if (!name)
      return name.takeError();
    if (*name != section)
      continue;
    found = &header - headers->begin();
    Elf::Shdr &patched = inCopy(copy, elf, header);
    patched.sh_type = ELF::SHT_PROGBITS;
    patched.sh_flags =
        ELF::SHF_ALLOC | (bytes > largeSection ? uint64_t(ELF::SHF_X86_64_LARGE) : 0);
    patched.sh_offset = offset;
    patched.sh_size = bytes;
    patched.sh_addralign = pageBytes;
  }
  if (found == 0)
    return createStringError("the object has no section " + section);
  for (const Elf::Shdr &header : *headers) {
    if (header.sh_type != ELF::SHT_SYMTAB)
      continue;
    auto symbols = file->symbols(&header);
    if (!symbols)
      return symbols.takeError();
    for (const Elf::Sym &symbol : *symbols)
      if (symbol.st_shndx == found && symbol.getType() == ELF::STT_OBJECT)
        inCopy(copy, elf, symbol).st_size = bytes;
  }
  out << copy;
  out.write_zeros(offset - copy.size());
  uint64_t before = out.tell();
  writeContents(out);
  if (out.tell() - before != uint64_t(bytes))
    return createStringError("the weights are not of the expected size");
  return Error::success();
}
