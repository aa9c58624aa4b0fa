// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels through the LLVM backend, each as the only kernel of a program, compared with plain loops
// in double.

#include "test/unit/link/CompiledModel.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

using namespace fovea;
using namespace fovea::test;
using ::testing::HasSubstr;

/// A program that runs kernel @k, whose text is `kernel`, on memrefs of these types.
static std::string wrap(const std::string &kernel, const std::vector<std::string> &inputs,
                        const std::vector<std::string> &outputs) {
  std::string arguments, ins, outs, inTypes, outTypes;
  auto add = [&](const std::vector<std::string> &types, const char *prefix, std::string &names,
                 std::string &list) {
    for (size_t i = 0; i < types.size(); ++i) {
      std::string name = std::string("%") + prefix + std::to_string(i);
      arguments += name + ": memref<" + types[i] + ">, ";
      names += (i ? ", " : "") + name;
      list += (i ? ", memref<" : "memref<") + types[i] + ">";
    }
  };
  add(inputs, "in", ins, inTypes);
  add(outputs, "out", outs, outTypes);
  return "module attributes {fovea.arena_bytes = 64 : i64} {\nfunc.func @main(" + arguments +
         "%arena: memref<?xi8>) attributes {fovea.inputs = " + std::to_string(inputs.size()) +
         " : i64, fovea.outputs = " + std::to_string(outputs.size()) +
         " : i64} {\n kernel.launch @k(" + ins + ") outs(" + outs + ") : (" + inTypes + ") outs(" +
         outTypes + ")\n return\n}\n" + kernel + "\n}";
}

/// Small random values, the same in every run.
static std::vector<float> makeValues(size_t count, unsigned seed = 1) {
  std::mt19937 generator(seed);
  std::vector<float> values(count);
  for (float &value : values)
    value = float(int(generator() % 2001) - 1000) / 500;
  return values;
}

/// Runs on one and on three threads, expects the same bytes, and returns the first output.
template <typename T>
static std::vector<T> run(const std::string &source, const std::vector<std::vector<char>> &inputs,
                          const char *cpu = "native") {
  CompiledModel compiled(source, cpu);
  EXPECT_TRUE(compiled.model) << compiled.error;
  if (!compiled.model)
    return {};
  std::vector<std::vector<char>> one, three;
  EXPECT_EQ(compiled.run(inputs, one, 1), FOVEA_OK);
  EXPECT_EQ(compiled.run(inputs, three, 3), FOVEA_OK);
  EXPECT_EQ(one, three) << "results depend on the number of threads";
  return fromBytes<T>(one[0]);
}

static void expectNear(const std::vector<float> &actual, const std::vector<double> &expected,
                       double tolerance) {
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < actual.size(); ++i)
    ASSERT_NEAR(actual[i], expected[i], tolerance) << "at " << i;
}

/// softmax(x) of rows: three steps with scratch between them, and the maximum and sum along the
/// innermost loop.
static const char *softmax = R"mlir(
kernel.func @k(%x: tensor<96x197xf32>) -> tensor<96x197xf32> attributes {anchor = #kernel.anchor<rows>, backend = #kernel.backend<llvm>} {
  %low = arith.constant 0xFF800000 : f32
  %zero = arith.constant 0.0 : f32
  %er = tensor.empty() : tensor<96xf32>
  %e = tensor.empty() : tensor<96x197xf32>
  %fm = linalg.fill ins(%low : f32) outs(%er : tensor<96xf32>) -> tensor<96xf32>
  %max = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<96x197xf32>) outs(%fm : tensor<96xf32>) {
    ^bb0(%a: f32, %c: f32):
      %m = arith.maximumf %a, %c : f32
      linalg.yield %m : f32
  } -> tensor<96xf32>
  %exp = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%x, %max : tensor<96x197xf32>, tensor<96xf32>) outs(%e : tensor<96x197xf32>) {
    ^bb0(%a: f32, %c: f32, %o: f32):
      %d = arith.subf %a, %c : f32
      %p = math.exp %d : f32
      linalg.yield %p : f32
  } -> tensor<96x197xf32>
  %fs = linalg.fill ins(%zero : f32) outs(%er : tensor<96xf32>) -> tensor<96xf32>
  %sum = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]}
      ins(%exp : tensor<96x197xf32>) outs(%fs : tensor<96xf32>) {
    ^bb0(%a: f32, %c: f32):
      %m = arith.addf %a, %c : f32
      linalg.yield %m : f32
  } -> tensor<96xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%exp, %sum : tensor<96x197xf32>, tensor<96xf32>) outs(%e : tensor<96x197xf32>) {
    ^bb0(%a: f32, %c: f32, %o: f32):
      %d = arith.divf %a, %c : f32
      linalg.yield %d : f32
  } -> tensor<96x197xf32>
  kernel.return %r : tensor<96x197xf32>
})mlir";

