// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Element types: how the standard's are stored, and what callers see of them.

#ifndef FOVEA_DIALECTS_ONNX_ELEMENTTYPE_H
#define FOVEA_DIALECTS_ONNX_ELEMENTTYPE_H

#include "mlir/IR/BuiltinTypes.h"

#include "llvm/ADT/StringRef.h"

namespace fovea::onnx {

/// Bytes of one element in constants and buffers: whatever is narrower than a byte takes one.
int64_t getElementBytes(mlir::Type elementType);

/// Whether this is a floating-point type of 8 bits or fewer, which is stored as its bits.
bool isSmallFloat(mlir::Type elementType);

/// The type that lowered programs hold an element in: a signless integer for unsigned integers, for
/// integers of 2 and 4 bits (whose value fills the byte) and for small floating-point types (whose
/// bits are the low ones); every other type is its own.
mlir::Type getStorageType(mlir::Type elementType);

/// DLPack's description of an element type, DLDataTypeCode and bits; a bool has 8 bits.
struct DLPackType {
  uint8_t code;
  uint8_t bits;
};
DLPackType getDLPackType(mlir::Type elementType);

/// The type of an element in a C header, and what to say of it when the type does not: "uint16_t"
/// and ", the bits of a half".
struct CType {
  std::string name;
  std::string remark;
};
CType getCType(mlir::Type elementType);

} // namespace fovea::onnx

#endif // FOVEA_DIALECTS_ONNX_ELEMENTTYPE_H
