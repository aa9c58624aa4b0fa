// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Einsum as its definition says: for every value of all labels, the product of one element of each
// operand is added to one element of the result.

#include "compiler/eval/Families.h"
#include "dialects/onnx/EinsumEquation.h"
#include "dialects/onnx/OnnxMatrixOps.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::eval;

/// How far one step of each label moves in a tensor: not at all where an extent of one broadcasts.
static SmallVector<int64_t> getLabelStrides(ArrayRef<int64_t> shape, ArrayRef<unsigned> labels,
                                            unsigned count) {
  SmallVector<int64_t> result(count, 0), strides = getStrides(shape);
  for (auto [extent, stride, label] : llvm::zip_equal(shape, strides, labels))
    result[label] += extent == 1 ? 0 : stride;
  return result;
}

template <typename Number>
static Tensor multiplyAndSum(const onnx::EinsumLabels &labels, ArrayRef<Tensor> operands,
                             RankedTensorType type) {
  SmallVector<int64_t> extents(labels.count, 1), position(labels.count, 0);
  SmallVector<SmallVector<int64_t>> strides;
  std::vector<std::vector<Number>> elements;
  for (auto [operand, named] : llvm::zip_equal(operands, labels.operands)) {
    for (auto [extent, label] : llvm::zip_equal(operand.getShape(), named))
      if (extent != 1)
        extents[label] = extent;
    strides.push_back(getLabelStrides(operand.getShape(), named, labels.count));
    elements.push_back(operand.template elements<Number>());
  }
  strides.push_back(getLabelStrides(type.getShape(), labels.result, labels.count));
  std::vector<Number> sums(type.getNumElements(), 0);
  if (llvm::is_contained(extents, 0))
    return makeTensor<Number>(type, sums);
  SmallVector<int64_t> at(strides.size(), 0);
  while (true) {
    // Unsigned products wrap around; so do signed ones, computed without their sign.
    using Factor = std::conditional_t<std::is_same_v<Number, double>, double, uint64_t>;
    Factor product = 1;
    for (auto [values, offset] : llvm::zip(elements, at))
      product *= Factor(values[offset]);
    Number &sum = sums[at.back()];
    sum = Number(Factor(sum) + product);
    int64_t label = int64_t(labels.count) - 1;
    for (; label >= 0; --label) {
      bool wraps = ++position[label] == extents[label];
      for (auto [offset, stride] : llvm::zip_equal(at, strides))
        offset += wraps ? -stride[label] * (extents[label] - 1) : stride[label];
      if (!wraps)
        break;
      position[label] = 0;
    }
    if (label < 0)
      return makeTensor<Number>(type, sums);
  }
}

static Results evaluateEinsum(Operation *op, ArrayRef<Tensor> operands, Types types) {
  SmallVector<int64_t> ranks =
      llvm::map_to_vector(operands, [](const Tensor &operand) { return operand.getRank(); });
  llvm::Expected<onnx::EinsumLabels> labels =
      onnx::parseEinsum(cast<onnx::EinsumOp>(op).getEquation(), ranks);
  if (!labels)
    return op->emitOpError(llvm::toString(labels.takeError()));
  return SmallVector<Tensor>{isFloat(operands[0].kind())
                                 ? multiplyAndSum<double>(*labels, operands, types[0])
                                 : multiplyAndSum<int64_t>(*labels, operands, types[0])};
}

void eval::addEinsumEvaluators(EvaluatorTable &table) { table.add<onnx::EinsumOp>(evaluateEinsum); }
