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
class FunctionProto;
class GraphProto;
class ValueInfoProto;
} // namespace onnxpb

namespace fovea {

/// The names of one graph or function body while it is imported.
struct ImportScope {
  /// The scope whose names are seen as well: a subgraph's surroundings. Null for the main graph and
  /// for functions.
  const ImportScope *outer = nullptr;
  /// The version of the default operator set that holds here.
  int64_t opset = 0;
  /// How many graphs and functions this one is nested in.
  unsigned depth = 0;
  /// What node names start with: the calls that led to a function, and a slash after each.
  std::string prefix;

  /// A null value is an absent optional input of a function, or an initializer that nobody uses.
  llvm::StringMap<mlir::Value> values;
  /// Results of nodes that failed. What depends on them is checked for support only.
  llvm::StringSet<> poisoned;
  /// Every name that some node defines, to tell a wrong order from a missing definition.
  llvm::StringSet<> nodeOutputs;
};

class GraphImporter {
public:
  GraphImporter(const ModelFile &file, mlir::ModuleOp module, const ImportOptions &options);

  /// Fills the module. Emits every error it finds and returns the gravest kind, or None.
  ImportError run();

  /// Makes `graph`, an attribute of a node, the only block of `region`, which ends with
  /// `onnx.Yield`. The block takes arguments of the given types, one per input of the graph. Throws
  /// ImportFailure, without a message where errors were reported at their nodes.
  void importSubgraph(const onnxpb::GraphProto &graph, mlir::Region &region,
                      mlir::TypeRange inputs);

  const ImportOptions &getOptions() const { return options; }

private:
  // The steps, in order. They throw ImportFailure for what has no location of its own.
  int64_t readOpset();
  void checkDimensionNames();
  void importInputs();
  void importInitializers(const onnxpb::GraphProto &graph);
  void importNodes(llvm::ArrayRef<const onnxpb::NodeProto *> nodes);
  /// Keeps what `value_info` states of values whose extents are not known yet.
  void importStatedShapes();
  void importOutputs();

  mlir::RankedTensorType importInputType(const onnxpb::ValueInfoProto &input);
  /// The shape that the model states for an output, with `--dim` in place of names; null where it
  /// states none.
  mlir::RankedTensorType importDeclaredType(const onnxpb::ValueInfoProto &output,
                                            mlir::Type elementType);
  void importNode(const onnxpb::NodeProto &node, size_t index);
  void importOperator(const onnxpb::NodeProto &node, mlir::Location loc, bool &poisoned);
  /// Imports the body of a function of the model in the place of `node`, which calls it.
  void importCall(const onnxpb::NodeProto &node, const onnxpb::FunctionProto &callee,
                  bool &poisoned);
  const onnxpb::FunctionProto *findFunction(const onnxpb::NodeProto &node) const;
  /// Enters a graph or function inside the present one; too deep nesting throws.
  ImportScope makeScope(const ImportScope *outer, int64_t opset) const;
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
  ImportError worst = ImportError::None;
  /// Nodes imported, those of functions at every call.
  size_t nodeCount = 0;
  ImportScope *scope = nullptr;
};

} // namespace fovea

#endif // FOVEA_COMPILER_IMPORT_GRAPHIMPORTER_H
