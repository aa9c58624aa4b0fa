// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Between Halide's world and ours: pipelines to bitcode, and bitcode to a kernel with the calling
// convention of docs/Architecture.md section 9.

#ifndef FOVEA_COMPILER_CODEGEN_HALIDE_WRAP_H
#define FOVEA_COMPILER_CODEGEN_HALIDE_WRAP_H

#include "compiler/codegen/halide/Plan.h"

namespace fovea::codegen::halide {

/// Bitcode of `output`, a function `symbol` over halide_buffer_t. Throws Halide::Error.
std::vector<char> compilePipeline(Halide::Func output,
                                  const std::vector<Halide::Argument> &arguments,
                                  const std::string &symbol, const Target &target);

/// How many nodes Halide walks when it compiles the largest Func of a pipeline: those of its
/// expressions as trees, with what is computed inside put in. Saturates. (Size.cpp)
uint64_t treeSize(const Halide::Func &output);

/// Joins the stages, calls them from `name` with bare pointers, hands scratch memory and errors
/// through, and makes everything but `name` internal. Throws Refusal when a stage calls what a
/// kernel may not call.
llvm::SmallVector<char, 0> wrap(kernel::FuncOp kernel, llvm::ArrayRef<Buffer> buffers,
                                std::vector<Stage> &stages, const Target &target);

} // namespace fovea::codegen::halide

#endif // FOVEA_COMPILER_CODEGEN_HALIDE_WRAP_H
