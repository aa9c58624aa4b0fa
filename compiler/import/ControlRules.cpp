// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Control flow. Bodies are imported first, in a region of their own, for what they yield tells the
// results' types.

#include "compiler/import/ImportFailure.h"
#include "compiler/import/Rules.h"
#include "dialects/onnx/OnnxControlOps.h"

using namespace mlir;
using namespace fovea;

/// A carried value's type in a body: its extents may change from one iteration to the next.
static Type getCarriedType(Value initial) {
  auto type = cast<TensorType>(initial.getType());
  if (!type.hasRank())
    return type;
  return RankedTensorType::get(SmallVector<int64_t>(type.getRank(), ShapedType::kDynamic),
                               type.getElementType());
}

/// Unranked types of what a body yields, without the first `skipped` values.
static SmallVector<Type> getResultTypes(NodeImporter &node, Region &body, unsigned skipped) {
  SmallVector<Type> types;
  for (Value value : body.front().getTerminator()->getOperands().drop_front(skipped))
    types.push_back(node.getTypeLike(value));
  return types;
}

static void checkCount(NodeImporter &node, size_t count) {
  if (node.getNumOutputs() > count)
    failInput("the node has " + Twine(node.getNumOutputs()) + " outputs, but its body makes " +
              Twine(count));
}

static void importIf(NodeImporter &node) {
  Value condition = node.getOperand(0);
  Region thenBranch, elseBranch;
  node.importGraph("then_branch", thenBranch, {});
  node.importGraph("else_branch", elseBranch, {});
  SmallVector<Type> types = getResultTypes(node, thenBranch, 0);
  checkCount(node, types.size());
  auto op = onnx::IfOp::create(node.builder, node.loc, types, condition);
  op.getThenBranch().takeBody(thenBranch);
  op.getElseBranch().takeBody(elseBranch);
  node.refineTypes(op);
  node.setResults(op.getResults());
}

static void importLoop(NodeImporter &node) {
  Value count = node.getOptionalOperand(0), condition = node.getOptionalOperand(1);
  Builder &builder = node.builder;
  SmallVector<Value> initial;
  SmallVector<Type> arguments = {RankedTensorType::get({}, builder.getI64Type()),
                                 RankedTensorType::get({}, builder.getI1Type())};
  for (unsigned i = 2; i < node.getNumOperands(); ++i) {
    initial.push_back(node.getOperand(i));
    arguments.push_back(getCarriedType(initial.back()));
  }
  Region body;
  node.importGraph("body", body, arguments);
  if (body.front().getTerminator()->getNumOperands() <= initial.size())
    failInput("the body of a loop with " + Twine(initial.size()) + " carried values makes " +
              Twine(body.front().getTerminator()->getNumOperands()) +
              " outputs; the condition and each carried value are needed");
  SmallVector<Type> types = getResultTypes(node, body, 1);
  checkCount(node, types.size());
  auto op = onnx::LoopOp::create(node.builder, node.loc, types, count, condition, initial);
  op.getBody().takeBody(body);
  node.refineTypes(op);
  node.setResults(op.getResults());
}

//===----------------------------------------------------------------------===//
// Scan
//===----------------------------------------------------------------------===//

/// The type of a slice of `value` without dimension `axis`, its extents unknown.
static Type getSliceType(NodeImporter &node, Value value) {
  std::optional<int64_t> rank = node.getRank(value);
  if (!rank || *rank == 0)
    return node.getTypeLike(value);
  return RankedTensorType::get(SmallVector<int64_t>(*rank - 1, ShapedType::kDynamic),
                               node.getElementType(value));
}

