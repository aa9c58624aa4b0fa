// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Normalizations.

#include "compiler/import/ImportFailure.h"
#include "compiler/import/Rules.h"
#include "dialects/onnx/OnnxNormOps.h"
#include "dialects/onnx/OnnxShapeOps.h"

using namespace mlir;
using namespace fovea;

template <typename Op> static void importAlongAxis(NodeImporter &node) {
  Value x = node.getOperand(0);
  if (node.opset >= 13) {
    node.setResult(0, node.create<Op>(node.getTypeLike(x), x, node.getInt("axis", -1)));
    return;
  }
  // Up to opset 12 the dimensions from axis on are one: the last axis alone means the same as
  // today.
  int64_t axis = node.getInt("axis", 1);
  std::optional<int64_t> rank = node.getRank(x);
  if (axis == -1 || (rank && axis == *rank - 1)) {
    node.setResult(0, node.create<Op>(node.getTypeLike(x), x, -1));
    return;
  }
  Value shape =
      node.create<onnx::ShapeOp>(node.getUnranked(node.builder.getI64Type()), x, 0, IntegerAttr());
  Value flat = node.create<onnx::FlattenOp>(node.getTypeLike(x), x, axis);
  Value result = node.create<Op>(node.getTypeLike(x), flat, -1);
  node.setResult(
      0, node.create<onnx::ReshapeOp>(node.getTypeLike(x), result, shape, /*allowzero=*/true));
}

/// `stash_type` says what statistics are computed in: f32 for 16 bits, f64 for f64 here. What asks
/// for less is given more.
static void readStashType(NodeImporter &node) {
  int64_t type = node.getInt("stash_type", 1);
  if (type != 1 && type != 10 && type != 11 && type != 16)
    failInput("attribute 'stash_type' is no floating-point type");
}

static void checkSameElements(NodeImporter &node, Value x, Value parameter, StringRef name) {
  Type elements = node.getElementType(x), others = node.getElementType(parameter);
  if (elements == others)
    return;
  std::string text;
  llvm::raw_string_ostream(text) << "operand x has elements of type " << elements << " but operand "
                                 << name << " of type " << others << "; insert a Cast in the model";
  failInput(text);
}

static void importLayerNormalization(NodeImporter &node) {
  Value x = node.getOperand(0);
  if (node.getInt("stash_type", 1) != 1)
    failUnsupported(
        "statistics in another type than float (attribute 'stash_type') are not supported");
  // ONNX Runtime's own operator, in older opsets, lets the parameters have another type.
  if (node.opset >= 17)
    for (unsigned operand = 1; operand < 3 && node.hasOperand(operand); ++operand)
      checkSameElements(node, x, node.getOperand(operand), operand == 1 ? "scale" : "bias");
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

static void importRMSNormalization(NodeImporter &node) {
  Value x = node.getOperand(0), scale = node.getOperand(1);
  readStashType(node);
  node.setResult(0, node.create<onnx::RMSNormalizationOp>(
                        node.getTypeLike(scale), x, scale, node.getInt("axis", -1),
                        llvm::APFloat(node.getFloat("epsilon", 1e-5f))));
}

static void importInstanceNormalization(NodeImporter &node) {
  Value x = node.getOperand(0);
  node.setResult(0, node.create<onnx::InstanceNormalizationOp>(
                        node.getTypeLike(x), x, node.getOperand(1), node.getOperand(2),
                        llvm::APFloat(node.getFloat("epsilon", 1e-5f))));
}

static void importGroupNormalization(NodeImporter &node) {
  Value x = node.getOperand(0);
  readStashType(node);
  node.setResult(0, node.create<onnx::GroupNormalizationOp>(
                        node.getTypeLike(x), x, node.getOperand(1), node.getOperand(2),
                        llvm::APFloat(node.getFloat("epsilon", 1e-5f)),
                        node.getRequiredInt("num_groups")));
}

static void importBatchNormalization(NodeImporter &node) {
  Value x = node.getOperand(0);
  bool training = node.opset >= 14 && node.getBool("training_mode", false);
  if (node.opset < 7 && !node.getBool("is_test", false))
    failUnsupported("batch normalization in training (attribute 'is_test' = 0) is supported from "
                    "opset 14 on");
  if (node.opset < 9 && !node.getBool("spatial", true))
    failUnsupported("normalization of every position by itself (attribute 'spatial' = 0) is not "
                    "supported");
  unsigned running = 0;
  for (unsigned i = 1; i < node.getNumOutputs(); ++i)
    if (node.wantsOutput(i))
      running = i;
  if (running > 0 && !training)
    failUnsupported("batch normalization gives statistics in training only (from opset 14 on, with "
                    "'training_mode'); export the model in evaluation mode");
  Value mean = node.getOperand(3);
  SmallVector<Type> types(1 + running, node.getTypeLike(mean));
  types[0] = node.getTypeLike(x);
  Builder &builder = node.builder;
  auto op = onnx::BatchNormalizationOp::create(
      node.builder, node.loc, types, x, node.getOperand(1), node.getOperand(2), mean,
      node.getOperand(4), builder.getF32FloatAttr(node.getFloat("epsilon", 1e-5f)),
      builder.getF32FloatAttr(node.getFloat("momentum", 0.9f)), builder.getBoolAttr(training));
  node.refineTypes(op);
  node.setResults(op->getResults());
}

static void importLRN(NodeImporter &node) {
  Value x = node.getOperand(0);
  auto getNumber = [&](StringRef name, float otherwise) {
    return llvm::APFloat(node.getFloat(name, otherwise));
  };
  node.setResult(0, node.create<onnx::LRNOp>(node.getTypeLike(x), x, node.getRequiredInt("size"),
                                             getNumber("alpha", 1e-4f), getNumber("beta", 0.75f),
                                             getNumber("bias", 1)));
}

// ONNX Runtime writes LayerNormalization at every opset.
static const OperatorRule rules[] = {
    {"BatchNormalization", 1, 5, 5, 5, importBatchNormalization},
    {"GroupNormalization", 18, 3, 3, 1, importGroupNormalization},
    {"Hardmax", 1, 1, 1, 1, importAlongAxis<onnx::HardmaxOp>},
    {"InstanceNormalization", 1, 3, 3, 1, importInstanceNormalization},
    {"LRN", 1, 1, 1, 1, importLRN},
    {"LayerNormalization", 1, 2, 3, 3, importLayerNormalization},
    {"LogSoftmax", 1, 1, 1, 1, importAlongAxis<onnx::LogSoftmaxOp>},
    {"RMSNormalization", 23, 2, 2, 1, importRMSNormalization},
    {"SimplifiedLayerNormalization", 1, 2, 2, 2, importRMSNormalization},
    {"Softmax", 1, 1, 1, 1, importAlongAxis<onnx::SoftmaxOp>},
};

ArrayRef<OperatorRule> fovea::getNormRules() { return rules; }
