// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Passes of this folder: attention, norms and activations recovered from any spelling. Contracts
// are in Passes.td.

#ifndef FOVEA_PASSES_RAISE_PASSES_H
#define FOVEA_PASSES_RAISE_PASSES_H

#include "dialects/attn/Attn.h"
#include "dialects/onnx/OnnxDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace fovea {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/raise/Passes.h.inc"
} // namespace fovea

#endif // FOVEA_PASSES_RAISE_PASSES_H
