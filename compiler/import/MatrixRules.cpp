// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Products, convolutions, reductions and normalisations.

#include "compiler/import/ImportFailure.h"
#include "compiler/import/NodeImporter.h"

using namespace mlir;
using namespace fovea;

static void importMatMul(NodeImporter &node) {
  Value a = node.getOperand(0), b = node.getOperand(1);
  node.setResult(0, node.create<onnx::MatMulOp>(node.getTypeLike(a), a, b));
}

static void importGemm(NodeImporter &node) {
  Value a = node.getOperand(0), b = node.getOperand(1);
  node.setResult(0, node.create<onnx::GemmOp>(node.getTypeLike(a), a, b, node.getOptionalOperand(2),
                                              llvm::APFloat(node.getFloat("alpha", 1)),
                                              llvm::APFloat(node.getFloat("beta", 1)),
                                              node.getBool("transA", false),
                                              node.getBool("transB", false)));
}

/// The list attribute `name` with one entry per spatial dimension (`repeat` of them), or the
/// default everywhere.
static SmallVector<int64_t> getSpatial(NodeImporter &node, StringRef name, int64_t spatialRank,
                                       int64_t repeat, int64_t otherwise) {
  std::optional<SmallVector<int64_t>> values = node.getInts(name);
  if (!values)
    return SmallVector<int64_t>(spatialRank * repeat, otherwise);
  if (int64_t(values->size()) != spatialRank * repeat)
    failInput("attribute '" + name + "' has " + Twine(values->size()) + " entries, expected " +
              Twine(spatialRank * repeat));
  for (int64_t value : *values)
    if (value < otherwise)
      failUnsupported("attribute '" + name + "' has the entry " + Twine(value) +
                      ", expected at least " + Twine(otherwise));
  return *values;
}

/// The number of spatial dimensions, from whatever says it.
static int64_t getSpatialRank(NodeImporter &node, Value x, Value w) {
  for (Value value : {w, x})
    if (std::optional<int64_t> rank = node.getRank(value)) {
      if (*rank < 3)
        failInput("a convolution needs operands with at least three dimensions");
      return *rank - 2;
    }
  for (StringRef name : {"kernel_shape", "strides", "dilations"})
    if (std::optional<SmallVector<int64_t>> values = node.getInts(name))
      return values->size();
  failUnsupported(
      "the number of spatial dimensions cannot be told from the operands or the attributes");
}

static void importConv(NodeImporter &node) {
  Value x = node.getOperand(0), w = node.getOperand(1);
  int64_t spatialRank = getSpatialRank(node, x, w);
  if (std::optional<SmallVector<int64_t>> kernel = node.getInts("kernel_shape")) {
    auto type = dyn_cast<RankedTensorType>(w.getType());
    ArrayRef<int64_t> extents = type ? type.getShape().drop_front(2) : ArrayRef<int64_t>(*kernel);
    bool fits = kernel->size() == extents.size() &&
                llvm::all_of(llvm::zip(*kernel, extents), [](auto pair) {
                  auto [stated, actual] = pair;
                  return ShapedType::isDynamic(actual) || stated == actual;
                });
    if (!fits)
      failInput("attribute 'kernel_shape' contradicts the shape of the weights");
  }
  std::string autoPad = node.getString("auto_pad", "NOTSET");
  if (autoPad != "NOTSET" && autoPad != "VALID" && autoPad != "SAME_UPPER" &&
      autoPad != "SAME_LOWER")
    failInput("attribute 'auto_pad' must be NOTSET, VALID, SAME_UPPER or SAME_LOWER");
  SmallVector<int64_t> strides = getSpatial(node, "strides", spatialRank, 1, 1);
  SmallVector<int64_t> dilations = getSpatial(node, "dilations", spatialRank, 1, 1);
  SmallVector<int64_t> pads = getSpatial(node, "pads", spatialRank, 2, 0);
  if (autoPad != "NOTSET" && llvm::any_of(pads, [](int64_t pad) { return pad != 0; }))
    failInput("attributes 'auto_pad' and 'pads' exclude each other");
  int64_t group = node.getInt("group", 1);
  if (group < 1)
    failInput("attribute 'group' must be at least 1");
  node.setResult(0, node.create<onnx::ConvOp>(node.getTypeLike(x), x, w, node.getOptionalOperand(2),
                                              strides, dilations, pads, group, autoPad));
}