TEST(LLVMKernel, Softmax) {
  std::vector<float> x = makeValues(96 * 197);
  std::vector<double> expected;
  for (int i = 0; i < 96; ++i) {
    double sum = 0;
    for (int j = 0; j < 197; ++j)
      sum += std::exp(double(x[i * 197 + j]));
    for (int j = 0; j < 197; ++j)
      expected.push_back(std::exp(double(x[i * 197 + j])) / sum);
  }
  std::string source = wrap(softmax, {"96x197xf32"}, {"96x197xf32"});
  for (const char *cpu : {"native", "x86-64-v3"})
    expectNear(run<float>(source, {toBytes(x)}, cpu), expected, 1e-7);
  EXPECT_GT(CompiledModel(source).model->scratch_bytes, 96u * 197 * 4);
}

/// One large term first: alone, each of the others would be lost.
TEST(LLVMKernel, LongSumsAreSumsOfSums) {
  for (int k : {1024, 700}) {
    std::string source = R"mlir(
kernel.func @k(%x: tensor<3xKxf32>, %w: tensor<Kx40xf32>) -> tensor<3x40xf32> attributes {anchor = #kernel.anchor<contraction>, backend = #kernel.backend<llvm>} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<3x40xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<3x40xf32>) -> tensor<3x40xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>,
      affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<3xKxf32>, tensor<Kx40xf32>) outs(%f : tensor<3x40xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %p = arith.mulf %a, %b : f32
      %s = arith.addf %p, %c : f32
      linalg.yield %s : f32
  } -> tensor<3x40xf32>
  kernel.return %r : tensor<3x40xf32>
})mlir";
    for (size_t at; (at = source.find("xKx")) != std::string::npos;)
      source.replace(at + 1, 1, std::to_string(k));
    for (size_t at; (at = source.find("<Kx")) != std::string::npos;)
      source.replace(at + 1, 1, std::to_string(k));
    std::vector<float> x(3 * k, 1.0f), w(k * 40, 1.0f);
    for (int row = 0; row < 3; ++row)
      x[row * k] = 1 << 24;
    std::string size = std::to_string(k);
    auto y = run<float>(wrap(source, {"3x" + size + "xf32", size + "x40xf32"}, {"3x40xf32"}),
                        {toBytes(x), toBytes(w)});
    ASSERT_EQ(y.size(), 120u);
    for (float value : y)
      EXPECT_NEAR(value, (1 << 24) + k - 1, 256);
  }
}

