// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Passes that stay within the attn dialect or expand it. Contracts are in AttnPasses.td.

#ifndef FOVEA_DIALECTS_ATTN_ATTNPASSES_H
#define FOVEA_DIALECTS_ATTN_ATTNPASSES_H

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Pass/Pass.h"

namespace fovea {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "dialects/attn/AttnPasses.h.inc"
} // namespace fovea

#endif // FOVEA_DIALECTS_ATTN_ATTNPASSES_H
