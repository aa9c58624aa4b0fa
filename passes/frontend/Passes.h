// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Passes of this folder: static shapes, constants evaluated, no-ops gone. Contracts are in
// Passes.td.

#ifndef FOVEA_PASSES_FRONTEND_PASSES_H
#define FOVEA_PASSES_FRONTEND_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace fovea {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/frontend/Passes.h.inc"
} // namespace fovea

#endif // FOVEA_PASSES_FRONTEND_PASSES_H
