// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Puts the weights into an object file while it is written.

#ifndef FOVEA_COMPILER_LINK_ELFWEIGHTS_H
#define FOVEA_COMPILER_LINK_ELFWEIGHTS_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

namespace fovea::link {

/// The name of the weights section: one that linkers place away from code when it is too large for
/// 32-bit distances.
llvm::StringRef getWeightsSection(int64_t bytes);

/// Writes the x86-64 ELF object `elf` to `out` so that its section called `section` holds `bytes`
/// bytes: those that `writeContents` writes. They are at the file's end, at a multiple of 4096;
/// symbols of the section grow with it. Fails when `elf` is no such object or lacks the section.
llvm::Error writeWithSection(llvm::StringRef elf, llvm::StringRef section, int64_t bytes,
                             llvm::function_ref<void(llvm::raw_ostream &)> writeContents,
                             llvm::raw_ostream &out);

} // namespace fovea::link

#endif // FOVEA_COMPILER_LINK_ELFWEIGHTS_H
