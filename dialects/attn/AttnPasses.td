// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_ATTN_PASSES_TD
#define FOVEA_ATTN_PASSES_TD

include "mlir/Pass/PassBase.td"

def DecomposeAttentionPass : Pass<"fovea-attn-decompose"> {
  let summary = "expand attn.attention and attn.online_attention to linalg";
  let description = [{
    Every attention op becomes linalg.generic ops, one per step of its definition. Needs nothing, leaves none of them. The
    scores of a site become a tensor [b, h, i, j].
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect",
                           "::mlir::tensor::TensorDialect"];
}

def ConvertToOnlinePass : Pass<"fovea-attn-convert-to-online"> {
  let summary = "turn attn.attention into attn.online_attention, tiled along the keys";
  let description = [{
    An attention becomes one online step over all keys and the final quotient; with `key-tile` the step becomes a loop of
    steps over so many keys. Attentions that ask for their probabilities stay. A tile that does not divide the number
    of keys leaves the step whole.
  }];
  let options = [Option<"keyTile", "key-tile", "int64_t", "0", "keys per step; 0 for all in one step">];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect", "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect"];
}

def PrintMaskTilesPass : Pass<"fovea-attn-print-mask-tiles"> {
  let summary = "remark what the mask makes of tiles of queries and keys";
  let description = [{
    One remark per attn.attention: the mask's name and, for tiles of `query-tile` x `key-tile`, one letter each, F(ull),
    P(artial) or E(mpty), a row per tile of queries. Where the mask depends on batch or head, one map for each, `;` between.
    Changes nothing.
  }];
  let options = [Option<"queryTile", "query-tile", "int64_t", "64", "queries of a tile">,
                 Option<"keyTile", "key-tile", "int64_t", "64", "keys of a tile">];
}

#endif // FOVEA_ATTN_PASSES_TD
