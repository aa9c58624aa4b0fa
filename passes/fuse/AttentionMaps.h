// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which index maps the operands and the result of attention take.

#ifndef FOVEA_PASSES_FUSE_ATTENTIONMAPS_H
#define FOVEA_PASSES_FUSE_ATTENTIONMAPS_H

#include "dialects/attn/Attn.h"

namespace fovea {

/// Whether map `position` of the op may be `map`: channels, and for captures keys, are what vectors
/// run over and occur in no quotient or remainder; batch, heads, queries and keys may.
bool acceptsMap(attn::AttentionOp op, unsigned position, mlir::AffineMap map);

} // namespace fovea

#endif // FOVEA_PASSES_FUSE_ATTENTIONMAPS_H
