// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every TensorProto of the model passes through here: initializers, and attributes of nodes. The
// number of elements is proved to be what the shape says before anything is allocated.

#include "compiler/import/TensorImport.h"

#include "compiler/import/ImportFailure.h"
#include "compiler/import/WireFormat.h"
#include "dialects/onnx/ConstantData.h"
#include "mlir/IR/Builders.h"
#include "onnx_ml.pb.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace fovea;
using Proto = onnxpb::TensorProto;

/// Loop nests and affine maps of the compiler have one dimension per axis, so the rank is bounded.
static constexpr int64_t largestRank = 32;

std::string fovea::getElementTypeName(int32_t dataType) {
  if (Proto::DataType_IsValid(dataType) && dataType != Proto::UNDEFINED)
    return Proto::DataType_Name(Proto::DataType(dataType));
  return "element type " + std::to_string(dataType);
}

Type fovea::importElementType(MLIRContext *context, int32_t dataType) {
  Builder builder(context);
  auto unsignedType = [&](unsigned width) {
    return IntegerType::get(context, width, IntegerType::Unsigned);
  };
  switch (dataType) {
  case Proto::FLOAT4E2M1:
    return Float4E2M1FNType::get(context);
  case Proto::FLOAT6E2M3:
    return Float6E2M3FNType::get(context);
  case Proto::FLOAT6E3M2:
    return Float6E3M2FNType::get(context);
  case Proto::FLOAT8E4M3FN:
    return Float8E4M3FNType::get(context);
  case Proto::FLOAT8E4M3FNUZ:
    return Float8E4M3FNUZType::get(context);
  case Proto::FLOAT8E5M2:
    return Float8E5M2Type::get(context);
  case Proto::FLOAT8E5M2FNUZ:
    return Float8E5M2FNUZType::get(context);
  case Proto::FLOAT8E8M0:
    return Float8E8M0FNUType::get(context);
  case Proto::INT2:
    return builder.getIntegerType(2);
  case Proto::INT4:
    return builder.getIntegerType(4);
  case Proto::UINT2:
    return unsignedType(2);
  case Proto::UINT4:
    return unsignedType(4);
  case Proto::FLOAT:
    return builder.getF32Type();
  case Proto::DOUBLE:
    return builder.getF64Type();
  case Proto::FLOAT16:
    return builder.getF16Type();
  case Proto::BFLOAT16:
    return builder.getBF16Type();
  case Proto::BOOL:
    return builder.getI1Type();
  case Proto::INT8:
    return builder.getI8Type();
  case Proto::INT16:
    return builder.getI16Type();
  case Proto::INT32:
    return builder.getI32Type();
  case Proto::INT64:
    return builder.getI64Type();
  case Proto::UINT8:
    return unsignedType(8);
  case Proto::UINT16:
    return unsignedType(16);
  case Proto::UINT32:
    return unsignedType(32);
  case Proto::UINT64:
    return unsignedType(64);
  default:
    failUnsupported("tensors of " + getElementTypeName(dataType) + " are not supported");
  }
}

RankedTensorType fovea::makeTensorType(ArrayRef<int64_t> shape, Type elementType) {
  if (int64_t(shape.size()) > largestRank)
    failUnsupported("a tensor has " + Twine(shape.size()) + " dimensions; at most " +
                    Twine(largestRank) + " are supported");
  // Zeros do not excuse the other extents: later a reshape or a slice multiplies those alone.
  int64_t bytes = onnx::getElementBytes(elementType);
  for (int64_t extent : shape) {
    if (ShapedType::isDynamic(extent))
      continue;
    if (extent < 0)
      failInput("a tensor has the negative dimension " + Twine(extent));
    if (extent != 0 && llvm::MulOverflow(bytes, extent, bytes))
      failInput("the size of a tensor exceeds 2^63 bytes");
  }
  return RankedTensorType::get(shape, elementType);
}

/// Bytes that the file takes for the elements of a tensor: those of fewer than 8 bits are packed.
static int64_t getPackedBytes(RankedTensorType type) {
  unsigned bits = type.getElementTypeBitWidth();
  int64_t count = type.getNumElements();
  if (bits == 1 || bits >= 8)
    return count * onnx::getElementBytes(type.getElementType());
  return count / 8 * bits + (count % 8 * bits + 7) / 8;
}

/// One byte for each of the elements that `packed` holds as a stream of bits, lowest first.
static SmallVector<char, 0> unpack(RankedTensorType type, ArrayRef<char> packed) {
  unsigned bits = type.getElementTypeBitWidth();
  bool isSigned = type.getElementType().isSignlessInteger();
  SmallVector<char, 0> out;
  out.reserve(type.getNumElements());
  for (int64_t i = 0; i < type.getNumElements(); ++i) {
    uint64_t at = uint64_t(i) * bits, byte = at / 8;
    unsigned both = uint8_t(packed[byte]);
    if (byte + 1 < packed.size())
      both |= unsigned(uint8_t(packed[byte + 1])) << 8;
    unsigned value = (both >> at % 8) & ((1u << bits) - 1);
    bool isNegative = isSigned && (value >> (bits - 1)) != 0;
    out.push_back(char(isNegative ? value - (1u << bits) : value));
  }
  return out;
}

/// Appends `value` in the given number of bytes, little-endian.
static void appendInteger(SmallVectorImpl<char> &out, uint64_t value, int64_t width) {
  for (int64_t i = 0; i < width; ++i)
    out.push_back(char(value >> (8 * i)));
}

