// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Streams constants into the weights section. Only one row of one panel is ever copied.

#include "compiler/link/Weights.h"

#include "dialects/onnx/ConstantData.h"

#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <cstring>

using namespace mlir;
using namespace fovea;
using namespace fovea::link;

FailureOr<WeightLayout> link::getWeightLayout(ModuleOp module) {
  WeightLayout layout;
  for (auto constant : module.getOps<kernel::ConstantOp>()) {
    auto type = cast<RankedTensorType>(constant.getType());
    if (!constant.getOffset())
      return constant.emitError("has no place in the weights section: run plan-arena first");
    int64_t place = *constant.getOffset();
    if (place < 0 || place % 64 != 0)
      return constant.emitError("lies at ") << place << ", expected a multiple of 64";
    if (failed(kernel::getStorageSize(type)) ||
        (type.getEncoding() && !isa<kernel::PanelsAttr>(type.getEncoding())))
      return constant.emitError("has no storage of known size for ") << type;
    if (!onnx::getConstantData(constant.getValue()))
      return constant.emitError("has no data");
    layout.constants.push_back(constant);
  }
  // Constants at one place are an error below, so the order of equal offsets does not matter.
  llvm::sort(layout.constants, [](kernel::ConstantOp a, kernel::ConstantOp b) {
    return *a.getOffset() < *b.getOffset();
  });
  for (kernel::ConstantOp constant : layout.constants) {
    if (int64_t(*constant.getOffset()) < layout.bytes)
      return constant.emitError("overlaps another constant of the weights section");
    layout.bytes =
        *constant.getOffset() + *kernel::getStorageSize(cast<RankedTensorType>(constant.getType()));
  }
  if (!layout.constants.empty())
    layout.bytes = llvm::alignTo(layout.bytes, 64) + kernel::readableSlack;
  return layout;
}

/// Writes `element` `count` times, in chunks.
static void writeRepeated(ArrayRef<char> element, int64_t count, raw_ostream &out) {
  constexpr int64_t chunk = 1024;
  SmallVector<char, 0> buffer;
  for (int64_t i = 0; i < std::min(count, chunk); ++i)
    buffer.append(element.begin(), element.end());
  for (; count > 0; count -= chunk)
    out.write(buffer.data(), std::min(count, chunk) * element.size());
}

namespace {
/// The offsets of a row-major tensor's elements along some of its dimensions, first to last.
class Odometer {
public:
  Odometer(ArrayRef<int64_t> shape, ArrayRef<int64_t> dims) {
    for (int64_t dim : dims) {
      int64_t stride = 1;
      for (int64_t extent : shape.drop_front(dim + 1))
        stride *= extent;
      digits.push_back({shape[dim], stride, 0});
    }
  }
  int64_t getOffset() const { return offset; }
  void advance() {
    for (Digit &digit : llvm::reverse(digits)) {
      offset += digit.stride;
      if (++digit.value < digit.extent)
        return;
      offset -= digit.extent * digit.stride;
      digit.value = 0;
    }
  }

private:
  struct Digit {
    int64_t extent, stride, value;
  };
  SmallVector<Digit> digits;
  int64_t offset = 0;
};
} // namespace

/// Writes a row-major tensor in the layout of `panels`. A splat has one element for all.
static void writePanels(ArrayRef<char> bytes, bool splat, ArrayRef<int64_t> shape,
                        kernel::PanelsAttr panels, int64_t elementBytes, raw_ostream &out) {
  const int64_t axis = panels.getAxis(), columns = shape[axis];
  const SmallVector<int64_t> rowDims = panels.getRowDims();
  int64_t columnStride = 1, rows = 1;
  for (int64_t extent : shape.drop_front(axis + 1))
    columnStride *= extent;
  for (int64_t dim : rowDims)
    rows *= shape[dim];
  SmallVector<char, 0> line(panels.getWidth() * elementBytes, 0);
  for (int64_t first = 0; first < columns; first += panels.getWidth()) {
    int64_t present = std::min(panels.getWidth(), columns - first);
    std::fill(line.begin(), line.end(), 0);
    Odometer position(shape, rowDims);
    for (int64_t row = 0; row < rows; ++row, position.advance()) {
      for (int64_t i = 0; i < present; ++i) {
        int64_t element = splat ? 0 : position.getOffset() + (first + i) * columnStride;
        std::memcpy(&line[i * elementBytes], &bytes[element * elementBytes], elementBytes);
      }
      out.write(line.data(), line.size());
    }
  }
}

static void writeConstant(kernel::ConstantOp constant, raw_ostream &out) {
  auto type = cast<RankedTensorType>(constant.getType());
  std::optional<onnx::ConstantData> data = onnx::getConstantData(constant.getValue());
  int64_t elementBytes = onnx::getElementBytes(type.getElementType());
  auto panels = dyn_cast_or_null<kernel::PanelsAttr>(type.getEncoding());
  if (panels)
    writePanels(data->bytes, data->splat, type.getShape(), panels, elementBytes, out);
  else if (data->splat)
    writeRepeated(data->bytes.take_front(elementBytes), type.getNumElements(), out);
  else
    out.write(data->bytes.data(), data->bytes.size());
}

void link::writeWeights(const WeightLayout &layout, raw_ostream &out) {
  int64_t position = 0;
  for (kernel::ConstantOp constant : layout.constants) {
    out.write_zeros(*constant.getOffset() - position);
    writeConstant(constant, out);
    position =
        *constant.getOffset() + *kernel::getStorageSize(cast<RankedTensorType>(constant.getType()));
  }
  out.write_zeros(layout.bytes - position);
}
