// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Building @main. A node that cannot be imported does not stop the walk: its results are poisoned,
// and the nodes behind it are still asked whether they are supported, so that the user sees every
// obstacle at once. Subgraphs and functions are in Subgraphs.cpp.

#include "compiler/import/GraphImporter.h"

#include "compiler/import/ImportFailure.h"
#include "compiler/import/ModelSummary.h"
#include "compiler/import/NodeLocation.h"
#include "compiler/import/Rules.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "mlir/IR/Iterators.h"
#include "mlir/IR/Verifier.h"
#include "onnx_ml.pb.h"

using namespace mlir;
using namespace fovea;
using onnxpb::NodeProto;

static constexpr int64_t newestOpset = 28;
/// Functions that call functions could make any number of nodes out of a small file.
static constexpr size_t mostNodes = 1 << 20;

GraphImporter::GraphImporter(const ModelFile &file, ModuleOp module, const ImportOptions &options)
    : file(file), graph(file.model->graph()), module(module), options(options),
      builder(module.getContext()), tensors(file, module.getContext()) {}

static std::string quote(StringRef name) { return "'" + escapeText(name) + "'"; }

static bool isStandardDomain(StringRef domain) { return domain.empty() || domain == "ai.onnx"; }

Location GraphImporter::getLocation(StringRef name, StringRef kind) const {
  return makeNodeLocation(builder.getContext(), name, kind, file.path);
}

Location GraphImporter::getNodeLocation(const NodeProto &node, size_t index) const {
  std::string name = node.name();
  for (int i = 0; name.empty() && i < node.output_size(); ++i)
    name = node.output(i);
  if (name.empty())
    name = node.op_type() + "#" + std::to_string(index);
  return getLocation(scope->prefix + name, node.op_type());
}

void GraphImporter::report(Location loc, const ImportFailure &failure, StringRef types) {
  std::optional<NodeOrigin> origin = getNodeOrigin(loc);
  if (options.summary && failure.kind == ImportError::Unsupported)
    options.summary->unsupported.push_back({origin ? escapeText(origin->name) : "",
                                            origin ? escapeText(origin->kind) : "model",
                                            types.str(), failure.message});
  if (!failure.message.empty())
    emitError(loc) << failure.message;
  // A malformed file outweighs an unsupported operator: it has to be mended first.
  if (worst == ImportError::None || failure.kind != ImportError::Unsupported)
    worst = failure.kind;
}

ImportError GraphImporter::run() {
  Location loc = module.getLoc();
  ImportScope main;
  scope = &main;
  try {
    main.opset = readOpset();
    if (options.attentionSemantics != AttentionSemantics::Onnx123)
      module->setAttr(attentionSemanticsAttr, builder.getStringAttr(stringifyAttentionSemantics(
                                                  options.attentionSemantics)));
    checkDimensionNames();
    builder.setInsertionPointToEnd(module.getBody());
    function = func::FuncOp::create(builder, loc, "main", builder.getFunctionType({}, {}));
    builder.setInsertionPointToEnd(function.addEntryBlock());
    importInputs();
    importInitializers(graph);
    importNodes(llvm::to_vector(llvm::make_pointer_range(graph.node())));
    importStatedShapes();
    if (worst == ImportError::None)
      importOutputs();
  } catch (const ImportFailure &failure) {
    report(loc, failure);
  }
  // What sequences held is used directly.
  module.walk<WalkOrder::PostOrder, ReverseIterator>([](UnrealizedConversionCastOp sequence) {
    if (sequence.use_empty())
      sequence.erase();
  });
  if (worst == ImportError::None && failed(verify(module)))
    worst = ImportError::Input;
  return worst;
}

int64_t GraphImporter::readOpset() {
  bool found = false;
  int64_t opset = 0;
  for (const onnxpb::OperatorSetIdProto &import : file.model->opset_import()) {
    if (!isStandardDomain(import.domain()))
      continue;
    if (found && import.version() != opset)
      failInput("the model imports the standard operators twice, as opset " + Twine(opset) +
                " and " + Twine(import.version()));
    found = true;
    opset = import.version();
  }
  if (!found)
    failInput("the model does not say which opset it uses");
  if (opset < 1 || opset > newestOpset)
    failUnsupported("opset " + Twine(opset) + " is not supported; opsets 1 to " +
                    Twine(newestOpset) + " are (onnx.version_converter converts models)");
  return opset;
}

