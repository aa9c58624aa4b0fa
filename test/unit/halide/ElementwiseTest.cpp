// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Elementwise kernels and movement of data: mathematics, broadcasts, transposes, concatenation,
// gathers, 16-bit types.

#include "Harness.h"

#include <cmath>
#include <cstring>
#include <limits>

using namespace fovea::test;

namespace {

class Elementwise : public testing::TestWithParam<int> {};

const char *unaryText = R"mlir(
#id = affine_map<(i) -> (i)>
kernel.func @unary(%x: tensor<$Nxf32>) -> tensor<$Nxf32> attributes {anchor = #kernel.anchor<elementwise>} {
  %e = tensor.empty() : tensor<$Nxf32>
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<$Nxf32>) outs(%e : tensor<$Nxf32>) {
  ^bb0(%a: f32, %s: f32):
    %1 = math.OP %a : f32
    linalg.yield %1 : f32
  } -> tensor<$Nxf32>
  kernel.return %r : tensor<$Nxf32>
})mlir";

std::string unary(const std::string &op, int64_t n) {
  std::string text = substitute(unaryText, {{"N", n}});
  text.replace(text.find("OP"), 2, op);
  return text;
}

TEST_P(Elementwise, ElementaryFunctions) {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::nanf("");
  struct Case {
    const char *op;
    double (*reference)(double);
    double low, high, tolerance; // of the relative error, where the result is not tiny
  };
  const Case cases[] = {{"exp", std::exp, -110, 89, 3e-7},  {"erf", std::erf, -5, 5, 1.5e-6},
                        {"tanh", std::tanh, -12, 12, 5e-7}, {"log", std::log, 1e-6, 1e6, 5e-7},
                        {"sqrt", std::sqrt, 0, 100, 1e-7},  {"sin", std::sin, -9, 9, 2e-6}};
  for (const Case &c : cases) {
    std::vector<float> x(2003);
    for (size_t i = 0; i < x.size(); ++i)
      x[i] = c.low + (c.high - c.low) * i / (x.size() - 1);
    x.insert(x.end(), {0.0f, -0.0f, inf, -inf, nan});
    auto y = runFloats(unary(c.op, x.size()), {x}, x.size(), testTarget(GetParam()));
    for (size_t i = 0; i < x.size(); ++i) {
      double expected = c.reference(x[i]);
      if (std::isnan(expected))
        EXPECT_TRUE(std::isnan(y[i])) << c.op << "(" << x[i] << ") = " << y[i];
      else if (std::isinf(expected) || (expected == 0 && std::isinf(x[i])) ||
               std::isinf(float(expected)))
        EXPECT_EQ(y[i], float(expected)) << c.op << "(" << x[i] << ")";
      else
        EXPECT_LE(std::abs(y[i] - expected), c.tolerance * std::max(std::abs(expected), 1e-37))
            << c.op << "(" << x[i] << ")";
    }
  }
}

