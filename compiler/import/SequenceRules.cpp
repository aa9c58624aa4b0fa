// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sequences and optionals exist at import alone: a sequence is the list of its tensors, whose
// length and positions have to be constants, or what a loop has appended, the rows of a tensor.
// Exporters write them for chunks, unbinding and stacking.

#include "compiler/import/AttentionRules.h"
#include "compiler/import/ImportFailure.h"
#include "compiler/import/KnownValues.h"
#include "compiler/import/Rules.h"
#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxShapeOps.h"

using namespace mlir;
using namespace fovea;

/// Most tensors of a sequence that one node makes.
static constexpr int64_t mostParts = 1 << 14;

/// The operand `index`, a position in [-count, limit), counted from the front; `otherwise` where it
/// is absent. Nothing when only the run knows it.
static std::optional<int64_t> getPosition(NodeImporter &node, unsigned index, int64_t count,
                                          int64_t limit, int64_t otherwise) {
  if (!node.hasOperand(index))
    return otherwise;
  checkTensor(node.getOperand(index));
  std::optional<int64_t> position = onnx::getConstantInteger(makeKnown(node.getOperand(index)));
  if (!position)
    return std::nullopt;
  if (*position < -count || *position >= limit)
    failInput("position " + Twine(*position) + " is outside of a sequence of " + Twine(count) +
              " tensors");
  return *position < 0 ? *position + count : *position;
}

static int64_t getConstantPosition(NodeImporter &node, unsigned index, int64_t count, int64_t limit,
                                   int64_t otherwise) {
  std::optional<int64_t> position = getPosition(node, index, count, limit, otherwise);
  if (!position)
    failUnsupported("a position in a sequence must be constant");
  return *position;
}

static Value addDimension(NodeImporter &node, Value tensor, int64_t axis) {
  return node.create<onnx::UnsqueezeOp>(node.getTypeLike(tensor), tensor,
                                        node.makeIndexConstant({axis}));
}

/// The tensors one behind the other along a new dimension.
static Value stack(NodeImporter &node, ArrayRef<Value> tensors, int64_t axis) {
  SmallVector<Value> rows;
  for (Value tensor : tensors)
    rows.push_back(addDimension(node, tensor, axis));
  return makeConcat(node, rows, axis);
}

static bool isTensor(Value piece) { return !isa<TupleType>(piece.getType()); }

/// The tensor whose rows a loop has collected in a sequence.
static Value getRows(Value piece) {
  if (!piece.getDefiningOp())
    failUnsupported("the body of a loop may not read a sequence that the loop appends to");
  return getSequencePieces(piece).front();
}

/// All tensors of a sequence, which must be of one shape, along a new first dimension.
static Value stackPieces(NodeImporter &node, ArrayRef<Value> pieces) {
  SmallVector<Value> parts;
  for (Value piece : pieces)
    parts.push_back(isTensor(piece) ? addDimension(node, piece, 0) : getRows(piece));
  return parts.size() == 1 ? parts.front() : makeConcat(node, parts, 0);
}

/// `axis` of a tensor of `rank`, counted from the front.
static int64_t normalizeAxis(int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank)
    failInput("axis " + Twine(axis) + " is outside of a tensor of rank " + Twine(rank));
  return axis < 0 ? axis + rank : axis;
}

/// Moves the first dimension to `axis`.
static Value moveFirst(NodeImporter &node, Value rows, int64_t axis, int64_t rank) {
  SmallVector<int64_t> order;
  for (int64_t dim = 1; dim < rank; ++dim)
    order.push_back(dim);
  order.insert(order.begin() + axis, 0);
  return axis == 0 ? rows : makeTranspose(node, rows, order);
}

static int64_t getKnownRank(NodeImporter &node, Value rows) {
  std::optional<int64_t> rank = node.getRank(rows);
  if (!rank)
    failUnsupported("the rank of what a loop appends to the sequence is not known");
  return *rank;
}

