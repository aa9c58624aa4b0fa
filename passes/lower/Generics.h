// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Building linalg.generic ops: elementwise over a broadcast shape, and reductions into a filled
// tensor.

#ifndef FOVEA_PASSES_LOWER_GENERICS_H
#define FOVEA_PASSES_LOWER_GENERICS_H

#include "mlir/Dialect/Utils/StructuredOpsUtils.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/Builders.h"
#include "passes/lower/Scalars.h"

namespace fovea::lower {

/// A tensor and where a generic's iteration reads or writes it.
struct MappedTensor {
  mlir::Value tensor;
  mlir::AffineMap map;
};

/// Makes the scalar result; `values` holds one scalar per input, and for a reduction the
/// accumulator last.
using ScalarBody = llvm::function_ref<mlir::Value(Scalars &scalars, mlir::ValueRange values)>;

/// A generic over `domain` that writes a fresh tensor of `type` through the identity. An input
/// whose every element is one constant is no operand: its value is a constant in the body. A tensor
/// read twice in the same way is one operand.
mlir::Value createParallel(mlir::OpBuilder &builder, mlir::Location loc,
                           llvm::ArrayRef<MappedTensor> inputs, mlir::RankedTensorType type,
                           ScalarBody body);

/// createParallel over operands that broadcast against the shape of `type`, aligned at their last
/// dimensions.
mlir::Value createElementwise(mlir::OpBuilder &builder, mlir::Location loc, mlir::ValueRange inputs,
                              mlir::RankedTensorType type, ScalarBody body);

/// A generic with reduction loops: dimensions absent from `output.map` are reduced. `output.tensor`
/// is the initial value.
mlir::Value createReduction(mlir::OpBuilder &builder, mlir::Location loc,
                            llvm::ArrayRef<MappedTensor> inputs, MappedTensor output,
                            ScalarBody body);

/// A tensor whose every element is the number `value`.
mlir::Value createFilled(mlir::OpBuilder &builder, mlir::Location loc, mlir::RankedTensorType type,
                         mlir::TypedAttr value);

/// How a tensor of `shape` is read when it broadcasts against `result`: missing dimensions are
/// dropped, extents of one are read at 0 where the result is larger.
mlir::AffineMap getBroadcastMap(mlir::MLIRContext *context, llvm::ArrayRef<int64_t> shape,
                                llvm::ArrayRef<int64_t> result);

/// The identity over `rank` dimensions without those in `dropped`, which is sorted.
mlir::AffineMap getMapWithout(mlir::MLIRContext *context, int64_t rank,
                              llvm::ArrayRef<int64_t> dropped);

/// `shape` without the dimensions in `dropped`.
llvm::SmallVector<int64_t> getShapeWithout(llvm::ArrayRef<int64_t> shape,
                                           llvm::ArrayRef<int64_t> dropped);

/// The tensor's elements in another type; itself when it has that type. Numbers are signed unless
/// i1.
mlir::Value convertElements(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value tensor,
                            mlir::Type elementType);

/// The same elements in row-major order as `type`: at most one collapse_shape, then at most one
/// expand_shape.
mlir::Value createReshape(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value tensor,
                          mlir::RankedTensorType type);

/// The tensor whose dimension i is dimension permutation[i] of `tensor`.
mlir::Value createTranspose(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value tensor,
                            llvm::ArrayRef<int64_t> permutation);

/// The value of every element of a constant tensor, signless; null when they differ or are unknown.
mlir::TypedAttr getSplatValue(mlir::Value tensor);

/// `axis`, which is in [-rank, rank), counted from the front.
inline int64_t normalizeAxis(int64_t axis, int64_t rank) { return axis < 0 ? axis + rank : axis; }

} // namespace fovea::lower

#endif // FOVEA_PASSES_LOWER_GENERICS_H
