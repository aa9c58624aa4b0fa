// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/fuse/AttentionMaps.h"

#include "passes/fuse/IndexMaps.h"

using namespace mlir;
using namespace fovea;

bool fovea::acceptsMap(attn::AttentionOp op, unsigned position, AffineMap map) {
  const unsigned captures = op.getCaptures().size();
  const bool isCapture = position >= 3 && position < 3 + captures;
  auto divides = [&](unsigned dim) {
    return dividesDim(map, getAffineDimExpr(dim, map.getContext()));
  };
  return !divides(attn::AttentionOp::D) && !divides(attn::AttentionOp::E) &&
         !(isCapture && divides(attn::AttentionOp::J));
}
