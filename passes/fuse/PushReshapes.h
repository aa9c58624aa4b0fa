// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef FOVEA_PASSES_FUSE_PUSHRESHAPES_H
#define FOVEA_PASSES_FUSE_PUSHRESHAPES_H

namespace mlir::func {
class FuncOp;
}

namespace fovea {

/// Moves reshapes that separate a contraction, convolution or attention from an elementwise
/// consumer, or a LayerNorm from the contraction it feeds, behind that consumer. Returns whether
/// anything changed.
bool pushReshapes(mlir::func::FuncOp func);

} // namespace fovea

#endif // FOVEA_PASSES_FUSE_PUSHRESHAPES_H
