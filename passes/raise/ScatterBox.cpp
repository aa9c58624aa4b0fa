// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Boxes are read off the indices, which are constants or joined from constants.

#include "passes/raise/ScatterBox.h"

#include "dialects/onnx/ConstantData.h"
#include "passes/raise/GraphMatch.h"
#include "passes/raise/IndexWalk.h"

#include "llvm/ADT/SetVector.h"

#include <cstring>

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

using Starts = std::optional<SmallVector<int64_t>>;

/// The number that a constant of i64, read at `map`, has at the first of `places`, when it is one
/// more at each further place along `dim`, and nothing else changes it.
static std::optional<int64_t> readStart(const onnx::ConstantData &data, ArrayRef<int64_t> shape,
                                        AffineMap map, ArrayRef<int64_t> places, unsigned dim) {
  SmallVector<int64_t> strides(places.size(), 0), place(places.size(), 0);
  int64_t first = 0, stride = 1;
  for (size_t n = shape.size(); n-- > 0; stride *= shape[n]) {
    auto loop = dyn_cast<AffineDimExpr>(map.getResult(n));
    auto constant = dyn_cast<AffineConstantExpr>(map.getResult(n));
    if (!loop && !constant)
      return std::nullopt;
    (loop ? strides[loop.getPosition()] : first) += loop ? stride : constant.getValue() * stride;
  }
  std::optional<int64_t> start;
  for (bool isLast = false; !isLast;) {
    int64_t number, at = first;
    for (auto [loop, index] : llvm::enumerate(place))
      at += strides[loop] * index;
    std::memcpy(&number, data.bytes.data() + (data.splat ? 0 : at) * sizeof(int64_t),
                sizeof(int64_t));
    if (!start)
      start = number;
    if (*start < 0 || number != *start + place[dim])
      return std::nullopt;
    isLast = true;
    for (unsigned loop = places.size(); isLast && loop-- > 0;)
      if (loop == dim || strides[loop] != 0) {
        isLast = ++place[loop] == places[loop];
        place[loop] = isLast ? 0 : place[loop];
      }
  }
  return start;
}

Starts raise::findBox(onnx::ScatterNDOp scatter) {
  static constexpr unsigned maxSteps = 16;
  RankedTensorType type = getStaticType(scatter.getX());
  RankedTensorType indices = getStaticType(scatter.getIndices());
  if (!type || !indices || indices.getNumElements() == 0 || scatter.getReduction() != "none" ||
      !indices.getElementType().isInteger(64) || !getStaticType(scatter.getUpdates()) ||
      indices.getRank() - 1 != indices.getShape().back())
    return std::nullopt;
  // Large indices stay what they were joined and spread from, a column for each dimension.
  ArrayRef<int64_t> places = indices.getShape().drop_back();
  MLIRContext *context = scatter.getContext();
  SmallVector<int64_t> starts;
  for (unsigned dim = 0; dim < places.size(); ++dim) {
    SmallVector<AffineExpr> index;
    for (unsigned loop = 0; loop < places.size(); ++loop)
      index.push_back(getAffineDimExpr(loop, context));
    index.push_back(getAffineConstantExpr(dim, context));
    View view{scatter.getIndices(), AffineMap::get(places.size(), 0, index, context)};
    for (unsigned step = 0; step < maxSteps && !onnx::getConstantAttr(view.value); ++step)
      if (std::optional<View> source = readThrough(view, places))
        view = *source;
    ElementsAttr attr = onnx::getConstantAttr(view.value);
    std::optional<onnx::ConstantData> data = attr ? onnx::getConstantData(attr) : std::nullopt;
    ArrayRef<int64_t> shape = cast<RankedTensorType>(view.value.getType()).getShape();
    std::optional<int64_t> start =
        data ? readStart(*data, shape, view.map, places, dim) : std::nullopt;
    if (!start)
      return std::nullopt;
    starts.push_back(*start);
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