/// Makes a Scan whose `states` first operands are states, with attributes of zeros where none are
/// given.
static onnx::ScanOp createScan(NodeImporter &node, ArrayRef<Value> tensors, unsigned states,
                               Region &body, ArrayRef<SmallVector<int64_t>> attributes = {}) {
  SmallVector<Type> types = getResultTypes(node, body, 0);
  if (types.size() < states)
    failInput("the body makes " + Twine(types.size()) + " outputs for " + Twine(states) +
              " states");
  size_t inputs = tensors.size() - states, outputs = types.size() - states;
  auto get = [&](unsigned which, size_t count) {
    SmallVector<int64_t> values(count, 0);
    if (which < attributes.size() && !attributes[which].empty())
      values = attributes[which];
    if (values.size() != count)
      failInput("the axes and directions of the " + Twine(which < 2 ? "inputs" : "outputs") +
                " must be " + Twine(count) + " numbers");
    return values;
  };
  SmallVector<int64_t> inputAxes = get(0, inputs), inputDirections = get(1, inputs),
                       outputAxes = get(2, outputs), outputDirections = get(3, outputs);
  auto op = onnx::ScanOp::create(node.builder, node.loc, types, tensors, inputs, inputAxes,
                                 inputDirections, outputAxes, outputDirections);
  op.getBody().takeBody(body);
  node.refineTypes(op);
  return op;
}

/// Opset 8: every tensor has a batch in front, and the body runs on one element of it. This is a
/// scan over the batch, around the scan over time.
static void importBatchedScan(NodeImporter &node, unsigned states) {
  if (node.hasOperand(0))
    failUnsupported("Scan with sequence lengths (opset 8) is not supported");
  SmallVector<int64_t> directions = node.getInts("directions").value_or(SmallVector<int64_t>());
  SmallVector<Value> tensors;
  SmallVector<Type> rows, slices;
  for (unsigned i = 1; i < node.getNumOperands(); ++i) {
    tensors.push_back(node.getOperand(i));
    rows.push_back(getSliceType(node, tensors.back()));
  }
  Region outer, inner;
  Block &block = outer.emplaceBlock();
  for (Type type : rows)
    block.addArgument(type, node.loc);
  for (auto [i, argument] : llvm::enumerate(block.getArguments()))
    slices.push_back(i < states ? argument.getType() : getSliceType(node, argument));
  {
    OpBuilder::InsertionGuard guard(node.builder);
    node.builder.setInsertionPointToStart(&block);
    node.importGraph("body", inner, slices);
    auto scan =
        createScan(node, SmallVector<Value>(block.getArguments()), states, inner, {{}, directions});
    onnx::YieldOp::create(node.builder, node.loc, scan.getResults());
  }
  node.setResults(createScan(node, tensors, 0, outer).getResults());
}

static void importScan(NodeImporter &node) {
  int64_t inputs = node.getRequiredInt("num_scan_inputs");
  unsigned first = node.opset < 9 ? 1 : 0;
  if (inputs < 1 || inputs > int64_t(node.getNumOperands()) - first)
    failInput("attribute 'num_scan_inputs' is " + Twine(inputs) + ", but the node has " +
              Twine(node.getNumOperands()) + " inputs");
  unsigned states = node.getNumOperands() - first - inputs;
  if (node.opset < 9)
    return importBatchedScan(node, states);
  SmallVector<SmallVector<int64_t>> attributes;
  for (StringRef name :
       {"scan_input_axes", "scan_input_directions", "scan_output_axes", "scan_output_directions"})
    attributes.push_back(node.getInts(name).value_or(SmallVector<int64_t>()));
  SmallVector<Value> tensors(node.getAllOperands());
  SmallVector<Type> arguments;
  for (auto [i, tensor] : llvm::enumerate(tensors))
    arguments.push_back(i < states ? getCarriedType(tensor) : getSliceType(node, tensor));
  Region body;
  node.importGraph("body", body, arguments);
  onnx::ScanOp op = createScan(node, tensors, states, body, attributes);
  checkCount(node, op.getNumResults());
  node.setResults(op.getResults());
}

static constexpr unsigned anyNumber = 1 << 16;

static const OperatorRule rules[] = {
    {"If", 1, 1, 1, anyNumber, importIf},
    {"Loop", 1, 2, anyNumber, anyNumber, importLoop},
    {"Scan", 8, 1, anyNumber, anyNumber, importScan},
};

ArrayRef<OperatorRule> fovea::getControlRules() { return rules; }
