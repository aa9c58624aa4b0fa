// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The onnx dialect: control flow, sequences and optionals.

#ifndef FOVEA_DIALECTS_ONNX_ONNXCONTROLOPS_H
#define FOVEA_DIALECTS_ONNX_ONNXCONTROLOPS_H

#include "dialects/onnx/OnnxDialect.h"

#include <optional>

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxControlOps.h.inc"

namespace fovea::onnx {

/// The extents that two shapes of one value share; unknown where they differ, and unranked where
/// the ranks do.
mlir::Type joinTypes(mlir::Type a, mlir::Type b);

/// Gives the arguments of the bodies of `op` the types that its operands tell: what every iteration
/// of a loop takes, if carried values keep their shapes. Emits an error when an operand cannot be
/// scanned.
mlir::LogicalResult refineRegionArguments(mlir::Operation *op);

} // namespace fovea::onnx

#endif // FOVEA_DIALECTS_ONNX_ONNXCONTROLOPS_H
