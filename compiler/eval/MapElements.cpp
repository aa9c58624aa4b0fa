// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The order in which elementwise functions walk their operands.

#include "compiler/eval/MapElements.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::eval;

Walk eval::makeWalk(ArrayRef<int64_t> shape, ArrayRef<Tensor> operands) {
  SmallVector<SmallVector<int64_t>> full;
  for (const Tensor &operand : operands)
    full.push_back(operand.isSplat() ? SmallVector<int64_t>(shape.size(), 0)
                                     : getBroadcastStrides(operand.getShape(), shape));
  Walk walk;
  walk.strides.resize(operands.size());
  for (size_t dim = 0; dim < shape.size(); ++dim) {
    if (shape[dim] == 1)
      continue;
    bool merges = !walk.extents.empty();
    for (size_t i = 0; merges && i < operands.size(); ++i)
      merges = walk.strides[i].back() == full[i][dim] * shape[dim];
    if (!merges)
      walk.extents.push_back(1);
    walk.extents.back() *= shape[dim];
    for (size_t i = 0; i < operands.size(); ++i) {
      if (merges)
        walk.strides[i].back() = full[i][dim];
      else
        walk.strides[i].push_back(full[i][dim]);
    }
  }
  if (walk.extents.empty()) {
    walk.extents.push_back(1);
    for (SmallVector<int64_t> &strides : walk.strides)
      strides.push_back(0);
  }
  return walk;
}