TEST_P(Elementwise, TransposeWithBroadcast) {
  const char *text = R"mlir(
#in = affine_map<(a, b, c) -> (b, c, a)>
#bias = affine_map<(a, b, c) -> (c)>
#out = affine_map<(a, b, c) -> (a, b, c)>
kernel.func @transpose(%x: tensor<$Bx$Cx$Axf32>, %b: tensor<$Cxf32>) -> tensor<$Ax$Bx$Cxf32>
    attributes {anchor = #kernel.anchor<elementwise>} {
  %e = tensor.empty() : tensor<$Ax$Bx$Cxf32>
  %r = linalg.generic {indexing_maps = [#in, #bias, #out], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %b : tensor<$Bx$Cx$Axf32>, tensor<$Cxf32>) outs(%e : tensor<$Ax$Bx$Cxf32>) {
  ^bb0(%p: f32, %q: f32, %s: f32):
    %1 = arith.subf %p, %q : f32
    %2 = arith.maximumf %1, %q : f32
    linalg.yield %2 : f32
  } -> tensor<$Ax$Bx$Cxf32>
  kernel.return %r : tensor<$Ax$Bx$Cxf32>
})mlir";
  for (auto [A, B, C] : {std::tuple(3, 5, 7), std::tuple(1, 197, 100), std::tuple(33, 1, 16),
                         std::tuple(64, 48, 40)}) {
    auto x = randomFloats(A * B * C, 1), b = randomFloats(C, 2);
    x[0] = std::nanf("");
    auto y = runFloats(substitute(text, {{"A", A}, {"B", B}, {"C", C}}), {x, b}, A * B * C,
                       testTarget(GetParam()));
    EXPECT_LT(relativeError(y,
                            [&, B = B, C = C, A = A](size_t i) -> double {
                              int c = i % C, bb = i / C % B, a = i / C / B;
                              double v = double(x[(bb * C + c) * A + a]) - b[c];
                              return std::isnan(v) ? v : std::max<double>(v, b[c]);
                            }),
              1e-6);
  }
}

TEST_P(Elementwise, ConcatenationThenAddition) {
  // A class token in front of patches, position embedding added to both: [1,D] ++ [P,D] + [P+1,D].
  const char *text = R"mlir(
#id = affine_map<(a, b) -> (a, b)>
kernel.func @concat(%t: tensor<1x$Dxf32>, %p: tensor<$Px$Dxf32>, %e: tensor<$Sx$Dxf32>)
    -> (tensor<$Sx$Dxf32>, tensor<$Sx$Dxf32>) attributes {anchor = #kernel.anchor<elementwise>} {
  %0 = tensor.empty() : tensor<$Sx$Dxf32>
  %1 = tensor.insert_slice %t into %0[0, 0] [1, $D] [1, 1] : tensor<1x$Dxf32> into tensor<$Sx$Dxf32>
  %2 = tensor.insert_slice %p into %1[1, 0] [$P, $D] [1, 1] : tensor<$Px$Dxf32> into tensor<$Sx$Dxf32>
  %r = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%2, %e : tensor<$Sx$Dxf32>, tensor<$Sx$Dxf32>) outs(%0 : tensor<$Sx$Dxf32>) {
  ^bb0(%x: f32, %y: f32, %s: f32):
    %3 = arith.addf %x, %y : f32
    linalg.yield %3 : f32
  } -> tensor<$Sx$Dxf32>
  kernel.return %2, %r : tensor<$Sx$Dxf32>, tensor<$Sx$Dxf32>
})mlir";
  for (auto [P, D] : {std::pair(9, 20), std::pair(196, 64)}) {
    TestKernel kernel(substitute(text, {{"P", P}, {"D", D}, {"S", P + 1}}), testTarget(GetParam()));
    ASSERT_TRUE(kernel.ok()) << kernel.diagnostics();
    auto t = randomFloats(D, 1), p = randomFloats(P * D, 2), e = randomFloats((P + 1) * D, 3);
    std::vector<float> joined((P + 1) * D), sum((P + 1) * D);
    EXPECT_EQ(kernel.run({t.data(), p.data(), e.data(), joined.data(), sum.data()}), 0);
    for (int i = 0; i < (P + 1) * D; ++i) {
      float expected = i < D ? t[i] : p[i - D];
      ASSERT_EQ(joined[i], expected) << i;
      ASSERT_EQ(sum[i], expected + e[i]) << i;
    }
  }
}

