// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Passes of this folder: less work on the whole graph, exactly. Contracts are in Passes.td.

#ifndef FOVEA_PASSES_SIMPLIFY_PASSES_H
#define FOVEA_PASSES_SIMPLIFY_PASSES_H

#include "dialects/attn/Attn.h"
#include "dialects/onnx/OnnxDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace fovea {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/simplify/Passes.h.inc"
} // namespace fovea

#endif // FOVEA_PASSES_SIMPLIFY_PASSES_H
