// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Products: tails in every direction, packed and plain right-hand sides, batches, epilogues, 16-bit
// types, reversed operands; and that a wrong product is seen.

#include "Harness.h"

#include "llvm/ADT/APFloat.h"
#include <cmath>

using namespace fovea::test;

namespace {

const char *epilogueText = R"mlir(
#a = affine_map<(m, n, k) -> (m, k)>
#w = affine_map<(m, n, k) -> (k, n)>
#o = affine_map<(m, n, k) -> (m, n)>
#id = affine_map<(m, n) -> (m, n)>
#row = affine_map<(m, n) -> (n)>
kernel.func @gemm(%a: tensor<$Mx$Kxf32>, %w: tensor<$Kx$Nxf32$E>, %bias: tensor<$Nxf32>, %r: tensor<$Mx$Nxf32>)
    -> tensor<$Mx$Nxf32> attributes {anchor = #kernel.anchor<contraction>} {
  %zero = arith.constant 0.0 : f32
  %half = arith.constant 0.5 : f32
  %one = arith.constant 1.0 : f32
  %root = arith.constant 0.70710678 : f32
  %e = tensor.empty() : tensor<$Mx$Nxf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<$Mx$Nxf32>) -> tensor<$Mx$Nxf32>
  %p = linalg.generic {indexing_maps = [#a, #w, #o], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %w : tensor<$Mx$Kxf32>, tensor<$Kx$Nxf32$E>) outs(%f : tensor<$Mx$Nxf32>) {
  ^bb0(%x: f32, %y: f32, %s: f32):
    %1 = arith.mulf %x, %y : f32
    %2 = arith.addf %s, %1 : f32
    linalg.yield %2 : f32
  } -> tensor<$Mx$Nxf32>
  %g = linalg.generic {indexing_maps = [#id, #row, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%p, %bias, %r : tensor<$Mx$Nxf32>, tensor<$Nxf32>, tensor<$Mx$Nxf32>) outs(%e : tensor<$Mx$Nxf32>) {
  ^bb0(%x: f32, %b: f32, %res: f32, %s: f32):
    %1 = arith.addf %x, %b : f32
    %2 = arith.mulf %1, %root : f32
    %3 = math.erf %2 : f32
    %4 = arith.addf %3, %one : f32
    %5 = arith.mulf %1, %half : f32
    %6 = arith.mulf %5, %4 : f32
    %7 = arith.addf %6, %res : f32
    linalg.yield %7 : f32
  } -> tensor<$Mx$Nxf32>
  kernel.return %g : tensor<$Mx$Nxf32>
})mlir";

std::string replaceAll(std::string text, const std::string &from, const std::string &to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

std::string withEncoding(std::string text, int64_t width, bool transposed = false) {
  return replaceAll(text, "$E",
                    width ? ", #kernel.panels<" + std::to_string(width) +
                                (transposed ? ", axis = 0>" : ">")
                          : "");
}

/// The product with a right-hand side of N x K.
std::string transposeRight(std::string text) {
  return replaceAll(replaceAll(text, "(m, n, k) -> (k, n)", "(m, n, k) -> (n, k)"), "$Kx$Nx",
                    "$Nx$Kx");
}

struct Shape {
  int64_t m, n, k, width;
  bool transposed = false; // the right-hand side is N x K, its panels run along axis 0
};

class Gemm : public testing::TestWithParam<int> {
protected:
  /// How far `text`, a kernel of the form of `epilogueText`, is from gelu(a w + bias) + r.
  double errorOf(const std::string &text, const Shape &s) {
    auto a = randomFloats(s.m * s.k, 1), w = randomFloats(s.k * s.n, 2),
         bias = randomFloats(s.n, 3), r = randomFloats(s.m * s.n, 4);
    std::string whole =
        substitute(withEncoding(s.transposed ? transposeRight(text) : text, s.width, s.transposed),
                   {{"M", s.m}, {"N", s.n}, {"K", s.k}});
    auto out = runFloats(whole, {a, s.width ? packPanels(w, s.k, s.n, s.width) : w, bias, r},
                         s.m * s.n, testTarget(GetParam()));
    return relativeError(out, [&](size_t i) {
      int64_t m = i / s.n, n = i % s.n;
      double sum = bias[n];
      for (int64_t k = 0; k < s.k; ++k)
        sum += double(a[m * s.k + k]) * w[k * s.n + n];
      return 0.5 * sum * (1 + std::erf(sum * 0.70710678)) + r[i];
    });
  }
};

TEST_P(Gemm, TailsAndEpilogue) {
  const Shape shapes[] = {{1, 64, 33, 64},
                          {1, 10, 7, 0},
                          {5, 100, 31, 0},
                          {6, 64, 64, 64},
                          {7, 10, 17, 64},
                          {13, 96, 5, 32},
                          {197, 100, 9, 64},
                          {197, 64, 48, 0},
                          {50, 768, 16, 64},
                          {12, 16, 3, 16},
                          {1100, 32, 4, 16},
                          {2, 1, 9, 0},
                          {1, 1, 1, 0},
                          {64, 1000, 2, 64},
                          {7, 10, 17, 16, true},
                          {20, 100, 9, 32, true},
                          {1, 64, 33, 64, true},
                          {197, 64, 48, 64, true},
                          {64, 1000, 3, 64, true},
                          {5, 130, 9, 48, true},
                          {1, 7, 5, 64, true}};
  for (const Shape &s : shapes) {
    SCOPED_TRACE(testing::Message() << s.m << "x" << s.n << "x" << s.k << " panels " << s.width
                                    << (s.transposed ? " along axis 0" : ""));
    EXPECT_LT(errorOf(epilogueText, s), 3e-6);
  }
}

TEST_P(Gemm, PlantedFaultsAreSeen) {
  // A wrong constant of the GELU, a wrong epilogue, a bias along the wrong axis, a wrong
  // operand: all are ten times further off than a right kernel may be.
  const Shape s = {20, 20, 20, 0};
  EXPECT_LT(errorOf(epilogueText, s), 3e-6);
  for (auto [right, wrong] :
       {std::pair("0.70710678", "0.7078"), std::pair("constant 0.5", "constant 0.505"),
        std::pair("math.erf", "math.tanh"), std::pair("(m, n) -> (n)", "(m, n) -> (m)"),
        std::pair("(m, n, k) -> (k, n)", "(m, n, k) -> (n, k)"),
        std::pair("addf %6, %res", "subf %6, %res")})
    EXPECT_GT(errorOf(replaceAll(epilogueText, right, wrong), s), 3e-5) << wrong;
}

const char *narrowText = R"mlir(
#a = affine_map<(m, n, k) -> (m, k)>
#w = affine_map<(m, n, k) -> (k, n)>
#o = affine_map<(m, n, k) -> (m, n)>
#id = affine_map<(m, n) -> (m, n)>
kernel.func @narrow(%a: tensor<$Mx$Kx$T>, %w: tensor<$Kx$Nx$T$E>) -> tensor<$Mx$Nx$T>
    attributes {anchor = #kernel.anchor<contraction>} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<$Mx$Nxf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<$Mx$Nxf32>) -> tensor<$Mx$Nxf32>
  %p = linalg.generic {indexing_maps = [#a, #w, #o], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %w : tensor<$Mx$Kx$T>, tensor<$Kx$Nx$T$E>) outs(%f : tensor<$Mx$Nxf32>) {
  ^bb0(%x: $T, %y: $T, %s: f32):
    %1 = arith.extf %x : $T to f32
    %2 = arith.extf %y : $T to f32
    %3 = arith.mulf %1, %2 : f32
    %4 = arith.addf %s, %3 : f32
    linalg.yield %4 : f32
  } -> tensor<$Mx$Nxf32>
  %eo = tensor.empty() : tensor<$Mx$Nx$T>
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%p : tensor<$Mx$Nxf32>) outs(%eo : tensor<$Mx$Nx$T>) {
  ^bb0(%x: f32, %s: $T):
    %1 = arith.truncf %x : f32 to $T
    linalg.yield %1 : $T
  } -> tensor<$Mx$Nx$T>
  kernel.return %r : tensor<$Mx$Nx$T>
})mlir";

TEST_P(Gemm, SixteenBitProducts) {
  // Sums are f32 and rounded once: the error is half a unit in the last place.
  for (bool brain : {false, true})
    for (const Shape &s : {Shape{20, 100, 300, 0}, Shape{1, 64, 33, 64}, Shape{197, 70, 48, 64}}) {
      const llvm::fltSemantics &type = brain ? llvm::APFloat::BFloat() : llvm::APFloat::IEEEhalf();
      auto narrow = [&](const std::vector<float> &values) {
        std::vector<uint16_t> bits;
        for (float value : values) {
          llvm::APFloat number(value);
          bool inexact;
          number.convert(type, llvm::APFloat::rmNearestTiesToEven, &inexact);
          bits.push_back(number.bitcastToAPInt().getZExtValue());
        }
        return bits;
      };
      auto widen = [&](const std::vector<uint16_t> &bits) {
        std::vector<float> values;
        for (uint16_t element : bits)
          values.push_back(llvm::APFloat(type, llvm::APInt(16, element)).convertToFloat());
        return values;
      };
      SCOPED_TRACE(testing::Message()
                   << (brain ? "bf16 " : "f16 ") << s.m << "x" << s.n << "x" << s.k);
      auto a = widen(narrow(randomFloats(s.m * s.k, 1))),
           w = widen(narrow(randomFloats(s.k * s.n, 2)));
      auto aBits = narrow(a), wBits = narrow(s.width ? packPanels(w, s.k, s.n, s.width) : w);
      std::vector<uint16_t> result(s.m * s.n);
      TestKernel kernel(
          substitute(replaceAll(withEncoding(narrowText, s.width), "$T", brain ? "bf16" : "f16"),
                     {{"M", s.m}, {"N", s.n}, {"K", s.k}}),
          testTarget(GetParam()));
      ASSERT_TRUE(kernel.ok()) << kernel.diagnostics();
      EXPECT_EQ(kernel.run({aBits.data(), wBits.data(), result.data()}), 0);
      EXPECT_LT(relativeError(widen(result),
                              [&](size_t i) {
                                double sum = 0;
                                for (int64_t k = 0; k < s.k; ++k)
                                  sum += double(a[i / s.n * s.k + k]) * w[k * s.n + i % s.n];
                                return sum;
                              }),
                1.01 * (brain ? 0x1p-8 : 0x1p-11));
    }
}

TEST_P(Gemm, ReversedOperand) {
  // The rows of the left operand backwards, every other one; its columns backwards.
  std::string text =
      replaceAll(epilogueText, "(m, n, k) -> (m, k)", "(m, n, k) -> (m * -2 + 38, 19 - k)");
  text = replaceAll(withEncoding(text, 0), "tensor<$Mx$Kxf32>", "tensor<39x20xf32>");
  const int64_t M = 20, N = 36, K = 20;
  auto a = randomFloats(39 * K, 1), w = randomFloats(K * N, 2), bias = randomFloats(N, 3),
       r = randomFloats(M * N, 4);
  auto out = runFloats(substitute(text, {{"M", M}, {"N", N}, {"K", K}}), {a, w, bias, r}, M * N,
                       testTarget(GetParam()));
  EXPECT_LT(relativeError(out,
                          [&](size_t i) {
                            int64_t m = i / N, n = i % N;
                            double sum = bias[n];
                            for (int64_t k = 0; k < K; ++k)
                              sum += double(a[(38 - 2 * m) * K + 19 - k]) * w[k * N + n];
                            return 0.5 * sum * (1 + std::erf(sum * 0.70710678)) + r[i];
                          }),
            3e-6);
}

const char *batchText = R"mlir(
#a = affine_map<(b, h, m, n, k) -> (b, m, h, k)>
#w = affine_map<(b, h, m, n, k) -> (b, n, h, k)>
#o = affine_map<(b, h, m, n, k) -> (b, h, m, n)>
kernel.func @batch(%a: tensor<2x$Mx3x$Kxf32>, %w: tensor<2x$Nx3x$Kxf32>) -> tensor<2x3x$Mx$Nxf32>
    attributes {anchor = #kernel.anchor<contraction>} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x3x$Mx$Nxf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2x3x$Mx$Nxf32>) -> tensor<2x3x$Mx$Nxf32>
  %p = linalg.generic {indexing_maps = [#a, #w, #o],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
      ins(%a, %w : tensor<2x$Mx3x$Kxf32>, tensor<2x$Nx3x$Kxf32>) outs(%f : tensor<2x3x$Mx$Nxf32>) {
  ^bb0(%x: f32, %y: f32, %s: f32):
    %1 = arith.mulf %x, %y : f32
    %2 = arith.addf %s, %1 : f32
    linalg.yield %2 : f32
  } -> tensor<2x3x$Mx$Nxf32>
  kernel.return %p : tensor<2x3x$Mx$Nxf32>
})mlir";

TEST_P(Gemm, BatchOfTransposedOperands) {
  for (auto [M, N, K] : {std::tuple(5, 7, 8), std::tuple(17, 40, 16), std::tuple(64, 64, 9)}) {
    auto a = randomFloats(2 * M * 3 * K, 1), w = randomFloats(2 * N * 3 * K, 2);
    auto out = runFloats(substitute(batchText, {{"M", M}, {"N", N}, {"K", K}}), {a, w}, 6 * M * N,
                         testTarget(GetParam()));
    EXPECT_LT(relativeError(out,
                            [&, M = M, N = N, K = K](size_t i) {
                              int n = i % N, m = i / N % M, h = i / N / M % 3, b = i / N / M / 3;
                              double sum = 0;
                              for (int k = 0; k < K; ++k)
                                sum += double(a[((b * M + m) * 3 + h) * K + k]) *
                                       w[((b * N + n) * 3 + h) * K + k];
                              return sum;
                            }),
              3e-6);
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, Gemm, testing::Values(0, 1));

} // namespace