/// Inputs that are not initializers: what the caller passes.
static SmallVector<const onnxpb::ValueInfoProto *> getRealInputs(const onnxpb::GraphProto &graph) {
  llvm::StringSet<> initializers;
  for (const onnxpb::TensorProto &tensor : graph.initializer())
    initializers.insert(tensor.name());
  SmallVector<const onnxpb::ValueInfoProto *> inputs;
  for (const onnxpb::ValueInfoProto &input : graph.input())
    if (!initializers.contains(input.name()))
      inputs.push_back(&input);
  return inputs;
}

/// The name by which `--dim` fixes dimension `axis` of an input or a computed value.
static std::string getDimensionName(const onnxpb::ValueInfoProto &input, int axis) {
  const std::string &name = input.type().tensor_type().shape().dim(axis).dim_param();
  return name.empty() ? input.name() + ":" + std::to_string(axis) : name;
}

void GraphImporter::checkDimensionNames() {
  SmallVector<std::string> names;
  for (const onnxpb::ValueInfoProto *input : getRealInputs(graph)) {
    const onnxpb::TensorShapeProto &shape = input->type().tensor_type().shape();
    for (int axis = 0; axis < shape.dim_size(); ++axis)
      if (!shape.dim(axis).has_dim_value() &&
          !llvm::is_contained(names, getDimensionName(*input, axis)))
        names.push_back(getDimensionName(*input, axis));
  }
  // The extent of a computed value is of use too.
  llvm::StringSet<> unnamed;
  for (const onnxpb::ValueInfoProto &value :
       llvm::concat<const onnxpb::ValueInfoProto>(graph.output(), graph.value_info())) {
    const onnxpb::TensorShapeProto &shape = value.type().tensor_type().shape();
    for (int axis = 0; axis < shape.dim_size(); ++axis)
      if (shape.dim(axis).dim_param().empty())
        unnamed.insert(getDimensionName(value, axis));
      else if (!llvm::is_contained(names, shape.dim(axis).dim_param()))
        names.push_back(shape.dim(axis).dim_param());
  }
  for (const auto &[name, extent] : options.dims) {
    if (extent < 0)
      failInput("--dim " + name + ": the extent " + Twine(extent) + " must not be negative");
    if (llvm::is_contained(names, name) || unnamed.contains(name))
      continue;
    std::string list;
    for (const std::string &known : names)
      list += (list.empty() ? "" : ", ") + quote(known);
    failInput("--dim: the model has no symbolic dimension " + quote(name) +
              (list.empty() ? ": all its inputs are static" : "; it has " + list));
  }
}

RankedTensorType GraphImporter::importDeclaredType(const onnxpb::ValueInfoProto &output,
                                                   Type elementType) {
  if (!output.type().has_tensor_type() || !output.type().tensor_type().has_shape())
    return {};
  SmallVector<int64_t> shape;
  const onnxpb::TensorShapeProto &stated = output.type().tensor_type().shape();
  for (int axis = 0; axis < stated.dim_size(); ++axis) {
    const onnxpb::TensorShapeProto::Dimension &dim = stated.dim(axis);
    auto bound = options.dims.find(getDimensionName(output, axis));
    if (dim.has_dim_value())
      shape.push_back(dim.dim_value() < 0 ? ShapedType::kDynamic : dim.dim_value());
    else
      shape.push_back(bound == options.dims.end() ? ShapedType::kDynamic : bound->second);
  }
  return makeTensorType(shape, elementType);
}

