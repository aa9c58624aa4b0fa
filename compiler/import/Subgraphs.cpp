// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Graphs inside of nodes, and functions of the model, which are imported anew at every call. Each
// has a scope of its own; nesting is bounded, for a function may call itself.

#include "compiler/import/GraphImporter.h"
#include "compiler/import/NodeLocation.h"
#include "dialects/onnx/OnnxControlOps.h"
#include "onnx_ml.pb.h"

#include "llvm/Support/SaveAndRestore.h"

using namespace mlir;
using namespace fovea;
using onnxpb::AttributeProto;
using onnxpb::FunctionProto;
using onnxpb::NodeProto;

static constexpr unsigned deepestScope = 64;

static bool isStandardDomain(StringRef domain) { return domain.empty() || domain == "ai.onnx"; }

ImportScope GraphImporter::makeScope(const ImportScope *outer, int64_t opset) const {
  if (scope->depth >= deepestScope)
    failInput("graphs and functions are nested more than " + Twine(deepestScope) +
              " deep; a function may not call itself");
  ImportScope inner;
  inner.outer = outer;
  inner.opset = opset;
  inner.depth = scope->depth + 1;
  inner.prefix = scope->prefix;
  return inner;
}

static SmallVector<const NodeProto *>
getPointers(const google::protobuf::RepeatedPtrField<NodeProto> &nodes) {
  return llvm::to_vector(llvm::make_pointer_range(nodes));
}

//===----------------------------------------------------------------------===//
// Graphs
//===----------------------------------------------------------------------===//