TEST(LLVMKernel, ProductsOfEitherLayout) {
  constexpr int m = 37, n = 67, k = 130;
  std::vector<float> a = makeValues(m * k, 1), b = makeValues(k * n, 2);
  std::vector<double> expected;
  for (int i = 0; i < m; ++i)
    for (int j = 0; j < n; ++j) {
      double sum = 0;
      for (int l = 0; l < k; ++l)
        sum += double(a[i * k + l]) * b[l * n + j];
      expected.push_back(sum);
    }
  std::vector<float> transposed(n * k);
  for (int j = 0; j < n; ++j)
    for (int l = 0; l < k; ++l)
      transposed[j * k + l] = b[l * n + j];
  auto make = [](const std::string &type, const std::string &map) {
    return wrap(
        "kernel.func @k(%x: tensor<37x130xf32>, %w: tensor<" + type +
            R"mlir(>) -> tensor<37x67xf32> attributes {anchor = #kernel.anchor<contraction>, backend = #kernel.backend<llvm>} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<37x67xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<37x67xf32>) -> tensor<37x67xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> )mlir" +
            map +
            R"mlir(>, affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<37x130xf32>, tensor<)mlir" +
            type + R"mlir(>) outs(%f : tensor<37x67xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %p = arith.mulf %a, %b : f32
      %s = arith.addf %p, %c : f32
      linalg.yield %s : f32
  } -> tensor<37x67xf32>
  kernel.return %r : tensor<37x67xf32>
})mlir",
        {"37x130xf32", type}, {"37x67xf32"});
  };
  expectNear(run<float>(make("130x67xf32", "(k, n)"), {toBytes(a), toBytes(b)}), expected, 1e-3);
  expectNear(run<float>(make("67x130xf32", "(n, k)"), {toBytes(a), toBytes(transposed)}), expected,
             1e-3);
}

TEST(LLVMKernel, MultiplyAndAddAreFused) {
  std::string source = wrap(R"mlir(
kernel.func @k(%x: tensor<8x64xf32>, %w: tensor<64x64xf32>) -> tensor<8x64xf32> attributes {anchor = #kernel.anchor<contraction>, backend = #kernel.backend<llvm>} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<8x64xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<8x64xf32>) -> tensor<8x64xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<8x64xf32>, tensor<64x64xf32>) outs(%f : tensor<8x64xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %p = arith.mulf %a, %b : f32
      %s = arith.addf %c, %p : f32
      linalg.yield %s : f32
  } -> tensor<8x64xf32>
  kernel.return %r : tensor<8x64xf32>
})mlir",
                            {"8x64xf32", "64x64xf32"}, {"8x64xf32"});
  EXPECT_THAT(compile(source, link::EmitKind::Assembly, "x86-64-v3"),
              testing::ContainsRegex("vfmadd[0-9]*ps[^\n]*ymm"));
  EXPECT_THAT(compile(source, link::EmitKind::Assembly, "x86-64-v4"),
              testing::ContainsRegex("vfmadd[0-9]*ps[^\n]*zmm"));
}

