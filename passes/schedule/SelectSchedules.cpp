// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads the extents of an island's anchor and asks the tables.

#include "dialects/attn/Attn.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "passes/fuse/Classify.h"
#include "passes/remarks/RemarkCodes.h"
#include "passes/schedule/Passes.h"
#include "passes/schedule/ScheduleTable.h"

#include <limits>

namespace fovea {
#define GEN_PASS_DEF_SELECTSCHEDULESPASS
#include "passes/schedule/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;

/// The op that gives an island its anchor: the first of the kinds that the anchor stands for.
static Operation *findAnchor(kernel::IslandOp island, ArrayRef<OpKind> wanted) {
  for (Operation &op : island.getBody().front())
    if (llvm::is_contained(wanted, classify(&op)))
      return &op;
  return nullptr;
}

static int64_t product(ArrayRef<unsigned> loops, ArrayRef<int64_t> extents) {
  uint64_t result = 1;
  for (unsigned loop : loops)
    result = llvm::SaturatingMultiply<uint64_t>(result, extents[loop]);
  return std::min<uint64_t>(result, std::numeric_limits<int32_t>::max());
}

static kernel::ScheduleAttr selectContraction(linalg::GenericOp op, const ScheduleTarget &target) {
  ContractionLoops loops = getContractionLoops(op);
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  return selectGemm(
      op.getContext(),
      {product(loops.m, extents), product(loops.n, extents), product(loops.k, extents)}, target);
}

/// The innermost of the loops in the result's order, or none.
static int64_t getInnermostExtent(linalg::GenericOp op, ArrayRef<unsigned> loops) {
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  for (AffineExpr expr : llvm::reverse(op.getIndexingMapsArray().back().getResults()))
    if (auto dim = dyn_cast<AffineDimExpr>(expr);
        dim && llvm::is_contained(loops, dim.getPosition()))
      return extents[dim.getPosition()];
  return 1;
}

static kernel::ScheduleAttr selectConvolution(linalg::GenericOp op, const ScheduleTarget &target) {
  ContractionLoops loops = getContractionLoops(op);
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  return selectConv(op.getContext(),
                    {getInnermostExtent(op, loops.m), product(loops.m, extents),
                     product(loops.n, extents), product(loops.k, extents)},
                    target);
}

static kernel::ScheduleAttr select(kernel::IslandOp island, const ScheduleTarget &target) {
  MLIRContext *context = island.getContext();
  switch (island.getAnchor()) {
  case kernel::Anchor::Contraction:
    if (Operation *op = findAnchor(island, {OpKind::Contraction}))
      return selectContraction(cast<linalg::GenericOp>(op), target);
    return {};
  case kernel::Anchor::Convolution:
    if (Operation *op = findAnchor(island, {OpKind::Convolution}))
      return selectConvolution(cast<linalg::GenericOp>(op), target);
    return {};
  case kernel::Anchor::Attention:
    if (auto op = dyn_cast_or_null<attn::AttentionOp>(findAnchor(island, {OpKind::Attention})))
      return selectAttention(
          context, {op.getDomain()[attn::AttentionOp::I], op.getDomain()[attn::AttentionOp::J]});
    return {};
  case kernel::Anchor::Rows:
    if (auto op = dyn_cast_or_null<linalg::GenericOp>(findAnchor(island, {OpKind::Reduction}))) {
      SmallVector<unsigned> reduced;
      op.getReductionDims(reduced);
      return selectRows(context, product(reduced, op.getStaticLoopRanges()), target);
    }
    return {};
  case kernel::Anchor::Elementwise:
    return selectElementwise(context, target);
  case kernel::Anchor::Sequential:
    return {};
  }
  llvm_unreachable("all anchors are handled");
}

namespace {
struct SelectSchedules : fovea::impl::SelectSchedulesPassBase<SelectSchedules> {
  using SelectSchedulesPassBase::SelectSchedulesPassBase;

  void runOnOperation() override {
    if (vectorWidth != 8 && vectorWidth != 16) {
      getOperation()->emitError("vector-width must be 8 or 16, not ") << int64_t(vectorWidth);
      return signalPassFailure();
    }
    ScheduleTarget target{vectorWidth, l2Kib * 1024};
    getOperation()->walk([&](kernel::IslandOp island) {
      if (island.getScheduleAttr() || island.getBackend() == kernel::Backend::LLVM)
        return;
      kernel::ScheduleAttr schedule = select(island, target);
      if (!schedule) {
        remarkMissed(RemarkCode::NoAnchorOp, island.getLoc(),
                     "the island has no op that its anchor stands for; the backend's defaults "
                     "apply");
        return;
      }
      island.setScheduleAttr(schedule);
    });
  }
};
} // namespace
