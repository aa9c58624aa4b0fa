// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Recurrent layers. Activation functions are written out for every direction, with their
// parameters.

#include "compiler/import/ImportFailure.h"
#include "compiler/import/NodeLocation.h"
#include "compiler/import/Rules.h"
#include "dialects/onnx/OnnxRecurrentOps.h"

using namespace mlir;
using namespace fovea;

namespace {
struct Activations {
  SmallVector<Attribute> names;
  SmallVector<float> alphas, betas;
};
} // namespace

/// The functions of all directions. A function takes the next of the given parameters that it has a
/// use for, or its default.
static Activations readActivations(NodeImporter &node, int64_t directions,
                                   ArrayRef<StringRef> defaults) {
  SmallVector<std::string> given = node.getStrings("activations");
  if (given.empty())
    for (int64_t d = 0; d < directions; ++d)
      for (StringRef name : defaults)
        given.push_back(name.str());
  if (given.size() != defaults.size() * directions)
    failInput("attribute 'activations' has " + Twine(given.size()) + " functions, expected " +
              Twine(defaults.size() * directions));
  SmallVector<float> alphas = node.getFloats("activation_alpha").value_or(SmallVector<float>());
  SmallVector<float> betas = node.getFloats("activation_beta").value_or(SmallVector<float>());
  size_t alpha = 0, beta = 0;
  Activations result;
  for (StringRef name : given) {
    const onnx::ActivationInfo *info = onnx::findActivation(name);
    if (!info)
      failUnsupported("the activation '" + escapeText(name) + "' is not supported");
    auto take = [](std::optional<float> otherwise, ArrayRef<float> values, size_t &next) {
      if (!otherwise)
        return 0.0f;
      return next < values.size() ? values[next++] : *otherwise;
    };
    result.names.push_back(node.builder.getStringAttr(info->name));
    result.alphas.push_back(take(info->alpha, alphas, alpha));
    result.betas.push_back(take(info->beta, betas, beta));
  }
  return result;
}

/// Creates a layer with the attributes that all have, and `extra` operands and attributes.
template <typename Op>
static void importLayer(NodeImporter &node, ArrayRef<StringRef> functions, unsigned operandCount,
                        StringRef flagName, StringRef flagAttribute) {
  Builder &builder = node.builder;
  std::string direction = node.getString("direction", "forward");
  if (direction != "forward" && direction != "reverse" && direction != "bidirectional")
    failInput("attribute 'direction' is '" + escapeText(direction) +
              "', expected forward, reverse or bidirectional");
  Activations activations = readActivations(node, direction == "bidirectional" ? 2 : 1, functions);
  int64_t layout = node.getInt("layout", 0);
  if (layout != 0 && layout != 1)
    failInput("attribute 'layout' is " + Twine(layout) + ", expected 0 or 1");
  // Opsets before 14 have an attribute that says where the outputs are used.
  if (node.opset < 7)
    node.getInt("output_sequence", 0);
  SmallVector<Value> operands;
  for (unsigned i = 0; i < operandCount; ++i)
    operands.push_back(i < 3 ? node.getOperand(i) : node.getOptionalOperand(i));
  NamedAttrList attributes;
  attributes.set("hidden_size", builder.getI64IntegerAttr(node.getRequiredInt("hidden_size")));
  attributes.set("direction", builder.getStringAttr(direction));
  attributes.set("batch_major", builder.getBoolAttr(layout == 1));
  attributes.set("activations", builder.getArrayAttr(activations.names));
  attributes.set("alphas", builder.getDenseF32ArrayAttr(activations.alphas));
  attributes.set("betas", builder.getDenseF32ArrayAttr(activations.betas));
  if (node.hasAttribute("clip"))
    attributes.set("clip", builder.getF32FloatAttr(node.getFloat("clip", 0)));
  if (!flagName.empty())
    attributes.set(flagAttribute, builder.getBoolAttr(node.getBool(flagName, false)));
  SmallVector<Type> types(operandCount > 6 ? 3 : 2, node.getTypeLike(operands[0]));
  auto op = Op::create(node.builder, node.loc, types, operands, attributes.getAttrs());
  node.refineTypes(op);
  node.setResults(op->getResults());
}

static void importRnn(NodeImporter &node) { importLayer<onnx::RNNOp>(node, {"Tanh"}, 6, "", ""); }
static void importGru(NodeImporter &node) {
  importLayer<onnx::GRUOp>(node, {"Sigmoid", "Tanh"}, 6, "linear_before_reset",
                           "linear_before_reset");
}
static void importLstm(NodeImporter &node) {
  importLayer<onnx::LSTMOp>(node, {"Sigmoid", "Tanh", "Tanh"}, 8, "input_forget", "input_forget");
}

static const OperatorRule rules[] = {
    {"GRU", 1, 3, 6, 2, importGru},
    {"LSTM", 1, 3, 8, 3, importLstm},
    {"RNN", 1, 3, 6, 2, importRnn},
};

ArrayRef<OperatorRule> fovea::getRecurrentRules() { return rules; }
