// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Element types and tensors of a model, as types and attributes.

#ifndef FOVEA_COMPILER_IMPORT_TENSORIMPORT_H
#define FOVEA_COMPILER_IMPORT_TENSORIMPORT_H

#include "compiler/import/ExternalData.h"
#include "compiler/import/ModelFile.h"
#include "mlir/IR/BuiltinAttributeInterfaces.h"
#include "mlir/IR/BuiltinTypes.h"

namespace fovea {

/// The type for a `TensorProto.DataType`, as docs/Architecture.md section 1 maps them. Throws
/// ImportFailure, naming the type, when it is not supported.
mlir::Type importElementType(mlir::MLIRContext *context, int32_t dataType);

/// The standard's name of an element type: "FLOAT", or "element type 77".
std::string getElementTypeName(int32_t dataType);

/// A ranked tensor type (kDynamic allowed), after a check that its rank and its size in bytes are
/// sane. Throws ImportFailure.
mlir::RankedTensorType makeTensorType(llvm::ArrayRef<int64_t> shape, mlir::Type elementType);

/// Turns tensors of one model into attributes; weights stay in the file's mapping.
class TensorImporter {
public:
  TensorImporter(const ModelFile &file, mlir::MLIRContext *context)
      : file(file), context(context), externals(file.path) {}

  /// Throws ImportFailure.
  mlir::ElementsAttr importTensor(const onnxpb::TensorProto &tensor);

private:
  const ModelFile &file;
  mlir::MLIRContext *context;
  ExternalFiles externals;
};

} // namespace fovea

#endif // FOVEA_COMPILER_IMPORT_TENSORIMPORT_H