RankedTensorType GraphImporter::importInputType(const onnxpb::ValueInfoProto &input) {
  using Kind = onnxpb::TypeProto::ValueCase;
  if (input.type().value_case() == Kind::VALUE_NOT_SET)
    failInput("the input has no type");
  if (input.type().value_case() != Kind::kTensorType)
    failUnsupported(
        "only tensors are supported as inputs, not sequences, maps, optionals or sparse tensors");
  const onnxpb::TypeProto::Tensor &tensor = input.type().tensor_type();
  Type elementType = importElementType(module.getContext(), tensor.elem_type());
  if (!tensor.has_shape())
    failUnsupported("the input's rank is not known; export the model with a shape for it");
  SmallVector<int64_t> shape;
  for (int axis = 0; axis < tensor.shape().dim_size(); ++axis) {
    const onnxpb::TensorShapeProto::Dimension &dim = tensor.shape().dim(axis);
    auto fixed = options.dims.find(getDimensionName(input, axis));
    if (dim.has_dim_value()) {
      if (dim.dim_value() < 0)
        failInput("dimension " + Twine(axis) + " is negative: " + Twine(dim.dim_value()));
      shape.push_back(dim.dim_value());
    } else {
      shape.push_back(fixed == options.dims.end() ? ShapedType::kDynamic : fixed->second);
    }
  }
  return makeTensorType(shape, elementType);
}

void GraphImporter::importInputs() {
  Block &body = function.getBody().front();
  SmallVector<DictionaryAttr> attributes;
  for (const onnxpb::ValueInfoProto *input : getRealInputs(graph)) {
    Location loc = getLocation(input->name(), "input");
    try {
      if (input->name().empty())
        failInput("an input has no name");
      RankedTensorType type = importInputType(*input);
      define(input->name(), body.addArgument(type, loc));
      SmallVector<Attribute> names;
      bool anyName = false;
      for (const auto &dim : input->type().tensor_type().shape().dim()) {
        names.push_back(builder.getStringAttr(dim.dim_param()));
        anyName |= !dim.dim_param().empty();
      }
      NamedAttrList list;
      list.set("onnx.name", builder.getStringAttr(input->name()));
      if (anyName)
        list.set("onnx.dim_names", builder.getArrayAttr(names));
      attributes.push_back(list.getDictionary(module.getContext()));
    } catch (const ImportFailure &failure) {
      report(loc, failure);
      scope->poisoned.insert(input->name());
    }
  }
  function.setFunctionType(builder.getFunctionType(body.getArgumentTypes(), {}));
  function.setAllArgAttrs(attributes);
}

void GraphImporter::importInitializers(const onnxpb::GraphProto &graph) {
  if (graph.sparse_initializer_size() != 0)
    failUnsupported("sparse initializers are not supported");
  // A name can be used by a node or be a result. Other weights are checked, but cost nothing later.
  // Subgraphs use names without saying so at their node.
  llvm::StringSet<> used;
  bool hasSubgraphs = false;
  for (const NodeProto &node : graph.node()) {
    for (const std::string &name : node.input())
      used.insert(name);
    hasSubgraphs |= llvm::any_of(node.attribute(), [](const onnxpb::AttributeProto &attribute) {
      return attribute.has_g() || attribute.graphs_size() != 0;
    });
  }
  for (const onnxpb::ValueInfoProto &output : graph.output())
    used.insert(output.name());
  for (const onnxpb::TensorProto &tensor : graph.initializer()) {
    Location loc = getLocation(tensor.name(), "initializer");
    try {
      if (tensor.name().empty())
        failInput("an initializer has no name");
      ElementsAttr value = tensors.importTensor(tensor);
      define(tensor.name(), hasSubgraphs || used.contains(tensor.name())
                                ? Value(onnx::ConstantOp::create(builder, loc, value))
                                : Value());
    } catch (const ImportFailure &failure) {
      report(loc, failure);
      scope->poisoned.insert(tensor.name());
    }
  }
}

void GraphImporter::define(const std::string &name, Value value) {
  if (scope->poisoned.contains(name) || !scope->values.try_emplace(name, value).second)
    failInput("the name " + quote(name) + " is defined twice");
}

