// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Row reductions: LayerNorm, Softmax, means over outer dimensions, and a LayerNorm in front of a
// product.

#include "Harness.h"

#include <cmath>
#include <limits>

using namespace fovea::test;

namespace {

class Rows : public testing::TestWithParam<int> {};

/// Maps and the two statistics of a LayerNorm over `%x`; `%y` is the normalised tensor.
const std::string normText = R"mlir(
  %zero = arith.constant 0.0 : f32
  %count = arith.constant $C.0 : f32
  %eps = arith.constant 1.0e-5 : f32
  %er = tensor.empty() : tensor<$Rxf32>
  %ey = tensor.empty() : tensor<$Rx$Cxf32>
  %fr = linalg.fill ins(%zero : f32) outs(%er : tensor<$Rxf32>) -> tensor<$Rxf32>
  %sum = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<$Rx$Cxf32>) outs(%fr : tensor<$Rxf32>) {
  ^bb0(%a: f32, %s: f32):
    %1 = arith.addf %s, %a : f32
    linalg.yield %1 : f32
  } -> tensor<$Rxf32>
  %mean = linalg.generic {indexing_maps = [#v, #v], iterator_types = ["parallel"]}
      ins(%sum : tensor<$Rxf32>) outs(%er : tensor<$Rxf32>) {
  ^bb0(%a: f32, %s: f32):
    %1 = arith.divf %a, %count : f32
    linalg.yield %1 : f32
  } -> tensor<$Rxf32>
  %var = linalg.generic {indexing_maps = [#id, #row, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x, %mean : tensor<$Rx$Cxf32>, tensor<$Rxf32>) outs(%fr : tensor<$Rxf32>) {
  ^bb0(%a: f32, %m: f32, %s: f32):
    %1 = arith.subf %a, %m : f32
    %2 = arith.mulf %1, %1 : f32
    %3 = arith.addf %s, %2 : f32
    linalg.yield %3 : f32
  } -> tensor<$Rxf32>
  %y = linalg.generic {indexing_maps = [#id, #row, #row, #col, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x, %mean, %var, %g : tensor<$Rx$Cxf32>, tensor<$Rxf32>, tensor<$Rxf32>, tensor<$Cxf32>)
      outs(%ey : tensor<$Rx$Cxf32>) {
  ^bb0(%a: f32, %m: f32, %q: f32, %gamma: f32, %s: f32):
    %1 = arith.subf %a, %m : f32
    %2 = arith.divf %q, %count : f32
    %3 = arith.addf %2, %eps : f32
    %4 = math.rsqrt %3 : f32
    %5 = arith.mulf %1, %4 : f32
    %6 = arith.mulf %5, %gamma : f32
    linalg.yield %6 : f32
  } -> tensor<$Rx$Cxf32>
)mlir";

const std::string maps = R"mlir(
#id = affine_map<(r, c) -> (r, c)>
#row = affine_map<(r, c) -> (r)>
#col = affine_map<(r, c) -> (c)>
#v = affine_map<(r) -> (r)>
#a = affine_map<(m, n, k) -> (m, k)>
#w = affine_map<(m, n, k) -> (k, n)>
#o = affine_map<(m, n, k) -> (m, n)>
)mlir";

std::vector<double> layerNorm(const std::vector<float> &x, const std::vector<float> &g, int rows,
                              int columns) {
  std::vector<double> y(x.size());
  for (int r = 0; r < rows; ++r) {
    double mean = 0, var = 0;
    for (int c = 0; c < columns; ++c)
      mean += x[r * columns + c] / double(columns);
    for (int c = 0; c < columns; ++c)
      var += (x[r * columns + c] - mean) * (x[r * columns + c] - mean) / columns;
    for (int c = 0; c < columns; ++c)
      y[r * columns + c] = (x[r * columns + c] - mean) / std::sqrt(var + 1e-5) * g[c];
  }
  return y;
}

TEST_P(Rows, LayerNorm) {
  std::string text =
      maps +
      "kernel.func @norm(%x: tensor<$Rx$Cxf32>, %g: tensor<$Cxf32>) -> tensor<$Rx$Cxf32>\n"
      "attributes {anchor = #kernel.anchor<rows>} {" +
      normText + "kernel.return %y : tensor<$Rx$Cxf32>\n}";
  for (auto [R, C] : {std::pair(1, 64), std::pair(5, 7), std::pair(197, 768), std::pair(33, 100),
                      std::pair(7, 71), std::pair(400, 16), std::pair(3, 1)}) {
    SCOPED_TRACE(testing::Message() << R << "x" << C);
    auto x = randomFloats(R * C, 1), g = randomFloats(C, 2);
    for (float &value : x)
      value += 3;
    auto expected = layerNorm(x, g, R, C);
    auto y =
        runFloats(substitute(text, {{"R", R}, {"C", C}}), {x, g}, R * C, testTarget(GetParam()));
    EXPECT_LT(relativeError(y, [&](size_t i) { return expected[i]; }), 5e-6);
  }
}

TEST_P(Rows, LayerNormInFrontOfAProduct) {
  std::string text =
      maps +
      "kernel.func @normed(%x: tensor<$Rx$Cxf32>, %g: tensor<$Cxf32>, %w: tensor<$Cx$Nxf32>)"
      " -> tensor<$Rx$Nxf32> attributes {anchor = #kernel.anchor<contraction>} {" +
      normText + R"mlir(
  %e = tensor.empty() : tensor<$Rx$Nxf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<$Rx$Nxf32>) -> tensor<$Rx$Nxf32>
  %p = linalg.generic {indexing_maps = [#a, #w, #o], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%y, %w : tensor<$Rx$Cxf32>, tensor<$Cx$Nxf32>) outs(%f : tensor<$Rx$Nxf32>) {
  ^bb0(%q: f32, %t: f32, %s: f32):
    %1 = arith.mulf %q, %t : f32
    %2 = arith.addf %s, %1 : f32
    linalg.yield %2 : f32
  } -> tensor<$Rx$Nxf32>
  kernel.return %p : tensor<$Rx$Nxf32>
})mlir";
  for (auto [R, C, N] : {std::tuple(5, 32, 40), std::tuple(197, 192, 64)}) {
    auto x = randomFloats(R * C, 1), g = randomFloats(C, 2), w = randomFloats(C * N, 3);
    auto y = layerNorm(x, g, R, C);
    std::string filled = substitute(text, {{"R", R}, {"C", C}, {"N", N}});
    auto out = runFloats(filled, {x, g, w}, R * N, testTarget(GetParam()));
    EXPECT_LT(relativeError(out,
                            [&, C = C, N = N](size_t i) {
                              double sum = 0;
                              for (int c = 0; c < C; ++c)
                                sum += y[i / N * C + c] * w[c * N + i % N];
                              return sum;
                            }),
              5e-6);
    // Scratch memory that is refused is an error, not a crash.
    TestKernel kernel(filled, testTarget(GetParam()));
    ASSERT_TRUE(kernel.ok());
    failScratch(true);
    EXPECT_EQ(kernel.run({x.data(), g.data(), w.data(), out.data()}), 1);
    failScratch(false);
    EXPECT_EQ(liveScratch(), 0);
  }
}

const char *softmaxText = R"mlir(
#id = affine_map<(b, r, c) -> (b, r, c)>
#row = affine_map<(b, r, c) -> (b, r)>
kernel.func @softmax(%x: tensor<3x$Rx$Cxf32>) -> tensor<3x$Rx$Cxf32> attributes {anchor = #kernel.anchor<rows>} {
  %zero = arith.constant 0.0 : f32
  %low = arith.constant 0xFF800000 : f32
  %er = tensor.empty() : tensor<3x$Rxf32>
  %e = tensor.empty() : tensor<3x$Rx$Cxf32>
  %fl = linalg.fill ins(%low : f32) outs(%er : tensor<3x$Rxf32>) -> tensor<3x$Rxf32>
  %fz = linalg.fill ins(%zero : f32) outs(%er : tensor<3x$Rxf32>) -> tensor<3x$Rxf32>
  %m = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x : tensor<3x$Rx$Cxf32>) outs(%fl : tensor<3x$Rxf32>) {
  ^bb0(%a: f32, %s: f32):
    %1 = arith.maximumf %s, %a : f32
    linalg.yield %1 : f32
  } -> tensor<3x$Rxf32>
  %p = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %m : tensor<3x$Rx$Cxf32>, tensor<3x$Rxf32>) outs(%e : tensor<3x$Rx$Cxf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32):
    %1 = arith.subf %a, %b : f32
    %2 = math.exp %1 : f32
    linalg.yield %2 : f32
  } -> tensor<3x$Rx$Cxf32>
  %t = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%p : tensor<3x$Rx$Cxf32>) outs(%fz : tensor<3x$Rxf32>) {
  ^bb0(%a: f32, %s: f32):
    %1 = arith.addf %s, %a : f32
    linalg.yield %1 : f32
  } -> tensor<3x$Rxf32>
  %y = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%p, %t : tensor<3x$Rx$Cxf32>, tensor<3x$Rxf32>) outs(%e : tensor<3x$Rx$Cxf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32):
    %1 = arith.divf %a, %b : f32
    linalg.yield %1 : f32
  } -> tensor<3x$Rx$Cxf32>
  kernel.return %y : tensor<3x$Rx$Cxf32>
})mlir";

