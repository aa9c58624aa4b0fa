// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attention against plain loops: odd sizes, packed and transposed operands, additive masks, causal
// and window masks, rows that see nothing.

#include "Harness.h"

#include <cmath>
#include <limits>

using namespace fovea::test;

namespace {

struct Case {
  int b, h, i, j, d, e;
  std::string mask = "dense";
  bool bias = false;
  bool zeroRows = false;
};

/// q, k and v are [b, s, h, d]; the output is [b, i, h, e]. A bias is [b, i, j].
std::string attentionText(const Case &c) {
  std::string q = "tensor<$Bx$Ix$Hx$Dxf32>", k = "tensor<$Bx$Jx$Hx$Dxf32>",
              v = "tensor<$Bx$Jx$Hx$Exf32>", o = "tensor<$Bx$Ix$Hx$Exf32>",
              m = "tensor<$Bx$Ix$Jxf32>";
  std::string text =
      "kernel.func @attention(%q: " + q + ", %k: " + k + ", %v: " + v +
      (c.bias ? ", %m: " + m : "") + ") -> " + o +
      " attributes {anchor = #kernel.anchor<attention>} {\n" +
      "%o = attn.attention ins(%q, %k, %v : " + q + ", " + k + ", " + v + ")" +
      (c.bias ? " captures(%m : " + m + ")" : "") +
      " domain = [$B, $H, $I, $J, $D, $E] indexing_maps = ["
      "affine_map<(b, h, i, j, d, e) -> (b, i, h, d)>, affine_map<(b, h, i, j, d, e) -> (b, j, h, "
      "d)>, "
      "affine_map<(b, h, i, j, d, e) -> (b, j, h, e)>, " +
      (c.bias ? "affine_map<(b, h, i, j, d, e) -> (b, i, j)>, " : "") +
      "affine_map<(b, h, i, j, d, e) -> (b, i, h, e)>] mask = <" + c.mask +
      "> numerics = #attn.numerics<scale = 0.3 : f64" + (c.zeroRows ? ", maskedRows = zero" : "") +
      "> {\n^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index" +
      (c.bias ? ", %c: f32" : "") + "):\n" +
      (c.bias ? "%t = arith.addf %s, %c : f32\n attn.yield %t : f32\n" : "attn.yield %s : f32\n") +
      "} -> " + o + "\nkernel.return %o : " + o + "\n}";
  return substitute(text, {{"B", c.b}, {"H", c.h}, {"I", c.i}, {"J", c.j}, {"D", c.d}, {"E", c.e}});
}

class Attention : public testing::TestWithParam<int> {
protected:
  void check(const Case &c, const std::function<bool(int, int)> &visible,
             std::vector<float> bias = {}) {
    SCOPED_TRACE(testing::Message() << c.b << " " << c.h << " " << c.i << " " << c.j << " " << c.d
                                    << " " << c.e << " " << c.mask);
    EXPECT_LT(errorOf(attentionText(c), c, visible, bias), 3e-6);
  }
  /// How far `text`, a kernel of the form of `attentionText`, is from the attention of the case.
  double errorOf(const std::string &text, const Case &c,
                 const std::function<bool(int, int)> &visible, std::vector<float> bias = {}) {
    auto q = randomFloats(c.b * c.i * c.h * c.d, 1), k = randomFloats(c.b * c.j * c.h * c.d, 2),
         v = randomFloats(c.b * c.j * c.h * c.e, 3);
    for (float &value : q)
      value *= 4;
    std::vector<std::vector<float>> inputs = {q, k, v};
    if (c.bias)
      inputs.push_back(bias);
    auto out = runFloats(text, inputs, c.b * c.i * c.h * c.e, testTarget(GetParam()));
    std::vector<double> expected(out.size());
    for (int b = 0; b < c.b; ++b)
      for (int h = 0; h < c.h; ++h)
        for (int i = 0; i < c.i; ++i) {
          std::vector<double> p(c.j, -INFINITY);
          double top = -INFINITY, sum = 0;
          for (int j = 0; j < c.j; ++j) {
            if (!visible(i, j))
              continue;
            double s = 0;
            for (int d = 0; d < c.d; ++d)
              s += double(q[((b * c.i + i) * c.h + h) * c.d + d]) *
                   k[((b * c.j + j) * c.h + h) * c.d + d];
            s *= 0.3;
            // The model's own arithmetic is f32: a mask of -3.4e38 swallows the score.
            p[j] = c.bias ? double(float(s) + bias[(b * c.i + i) * c.j + j]) : s;
            top = std::max(top, p[j]);
          }
          for (double &value : p)
            sum += value = top == -INFINITY ? 0 : std::exp(value - top);
          for (int e = 0; e < c.e; ++e) {
            double o = 0;
            for (int j = 0; j < c.j; ++j)
              o += p[j] * v[((b * c.j + j) * c.h + h) * c.e + e];
            expected[((b * c.i + i) * c.h + h) * c.e + e] =
                sum == 0 ? (c.zeroRows ? 0 : NAN) : o / sum;
          }
        }
    return relativeError(out, [&](size_t n) { return expected[n]; });
  }
  static bool all(int, int) { return true; }
};

TEST_P(Attention, Sizes) {
  for (const Case &c :
       {Case{1, 2, 197, 197, 64, 64}, Case{2, 3, 17, 17, 16, 16}, Case{1, 1, 5, 5, 8, 8},
        Case{3, 2, 1, 1, 4, 4}, Case{1, 2, 1, 197, 64, 64}, Case{1, 2, 6, 63, 24, 40},
        Case{1, 1, 64, 64, 32, 32}, Case{2, 1, 7, 130, 80, 80}, Case{1, 3, 12, 50, 16, 128},
        Case{1, 1, 13, 256, 20, 3}, Case{1, 1, 24, 1100, 8, 16}})
    check(c, all);
}

TEST_P(Attention, AdditiveMask) {
  for (Case c :
       {Case{2, 2, 17, 17, 16, 16}, Case{1, 2, 20, 197, 64, 64}, Case{2, 1, 9, 100, 8, 8}}) {
    c.bias = true;
    auto bias = randomFloats(c.b * c.i * c.j, 4);
    const float inf = std::numeric_limits<float>::infinity();
    for (size_t n = 0; n < bias.size(); ++n)
      if (n % 3 == 0)
        bias[n] = -inf;
    // One row sees nothing, one has the smallest finite mask everywhere: uniform weights.
    std::fill_n(bias.begin() + c.j, c.j, -inf);
    std::fill_n(bias.begin() + 2 * c.j, c.j, -std::numeric_limits<float>::max());
    check(c, all, bias);
    c.zeroRows = true;
    check(c, all, bias);
  }
}

TEST_P(Attention, StructuredMasks) {
  for (Case c : {Case{1, 2, 17, 17, 16, 16}, Case{1, 1, 150, 150, 32, 32}, Case{2, 1, 20, 70, 8, 8},
                 Case{1, 1, 300, 300, 8, 8}}) {
    c.mask = "causal";
    check(c, [](int i, int j) { return j <= i; });
    c.mask = "causal, offset = 5";
    check(c, [](int i, int j) { return j <= i + 5; });
    c.mask = "causal, offset = -3";
    check(c, [](int i, int j) { return j <= i - 3; });
    c.zeroRows = true;
    c.mask = "window, left = 4, right = 9";
    check(c, [](int i, int j) { return j >= i - 4 && j <= i + 9; });
  }
}

TEST_P(Attention, MasksOfSets) {
  struct Mask {
    std::string sets;
    std::function<bool(int, int)> visible;
  };
  const Mask masks[] = {
      {"affine_set<(b, h, i, j) : (i floordiv 7 - j floordiv 7 == 0)>",
       [](int i, int j) { return i / 7 == j / 7; }},
      {"affine_set<(b, h, i, j) : (4 - j >= 0)>, affine_set<(b, h, i, j) : (i - j >= 0)>",
       [](int i, int j) { return j < 5 || j <= i; }},
      {"affine_set<(b, h, i, j) : (4 - j >= 0)>, affine_set<(b, h, i, j) : (i - j >= 0, j - i + 9 "
       ">= 0)>",
       [](int i, int j) { return j < 5 || (j <= i && j >= i - 9); }},
      {"affine_set<(b, h, i, j) : (i - j >= 0, 40 - j >= 0)>",
       [](int i, int j) { return j <= i && j <= 40; }},
      {"affine_set<(b, h, i, j) : (i floordiv 10 - j floordiv 10 + 1 >= 0, j floordiv 10 - i "
       "floordiv 10 + 1 >= 0, "
       "i mod 10 - j mod 10 + 2 >= 0, j mod 10 - i mod 10 + 2 >= 0)>",
       [](int i, int j) {
         return std::abs(i / 10 - j / 10) <= 1 && std::abs(i % 10 - j % 10) <= 2;
       }},
      {"affine_set<(b, h, i, j) : (-1 >= 0)>", [](int, int) { return false; }}};
  for (Case c : {Case{1, 2, 17, 17, 16, 16}, Case{2, 1, 40, 300, 8, 8}})
    for (const Mask &mask : masks) {
      c.mask = mask.sets;
      check(c, mask.visible);
    }
}

TEST_P(Attention, PlantedFaultsAreSeen) {
  // Wrong scale, wrong operands, a mask that is off by one, heads that are mixed up.
  Case c{1, 3, 16, 16, 16, 16};
  c.mask = "causal";
  auto causal = [](int i, int j) { return j <= i; };
  const std::string text = attentionText(c);
  EXPECT_LT(errorOf(text, c, causal), 3e-6);
  for (auto [right, wrong] :
       {std::pair("scale = 0.3", "scale = 0.303"), std::pair("<causal>", "<causal, offset = 1>"),
        std::pair("<causal>", "<causal, offset = -1>"),
        std::pair("ins(%q, %k, %v", "ins(%k, %q, %v"),
        std::pair("-> (b, i, h, d)", "-> (b, i, 2 - h, d)"),
        std::pair("-> (b, j, h, e)", "-> (b, j, h, 15 - e)")}) {
    std::string faulty = text;
    faulty.replace(faulty.find(right), std::string(right).size(), wrong);
    EXPECT_GT(errorOf(faulty, c, causal), 3e-5) << wrong;
  }
}

TEST_P(Attention, FirstQueriesOfALongerTensor) {
  // What is left of a last block of which one row is used: 197 queries lie there, the first ones
  // are read.
  for (int rows : {1, 3}) {
    Case c{2, 2, rows, 197, 64, 64};
    std::string text = attentionText(c), narrow = "tensor<2x" + std::to_string(rows) + "x2x64xf32>",
                whole = "tensor<2x197x2x64xf32>";
    // The query's type, in the signature and in the op; not the result's.
    for (const char *before : {"%q: ", "ins(%q, %k, %v : "})
      text.replace(text.find(before + narrow) + std::string(before).size(), narrow.size(), whole);
    auto q = randomFloats(2 * 197 * 2 * 64, 1), k = randomFloats(2 * 197 * 2 * 64, 2),
         v = randomFloats(2 * 197 * 2 * 64, 3);
    auto out = runFloats(text, {q, k, v}, 2 * rows * 2 * 64, testTarget(GetParam()));
    EXPECT_LT(relativeError(out,
                            [&](size_t n) {
                              int e = n % 64, h = n / 64 % 2, i = n / 128 % rows,
                                  b = n / 128 / rows;
                              double sum = 0, o = 0;
                              for (int j = 0; j < 197; ++j) {
                                double s = 0;
                                for (int d = 0; d < 64; ++d)
                                  s += double(q[((b * 197 + i) * 2 + h) * 64 + d]) *
                                       k[((b * 197 + j) * 2 + h) * 64 + d];
                                double p = std::exp(0.3 * s);
                                sum += p;
                                o += p * v[((b * 197 + j) * 2 + h) * 64 + e];
                              }
                              return o / sum;
                            }),
              3e-6);
  }
}

TEST_P(Attention, ScoreRegionWithIndicesAndTruthValues) {
  // Keys are hidden by a boolean capture and, inside the region, beyond query + 2.
  const char *text = R"mlir(
#q = affine_map<(b, h, i, j, d, e) -> (i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (j, e)>
#m = affine_map<(b, h, i, j, d, e) -> (j)>
#o = affine_map<(b, h, i, j, d, e) -> (i, e)>
kernel.func @region(%q: tensor<21x8xf32>, %k: tensor<21x8xf32>, %v: tensor<21x8xf32>, %m: tensor<21xi1>)
    -> tensor<21x8xf32> attributes {anchor = #kernel.anchor<attention>} {
  %o = attn.attention ins(%q, %k, %v : tensor<21x8xf32>, tensor<21x8xf32>, tensor<21x8xf32>)
      captures(%m : tensor<21xi1>) domain = [1, 1, 21, 21, 8, 8] indexing_maps = [#q, #k, #v, #m, #o]
      mask = #attn.mask<dense> numerics = #attn.numerics<scale = 1.0 : f64> {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %c: i1):
    %low = arith.constant 0xFF800000 : f32
    %two = arith.constant 2 : index
    %0 = arith.addi %i, %two : index
    %1 = arith.cmpi sle, %j, %0 : index
    %2 = arith.andi %1, %c : i1
    %3 = arith.select %2, %s, %low : f32
    attn.yield %3 : f32
  } -> tensor<21x8xf32>
  kernel.return %o : tensor<21x8xf32>
})mlir";
  const int S = 21, D = 8;
  TestKernel kernel(text, testTarget(GetParam()));
  ASSERT_TRUE(kernel.ok()) << kernel.diagnostics();
  auto q = randomFloats(S * D, 1), k = randomFloats(S * D, 2), v = randomFloats(S * D, 3);
  std::vector<float> out(S * D);
  uint8_t mask[S];
  for (int j = 0; j < S; ++j)
    mask[j] = j % 3 != 2;
  EXPECT_EQ(kernel.run({q.data(), k.data(), v.data(), mask, out.data()}), 0);
  EXPECT_LT(relativeError(out,
                          [&](size_t n) {
                            int e = n % D, i = n / D;
                            double sum = 0, o = 0;
                            for (int j = 0; j < S && j <= i + 2; ++j) {
                              double s = 0;
                              for (int d = 0; d < D; ++d)
                                s += double(q[i * D + d]) * k[j * D + d];
                              double p = mask[j] ? std::exp(s) : 0;
                              sum += p;
                              o += p * v[j * D + e];
                            }
                            return o / sum;
                          }),
            3e-6);
}

