// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The generic that a convolution becomes, for every op that is one in some way.

#ifndef FOVEA_PASSES_LOWER_CONVOLUTION_H
#define FOVEA_PASSES_LOWER_CONVOLUTION_H

#include "passes/lower/Windows.h"

namespace fovea::lower {

/// The product of x [N, G * IC, in...], which is padded, with w [G * OC, IC, kernel...] without a
/// bias: [N, G * OC, out...] of type `accumulator`, summed over (ic, kernel...).
mlir::Value createConvolution(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value x,
                              mlir::Value w, const WindowShape &window, int64_t groups,
                              mlir::Type accumulator);

/// `product` [N, C, out...] plus `bias` [C], which may be `none`, in the element type asked for.
mlir::Value addChannelBias(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value product,
                           mlir::Value bias, mlir::Type elementType);

} // namespace fovea::lower

#endif // FOVEA_PASSES_LOWER_CONVOLUTION_H
