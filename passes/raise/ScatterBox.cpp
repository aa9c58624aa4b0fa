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

/// The first index, when a constant holds those of a box in row-major order.
static Starts readStarts(ElementsAttr attr, RankedTensorType indices) {
  std::optional<onnx::ConstantData> data = onnx::getConstantData(attr);
  int64_t depth = indices.getShape().back();
  if (!data || data->splat)
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
  return starts;
}

/// The same where every column of the indices is spread from a small constant and they are joined,
/// and the whole is too large to be folded.
static Starts deriveStarts(Value value, RankedTensorType indices) {
  static constexpr unsigned maxSteps = 16;
  ArrayRef<int64_t> places = indices.getShape().drop_back();
  MLIRContext *context = value.getContext();
  AffineMap identity = AffineMap::getMultiDimIdentityMap(places.size(), context);
  SmallVector<int64_t> starts;
  for (unsigned dim = 0; dim < places.size(); ++dim) {
    SmallVector<AffineExpr> index(identity.getResults());
    index.push_back(getAffineConstantExpr(dim, context));
    View view{value, AffineMap::get(places.size(), 0, index, context)};
    for (unsigned step = 0; step < maxSteps && !onnx::getConstantAttr(view.value); ++step) {
      std::optional<View> source = readThrough(view, places);
      if (!source)
        return std::nullopt;
      view = *source;
    }
    std::optional<SmallVector<int64_t>> column = onnx::getConstantIntegers(view.value);
    if (!column)
      return std::nullopt;
    ArrayRef<int64_t> shape = cast<RankedTensorType>(view.value.getType()).getShape();
    for (int64_t n = 0; n < places[dim]; ++n) {
      int64_t at = 0;
      for (auto [expr, extent] : llvm::zip_equal(view.map.getResults(), shape)) {
        auto constant = dyn_cast<AffineConstantExpr>(expr);
        if (!constant && expr != identity.getResult(dim))
          return std::nullopt;
        at = at * extent + (constant ? constant.getValue() : n);
      }
      if (n == 0)
        starts.push_back((*column)[at]);
      if (starts[dim] < 0 || (*column)[at] != starts[dim] + n)
        return std::nullopt;
    }
  }
  return starts;
}

Starts raise::findBox(onnx::ScatterNDOp scatter) {
  RankedTensorType type = getStaticType(scatter.getX());
  RankedTensorType indices = getStaticType(scatter.getIndices());
  if (!type || !indices || indices.getNumElements() == 0 || scatter.getReduction() != "none" ||
      !indices.getElementType().isInteger(64) || !getStaticType(scatter.getUpdates()) ||
      indices.getRank() - 1 != indices.getShape().back())
    return std::nullopt;
  ElementsAttr attr = onnx::getConstantAttr(scatter.getIndices());
  Starts starts = attr ? readStarts(attr, indices) : deriveStarts(scatter.getIndices(), indices);
  if (starts)
    starts->resize(type.getRank(), 0);
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
