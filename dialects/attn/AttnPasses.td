// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_ATTN_PASSES_TD
#define FOVEA_ATTN_PASSES_TD

include "mlir/Pass/PassBase.td"

def DecomposeAttentionPass : Pass<"fovea-attn-decompose"> {
  let summary = "expand attn.attention to linalg";
  let description = [{
    Every attn.attention on tensors becomes linalg.generic ops, one per step of its definition. Needs nothing, leaves no
    attn.attention. The scores of a site become a tensor [b, h, i, j].
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect",
                           "::mlir::tensor::TensorDialect"];
}

#endif // FOVEA_ATTN_PASSES_TD
