// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Passes around the transformations of this folder.

#include "dialects/attn/AttnPasses.h"

#include "dialects/attn/Decompose.h"
#include "mlir/IR/PatternMatch.h"

namespace fovea {
#define GEN_PASS_DEF_DECOMPOSEATTENTIONPASS
#include "dialects/attn/AttnPasses.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;

namespace {
struct DecomposeAttention : fovea::impl::DecomposeAttentionPassBase<DecomposeAttention> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<attn::AttentionOp> ops;
    getOperation()->walk([&](attn::AttentionOp op) { ops.push_back(op); });
    for (attn::AttentionOp op : ops) {
      FailureOr<SmallVector<Value>> results = attn::decomposeAttention(rewriter, op);
      if (failed(results)) {
        op.emitOpError("cannot be expanded: its domain is empty");
        return signalPassFailure();
      }
      rewriter.replaceOp(op, *results);
    }
  }
};
} // namespace
