// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Elementary functions. Coefficients are minimax fits of our own (Lawson iteration on Chebyshev
// nodes).

#include "compiler/codegen/halide/Math.h"

#include "llvm/ADT/ArrayRef.h"
#include <limits>

namespace H = Halide;
using H::Expr;

namespace fovea::codegen::halide {

Expr maxOf(Expr first, Expr second) { return H::select(first > second, first, second); }
Expr minOf(Expr first, Expr second) { return H::select(first < second, first, second); }

Expr isNaN(Expr x) {
  // Halide's function copies its argument, tree by tree, to make it strict, which all of a pipeline
  // is: it is given a name, and the name is replaced.
  static const char name[] = "is_nan_argument";
  Expr test = H::is_nan(H::Internal::Variable::make(x.type(), name));
  return H::Internal::substitute(name, x, test);
}

Expr maximumWithNaN(Expr a, Expr b) { return H::select(isNaN(a), a, H::select(a > b, a, b)); }
Expr minimumWithNaN(Expr a, Expr b) { return H::select(isNaN(a), a, H::select(a < b, a, b)); }

static Expr horner(Expr x, llvm::ArrayRef<float> coefficients) {
  Expr sum = coefficients.back();
  for (float coefficient : llvm::reverse(coefficients.drop_back()))
    sum = sum * x + coefficient;
  return sum;
}

static Expr powerOfTwo(Expr exponent) { return H::reinterpret<float>((exponent + 127) << 23); }

/// Rounds to the nearest integer by the float adder: exact for |x| < 2^22, NaN gives some integer.
static Expr nearest(Expr x) {
  const float shift = 12582912.0f; // 1.5 * 2^23
  return (x + shift) - shift;
}

Expr exponential(Expr x) {
  // Clamped with x second, so that NaN passes.
  x = minOf(Expr(89.0f), maxOf(Expr(-104.0f), x));
  Expr n = nearest(x * 1.44269504f);
  // ln 2 in two parts: n * high is exact.
  Expr f = (x - n * 0.693145752f) - n * 1.42860677e-6f;
  Expr p = horner(f, {0.50000001f, 0.166665129f, 0.0416661873f, 0.00836959834f, 0.00139517171f});
  p = f * f * p + f + 1.0f;
  // Two factors: the result may be subnormal or infinite although each factor is normal.
  Expr whole = H::cast<int32_t>(n), half = whole >> 1;
  return p * powerOfTwo(half) * powerOfTwo(whole - half);
}

Expr exp2OfNegative(Expr x) {
  x = maxOf(x, Expr(-127.0f));
  // Truncation of x - 1/2 rounds to nearest for x <= 0 and stays one 512-bit instruction.
  Expr n = H::cast<int32_t>(x - 0.5f), f = x - H::cast<float>(n);
  Expr p =
      horner(f, {1.0f, 0.693147219f, 0.240222003f, 0.0555029991f, 0.0096740521f, 0.00134102402f});
  return H::reinterpret<float>(H::reinterpret<int32_t>(p) + (n << 23));
}

Expr errorFunction(Expr x) {
  const float range = 3.75f; // beyond, erf is 1 to 1.2e-7, and exactly 1 here: GELU multiplies by x
  // A polynomial in u in [-1, 1] is well conditioned in f32.
  Expr clamped = minOf(Expr(range), maxOf(Expr(-range), x));
  Expr u = clamped * clamped * (2.0f / (range * range)) - 1.0f;
  Expr inner = clamped * horner(u, {0.377056998f, -0.188029495f, 0.139261952f, -0.111957449f,
                                    0.090858673f, -0.071450899f, 0.052849556f, -0.0379303734f,
                                    0.0273278225f, -0.0156075017f, 0.00537602269f, -0.00398280057f,
                                    0.00479136218f, -0.0018972828f});
  // Strict comparisons: Halide takes a >= b for !(a < b), which NaN passes.
  return H::select(x > range, 1.0f, x < -range, -1.0f, inner);
}

Expr hyperbolicTangent(Expr x) {
  Expr square = x * x;
  Expr small = x + x * square *
                       horner(square, {-0.333332784f, 0.133313315f, -0.0537293983f, 0.0206024692f,
                                       -0.00566123469f});
  Expr large = 1.0f - 2.0f / (exponential(2.0f * H::abs(x)) + 1.0f);
  Expr sign = H::reinterpret<int32_t>(x) & int32_t(0x80000000);
  Expr withSign = H::reinterpret<float>(H::reinterpret<int32_t>(large) | sign);
  return H::select(H::abs(x) < 0.625f, small, withSign);
}

Expr logarithm(Expr x) {
  const float infinity = std::numeric_limits<float>::infinity();
  // Subnormals are scaled into the normal range first.
  Expr tiny = x < 1.17549435e-38f;
  Expr bits = H::reinterpret<int32_t>(H::select(tiny, x * 8388608.0f, x));
  // The exponent is chosen so that the mantissa lies in [sqrt(1/2), sqrt(2)).
  Expr exponent = (bits - 0x3f3504f3) >> 23;
  Expr f = H::reinterpret<float>(bits - (exponent << 23)) - 1.0f;
  Expr e = H::cast<float>(exponent) - H::select(tiny, 23.0f, 0.0f);
  Expr p = horner(f, {0.333333167f, -0.250008103f, 0.200022861f, -0.166245574f, 0.141811983f,
                      -0.131287325f, 0.128815981f, -0.0785960547f});
  Expr square = f * f;
  Expr result = (p * f * square + e * -2.12194440e-4f) - square * 0.5f + f + e * 0.693359375f;
  result = H::select(x == 0.0f, Expr(-infinity), result);
  result = H::select(x == infinity, Expr(infinity), result);
  return H::select(isNaN(x) || x < 0.0f, std::numeric_limits<float>::quiet_NaN(), result);
}

Expr exponentialMinusOne(Expr x) {
  // With t = tanh(x / 2), e^x - 1 is 2t / (1 - t); away from 0 the difference loses nothing.
  Expr t = hyperbolicTangent(x * 0.5f);
  return H::select(H::abs(x) < 1.0f, (t + t) / (1.0f - t), exponential(x) - 1.0f);
}

Expr logarithmOfOnePlus(Expr x) {
  // 1 + x rounds to some u, and log(u) / (u - 1) hardly differs between the two.
  const float infinity = std::numeric_limits<float>::infinity();
  Expr u = 1.0f + x, distance = u - 1.0f;
  Expr rounded = logarithm(u) * (x / distance);
  return H::select(distance == 0.0f || x == infinity, x, rounded);
}

Expr inLoops(const H::RDom &loops, Expr term) {
  for (int number = 0; number < loops.dimensions(); ++number)
    if (H::Internal::expr_uses_var(term, loops[number].name()))
      return term;
  return H::select(loops[0] >= 0, term, term);
}

} // namespace fovea::codegen::halide
