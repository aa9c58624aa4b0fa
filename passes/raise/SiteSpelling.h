// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What stands around a Softmax, in the words that the matchers know.

#ifndef FOVEA_PASSES_RAISE_SITESPELLING_H
#define FOVEA_PASSES_RAISE_SITESPELLING_H

#include "dialects/onnx/OnnxNormOps.h"
#include "mlir/IR/PatternMatch.h"

namespace fovea::raise {

/// Rewrites what `softmax` is computed from and what is computed from it: a Gemm or a convolution
/// of single points that adds something becomes a product and an addition, a constant that is
/// written into the scores a selection, and tests of probabilities that none passes are left out
/// (nan_to_num). All of it holds whatever the numbers are.
void respellSite(onnx::SoftmaxOp softmax, mlir::RewriterBase &rewriter);

} // namespace fovea::raise

#endif // FOVEA_PASSES_RAISE_SITESPELLING_H