TEST_P(Attention, PackedInputAndTransposedKeys) {
  // Q and V from one [s, 3, h, d] tensor, K already [h, d, s].
  const char *text = R"mlir(
#q = affine_map<(b, h, i, j, d, e) -> (i, h * 16 + d)>
#k = affine_map<(b, h, i, j, d, e) -> (h, d, j)>
#v = affine_map<(b, h, i, j, d, e) -> (j, h * 16 + e + 64)>
#o = affine_map<(b, h, i, j, d, e) -> (i, h, e)>
kernel.func @packed(%x: tensor<37x96xf32>, %k: tensor<2x16x37xf32>) -> tensor<37x2x16xf32>
    attributes {anchor = #kernel.anchor<attention>} {
  %o = attn.attention ins(%x, %k, %x : tensor<37x96xf32>, tensor<2x16x37xf32>, tensor<37x96xf32>)
      domain = [1, 2, 37, 37, 16, 16] indexing_maps = [#q, #k, #v, #o] mask = #attn.mask<dense>
      numerics = #attn.numerics<scale = 0.25 : f64> {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
    attn.yield %s : f32
  } -> tensor<37x2x16xf32>
  kernel.return %o : tensor<37x2x16xf32>
})mlir";
  const int S = 37;
  auto x = randomFloats(S * 96, 1), k = randomFloats(2 * 16 * S, 2);
  auto out = runFloats(text, {x, k}, S * 32, testTarget(GetParam()));
  EXPECT_LT(relativeError(out,
                          [&](size_t n) {
                            int e = n % 16, h = n / 16 % 2, i = n / 32;
                            double sum = 0, o = 0;
                            for (int j = 0; j < S; ++j) {
                              double s = 0;
                              for (int d = 0; d < 16; ++d)
                                s += double(x[i * 96 + h * 16 + d]) * k[(h * 16 + d) * S + j];
                              double p = std::exp(0.25 * s);
                              sum += p;
                              o += p * x[j * 96 + 64 + h * 16 + e];
                            }
                            return o / sum;
                          }),
            3e-6);
}

INSTANTIATE_TEST_SUITE_P(Targets, Attention, testing::Values(0, 1));

} // namespace
