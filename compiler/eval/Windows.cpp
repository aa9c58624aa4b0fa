// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Positions of sliding windows.

#include "compiler/eval/Windows.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::eval;

int64_t eval::countPoints(ArrayRef<int64_t> extents) {
  int64_t product = 1;
  for (int64_t extent : extents)
    product *= extent;
  return product;
}

void eval::advance(SmallVectorImpl<int64_t> &position, ArrayRef<int64_t> extents) {
  for (int64_t i = int64_t(extents.size()) - 1; i >= 0 && ++position[i] == extents[i]; --i)
    position[i] = 0;
}

std::vector<int64_t> Sliding::locate() const {
  int64_t taps = countPoints(kernel), points = countPoints(results), rank = extents.size();
  std::vector<int64_t> reads(taps * points);
  SmallVector<int64_t> tap(rank, 0), point(rank, 0);
  for (int64_t k = 0; k < taps; ++k, advance(tap, kernel))
    for (int64_t p = 0; p < points; ++p, advance(point, results)) {
      int64_t &element = reads[k * points + p];
      for (int64_t i = 0; i < rank && element != beyond; ++i) {
        int64_t at = point[i] * strides[i] + tap[i] * dilations[i] - pads[i];
        if (at >= extents[i] + pads[rank + i])
          element = beyond;
        else if (at < 0 || at >= extents[i])
          element = padding;
        else if (element != padding)
          element = element * extents[i] + at;
      }
    }
  return reads;
}
