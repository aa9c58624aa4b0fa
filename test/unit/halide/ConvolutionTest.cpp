// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Convolutions as the lowering writes them, with a bias, into channels first or last: patch
// embeddings, padding, strides, dilations, groups, one dimension.

#include "Harness.h"

using namespace fovea::test;

namespace {

struct Shape {
  int64_t n, ic, h, w, oc, kh, kw, stride = 1, dilation = 1, pad = 0, group = 1;
  int64_t ph() const { return h > 1 ? pad : 0; } // a single row is not padded
  int64_t oh() const { return (h + 2 * ph() - dilation * (kh - 1) - 1) / stride + 1; }
  int64_t ow() const { return (w + 2 * pad - dilation * (kw - 1) - 1) / stride + 1; }
};

/// x is [n, ic, h, w], w is [oc, ic / group, kh, kw]; the result is [n, oc, oh, ow], or with
/// `channelsLast` [n, oh, ow, oc].
std::string convolutionText(const Shape &s, bool channelsLast) {
  const bool grouped = s.group > 1;
  std::string x = "tensor<$Nx$ICx$Hx$Wxf32>", w = "tensor<$OCx$ICGx$KHx$KWxf32>",
              padded = "tensor<$Nx$ICx$PHx$PWxf32>", y = "tensor<$Nx$OCx$OHx$OWxf32>",
              out = channelsLast ? "tensor<$Nx$OHx$OWx$OCxf32>" : y;
  std::string text =
      "kernel.func @convolution(%x: " + x + ", %w: " + w + ", %b: tensor<$OCxf32>) -> " + out +
      " attributes {anchor = #kernel.anchor<convolution>} {\n%zero = arith.constant 0.0 : f32\n";
  std::string input = "%x";
  if (s.pad) {
    text += "%padded = tensor.pad %x low[0, 0, $LH, $P] high[0, 0, $LH, $P] {\n"
            "^bb0(%0: index, %1: index, %2: index, %3: index):\n tensor.yield %zero : f32\n} : " +
            x + " to " + padded + "\n";
    input = "%padded";
  }
  std::string loops, weights = "%w", result = "%p", xType = padded, wType = w, pType = y;
  if (grouped) {
    xType = "tensor<$Nx$Gx$ICGx$PHx$PWxf32>";
    wType = "tensor<$Gx$OCGx$ICGx$KHx$KWxf32>";
    pType = "tensor<$Nx$Gx$OCGx$OHx$OWxf32>";
    text += "%xg = tensor.expand_shape " + input + " [[0], [1, 2], [3], [4]] output_shape " +
            "[$N, $G, $ICG, $PH, $PW] : " + padded + " into " + xType +
            "\n%wg = tensor.expand_shape %w [[0, 1], [2], [3], [4]] output_shape " +
            "[$G, $OCG, $ICG, $KH, $KW] : " + w + " into " + wType + "\n";
    input = "%xg";
    weights = "%wg";
    loops = "indexing_maps = ["
            "affine_map<(n, y, x, o, g, i, r, s) -> (n, g, i, y * $S + r * $D, x * $S + s * $D)>, "
            "affine_map<(n, y, x, o, g, i, r, s) -> (g, o, i, r, s)>, "
            "affine_map<(n, y, x, o, g, i, r, s) -> (n, g, o, y, x)>], iterator_types = "
            "[\"parallel\", \"parallel\", \"parallel\", \"parallel\", \"parallel\", "
            "\"reduction\", \"reduction\", \"reduction\"]";
  } else {
    loops = "indexing_maps = ["
            "affine_map<(n, y, x, o, i, r, s) -> (n, i, y * $S + r * $D, x * $S + s * $D)>, "
            "affine_map<(n, y, x, o, i, r, s) -> (o, i, r, s)>, "
            "affine_map<(n, y, x, o, i, r, s) -> (n, o, y, x)>], iterator_types = "
            "[\"parallel\", \"parallel\", \"parallel\", \"parallel\", "
            "\"reduction\", \"reduction\", \"reduction\"]";
  }
  text += "%e = tensor.empty() : " + pType +
          "\n%f = linalg.fill ins(%zero : f32) outs(%e : " + pType + ") -> " + pType +
          "\n%p = linalg.generic {" + loops + "} ins(" + input + ", " + weights + " : " + xType +
          ", " + wType + ") outs(%f : " + pType +
          ") {\n^bb0(%u: f32, %v: f32, %a: f32):\n%1 = arith.mulf %u, %v : f32\n"
          "%2 = arith.addf %a, %1 : f32\nlinalg.yield %2 : f32\n} -> " +
          pType + "\n";
  if (grouped) {
    text +=
        "%c = tensor.collapse_shape %p [[0], [1, 2], [3], [4]] : " + pType + " into " + y + "\n";
    result = "%c";
  }
  text += "%eo = tensor.empty() : " + out +
          "\n%r = linalg.generic {indexing_maps = [affine_map<(n, c, y, x) -> (n, c, y, x)>, "
          "affine_map<(n, c, y, x) -> (c)>, affine_map<(n, c, y, x) -> " +
          (channelsLast ? "(n, y, x, c)" : "(n, c, y, x)") +
          ">], iterator_types = [\"parallel\", \"parallel\", \"parallel\", \"parallel\"]} ins(" +
          result + ", %b : " + y + ", tensor<$OCxf32>) outs(%eo : " + out +
          ") {\n^bb0(%u: f32, %v: f32, %a: f32):\n%1 = arith.addf %u, %v : f32\n"
          "linalg.yield %1 : f32\n} -> " +
          out + "\nkernel.return %r : " + out + "\n}";
  return substitute(text, {{"N", s.n},
                           {"IC", s.ic},
                           {"ICG", s.ic / s.group},
                           {"H", s.h},
                           {"W", s.w},
                           {"PH", s.h + 2 * s.ph()},
                           {"PW", s.w + 2 * s.pad},
                           {"LH", s.ph()},
                           {"P", s.pad},
                           {"OC", s.oc},
                           {"OCG", s.oc / s.group},
                           {"G", s.group},
                           {"KH", s.kh},
                           {"KW", s.kw},
                           {"OH", s.oh()},
                           {"OW", s.ow()},
                           {"S", s.stride},
                           {"D", s.dilation}});
}

class Convolution : public testing::TestWithParam<int> {
protected:
  void check(const Shape &s) {
    auto x = randomFloats(s.n * s.ic * s.h * s.w, 1),
         w = randomFloats(s.oc * s.ic / s.group * s.kh * s.kw, 2), bias = randomFloats(s.oc, 3);
    const int64_t OH = s.oh(), OW = s.ow(), ics = s.ic / s.group, ocs = s.oc / s.group;
    auto element = [&](int64_t n, int64_t o, int64_t r, int64_t c) {
      double sum = bias[o];
      for (int64_t i = 0; i < ics; ++i)
        for (int64_t kr = 0; kr < s.kh; ++kr)
          for (int64_t kc = 0; kc < s.kw; ++kc) {
            int64_t row = r * s.stride + kr * s.dilation - s.ph(),
                    column = c * s.stride + kc * s.dilation - s.pad;
            if (row < 0 || row >= s.h || column < 0 || column >= s.w)
              continue;
            int64_t channel = o / ocs * ics + i;
            sum += double(x[((n * s.ic + channel) * s.h + row) * s.w + column]) *
                   w[((o * ics + i) * s.kh + kr) * s.kw + kc];
          }
      return sum;
    };
    for (bool channelsLast : {false, true}) {
      SCOPED_TRACE(testing::Message()
                   << s.n << "x" << s.ic << "x" << s.h << "x" << s.w << " to " << s.oc << " by "
                   << s.kh << "x" << s.kw << " stride " << s.stride << " pad " << s.pad
                   << " groups " << s.group << (channelsLast ? " channels last" : ""));
      auto out = runFloats(convolutionText(s, channelsLast), {x, w, bias}, s.n * s.oc * OH * OW,
                           testTarget(GetParam()));
      EXPECT_LT(relativeError(out,
                              [&](size_t at) {
                                if (channelsLast)
                                  return element(at / (OH * OW * s.oc), at % s.oc,
                                                 at / (s.oc * OW) % OH, at / s.oc % OW);
                                return element(at / (OH * OW * s.oc), at / (OH * OW) % s.oc,
                                               at / OW % OH, at % OW);
                              }),
                3e-6);
    }
  }
};

TEST_P(Convolution, PatchEmbedding) {
  check({1, 3, 64, 64, 96, 16, 16, 16});
  check({3, 3, 24, 40, 40, 8, 8, 8});
  check({2, 1, 28, 14, 64, 7, 7, 7});
  check({2, 3, 8, 12, 17, 4, 4, 4});    // the last columns of a panel are missing
  check({1, 3, 35, 35, 8, 16, 16, 16}); // pixels are left over
}

TEST_P(Convolution, Padding) {
  check({1, 5, 9, 11, 20, 3, 3, 1, 1, 1});
  check({2, 4, 8, 8, 64, 3, 3, 2, 1, 1});
  check({1, 3, 33, 31, 48, 7, 7, 2, 1, 3});
  check({1, 2, 10, 10, 6, 3, 3, 1, 2, 2});
}

TEST_P(Convolution, PointsAndStrides) {
  check({2, 32, 7, 7, 64, 1, 1});
  check({1, 16, 9, 9, 32, 1, 1, 2});
  check({1, 6, 12, 10, 24, 3, 3, 2});
}

TEST_P(Convolution, Groups) {
  check({1, 4, 6, 6, 8, 3, 3, 1, 2, 2, 2});
  check({2, 6, 9, 8, 6, 3, 3, 1, 1, 1, 6}); // one channel a group
  check({1, 8, 8, 8, 64, 3, 3, 2, 1, 1, 2});
}

TEST_P(Convolution, OneDimension) {
  check({2, 8, 1, 50, 24, 1, 3, 1, 1, 1});
  check({1, 3, 1, 40, 16, 1, 8, 8});
}

INSTANTIATE_TEST_SUITE_P(Targets, Convolution, testing::Values(0, 1));

} // namespace
