// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reductions.

#include "compiler/import/ImportFailure.h"
#include "compiler/import/Rules.h"
#include "dialects/onnx/OnnxReduceOps.h"

using namespace mlir;
using namespace fovea;

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

template <typename Op> static void importArg(NodeImporter &node) {
  bool selectLast = node.opset >= 12 && node.getBool("select_last_index", false);
  node.setResult(0, node.create<Op>(node.getUnranked(node.builder.getI64Type()), node.getOperand(0),
                                    node.getInt("axis", 0), node.getBool("keepdims", true),
                                    selectLast));
}

static const OperatorRule rules[] = {
    {"ArgMax", 1, 1, 1, 1, importArg<onnx::ArgMaxOp>},
    {"ArgMin", 1, 1, 1, 1, importArg<onnx::ArgMinOp>},
    {"ReduceL1", 1, 1, 2, 1, importReduce<onnx::ReduceL1Op, 18>},
    {"ReduceL2", 1, 1, 2, 1, importReduce<onnx::ReduceL2Op, 18>},
    {"ReduceLogSum", 1, 1, 2, 1, importReduce<onnx::ReduceLogSumOp, 18>},
    {"ReduceLogSumExp", 1, 1, 2, 1, importReduce<onnx::ReduceLogSumExpOp, 18>},
    {"ReduceMax", 1, 1, 2, 1, importReduce<onnx::ReduceMaxOp, 18>},
    {"ReduceMean", 1, 1, 2, 1, importReduce<onnx::ReduceMeanOp, 18>},
    {"ReduceMin", 1, 1, 2, 1, importReduce<onnx::ReduceMinOp, 18>},
    {"ReduceProd", 1, 1, 2, 1, importReduce<onnx::ReduceProdOp, 18>},
    {"ReduceSum", 1, 1, 2, 1, importReduce<onnx::ReduceSumOp, 13>},
    {"ReduceSumSquare", 1, 1, 2, 1, importReduce<onnx::ReduceSumSquareOp, 18>},
};

ArrayRef<OperatorRule> fovea::getReduceRules() { return rules; }
