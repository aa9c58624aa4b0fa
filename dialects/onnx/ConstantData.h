// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reading and making the bytes of constant tensors, without copying weights.

#ifndef FOVEA_DIALECTS_ONNX_CONSTANTDATA_H
#define FOVEA_DIALECTS_ONNX_CONSTANTDATA_H

#include "dialects/onnx/ElementType.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Value.h"

#include "llvm/ADT/StringRef.h"

#include <functional>
#include <memory>
#include <optional>

namespace fovea::onnx {

/// The elements of a constant, row-major and little-endian. A bool is one byte of 0 or 1, an
/// integer of 2 or 4 bits a byte of its value, a small floating-point number a byte of its bits.
/// `bytes` holds the whole tensor, or one element when `splat`. `owned` keeps bytes that had to be
/// converted; otherwise `bytes` is the attribute's own storage or the mapped file, valid as long as
/// the context.
struct ConstantData {
  llvm::ArrayRef<char> bytes;
  bool splat = false;
  std::shared_ptr<llvm::SmallVector<char, 0>> owned;
};

/// The data of a dense or resource attribute; nothing for other kinds, or when a resource has no
/// data or too little.
std::optional<ConstantData> getConstantData(mlir::ElementsAttr attr);

/// A constant with a copy of `bytes` (as in ConstantData). Up to 16 elements become a
/// dense attribute that prints readably, more become a resource.
mlir::ElementsAttr makeConstant(mlir::RankedTensorType type, llvm::ArrayRef<char> bytes);

/// A constant that refers to `bytes` in place; `keepAlive` is destroyed with the context. Small
/// tensors are copied.
mlir::ElementsAttr makeConstantInPlace(mlir::RankedTensorType type, llvm::ArrayRef<char> bytes,
                                       std::shared_ptr<void> keepAlive);

/// A constant whose every element is the one in `element`.
mlir::ElementsAttr makeSplat(mlir::RankedTensorType type, llvm::ArrayRef<char> element);

/// The integers of a constant i32 or i64 tensor of at most `limit` elements; nothing when `value`
/// is not such a constant.
std::optional<llvm::SmallVector<int64_t>> getConstantIntegers(mlir::Value value,
                                                              int64_t limit = 4096);

/// The single element of a constant of any integer type, or of a splat; nothing otherwise. A ui64
/// above the largest int64_t is nothing too.
std::optional<int64_t> getConstantInteger(mlir::Value value);

/// The numbers of a constant tensor of at most `limit` floats or integers, as doubles; nothing when
/// `value` is not such a constant.
std::optional<llvm::SmallVector<double>> getConstantNumbers(mlir::Value value,
                                                            int64_t limit = 4096);

/// The constant attribute that defines `value` (onnx.Constant or arith.constant), or null.
mlir::ElementsAttr getConstantAttr(mlir::Value value);

/// The single element of a constant number, or of a splat, as a double; nothing otherwise.
std::optional<double> getConstantScalar(mlir::Value value);

} // namespace fovea::onnx

#endif // FOVEA_DIALECTS_ONNX_CONSTANTDATA_H
