// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The onnx dialect: Fourier transforms and what goes with them.

#ifndef FOVEA_DIALECTS_ONNX_ONNXSIGNALOPS_H
#define FOVEA_DIALECTS_ONNX_ONNXSIGNALOPS_H

#include "dialects/onnx/Extents.h"
#include "dialects/onnx/OnnxDialect.h"

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxSignalOps.h.inc"

namespace fovea::onnx {

/// The extents that a DFT makes of x along `axis`, whose transform has `length` points (unknown:
/// the default). An unknown extent stays one.
Shape getTransformShape(llvm::ArrayRef<int64_t> x, int64_t axis, int64_t length, bool inverse,
                        bool onesided);

/// The length of a transform of `extent` elements when nothing else is said.
int64_t getDefaultLength(int64_t extent, bool inverse, bool onesided);

} // namespace fovea::onnx

#endif // FOVEA_DIALECTS_ONNX_ONNXSIGNALOPS_H
