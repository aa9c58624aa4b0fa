// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Windows that slide over the spatial dimensions of a tensor [N, C, spatial...]: what convolutions
// and pooling share.

#ifndef FOVEA_DIALECTS_ONNX_WINDOWS_H
#define FOVEA_DIALECTS_ONNX_WINDOWS_H

#include "dialects/onnx/Extents.h"

namespace fovea::onnx {

/// The attributes of an op with windows. `pads` holds the begins of every spatial dimension, then
/// the ends.
struct Windows {
  llvm::ArrayRef<int64_t> strides, dilations, pads;
  llvm::StringRef autoPad;
  /// Whether a last window that only begins inside counts.
  bool ceilMode = false;
};

/// The windows of an op.
template <typename Op> Windows getWindows(Op op, bool ceilMode = false) {
  return {op.getStrides(), op.getDilations(), op.getPads(), op.getAutoPad(), ceilMode};
}

/// Checks lengths and signs of the attributes.
mlir::LogicalResult verifyWindows(mlir::Operation *op, const Windows &windows);

/// The extent that a kernel spans whose elements are `dilation` apart, nothing on overflow.
std::optional<int64_t> getWindowSpan(int64_t kernel, int64_t dilation);

/// What windows make of a tensor.
struct WindowResult {
  /// Extents of the spatial dimensions of the result; unknown where the operand's or the kernel's
  /// are.
  Shape extents;
  /// The padding that `auto_pad` asks for, or the padding given.
  llvm::SmallVector<int64_t> pads;
  /// Whether `pads` is known for every dimension.
  bool resolved = true;
};

/// Slides a kernel over dimensions of `extents`. An error when it does not fit.
mlir::FailureOr<WindowResult> slideWindows(mlir::Operation *op, const Windows &windows,
                                           llvm::ArrayRef<int64_t> extents,
                                           llvm::ArrayRef<int64_t> kernel);

/// Makes padding explicit that `auto_pad` asked for.
template <typename Op> void resolveAutoPad(Op op, const WindowResult &result) {
  if (op.getAutoPad() == "NOTSET" || !result.resolved)
    return;
  op.setPads(result.pads);
  op.setAutoPad("NOTSET");
}

} // namespace fovea::onnx

#endif // FOVEA_DIALECTS_ONNX_WINDOWS_H