TEST_P(Rows, Softmax) {
  for (auto [R, C] : {std::pair(4, 197), std::pair(1, 5), std::pair(200, 1000), std::pair(9, 64)}) {
    SCOPED_TRACE(testing::Message() << R << "x" << C);
    auto x = randomFloats(3 * R * C, 1);
    for (float &value : x)
      value *= 20;
    x[0] = -std::numeric_limits<float>::infinity();
    x[R * C + 1] = std::nanf("");
    for (int c = 0; c < C; ++c)
      x[2 * R * C + c] = -std::numeric_limits<float>::infinity();
    auto y = runFloats(substitute(softmaxText, {{"R", R}, {"C", C}}), {x}, 3 * R * C,
                       testTarget(GetParam()));
    EXPECT_EQ(y[0], 0.0f);
    std::vector<double> expected(x.size());
    for (size_t row = 0; row < x.size(); row += C) {
      double top = -INFINITY, sum = 0;
      for (int c = 0; c < C; ++c)
        top = std::isnan(top) || std::isnan(x[row + c]) ? NAN : std::max<double>(top, x[row + c]);
      for (int c = 0; c < C; ++c)
        sum += expected[row + c] = std::exp(x[row + c] - top);
      for (int c = 0; c < C; ++c)
        expected[row + c] /= sum;
    }
    EXPECT_LT(relativeError(y, [&](size_t i) { return expected[i]; }), 2e-6);
  }
}

