// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Between constants and the arrays of .npy files.

#include "compiler/eval/NpyTensor.h"

#include "compiler/tools/NpyFile.h"
#include "dialects/onnx/OnnxDialect.h"

using namespace mlir;
using namespace fovea;

/// The dtype of elements in a file.
static fovea_dtype getDtype(Type elementType) {
  onnx::DLPackType dtype = onnx::getDLPackType(elementType);
  return {dtype.code, dtype.bits, 1};
}

static std::string print(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

llvm::Expected<ElementsAttr> eval::readTensor(StringRef path, Type elementType) {
  llvm::Expected<Array> array = readNpy(path);
  if (!array)
    return array.takeError();
  if (!getKind(elementType) || !standsFor(array->dtype, getDtype(elementType)))
    return llvm::createStringError("expected elements of type " + print(elementType) +
                                   ", but the file " + path + " holds " + dtypeName(array->dtype));
  setDtype(*array, getDtype(elementType));
  return onnx::makeConstant(
      RankedTensorType::get(array->shape, elementType),
      ArrayRef(reinterpret_cast<const char *>(array->bytes()), array->byteSize()));
}

llvm::Error eval::writeTensor(StringRef path, ElementsAttr attr) {
  std::optional<Tensor> tensor = Tensor::get(attr);
  if (!tensor)
    return llvm::createStringError("the type " + print(attr.getType()) +
                                   " is not one that .npy knows");
  llvm::Expected<Array> array =
      Array::create(getDtype(tensor->getType().getElementType()), tensor->getShape());
  if (!array)
    return array.takeError();
  for (int64_t i = 0; i < tensor->size(); ++i)
    std::memcpy(array->bytes() + i * tensor->elementBytes(),
                tensor->bytes() + (tensor->isSplat() ? 0 : i * tensor->elementBytes()),
                tensor->elementBytes());
  return writeNpy(path, *array);
}