TEST(LLVMKernel, GatherPadConcatenateAndMask) {
  // rows of a table by clamped index, a zero frame around them, minus one where a mask says so,
  // then a first row of threes
  std::string source = wrap(R"mlir(
kernel.func @k(%table: tensor<5x4xf32>, %index: tensor<3xi64>, %mask: tensor<3x4xi1>) -> (tensor<6x6xf32>, tensor<3x4xi1>)
    attributes {anchor = #kernel.anchor<elementwise>, backend = #kernel.backend<llvm>} {
  %c0 = arith.constant 0 : i64
  %c4 = arith.constant 4 : i64
  %zero = arith.constant 0.0 : f32
  %minus = arith.constant -1.0 : f32
  %e = tensor.empty() : tensor<3x4xf32>
  %rows = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%index, %mask : tensor<3xi64>, tensor<3x4xi1>) outs(%e : tensor<3x4xf32>) {
    ^bb0(%a: i64, %m: i1, %o: f32):
      %low = arith.maxsi %a, %c0 : i64
      %high = arith.minsi %low, %c4 : i64
      %row = arith.index_cast %high : i64 to index
      %column = linalg.index 1 : index
      %v = tensor.extract %table[%row, %column] : tensor<5x4xf32>
      %s = arith.select %m, %minus, %v : f32
      linalg.yield %s : f32
  } -> tensor<3x4xf32>
  %eb = tensor.empty() : tensor<3x4xi1>
  %positive = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%rows : tensor<3x4xf32>) outs(%eb : tensor<3x4xi1>) {
    ^bb0(%a: f32, %o: i1):
      %p = arith.cmpf ogt, %a, %zero : f32
      linalg.yield %p : i1
  } -> tensor<3x4xi1>
  %padded = tensor.pad %rows low[1, 1] high[1, 1] {
    ^bb0(%i: index, %j: index):
      tensor.yield %zero : f32
  } : tensor<3x4xf32> to tensor<5x6xf32>
  %threes = arith.constant dense<3.0> : tensor<1x6xf32>
  %all = tensor.empty() : tensor<6x6xf32>
  %first = tensor.insert_slice %threes into %all[0, 0] [1, 6] [1, 1] : tensor<1x6xf32> into tensor<6x6xf32>
  %both = tensor.insert_slice %padded into %first[1, 0] [5, 6] [1, 1] : tensor<5x6xf32> into tensor<6x6xf32>
  kernel.return %both, %positive : tensor<6x6xf32>, tensor<3x4xi1>
})mlir",
                            {"5x4xf32", "3xi64", "3x4xi1"}, {"6x6xf32", "3x4xi1"});
  std::vector<float> table;
  for (int i = 0; i < 20; ++i)
    table.push_back(float(i));
  std::vector<char> mask = {0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0};
  CompiledModel compiled(source);
  ASSERT_TRUE(compiled.model) << compiled.error;
  std::vector<std::vector<char>> outputs;
  ASSERT_EQ(compiled.run({toBytes(table), toBytes<int64_t>({1, 99, -5}), mask}, outputs), FOVEA_OK);
  EXPECT_EQ(fromBytes<float>(outputs[0]),
            (std::vector<float>{3, 3,  3,  3,  3,  3, 0, 0, 0, 0, 0, 0, 0, 4, 5, 6, 7, 0,
                                0, -1, 17, 18, -1, 0, 0, 0, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(outputs[1], (std::vector<char>{1, 1, 1, 1, 0, 1, 1, 0, 0, 1, 1, 1}));
  EXPECT_EQ(compiled.model->outputs[1].dtype.code, 6);
}

/// Two pads that begin as the same zeros, and two insertions into what is a result itself.
TEST(LLVMKernel, WritersOfOneTensorDoNotMeet) {
  std::string pads = wrap(R"mlir(
kernel.func @k(%a: tensor<2xf32>, %b: tensor<2xf32>) -> tensor<2x3xf32> attributes {anchor = #kernel.anchor<elementwise>, backend = #kernel.backend<llvm>} {
  %zero = arith.constant 0.0 : f32
  %left = tensor.pad %a low[0] high[1] {
    ^bb0(%i: index):
      tensor.yield %zero : f32
  } : tensor<2xf32> to tensor<3xf32>
  %right = tensor.pad %b low[1] high[0] {
    ^bb0(%i: index):
      tensor.yield %zero : f32
  } : tensor<2xf32> to tensor<3xf32>
  %e = tensor.empty() : tensor<2x3xf32>
  %first = tensor.insert_slice %left into %e[0, 0] [1, 3] [1, 1] : tensor<3xf32> into tensor<2x3xf32>
  %both = tensor.insert_slice %right into %first[1, 0] [1, 3] [1, 1] : tensor<3xf32> into tensor<2x3xf32>
  kernel.return %both : tensor<2x3xf32>
})mlir",
                          {"2xf32", "2xf32"}, {"2x3xf32"});
  EXPECT_EQ(run<float>(pads, {toBytes<float>({1, 2}), toBytes<float>({3, 4})}),
            (std::vector<float>{1, 2, 0, 0, 3, 4}));

  std::string insertions = wrap(R"mlir(
kernel.func @k(%x: tensor<3xf32>, %a: tensor<1xf32>) -> (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) attributes {anchor = #kernel.anchor<elementwise>, backend = #kernel.backend<llvm>} {
  %e = tensor.empty() : tensor<3xf32>
  %n = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%x : tensor<3xf32>) outs(%e : tensor<3xf32>) {
    ^bb0(%v: f32, %o: f32):
      %m = arith.negf %v : f32
      linalg.yield %m : f32
  } -> tensor<3xf32>
  %front = tensor.insert_slice %a into %n[0] [1] [1] : tensor<1xf32> into tensor<3xf32>
  %back = tensor.insert_slice %a into %n[2] [1] [1] : tensor<1xf32> into tensor<3xf32>
  kernel.return %front, %back, %n : tensor<3xf32>, tensor<3xf32>, tensor<3xf32>
})mlir",
                                {"3xf32", "1xf32"}, {"3xf32", "3xf32", "3xf32"});
  CompiledModel compiled(insertions);
  ASSERT_TRUE(compiled.model) << compiled.error;
  std::vector<std::vector<char>> outputs;
  ASSERT_EQ(compiled.run({toBytes<float>({1, 2, 3}), toBytes<float>({7})}, outputs), FOVEA_OK);
  EXPECT_EQ(fromBytes<float>(outputs[0]), (std::vector<float>{7, -2, -3}));
  EXPECT_EQ(fromBytes<float>(outputs[1]), (std::vector<float>{-1, -2, 7}));
  EXPECT_EQ(fromBytes<float>(outputs[2]), (std::vector<float>{-1, -2, -3}));
}

