// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operands, attributes and results of one node. An attribute that no rule reads is an error:
// ignoring it could change the model's meaning in silence.

#include "compiler/import/NodeImporter.h"

#include "compiler/import/GraphImporter.h"
#include "compiler/import/ImportFailure.h"
#include "compiler/import/NodeLocation.h"
#include "compiler/import/Rules.h"
#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "mlir/IR/Diagnostics.h"
#include "onnx_ml.pb.h"
#include "llvm/ADT/APSInt.h"

#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace fovea;
using onnxpb::AttributeProto;

NodeImporter::NodeImporter(const onnxpb::NodeProto &node, int64_t opset, Location loc,
                           OpBuilder &builder, TensorImporter &tensors, ArrayRef<Value> operands,
                           GraphImporter &graphs)
    : builder(builder), loc(loc), opset(opset), node(node), tensors(tensors), graphs(graphs),
      operands(operands), results(node.output_size()) {}

AttentionSemantics NodeImporter::getAttentionSemantics() const {
  return graphs.getOptions().attentionSemantics;
}

Value NodeImporter::getOperand(unsigned index) {
  if (!hasOperand(index))
    failInput("input " + Twine(index) + " is required, and absent");
  return operands[index];
}

Value NodeImporter::getOptionalOperand(unsigned index) {
  return hasOperand(index) ? operands[index] : makeNone();
}

ArrayRef<Value> NodeImporter::getAllOperands() {
  for (unsigned i = 0; i < operands.size(); ++i)
    getOperand(i);
  return operands;
}

void fovea::checkTensor(Value value) {
  if (isa<TupleType>(value.getType()))
    failUnsupported("a sequence is supported only as an input of operators on sequences");
}

SmallVector<Value> fovea::getSequencePieces(Value sequence) {
  if (auto made = sequence.getDefiningOp<UnrealizedConversionCastOp>())
    return SmallVector<Value>(made.getInputs());
  return {sequence};
}

SmallVector<Value> NodeImporter::getPieces(unsigned index) {
  Value operand = getOperand(index);
  if (!isa<TupleType>(operand.getType()))
    failInput("input " + Twine(index) + " must be a sequence");
  return getSequencePieces(operand);
}

SmallVector<Value> NodeImporter::getSequence(unsigned index) {
  SmallVector<Value> pieces = getPieces(index);
  if (llvm::any_of(pieces, [](Value piece) { return isa<TupleType>(piece.getType()); }))
    failUnsupported("a sequence that a loop makes can be appended to, concatenated, counted and "
                    "read at a position, but not changed elsewhere");
  return pieces;
}

Value NodeImporter::makeSequence(ValueRange pieces) {
  Type type = TupleType::get(builder.getContext(), pieces.getTypes());
  return UnrealizedConversionCastOp::create(builder, loc, type, pieces).getResult(0);
}

const AttributeProto *NodeImporter::find(StringRef name, int kind, StringRef kindName) {
  const AttributeProto *found = nullptr;
  for (const AttributeProto &attribute : node.attribute()) {
    if (attribute.name() != name)
      continue;
    if (found)
      failInput("attribute '" + name + "' is given twice");
    found = &attribute;
  }
  known.insert(name.str());
  if (!found)
    return nullptr;
  if (!found->ref_attr_name().empty())
    failInput("attribute '" + name + "' refers to a function's attribute outside of a function");
  if (found->type() != kind)
    failInput("attribute '" + name + "' must be " + kindName);
  return found;
}

bool NodeImporter::hasAttribute(StringRef name) const {
  return llvm::any_of(node.attribute(),
                      [&](const AttributeProto &attribute) { return attribute.name() == name; });
}

int64_t NodeImporter::getInt(StringRef name, int64_t otherwise) {
  const AttributeProto *attribute = find(name, AttributeProto::INT, "an integer");
  return attribute ? attribute->i() : otherwise;
}

