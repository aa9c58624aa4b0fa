// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The part of a model around one node, as a model of its own: nodes, names, initializers and
// opsets stay as the file has them.

#ifndef FOVEA_COMPILER_IMPORT_SITEPIECE_H
#define FOVEA_COMPILER_IMPORT_SITEPIECE_H

#include "compiler/import/Import.h"
#include "mlir/IR/BuiltinTypes.h"

#include <memory>
#include <vector>

namespace onnxpb {
class ModelProto;
}

namespace fovea {

struct SitePiece {
  SitePiece();
  SitePiece(SitePiece &&);
  ~SitePiece();

  /// Names of the tensors at which the piece was cut off, and of its results.
  std::vector<std::string> inputs, outputs;
  /// The whole model, except that `inputs` are the results of @main: what tells their types, and,
  /// evaluated, their values.
  mlir::OwningOpRef<mlir::ModuleOp> probe;
  /// The nodes and initializers, without types of inputs and outputs.
  std::unique_ptr<onnxpb::ModelProto> model;
};

/// Cuts out the site whose Softmax, or Attention, is the node `name` of the main graph of the model
/// at `path`: back to the products behind those that make the scores, on to the product with the
/// values, and every other reader of the values in between. Emits an error when there is no such
/// node or the model cannot be read.
mlir::FailureOr<SitePiece> cutSite(llvm::StringRef path, llvm::StringRef name,
                                   mlir::MLIRContext &context, const ImportOptions &options);

/// Writes the piece as a binary model whose inputs have these types.
void writePiece(SitePiece &piece, llvm::ArrayRef<mlir::RankedTensorType> inputTypes,
                llvm::raw_ostream &os);

} // namespace fovea

#endif // FOVEA_COMPILER_IMPORT_SITEPIECE_H