TEST(LLVMKernel, ConvolutionWithStride) {
  // 1 x 2 x 7 x 7, 3 filters of 2 x 3 x 3, stride 2, as (n, oh, ow, oc, ic, kh, kw)
  std::string source = wrap(R"mlir(
kernel.func @k(%x: tensor<1x2x7x7xf32>, %w: tensor<3x2x3x3xf32>) -> tensor<1x3x3x3xf32> attributes {anchor = #kernel.anchor<convolution>, backend = #kernel.backend<llvm>} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x3x3x3xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x3x3x3xf32>) -> tensor<1x3x3x3xf32>
  %r = linalg.generic {indexing_maps = [
        affine_map<(n, h, w, o, i, p, q) -> (n, i, h * 2 + p, w * 2 + q)>,
        affine_map<(n, h, w, o, i, p, q) -> (o, i, p, q)>,
        affine_map<(n, h, w, o, i, p, q) -> (n, o, h, w)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%x, %w : tensor<1x2x7x7xf32>, tensor<3x2x3x3xf32>) outs(%f : tensor<1x3x3x3xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %p = arith.mulf %a, %b : f32
      %s = arith.addf %c, %p : f32
      linalg.yield %s : f32
  } -> tensor<1x3x3x3xf32>
  kernel.return %r : tensor<1x3x3x3xf32>
})mlir",
                            {"1x2x7x7xf32", "3x2x3x3xf32"}, {"1x3x3x3xf32"});
  std::vector<float> x = makeValues(98, 3), w = makeValues(54, 4);
  std::vector<double> expected;
  for (int o = 0; o < 3; ++o)
    for (int h = 0; h < 3; ++h)
      for (int v = 0; v < 3; ++v) {
        double sum = 0;
        for (int i = 0; i < 2; ++i)
          for (int p = 0; p < 3; ++p)
            for (int q = 0; q < 3; ++q)
              sum +=
                  double(x[i * 49 + (h * 2 + p) * 7 + v * 2 + q]) * w[o * 18 + i * 9 + p * 3 + q];
        expected.push_back(sum);
      }
  expectNear(run<float>(source, {toBytes(x), toBytes(w)}), expected, 1e-4);
}

