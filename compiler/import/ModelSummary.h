// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a model holds, as far as its file tells without importing it: what `foveac --check` reports.

#ifndef FOVEA_COMPILER_IMPORT_MODELSUMMARY_H
#define FOVEA_COMPILER_IMPORT_MODELSUMMARY_H

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace onnxpb {
class ModelProto;
}

namespace fovea {

/// A node, or a graph's input, output or initializer, that is not supported.
struct Unsupported {
  /// The name in the model, or what stands for one.
  std::string node;
  /// The operator; `input`, `output` or `initializer` for other values of a graph.
  std::string op;
  /// Element types of the operands that are known, as in "f32, i64".
  std::string types;
  std::string reason;
};

struct ModelSummary {
  struct Value {
    std::string name;
    /// ONNX's name of the element type in small letters, or "sequence", "optional", "map".
    std::string type;
    /// Extents as decimal numbers, names, or "?".
    std::vector<std::string> dims;
    bool hasRank = false;
  };

  /// Versions by domain; the standard's is "".
  std::map<std::string, int64_t> opsets;
  /// Nodes of the graph, its subgraphs and the model's functions, by operator; with "domain." in
  /// front outside of the standard's.
  std::map<std::string, int64_t> operators;
  int64_t nodes = 0;
  std::vector<Value> inputs, outputs;
  /// Bytes of all initializers and constants as their types and shapes tell; -1 when that is no
  /// number.
  int64_t weightsBytes = 0;
  /// Everything that the import refused as unsupported, in the order of the nodes; nodes of
  /// subgraphs that were not reached are here when their operator is unknown.
  std::vector<Unsupported> unsupported;
};

/// Fills everything but `unsupported`, in which unknown operators of subgraphs are put. Names are
/// escaped (NodeLocation.h). Nothing in the model is believed.
void summarizeModel(const onnxpb::ModelProto &model, ModelSummary &summary);

} // namespace fovea

#endif // FOVEA_COMPILER_IMPORT_MODELSUMMARY_H