TEST_P(Rows, MeanOverTheOuterDimension) {
  const char *text = R"mlir(
#in = affine_map<(b, c, s) -> (b, s, c)>
#out = affine_map<(b, c, s) -> (b, c)>
kernel.func @pool(%x: tensor<2x$Sx$Cxf32>) -> tensor<2x$Cxf32> attributes {anchor = #kernel.anchor<rows>} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x$Cxf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2x$Cxf32>) -> tensor<2x$Cxf32>
  %m = linalg.generic {indexing_maps = [#in, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x : tensor<2x$Sx$Cxf32>) outs(%f : tensor<2x$Cxf32>) {
  ^bb0(%a: f32, %s: f32):
    %1 = arith.addf %s, %a : f32
    linalg.yield %1 : f32
  } -> tensor<2x$Cxf32>
  kernel.return %m : tensor<2x$Cxf32>
})mlir";
  for (auto [S, C] : {std::pair(196, 768), std::pair(5, 3), std::pair(7, 50)}) {
    auto x = randomFloats(2 * S * C, 1);
    auto y = runFloats(substitute(text, {{"S", S}, {"C", C}}), {x}, 2 * C, testTarget(GetParam()));
    EXPECT_LT(relativeError(y,
                            [&, S = S, C = C](size_t i) {
                              double sum = 0;
                              for (int s = 0; s < S; ++s)
                                sum += x[(i / C * S + s) * C + i % C];
                              return sum;
                            }),
              3e-6);
  }
}

TEST_P(Rows, TermsThatAreAllTheSame) {
  std::string text = R"mlir(
#id = affine_map<(r, c) -> (r, c)>
#row = affine_map<(r, c) -> (r)>
kernel.func @sum(%x: tensor<$Rxf32>) -> tensor<$Rxf32> attributes {anchor = #kernel.anchor<rows>} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<$Rxf32>
  %ew = tensor.empty() : tensor<$Rx$Cxf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<$Rxf32>) -> tensor<$Rxf32>
  %wide = linalg.generic {indexing_maps = [#row, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<$Rxf32>) outs(%ew : tensor<$Rx$Cxf32>) {
  ^bb0(%a: f32, %s: f32):
    linalg.yield %a : f32
  } -> tensor<$Rx$Cxf32>
  %y = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%wide : tensor<$Rx$Cxf32>) outs(%f : tensor<$Rxf32>) {
  ^bb0(%a: f32, %s: f32):
    %1 = arith.addf %s, %a : f32
    linalg.yield %1 : f32
  } -> tensor<$Rxf32>
  kernel.return %y : tensor<$Rxf32>
})mlir";
  for (auto [R, C] : {std::pair(3, 2), std::pair(1, 7), std::pair(20, 16), std::pair(5, 101)}) {
    SCOPED_TRACE(testing::Message() << R << "x" << C);
    auto x = randomFloats(R, 1);
    auto y = runFloats(substitute(text, {{"R", R}, {"C", C}}), {x}, R, testTarget(GetParam()));
    EXPECT_LT(relativeError(y, [&, C = C](size_t i) { return double(x[i]) * C; }), 1e-6);
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, Rows, testing::Values(0, 1));

} // namespace