void GraphImporter::importSubgraph(const onnxpb::GraphProto &body, Region &region,
                                   TypeRange inputs) {
  ImportScope inner = makeScope(scope, scope->opset);
  llvm::SaveAndRestore<ImportScope *> enter(scope, &inner);
  OpBuilder::InsertionGuard guard(builder);
  Block &block = region.emplaceBlock();
  builder.setInsertionPointToStart(&block);
  for (auto [input, type] : llvm::zip_equal(body.input(), inputs))
    define(input.name(), block.addArgument(type, getLocation(input.name(), "input")));
  importInitializers(body);
  importNodes(getPointers(body.node()));
  SmallVector<Value> results;
  SmallVector<Attribute> declared;
  for (const onnxpb::ValueInfoProto &output : body.output()) {
    const ImportScope *where = scope;
    while (where && !where->poisoned.contains(output.name()) &&
           !where->values.contains(output.name()))
      where = where->outer;
    if (!where)
      failInput("output '" + escapeText(output.name()) +
                "' of a subgraph is not defined by any node");
    if (where->poisoned.contains(output.name()))
      throw ImportFailure{worst, ""};
    Value value = where->values.lookup(output.name());
    if (!value)
      failInput("output '" + escapeText(output.name()) + "' of a subgraph is absent");
    auto tensor = dyn_cast<TensorType>(value.getType());
    RankedTensorType type =
        tensor ? importDeclaredType(output, tensor.getElementType()) : RankedTensorType();
    declared.push_back(TypeAttr::get(type ? Type(type) : value.getType()));
    results.push_back(value);
  }
  auto yield = onnx::YieldOp::create(builder, module.getLoc(), results);
  yield->setAttr("onnx.declared", builder.getArrayAttr(declared));
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

const FunctionProto *GraphImporter::findFunction(const NodeProto &node) const {
  for (const FunctionProto &function : file.model->functions())
    if (function.name() == node.op_type() && function.overload() == node.overload() &&
        (function.domain() == node.domain() ||
         (isStandardDomain(function.domain()) && isStandardDomain(node.domain()))))
      return &function;
  return nullptr;
}

/// The attributes that a call gives, and the defaults of those that it does not.
static llvm::StringMap<const AttributeProto *> getArguments(const NodeProto &call,
                                                            const FunctionProto &callee) {
  llvm::StringMap<const AttributeProto *> arguments;
  llvm::StringSet<> known;
  for (const std::string &name : callee.attribute())
    known.insert(name);
  for (const AttributeProto &attribute : callee.attribute_proto()) {
    known.insert(attribute.name());
    arguments[attribute.name()] = &attribute;
  }
  for (const AttributeProto &attribute : call.attribute()) {
    if (!known.contains(attribute.name()))
      failInput("the function '" + escapeText(callee.name()) + "' has no attribute '" +
                escapeText(attribute.name()) + "'");
    arguments[attribute.name()] = &attribute;
  }
  return arguments;
}

static bool refersToArguments(const onnxpb::GraphProto &graph);

static bool refersToArguments(const NodeProto &node) {
  return llvm::any_of(node.attribute(), [](const AttributeProto &attribute) {
    return !attribute.ref_attr_name().empty() ||
           (attribute.has_g() && refersToArguments(attribute.g())) ||
           llvm::any_of(attribute.graphs(),
                        [](const onnxpb::GraphProto &graph) { return refersToArguments(graph); });
  });
}

static bool refersToArguments(const onnxpb::GraphProto &graph) {
  return llvm::any_of(graph.node(), [](const NodeProto &node) { return refersToArguments(node); });
}

/// Puts the call's attributes in the place of references to them; one that has no value is absent.
static void bindArguments(NodeProto &node,
                          const llvm::StringMap<const AttributeProto *> &arguments) {
  for (int i = 0; i < node.attribute_size();) {
    AttributeProto &attribute = *node.mutable_attribute(i);
    if (attribute.has_g())
      for (NodeProto &inner : *attribute.mutable_g()->mutable_node())
        bindArguments(inner, arguments);
    for (onnxpb::GraphProto &graph : *attribute.mutable_graphs())
      for (NodeProto &inner : *graph.mutable_node())
        bindArguments(inner, arguments);
    if (attribute.ref_attr_name().empty()) {
      ++i;
      continue;
    }
    const AttributeProto *argument = arguments.lookup(attribute.ref_attr_name());
    if (!argument) {
      node.mutable_attribute()->DeleteSubrange(i, 1);
      continue;
    }
    std::string name = attribute.name();
    attribute = *argument;
    attribute.set_name(name);
    ++i;
  }
}

/// The version of the default operator set that a function's body is written in.
static int64_t getOpset(const FunctionProto &function, int64_t otherwise) {
  for (const onnxpb::OperatorSetIdProto &import : function.opset_import())
    if (isStandardDomain(import.domain()))
      return import.version();
  return otherwise;
}

void GraphImporter::importCall(const NodeProto &node, const FunctionProto &callee,
                               bool &isPoisoned) {
  std::string name = "the function '" + escapeText(callee.name()) + "'";
  if (node.input_size() > callee.input_size() || node.output_size() > callee.output_size())
    failInput(name + " takes " + Twine(callee.input_size()) + " inputs and makes " +
              Twine(callee.output_size()) + " outputs, but is called with " +
              Twine(node.input_size()) + " and " + Twine(node.output_size()));
  SmallVector<Value> operands = lookUpOperands(node, isPoisoned);
  operands.resize(callee.input_size());
  llvm::StringMap<const AttributeProto *> arguments = getArguments(node, callee);
  SmallVector<const NodeProto *> nodes;
  std::vector<std::unique_ptr<NodeProto>> bound;
  for (const NodeProto &inner : callee.node()) {
    nodes.push_back(&inner);
    if (!refersToArguments(inner))
      continue;
    bound.push_back(std::make_unique<NodeProto>(inner));
    bindArguments(*bound.back(), arguments);
    nodes.back() = bound.back().get();
  }

  ImportScope inner = makeScope(nullptr, getOpset(callee, scope->opset));
  inner.prefix += (node.name().empty() ? callee.name() : node.name()) + "/";
  SmallVector<Value> results;
  {
    llvm::SaveAndRestore<ImportScope *> enter(scope, &inner);
    for (auto [input, value] : llvm::zip_equal(callee.input(), operands))
      define(input, value);
    importNodes(nodes);
    for (int i = 0; i < node.output_size(); ++i) {
      const std::string &output = callee.output(i);
      isPoisoned |= inner.poisoned.contains(output);
      results.push_back(inner.values.lookup(output));
      if (!node.output(i).empty() && !results.back() && !isPoisoned)
        failInput("output '" + escapeText(output) + "' of " + name + " is not defined by any node");
    }
  }
  if (isPoisoned)
    return definePoison(node);
  for (auto [i, value] : llvm::enumerate(results))
    if (!node.output(i).empty())
      define(node.output(i), value);
}
