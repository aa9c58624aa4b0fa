// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Passes of this folder: the program on memory: one static arena. Contracts are in Passes.td.

#ifndef FOVEA_PASSES_BUFFERIZE_PASSES_H
#define FOVEA_PASSES_BUFFERIZE_PASSES_H

#include "mlir/Pass/Pass.h"

namespace fovea {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/bufferize/Passes.h.inc"
} // namespace fovea

#endif // FOVEA_PASSES_BUFFERIZE_PASSES_H
