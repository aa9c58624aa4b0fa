// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Small integer operands (starts, pads, axes, ...) in the bodies of generics: constants where they
// are known, otherwise read at run time.

#ifndef FOVEA_PASSES_LOWER_INDEXOPERANDS_H
#define FOVEA_PASSES_LOWER_INDEXOPERANDS_H

#include "passes/lower/Generics.h"

#include <optional>

namespace fovea::lower {

/// The elements of one operand, which is a vector or a scalar of integers.
class IndexOperand {
public:
  /// What an absent operand stands for.
  explicit IndexOperand(llvm::SmallVector<int64_t> values) : known(std::move(values)) {}
  /// `onnxValue` is the operand and `lowered` what it became. Elements that are not constant are
  /// appended to `inputs`, read by a generic of `rank` loops.
  IndexOperand(mlir::OpBuilder &builder, mlir::Value onnxValue, mlir::Value lowered, int64_t rank,
               llvm::SmallVectorImpl<MappedTensor> &inputs);

  /// The elements when they are constant.
  const std::optional<llvm::SmallVector<int64_t>> &getConstants() const { return known; }
  int64_t size() const { return known ? known->size() : count; }

  /// Element `i` as an i64; `values` are the scalars of all inputs.
  mlir::Value get(Scalars &scalars, mlir::ValueRange values, int64_t i) const;

private:
  std::optional<llvm::SmallVector<int64_t>> known;
  int64_t first = 0, count = 0;
};

/// Whether the i64 `axis`, in [-rank, rank), is `dim`.
mlir::Value isAxis(Scalars &scalars, mlir::Value axis, int64_t dim, int64_t rank);

/// The element of `values` whose axis is `dim`, or `otherwise` when no axis is: axes in [-rank,
/// rank).
mlir::Value getForAxis(Scalars &scalars, mlir::ValueRange scalarsOfInputs, const IndexOperand &axes,
                       const IndexOperand &values, int64_t offset, int64_t dim, int64_t rank,
                       int64_t otherwise);

} // namespace fovea::lower

#endif // FOVEA_PASSES_LOWER_INDEXOPERANDS_H
