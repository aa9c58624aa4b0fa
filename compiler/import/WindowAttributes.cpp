// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Checked access to the attributes of convolutions and pooling.

#include "compiler/import/WindowAttributes.h"

#include "compiler/import/ImportFailure.h"

using namespace mlir;
using namespace fovea;

SmallVector<int64_t> fovea::getSpatialAttribute(NodeImporter &node, StringRef name,
                                                int64_t spatialRank, int64_t repeat,
                                                int64_t least) {
  std::optional<SmallVector<int64_t>> values = node.getInts(name);
  if (!values)
    return SmallVector<int64_t>(spatialRank * repeat, least);
  if (int64_t(values->size()) != spatialRank * repeat)
    failInput("attribute '" + name + "' has " + Twine(values->size()) + " entries, expected " +
              Twine(spatialRank * repeat));
  for (int64_t value : *values)
    if (value < least)
      failInput("attribute '" + name + "' has the entry " + Twine(value) + ", expected at least " +
                Twine(least));
  return *values;
}

WindowAttributes fovea::getWindowAttributes(NodeImporter &node, int64_t spatialRank) {
  WindowAttributes windows;
  windows.autoPad = node.getString("auto_pad", "NOTSET");
  if (!llvm::is_contained({"NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"}, windows.autoPad))
    failInput("attribute 'auto_pad' must be NOTSET, VALID, SAME_UPPER or SAME_LOWER");
  windows.strides = getSpatialAttribute(node, "strides", spatialRank, 1, 1);
  windows.dilations = getSpatialAttribute(node, "dilations", spatialRank, 1, 1);
  windows.pads = getSpatialAttribute(node, "pads", spatialRank, 2, 0);
  if (windows.autoPad != "NOTSET" &&
      llvm::any_of(windows.pads, [](int64_t pad) { return pad != 0; }))
    failInput("attributes 'auto_pad' and 'pads' exclude each other");
  return windows;
}

int64_t fovea::getConvolutionRank(NodeImporter &node, Value x, Value w) {
  std::optional<SmallVector<int64_t>> kernel = node.getInts("kernel_shape");
  int64_t rank = 0;
  for (Value value : {w, x})
    if (std::optional<int64_t> known = node.getRank(value); known && rank == 0) {
      if (*known < 3)
        failInput("a convolution needs operands with at least three dimensions");
      rank = *known - 2;
    }
  for (StringRef name : {"kernel_shape", "strides", "dilations"})
    if (std::optional<SmallVector<int64_t>> values = node.getInts(name); values && rank == 0)
      rank = values->size();
  if (rank == 0)
    failUnsupported(
        "the number of spatial dimensions cannot be told from the operands or the attributes");
  auto type = dyn_cast<RankedTensorType>(w.getType());
  if (kernel && type) {
    ArrayRef<int64_t> extents = type.getShape().drop_front(2);
    bool fits = kernel->size() == extents.size() &&
                llvm::all_of(llvm::zip(*kernel, extents), [](auto pair) {
                  auto [stated, actual] = pair;
                  return ShapedType::isDynamic(actual) || stated == actual;
                });
    if (!fits)
      failInput("attribute 'kernel_shape' contradicts the shape of the weights");
  }
  return rank;
}

int64_t fovea::getGroupAttribute(NodeImporter &node) {
  int64_t group = node.getInt("group", 1);
  if (group < 1)
    failInput("attribute 'group' must be at least 1");
  return group;
}
