// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operators that order, select or accumulate along an axis.

#include "compiler/import/ImportFailure.h"
#include "compiler/import/Rules.h"
#include "dialects/onnx/OnnxSelectOps.h"

using namespace mlir;
using namespace fovea;

template <typename Op> static void importScan(NodeImporter &node) {
  Value x = node.getOperand(0);
  node.setResult(0,
                 node.create<Op>(node.getTypeLike(x), x, node.getOperand(1),
                                 node.getBool("exclusive", false), node.getBool("reverse", false)));
}

static void importOneHot(NodeImporter &node) {
  Value values = node.getOperand(2);
  node.setResult(0,
                 node.create<onnx::OneHotOp>(node.getTypeLike(values), node.getOperand(0),
                                             node.getOperand(1), values, node.getInt("axis", -1)));
}

static void importTopK(NodeImporter &node) {
  Value x = node.getOperand(0);
  Value k =
      node.opset >= 10 ? node.getOperand(1) : node.makeIndexConstant({node.getRequiredInt("k")});
  bool largest = true, sorted = true;
  if (node.opset >= 11) {
    largest = node.getBool("largest", true);
    sorted = node.getBool("sorted", true);
  }
  auto op = onnx::TopKOp::create(node.builder, node.loc, node.getTypeLike(x),
                                 node.getUnranked(node.builder.getI64Type()), x, k,
                                 node.getInt("axis", -1), largest, sorted);
  node.refineTypes(op);
  node.setResults(op->getResults());
}

static void importNonZero(NodeImporter &node) {
  node.setResult(0, node.create<onnx::NonZeroOp>(node.getUnranked(node.builder.getI64Type()),
                                                 node.getOperand(0)));
}

/// The attribute `axis`, or null when it is absent.
static IntegerAttr getOptionalAxis(NodeImporter &node) {
  if (!node.hasAttribute("axis"))
    return {};
  return node.builder.getIntegerAttr(node.builder.getIntegerType(64, /*isSigned=*/true),
                                     node.getInt("axis", 0));
}

static void importCompress(NodeImporter &node) {
  Value x = node.getOperand(0);
  node.setResult(0, node.create<onnx::CompressOp>(node.getTypeLike(x), x, node.getOperand(1),
                                                  getOptionalAxis(node)));
}

static void importUnique(NodeImporter &node) {
  Value x = node.getOperand(0);
  SmallVector<Type> types = {node.getTypeLike(x)};
  for (unsigned i = 1; i < 4; ++i)
    types.push_back(node.wantsOutput(i) ? node.getUnranked(node.builder.getI64Type())
                                        : Type(node.builder.getNoneType()));
  auto op = onnx::UniqueOp::create(node.builder, node.loc, types, x, getOptionalAxis(node),
                                   node.getBool("sorted", true));
  node.refineTypes(op);
  node.setResults(op->getResults());
}

static void importNonMaxSuppression(NodeImporter &node) {
  node.setResult(0, node.create<onnx::NonMaxSuppressionOp>(
                        node.getUnranked(node.builder.getI64Type()), node.getOperand(0),
                        node.getOperand(1), node.getOptionalOperand(2), node.getOptionalOperand(3),
                        node.getOptionalOperand(4), node.getBool("center_point_box", false)));
}

static const OperatorRule rules[] = {
    {"Compress", 9, 2, 2, 1, importCompress},
    {"CumProd", 26, 2, 2, 1, importScan<onnx::CumProdOp>},
    {"CumSum", 11, 2, 2, 1, importScan<onnx::CumSumOp>},
    {"NonMaxSuppression", 10, 2, 5, 1, importNonMaxSuppression},
    {"NonZero", 9, 1, 1, 1, importNonZero},
    {"OneHot", 9, 3, 3, 1, importOneHot},
    {"TopK", 1, 1, 2, 2, importTopK},
    {"Unique", 11, 1, 1, 4, importUnique},
};

ArrayRef<OperatorRule> fovea::getSelectRules() { return rules; }