/// Reductions took their axes as an attribute up to the opset before `axesSince`.
template <typename Op, int64_t axesSince> static void importReduce(NodeImporter &node) {
  Value x = node.getOperand(0);
  Value axes;
  bool noop = false;
  if (node.opset >= axesSince) {
    axes = node.getOptionalOperand(1);
    noop = node.getBool("noop_with_empty_axes", false);
  } else {
    std::optional<SmallVector<int64_t>> values = node.getInts("axes");
    axes = values && !values->empty() ? node.makeIndexConstant(*values) : node.makeNone();
  }
  node.setResult(
      0, node.create<Op>(node.getTypeLike(x), x, axes, node.getBool("keepdims", true), noop));
}

static void importArgMax(NodeImporter &node) {
  bool selectLast = node.opset >= 12 && node.getBool("select_last_index", false);
  node.setResult(0, node.create<onnx::ArgMaxOp>(node.getUnranked(node.builder.getI64Type()),
                                                node.getOperand(0), node.getInt("axis", 0),
                                                node.getBool("keepdims", true), selectLast));
}

static void importSoftmax(NodeImporter &node) {
  Value x = node.getOperand(0);
  if (node.opset >= 13) {
    node.setResult(0,
                   node.create<onnx::SoftmaxOp>(node.getTypeLike(x), x, node.getInt("axis", -1)));
    return;
  }
  // Up to opset 12 the dimensions from axis on are one: the last axis alone means the same as
  // today.
  int64_t axis = node.getInt("axis", 1);
  std::optional<int64_t> rank = node.getRank(x);
  if (axis == -1 || (rank && axis == *rank - 1)) {
    node.setResult(0, node.create<onnx::SoftmaxOp>(node.getTypeLike(x), x, -1));
    return;
  }
  Value shape =
      node.create<onnx::ShapeOp>(node.getUnranked(node.builder.getI64Type()), x, 0, IntegerAttr());
  Value flat = node.create<onnx::FlattenOp>(node.getTypeLike(x), x, axis);
  Value softmax = node.create<onnx::SoftmaxOp>(node.getTypeLike(x), flat, -1);
  node.setResult(
      0, node.create<onnx::ReshapeOp>(node.getTypeLike(x), softmax, shape, /*allowzero=*/true));
}

static void importLayerNormalization(NodeImporter &node) {
  Value x = node.getOperand(0);
  if (node.getInt("stash_type", 1) != 1)
    failUnsupported(
        "statistics in another type than float (attribute 'stash_type') are not supported");
  SmallVector<Type> types = {node.getTypeLike(x)};
  unsigned statistics = node.wantsOutput(2) ? 2 : node.wantsOutput(1) ? 1 : 0;
  types.append(statistics, node.getUnranked(node.builder.getF32Type()));
  Builder &builder = node.builder;
  auto op = onnx::LayerNormalizationOp::create(
      node.builder, node.loc, types, x, node.getOperand(1), node.getOptionalOperand(2),
      builder.getIntegerAttr(builder.getIntegerType(64, /*isSigned=*/true),
                             node.getInt("axis", -1)),
      builder.getF32FloatAttr(node.getFloat("epsilon", 1e-5f)));
  node.refineTypes(op);
  node.setResults(op->getResults());
}

static const OperatorRule rules[] = {
    {"MatMul", 1, 2, 2, 1, importMatMul},
    {"Gemm", 1, 2, 3, 1, importGemm},
    {"Conv", 1, 2, 3, 1, importConv},
    {"ReduceMean", 1, 1, 2, 1, importReduce<onnx::ReduceMeanOp, 18>},
    {"ReduceSum", 1, 1, 2, 1, importReduce<onnx::ReduceSumOp, 13>},
    {"ReduceMax", 1, 1, 2, 1, importReduce<onnx::ReduceMaxOp, 18>},
    {"ReduceMin", 1, 1, 2, 1, importReduce<onnx::ReduceMinOp, 18>},
    {"ArgMax", 1, 1, 1, 1, importArgMax},
    {"Softmax", 1, 1, 1, 1, importSoftmax},
    {"LayerNormalization", 17, 2, 3, 3, importLayerNormalization},
};

ArrayRef<OperatorRule> fovea::getMatrixRules() { return rules; }
