// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What an op is to fusion: the anchor it could be, or why it can ride along with another one.

#ifndef FOVEA_PASSES_FUSE_CLASSIFY_H
#define FOVEA_PASSES_FUSE_CLASSIFY_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace fovea {

enum class OpKind {
  Contraction, ///< one product summed over reduction loops, plain index maps
  Convolution, ///< the same with an index that is a sum of loops (or strided)
  Attention,   ///< attn.attention
  Reduction,   ///< any other generic with reduction loops
  Elementwise, ///< a generic of parallel loops, data movement and gathers included
  Movement,    ///< tensor.pad, extract_slice, insert_slice
  Reshape,     ///< expand_shape, collapse_shape: free
  Filler,      ///< tensor.empty, linalg.fill and constants that islands rematerialise
  Other        ///< terminators, tensor constants, islands, ops of other dialects
};

OpKind classify(mlir::Operation *op);

/// Calls `visit` for the blocks of the program: the function's, and after each those of the loops
/// and branches in it.
void forEachProgramBlock(mlir::Region &region, llvm::function_ref<void(mlir::Block &)> visit);

/// Contraction, convolution or attention: what gives an island its loops and exists once in it.
bool isHeavy(OpKind kind);

/// A generic of parallel loops without exp, erf, tanh, division and the like: cheap enough to be
/// computed again for every tile that reads it.
bool isCheapElementwise(mlir::linalg::GenericOp op);

/// Whether a body of the generic reads a whole tensor (`tensor.extract`).
bool isGather(mlir::linalg::GenericOp op);

/// The loops of a contraction by their role. A loop that both operands and the result use is a
/// batch loop.
struct ContractionLoops {
  llvm::SmallVector<unsigned> batch, m, n, k;
};

/// Roles of the loops of a generic that `classify` calls a contraction or convolution.
ContractionLoops getContractionLoops(mlir::linalg::GenericOp op);

} // namespace fovea

#endif // FOVEA_PASSES_FUSE_CLASSIFY_H
