// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Passes around the transformations of this folder.

#include "dialects/attn/AttnPasses.h"

#include "dialects/attn/Decompose.h"
#include "dialects/attn/MaskTiles.h"
#include "mlir/Dialect/SCF/Transforms/TileUsingInterface.h"
#include "mlir/IR/PatternMatch.h"

namespace fovea {
#define GEN_PASS_DEF_DECOMPOSEATTENTIONPASS
#define GEN_PASS_DEF_CONVERTTOONLINEPASS
#define GEN_PASS_DEF_PRINTMASKTILESPASS
#include "dialects/attn/AttnPasses.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;

namespace {
struct DecomposeAttention : fovea::impl::DecomposeAttentionPassBase<DecomposeAttention> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<Operation *> ops;
    getOperation()->walk([&](Operation *op) {
      if (isa<attn::AttentionOp, attn::OnlineAttentionOp>(op))
        ops.push_back(op);
    });
    for (Operation *op : ops) {
      auto attention = dyn_cast<attn::AttentionOp>(op);
      rewriter.replaceOp(op, attention ? attn::decomposeAttention(rewriter, attention)
                                       : attn::decomposeOnlineAttention(
                                             rewriter, cast<attn::OnlineAttentionOp>(op)));
    }
  }
};

struct ConvertToOnline : fovea::impl::ConvertToOnlinePassBase<ConvertToOnline> {
  using ConvertToOnlinePassBase::ConvertToOnlinePassBase;

  void runOnOperation() override {
    if (keyTile < 0) {
      getOperation()->emitError("key-tile must not be negative");
      return signalPassFailure();
    }
    IRRewriter rewriter(&getContext());
    SmallVector<attn::AttentionOp> ops;
    getOperation()->walk([&](attn::AttentionOp op) { ops.push_back(op); });
    for (attn::AttentionOp op : ops) {
      FailureOr<attn::OnlineAttentionOp> online = attn::convertToOnline(rewriter, op);
      if (failed(online))
        continue;
      int64_t keys = online->getDomain()[attn::AttentionOp::J];
      if (keyTile == 0 || keyTile >= keys || keys % keyTile != 0)
        continue;
      SmallVector<OpFoldResult> sizes(6, rewriter.getIndexAttr(0));
      sizes[attn::AttentionOp::J] = rewriter.getIndexAttr(keyTile);
      scf::SCFTilingOptions options;
      options.setTileSizes(sizes);
      rewriter.setInsertionPoint(*online);
      FailureOr<scf::SCFTilingResult> tiled =
          scf::tileUsingSCF(rewriter, cast<TilingInterface>(online->getOperation()), options);
      if (failed(tiled))
        return signalPassFailure();
      rewriter.replaceOp(*online, tiled->replacements);
    }
  }
};

struct PrintMaskTiles : fovea::impl::PrintMaskTilesPassBase<PrintMaskTiles> {
  using PrintMaskTilesPassBase::PrintMaskTilesPassBase;

  void runOnOperation() override {
    if (queryTile <= 0 || keyTile <= 0) {
      getOperation()->emitError("tiles need a positive size");
      return signalPassFailure();
    }
    getOperation()->walk([&](attn::AttentionOp op) {
      attn::MaskAttr mask = op.getMask();
      auto count = [&](unsigned dim) { return usesDim(mask, dim) ? op.getDomain()[dim] : 1; };
      InFlightDiagnostic remark = op.emitRemark() << describeMask(mask) << ": ";
      for (int64_t b = 0; b < count(attn::MaskB); ++b)
        for (int64_t h = 0; h < count(attn::MaskH); ++h)
          remark << (b + h > 0 ? ";" : "")
                 << drawTiles(mask, op.getDomain(), queryTile, keyTile, b, h);
    });
  }
};
} // namespace
