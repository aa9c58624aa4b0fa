// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef FOVEA_PASSES_FUSE_COMMUTELAYOUTS_H
#define FOVEA_PASSES_FUSE_COMMUTELAYOUTS_H

namespace mlir::func {
class FuncOp;
}

namespace fovea {

/// Moves the layout ops that reorder rows (window partitions, rolls, folded axes) across the
/// projections around attention, so that they stand next to it, where `absorb-layout` makes them
/// its maps: in front of the projections of queries, keys and values they move behind, behind the
/// projection of the output they become the map of attention's result.
void commuteLayouts(mlir::func::FuncOp func);

} // namespace fovea

#endif // FOVEA_PASSES_FUSE_COMMUTELAYOUTS_H
