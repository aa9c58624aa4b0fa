// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One kernel through the backend that its attribute names, or through the other when that one
// refuses.

#ifndef FOVEA_COMPILER_LINK_COMPILEKERNEL_H
#define FOVEA_COMPILER_LINK_COMPILEKERNEL_H

#include "compiler/codegen/Kernel.h"

namespace fovea::link {

/// Makes the code of `kernel`. With `mayFallBack`, a kernel that Halide refuses is given to LLVM,
/// which takes every kernel: its `backend` changes, constants that were packed for it alone lose
/// their packing, and a remark names the kernel and Halide's reason. Without, or when a packed
/// constant serves another kernel too, the refusal is an error.
llvm::FailureOr<codegen::CompiledKernel>
compileKernel(kernel::FuncOp kernel, const codegen::Target &target, bool mayFallBack);

} // namespace fovea::link

#endif // FOVEA_COMPILER_LINK_COMPILEKERNEL_H