std::string GraphImporter::listOperandTypes(const NodeProto &node) const {
  std::string text;
  llvm::raw_string_ostream os(text);
  for (const std::string &name : node.input())
    for (const ImportScope *where = scope; where; where = where->outer)
      if (Value value = where->values.lookup(name)) {
        if (auto type = dyn_cast<ShapedType>(value.getType()))
          os << (text.empty() ? "" : ", ") << type.getElementType();
        break;
      }
  return text;
}

void GraphImporter::checkNode(const NodeProto &node) const {
  if (node.op_type().empty())
    failInput("the node has no operator");
  if (llvm::all_of(node.output(), [](const std::string &name) { return name.empty(); }))
    failInput("the node has no output");
  std::string types = listOperandTypes(node);
  std::string described = "operator " + quote(node.op_type()) + " (opset " +
                          std::to_string(scope->opset) + (types.empty() ? "" : ", on " + types) +
                          ")";
  const OperatorRule *rule = findOperatorRule(node.domain(), node.op_type());
  if (!rule && !isStandardDomain(node.domain()))
    failUnsupported(described + " of the domain " + quote(node.domain()) +
                    " is not supported: the standard's operators are, and what ONNX Runtime's "
                    "optimizer makes of them");
  if (!rule)
    failUnsupported(described + " is not supported" +
                    explainMissingRule(node.domain(), node.op_type()));
  if (scope->opset < rule->since)
    failInput("operator " + quote(node.op_type()) + " came with opset " + Twine(rule->since) +
              ", but the model uses opset " + Twine(scope->opset));
  if (scope->opset < getLastEarlyChange(node.op_type()))
    failUnsupported(described + " is not supported: it was defined otherwise before opset " +
                    Twine(getLastEarlyChange(node.op_type())) +
                    " (onnx.version_converter converts models)");
  auto inRange = [](unsigned count, unsigned least, unsigned most) {
    return count >= least && count <= most;
  };
  if (!inRange(node.input_size(), rule->minOperands, rule->maxOperands))
    failInput("operator " + quote(node.op_type()) + " does not take " + Twine(node.input_size()) +
              " inputs");
  if (!inRange(node.output_size(), 1, rule->maxOutputs))
    failInput("operator " + quote(node.op_type()) + " does not have " + Twine(node.output_size()) +
              " outputs");
}

SmallVector<Value> GraphImporter::lookUpOperands(const NodeProto &node, bool &isPoisoned) {
  SmallVector<Value> operands;
  for (const std::string &name : node.input()) {
    if (name.empty()) {
      operands.push_back({});
      continue;
    }
    bool laterOutput = false;
    const ImportScope *where = scope;
    for (; where && !where->poisoned.contains(name) && !where->values.contains(name);
         where = where->outer)
      laterOutput |= where->nodeOutputs.contains(name);
    if (!where)
      failInput(laterOutput ? "input " + quote(name) +
                                  " is used before it is defined: the graph is not sorted"
                            : "input " + quote(name) + " is not defined anywhere");
    if (where->poisoned.contains(name)) {
      // Any tensor will do: the module is thrown away.
      isPoisoned = true;
      auto type = UnrankedTensorType::get(builder.getF32Type());
      operands.push_back(
          UnrealizedConversionCastOp::create(builder, builder.getUnknownLoc(), type, ValueRange())
              .getResult(0));
      continue;
    }
    operands.push_back(where->values.lookup(name));
  }
  return operands;
}

void GraphImporter::definePoison(const NodeProto &node) {
  for (const std::string &name : node.output())
    if (!name.empty() && !scope->values.contains(name))
      scope->poisoned.insert(name);
}

void GraphImporter::importOperator(const NodeProto &node, Location loc, bool &isPoisoned) {
  checkNode(node);
  SmallVector<Value> operands = lookUpOperands(node, isPoisoned);
  NodeImporter importer(node, scope->opset, loc, builder, tensors, operands, *this);
  const OperatorRule *rule = findOperatorRule(node.domain(), node.op_type());
  for (Value operand : operands)
    if (operand && !rule->takesSequences)
      checkTensor(operand);
  rule->import(importer);
  importer.checkAttributesKnown();
  if (isPoisoned)
    return definePoison(node);
  for (int i = 0; i < node.output_size(); ++i) {
    if (node.output(i).empty())
      continue;
    if (!importer.getResults()[i])
      failInput("output " + Twine(i) + " does not exist in opset " + Twine(scope->opset));
    define(node.output(i), importer.getResults()[i]);
  }
}

