// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operators that make, move or measure tensors.

#include "compiler/import/ImportFailure.h"
#include "compiler/import/Rules.h"
#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxShapeOps.h"

using namespace mlir;
using namespace fovea;

/// The operand that opset `since` introduced in place of the attribute `name`: `onnx.none` when
/// absent.
static Value getIndexOperand(NodeImporter &node, StringRef name, int64_t since, unsigned index) {
  if (node.opset >= since)
    return node.getOptionalOperand(index);
  std::optional<SmallVector<int64_t>> values = node.getInts(name);
  return values ? node.makeIndexConstant(*values) : node.makeNone();
}

static void importConstant(NodeImporter &node) {
  SmallVector<ElementsAttr> values;
  Builder &builder = node.builder;
  if (ElementsAttr value = node.getTensor("value"))
    values.push_back(value);
  if (node.hasAttribute("value_float"))
    values.push_back(DenseElementsAttr::get(RankedTensorType::get({}, builder.getF32Type()),
                                            node.getFloat("value_float", 0)));
  if (node.hasAttribute("value_int"))
    values.push_back(DenseElementsAttr::get(RankedTensorType::get({}, builder.getI64Type()),
                                            node.getInt("value_int", 0)));
  if (std::optional<SmallVector<int64_t>> list = node.getInts("value_ints"))
    values.push_back(node.makeIndexAttr(*list));
  if (std::optional<SmallVector<float>> list = node.getFloats("value_floats")) {
    ArrayRef<char> bytes(reinterpret_cast<const char *>(list->data()),
                         list->size() * sizeof(float));
    values.push_back(onnx::makeConstant(
        RankedTensorType::get({int64_t(list->size())}, builder.getF32Type()), bytes));
  }
  node.checkAttributesKnown();
  if (values.size() != 1)
    failInput("a constant must have exactly one value, this one has " + Twine(values.size()));
  node.setResult(0, node.makeConstant(values.front()));
}

static void importConstantOfShape(NodeImporter &node) {
  ElementsAttr value = node.getTensor("value");
  if (!value)
    value = DenseElementsAttr::get(RankedTensorType::get({1}, node.builder.getF32Type()), 0.0f);
  if (value.getNumElements() != 1)
    failInput("attribute 'value' must have one element, it has " + Twine(value.getNumElements()));
  node.setResult(0, node.create<onnx::ConstantOfShapeOp>(node.getUnranked(value.getElementType()),
                                                         node.getOperand(0), value));
}

static void importShape(NodeImporter &node) {
  int64_t start = node.getInt("start", 0);
  IntegerAttr end;
  if (node.hasAttribute("end"))
    end = node.builder.getIntegerAttr(node.builder.getIntegerType(64, /*isSigned=*/true),
                                      node.getInt("end", 0));
  node.setResult(0, node.create<onnx::ShapeOp>(node.getUnranked(node.builder.getI64Type()),
                                               node.getOperand(0), start, end));
}

static void importSize(NodeImporter &node) {
  node.setResult(0, node.create<onnx::SizeOp>(node.getUnranked(node.builder.getI64Type()),
                                              node.getOperand(0)));
}

static void importReshape(NodeImporter &node) {
  Value x = node.getOperand(0);
  node.setResult(0, node.create<onnx::ReshapeOp>(node.getTypeLike(x), x, node.getOperand(1),
                                                 node.getBool("allowzero", false)));
}

static void importFlatten(NodeImporter &node) {
  Value x = node.getOperand(0);
  node.setResult(0, node.create<onnx::FlattenOp>(node.getTypeLike(x), x, node.getInt("axis", 1)));
}

static void importTranspose(NodeImporter &node) {
  Value x = node.getOperand(0);
  std::optional<SmallVector<int64_t>> permutation = node.getInts("perm");
  if (!permutation) {
    std::optional<int64_t> rank = node.getRank(x);
    if (!rank)
      failUnsupported("without 'perm' the rank of the input must be known, and it is not");
    permutation = llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(0, *rank)));
  }
  SmallVector<bool> seen(permutation->size());
  for (int64_t dimension : *permutation) {
    if (dimension < 0 || dimension >= int64_t(seen.size()) || seen[dimension])
      failInput("attribute 'perm' is not a permutation");
    seen[dimension] = true;
  }
  node.setResult(0, node.create<onnx::TransposeOp>(node.getTypeLike(x), x, *permutation));
}

static void importUnsqueeze(NodeImporter &node) {
  Value x = node.getOperand(0);
  Value axes = getIndexOperand(node, "axes", 13, 1);
  if (isa<NoneType>(axes.getType()))
    failInput("the axes are required, and absent");
  node.setResult(0, node.create<onnx::UnsqueezeOp>(node.getTypeLike(x), x, axes));
}

