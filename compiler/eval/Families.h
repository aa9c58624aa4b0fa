// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The evaluator's families, one file each. Operands and result types agree with shape inference
// when these are called, so that only values remain to be checked. Optional operands are empty
// Tensors.

#ifndef FOVEA_COMPILER_EVAL_FAMILIES_H
#define FOVEA_COMPILER_EVAL_FAMILIES_H

#include "compiler/eval/Tensor.h"
#include "mlir/IR/Operation.h"

namespace fovea::eval {

using Results = mlir::FailureOr<llvm::SmallVector<Tensor>>;
using Types = llvm::ArrayRef<mlir::RankedTensorType>;

Results evaluateElementwise(mlir::Operation *op, llvm::ArrayRef<Tensor> operands, Types types);
Results evaluateShape(mlir::Operation *op, llvm::ArrayRef<Tensor> operands, Types types);
Results evaluateGather(mlir::Operation *op, llvm::ArrayRef<Tensor> operands, Types types);
Results evaluateMatrix(mlir::Operation *op, llvm::ArrayRef<Tensor> operands, Types types);
Results evaluateReduce(mlir::Operation *op, llvm::ArrayRef<Tensor> operands, Types types);
Results evaluateNorm(mlir::Operation *op, llvm::ArrayRef<Tensor> operands, Types types);
Results evaluateConv(mlir::Operation *op, llvm::ArrayRef<Tensor> operands, Types types);
Results evaluateAttention(mlir::Operation *op, llvm::ArrayRef<Tensor> operands, Types types);

/// c [m, n] += a [m, k] * b [k, n], all row-major. Number is double or uint64_t.
template <typename Number>
void multiplyMatrices(int64_t m, int64_t n, int64_t k, const Number *a, const Number *b, Number *c);

/// Softmax of `count` numbers in place, `stride` apart. A row of only -inf becomes NaN as the
/// formula says.
void softmaxInPlace(double *row, int64_t count, int64_t stride);

} // namespace fovea::eval

#endif // FOVEA_COMPILER_EVAL_FAMILIES_H
