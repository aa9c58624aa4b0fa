// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Counting over a model's messages. Graphs are walked with a list, not by recursion, so that their
// depth costs no stack.

#include "compiler/import/ModelSummary.h"

#include "compiler/import/NodeImporter.h"
#include "compiler/import/NodeLocation.h"
#include "onnx_ml.pb.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/CheckedArithmetic.h"

using namespace fovea;
using onnxpb::TensorProto;

static std::string getTypeName(int32_t dataType) {
  if (!onnxpb::TensorProto_DataType_IsValid(dataType))
    return "type " + std::to_string(dataType);
  return llvm::StringRef(onnxpb::TensorProto_DataType_Name(dataType)).lower();
}

/// Bits of an element; 0 where elements have no fixed width.
static int64_t getElementBits(int32_t dataType) {
  switch (dataType) {
  case TensorProto::DOUBLE:
  case TensorProto::INT64:
  case TensorProto::UINT64:
  case TensorProto::COMPLEX64:
    return 64;
  case TensorProto::COMPLEX128:
    return 128;
  case TensorProto::FLOAT:
  case TensorProto::INT32:
  case TensorProto::UINT32:
    return 32;
  case TensorProto::FLOAT16:
  case TensorProto::BFLOAT16:
  case TensorProto::INT16:
  case TensorProto::UINT16:
    return 16;
  case TensorProto::UNDEFINED:
  case TensorProto::STRING:
    return 0;
  default:
    return 8;
  }
}

static void addBytes(const TensorProto &tensor, int64_t &total) {
  std::optional<int64_t> bits = getElementBits(tensor.data_type());
  for (int64_t extent : tensor.dims())
    bits = bits && extent >= 0 ? llvm::checkedMul(*bits, extent) : std::nullopt;
  std::optional<int64_t> sum =
      bits && total >= 0 ? llvm::checkedAdd(total, *bits / 8) : std::nullopt;
  total = sum.value_or(-1);
}

static ModelSummary::Value summarizeValue(const onnxpb::ValueInfoProto &info) {
  ModelSummary::Value value;
  value.name = escapeText(info.name());
  const onnxpb::TypeProto &type = info.type();
  if (!type.has_tensor_type()) {
    value.type = type.has_sequence_type()   ? "sequence"
                 : type.has_optional_type() ? "optional"
                 : type.has_map_type()      ? "map"
                                            : "unknown";
    return value;
  }
  value.type = getTypeName(type.tensor_type().elem_type());
  value.hasRank = type.tensor_type().has_shape();
  for (const auto &dim : type.tensor_type().shape().dim()) {
    if (dim.has_dim_value())
      value.dims.push_back(std::to_string(dim.dim_value()));
    else
      value.dims.push_back(dim.dim_param().empty() ? "?" : escapeText(dim.dim_param()));
  }
  return value;
}

static bool isStandard(llvm::StringRef domain) { return domain.empty() || domain == "ai.onnx"; }

namespace {
/// Walks nodes and what hangs below them.
class Walk {
public:
  Walk(const onnxpb::ModelProto &model, ModelSummary &summary) : summary(summary) {
    for (const onnxpb::FunctionProto &function : model.functions())
      functions.insert(function.name());
  }

  template <typename Nodes> void add(const Nodes &nodes, bool isNested) {
    for (const onnxpb::NodeProto &node : nodes) {
      countNode(node);
      if (isNested)
        checkNode(node);
      for (const onnxpb::AttributeProto &attribute : node.attribute())
        addAttribute(attribute);
    }
  }

  void addGraph(const onnxpb::GraphProto &graph) {
    for (const TensorProto &tensor : graph.initializer())
      addBytes(tensor, summary.weightsBytes);
  }

  /// Walks the subgraphs that were met, and theirs.
  void finish() {
    while (!pending.empty()) {
      const onnxpb::GraphProto *graph = pending.pop_back_val();
      addGraph(*graph);
      add(graph->node(), /*isNested=*/true);
    }
  }

private:
  void countNode(const onnxpb::NodeProto &node) {
    ++summary.nodes;
    std::string name = escapeText(node.op_type());
    ++summary.operators[isStandard(node.domain()) ? name : escapeText(node.domain()) + "." + name];
  }

  void addAttribute(const onnxpb::AttributeProto &attribute) {
    if (attribute.has_t())
      addBytes(attribute.t(), summary.weightsBytes);
    if (attribute.has_g())
      pending.push_back(&attribute.g());
    for (const onnxpb::GraphProto &graph : attribute.graphs())
      pending.push_back(&graph);
  }

  /// The import does not reach every subgraph, but an unknown operator is known without it.
  void checkNode(const onnxpb::NodeProto &node) {
    if (functions.contains(node.op_type()) || findOperatorRule(node.domain(), node.op_type()))
      return;
    std::string name = node.name();
    for (int i = 0; name.empty() && i < node.output_size(); ++i)
      name = node.output(i);
    std::string domain =
        isStandard(node.domain()) ? "" : " of the domain '" + escapeText(node.domain()) + "'";
    summary.unsupported.push_back({escapeText(name), escapeText(node.op_type()), "",
                                   "operator '" + escapeText(node.op_type()) + "'" + domain +
                                       " is not supported" +
                                       explainMissingRule(node.domain(), node.op_type()).str()});
  }

  ModelSummary &summary;
  llvm::StringSet<> functions;
  llvm::SmallVector<const onnxpb::GraphProto *> pending;
};
} // namespace

void fovea::summarizeModel(const onnxpb::ModelProto &model, ModelSummary &summary) {
  for (const onnxpb::OperatorSetIdProto &import : model.opset_import())
    summary.opsets[isStandard(import.domain()) ? "" : escapeText(import.domain())] =
        import.version();
  llvm::StringSet<> initializers;
  for (const TensorProto &tensor : model.graph().initializer())
    initializers.insert(tensor.name());
  for (const onnxpb::ValueInfoProto &input : model.graph().input())
    if (!initializers.contains(input.name()))
      summary.inputs.push_back(summarizeValue(input));
  for (const onnxpb::ValueInfoProto &output : model.graph().output())
    summary.outputs.push_back(summarizeValue(output));
  Walk walk(model, summary);
  walk.addGraph(model.graph());
  walk.add(model.graph().node(), /*isNested=*/false);
  for (const onnxpb::FunctionProto &function : model.functions())
    walk.add(function.node(), /*isNested=*/true);
  walk.finish();
}