int64_t NodeImporter::getRequiredInt(StringRef name) {
  if (!hasAttribute(name))
    failInput("attribute '" + name + "' is required, and absent");
  return getInt(name, 0);
}

float NodeImporter::getFloat(StringRef name, float otherwise) {
  const AttributeProto *attribute = find(name, AttributeProto::FLOAT, "a number of type float");
  return attribute ? attribute->f() : otherwise;
}

std::string NodeImporter::getString(StringRef name, StringRef otherwise) {
  const AttributeProto *attribute = find(name, AttributeProto::STRING, "a string");
  return attribute ? attribute->s() : otherwise.str();
}

std::optional<SmallVector<int64_t>> NodeImporter::getInts(StringRef name) {
  const AttributeProto *attribute = find(name, AttributeProto::INTS, "a list of integers");
  if (!attribute)
    return std::nullopt;
  return SmallVector<int64_t>(attribute->ints().begin(), attribute->ints().end());
}

std::optional<SmallVector<float>> NodeImporter::getFloats(StringRef name) {
  const AttributeProto *attribute =
      find(name, AttributeProto::FLOATS, "a list of numbers of type float");
  if (!attribute)
    return std::nullopt;
  return SmallVector<float>(attribute->floats().begin(), attribute->floats().end());
}

SmallVector<std::string> NodeImporter::getStrings(StringRef name) {
  const AttributeProto *attribute = find(name, AttributeProto::STRINGS, "a list of strings");
  if (!attribute)
    return {};
  return SmallVector<std::string>(attribute->strings().begin(), attribute->strings().end());
}

ElementsAttr NodeImporter::getTensor(StringRef name) {
  const AttributeProto *attribute = find(name, AttributeProto::TENSOR, "a tensor");
  return attribute ? tensors.importTensor(attribute->t()) : ElementsAttr();
}

unsigned NodeImporter::getNumGraphInputs(StringRef name) {
  const AttributeProto *attribute = find(name, AttributeProto::GRAPH, "a graph");
  if (!attribute)
    failInput("attribute '" + name + "' is required, and absent");
  return attribute->g().input_size();
}

void NodeImporter::importGraph(StringRef name, Region &region, TypeRange inputs) {
  if (getNumGraphInputs(name) != inputs.size())
    failInput("the graph '" + name + "' takes " + Twine(getNumGraphInputs(name)) +
              " inputs, but gets " + Twine(inputs.size()));
  graphs.importSubgraph(find(name, AttributeProto::GRAPH, "a graph")->g(), region, inputs);
}

void NodeImporter::checkAttributesKnown() {
  for (const AttributeProto &attribute : node.attribute())
    if (!known.count(attribute.name()))
      failUnsupported("attribute '" + escapeText(attribute.name()) +
                      "' is not supported at opset " + Twine(opset));
}

Value NodeImporter::makeConstant(ElementsAttr value) {
  return onnx::ConstantOp::create(builder, loc, value);
}

ElementsAttr NodeImporter::makeIndexAttr(ArrayRef<int64_t> values) {
  auto type = RankedTensorType::get({int64_t(values.size())}, builder.getI64Type());
  ArrayRef<char> bytes(reinterpret_cast<const char *>(values.data()),
                       values.size() * sizeof(int64_t));
  return onnx::makeConstant(type, bytes);
}

Value NodeImporter::makeIndexConstant(ArrayRef<int64_t> values) {
  return makeConstant(makeIndexAttr(values));
}

Value NodeImporter::makeNumber(double value, Type elementType) {
  Attribute number;
  if (auto integer = dyn_cast<IntegerType>(elementType)) {
    // What no int64_t holds stops at its ends; NaN becomes 0.
    llvm::APSInt wide(64, /*isUnsigned=*/false);
    bool isExact = false;
    (void)llvm::APFloat(value).convertToInteger(wide, llvm::APFloat::rmTowardZero, &isExact);
    number = IntegerAttr::get(elementType, llvm::APInt(integer.getWidth(), wide.getZExtValue(),
                                                       /*isSigned=*/false, /*implicitTrunc=*/true));
  } else {
    number = FloatAttr::get(elementType, value);
  }
  return makeConstant(DenseElementsAttr::get(RankedTensorType::get({}, elementType), number));
}

