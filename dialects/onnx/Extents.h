// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Extents and axes for shape inference: arithmetic that never overflows, and the errors people
// read.

#ifndef FOVEA_DIALECTS_ONNX_EXTENTS_H
#define FOVEA_DIALECTS_ONNX_EXTENTS_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Operation.h"

#include <optional>
#include <string>

namespace fovea::onnx {

/// Extents of a ranked tensor; an unknown one is ShapedType::kDynamic.
using Shape = llvm::SmallVector<int64_t, 6>;

inline bool isDynamic(int64_t extent) { return mlir::ShapedType::isDynamic(extent); }

/// The element type of a tensor value.
mlir::Type getElementType(mlir::Value value);

/// The extents of a ranked tensor value, nothing for an unranked one.
std::optional<Shape> getShape(mlir::Value value);

/// Whether an optional operand was given, that is, is not `onnx.none`.
bool isPresent(mlir::Value value);

/// Product and sum of extents: unknown when a factor is unknown and none is zero. Nothing on
/// overflow.
std::optional<int64_t> multiplyExtents(llvm::ArrayRef<int64_t> extents);
std::optional<int64_t> addExtents(int64_t a, int64_t b);

/// "[2, ?, 4]".
std::string formatShape(llvm::ArrayRef<int64_t> shape);

/// Appends the ranked tensor type; an error when it has more bytes than an address can reach.
mlir::LogicalResult appendRanked(mlir::Operation *op, llvm::ArrayRef<int64_t> shape,
                                 mlir::Type elementType, llvm::SmallVectorImpl<mlir::Type> &types);

/// Appends an unranked tensor type: nothing is known but the elements.
mlir::LogicalResult appendUnranked(mlir::Type elementType,
                                   llvm::SmallVectorImpl<mlir::Type> &types);

/// Appends a type with the extents of `value` (unranked when it is) and the element type.
mlir::LogicalResult appendLike(mlir::Operation *op, mlir::Value value, mlir::Type elementType,
                               llvm::SmallVectorImpl<mlir::Type> &types);

/// `axis` counted from the front, or an error that names the valid range [-rank, rank).
mlir::FailureOr<int64_t> resolveAxis(mlir::Operation *op, int64_t axis, int64_t rank,
                                     llvm::StringRef what = "axis");

/// A flag per dimension that says whether `axes` names it, or an error for an axis out of range or
/// named twice.
mlir::FailureOr<llvm::SmallVector<bool>> resolveAxes(mlir::Operation *op,
                                                     llvm::ArrayRef<int64_t> axes, int64_t rank);

/// The more precise of two types of one value, or null when they contradict one another.
mlir::Type mergeTypes(mlir::Type inferred, mlir::Type declared);

/// An error when the operand, where it is present, surely has another number of elements than one.
mlir::LogicalResult verifyOneElement(mlir::Operation *op, llvm::StringRef name,
                                     mlir::Value operand);

/// An error unless `axis` is one of x, and `indices` of the same rank do not reach beyond the other
/// dimensions of x: what GatherElements and ScatterElements ask for.
mlir::LogicalResult verifyElementIndices(mlir::Operation *op, mlir::Value x, mlir::Value indices,
                                         int64_t axis);

/// An error when `value` is none of the words.
mlir::LogicalResult verifyWord(mlir::Operation *op, llvm::StringRef name, llvm::StringRef value,
                               llvm::ArrayRef<llvm::StringRef> words);

/// The length of a one-dimensional index operand when its type tells it; a scalar counts as one.
std::optional<int64_t> getIndexCount(mlir::Value indices);

} // namespace fovea::onnx

#endif // FOVEA_DIALECTS_ONNX_EXTENTS_H