TEST_P(Elementwise, GatherOfRowsByIndex) {
  const char *text = R"mlir(
#ids = affine_map<(s, d) -> (s)>
#out = affine_map<(s, d) -> (s, d)>
kernel.func @gather(%ids: tensor<9xi64>, %table: tensor<5x$Dxf32>) -> tensor<9x$Dxf32>
    attributes {anchor = #kernel.anchor<elementwise>} {
  %e = tensor.empty() : tensor<9x$Dxf32>
  %r = linalg.generic {indexing_maps = [#ids, #out], iterator_types = ["parallel", "parallel"]}
      ins(%ids : tensor<9xi64>) outs(%e : tensor<9x$Dxf32>) {
  ^bb0(%i: i64, %s: f32):
    %0 = arith.index_cast %i : i64 to index
    %zero = arith.constant 0 : index
    %five = arith.constant 5 : index
    %four = arith.constant 4 : index
    %neg = arith.cmpi slt, %0, %zero : index
    %w = arith.addi %0, %five : index
    %1 = arith.select %neg, %w, %0 : index
    %2 = arith.maxsi %1, %zero : index
    %3 = arith.minsi %2, %four : index
    %d = linalg.index 1 : index
    %v = tensor.extract %table[%3, %d] : tensor<5x$Dxf32>
    linalg.yield %v : f32
  } -> tensor<9x$Dxf32>
  kernel.return %r : tensor<9x$Dxf32>
})mlir";
  for (int D : {1, 6, 40}) {
    TestKernel kernel(substitute(text, {{"D", D}}), testTarget(GetParam()));
    ASSERT_TRUE(kernel.ok()) << kernel.diagnostics();
    auto table = randomFloats(5 * D, 1);
    int64_t ids[9] = {0, 4, -1, 2, 100, -100, int64_t(1) << 40, 3, 1};
    int row[9] = {0, 4, 4, 2, 4, 0, 4, 3, 1};
    std::vector<float> out(9 * D);
    EXPECT_EQ(kernel.run({ids, table.data(), out.data()}), 0);
    for (int i = 0; i < 9 * D; ++i)
      ASSERT_EQ(out[i], table[row[i / D] * D + i % D]) << i;
  }
}

TEST_P(Elementwise, PadSliceAndReshape) {
  const char *text = R"mlir(
kernel.func @pad(%x: tensor<6x7xf32>) -> tensor<40xf32> attributes {anchor = #kernel.anchor<elementwise>} {
  %c = arith.constant 2.0 : f32
  %s = tensor.extract_slice %x[1, 2] [3, 2] [2, 2] : tensor<6x7xf32> to tensor<3x2xf32>
  %p = tensor.pad %s low[1, 2] high[1, 4] {
  ^bb0(%i: index, %j: index):
    tensor.yield %c : f32
  } : tensor<3x2xf32> to tensor<5x8xf32>
  %r = tensor.collapse_shape %p [[0, 1]] : tensor<5x8xf32> into tensor<40xf32>
  kernel.return %r : tensor<40xf32>
})mlir";
  auto x = randomFloats(42, 1);
  auto y = runFloats(text, {x}, 40, testTarget(GetParam()));
  for (int i = 0; i < 40; ++i) {
    int a = i / 8 - 1, b = i % 8 - 2;
    bool inside = a >= 0 && a < 3 && b >= 0 && b < 2;
    EXPECT_EQ(y[i], inside ? x[(1 + 2 * a) * 7 + 2 + 2 * b] : 2.0f) << i;
  }
}