static void importSqueeze(NodeImporter &node) {
  Value x = node.getOperand(0);
  node.setResult(0, node.create<onnx::SqueezeOp>(node.getTypeLike(x), x,
                                                 getIndexOperand(node, "axes", 13, 1)));
}

template <typename Op> static void importWithIndices(NodeImporter &node) {
  Value x = node.getOperand(0);
  node.setResult(0, node.create<Op>(node.getTypeLike(x), x, node.getOperand(1)));
}

static void importConcat(NodeImporter &node) {
  ArrayRef<Value> operands = node.getAllOperands();
  int64_t axis = node.getRequiredInt("axis");
  node.setResult(0, node.create<onnx::ConcatOp>(node.getTypeLike(operands.front()),
                                                ValueRange(operands), axis));
}

static void importSlice(NodeImporter &node) {
  Value x = node.getOperand(0);
  if (node.opset < 10) {
    std::optional<SmallVector<int64_t>> starts = node.getInts("starts"),
                                        ends = node.getInts("ends");
    std::optional<SmallVector<int64_t>> axes = node.getInts("axes");
    if (!starts || !ends || starts->size() != ends->size() ||
        (axes && axes->size() != starts->size()))
      failInput("the attributes 'starts', 'ends' and 'axes' must be given and of one length");
    node.setResult(0, node.create<onnx::SliceOp>(
                          node.getTypeLike(x), x, node.makeIndexConstant(*starts),
                          node.makeIndexConstant(*ends),
                          axes ? node.makeIndexConstant(*axes) : node.makeNone(), node.makeNone()));
    return;
  }
  if (node.getNumOperands() < 3)
    failInput("the starts and ends are required, and absent");
  node.setResult(0, node.create<onnx::SliceOp>(node.getTypeLike(x), x, node.getOperand(1),
                                               node.getOperand(2), node.getOptionalOperand(3),
                                               node.getOptionalOperand(4)));
}

static void importSplit(NodeImporter &node) {
  Value x = node.getOperand(0);
  Value sizes = getIndexOperand(node, "split", 13, 1);
  bool hasSizes = !isa<NoneType>(sizes.getType());
  if (node.opset >= 18 && node.hasAttribute("num_outputs")) {
    int64_t count = node.getInt("num_outputs", 0);
    if (hasSizes)
      failInput("'num_outputs' and the sizes of the parts exclude each other");
    if (count != int64_t(node.getNumOutputs()))
      failInput("'num_outputs' is " + Twine(count) + ", but the node has " +
                Twine(node.getNumOutputs()) + " outputs");
  }
  SmallVector<Type> types(node.getNumOutputs(), node.getTypeLike(x));
  auto op = onnx::SplitOp::create(node.builder, node.loc, types, x, sizes, node.getInt("axis", 0));
  node.refineTypes(op);
  node.setResults(op->getResults());
}

template <typename Op> static void importGather(NodeImporter &node) {
  Value x = node.getOperand(0);
  node.setResult(
      0, node.create<Op>(node.getTypeLike(x), x, node.getOperand(1), node.getInt("axis", 0)));
}

static void importGatherND(NodeImporter &node) {
  Value x = node.getOperand(0);
  node.setResult(0, node.create<onnx::GatherNDOp>(node.getTypeLike(x), x, node.getOperand(1),
                                                  node.getInt("batch_dims", 0)));
}

static void importRange(NodeImporter &node) {
  Value start = node.getOperand(0);
  node.setResult(0, node.create<onnx::RangeOp>(node.getTypeLike(start), start, node.getOperand(1),
                                               node.getOperand(2)));
}

static void importTrilu(NodeImporter &node) {
  Value x = node.getOperand(0);
  node.setResult(0, node.create<onnx::TriluOp>(node.getTypeLike(x), x, node.getOptionalOperand(1),
                                               node.getBool("upper", true)));
}

static void importPad(NodeImporter &node) {
  Value x = node.getOperand(0);
  Value pads = getIndexOperand(node, "pads", 11, 1);
  if (isa<NoneType>(pads.getType()))
    failInput("the pads are required, and absent");
  Value value;
  if (node.opset >= 11) {
    value = node.getOptionalOperand(2);
  } else {
    value = node.makeNumber(node.getFloat("value", 0), node.getElementType(x));
  }
  node.setResult(0, node.create<onnx::PadOp>(node.getTypeLike(x), x, pads, value,
                                             node.getOptionalOperand(3),
                                             node.getString("mode", "constant")));
}

