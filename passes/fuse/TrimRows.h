// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef FOVEA_PASSES_FUSE_TRIMROWS_H
#define FOVEA_PASSES_FUSE_TRIMROWS_H

namespace mlir::func {
class FuncOp;
}

namespace fovea {

/// Projections compute no rows that are padding or that nobody reads: zeros padded around the input
/// become what the projection makes of zeros, around its result; a slice of the result becomes one
/// of the input.
void trimRows(mlir::func::FuncOp func);

} // namespace fovea

#endif // FOVEA_PASSES_FUSE_TRIMROWS_H
