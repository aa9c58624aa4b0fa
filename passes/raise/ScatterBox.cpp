// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Boxes are read off the constant indices.

#include "passes/raise/ScatterBox.h"

#include "dialects/onnx/ConstantData.h"
#include "passes/raise/GraphMatch.h"

#include "llvm/ADT/SetVector.h"

#include <cstring>

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

std::optional<SmallVector<int64_t>> raise::findBox(onnx::ScatterNDOp scatter) {
  RankedTensorType type = getStaticType(scatter.getX());
  RankedTensorType indices = getStaticType(scatter.getIndices());
  ElementsAttr attr = onnx::getConstantAttr(scatter.getIndices());
  std::optional<onnx::ConstantData> data = attr ? onnx::getConstantData(attr) : std::nullopt;
  if (!type || !indices || !data || data->splat || scatter.getReduction() != "none" ||
      !indices.getElementType().isInteger(64) || !getStaticType(scatter.getUpdates()))
    return std::nullopt;
  int64_t depth = indices.getShape().back();
  if (depth == 0 || indices.getRank() - 1 != depth)
    return std::nullopt;
  SmallVector<int64_t> starts(depth), index(depth), place(depth, 0);
  std::memcpy(starts.data(), data->bytes.data(), depth * sizeof(int64_t));
  for (int64_t n = 0, places = indices.getNumElements() / depth; n < places; ++n) {
    std::memcpy(index.data(), data->bytes.data() + n * depth * sizeof(int64_t),
                depth * sizeof(int64_t));
    for (int64_t dim = 0; dim < depth; ++dim)
      if (starts[dim] < 0 || index[dim] != starts[dim] + place[dim])
        return std::nullopt;
    for (int64_t dim = depth; dim-- > 0 && ++place[dim] == indices.getDimSize(dim);)
      place[dim] = 0;
  }
  starts.resize(type.getRank(), 0);
  return starts;
}

bool raise::endsIn(Value value, Operation *last) {
  static constexpr unsigned limit = 256;
  llvm::SetVector<Operation *> reached(value.user_begin(), value.user_end());
  for (unsigned next = 0; next < reached.size(); ++next) {
    if (reached[next] == last)
      continue;
    if (next == limit || reached[next]->hasTrait<OpTrait::IsTerminator>())
      return false;
    reached.insert(reached[next]->user_begin(), reached[next]->user_end());
  }
  return true;
}
