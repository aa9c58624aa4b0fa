// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The three steps of the frontend on one op. Each has its pass; fovea-simplify-graph takes all of
// them in one visit.

#ifndef FOVEA_PASSES_FRONTEND_SIMPLIFY_H
#define FOVEA_PASSES_FRONTEND_SIMPLIFY_H

#include "compiler/eval/Tensor.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace fovea {

/// Infers the result types of an op and refines those it declares. Ops that infer nothing are left
/// alone.
mlir::LogicalResult refineResultTypes(mlir::Operation *op);

/// Whether every user of a result takes it with a more precise type.
bool mayRefine(mlir::OpResult result);

/// Gives values of unknown extents those that known extents of what is computed from them leave as
/// the only ones; what is computed from them in turn is left to inference. Returns whether any type
/// changed.
bool passExtentsBack(mlir::func::FuncOp function);

/// How often the ops are visited at most when extents were learnt from the back.
inline constexpr unsigned maxRounds = 8;

/// Gives the function the result types that it returns; a warning where the model declared other
/// extents.
void updateFunctionType(mlir::func::FuncOp function);

/// Replaces all uses of an op that changes nothing and returns true; the op itself stays, without
/// uses. New ops, with their final types, go behind it.
bool replaceNoOp(mlir::Operation *op);

/// Likewise for a Concat or Gather that only repeats its operand, which an Expand does.
bool replaceRepeat(mlir::Operation *op);

/// Likewise for a NonZero of an unknown number of positions in a mask that is broadcast along
/// further dimensions behind its own: each position of the mask, with every index into those.
bool replaceSpreadSelection(mlir::Operation *op);

/// Likewise for a Shape or Slice of a Pad by computed amounts, which is then not needed itself.
bool replaceUseOfComputedPad(mlir::Operation *op);

/// Replaces all uses of an Einsum of static types by those of the products it stands for, which go
/// behind it, and returns true; the op itself stays, without uses.
bool expandEinsum(mlir::Operation *op);

/// Replaces all uses of a recurrent layer of static shape by products and Scans behind it, whose
/// types are still to be inferred; returns whether `op` is one. The op itself stays, without uses.
bool expandRecurrence(mlir::Operation *op);

/// What folding may cost: the bytes of one result, the bytes of all that live at a time, and the
/// multiplications or moved elements of all together.
struct FoldLimits {
  int64_t resultBytes, totalBytes, work;
};

/// Folds ops to constants and frees the constants that lose their last user. One per function.
class ConstantFolder {
public:
  ConstantFolder(mlir::func::FuncOp function, FoldLimits limits);

  /// Replaces all uses of the op with constants and returns true, or returns false when its value
  /// is not known or folding it would cost too much. The op itself stays, without uses. A failure
  /// has been reported.
  mlir::FailureOr<bool> fold(mlir::Operation *op);

  /// Erases an op without uses, and constants that it was the last user of, with the memory folding
  /// gave them.
  void erase(mlir::Operation *op);

private:
  /// Frees the memory of a constant that goes away, if folding made it.
  void release(onnx::ConstantOp constant);
  mlir::FailureOr<bool> foldControlFlow(mlir::Operation *op);
  /// The tensors of values that are all constant; nothing otherwise.
  std::optional<llvm::SmallVector<eval::Tensor>> getTensors(mlir::ValueRange values) const;
  eval::Tensor getTensor(mlir::Value value) const;
  bool isWithinLimits(mlir::Operation *op, llvm::ArrayRef<eval::Tensor> operands);
  void replace(mlir::Operation *op, llvm::ArrayRef<eval::Tensor> results,
               llvm::ArrayRef<eval::Tensor> operands);

  FoldLimits limits;
  int64_t heldBytes = 0;
  // Constants made here: the tensors that own their bytes, and how many bytes count against the
  // limit.
  struct Held {
    eval::Tensor tensor;
    int64_t bytes;
  };
  llvm::DenseMap<mlir::Operation *, Held> made;
};

/// Whether the op has bodies that are visited: If, Loop, Scan.
bool isControlFlow(mlir::Operation *op);

struct VisitActions {
  /// Sees each op after its operands and bodies; an op that it returns false for is erased.
  llvm::function_ref<mlir::FailureOr<bool>(mlir::Operation *)> step;
  llvm::function_ref<void(mlir::Operation *)> erase;
  /// Sees control flow before its bodies; what it returns false for is erased. May be null.
  llvm::function_ref<mlir::FailureOr<bool>(mlir::Operation *)> enter;
};

struct VisitOptions {
  /// Arguments of bodies get the types of what they are given.
  bool refineTypes = false;
  /// Branches of constant condition are inlined, loops whose carried values change their shapes are
  /// unrolled.
  bool resolveControlFlow = false;
};

/// Visits the ops of the function but its terminator, in order, bodies included. Ops that a step
/// inserts behind its op are visited next.
mlir::LogicalResult visitOps(mlir::func::FuncOp function, const VisitActions &actions,
                             const VisitOptions &options = {});

/// Visits the ops of the function in order: `before` sees each first and returns false for one that
/// it has replaced; others are folded where they can be. Then what has no use is erased.
mlir::LogicalResult foldOps(mlir::func::FuncOp function, FoldLimits limits,
                            llvm::function_ref<mlir::FailureOr<bool>(mlir::Operation *)> before,
                            const VisitOptions &options = {});

/// Erases the ops without uses and effects, last first.
void eraseUnused(mlir::func::FuncOp function, llvm::function_ref<void(mlir::Operation *)> erase);

} // namespace fovea

#endif // FOVEA_PASSES_FRONTEND_SIMPLIFY_H
