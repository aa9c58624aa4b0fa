// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Proof of a raise: the attention and the ops that it replaced are evaluated on the same inputs.

#ifndef FOVEA_PASSES_RAISE_SELFCHECK_H
#define FOVEA_PASSES_RAISE_SELFCHECK_H

#include "dialects/attn/Attn.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/PatternMatch.h"

#include "llvm/ADT/DenseMap.h"

namespace fovea::raise {

/// Keeps a copy of a function as it was, and is told of every change to the function. A site is
/// compared alone: cut where the values of both graphs are the same, at query, key, value and
/// captures, and at the first uses of its results.
class SelfCheck : public mlir::RewriterBase::Listener {
public:
  explicit SelfCheck(mlir::func::FuncOp function);
  ~SelfCheck() override;

  /// Compares `attention`, which has just replaced site `number`, in double precision on random
  /// and on adversarial inputs. A difference is an error at the site; what cannot be compared gets
  /// a remark.
  mlir::LogicalResult compare(attn::AttentionOp attention, int64_t number);

  void notifyOperationErased(mlir::Operation *op) override;

private:
  mlir::func::FuncOp copy;
  /// What stands for an op or a value of the function in the copy.
  llvm::DenseMap<mlir::Operation *, mlir::Operation *> ops;
  llvm::DenseMap<mlir::Value, mlir::Value> values;
};

} // namespace fovea::raise

#endif // FOVEA_PASSES_RAISE_SELFCHECK_H