/// Whether an entry of int32_data can be an element of `dataType`.
static bool fitsInt32Data(int32_t value, int32_t dataType) {
  switch (dataType) {
  case Proto::BOOL:
    return value == 0 || value == 1;
  case Proto::INT8:
    return llvm::isInt<8>(value);
  case Proto::UINT8:
    return llvm::isUInt<8>(uint32_t(value));
  case Proto::INT16:
    return llvm::isInt<16>(value);
  case Proto::UINT16:
  case Proto::FLOAT16:
  case Proto::BFLOAT16:
    return llvm::isUInt<16>(uint32_t(value));
  case Proto::INT32:
    return true;
  default: // small types, packed where they are narrower than a byte
    return llvm::isUInt<8>(uint32_t(value));
  }
}

/// The elements of the field that holds data of the tensor's type, row-major.
static SmallVector<char, 0> readTypedData(const Proto &tensor, int64_t numElements, int64_t width) {
  SmallVector<char, 0> out;
  auto checkCount = [&](int64_t count, StringRef field) {
    if (count != numElements)
      failInput("the tensor's shape asks for " + Twine(numElements) + " elements, but " + field +
                " holds " + Twine(count));
    out.reserve(numElements * width);
  };
  auto copy = [&](const auto &field, StringRef name) {
    checkCount(field.size(), name);
    if (field.size() != 0)
      out.append(reinterpret_cast<const char *>(field.data()),
                 reinterpret_cast<const char *>(field.data() + field.size()));
  };
  switch (tensor.data_type()) {
  case Proto::FLOAT:
    copy(tensor.float_data(), "float_data");
    break;
  case Proto::DOUBLE:
    copy(tensor.double_data(), "double_data");
    break;
  case Proto::INT64:
    copy(tensor.int64_data(), "int64_data");
    break;
  case Proto::UINT32:
  case Proto::UINT64:
    checkCount(tensor.uint64_data_size(), "uint64_data");
    for (uint64_t value : tensor.uint64_data()) {
      if (width == 4 && !llvm::isUInt<32>(value))
        failInput("uint64_data holds " + Twine(value) + ", which is no UINT32");
      appendInteger(out, value, width);
    }
    break;
  default:
    checkCount(tensor.int32_data_size(), "int32_data");
    for (int32_t value : tensor.int32_data()) {
      if (!fitsInt32Data(value, tensor.data_type()))
        failInput("int32_data holds " + Twine(value) + ", which is no " +
                  getElementTypeName(tensor.data_type()));
      appendInteger(out, uint32_t(value), width);
    }
    break;
  }
  return out;
}

/// A constant over raw bytes: in place when they are mapped, else a copy. A bool other than 0 and
/// 1, and packed elements, force a copy of another form.
static ElementsAttr makeFromRaw(RankedTensorType type, const MappedBytes &data) {
  bool isBool = type.getElementType().isInteger(1);
  if (!isBool && type.getElementTypeBitWidth() < 8)
    return onnx::makeConstant(type, unpack(type, data.bytes));
  if (!isBool || llvm::all_of(data.bytes, [](char byte) { return byte == 0 || byte == 1; }))
    return data.keepAlive ? onnx::makeConstantInPlace(type, data.bytes, data.keepAlive)
                          : onnx::makeConstant(type, data.bytes);
  SmallVector<char, 0> corrected;
  for (char byte : data.bytes)
    corrected.push_back(byte != 0);
  return onnx::makeConstant(type, corrected);
}

ElementsAttr TensorImporter::importTensor(const Proto &tensor) {
  if (tensor.has_segment())
    failUnsupported("tensors stored in segments are not supported");
  Type elementType = importElementType(context, tensor.data_type());
  SmallVector<int64_t> shape(tensor.dims().begin(), tensor.dims().end());
  for (int64_t extent : shape)
    if (extent < 0)
      failInput("the tensor has the negative dimension " + Twine(extent));
  RankedTensorType type = makeTensorType(shape, elementType);
  int64_t size = getPackedBytes(type);
  auto checkRawSize = [&](uint64_t rawSize) {
    if (rawSize != uint64_t(size))
      failInput("the tensor's shape asks for " + Twine(size) + " bytes of " +
                getElementTypeName(tensor.data_type()) + ", but raw_data holds " + Twine(rawSize));
  };

  std::optional<FileExtent> extent = getCutData(tensor);
  if (tensor.data_location() == Proto::EXTERNAL) {
    if (tensor.has_raw_data() || extent)
      failInput("the tensor has both external and inline data");
    return makeFromRaw(type, externals.getData(tensor, size));
  }
  if (extent) {
    checkRawSize(extent->size);
    ArrayRef<char> bytes(file.mapping->getBufferStart() + extent->offset, extent->size);
    return makeFromRaw(type, {bytes, file.mapping});
  }
  if (tensor.has_raw_data()) {
    checkRawSize(tensor.raw_data().size());
    return makeFromRaw(
        type, {ArrayRef<char>(tensor.raw_data().data(), tensor.raw_data().size()), nullptr});
  }
  int64_t width = onnx::getElementBytes(elementType);
  SmallVector<char, 0> bytes = readTypedData(tensor, size / width, width);
  return makeFromRaw(type, {bytes, nullptr});
}
