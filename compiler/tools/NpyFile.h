// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// NumPy's .npy files: reading and writing of little-endian, row-major arrays of plain numbers
// (format versions 1 to 3). The reader trusts nothing in the file.
#ifndef FOVEA_COMPILER_TOOLS_NPYFILE_H
#define FOVEA_COMPILER_TOOLS_NPYFILE_H

#include "fovea/runtime.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>
#include <string>

namespace fovea {

/// Bytes of one element: what is narrower than a byte takes one.
inline unsigned elementBytes(fovea_dtype dtype) { return (dtype.bits + 7u) / 8; }

/// A dense row-major array that owns its elements, which are aligned to 64 bytes.
struct Array {
  fovea_dtype dtype{};
  llvm::SmallVector<int64_t> shape;
  std::unique_ptr<llvm::WritableMemoryBuffer> data;

  uint8_t *bytes() const { return reinterpret_cast<uint8_t *>(data->getBufferStart()); }
  uint64_t byteSize() const { return data->getBufferSize(); }
  uint64_t elementCount() const { return byteSize() / fovea::elementBytes(dtype); }

  /// An array of undefined contents. Fails when the size overflows or there is no memory.
  static llvm::Expected<Array> create(fovea_dtype dtype, llvm::ArrayRef<int64_t> shape);
};

inline bool operator==(fovea_dtype a, fovea_dtype b) {
  return a.code == b.code && a.bits == b.bits && a.lanes == b.lanes;
}
inline bool operator!=(fovea_dtype a, fovea_dtype b) { return !(a == b); }

/// The name of an element type, NumPy's or that of ml_dtypes: "float32", "int64", "bool", "int4".
std::string dtypeName(fovea_dtype dtype);

/// An array's type for people, as in "float32[1, 3, 224, 224]".
std::string typeName(fovea_dtype dtype, llvm::ArrayRef<int64_t> shape);

/// Reads the array in the file `path`. The error says what is wrong with the file, and its name.
llvm::Expected<Array> readNpy(llvm::StringRef path);

/// The same for the bytes of a file; `name` is used in errors.
llvm::Expected<Array> parseNpy(llvm::StringRef contents, llvm::StringRef name);

/// Whether elements of the type `stored` in a file are what elements of type `dtype` are stored as.
/// Types that .npy does not have, as bfloat16, are stored as the unsigned integers of their bits;
/// void elements of their size, which NumPy writes for the arrays of ml_dtypes, stand for them too.
bool standsFor(fovea_dtype stored, fovea_dtype dtype);

/// Gives an array whose elements standsFor `dtype` that type. Integers of fewer bits than a byte
/// are read from its low ones, whatever the rest holds, and fill it afterwards.
void setDtype(Array &array, fovea_dtype dtype);

/// Writes `array` to the file `path`, in format version 1.0 or, for very long shapes, 2.0.
llvm::Error writeNpy(llvm::StringRef path, const Array &array);

} // namespace fovea

#endif // FOVEA_COMPILER_TOOLS_NPYFILE_H
