// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The standard's multidirectional broadcasting: shapes align at the right, extents of one stretch.

#ifndef FOVEA_DIALECTS_ONNX_BROADCAST_H
#define FOVEA_DIALECTS_ONNX_BROADCAST_H

#include "dialects/onnx/Extents.h"

namespace fovea::onnx {

/// A shape and the name that an error calls it by: "operand a".
struct NamedShape {
  std::string name;
  Shape shape;
};

/// The shape that all stretch to. An unknown extent yields to a known one other than one. An error
/// names the two shapes that contradict one another and their extents.
mlir::FailureOr<Shape> broadcastShapes(mlir::Operation *op, llvm::ArrayRef<NamedShape> shapes);

/// Appends the broadcast type of operands, unranked when one of them is. `names` are those of the
/// operands in order; operands beyond them are called "input i".
mlir::LogicalResult appendBroadcast(mlir::Operation *op, mlir::ValueRange operands,
                                    llvm::ArrayRef<llvm::StringRef> names, mlir::Type elementType,
                                    llvm::SmallVectorImpl<mlir::Type> &types);

/// Succeeds when `from` stretches to `to` without changing it.
mlir::LogicalResult checkStretches(mlir::Operation *op, const NamedShape &from,
                                   const NamedShape &to);

/// An error when the tensors differ in their element type.
mlir::LogicalResult verifySameElementType(mlir::Operation *op, mlir::ValueRange operands,
                                          llvm::ArrayRef<llvm::StringRef> names);

} // namespace fovea::onnx

#endif // FOVEA_DIALECTS_ONNX_BROADCAST_H
