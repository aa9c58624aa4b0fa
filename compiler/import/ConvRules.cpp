// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Convolutions.

#include "compiler/import/ImportFailure.h"
#include "compiler/import/Rules.h"
#include "dialects/onnx/OnnxConvOps.h"

using namespace mlir;
using namespace fovea;

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

static const OperatorRule rules[] = {
    {"Conv", 1, 2, 3, 1, importConv},
};

ArrayRef<OperatorRule> fovea::getConvRules() { return rules; }
