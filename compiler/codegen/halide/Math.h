// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Elementary functions of f32 vectors: branch-free polynomials, fitted by us to the error that each
// states. Everything is compiled with strict_float and contraction, so comparisons and infinities
// keep their IEEE meaning.

#ifndef FOVEA_COMPILER_CODEGEN_HALIDE_MATH_H
#define FOVEA_COMPILER_CODEGEN_HALIDE_MATH_H

#include <Halide.h>

namespace fovea::codegen::halide {

/// The larger or smaller of two; `second` when either is NaN. One instruction.
Halide::Expr maxOf(Halide::Expr first, Halide::Expr second);
Halide::Expr minOf(Halide::Expr first, Halide::Expr second);
/// Whether `x` is NaN; takes no longer for a large expression.
Halide::Expr isNaN(Halide::Expr x);
/// NaN when either is NaN, as ONNX wants it.
Halide::Expr maximumWithNaN(Halide::Expr a, Halide::Expr b);
Halide::Expr minimumWithNaN(Halide::Expr a, Halide::Expr b);

/// Relative error 2e-7; exp(-inf) is 0, NaN stays NaN.
Halide::Expr exponential(Halide::Expr x);
/// 2^x for x <= 0: relative error 1.5e-7, exactly 0 below -127 and for NaN. Half the price of
/// `exponential`.
Halide::Expr exp2OfNegative(Halide::Expr x);
/// Absolute error 4e-7.
Halide::Expr errorFunction(Halide::Expr x);
/// Relative error 3e-7.
Halide::Expr hyperbolicTangent(Halide::Expr x);
/// e^x - 1: relative error 1e-6, also next to 0.
Halide::Expr exponentialMinusOne(Halide::Expr x);
/// Relative error 2e-7; -inf at 0, NaN below it.
Halide::Expr logarithm(Halide::Expr x);
/// log(1 + x): relative error 6e-7, also next to 0.
Halide::Expr logarithmOfOnePlus(Halide::Expr x);

/// `term`, to be combined in every iteration of `loops`: Halide runs only loops that a definition
/// mentions, and a term may be the same in all of them.
Halide::Expr inLoops(const Halide::RDom &loops, Halide::Expr term);

} // namespace fovea::codegen::halide

#endif // FOVEA_COMPILER_CODEGEN_HALIDE_MATH_H
