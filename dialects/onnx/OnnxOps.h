// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The onnx dialect. One file of definitions per family of operators, see OnnxOps.td.

#ifndef FOVEA_DIALECTS_ONNX_ONNXOPS_H
#define FOVEA_DIALECTS_ONNX_ONNXOPS_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/onnx/OnnxDialect.h.inc"
#include "dialects/onnx/OnnxInterfaces.h.inc"
#define GET_OP_CLASSES
#include "dialects/onnx/OnnxOps.h.inc"

#endif // FOVEA_DIALECTS_ONNX_ONNXOPS_H
