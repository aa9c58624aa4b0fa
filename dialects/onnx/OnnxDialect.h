// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The onnx dialect and its interfaces. The ops are in one header per family, Onnx<Family>Ops.h, so
// that a file depends on the families that it names.

#ifndef FOVEA_DIALECTS_ONNX_ONNXDIALECT_H
#define FOVEA_DIALECTS_ONNX_ONNXDIALECT_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/onnx/OnnxDialect.h.inc"

namespace fovea::onnx {

/// See Onnx_DataDependentShape.
template <typename Op>
class DataDependentShape : public mlir::OpTrait::TraitBase<Op, DataDependentShape> {};

} // namespace fovea::onnx

#include "dialects/onnx/OnnxInterfaces.h.inc"

#endif // FOVEA_DIALECTS_ONNX_ONNXDIALECT_H
