// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sums of products of two tensors, however they are spelled.

#ifndef FOVEA_PASSES_RAISE_CONTRACTION_H
#define FOVEA_PASSES_RAISE_CONTRACTION_H

#include "passes/raise/IndexWalk.h"

namespace fovea::raise {

/// result[o] = factor * sum over r of left[...] * right[...]. The views' loops are the dimensions
/// of the result, then those that are summed over.
struct Contraction {
  mlir::Value result;
  View left, right;
  llvm::SmallVector<int64_t> loops;
  /// How many of the loops are dimensions of the result.
  unsigned outer = 0;
  double factor = 1.0;
};

/// The contraction that `value` is: MatMul, Gemm without an addend, Conv of single points without
/// a bias, or ReduceSum of a Mul whose factors both vary along what is summed over. Shapes are
/// static.
std::optional<Contraction> matchContraction(mlir::Value value);

} // namespace fovea::raise

#endif // FOVEA_PASSES_RAISE_CONTRACTION_H
