// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whether values lie between attention and the projections around it.

#ifndef FOVEA_PASSES_FUSE_ATTENTIONPATHS_H
#define FOVEA_PASSES_FUSE_ATTENTIONPATHS_H

#include "mlir/IR/Operation.h"
#include "mlir/IR/Value.h"

namespace fovea {

/// Whether the op computes element by element what it does not merely move.
bool isComputing(mlir::Operation *op);

/// Whether attention reads the value as queries, keys or values, through ops that keep rows apart.
bool feedsAttention(mlir::Value value);

/// Whether nothing but projections whose results feed attention read the value, as their rows,
/// through ops that keep rows apart: norms over channels among them.
bool feedsProjection(mlir::Value value);

/// Whether the value is attention's result, or that of the projection behind it, through ops that
/// keep rows apart.
bool comesFromAttention(mlir::Value value);

} // namespace fovea

#endif // FOVEA_PASSES_FUSE_ATTENTIONPATHS_H