TEST(LLVMKernel, HalfAndBfloatThroughFloat) {
  for (std::string type : {"f16", "bf16"})
    for (const char *cpu : {"x86-64-v3", "native"}) {
      std::string source = wrap("kernel.func @k(%x: tensor<64x" + type + ">) -> (tensor<64x" +
                                    type + ">, tensor<64x" + type + R"mlir(>)
    attributes {anchor = #kernel.anchor<elementwise>, backend = #kernel.backend<llvm>} {
  %e = tensor.empty() : tensor<64x)mlir" +
                                    type + R"mlir(>
  %r:2 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%x : tensor<64x)mlir" + type +
                                    ">) outs(%e, %e : tensor<64x" + type + ">, tensor<64x" + type +
                                    R"mlir(>) {
    ^bb0(%a: )mlir" + type +
                                    ", %o: " + type + ", %p: " + type + R"mlir():
      %s = arith.addf %a, %a : )mlir" +
                                    type + R"mlir(
      %w = arith.extf %a : )mlir" + type +
                                    R"mlir( to f32
      %t = math.tanh %w : f32
      %n = arith.truncf %t : f32 to )mlir" +
                                    type + R"mlir(
      linalg.yield %s, %n : )mlir" + type +
                                    ", " + type + "\n  } -> (tensor<64x" + type + ">, tensor<64x" +
                                    type + R"mlir(>)
  kernel.return %r#0, %r#1 : tensor<64x)mlir" +
                                    type + ">, tensor<64x" + type + ">\n}",
                                {"64x" + type}, {"64x" + type, "64x" + type});
      bool half = type == "f16";
      // 1.0, 0.5 and -2.0 in either format
      uint16_t one = half ? 0x3c00 : 0x3f80, two = half ? 0x4000 : 0x4000;
      std::vector<uint16_t> x(64, one);
      std::vector<uint16_t> doubled = run<uint16_t>(source, {toBytes(x)}, cpu);
      EXPECT_EQ(doubled, std::vector<uint16_t>(64, two)) << type << " " << cpu;
    }
}

TEST(LLVMKernel, RefusesPackedMatrices) {
  std::string diagnostics;
  std::string source = wrap(R"mlir(
kernel.func @k(%x: tensor<4x4xf32, #kernel.panels<2>>) -> tensor<4x4xf32> attributes {anchor = #kernel.anchor<elementwise>, backend = #kernel.backend<llvm>} {
  %e = tensor.empty() : tensor<4x4xf32>
  kernel.return %e : tensor<4x4xf32>
})mlir",
                            {"4x4xf32"}, {"4x4xf32"});
  EXPECT_TRUE(compile(source, link::EmitKind::Object, "native", &diagnostics).empty());
  EXPECT_THAT(diagnostics, HasSubstr("plain row-major tensors"));
}

TEST(LLVMKernel, DoubleIsRoundedOnceToSixteenBits) {
  // Just above the midpoint of 1 and the next number; f32 would round to the midpoint first, and
  // that to 1.
  for (auto [type, middle, above] : {std::tuple("f16", 1 + 0x1p-11, uint16_t(0x3c01)),
                                     std::tuple("bf16", 1 + 0x1p-8, uint16_t(0x3f81))}) {
    std::string t = type;
    std::string source = wrap(
        "kernel.func @k(%x: tensor<4xf64>) -> tensor<4x" + t +
            R"mlir(> attributes {anchor = #kernel.anchor<elementwise>, backend = #kernel.backend<llvm>} {
  %e = tensor.empty() : tensor<4x)mlir" +
            t +
            R"mlir(>
  %r = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%x : tensor<4xf64>) outs(%e : tensor<4x)mlir" +
            t + ">) {\n^bb0(%a: f64, %o: " + t + "):\n%n = arith.truncf %a : f64 to " + t +
            "\nlinalg.yield %n : " + t + "\n} -> tensor<4x" + t +
            ">\nkernel.return %r : tensor<4x" + t + ">\n}",
        {"4xf64"}, {"4x" + t});
    std::vector<double> x = {1.0, middle, middle + 0x1p-40, -middle - 0x1p-40};
    EXPECT_EQ(run<uint16_t>(source, {toBytes(x)}),
              (std::vector<uint16_t>{uint16_t(above - 1), uint16_t(above - 1), above,
                                     uint16_t(above | 0x8000)}))
        << type;
  }
}
