// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attention written with keys as rows: softmax over the columns of k q^T, values times
// probabilities.

#ifndef FOVEA_PASSES_RAISE_TRANSPOSEDSCORES_H
#define FOVEA_PASSES_RAISE_TRANSPOSEDSCORES_H

#include "dialects/onnx/OnnxNormOps.h"
#include "mlir/IR/PatternMatch.h"

namespace fovea::raise {

/// Turns the scores of a Softmax over the last axis but one whose result meets a product from the
/// right, and products of values with transposed probabilities, so that keys are columns. Returns
/// the Softmax that stands for the given one, which may be gone.
onnx::SoftmaxOp turnScores(onnx::SoftmaxOp softmax, mlir::RewriterBase &rewriter);

} // namespace fovea::raise

#endif // FOVEA_PASSES_RAISE_TRANSPOSEDSCORES_H
