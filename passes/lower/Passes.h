// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Passes of this folder: onnx ops to linalg, tensor and arith. Contracts are in Passes.td.

#ifndef FOVEA_PASSES_LOWER_PASSES_H
#define FOVEA_PASSES_LOWER_PASSES_H

#include "mlir/Pass/Pass.h"

namespace fovea {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/lower/Passes.h.inc"
} // namespace fovea

#endif // FOVEA_PASSES_LOWER_PASSES_H
