// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// attn.attention computed as its definition says: what proofs of raising compare with.

#ifndef FOVEA_COMPILER_EVAL_RAISEDATTENTION_H
#define FOVEA_COMPILER_EVAL_RAISEDATTENTION_H

#include "compiler/eval/Tensor.h"
#include "dialects/attn/Attn.h"

namespace fovea::eval {

/// The results of `op` in double precision: f64 tensors of the shapes that the op declares, the
/// probabilities second when it has them. Operands have the op's shapes and any element types.
/// Nothing when the score region holds an op that is not known here.
std::optional<llvm::SmallVector<Tensor>> evaluateAttention(attn::AttentionOp op,
                                                           llvm::ArrayRef<Tensor> operands);

} // namespace fovea::eval

#endif // FOVEA_COMPILER_EVAL_RAISEDATTENTION_H
