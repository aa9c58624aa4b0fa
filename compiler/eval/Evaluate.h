// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The reference evaluator of the onnx dialect: what constant folding computes with, and the oracle
// of the tests. It is written from the standard and shares nothing with the lowerings.
//
// Floats are computed in double and rounded once, when a result is stored; integers are computed in
// 64 bits and wrap around in their own type. An index out of range is an error.

#ifndef FOVEA_COMPILER_EVAL_EVALUATE_H
#define FOVEA_COMPILER_EVAL_EVALUATE_H

#include "compiler/eval/Tensor.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Operation.h"

namespace fovea::eval {

/// The results of one op of the onnx dialect, given its operands (an absent optional one is a null
/// attribute), which must have the types that the op declares, where those are known. The op's own
/// result types may be dynamic; a contradiction with them is an error at the op, as is every misuse
/// that only the values show.
mlir::FailureOr<llvm::SmallVector<mlir::ElementsAttr>>
evaluate(mlir::Operation *op, llvm::ArrayRef<mlir::ElementsAttr> operands);

/// The same on host tensors, without attributes in between; an absent operand is an empty Tensor.
mlir::FailureOr<llvm::SmallVector<Tensor>> evaluate(mlir::Operation *op,
                                                    llvm::ArrayRef<Tensor> operands);

/// Result types of an op on given operands, and the multiplications or moved elements it takes.
struct InferredResults {
  llvm::SmallVector<mlir::RankedTensorType> types;
  double work = 0;
};

/// Result types, static but for the extents of data-dependent ops and null for absent results, from
/// shape inference on the operands' types and values, or, where those do
/// not tell, what the model declares.
mlir::FailureOr<InferredResults> inferResults(mlir::Operation *op, llvm::ArrayRef<Tensor> operands);

/// The results of an op whose result types were inferred from the same operands.
mlir::FailureOr<llvm::SmallVector<Tensor>>
evaluate(mlir::Operation *op, llvm::ArrayRef<Tensor> operands, const InferredResults &inferred);

/// What an evaluation of control flow may cost: multiplications or moved elements in all, and
/// elements of one value on the way.
struct Budget {
  double work = 0;
  int64_t resultElements = 0;
};

/// The results of an op, control flow included, whose bodies read the captured values. Nothing when
/// the budget, which is used up as it goes, does not suffice.
mlir::FailureOr<std::optional<llvm::SmallVector<Tensor>>>
evaluateWithin(Budget &budget, mlir::Operation *op, llvm::ArrayRef<Tensor> operands,
               llvm::ArrayRef<std::pair<mlir::Value, Tensor>> captured);

/// Runs a function of onnx ops on its inputs. Intermediate values are freed after their last use.
mlir::FailureOr<llvm::SmallVector<mlir::ElementsAttr>>
evaluateFunction(mlir::func::FuncOp function, llvm::ArrayRef<mlir::ElementsAttr> inputs);

/// Whether the results of the op are one repeated element when all its operands are.
bool keepsSplats(mlir::Operation *op);

/// Multiplications an op would take, as far as types tell; a bound on the time that evaluating it
/// takes.
double estimateWork(mlir::Operation *op);

} // namespace fovea::eval

#endif // FOVEA_COMPILER_EVAL_EVALUATE_H
