// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Conversion of scalars between all element types of the standard, as its Cast does it. Numbers of
// 8 bits or fewer are stored as i8: see onnx::getStorageType.

#ifndef FOVEA_PASSES_LOWER_SMALLFLOATS_H
#define FOVEA_PASSES_LOWER_SMALLFLOATS_H

#include "passes/lower/Scalars.h"

namespace fovea::lower {

/// The f32 whose bits in the small floating-point type `type` are the low ones of the i8 `bits`.
mlir::Value decodeSmallFloat(Scalars &s, mlir::Value bits, mlir::FloatType type);

/// How a number becomes a small floating-point one: see onnx.Cast.
struct SmallFloatRules {
  bool saturate = true;
  llvm::StringRef roundMode = "up";
};

/// The bits, in an i8, of the f32 `value` in the small floating-point type `type`.
mlir::Value encodeSmallFloat(Scalars &s, mlir::Value value, mlir::FloatType type,
                             SmallFloatRules rules = {});

/// `value`, which stores an element of type `from`, as what stores the same number in type `to`.
mlir::Value castElement(Scalars &s, mlir::Value value, mlir::Type from, mlir::Type to,
                        SmallFloatRules rules = {});

} // namespace fovea::lower

#endif // FOVEA_PASSES_LOWER_SMALLFLOATS_H