static void importCenterCropPad(NodeImporter &node) {
  Value x = node.getOperand(0);
  std::optional<SmallVector<int64_t>> axes = node.getInts("axes");
  node.setResult(0, node.create<onnx::CenterCropPadOp>(
                        node.getTypeLike(x), x, node.getOperand(1),
                        axes ? node.builder.getDenseI64ArrayAttr(*axes) : DenseI64ArrayAttr()));
}

static void importDepthToSpace(NodeImporter &node) {
  Value x = node.getOperand(0);
  node.setResult(0, node.create<onnx::DepthToSpaceOp>(node.getTypeLike(x), x,
                                                      node.getRequiredInt("blocksize"),
                                                      node.getString("mode", "DCR")));
}

static void importSpaceToDepth(NodeImporter &node) {
  Value x = node.getOperand(0);
  node.setResult(0, node.create<onnx::SpaceToDepthOp>(node.getTypeLike(x), x,
                                                      node.getRequiredInt("blocksize"),
                                                      node.getString("mode", "DCR")));
}

static void importCol2Im(NodeImporter &node) {
  Value x = node.getOperand(0), image = node.getOperand(1);
  auto type = dyn_cast<RankedTensorType>(image.getType());
  if (!type || type.getRank() != 1 || type.isDynamicDim(0))
    failUnsupported("the image's number of dimensions must be known, and it is not");
  int64_t rank = type.getDimSize(0);
  if (rank > 64)
    failInput("the image has " + Twine(rank) + " dimensions; at most 64 are supported");
  auto getInts = [&](StringRef name, int64_t count, int64_t otherwise) {
    return node.getInts(name).value_or(SmallVector<int64_t>(count, otherwise));
  };
  SmallVector<int64_t> dilations = getInts("dilations", rank, 1),
                       pads = getInts("pads", 2 * rank, 0), strides = getInts("strides", rank, 1);
  node.setResult(0, node.create<onnx::Col2ImOp>(node.getTypeLike(x), x, image, node.getOperand(2),
                                                dilations, pads, strides));
}

static void importEyeLike(NodeImporter &node) {
  Value x = node.getOperand(0);
  Type type = node.getElementType(x);
  if (node.hasAttribute("dtype"))
    type = importElementType(node.builder.getContext(), node.getInt("dtype", 0));
  node.setResult(
      0, node.create<onnx::EyeLikeOp>(node.getUnranked(type), x, type, node.getInt("k", 0)));
}

static void importReverseSequence(NodeImporter &node) {
  Value x = node.getOperand(0);
  node.setResult(0, node.create<onnx::ReverseSequenceOp>(node.getTypeLike(x), x, node.getOperand(1),
                                                         node.getInt("batch_axis", 1),
                                                         node.getInt("time_axis", 0)));
}

static constexpr unsigned unbounded = ~0u;

static const OperatorRule rules[] = {
    {"Constant", 1, 0, 0, 1, importConstant},
    {"ConstantOfShape", 9, 1, 1, 1, importConstantOfShape},
    {"Shape", 1, 1, 1, 1, importShape},
    {"Size", 1, 1, 1, 1, importSize},
    {"Reshape", 5, 2, 2, 1, importReshape},
    {"Flatten", 1, 1, 1, 1, importFlatten},
    {"Transpose", 1, 1, 1, 1, importTranspose},
    {"Unsqueeze", 1, 1, 2, 1, importUnsqueeze},
    {"Squeeze", 1, 1, 2, 1, importSqueeze},
    {"Expand", 8, 2, 2, 1, importWithIndices<onnx::ExpandOp>},
    {"Tile", 6, 2, 2, 1, importWithIndices<onnx::TileOp>},
    {"Concat", 1, 1, unbounded, 1, importConcat},
    {"Slice", 1, 1, 5, 1, importSlice},
    {"Split", 2, 1, 2, unbounded, importSplit},
    {"Gather", 1, 2, 2, 1, importGather<onnx::GatherOp>},
    {"GatherElements", 11, 2, 2, 1, importGather<onnx::GatherElementsOp>},
    {"GatherND", 11, 2, 2, 1, importGatherND},
    {"Range", 11, 3, 3, 1, importRange},
    {"Trilu", 14, 1, 2, 1, importTrilu},
    {"Pad", 2, 1, 4, 1, importPad},
    {"CenterCropPad", 18, 2, 2, 1, importCenterCropPad},
    {"DepthToSpace", 1, 1, 1, 1, importDepthToSpace},
    {"SpaceToDepth", 1, 1, 1, 1, importSpaceToDepth},
    {"Col2Im", 18, 3, 3, 1, importCol2Im},
    {"EyeLike", 9, 1, 1, 1, importEyeLike},
    {"ReverseSequence", 10, 2, 2, 1, importReverseSequence},
};

ArrayRef<OperatorRule> fovea::getShapeRules() { return rules; }
