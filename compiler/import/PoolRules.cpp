// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Pooling.

#include "compiler/import/ImportFailure.h"
#include "compiler/import/Rules.h"
#include "compiler/import/WindowAttributes.h"
#include "dialects/onnx/OnnxPoolOps.h"

using namespace mlir;
using namespace fovea;

template <typename Op> static void importGlobalPool(NodeImporter &node) {
  Value x = node.getOperand(0);
  node.setResult(0, node.create<Op>(node.getTypeLike(x), x));
}

static void importGlobalLpPool(NodeImporter &node) {
  Value x = node.getOperand(0);
  node.setResult(0, node.create<onnx::GlobalLpPoolOp>(node.getTypeLike(x), x, node.getInt("p", 2)));
}

static SmallVector<int64_t> getKernel(NodeImporter &node) {
  std::optional<SmallVector<int64_t>> kernel = node.getInts("kernel_shape");
  if (!kernel || kernel->empty())
    failInput("attribute 'kernel_shape' is required, and absent or empty");
  return getSpatialAttribute(node, "kernel_shape", kernel->size(), 1, 1);
}

static void importAveragePool(NodeImporter &node) {
  Value x = node.getOperand(0);
  SmallVector<int64_t> kernel = getKernel(node);
  WindowAttributes windows = getWindowAttributes(node, kernel.size());
  node.setResult(0, node.create<onnx::AveragePoolOp>(
                        node.getTypeLike(x), x, kernel, windows.strides, windows.dilations,
                        windows.pads, node.getBool("ceil_mode", false), windows.autoPad,
                        node.getBool("count_include_pad", false)));
}

static void importLpPool(NodeImporter &node) {
  Value x = node.getOperand(0);
  SmallVector<int64_t> kernel = getKernel(node);
  WindowAttributes windows = getWindowAttributes(node, kernel.size());
  node.setResult(0, node.create<onnx::LpPoolOp>(node.getTypeLike(x), x, kernel, windows.strides,
                                                windows.dilations, windows.pads,
                                                node.getBool("ceil_mode", false), windows.autoPad,
                                                node.getInt("p", 2)));
}

static void importMaxPool(NodeImporter &node) {
  Value x = node.getOperand(0);
  SmallVector<int64_t> kernel = getKernel(node);
  WindowAttributes windows = getWindowAttributes(node, kernel.size());
  int64_t storageOrder = node.getInt("storage_order", 0);
  if (storageOrder != 0 && storageOrder != 1)
    failInput("attribute 'storage_order' must be 0 or 1");
  Type indices;
  if (node.wantsOutput(1))
    indices = node.getUnranked(node.builder.getI64Type());
  auto op =
      onnx::MaxPoolOp::create(node.builder, node.loc, node.getTypeLike(x), indices, x, kernel,
                              windows.strides, windows.dilations, windows.pads,
                              node.getBool("ceil_mode", false), windows.autoPad, storageOrder);
  node.refineTypes(op);
  node.setResults(op->getResults());
}

static void importMaxUnpool(NodeImporter &node) {
  Value x = node.getOperand(0);
  SmallVector<int64_t> kernel = getKernel(node);
  int64_t rank = kernel.size();
  node.setResult(0, node.create<onnx::MaxUnpoolOp>(node.getTypeLike(x), x, node.getOperand(1),
                                                   node.getOptionalOperand(2), kernel,
                                                   getSpatialAttribute(node, "strides", rank, 1, 1),
                                                   getSpatialAttribute(node, "pads", rank, 2, 0)));
}

static const OperatorRule rules[] = {
    {"AveragePool", 1, 1, 1, 1, importAveragePool},
    {"GlobalAveragePool", 1, 1, 1, 1, importGlobalPool<onnx::GlobalAveragePoolOp>},
    {"GlobalLpPool", 2, 1, 1, 1, importGlobalLpPool},
    {"GlobalMaxPool", 1, 1, 1, 1, importGlobalPool<onnx::GlobalMaxPoolOp>},
    {"LpPool", 2, 1, 1, 1, importLpPool},
    {"MaxPool", 1, 1, 1, 2, importMaxPool},
    {"MaxUnpool", 9, 2, 3, 1, importMaxUnpool},
};

ArrayRef<OperatorRule> fovea::getPoolRules() { return rules; }
