// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs blocks of ops, those inside of control flow included, op by op.

#ifndef FOVEA_COMPILER_EVAL_RUNNER_H
#define FOVEA_COMPILER_EVAL_RUNNER_H

#include "compiler/eval/Evaluate.h"

#include "llvm/ADT/DenseMap.h"

namespace fovea::eval {

class Runner {
public:
  /// Without a budget everything is computed, however long it takes.
  explicit Runner(Budget *budget = nullptr) : budget(budget) {}

  void define(mlir::Value value, Tensor tensor) { values[value] = std::move(tensor); }

  /// The results of an op whose captured values are defined. A failure was reported, unless the
  /// budget is exceeded.
  mlir::FailureOr<llvm::SmallVector<Tensor>> run(mlir::Operation *op,
                                                 llvm::ArrayRef<Tensor> operands);

  /// What the block's terminator passes on. A value used by this block alone is freed after its
  /// last use.
  mlir::FailureOr<llvm::SmallVector<Tensor>> run(mlir::Block &block,
                                                 llvm::ArrayRef<Tensor> arguments);

  bool isExceeded() const { return exceeded; }

private:
  mlir::FailureOr<llvm::SmallVector<Tensor>> runLoop(mlir::Operation *op,
                                                     llvm::ArrayRef<Tensor> operands);
  mlir::FailureOr<llvm::SmallVector<Tensor>> runScan(mlir::Operation *op,
                                                     llvm::ArrayRef<Tensor> operands);
  /// Takes `work` from the budget; false when there is not as much left.
  bool spend(double work);

  Budget *budget;
  bool exceeded = false;
  llvm::DenseMap<mlir::Value, Tensor> values;
};

} // namespace fovea::eval

#endif // FOVEA_COMPILER_EVAL_RUNNER_H
