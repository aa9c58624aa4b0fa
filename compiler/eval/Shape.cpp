// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ops that view, arrange, join, cut or make tensors. Elements move as bytes; nothing here depends
// on their type.

#include "compiler/eval/Families.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "dialects/onnx/SliceBounds.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cstring>

using namespace mlir;
using namespace fovea;
using namespace fovea::eval;

namespace {

/// Elements at strides from a first byte on.
template <typename Byte> struct Strided {
  Byte *first;
  SmallVector<int64_t> strides; // in elements, per dimension
};

template <int64_t elementBytes>
void copyRow(const char *from, int64_t fromStride, char *to, int64_t toStride, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    std::memcpy(to + i * toStride * elementBytes, from + i * fromStride * elementBytes,
                elementBytes);
}

void copyRow(int64_t elementBytes, const char *from, int64_t fromStride, char *to, int64_t toStride,
             int64_t count) {
  if (fromStride == 1 && toStride == 1) {
    std::memcpy(to, from, count * elementBytes);
    return;
  }
  switch (elementBytes) {
  case 1:
    return copyRow<1>(from, fromStride, to, toStride, count);
  case 2:
    return copyRow<2>(from, fromStride, to, toStride, count);
  case 4:
    return copyRow<4>(from, fromStride, to, toStride, count);
  default:
    return copyRow<8>(from, fromStride, to, toStride, count);
  }
}

/// Copies a box of elements from one set of strides to another.
void copyBox(ArrayRef<int64_t> shape, int64_t elementBytes, Strided<const char> from,
             Strided<char> to) {
  if (llvm::is_contained(shape, 0))
    return;
  if (shape.empty()) {
    std::memcpy(to.first, from.first, elementBytes);
    return;
  }
  int64_t inner = int64_t(shape.size()) - 1;
  SmallVector<int64_t> position(shape.size(), 0);
  int64_t source = 0, target = 0;
  while (true) {
    copyRow(elementBytes, from.first + source * elementBytes, from.strides[inner],
            to.first + target * elementBytes, to.strides[inner], shape[inner]);
    int64_t dim = inner - 1;
    for (; dim >= 0; --dim) {
      source += from.strides[dim];
      target += to.strides[dim];
      if (++position[dim] < shape[dim])
        break;
      source -= from.strides[dim] * shape[dim];
      target -= to.strides[dim] * shape[dim];
      position[dim] = 0;
    }
    if (dim < 0)
      return;
  }
}

/// A result whose element at each position lies in `x` at `offset` plus the position times
/// `strides`.
Tensor view(RankedTensorType type, const Tensor &x, int64_t offset, ArrayRef<int64_t> strides) {
  if (x.isSplat() && x.size() != 0)
    return x.withType(type);
  NewTensor result = allocate(type);
  copyBox(type.getShape(), x.elementBytes(),
          {x.bytes() + offset * x.elementBytes(), SmallVector<int64_t>(strides)},
          {result.bytes, getStrides(type.getShape())});
  return result.tensor;
}

Tensor transpose(onnx::TransposeOp op, RankedTensorType type, const Tensor &x) {
  SmallVector<int64_t> own = getStrides(x.getShape()), strides;
  if (op.getPermutation().empty())
    strides.assign(own.rbegin(), own.rend());
  else
    for (int64_t from : op.getPermutation())
      strides.push_back(own[from]);
  return view(type, x, 0, strides);
}

Tensor tile(RankedTensorType type, const Tensor &x) {
  // Seen with a dimension of repeats before each dimension, a tiling is a broadcast.
  SmallVector<int64_t> shape, strides, own = getStrides(x.getShape());
  for (int64_t i = 0; i < x.getRank(); ++i) {
    int64_t extent = x.getShape()[i];
    shape.append({extent ? type.getShape()[i] / extent : 0, extent});
    strides.append({0, own[i]});
  }
  return view(RankedTensorType::get(shape, type.getElementType()), x, 0, strides).withType(type);
}

Tensor concat(onnx::ConcatOp op, RankedTensorType type, ArrayRef<Tensor> operands) {
  NewTensor result = allocate(type);
  int64_t axis = op.getAxis() < 0 ? op.getAxis() + type.getRank() : op.getAxis();
  SmallVector<int64_t> strides = getStrides(type.getShape());
  int64_t at = 0, elementBytes = result.tensor.elementBytes();
  for (const Tensor &operand : operands) {
    SmallVector<int64_t> from = operand.isSplat() ? SmallVector<int64_t>(type.getRank(), 0)
                                                  : getStrides(operand.getShape());
    copyBox(operand.getShape(), elementBytes, {operand.bytes(), from},
            {result.bytes + at * strides[axis] * elementBytes, strides});
    at += operand.getShape()[axis];
  }
  return result.tensor;
}

Tensor slice(ArrayRef<Tensor> operands, RankedTensorType type) {
  const Tensor &x = operands[0];
  std::vector<int64_t> starts = operands[1].elements<int64_t>(),
                       ends = operands[2].elements<int64_t>(), axes, steps;
  if (operands[3])
    axes = operands[3].elements<int64_t>();
  if (operands[4])
    steps = operands[4].elements<int64_t>();
  SmallVector<int64_t> strides = getStrides(x.getShape());
  int64_t offset = 0;
  for (size_t i = 0; i < starts.size(); ++i) {
    int64_t axis = axes.empty() ? int64_t(i) : axes[i] < 0 ? axes[i] + x.getRank() : axes[i];
    int64_t step = steps.empty() ? 1 : steps[i];
    onnx::SliceBounds bounds = onnx::getSliceBounds(x.getShape()[axis], starts[i], ends[i], step);
    offset += bounds.first * strides[axis];
    // A step beyond the axis is taken at most once, so that its size does not matter.
    strides[axis] = bounds.length > 1 ? strides[axis] * step : 0;
  }
  return view(type, x, type.getNumElements() ? offset : 0, strides);
}

SmallVector<Tensor> split(onnx::SplitOp op, const Tensor &x, Types types) {
  int64_t axis = op.getAxis() < 0 ? op.getAxis() + x.getRank() : op.getAxis();
  SmallVector<int64_t> strides = getStrides(x.getShape());
  SmallVector<Tensor> results;
  int64_t at = 0;
  for (RankedTensorType type : types) {
    results.push_back(view(type, x, type.getNumElements() ? at * strides[axis] : 0, strides));
    at += type.getShape()[axis];
  }
  return results;
}

Tensor trilu(onnx::TriluOp op, RankedTensorType type, ArrayRef<Tensor> operands) {
  NewTensor result = allocate(type);
  const Tensor &x = operands[0];
  int64_t diagonal = operands[1] ? operands[1].elements<int64_t>().front() : 0;
  int64_t rows = type.getShape()[type.getRank() - 2], columns = type.getShape().back();
  int64_t elementBytes = x.elementBytes();
  // Distances from the diagonal fit whatever the diagonal is, once it is cut to where it matters.
  diagonal = std::clamp(diagonal, -rows - 1, columns + 1);
  for (int64_t i = 0; i < type.getNumElements(); ++i) {
    int64_t row = i / columns % rows, column = i % columns;
    bool keeps = op.getUpper() ? column >= row + diagonal : column <= row + diagonal;
    if (keeps)
      std::memcpy(result.bytes + i * elementBytes, x.bytes() + (x.isSplat() ? 0 : i * elementBytes),
                  elementBytes);
  }
  return result.tensor;
}

Tensor makeRange(RankedTensorType type, ArrayRef<Tensor> operands) {
  int64_t count = type.getNumElements();
  if (isFloat(operands[0].kind())) {
    double start = operands[0].elements<double>().front(),
           delta = operands[2].elements<double>().front();
    std::vector<double> values(count);
    for (int64_t i = 0; i < count; ++i)
      values[i] = start + double(i) * delta;
    return makeTensor<double>(type, values);
  }
  uint64_t start = operands[0].elements<int64_t>().front(),
           delta = operands[2].elements<int64_t>().front();
  std::vector<int64_t> values(count);
  for (int64_t i = 0; i < count; ++i)
    values[i] = int64_t(start + uint64_t(i) * delta);
  return makeTensor<int64_t>(type, values);
}

Tensor getExtents(onnx::ShapeOp op, RankedTensorType type, const Tensor &x) {
  int64_t rank = x.getRank(), start = op.getStart();
  int64_t first = std::clamp<int64_t>(start < 0 ? start + rank : start, 0, rank);
  return makeTensor<int64_t>(type, x.getShape().slice(first, type.getNumElements()));
}

/// The all-true mask of a Dropout.
Tensor makeTrue(RankedTensorType type) {
  auto element = std::make_shared<SmallVector<char, 0>>(1, char(1));
  return Tensor(type, {*element, true, element});
}

} // namespace

