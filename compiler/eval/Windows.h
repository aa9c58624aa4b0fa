// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where sliding windows read, position by position.

#ifndef FOVEA_COMPILER_EVAL_WINDOWS_H
#define FOVEA_COMPILER_EVAL_WINDOWS_H

#include "compiler/eval/Tensor.h"
#include "dialects/onnx/Windows.h"

#include <vector>

namespace fovea::eval {

/// The product of extents.
int64_t countPoints(llvm::ArrayRef<int64_t> extents);

/// Steps to the next position in row-major order.
void advance(llvm::SmallVectorImpl<int64_t> &position, llvm::ArrayRef<int64_t> extents);

/// Windows over the spatial dimensions of one tensor.
struct Sliding {
  llvm::SmallVector<int64_t> extents, kernel, results, strides, dilations, pads;

  /// The windows of `op`, an op that getWindows knows, over x [N, C, extents...]; `y` is the
  /// result's shape.
  template <typename Op>
  static mlir::FailureOr<Sliding> get(Op op, const onnx::Windows &windows,
                                      llvm::ArrayRef<int64_t> x, llvm::ArrayRef<int64_t> kernel,
                                      llvm::ArrayRef<int64_t> y) {
    mlir::FailureOr<onnx::WindowResult> slid =
        onnx::slideWindows(op, windows, x.drop_front(2), kernel);
    if (failed(slid))
      return mlir::failure();
    return Sliding{
        llvm::SmallVector<int64_t>(x.drop_front(2)),   llvm::SmallVector<int64_t>(kernel),
        llvm::SmallVector<int64_t>(y.drop_front(2)),   llvm::SmallVector<int64_t>(windows.strides),
        llvm::SmallVector<int64_t>(windows.dilations), slid->pads};
  }

  /// For every kernel position, for every result position: which element of x's plane is read, or
  /// one of these.
  static constexpr int64_t padding = -1, beyond = -2;
  std::vector<int64_t> locate() const;
};

} // namespace fovea::eval

#endif // FOVEA_COMPILER_EVAL_WINDOWS_H
