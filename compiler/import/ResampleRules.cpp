// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Resizing and sampling.

#include "compiler/import/ImportFailure.h"
#include "compiler/import/Rules.h"
#include "dialects/onnx/OnnxResampleOps.h"

using namespace mlir;
using namespace fovea;

/// The operand, or `onnx.none` when it is absent or a vector of no elements, which means the same.
static Value getFilledOperand(NodeImporter &node, unsigned index) {
  if (!node.hasOperand(index))
    return node.makeNone();
  Value operand = node.getOperand(index);
  auto type = dyn_cast<RankedTensorType>(operand.getType());
  return type && type.getShape() == ArrayRef<int64_t>(0) ? node.makeNone() : operand;
}

/// Before opset 11 a position reads the element below position / scale.
static Value createSimpleResize(NodeImporter &node, Value x, Value scales) {
  std::string mode = node.getString("mode", "nearest");
  if (mode != "nearest" && mode != "linear")
    failInput("attribute 'mode' must be nearest or linear");
  Value none = node.makeNone();
  return node.create<onnx::ResizeOp>(node.getTypeLike(x), x, none, scales, none, mode, "asymmetric",
                                     "floor", llvm::APFloat(-0.75f), false, llvm::APFloat(0.0f),
                                     false, "stretch", DenseI64ArrayAttr());
}

static void importUpsample(NodeImporter &node) {
  Value x = node.getOperand(0);
  if (node.opset >= 9) {
    node.setResult(0, createSimpleResize(node, x, node.getOperand(1)));
    return;
  }
  std::optional<SmallVector<float>> scales = node.getFloats("scales");
  if (!scales)
    failInput("attribute 'scales' is required, and absent");
  ElementsAttr attr = DenseElementsAttr::get(
      RankedTensorType::get({int64_t(scales->size())}, node.builder.getF32Type()),
      ArrayRef<float>(*scales));
  node.setResult(0, createSimpleResize(node, x, node.makeConstant(attr)));
}

static void importResize(NodeImporter &node) {
  Value x = node.getOperand(0);
  if (node.opset < 11) {
    node.setResult(0, createSimpleResize(node, x, node.getOperand(1)));
    return;
  }
  Value scales = getFilledOperand(node, 2), sizes = getFilledOperand(node, 3);
  if (isa<NoneType>(scales.getType()) == isa<NoneType>(sizes.getType()))
    failInput("either the scales (input 2) or the sizes (input 3) must be given");
  std::string mode = node.getString("mode", "nearest");
  std::string coordinates = node.getString("coordinate_transformation_mode", "half_pixel");
  bool isCrop = coordinates == "tf_crop_and_resize";
  Value roi = isCrop ? getFilledOperand(node, 1) : node.makeNone();
  if (isCrop && isa<NoneType>(roi.getType()))
    failInput("tf_crop_and_resize needs a region (input 1)");
  bool antialias = node.getBool("antialias", false);
  if (antialias && mode == "nearest")
    failInput("attribute 'antialias' excludes the mode nearest");
  DenseI64ArrayAttr axes;
  if (std::optional<SmallVector<int64_t>> given = node.getInts("axes"))
    axes = node.builder.getDenseI64ArrayAttr(*given);
  node.setResult(0, node.create<onnx::ResizeOp>(
                        node.getTypeLike(x), x, roi, scales, sizes, mode, coordinates,
                        node.getString("nearest_mode", "round_prefer_floor"),
                        llvm::APFloat(node.getFloat("cubic_coeff_a", -0.75f)),
                        node.getBool("exclude_outside", false),
                        llvm::APFloat(node.getFloat("extrapolation_value", 0)), antialias,
                        node.getString("keep_aspect_ratio_policy", "stretch"), axes));
}

static void importAffineGrid(NodeImporter &node) {
  Value theta = node.getOperand(0);
  node.setResult(0,
                 node.create<onnx::AffineGridOp>(node.getTypeLike(theta), theta, node.getOperand(1),
                                                 node.getBool("align_corners", false)));
}

/// One of the spellings, as `names` pairs them with today's.
static std::string getMode(NodeImporter &node, StringRef attribute, StringRef otherwise,
                           std::initializer_list<std::pair<StringRef, StringRef>> names) {
  std::string given = node.getString(attribute, otherwise);
  for (auto [name, today] : names)
    if (given == name)
      return today.str();
  failInput("attribute '" + attribute + "' has the value '" + given + "', which it does not have");
}

static void importGridSample(NodeImporter &node) {
  Value x = node.getOperand(0);
  std::string mode = getMode(node, "mode", "linear",
                             {{"linear", "linear"},
                              {"bilinear", "linear"},
                              {"nearest", "nearest"},
                              {"cubic", "cubic"},
                              {"bicubic", "cubic"}});
  std::string padding =
      getMode(node, "padding_mode", "zeros",
              {{"zeros", "zeros"}, {"border", "border"}, {"reflection", "reflection"}});
  node.setResult(0,
                 node.create<onnx::GridSampleOp>(node.getTypeLike(x), x, node.getOperand(1), mode,
                                                 padding, node.getBool("align_corners", false)));
}

static void importRoiAlign(NodeImporter &node) {
  Value x = node.getOperand(0);
  // Before opset 16 regions were not shifted.
  std::string coordinates = getMode(
      node, "coordinate_transformation_mode", node.opset >= 16 ? "half_pixel" : "output_half_pixel",
      {{"half_pixel", "half_pixel"}, {"output_half_pixel", "output_half_pixel"}});
  std::string mode = getMode(node, "mode", "avg", {{"avg", "avg"}, {"max", "max"}});
  auto getSize = [&](StringRef name, int64_t otherwise, int64_t least) {
    int64_t size = node.getInt(name, otherwise);
    if (size < least || size > (1 << 16))
      failInput("attribute '" + name + "' is " + Twine(size) + ", expected at least " +
                Twine(least) + " and at most 65536");
    return size;
  };
  node.setResult(0, node.create<onnx::RoiAlignOp>(
                        node.getTypeLike(x), x, node.getOperand(1), node.getOperand(2), mode,
                        getSize("output_height", 1, 1), getSize("output_width", 1, 1),
                        getSize("sampling_ratio", 0, 0),
                        llvm::APFloat(node.getFloat("spatial_scale", 1)),
                        coordinates == "half_pixel"));
}

static const OperatorRule rules[] = {
    {"AffineGrid", 20, 2, 2, 1, importAffineGrid}, {"GridSample", 16, 2, 2, 1, importGridSample},
    {"Resize", 10, 2, 4, 1, importResize},         {"RoiAlign", 10, 3, 3, 1, importRoiAlign},
    {"Upsample", 7, 1, 2, 1, importUpsample},
};

ArrayRef<OperatorRule> fovea::getResampleRules() { return rules; }
