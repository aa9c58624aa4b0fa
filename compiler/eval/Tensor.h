// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tensors in host memory, and their elements as doubles or 64-bit integers whatever they are stored
// as.

#ifndef FOVEA_COMPILER_EVAL_TENSOR_H
#define FOVEA_COMPILER_EVAL_TENSOR_H

#include "dialects/onnx/ConstantData.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

#include <vector>

namespace fovea::eval {

/// How an element is stored, in a byte at least; see onnx::ConstantData.
enum class Kind {
  Bool,
  I2,
  I4,
  I8,
  I16,
  I32,
  I64,
  U2,
  U4,
  U8,
  U16,
  U32,
  U64,
  F4E2M1,
  F6E2M3,
  F6E3M2,
  F8E4M3FN,
  F8E4M3FNUZ,
  F8E5M2,
  F8E5M2FNUZ,
  F8E8M0,
  F16,
  BF16,
  F32,
  F64
};

/// The kind of an element type that the evaluator knows, else nothing.
std::optional<Kind> getKind(mlir::Type elementType);

inline bool isFloat(Kind kind) { return kind >= Kind::F4E2M1; }
inline bool isUnsigned(Kind kind) {
  return kind == Kind::Bool || (kind >= Kind::U2 && kind <= Kind::U64);
}
/// Floating-point types of 8 bits or fewer.
inline bool isSmallFloat(Kind kind) { return kind >= Kind::F4E2M1 && kind <= Kind::F8E8M0; }

/// A static tensor, row-major and little-endian. Copies share the bytes.
class Tensor {
public:
  Tensor() = default;
  /// A tensor over existing data.
  Tensor(mlir::RankedTensorType type, onnx::ConstantData data);
  /// The tensor of a constant attribute, or nothing when its type or its storage is not known here.
  static std::optional<Tensor> get(mlir::ElementsAttr attr);

  /// Whether this stands for a tensor; an absent optional operand does not.
  explicit operator bool() const { return bool(type); }
  mlir::RankedTensorType getType() const { return type; }
  llvm::ArrayRef<int64_t> getShape() const { return type.getShape(); }
  int64_t getRank() const { return type.getRank(); }
  int64_t size() const { return type.getNumElements(); }
  Kind kind() const { return *eval::getKind(type.getElementType()); }
  int64_t elementBytes() const { return onnx::getElementBytes(type.getElementType()); }
  /// One stored element stands for all.
  bool isSplat() const { return data.splat; }
  const char *bytes() const { return data.bytes.data(); }
  /// The same elements under another type of as many elements of the same kind.
  Tensor withType(mlir::RankedTensorType other) const { return Tensor(other, data); }
  /// A constant attribute that shares the bytes where it can.
  mlir::ElementsAttr toAttr() const;

  /// All elements, row-major.
  template <typename Number> std::vector<Number> elements() const;
  /// All elements after broadcasting to `shape`.
  template <typename Number> std::vector<Number> elementsAs(llvm::ArrayRef<int64_t> shape) const;

private:
  mlir::RankedTensorType type;
  onnx::ConstantData data;
};

/// A tensor being written: `bytes` are those of `tensor`, zero at first.
struct NewTensor {
  Tensor tensor;
  char *bytes;
};
NewTensor allocate(mlir::RankedTensorType type);

/// Reads `count` elements that are `stride` elements apart. Number is double or int64_t; a ui64
/// becomes its bits.
template <typename Number>
void load(Kind kind, const char *from, int64_t stride, int64_t count, Number *to);

/// Writes `count` elements. Floats round to nearest, ties to even, and small ones as
/// encodeSmallFloat does by default; doubles going to integers truncate and stop at the ends of the
/// range (NaN becomes 0), those of 2 and 4 bits at the ends of 32; integers wrap around; anything
/// but 0 is a true bool.
template <typename Number> void store(Kind kind, const Number *from, int64_t count, char *to);

/// The bits of `value` in a small floating-point type by the rules of the standard's Cast: out of
/// range it becomes the largest number, or infinity or NaN unless `saturate`. F8E8M0 rounds by
/// `roundMode`, "up", "down" or "nearest"; the others to nearest even.
uint8_t encodeSmallFloat(Kind kind, double value, bool saturate = true,
                         llvm::StringRef roundMode = "up");

/// A tensor of the given elements, stored as its type asks.
template <typename Number>
Tensor makeTensor(mlir::RankedTensorType type, llvm::ArrayRef<Number> elements);

/// Distances in elements between neighbours of each dimension in row-major order.
llvm::SmallVector<int64_t> getStrides(llvm::ArrayRef<int64_t> shape);

/// Strides that walk a tensor of `shape` as if broadcast to rank `rank`: 0 along stretched
/// dimensions.
llvm::SmallVector<int64_t> getBroadcastStrides(llvm::ArrayRef<int64_t> shape,
                                               llvm::ArrayRef<int64_t> target);

} // namespace fovea::eval

#endif // FOVEA_COMPILER_EVAL_TENSOR_H
