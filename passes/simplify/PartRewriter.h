// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Replaces ops by ops that compute a part.

#ifndef FOVEA_PASSES_SIMPLIFY_PARTREWRITER_H
#define FOVEA_PASSES_SIMPLIFY_PARTREWRITER_H

#include "mlir/IR/Builders.h"
#include "passes/simplify/PartPlan.h"

#include "llvm/ADT/DenseMap.h"

namespace fovea::simplify {

/// Rewrites the ops of one block in their order. Replaced ops keep their uses until `finish`.
class PartRewriter {
public:
  explicit PartRewriter(mlir::MLIRContext *context) : builder(context) {}

  /// Replaces `op` when its plan or those of its operands' producers ask for it; `asked` is what
  /// the plan was made for. Returns the op that now computes the first result, null when `op`
  /// stays.
  mlir::Operation *rewrite(mlir::Operation *op, llvm::ArrayRef<std::optional<Box>> asked,
                           const PartPlan &plan);

  /// Erases the replaced ops and returns whether there were any.
  bool finish();

private:
  struct Part {
    mlir::Value value;
    Box box;
  };

  /// The elements `wanted` of a value of the original graph, from what is computed of it.
  mlir::Value read(mlir::Value original, const Box &wanted);
  mlir::Value readWhole(mlir::Value original);
  mlir::Value createSlice(mlir::Value value, const Box &box);
  mlir::Value createReshape(mlir::Value value, mlir::RankedTensorType type);
  mlir::Value createShape(llvm::ArrayRef<int64_t> integers);

  mlir::Value rewriteConcat(mlir::Operation *op, const PartPlan &plan);
  mlir::Value rewriteAttention(attn::AttentionOp op, const PartPlan &plan);
  mlir::Value cloneOnParts(mlir::Operation *op, const PartPlan &plan);
  void rewriteSplit(mlir::Operation *op, llvm::ArrayRef<std::optional<Box>> asked);
  void replace(mlir::OpResult result, mlir::Value value, const Box &box);

  mlir::OpBuilder builder;
  mlir::Location loc = builder.getUnknownLoc();
  // Looked up only.
  llvm::DenseMap<mlir::Value, Part> computed;
  llvm::SmallVector<mlir::Operation *> replaced;
};

} // namespace fovea::simplify

#endif // FOVEA_PASSES_SIMPLIFY_PARTREWRITER_H
