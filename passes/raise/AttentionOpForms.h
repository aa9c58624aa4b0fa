// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Other forms of onnx.Attention: one that attn.attention says as it is, and one of simpler ops.

#ifndef FOVEA_PASSES_RAISE_ATTENTIONOPFORMS_H
#define FOVEA_PASSES_RAISE_ATTENTIONOPFORMS_H

#include "dialects/onnx/OnnxAttentionOps.h"
#include "mlir/IR/PatternMatch.h"

#include <optional>

namespace fovea::raise {

/// The position of the first query when it is one number for the whole batch and every key counts.
std::optional<int64_t> getConstantPosition(onnx::AttentionOp op);

/// Replaces `op`, whose types are static, by one whose mask covers every key and whose positions
/// are constant; scores other than probabilities are computed beside it.
onnx::AttentionOp simplifyAttentionOp(onnx::AttentionOp op, mlir::RewriterBase &rewriter);

/// Replaces `op`, whose types are static, by products, Softmax and pointwise ops.
void expandAttentionOp(onnx::AttentionOp op, mlir::RewriterBase &rewriter);

} // namespace fovea::raise

#endif // FOVEA_PASSES_RAISE_ATTENTIONOPFORMS_H
