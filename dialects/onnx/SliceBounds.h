// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The standard's clamping of start, end and step along one axis of a Slice.

#ifndef FOVEA_DIALECTS_ONNX_SLICEBOUNDS_H
#define FOVEA_DIALECTS_ONNX_SLICEBOUNDS_H

#include <algorithm>
#include <cstdint>

namespace fovea::onnx {

/// Elements first, first + step, ...: `length` of them, all inside the axis.
struct SliceBounds {
  int64_t first = 0, length = 0;
};

/// Bounds along an axis of a known extent. Starts and ends may be negative (from the end) or far
/// outside; `step` is not 0. As the standard says, and unlike Python, what starts in front of the
/// axis starts at its first element, also backwards.
inline SliceBounds getSliceBounds(int64_t extent, int64_t start, int64_t end, int64_t step) {
  if (extent == 0)
    return {0, 0};
  bool forward = step > 0;
  int64_t least = forward ? 0 : -1, most = forward ? extent : extent - 1;
  int64_t first = std::clamp<int64_t>(start < 0 ? start + extent : start, 0, most);
  int64_t last = std::clamp<int64_t>(end < 0 ? end + extent : end, least, most);
  int64_t distance = last - first;
  if (distance == 0 || (distance > 0) != forward)
    return {0, 0};
  // Truncated division, then one more for the part that is left: right for both signs, no negation
  // of step.
  return {first, distance / step + (distance % step != 0)};
}

} // namespace fovea::onnx

#endif // FOVEA_DIALECTS_ONNX_SLICEBOUNDS_H
