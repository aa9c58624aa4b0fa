// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How much scratch memory a kernel's code asks for.

#ifndef FOVEA_COMPILER_CODEGEN_SCRATCH_H
#define FOVEA_COMPILER_CODEGEN_SCRATCH_H

#include "llvm/IR/Function.h"
#include "llvm/Support/Error.h"

namespace fovea::codegen {

/// The most scratch memory, in bytes, that one worker can hold in one call of `kernel`: the sum
/// over all `fovea_scratch_alloc` in it and in the functions and tasks it reaches, each rounded up
/// as the runtime does. Fails when a size is not a constant.
llvm::Expected<int64_t> getScratchBytes(const llvm::Function &kernel);

} // namespace fovea::codegen

#endif // FOVEA_COMPILER_CODEGEN_SCRATCH_H