Value NodeImporter::makeNone() {
  return onnx::NoneOp::create(builder, loc, builder.getNoneType(), builder.getUnitAttr());
}

Type NodeImporter::getElementType(Value value) const {
  return cast<ShapedType>(value.getType()).getElementType();
}

Type NodeImporter::getUnranked(Type elementType) const {
  return UnrankedTensorType::get(elementType);
}

Type NodeImporter::getTypeLike(Value value) const { return getUnranked(getElementType(value)); }

std::optional<int64_t> NodeImporter::getRank(Value value) const {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type ? std::optional<int64_t>(type.getRank()) : std::nullopt;
}

bool NodeImporter::wantsOutput(unsigned index) const {
  return index < unsigned(node.output_size()) && !node.output(index).empty();
}

unsigned NodeImporter::getNumOutputs() const { return node.output_size(); }

void NodeImporter::setResult(unsigned index, Value value) {
  if (index < results.size())
    results[index] = value;
}

void NodeImporter::setResults(ValueRange values) {
  for (auto [index, value] : llvm::enumerate(values))
    setResult(index, value);
}

void NodeImporter::refineTypes(Operation *op) {
  auto inference = dyn_cast<onnx::ShapeInference>(op);
  if (!inference)
    return;
  // The frontend reports contradictions, with every shape known; here they only mean that nothing
  // is learnt. Inference takes what the verifier has passed.
  ScopedDiagnosticHandler silence(op->getContext(), [](Diagnostic &) { return success(); });
  SmallVector<Type> types;
  if (failed(op->getName().verifyInvariants(op)) || failed(inference.inferShapes(types)) ||
      types.size() != op->getNumResults())
    return;
  for (auto [result, type] : llvm::zip(op->getResults(), types))
    if (isa<RankedTensorType>(type) && isa<UnrankedTensorType>(result.getType()) &&
        cast<ShapedType>(type).getElementType() == getElementType(result))
      result.setType(type);
}

StringRef fovea::explainMissingRule(StringRef domain, StringRef name) {
  static constexpr StringRef random[] = {"Bernoulli",        "Multinomial",   "RandomNormal",
                                         "RandomNormalLike", "RandomUniform", "RandomUniformLike"};
  if ((!domain.empty() && domain != "ai.onnx") || !llvm::is_contained(random, name))
    return "";
  return ": it draws random numbers, and what is compiled is inference; export the model in "
         "evaluation mode, or make what it draws an input";
}

const OperatorRule *fovea::findOperatorRule(StringRef domain, StringRef name) {
  static const llvm::StringMap<const OperatorRule *> rules = [] {
    llvm::StringMap<const OperatorRule *> map;
    for (ArrayRef<OperatorRule> family : {getAttentionRules(), getContribAttentionRules(),
                                          getContribRules(),   getControlRules(),
                                          getConvRules(),      getElementwiseRules(),
                                          getFunctionRules(),  getLossRules(),
                                          getMatrixRules(),    getNormRules(),
                                          getPoolRules(),      getQuantRules(),
                                          getRecurrentRules(), getReduceRules(),
                                          getResampleRules(),  getScatterRules(),
                                          getSelectRules(),    getSequenceRules(),
                                          getShapeRules(),     getSignalRules()})
      for (const OperatorRule &rule : family)
        map[rule.name] = &rule;
    return map;
  }();
  bool isStandard = domain.empty() || domain == "ai.onnx";
  return rules.lookup(isStandard ? name.str() : (domain + "::" + name).str());
}