void GraphImporter::importNode(const NodeProto &node, size_t index) {
  Location loc = getNodeLocation(node, index);
  bool isPoisoned = false;
  try {
    if (++nodeCount > mostNodes)
      throw ImportFailure{ImportError::Resource, "the model has more than " +
                                                     std::to_string(mostNodes) +
                                                     " nodes, its functions inlined"};
    if (const onnxpb::FunctionProto *callee = findFunction(node))
      importCall(node, *callee, isPoisoned);
    else
      importOperator(node, loc, isPoisoned);
  } catch (const ImportFailure &failure) {
    // A limit that was reached ends the import.
    if (failure.kind == ImportError::Resource)
      throw;
    // What looks wrong about an unknown operand says nothing about the file.
    if (!isPoisoned || failure.kind == ImportError::Unsupported)
      report(loc, failure, listOperandTypes(node));
    definePoison(node);
  }
}

void GraphImporter::importNodes(ArrayRef<const NodeProto *> nodes) {
  for (const NodeProto *node : nodes)
    for (const std::string &name : node->output())
      scope->nodeOutputs.insert(name);
  for (auto [index, node] : llvm::enumerate(nodes))
    importNode(*node, index);
}

void GraphImporter::importStatedShapes() {
  for (const onnxpb::ValueInfoProto &info : graph.value_info()) {
    auto result = dyn_cast_or_null<OpResult>(scope->values.lookup(info.name()));
    auto type = result ? dyn_cast<TensorType>(result.getType()) : TensorType();
    if (!type || type.hasStaticShape())
      continue;
    RankedTensorType declared = importDeclaredType(info, type.getElementType());
    if (!declared)
      continue;
    Operation *op = result.getOwner();
    SmallVector<Attribute> types(op->getNumResults(), builder.getUnitAttr());
    if (auto known = op->getAttrOfType<ArrayAttr>("onnx.declared_results"))
      llvm::copy(known, types.begin());
    types[result.getResultNumber()] = TypeAttr::get(declared);
    op->setAttr("onnx.declared_results", builder.getArrayAttr(types));
  }
}

void GraphImporter::importOutputs() {
  if (graph.output_size() == 0)
    failInput("the graph has no outputs");
  SmallVector<Value> results;
  SmallVector<DictionaryAttr> attributes;
  llvm::StringSet<> seen;
  for (const onnxpb::ValueInfoProto &output : graph.output()) {
    Location loc = getLocation(output.name(), "output");
    auto found = scope->values.find(output.name());
    if (found == scope->values.end() || !seen.insert(output.name()).second) {
      report(loc, {ImportError::Input, found == scope->values.end()
                                           ? "the output is not defined by any node"
                                           : "the output is listed twice"});
      continue;
    }
    try {
      checkTensor(found->second);
    } catch (const ImportFailure &failure) {
      report(loc, failure);
      continue;
    }
    results.push_back(found->second);
    NamedAttrList list;
    list.set("onnx.name", builder.getStringAttr(output.name()));
    auto type = dyn_cast<TensorType>(found->second.getType());
    if (type && !type.hasStaticShape())
      if (RankedTensorType declared = importDeclaredType(output, type.getElementType()))
        list.set("onnx.declared", TypeAttr::get(declared));
    attributes.push_back(list.getDictionary(module.getContext()));
  }
  if (worst != ImportError::None)
    return;
  func::ReturnOp::create(builder, module.getLoc(), results);
  function.setFunctionType(builder.getFunctionType(function.getBody().getArgumentTypes(),
                                                   ValueRange(results).getTypes()));
  function.setAllResultAttrs(attributes);
}
