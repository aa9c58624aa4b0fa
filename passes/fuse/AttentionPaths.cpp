// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/fuse/AttentionPaths.h"

#include "dialects/attn/Attn.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/fuse/Classify.h"
#include "passes/fuse/IndexMaps.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace fovea;

/// What stands between a projection and its attention is near; the residual of a deep network would
/// lead through all of it.
static constexpr size_t maxOps = 64;

bool fovea::isComputing(Operation *op) {
  auto generic = dyn_cast_or_null<linalg::GenericOp>(op);
  return generic && classify(generic) == OpKind::Elementwise && !getLayout(generic);
}

static bool keepsRows(Operation *op) {
  return op->getNumResults() == 1 && (isComputing(op) || getMovement(op) ||
                                      isa<tensor::InsertSliceOp, tensor::ExtractSliceOp>(op));
}

bool fovea::feedsAttention(Value value) {
  llvm::SmallSetVector<Operation *, 16> reached;
  auto readsRows = [&](OpOperand &use) {
    Operation *user = use.getOwner();
    if (isa<attn::AttentionOp>(user))
      return use.getOperandNumber() < 3;
    if (keepsRows(user))
      reached.insert(user);
    return false;
  };
  bool found = llvm::any_of(value.getUses(), readsRows);
  for (size_t next = 0; !found && next < std::min(reached.size(), maxOps); ++next)
    found = llvm::any_of(reached[next]->getUses(), readsRows);
  return found;
}

bool fovea::feedsProjection(Value value) {
  llvm::SmallSetVector<Operation *, 16> reached;
  auto leadsOn = [&](OpOperand &use) {
    Operation *user = use.getOwner();
    OpKind kind = classify(user);
    if (kind == OpKind::Contraction)
      return use.getOperandNumber() == 0 && feedsAttention(user->getResult(0));
    if (!keepsRows(user) && kind != OpKind::Reduction)
      return false;
    reached.insert(user);
    return reached.size() <= maxOps && !user->use_empty();
  };
  bool leads = !value.use_empty() && llvm::all_of(value.getUses(), leadsOn);
  for (size_t next = 0; leads && next < reached.size(); ++next)
    leads = llvm::all_of(reached[next]->getUses(), leadsOn);
  return leads;
}

bool fovea::comesFromAttention(Value value) {
  // Values, each with the number of projections behind it.
  llvm::SmallSetVector<std::pair<Value, unsigned>, 16> reached;
  reached.insert({value, 0});
  for (size_t next = 0; next < std::min(reached.size(), maxOps); ++next) {
    auto [current, projections] = reached[next];
    Operation *op = current.getDefiningOp();
    if (isa_and_nonnull<attn::AttentionOp>(op))
      return true;
    auto generic = dyn_cast_or_null<linalg::GenericOp>(op);
    if (std::optional<Layout> layout = getMovement(op)) {
      reached.insert({layout->source, projections});
    } else if (isComputing(op)) {
      for (Value input : generic.getInputs())
        if (input.hasOneUse())
          reached.insert({input, projections});
    } else if (generic && classify(generic) == OpKind::Contraction && projections == 0) {
      reached.insert({generic.getInputs()[0], 1});
    }
  }
  return false;
}
