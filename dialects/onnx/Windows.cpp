// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Extents and padding of sliding windows, in checked arithmetic.

#include "dialects/onnx/Windows.h"

#include "llvm/Support/CheckedArithmetic.h"

#include <limits>

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

LogicalResult onnx::verifyWindows(Operation *op, const Windows &windows) {
  size_t spatial = windows.strides.size();
  if (spatial == 0)
    return op->emitOpError("expects at least one spatial dimension");
  if (windows.dilations.size() != spatial || windows.pads.size() != 2 * spatial)
    return op->emitOpError("has ")
           << spatial << " strides, " << windows.dilations.size() << " dilations and "
           << windows.pads.size() << " pads; expected as many dilations and twice as many pads";
  auto positive = [](int64_t value) { return value > 0; };
  if (!llvm::all_of(windows.strides, positive) || !llvm::all_of(windows.dilations, positive))
    return op->emitOpError("expects positive strides and dilations");
  if (!llvm::all_of(windows.pads, [](int64_t value) { return value >= 0; }))
    return op->emitOpError("expects pads that are not negative");
  if (!llvm::is_contained({"NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"}, windows.autoPad))
    return op->emitOpError("has auto_pad \"")
           << windows.autoPad << "\", expected NOTSET, VALID, SAME_UPPER or SAME_LOWER";
  return success();
}

std::optional<int64_t> onnx::getWindowSpan(int64_t kernel, int64_t dilation) {
  std::optional<int64_t> reach = llvm::checkedMul(kernel - 1, dilation);
  return reach ? llvm::checkedAdd<int64_t>(*reach, 1) : std::nullopt;
}

/// Begin and end padding of one dimension that `auto_pad` asks for, nothing on overflow.
static std::optional<std::pair<int64_t, int64_t>> resolvePadding(StringRef mode, int64_t extent,
                                                                 int64_t span, int64_t stride) {
  if (mode == "VALID")
    return std::pair<int64_t, int64_t>(0, 0);
  // SAME: as many results as strides fit, the odd element goes to the named side.
  int64_t results = extent / stride + (extent % stride != 0);
  std::optional<int64_t> reach = llvm::checkedMulAdd(results - 1, stride, span - extent);
  if (!reach)
    return std::nullopt;
  int64_t total = std::max<int64_t>(*reach, 0);
  int64_t small = total / 2, large = total - small;
  return mode == "SAME_UPPER" ? std::pair(small, large) : std::pair(large, small);
}

/// No memory holds more, whatever the type.
static constexpr int64_t maxPaddedElements = int64_t(1) << 46;

FailureOr<WindowResult> onnx::slideWindows(Operation *op, const Windows &windows,
                                           ArrayRef<int64_t> extents, ArrayRef<int64_t> kernel) {
  size_t spatial = windows.strides.size();
  WindowResult result = {Shape(spatial, ShapedType::kDynamic), SmallVector<int64_t>(windows.pads)};
  bool isPadded = windows.autoPad == "NOTSET";
  std::optional<int64_t> padded = 1;
  for (size_t i = 0; i < spatial; ++i) {
    if (isDynamic(extents[i]) || isDynamic(kernel[i])) {
      result.resolved = false;
      continue;
    }
    if (kernel[i] <= 0)
      return op->emitOpError("has a kernel of extents ")
             << formatShape(kernel) << ", expected positive extents";
    int64_t stride = windows.strides[i];
    int64_t &begin = result.pads[i], &end = result.pads[spatial + i];
    std::optional<int64_t> span = getWindowSpan(kernel[i], windows.dilations[i]), total;
    if (span && !isPadded)
      if (auto pair = resolvePadding(windows.autoPad, extents[i], *span, stride))
        std::tie(begin, end) = *pair;
    if (span)
      total = llvm::checkedAdd(begin, end);
    if (total)
      total = llvm::checkedAdd(*total, extents[i]);
    if (!total || *total < *span)
      return op->emitOpError("kernel extent ")
             << kernel[i] << " with dilation " << windows.dilations[i]
             << " does not fit in the padded extent of spatial dimension " << i
             << " of operand x, which has spatial extents " << formatShape(extents);
    // The operand is read from a padded copy, even where few windows fit.
    padded = padded ? llvm::checkedMul(*padded, *total) : std::nullopt;
    if (!padded || *padded > maxPaddedElements)
      return op->emitOpError("pads spatial dimension ")
             << i << " to an extent of " << *total << ", more than fits any memory";
    int64_t free = *total - *span, count = free / stride + 1, last = free - free % stride;
    if (windows.ceilMode && isPadded) {
      // One more window where some elements are left, unless it begins in the padding at the end.
      if (free % stride != 0) {
        ++count;
        last = llvm::checkedAdd(last, stride).value_or(std::numeric_limits<int64_t>::max());
      }
      if (last >= extents[i] + begin)
        --count;
    }
    result.extents[i] = count;
  }
  return result;
}
