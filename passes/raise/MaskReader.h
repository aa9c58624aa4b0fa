// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads a mask's tensor, constant or computed, as a formula over (b, h, i, j).

#ifndef FOVEA_PASSES_RAISE_MASKREADER_H
#define FOVEA_PASSES_RAISE_MASKREADER_H

#include "dialects/onnx/OnnxSelectOps.h"
#include "passes/raise/MaskFormula.h"

namespace fovea::raise {

class MaskReader {
public:
  /// `extents` are those of (b, h, i, j).
  explicit MaskReader(llvm::ArrayRef<int64_t> extents) : extents(extents) {}

  using Indices = llvm::ArrayRef<mlir::AffineExpr>;

  /// The element of a bool tensor, and of a tensor of numbers, at `indices`, which are expressions
  /// of (b, h, i, j). Whatever is not understood is data.
  FormulaRef readTruth(mlir::Value value, Indices indices);
  MaskNumberRef readNumber(mlir::Value value, Indices indices);

private:
  /// The op whose first result is `value`, to be looked at next; null when a shape is not static or
  /// the budget is spent. Takes one from the budget.
  mlir::Operation *enter(mlir::Value value);

  /// Where an op that moves elements takes the element at `indices` from.
  struct Place {
    mlir::Value value;
    llvm::SmallVector<mlir::AffineExpr> indices;
  };
  std::optional<Place> throughMovement(mlir::Operation *op, Indices indices);
  llvm::SmallVector<mlir::AffineExpr> broadcast(mlir::Value operand, Indices indices);
  FormulaRef findTruth(mlir::Operation *op, Indices indices);
  MaskNumberRef findNumber(mlir::Operation *op, Indices indices);
  MaskNumberRef readRunningSum(onnx::CumSumOp sum, Indices indices);
  FormulaRef compare(mlir::Operation *op, Indices indices);
  std::optional<IndexNumber> readIndex(mlir::Value value, Indices indices);
  FormulaRef readTriangle(mlir::Operation *op, Indices indices);
  FormulaRef readConstantTruth(mlir::Value value, Indices indices);
  MaskNumberRef readConstantNumber(mlir::Value value, Indices indices);
  DataElement makeElement(mlir::Value value, Indices indices);

  llvm::ArrayRef<int64_t> extents;
  /// Values that may still be looked at: shared operands make formulas exponentially large.
  unsigned budget = 256;
};

} // namespace fovea::raise

#endif // FOVEA_PASSES_RAISE_MASKREADER_H