/// The rows one behind the other along their dimension `axis`.
static Value joinRows(NodeImporter &node, Value rows, int64_t axis) {
  int64_t rank = getKnownRank(node, rows);
  axis = normalizeAxis(axis, rank - 1);
  Value moved = moveFirst(node, rows, axis, rank);
  SmallVector<Value> shape;
  for (int64_t dim = 0; dim < rank; ++dim)
    if (dim != axis)
      shape.push_back(dim == axis + 1 ? node.makeIndexConstant({-1})
                                      : makeExtent(node, moved, dim));
  return node.create<onnx::ReshapeOp>(node.getTypeLike(rows), moved, makeConcat(node, shape, 0),
                                      /*allowzero=*/true);
}

static void importSequenceConstruct(NodeImporter &node) {
  node.setResult(0, node.makeSequence(node.getAllOperands()));
}

static void importSequenceEmpty(NodeImporter &node) {
  node.getInt("dtype", 1);
  node.setResult(0, node.makeSequence({}));
}

static void importSequenceAt(NodeImporter &node) {
  SmallVector<Value> pieces = node.getPieces(0);
  if (pieces.empty())
    failInput("the sequence is empty");
  std::optional<int64_t> position;
  if (llvm::all_of(pieces, isTensor))
    position = getPosition(node, 1, pieces.size(), pieces.size(), 0);
  if (position)
    return node.setResult(0, pieces[*position]);
  checkTensor(node.getOperand(1));
  Value all = stackPieces(node, pieces);
  node.setResult(
      0, node.create<onnx::GatherOp>(node.getTypeLike(all), all, node.getOperand(1), /*axis=*/0));
}

static void importSequenceErase(NodeImporter &node) {
  SmallVector<Value> tensors = node.getSequence(0);
  int64_t count = tensors.size();
  if (count == 0)
    failInput("the sequence is empty");
  tensors.erase(tensors.begin() + getConstantPosition(node, 1, count, count, count - 1));
  node.setResult(0, node.makeSequence(tensors));
}

static void importSequenceInsert(NodeImporter &node) {
  checkTensor(node.getOperand(1));
  SmallVector<Value> tensors = node.hasOperand(2) ? node.getSequence(0) : node.getPieces(0);
  int64_t count = tensors.size();
  int64_t position = getConstantPosition(node, 2, count, count + 1, count);
  tensors.insert(tensors.begin() + position, node.getOperand(1));
  node.setResult(0, node.makeSequence(tensors));
}

static void importSequenceLength(NodeImporter &node) {
  SmallVector<Value> pieces = node.getPieces(0);
  int64_t count = llvm::count_if(pieces, isTensor);
  auto type = RankedTensorType::get({}, node.builder.getI64Type());
  if (count != int64_t(pieces.size())) {
    Value extent = makeExtent(node, stackPieces(node, pieces), 0);
    return node.setResult(0,
                          node.create<onnx::SqueezeOp>(type, extent, node.makeIndexConstant({0})));
  }
  node.setResult(0, node.makeConstant(DenseElementsAttr::get(type, count)));
}

static void importConcatFromSequence(NodeImporter &node) {
  SmallVector<Value> pieces = node.getPieces(0);
  int64_t axis = node.getRequiredInt("axis");
  if (pieces.empty())
    failInput("the sequence is empty");
  bool isStack = node.getBool("new_axis", false);
  if (llvm::all_of(pieces, isTensor))
    return node.setResult(0, isStack ? stack(node, pieces, axis) : makeConcat(node, pieces, axis));
  if (isStack) {
    Value rows = stackPieces(node, pieces);
    int64_t rank = axis == 0 ? 1 : getKnownRank(node, rows);
    return node.setResult(0, moveFirst(node, rows, normalizeAxis(axis, rank), rank));
  }
  for (Value &piece : pieces)
    if (!isTensor(piece))
      piece = joinRows(node, getRows(piece), axis);
  node.setResult(0, pieces.size() == 1 ? pieces.front() : makeConcat(node, pieces, axis));
}

