// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Slicing of a model's node list. A product is a border: one stands between the Softmax and a
// site's queries, keys or values, and what is behind the next one is somebody else's.

#include "compiler/import/SitePiece.h"

#include "compiler/import/ExternalData.h"
#include "compiler/import/GraphImporter.h"
#include "compiler/import/ImportFailure.h"
#include "compiler/import/ModelFile.h"
#include "compiler/import/TensorImport.h"
#include "compiler/import/WireFormat.h"
#include "dialects/onnx/ConstantData.h"
#include "onnx_ml.pb.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

#include <map>
#include <set>

using namespace mlir;
using namespace fovea;
using onnxpb::GraphProto;
using onnxpb::NodeProto;

SitePiece::SitePiece() = default;
SitePiece::SitePiece(SitePiece &&) = default;
SitePiece::~SitePiece() = default;

namespace {

class Cutter {
public:
  explicit Cutter(const GraphProto &graph) : graph(graph) {
    for (int index = 0; index < graph.node_size(); ++index) {
      for (const std::string &name : graph.node(index).output())
        if (!name.empty())
          producers[name] = index;
      for (const std::string &name : graph.node(index).input())
        readers[name].push_back(index);
    }
    for (const auto &tensor : graph.initializer())
      initializers[tensor.name()] = &tensor;
    for (const auto &output : graph.output())
      graphOutputs.insert(output.name());
  }

  /// Collects the piece around node `anchor`.
  void cut(int anchor) {
    include(anchor, isProduct(graph.node(anchor)) ? 1 : 0);
    int end = findProduct(anchor);
    addOutputs(end);
    for (int index : listScorePath())
      for (const std::string &name : graph.node(index).output()) {
        if (graphOutputs.contains(name))
          outputs.insert(name);
        for (int reader : readers.lookup(name))
          if (included.try_emplace(reader, 1).second) {
            addOutputs(reader);
            for (const std::string &operand : graph.node(reader).input())
              walk(operand, 1);
          }
      }
  }

  /// The piece in the model's order.
  void write(SitePiece &piece, GraphProto &out) const {
    llvm::SetVector<StringRef> inputs;
    llvm::StringSet<> constants;
    std::vector<std::pair<int, int>> nodes(included.begin(), included.end());
    llvm::sort(nodes);
    for (auto [index, products] : nodes) {
      *out.add_node() = graph.node(index);
      for (const std::string &name : graph.node(index).input()) {
        auto producer = producers.find(name);
        bool isInside = producer != producers.end() && included.count(producer->second) != 0;
        if (name.empty() || isInside)
          continue;
        if (auto known = initializers.find(name); known == initializers.end())
          inputs.insert(name);
        else if (constants.insert(name).second)
          *out.add_initializer() = *known->second;
      }
    }
    piece.inputs.assign(inputs.begin(), inputs.end());
    for (StringRef name : outputs) {
      piece.outputs.push_back(name.str());
      out.add_output()->set_name(name.str());
    }
  }

private:
  static constexpr size_t mostNodes = 1024;

  static bool isProduct(const NodeProto &node) {
    static const llvm::StringSet<> products = {
        "Attention", "Conv", "Einsum", "FusedMatMul", "Gemm", "MatMul", "MultiHeadAttention"};
    return products.contains(node.op_type());
  }

  /// Takes `index` in, which lies behind so many products as seen from the Softmax.
  void include(int index, int products) {
    auto [known, isNew] = included.try_emplace(index, products);
    if (!isNew && known->second <= products)
      return;
    known->second = products;
    for (const std::string &name : graph.node(index).input())
      walk(name, products);
  }

  void walk(const std::string &name, int products) {
    auto producer = producers.find(name);
    if (name.empty() || producer == producers.end() || included.size() >= mostNodes)
      return;
    bool isBorder = isProduct(graph.node(producer->second));
    if (isBorder && products > 0)
      return;
    include(producer->second, products + isBorder);
  }

  /// The nearest product that reads what comes from `anchor`, taken in with all on the way; the
  /// anchor itself when it has none, or is one.
  int findProduct(int anchor) {
    static constexpr size_t farthest = 32;
    if (isProduct(graph.node(anchor)))
      return anchor;
    llvm::MapVector<int, int> cameFrom;
    cameFrom[anchor] = -1;
    for (size_t next = 0; next < cameFrom.size() && next < farthest; ++next) {
      int index = std::next(cameFrom.begin(), next)->first;
      if (index != anchor && isProduct(graph.node(index))) {
        for (int on = index; on != anchor; on = cameFrom[on]) {
          forward.insert(on);
          include(on, on == index ? 1 : 0);
        }
        return index;
      }
      for (const std::string &name : graph.node(index).output())
        for (int reader : readers.lookup(name))
          cameFrom.insert({reader, index});
    }
    return anchor;
  }

  void addOutputs(int index) {
    for (const std::string &name : graph.node(index).output())
      if (!name.empty())
        outputs.insert(name);
  }

  /// From the products of queries and keys to the one with the values, which ends it.
  std::vector<int> listScorePath() const {
    std::vector<std::pair<int, int>> nodes(included.begin(), included.end());
    llvm::sort(nodes);
    std::vector<int> path;
    llvm::StringSet<> onPath;
    for (auto [index, products] : nodes) {
      const NodeProto &node = graph.node(index);
      bool isEnd = isProduct(node) && forward.count(index) != 0;
      bool isOn = (isProduct(node) && !isEnd) ||
                  (products == 0 &&
                   llvm::any_of(node.input(), [&](auto &name) { return onPath.contains(name); }));
      if (!isOn || isEnd)
        continue;
      path.push_back(index);
      for (const std::string &name : node.output())
        onPath.insert(name);
    }
    return path;
  }

