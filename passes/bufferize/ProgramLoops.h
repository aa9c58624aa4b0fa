// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the values that a loop of the program carries become in memory.

#ifndef FOVEA_PASSES_BUFFERIZE_PROGRAMLOOPS_H
#define FOVEA_PASSES_BUFFERIZE_PROGRAMLOOPS_H

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Value.h"

namespace fovea {

/// One value of a loop: its start, the body's argument, what the body yields for it, and the loop's
/// result.
struct CarriedValue {
  enum Kind {
    /// No tensor: a number stays one.
    Number,
    /// The body yields its argument.
    Unchanging,
    /// The body only inserts slices into it, each iteration one: a single buffer.
    Collected,
    /// Two buffers, of which each iteration reads one and writes the other; then they change
    /// places.
    Exchanged
  };

  CarriedValue(mlir::Value initial, mlir::Value argument, mlir::Value yielded, mlir::Value result);

  mlir::Value initial, argument, yielded, result;
  Kind kind;
  /// Of a collected value, the op that inserts into it.
  mlir::tensor::InsertSliceOp insert;
  /// How many values of the loop on memory stand for this one.
  unsigned getCount() const { return kind == Number ? 1 : kind == Exchanged ? 2 : 0; }
};

/// The index of a slice of one row along the first dimension, which is contiguous; null for any
/// other.
mlir::Value getRowIndex(mlir::OffsetSizeAndStrideOpInterface slice, mlir::RankedTensorType whole,
                        mlir::RankedTensorType row);

} // namespace fovea

#endif // FOVEA_PASSES_BUFFERIZE_PROGRAMLOOPS_H
