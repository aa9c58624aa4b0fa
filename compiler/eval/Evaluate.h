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

/// Runs a function of onnx ops on its inputs. Intermediate values are freed after their last use.
mlir::FailureOr<llvm::SmallVector<mlir::ElementsAttr>>
evaluateFunction(mlir::func::FuncOp function, llvm::ArrayRef<mlir::ElementsAttr> inputs);

/// Multiplications an op would take, as far as types tell; a bound on the time that evaluating it
/// takes.
double estimateWork(mlir::Operation *op);

} // namespace fovea::eval

#endif // FOVEA_COMPILER_EVAL_EVALUATE_H
