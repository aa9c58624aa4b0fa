// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Boxes: the consecutive elements of a static tensor along each of its axes.

#ifndef FOVEA_PASSES_SIMPLIFY_BOX_H
#define FOVEA_PASSES_SIMPLIFY_BOX_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Value.h"

namespace fovea::simplify {

/// Elements start, start + 1, ...: `extent` of them.
struct Interval {
  int64_t start = 0, extent = 0;

  int64_t getEnd() const { return start + extent; }
  bool operator==(const Interval &other) const {
    return start == other.start && extent == other.extent;
  }
  bool operator!=(const Interval &other) const { return !(*this == other); }
};

/// One range per axis of a tensor, none of them empty.
using Box = llvm::SmallVector<Interval, 6>;

/// The type of a tensor value whose every extent is known and positive, or null. Only such values
/// have boxes.
mlir::RankedTensorType getBoxedType(mlir::Value value);

/// All of a tensor.
Box getWhole(mlir::RankedTensorType type);
bool isWhole(const Box &box, mlir::RankedTensorType type);

/// The smallest box around two boxes of one tensor.
Box getHull(const Box &a, const Box &b);

/// The tensor type of the elements in the box.
mlir::RankedTensorType getTypeOf(const Box &box, mlir::RankedTensorType type);

/// What an operand that broadcasts to `resultType` needs so that `result` can be computed.
Box getBroadcastOperand(const Box &result, mlir::RankedTensorType resultType,
                        mlir::RankedTensorType operandType);

/// What a reshape from `from` to `to` needs so that `result` can be computed. `result` grows to
/// whole rows of the operand, and to everything along axes where no run of rows stays one.
Box getReshapeOperand(Box &result, llvm::ArrayRef<int64_t> from, llvm::ArrayRef<int64_t> to);

} // namespace fovea::simplify

#endif // FOVEA_PASSES_SIMPLIFY_BOX_H
