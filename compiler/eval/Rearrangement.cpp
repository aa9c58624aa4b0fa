// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ops that extend, regroup or reverse. Each says from where every element of its result comes.

#include "compiler/eval/Families.h"
#include "dialects/onnx/OnnxShapeOps.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cstring>

using namespace mlir;
using namespace fovea;
using namespace fovea::eval;

namespace {

using Position = SmallVector<int64_t>;

/// Calls `visit` with each position of a shape, in row-major order.
void forEachPosition(ArrayRef<int64_t> shape, llvm::function_ref<void(Position &)> visit) {
  if (llvm::is_contained(shape, 0))
    return;
  Position position(shape.size(), 0);
  while (true) {
    visit(position);
    int64_t dim = int64_t(shape.size()) - 1;
    for (; dim >= 0 && ++position[dim] == shape[dim]; --dim)
      position[dim] = 0;
    if (dim < 0)
      return;
  }
}

int64_t getOffset(ArrayRef<int64_t> position, ArrayRef<int64_t> strides) {
  int64_t offset = 0;
  for (auto [at, stride] : llvm::zip_equal(position, strides))
    offset += at * stride;
  return offset;
}

/// A result whose elements come from the places in x that `place` writes over the position, or are
/// `filler` where it returns false.
Tensor collect(RankedTensorType type, const Tensor &x, const char *filler,
               llvm::function_ref<bool(Position &)> place) {
  NewTensor result = allocate(type);
  SmallVector<int64_t> strides = getStrides(x.getShape());
  int64_t bytes = x.elementBytes();
  char *to = result.bytes;
  forEachPosition(type.getShape(), [&](Position &position) {
    Position from = position;
    const char *source =
        place(from) ? x.bytes() + (x.isSplat() ? 0 : getOffset(from, strides) * bytes) : filler;
    std::memcpy(to, source, bytes);
    to += bytes;
  });
  return result.tensor;
}

/// Where position `at` of an axis of `extent`, which may lie outside, is read; -1 for nowhere.
int64_t reflectInside(StringRef mode, int64_t at, int64_t extent) {
  if (at >= 0 && at < extent)
    return at;
  if (mode == "constant")
    return -1;
  if (mode == "edge")
    return at < 0 ? 0 : extent - 1;
  if (mode == "wrap")
    return ((at % extent) + extent) % extent;
  // Mirrored at the first and the last element, which are not repeated.
  int64_t period = std::max<int64_t>(2 * (extent - 1), 1);
  at = ((at % period) + period) % period;
  return at < extent ? at : period - at;
}

Tensor pad(onnx::PadOp op, RankedTensorType type, ArrayRef<Tensor> operands) {
  const Tensor &x = operands[0];
  std::vector<int64_t> pads = operands[1].elements<int64_t>(), axes;
  if (operands[3])
    axes = operands[3].elements<int64_t>();
  size_t count = pads.size() / 2;
  Position before(x.getRank(), 0);
  for (size_t i = 0; i < count; ++i) {
    int64_t axis = operands[3] ? axes[i] : int64_t(i);
    before[axis < 0 ? axis + x.getRank() : axis] = pads[i];
  }
  const char zero[16] = {};
  const char *filler = operands[2] ? operands[2].bytes() : zero;
  return collect(type, x, filler, [&](Position &position) {
    bool inside = true;
    for (int64_t dim = 0; dim < x.getRank(); ++dim) {
      position[dim] = reflectInside(op.getMode(), position[dim] - before[dim], x.getShape()[dim]);
      inside &= position[dim] >= 0;
    }
    return inside;
  });
}

/// Rounds toward minus infinity.
int64_t halve(int64_t value) { return value >= 0 ? value / 2 : -((1 - value) / 2); }

Tensor centerCropPad(RankedTensorType type, const Tensor &x) {
  const char zero[16] = {};
  return collect(type, x, zero, [&](Position &position) {
    bool inside = true;
    for (int64_t dim = 0; dim < x.getRank(); ++dim) {
      int64_t from = x.getShape()[dim], to = type.getShape()[dim];
      position[dim] += from > to ? halve(from - to) : -halve(to - from);
      inside &= position[dim] >= 0 && position[dim] < from;
    }
    return inside;
  });
}

Tensor depthToSpace(onnx::DepthToSpaceOp op, RankedTensorType type, const Tensor &x) {
  int64_t block = op.getBlocksize(), channels = type.getShape()[1];
  bool blocksFirst = op.getMode() == "DCR";
  return collect(type, x, nullptr, [&](Position &p) {
    int64_t place = p[2] % block * block + p[3] % block;
    p[1] = blocksFirst ? place * channels + p[1] : p[1] * block * block + place;
    p[2] /= block;
    p[3] /= block;
    return true;
  });
}

Tensor spaceToDepth(onnx::SpaceToDepthOp op, RankedTensorType type, const Tensor &x) {
  int64_t block = op.getBlocksize(), channels = x.getShape()[1];
  bool blocksFirst = op.getMode() == "DCR";
  return collect(type, x, nullptr, [&](Position &p) {
    int64_t area = block * block;
    int64_t place = blocksFirst ? p[1] / channels : p[1] % area;
    p[1] = blocksFirst ? p[1] % channels : p[1] / area;
    p[2] = p[2] * block + place / block;
    p[3] = p[3] * block + place % block;
    return true;
  });
}

template <typename Number>
Tensor colToImage(onnx::Col2ImOp op, RankedTensorType type, ArrayRef<Tensor> operands) {
  std::vector<Number> columns = operands[0].elements<Number>();
  std::vector<int64_t> block = operands[2].elements<int64_t>();
  int64_t rank = block.size();
  ArrayRef<int64_t> image = type.getShape().drop_front(2), pads = op.getPads();
  // Columns are indexed by batch, channel, place in the block, place of the block.
  Position shape(type.getShape().take_front(2));
  shape.append(block.begin(), block.end());
  for (int64_t i = 0; i < rank; ++i) {
    int64_t span = op.getDilations()[i] * (block[i] - 1) + 1;
    int64_t padded = image[i] + pads[i] + pads[rank + i];
    shape.push_back(padded < span ? 0 : (padded - span) / op.getStrides()[i] + 1);
  }
  std::vector<Number> result(type.getNumElements());
  SmallVector<int64_t> strides = getStrides(type.getShape());
  const Number *next = columns.data();
  forEachPosition(shape, [&](Position &p) {
    Number number = *next++;
    Position to = {p[0], p[1]};
    bool inside = true;
    for (int64_t i = 0; i < rank; ++i) {
      to.push_back(p[2 + rank + i] * op.getStrides()[i] + p[2 + i] * op.getDilations()[i] -
                   pads[i]);
      inside &= to.back() >= 0 && to.back() < image[i];
    }
    if (inside)
      result[getOffset(to, strides)] += number;
  });
  return makeTensor<Number>(type, result);
}

Tensor eyeLike(onnx::EyeLikeOp op, RankedTensorType type) {
  std::vector<int64_t> values(type.getNumElements());
  int64_t rows = type.getShape()[0], columns = type.getShape()[1];
  // Diagonals outside are all the same.
  int64_t k = std::clamp<int64_t>(op.getK(), -rows - 1, columns + 1);
  for (int64_t row = 0; row < rows; ++row)
    if (row + k >= 0 && row + k < columns)
      values[row * columns + row + k] = 1;
  return makeTensor<int64_t>(type, values);
}

Results reverseSequence(onnx::ReverseSequenceOp op, RankedTensorType type,
                        ArrayRef<Tensor> operands) {
  const Tensor &x = operands[0];
  int64_t rank = x.getRank();
  int64_t batch = op.getBatchAxis() < 0 ? op.getBatchAxis() + rank : op.getBatchAxis();
  int64_t time = op.getTimeAxis() < 0 ? op.getTimeAxis() + rank : op.getTimeAxis();
  std::vector<int64_t> lengths = operands[1].elements<int64_t>();
  for (int64_t length : lengths)
    if (length < 0 || length > x.getShape()[time])
      return op.emitOpError("reverses ") << length << " of " << x.getShape()[time] << " elements";
  return SmallVector<Tensor>{collect(type, x, nullptr, [&](Position &p) {
    int64_t length = lengths[p[batch]];
    if (p[time] < length)
      p[time] = length - 1 - p[time];
    return true;
  })};
}

} // namespace

