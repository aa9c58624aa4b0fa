// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The graph of a model as the body of @main: names become values, nodes become ops in the graph's
// order.

#ifndef FOVEA_COMPILER_IMPORT_GRAPHIMPORTER_H
#define FOVEA_COMPILER_IMPORT_GRAPHIMPORTER_H

#include "compiler/import/ImportFailure.h"
#include "compiler/import/NodeImporter.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

namespace onnxpb {
class GraphProto;
class ValueInfoProto;
} // namespace onnxpb

namespace fovea {

class GraphImporter {
public:
  GraphImporter(const ModelFile &file, mlir::ModuleOp module, const ImportOptions &options);

  /// Fills the module. Emits every error it finds and returns the gravest kind, or None.
  ImportError run();

private:
  // The steps, in order. They throw ImportFailure for what has no location of its own.
  void readOpset();
  void checkDimensionNames();
  void importInputs();
  void importInitializers();
  void importNodes();
  void importOutputs();

  mlir::RankedTensorType importInputType(const onnxpb::ValueInfoProto &input);
  /// The shape that the model states for an output, with `--dim` in place of names; null where it
  /// states none.
  mlir::RankedTensorType importDeclaredType(const onnxpb::ValueInfoProto &output,
                                            mlir::Type elementType);
  void importNode(const onnxpb::NodeProto &node, size_t index);
  /// "f32, i64": the element types of the operands that are known.
  std::string listOperandTypes(const onnxpb::NodeProto &node) const;
  void checkNode(const onnxpb::NodeProto &node) const;
  llvm::SmallVector<mlir::Value> lookUpOperands(const onnxpb::NodeProto &node, bool &poisoned);
  void define(const std::string &name, mlir::Value value);
  void definePoison(const onnxpb::NodeProto &node);
  mlir::Location getLocation(llvm::StringRef name, llvm::StringRef kind) const;
  mlir::Location getNodeLocation(const onnxpb::NodeProto &node, size_t index) const;
  /// Emits a caught failure at `loc` and remembers its kind; `types` are those of a node's
  /// operands.
  void report(mlir::Location loc, const ImportFailure &failure, llvm::StringRef types = "");

  const ModelFile &file;
  const onnxpb::GraphProto &graph;
  mlir::ModuleOp module;
  const ImportOptions &options;
  mlir::OpBuilder builder;
  TensorImporter tensors;
  mlir::func::FuncOp function;
  int64_t opset = 0;
  ImportError worst = ImportError::None;

  llvm::StringMap<mlir::Value> values;
  /// Results of nodes that failed. What depends on them is checked for support only.
  llvm::StringSet<> poisoned;
  /// Every name that some node defines, to tell a wrong order from a missing definition.
  llvm::StringSet<> nodeOutputs;
};

} // namespace fovea

#endif // FOVEA_COMPILER_IMPORT_GRAPHIMPORTER_H