TEST_P(Elementwise, NarrowTypesRoundAsTheModelDoes) {
  const char *text = R"mlir(
#id = affine_map<(i) -> (i)>
kernel.func @narrow(%x: tensor<$Nxf32>) -> (tensor<$Nxbf16>, tensor<$Nxf16>, tensor<$Nxi1>)
    attributes {anchor = #kernel.anchor<elementwise>} {
  %0 = tensor.empty() : tensor<$Nxbf16>
  %1 = tensor.empty() : tensor<$Nxf16>
  %2 = tensor.empty() : tensor<$Nxi1>
  %r:3 = linalg.generic {indexing_maps = [#id, #id, #id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<$Nxf32>) outs(%0, %1, %2 : tensor<$Nxbf16>, tensor<$Nxf16>, tensor<$Nxi1>) {
  ^bb0(%a: f32, %s: bf16, %t: f16, %u: i1):
    %zero = arith.constant 0.0 : f32
    %3 = arith.truncf %a : f32 to bf16
    %4 = arith.truncf %a : f32 to f16
    %5 = arith.cmpf ogt, %a, %zero : f32
    linalg.yield %3, %4, %5 : bf16, f16, i1
  } -> (tensor<$Nxbf16>, tensor<$Nxf16>, tensor<$Nxi1>)
  kernel.return %r#0, %r#1, %r#2 : tensor<$Nxbf16>, tensor<$Nxf16>, tensor<$Nxi1>
})mlir";
  const int N = 1001;
  TestKernel kernel(substitute(text, {{"N", N}}), testTarget(GetParam()));
  ASSERT_TRUE(kernel.ok()) << kernel.diagnostics();
  auto x = randomFloats(N, 5);
  x[0] = 1.00390625f; // half way between two bf16: to even
  x[1] = std::nanf("");
  std::vector<uint16_t> bf(N), half(N);
  std::vector<uint8_t> truth(N);
  EXPECT_EQ(kernel.run({x.data(), bf.data(), half.data(), truth.data()}), 0);
  EXPECT_EQ(bf[0], 0x3f80);
  EXPECT_EQ(bf[1] & 0x7f80, 0x7f80);
  EXPECT_NE(bf[1] & 0x7f, 0);
  for (int i = 2; i < N; ++i) {
    float wide;
    uint32_t bits = uint32_t(bf[i]) << 16;
    std::memcpy(&wide, &bits, 4);
    ASSERT_LE(std::abs(wide - x[i]), std::abs(x[i]) / 256);
    llvm::APFloat value(x[i]);
    bool lost;
    value.convert(llvm::APFloat::IEEEhalf(), llvm::APFloat::rmNearestTiesToEven, &lost);
    ASSERT_EQ(half[i], value.bitcastToAPInt().getZExtValue()) << x[i];
    ASSERT_EQ(truth[i], x[i] > 0);
  }
}

TEST_P(Elementwise, ReversedSlices) {
  // out[i, j] = x[4 - 2 i, j] + y[i, N - 1 - j].
  for (int64_t n : {5, 16, 67}) {
    const std::string text = R"mlir(
#rows = affine_map<(i, j) -> (i * -2 + 4, j)>
#columns = affine_map<(i, j) -> (i, $LAST - j)>
#id = affine_map<(i, j) -> (i, j)>
kernel.func @reversed(%x: tensor<5x$Nxf32>, %y: tensor<3x$Nxf32>) -> tensor<3x$Nxf32> attributes {anchor = #kernel.anchor<elementwise>} {
  %e = tensor.empty() : tensor<3x$Nxf32>
  %r = linalg.generic {indexing_maps = [#rows, #columns, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x, %y : tensor<5x$Nxf32>, tensor<3x$Nxf32>) outs(%e : tensor<3x$Nxf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32):
    %1 = arith.addf %a, %b : f32
    linalg.yield %1 : f32
  } -> tensor<3x$Nxf32>
  kernel.return %r : tensor<3x$Nxf32>
})mlir";
    auto x = randomFloats(5 * n, 1), y = randomFloats(3 * n, 2);
    auto out = runFloats(substitute(text, {{"N", n}, {"LAST", n - 1}}), {x, y}, 3 * n,
                         testTarget(GetParam()));
    for (int64_t i = 0; i < 3; ++i)
      for (int64_t j = 0; j < n; ++j)
        EXPECT_EQ(out[i * n + j], x[(4 - 2 * i) * n + j] + y[i * n + n - 1 - j]) << i << " " << j;
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, Elementwise, testing::Values(0, 1));

TEST(Determinism, SameKernelSameBytes) {
  TestKernel first(unary("exp", 100), testTarget(1)), second(unary("exp", 100), testTarget(1));
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first.bitcode(), second.bitcode());
}

} // namespace
