// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Arithmetic on boxes.

#include "passes/simplify/Box.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <functional>
#include <numeric>

using namespace mlir;
using namespace fovea;
using namespace fovea::simplify;

RankedTensorType simplify::getBoxedType(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || !type.hasStaticShape() || llvm::is_contained(type.getShape(), 0))
    return {};
  return type;
}

Box simplify::getWhole(RankedTensorType type) {
  Box box;
  for (int64_t extent : type.getShape())
    box.push_back({0, extent});
  return box;
}

bool simplify::isWhole(const Box &box, RankedTensorType type) { return box == getWhole(type); }

Box simplify::getHull(const Box &a, const Box &b) {
  Box hull;
  for (auto [first, second] : llvm::zip_equal(a, b)) {
    int64_t start = std::min(first.start, second.start);
    hull.push_back({start, std::max(first.getEnd(), second.getEnd()) - start});
  }
  return hull;
}

RankedTensorType simplify::getTypeOf(const Box &box, RankedTensorType type) {
  SmallVector<int64_t> shape;
  for (const Interval &range : box)
    shape.push_back(range.extent);
  return type.clone(shape);
}

Box simplify::getBroadcastOperand(const Box &result, RankedTensorType resultType,
                                  RankedTensorType operandType) {
  Box box = getWhole(operandType);
  int64_t offset = resultType.getRank() - operandType.getRank();
  for (int64_t axis = 0; axis < operandType.getRank(); ++axis)
    if (operandType.getDimSize(axis) == resultType.getDimSize(offset + axis))
      box[axis] = result[offset + axis];
  return box;
}

namespace {
/// Axes of both sides of a reshape that hold the same elements; none of theirs can be shared with
/// fewer axes.
struct ReshapeGroup {
  int64_t firstFrom, lastFrom, firstTo, lastTo;
};
} // namespace

static SmallVector<ReshapeGroup> groupAxes(ArrayRef<int64_t> from, ArrayRef<int64_t> to) {
  SmallVector<ReshapeGroup> groups;
  int64_t rankFrom = from.size(), rankTo = to.size();
  for (int64_t i = 0, j = 0; i < rankFrom || j < rankTo;) {
    ReshapeGroup group = {i, i, j, j};
    int64_t countFrom = i < rankFrom ? from[i++] : 1, countTo = j < rankTo ? to[j++] : 1;
    while (countFrom != countTo) {
      if (countFrom < countTo)
        countFrom *= from[i++];
      else
        countTo *= to[j++];
    }
    group.lastFrom = i;
    group.lastTo = j;
    groups.push_back(group);
  }
  return groups;
}

/// The first axis in [first, last) with more than one element, and the elements in one step along
/// it.
static std::pair<int64_t, int64_t> findRows(ArrayRef<int64_t> shape, int64_t first, int64_t last) {
  while (first < last && shape[first] == 1)
    ++first;
  if (first == last)
    return {-1, 1};
  ArrayRef<int64_t> rest = shape.slice(first + 1, last - first - 1);
  return {first, std::accumulate(rest.begin(), rest.end(), int64_t(1), std::multiplies<>())};
}

Box simplify::getReshapeOperand(Box &result, ArrayRef<int64_t> from, ArrayRef<int64_t> to) {
  Box operand;
  for (int64_t extent : from)
    operand.push_back({0, extent});
  for (const ReshapeGroup &group : groupAxes(from, to)) {
    auto [axisTo, stepTo] = findRows(to, group.firstTo, group.lastTo);
    auto [axisFrom, stepFrom] = findRows(from, group.firstFrom, group.lastFrom);
    Interval asked = axisTo < 0 ? Interval() : result[axisTo];
    for (int64_t axis = group.firstTo; axis < group.lastTo; ++axis)
      result[axis] = {0, to[axis]};
    if (axisTo < 0 || (stepTo % stepFrom != 0 && stepFrom % stepTo != 0))
      continue;
    // In elements of the group, grown to whole steps of the operand.
    int64_t start = asked.start * stepTo / stepFrom;
    int64_t end = llvm::divideCeil(asked.getEnd() * stepTo, stepFrom);
    operand[axisFrom] = {start, end - start};
    result[axisTo] = {start * stepFrom / stepTo, (end - start) * stepFrom / stepTo};
  }
  return operand;
}