  const GraphProto &graph;
  llvm::StringMap<int> producers;
  llvm::StringMap<std::vector<int>> readers;
  llvm::StringMap<const onnxpb::TensorProto *> initializers;
  llvm::StringSet<> graphOutputs;
  /// Nodes, and how many products lie between them and the Softmax.
  std::map<int, int> included;
  std::set<int> forward;
  llvm::SetVector<StringRef> outputs;
};

/// Puts the bytes of every tensor back into its message.
class TensorFiller {
public:
  TensorFiller(const ModelFile &file, MLIRContext &context)
      : file(file), context(context), externals(file.path) {}

  void fill(GraphProto &graph) {
    for (auto &tensor : *graph.mutable_initializer())
      fill(tensor);
    for (auto &node : *graph.mutable_node())
      for (auto &attribute : *node.mutable_attribute()) {
        if (attribute.has_t())
          fill(*attribute.mutable_t());
        if (attribute.has_g())
          fill(*attribute.mutable_g());
      }
  }

private:
  void fill(onnxpb::TensorProto &tensor) {
    if (std::optional<FileExtent> extent = getCutData(tensor)) {
      tensor.GetReflection()->MutableUnknownFields(&tensor)->Clear();
      tensor.set_raw_data(file.mapping->getBufferStart() + extent->offset, extent->size);
    } else if (tensor.data_location() == onnxpb::TensorProto::EXTERNAL) {
      SmallVector<int64_t> shape(tensor.dims().begin(), tensor.dims().end());
      RankedTensorType type =
          makeTensorType(shape, importElementType(&context, tensor.data_type()));
      uint64_t size = type.getNumElements() * onnx::getElementBytes(type.getElementType());
      MappedBytes data = externals.getData(tensor, size);
      tensor.clear_external_data();
      tensor.clear_data_location();
      tensor.set_raw_data(data.bytes.data(), data.bytes.size());
    }
  }

  const ModelFile &file;
  MLIRContext &context;
  ExternalFiles externals;
};

} // namespace

static int findNode(const GraphProto &graph, StringRef name) {
  for (int index = 0; index < graph.node_size(); ++index) {
    const NodeProto &node = graph.node(index);
    std::string known = node.name();
    for (int i = 0; known.empty() && i < node.output_size(); ++i)
      known = node.output(i);
    if (name == known || (known.empty() && name == node.op_type() + "#" + std::to_string(index)))
      return index;
  }
  failInput("node '" + name + "' is not in the main graph, so it cannot be cut out of the model");
}

static SitePiece cutChecked(StringRef path, StringRef name, MLIRContext &context,
                            const ImportOptions &options) {
  ModelFile file = readModel(path, context);
  SitePiece piece;
  Cutter cutter(file.model->graph());
  cutter.cut(findNode(file.model->graph(), name));
  piece.model = std::make_unique<onnxpb::ModelProto>(*file.model);
  piece.model->clear_graph();
  piece.model->clear_training_info();
  piece.model->mutable_graph()->set_name("site");
  cutter.write(piece, *piece.model->mutable_graph());
  TensorFiller(file, context).fill(*piece.model->mutable_graph());

  if (piece.inputs.empty())
    return piece;
  file.model->mutable_graph()->clear_output();
  for (const std::string &input : piece.inputs)
    file.model->mutable_graph()->add_output()->set_name(input);
  OwningOpRef<ModuleOp> probe = ModuleOp::create(FileLineColLoc::get(&context, path, 0, 0));
  if (ImportError error = GraphImporter(file, *probe, options).run(); error != ImportError::None)
    throw ImportFailure{error, ""};
  piece.probe = std::move(probe);
  return piece;
}

FailureOr<SitePiece> fovea::cutSite(StringRef path, StringRef name, MLIRContext &context,
                                    const ImportOptions &options) {
  try {
    return cutChecked(path, name, context, options);
  } catch (const ImportFailure &failure) {
    if (!failure.message.empty())
      emitError(FileLineColLoc::get(&context, path, 0, 0)) << failure.message;
    return mlir::failure();
  }
}

/// The standard's number of an element type.
static int32_t getDataType(Type elementType) {
  static constexpr int32_t last = 32;
  for (int32_t number = 1; number <= last; ++number)
    try {
      if (importElementType(elementType.getContext(), number) == elementType)
        return number;
    } catch (const ImportFailure &) {
      continue;
    }
  return onnxpb::TensorProto::UNDEFINED;
}

void fovea::writePiece(SitePiece &piece, ArrayRef<RankedTensorType> inputTypes, raw_ostream &os) {
  GraphProto &graph = *piece.model->mutable_graph();
  for (auto [name, type] : llvm::zip_equal(piece.inputs, inputTypes)) {
    onnxpb::ValueInfoProto &input = *graph.add_input();
    input.set_name(name);
    onnxpb::TypeProto::Tensor &tensor = *input.mutable_type()->mutable_tensor_type();
    tensor.set_elem_type(getDataType(type.getElementType()));
    tensor.mutable_shape();
    for (int64_t extent : type.getShape())
      tensor.mutable_shape()->add_dim()->set_dim_value(extent);
  }
  os << piece.model->SerializeAsString();
}