static Results evaluateShape(Operation *op, ArrayRef<Tensor> operands, Types types) {
  auto one = [](Tensor tensor) { return SmallVector<Tensor>{std::move(tensor)}; };
  return llvm::TypeSwitch<Operation *, Results>(op)
      .Case([&](onnx::ConstantOp constant) -> Results {
        std::optional<Tensor> tensor = Tensor::get(constant.getValue());
        if (!tensor)
          return op->emitOpError("has no data");
        return one(*tensor);
      })
      .Case<onnx::ReshapeOp, onnx::FlattenOp, onnx::SqueezeOp, onnx::UnsqueezeOp, onnx::IdentityOp>(
          [&](auto) { return one(operands[0].withType(types[0])); })
      .Case([&](onnx::DropoutOp dropout) -> Results {
        if (operands[2] && operands[2].elements<double>().front() != 0 &&
            !(operands[1] && operands[1].elements<double>().front() == 0))
          return dropout.emitOpError("drops elements at random in training, which is not "
                                     "supported; export the model in evaluation mode");
        SmallVector<Tensor> results = one(operands[0]);
        if (types.size() > 1)
          results.push_back(makeTrue(types[1]));
        return results;
      })
      .Case([&](onnx::TransposeOp t) { return one(transpose(t, types[0], operands[0])); })
      .Case([&](onnx::ExpandOp) {
        return one(view(types[0], operands[0], 0,
                        getBroadcastStrides(operands[0].getShape(), types[0].getShape())));
      })
      .Case([&](onnx::TileOp) { return one(tile(types[0], operands[0])); })
      .Case([&](onnx::ConcatOp concatOp) { return one(concat(concatOp, types[0], operands)); })
      .Case([&](onnx::SliceOp) { return one(slice(operands, types[0])); })
      .Case([&](onnx::SplitOp splitOp) { return split(splitOp, operands[0], types); })
      .Case([&](onnx::TriluOp t) { return one(trilu(t, types[0], operands)); })
      .Case([&](onnx::RangeOp) { return one(makeRange(types[0], operands)); })
      .Case([&](onnx::ShapeOp shape) { return one(getExtents(shape, types[0], operands[0])); })
      .Case([&](onnx::SizeOp) { return one(makeTensor<int64_t>(types[0], {operands[0].size()})); })
      .Case([&](onnx::ConstantOfShapeOp constant) -> Results {
        std::optional<Tensor> value = Tensor::get(constant.getValue());
        if (!value)
          return op->emitOpError("has no data");
        return one(value->withType(types[0]));
      })
      .Default([&](Operation *) { return op->emitOpError("has no evaluation"); });
}

void eval::addShapeEvaluators(EvaluatorTable &table) {
  table.add<onnx::IdentityOp, onnx::ReshapeOp, onnx::FlattenOp, onnx::SqueezeOp, onnx::UnsqueezeOp,
            onnx::DropoutOp, onnx::TransposeOp, onnx::ExpandOp, onnx::TileOp, onnx::ConcatOp,
            onnx::SliceOp, onnx::SplitOp, onnx::TriluOp, onnx::RangeOp, onnx::ShapeOp, onnx::SizeOp,
            onnx::ConstantOfShapeOp, onnx::ConstantOp>(evaluateShape);
}
