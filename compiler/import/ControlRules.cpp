// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Control flow. Bodies are imported first, in a region of their own, for what they yield tells the
// results' types.

#include "compiler/import/ImportFailure.h"
#include "compiler/import/KnownValues.h"
#include "compiler/import/Rules.h"
#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxControlOps.h"
#include "mlir/IR/IRMapping.h"

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
  for (Value value : body.front().getTerminator()->getOperands().drop_front(skipped)) {
    checkTensor(value);
    types.push_back(node.getTypeLike(value));
  }
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
  getResultTypes(node, elseBranch, 0);
  checkCount(node, types.size());
  auto op = onnx::IfOp::create(node.builder, node.loc, types, condition);
  op.getThenBranch().takeBody(thenBranch);
  op.getElseBranch().takeBody(elseBranch);
  node.refineTypes(op);
  node.setResults(op.getResults());
}

/// The tensor that each iteration appends to the sequence that enters the body as `before` and
/// leaves it as `after`; null when it stays as it was.
static Value getAppended(Value before, Value after) {
  if (!isa<TupleType>(after.getType()))
    failInput("the body yields a tensor for a sequence");
  SmallVector<Value> pieces = getSequencePieces(after);
  if (pieces.size() > 2 || pieces.empty() || pieces.front() != before ||
      isa<TupleType>(pieces.back().getType()) != (pieces.size() == 1))
    failUnsupported("a loop may append one tensor to a sequence in each iteration, and do nothing "
                    "else with it");
  return pieces.size() == 2 ? pieces.back() : Value();
}

/// Makes what a loop's body appends to the sequences among the carried values its last results, and
/// takes the sequences themselves out of the body. Returns, for each carried value, whether
/// something is appended to it.
static SmallVector<bool> collectSequences(NodeImporter &node, Block &body,
                                          ArrayRef<Value> initial) {
  Operation *yield = body.getTerminator();
  auto stated = yield->getAttrOfType<ArrayAttr>("onnx.declared");
  SmallVector<bool> appends(initial.size(), false);
  SmallVector<Value> yielded, appended;
  SmallVector<Attribute> declared;
  for (auto [i, value] : llvm::enumerate(yield->getOperands())) {
    bool isCarried = i > 0 && i <= initial.size();
    if (!isCarried || !isa<TupleType>(initial[i - 1].getType())) {
      checkTensor(value);
      yielded.push_back(value);
      declared.push_back(stated[i]);
    } else if (Value tensor = getAppended(body.getArgument(i + 1), value)) {
      appends[i - 1] = true;
      appended.push_back(tensor);
    }
  }
  for (Value tensor : appended)
    declared.push_back(TypeAttr::get(tensor.getType()));
  llvm::append_range(yielded, appended);
  OpBuilder::InsertionGuard guard(node.builder);
  node.builder.setInsertionPoint(yield);
  auto replaced = onnx::YieldOp::create(node.builder, yield->getLoc(), yielded);
  replaced->setAttr("onnx.declared", node.builder.getArrayAttr(declared));
  yield->erase();
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body)))
    if (isa<UnrealizedConversionCastOp>(op) && op.use_empty())
      op.erase();
  for (size_t i = initial.size(); i-- > 0;) {
    if (!isa<TupleType>(initial[i].getType()))
      continue;
    if (!body.getArgument(i + 2).use_empty())
      failUnsupported("the body of a loop may not read a sequence that the loop appends to");
    body.eraseArgument(i + 2);
  }
  return appends;
}

/// Iterations of a loop whose body is copied for each.
static constexpr int64_t mostCopies = 64;

/// How often the loop runs, where that is a small number that no condition changes.
static std::optional<int64_t> getTripCount(Value count, Value condition, Block &body) {
  auto isTrue = [](Value value) {
    return onnx::getConstantInteger(makeKnown(value)).value_or(0) != 0;
  };
  Value next = body.getTerminator()->getOperand(0);
  if (isa<NoneType>(count.getType()) || (next != body.getArgument(1) && !isTrue(next)) ||
      (!isa<NoneType>(condition.getType()) && !isTrue(condition)))
    return std::nullopt;
  std::optional<int64_t> trips = onnx::getConstantInteger(makeKnown(count));
  return trips && *trips >= 0 && *trips <= mostCopies ? trips : std::nullopt;
}