static Results evaluateRearrangement(Operation *op, ArrayRef<Tensor> operands, Types types) {
  auto one = [](Tensor tensor) { return SmallVector<Tensor>{std::move(tensor)}; };
  const Tensor &x = operands[0];
  return llvm::TypeSwitch<Operation *, Results>(op)
      .Case([&](onnx::PadOp padOp) { return one(pad(padOp, types[0], operands)); })
      .Case([&](onnx::CenterCropPadOp) { return one(centerCropPad(types[0], x)); })
      .Case([&](onnx::DepthToSpaceOp d) { return one(depthToSpace(d, types[0], x)); })
      .Case([&](onnx::SpaceToDepthOp s) { return one(spaceToDepth(s, types[0], x)); })
      .Case([&](onnx::Col2ImOp c) {
        return one(isFloat(x.kind()) ? colToImage<double>(c, types[0], operands)
                                     : colToImage<int64_t>(c, types[0], operands));
      })
      .Case([&](onnx::EyeLikeOp e) { return one(eyeLike(e, types[0])); })
      .Case([&](onnx::ReverseSequenceOp r) { return reverseSequence(r, types[0], operands); })
      .Default([&](Operation *) { return op->emitOpError("has no evaluation"); });
}

void eval::addRearrangementEvaluators(EvaluatorTable &table) {
  table.add<onnx::CenterCropPadOp, onnx::Col2ImOp, onnx::DepthToSpaceOp, onnx::EyeLikeOp,
            onnx::PadOp, onnx::ReverseSequenceOp, onnx::SpaceToDepthOp>(evaluateRearrangement);
}
