// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ops that choose by index. Negative indices count from the end; one out of range is an error.

#include "compiler/eval/Families.h"
#include "dialects/onnx/OnnxShapeOps.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cstring>

using namespace mlir;
using namespace fovea;
using namespace fovea::eval;

namespace {

/// An index counted from the front, or an error.
FailureOr<int64_t> resolveIndex(Operation *op, int64_t index, int64_t extent) {
  if (index < -extent || index >= extent)
    return op->emitOpError("reads index ") << index << " of " << extent << " along its axis";
  return index < 0 ? index + extent : index;
}

int64_t count(ArrayRef<int64_t> extents) {
  int64_t product = 1;
  for (int64_t extent : extents)
    product *= extent;
  return product;
}

/// The bytes of a slice of x that starts at an element.
struct Source {
  const Tensor &x;
  const char *at(int64_t element) const {
    return x.bytes() + (x.isSplat() ? 0 : element * x.elementBytes());
  }
  /// Copies `length` elements from `element` on.
  void copy(int64_t element, int64_t length, char *to) const {
    if (!x.isSplat()) {
      std::memcpy(to, at(element), length * x.elementBytes());
      return;
    }
    for (int64_t i = 0; i < length; ++i)
      std::memcpy(to + i * x.elementBytes(), at(0), x.elementBytes());
  }
};

Results gather(onnx::GatherOp op, RankedTensorType type, ArrayRef<Tensor> operands) {
  const Tensor &x = operands[0];
  int64_t axis = op.getAxis() < 0 ? op.getAxis() + x.getRank() : op.getAxis();
  int64_t extent = x.getShape()[axis], outer = count(x.getShape().take_front(axis)),
          inner = count(x.getShape().drop_front(axis + 1));
  std::vector<int64_t> indices = operands[1].elements<int64_t>();
  for (int64_t &index : indices) {
    FailureOr<int64_t> resolved = resolveIndex(op, index, extent);
    if (failed(resolved))
      return failure();
    index = *resolved;
  }
  NewTensor result = allocate(type);
  char *to = result.bytes;
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t index : indices) {
      Source{x}.copy((o * extent + index) * inner, inner, to);
      to += inner * x.elementBytes();
    }
  return SmallVector<Tensor>{result.tensor};
}

Results gatherElements(onnx::GatherElementsOp op, RankedTensorType type,
                       ArrayRef<Tensor> operands) {
  const Tensor &x = operands[0];
  int64_t axis = op.getAxis() < 0 ? op.getAxis() + x.getRank() : op.getAxis();
  std::vector<int64_t> indices = operands[1].elements<int64_t>();
  SmallVector<int64_t> strides = getStrides(x.getShape()), position(x.getRank(), 0);
  NewTensor result = allocate(type);
  char *to = result.bytes;
  for (int64_t given : indices) {
    FailureOr<int64_t> index = resolveIndex(op, given, x.getShape()[axis]);
    if (failed(index))
      return failure();
    int64_t element = 0;
    for (int64_t dim = 0; dim < x.getRank(); ++dim)
      element += (dim == axis ? *index : position[dim]) * strides[dim];
    Source{x}.copy(element, 1, to);
    to += x.elementBytes();
    for (int64_t dim = x.getRank() - 1; dim >= 0 && ++position[dim] == type.getShape()[dim]; --dim)
      position[dim] = 0;
  }
  return SmallVector<Tensor>{result.tensor};
}

Results gatherND(onnx::GatherNDOp op, RankedTensorType type, ArrayRef<Tensor> operands) {
  const Tensor &x = operands[0], &indices = operands[1];
  int64_t batchRank = op.getBatchDims(), tuple = indices.getShape().back();
  int64_t batches = count(x.getShape().take_front(batchRank)),
          batchSize = count(x.getShape().drop_front(batchRank)),
          slice = count(x.getShape().drop_front(batchRank + tuple)),
          tuples = count(indices.getShape().drop_front(batchRank).drop_back());
  SmallVector<int64_t> strides = getStrides(x.getShape());
  std::vector<int64_t> values = indices.elements<int64_t>();
  NewTensor result = allocate(type);
  char *to = result.bytes;
  const int64_t *next = values.data();
  for (int64_t batch = 0; batch < batches; ++batch)
    for (int64_t t = 0; t < tuples; ++t) {
      int64_t element = batch * batchSize;
      for (int64_t i = 0; i < tuple; ++i) {
        FailureOr<int64_t> index = resolveIndex(op, *next++, x.getShape()[batchRank + i]);
        if (failed(index))
          return failure();
        element += *index * strides[batchRank + i];
      }
      Source{x}.copy(element, slice, to);
      to += slice * x.elementBytes();
    }
  return SmallVector<Tensor>{result.tensor};
}

} // namespace

static Results evaluateGather(Operation *op, ArrayRef<Tensor> operands, Types types) {
  return llvm::TypeSwitch<Operation *, Results>(op)
      .Case([&](onnx::GatherOp gatherOp) { return gather(gatherOp, types[0], operands); })
      .Case([&](onnx::GatherElementsOp elements) {
        return gatherElements(elements, types[0], operands);
      })
      .Case([&](onnx::GatherNDOp nd) { return gatherND(nd, types[0], operands); })
      .Default([&](Operation *) { return op->emitOpError("has no evaluation"); });
}

void eval::addGatherEvaluators(EvaluatorTable &table) {
  table.add<onnx::GatherOp, onnx::GatherElementsOp, onnx::GatherNDOp>(evaluateGather);
}
