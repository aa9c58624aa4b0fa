// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The kernel dialect: islands, kernels, launches and weights. See KernelOps.td.

#ifndef FOVEA_DIALECTS_KERNEL_KERNEL_H
#define FOVEA_DIALECTS_KERNEL_KERNEL_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/RegionKindInterface.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/IR/TensorEncoding.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/kernel/KernelDialect.h.inc"
#include "dialects/kernel/KernelEnums.h.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/kernel/KernelAttrs.h.inc"
#define GET_OP_CLASSES
#include "dialects/kernel/KernelOps.h.inc"

namespace fovea::kernel {

/// Readable bytes after the last buffer of the arena and after the last constant of the weights
/// section: tiles may read them and ignore what they read.
inline constexpr int64_t readableSlack = 16 << 10;

/// What a kernel returns after a `kernel.check` has failed.
inline constexpr int32_t contradictedStatus = 2;

/// Bytes that a tensor of this static type occupies in memory, its encoding's padding included.
/// Elements of i1 take one byte. Fails when the type is dynamic or the size does not fit in 62
/// bits.
mlir::FailureOr<int64_t> getStorageSize(mlir::RankedTensorType type);

} // namespace fovea::kernel

#endif // FOVEA_DIALECTS_KERNEL_KERNEL_H