/// What the body makes in each iteration, for the iterations one after the other: tensors that are
/// appended to a sequence may then differ in shape. Carried values are `carried`, and last the
/// final ones.
static SmallVector<SmallVector<Value>> copyBody(NodeImporter &node, Block &body, int64_t trips,
                                                SmallVectorImpl<Value> &carried) {
  Builder &builder = node.builder;
  SmallVector<SmallVector<Value>> appended;
  auto isGoing = RankedTensorType::get({}, builder.getI1Type());
  auto number = RankedTensorType::get({}, builder.getI64Type());
  for (int64_t trip = 0; trip < trips; ++trip) {
    IRMapping map;
    map.map(body.getArgument(0), node.makeConstant(DenseElementsAttr::get(number, trip)));
    map.map(body.getArgument(1), node.makeConstant(DenseElementsAttr::get(isGoing, true)));
    for (auto [argument, value] : llvm::zip_equal(body.getArguments().drop_front(2), carried))
      map.map(argument, value);
    for (Operation &op : body.without_terminator())
      node.refineTypes(node.builder.clone(op, map));
    appended.emplace_back();
    for (auto [index, value] : llvm::enumerate(body.getTerminator()->getOperands().drop_front()))
      (index < carried.size() ? carried[index] : appended.back().emplace_back()) =
          map.lookupOrDefault(value);
  }
  return appended;
}

static void setUnrolledResults(NodeImporter &node, ArrayRef<Value> initial, ArrayRef<bool> appends,
                               ArrayRef<Value> carried, ArrayRef<SmallVector<Value>> appended) {
  SmallVector<Value> results;
  unsigned nextAppended = 0;
  for (auto [value, isAppended] : llvm::zip_equal(initial, appends)) {
    if (!isa<TupleType>(value.getType())) {
      results.push_back(carried.front());
      carried = carried.drop_front();
      continue;
    }
    SmallVector<Value> pieces = getSequencePieces(value);
    for (const SmallVector<Value> &made : appended)
      if (isAppended)
        pieces.push_back(made[nextAppended]);
    nextAppended += isAppended;
    results.push_back(node.makeSequence(pieces));
  }
  node.setResults(results);
}

static void importLoop(NodeImporter &node) {
  Value count = node.getOptionalOperand(0), condition = node.getOptionalOperand(1);
  checkTensor(count);
  checkTensor(condition);
  Builder &builder = node.builder;
  SmallVector<Value> initial, tensors;
  SmallVector<Type> arguments = {RankedTensorType::get({}, builder.getI64Type()),
                                 RankedTensorType::get({}, builder.getI1Type())};
  for (unsigned i = 2; i < node.getNumOperands(); ++i) {
    initial.push_back(node.getOperand(i));
    bool isSequence = isa<TupleType>(initial.back().getType());
    arguments.push_back(isSequence ? TupleType::get(builder.getContext())
                                   : getCarriedType(initial.back()));
    if (!isSequence)
      tensors.push_back(initial.back());
  }
  Region body;
  node.importGraph("body", body, arguments);
  unsigned made = body.front().getTerminator()->getNumOperands();
  if (made <= initial.size())
    failInput("the body of a loop with " + Twine(initial.size()) + " carried values makes " +
              Twine(made) + " outputs; the condition and each carried value are needed");
  checkCount(node, made - 1);
  SmallVector<bool> appends(initial.size(), false);
  if (tensors.size() != initial.size())
    appends = collectSequences(node, body.front(), initial);
  SmallVector<Type> types = getResultTypes(node, body, 1);
  if (int64_t numAppended = llvm::count(appends, true);
      numAppended > 0 && types.size() == tensors.size() + numAppended)
    if (std::optional<int64_t> trips = getTripCount(count, condition, body.front())) {
      SmallVector<SmallVector<Value>> appended = copyBody(node, body.front(), *trips, tensors);
      return setUnrolledResults(node, initial, appends, tensors, appended);
    }
  auto op = onnx::LoopOp::create(node.builder, node.loc, types, count, condition, tensors);
  op.getBody().takeBody(body);
  node.refineTypes(op);

  SmallVector<Value> results;
  unsigned nextCarried = 0, nextRows = types.size() - llvm::count(appends, true);
  auto scanned = op.getResults().slice(tensors.size(), nextRows - tensors.size());
  for (auto [i, value] : llvm::enumerate(initial)) {
    if (!isa<TupleType>(value.getType())) {
      results.push_back(op.getResult(nextCarried++));
      continue;
    }
    SmallVector<Value> pieces = getSequencePieces(value);
    if (appends[i])
      pieces.push_back(node.makeSequence(op.getResult(nextRows++)));
    results.push_back(node.makeSequence(pieces));
  }
  llvm::append_range(results, scanned);
  node.setResults(results);
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
    {"Loop", 1, 2, anyNumber, anyNumber, importLoop, true},
    {"Scan", 8, 1, anyNumber, anyNumber, importScan},
};

ArrayRef<OperatorRule> fovea::getControlRules() { return rules; }
