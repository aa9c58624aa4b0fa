// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Passes of this folder: what may exist after each phase. Contracts are in Passes.td.

#ifndef FOVEA_PASSES_VERIFY_PASSES_H
#define FOVEA_PASSES_VERIFY_PASSES_H

#include "mlir/Pass/Pass.h"

namespace fovea {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/verify/Passes.h.inc"
} // namespace fovea

#endif // FOVEA_PASSES_VERIFY_PASSES_H
