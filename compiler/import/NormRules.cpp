// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Normalizations.

#include "compiler/import/ImportFailure.h"
#include "compiler/import/Rules.h"
#include "dialects/onnx/OnnxNormOps.h"
#include "dialects/onnx/OnnxShapeOps.h"

using namespace mlir;
using namespace fovea;

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
    {"Softmax", 1, 1, 1, 1, importSoftmax},
    {"LayerNormalization", 17, 2, 3, 3, importLayerNormalization},
};

ArrayRef<OperatorRule> fovea::getNormRules() { return rules; }