/// The sizes that the operand `split` gives to the parts of an axis of `extent`: one size for all
/// but the last, or each its own; 1 where it is absent.
static SmallVector<int64_t> getSizes(NodeImporter &node, int64_t extent) {
  std::optional<SmallVector<int64_t>> split = SmallVector<int64_t>{1};
  bool isList = false;
  if (node.hasOperand(1)) {
    split = onnx::getConstantIntegers(makeKnown(node.getOperand(1)));
    isList = node.getRank(node.getOperand(1)).value_or(0) == 1;
  }
  if (!split)
    failUnsupported("the sizes of the parts must be constant");
  if (isList)
    return *split;
  if (split->size() != 1 || split->front() < 1)
    failInput("the size of the parts must be a number above 0");
  if (extent / split->front() >= mostParts)
    failUnsupported("a sequence of " + Twine(extent / split->front()) + " tensors is too long");
  SmallVector<int64_t> sizes;
  for (int64_t rest = extent; rest > 0; rest -= sizes.back())
    sizes.push_back(std::min(rest, split->front()));
  return sizes;
}

static void importSplitToSequence(NodeImporter &node) {
  Value x = node.getOperand(0);
  int64_t axis = node.getInt("axis", 0);
  bool keepDims = node.getBool("keepdims", true) || node.hasOperand(1);
  if (auto tensor = dyn_cast<RankedTensorType>(x.getType()); !tensor || !tensor.hasStaticShape())
    x = makeKnown(x);
  auto type = dyn_cast<RankedTensorType>(x.getType());
  if (!type)
    failUnsupported("the rank of what is split is not known");
  if (axis < -type.getRank() || axis >= type.getRank())
    failInput("axis " + Twine(axis) + " is outside of a tensor of rank " + Twine(type.getRank()));
  int64_t extent = type.getDimSize(axis < 0 ? axis + type.getRank() : axis);
  if (ShapedType::isDynamic(extent))
    failUnsupported("the extent of the axis that is split is not known; fix it with --dim");
  SmallVector<int64_t> sizes = getSizes(node, extent);
  SmallVector<Value> tensors;
  if (!sizes.empty()) {
    auto op = onnx::SplitOp::create(node.builder, node.loc,
                                    SmallVector<Type>(sizes.size(), node.getTypeLike(x)), x,
                                    node.makeIndexConstant(sizes), axis);
    node.refineTypes(op);
    tensors.assign(op->result_begin(), op->result_end());
  }
  if (!keepDims)
    for (Value &tensor : tensors)
      tensor = node.create<onnx::SqueezeOp>(node.getTypeLike(tensor), tensor,
                                            node.makeIndexConstant({axis}));
  node.setResult(0, node.makeSequence(tensors));
}

static void importOptionalGetElement(NodeImporter &node) { node.setResult(0, node.getOperand(0)); }

static void importOptionalHasElement(NodeImporter &node) {
  auto type = RankedTensorType::get({}, node.builder.getI1Type());
  node.setResult(0, node.makeConstant(DenseElementsAttr::get(type, node.hasOperand(0))));
}

static constexpr unsigned anyNumber = 1 << 16;

static const OperatorRule rules[] = {
    {"ConcatFromSequence", 11, 1, 1, 1, importConcatFromSequence, true},
    {"OptionalGetElement", 15, 1, 1, 1, importOptionalGetElement, true},
    {"OptionalHasElement", 15, 0, 1, 1, importOptionalHasElement, true},
    {"SequenceAt", 11, 2, 2, 1, importSequenceAt, true},
    {"SequenceConstruct", 11, 1, anyNumber, 1, importSequenceConstruct},
    {"SequenceEmpty", 11, 0, 0, 1, importSequenceEmpty},
    {"SequenceErase", 11, 1, 2, 1, importSequenceErase, true},
    {"SequenceInsert", 11, 2, 3, 1, importSequenceInsert, true},
    {"SequenceLength", 11, 1, 1, 1, importSequenceLength, true},
    {"SplitToSequence", 11, 1, 2, 1, importSplitToSequence},
};

ArrayRef<OperatorRule> fovea::getSequenceRules() { return rules; }
