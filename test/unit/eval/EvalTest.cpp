// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The evaluator against values computed by hand and properties that hold for any values. The
// standard's own cases are in conformance.py.

#include "compiler/eval/Evaluate.h"

#include "dialects/onnx/OnnxDialect.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"
#include <cmath>
#include <limits>
#include <random>

using namespace mlir;
using namespace fovea;
using eval::Tensor;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

class EvalTest : public ::testing::Test {
protected:
  EvalTest() {
    context.loadDialect<onnx::OnnxDialect, func::FuncDialect>();
    handler.emplace(&context, [&](Diagnostic &diagnostic) {
      errors += diagnostic.str();
      return success();
    });
  }

  RankedTensorType parseTensorType(StringRef text) {
    return cast<RankedTensorType>(parseType(text, &context));
  }

  /// A constant of the given type and values.
  ElementsAttr make(StringRef type, ArrayRef<double> values) {
    return eval::makeTensor<double>(parseTensorType(type), values).toAttr();
  }
  ElementsAttr makeIntegers(StringRef type, ArrayRef<int64_t> values) {
    return eval::makeTensor<int64_t>(parseTensorType(type), values).toAttr();
  }
  ElementsAttr makeRandom(StringRef type) {
    std::vector<double> values(parseTensorType(type).getNumElements());
    std::normal_distribution<double> normal;
    for (double &value : values)
      value = float(normal(generator));
    return make(type, values);
  }

  /// Runs a body of ops on arguments %0, %1, ... of the inputs' types; it ends with `return`.
  FailureOr<SmallVector<ElementsAttr>> run(StringRef body, ArrayRef<ElementsAttr> inputs,
                                           StringRef results) {
    std::string text;
    llvm::raw_string_ostream os(text);
    os << "func.func @main(";
    llvm::interleaveComma(llvm::enumerate(inputs), os, [&](auto pair) {
      os << "%a" << pair.index() << ": " << pair.value().getType();
    });
    os << ") -> (" << results << ") {\n" << body << "\n}";
    module = parseSourceString<ModuleOp>(text, &context);
    if (!module)
      return failure();
    return eval::evaluateFunction(module->lookupSymbol<func::FuncOp>("main"), inputs);
  }

  /// The one result as doubles.
  std::vector<double> compute(StringRef op, ArrayRef<ElementsAttr> inputs, StringRef result) {
    std::string body = "%n = onnx.none\n%r = " + op.str() + "\nreturn %r : " + result.str();
    FailureOr<SmallVector<ElementsAttr>> results = run(body, inputs, result);
    if (failed(results)) {
      ADD_FAILURE() << errors;
      return {};
    }
    return Tensor::get(results->front())->elements<double>();
  }

  MLIRContext context;
  std::optional<ScopedDiagnosticHandler> handler;
  std::string errors;
  OwningOpRef<ModuleOp> module;
  std::mt19937 generator{7};
};

using Doubles = std::vector<double>;

TEST_F(EvalTest, BroadcastsBothWays) {
  EXPECT_EQ(compute("onnx.Add %a0, %a1 : (tensor<2x1xf32>, tensor<3xf32>) -> tensor<2x3xf32>",
                    {make("tensor<2x1xf32>", {10, 20}), make("tensor<3xf32>", {1, 2, 3})},
                    "tensor<2x3xf32>"),
            Doubles({11, 12, 13, 21, 22, 23}));
}

TEST_F(EvalTest, BroadcastsRowsLongerThanOneBlock) {
  ElementsAttr a = makeRandom("tensor<3x1300xf32>"), b = makeRandom("tensor<3x1xf32>");
  Doubles sums = compute("onnx.Mul %a0, %a1 : (tensor<3x1300xf32>, tensor<3x1xf32>) -> "
                         "tensor<3x1300xf32>",
                         {a, b}, "tensor<3x1300xf32>");
  Doubles x = Tensor::get(a)->elements<double>(), y = Tensor::get(b)->elements<double>();
  for (size_t i = 0; i < sums.size(); ++i)
    ASSERT_EQ(sums[i], double(float(x[i] * y[i / 1300]))) << i;
}

TEST_F(EvalTest, IntegersWrapAndTruncate) {
  EXPECT_EQ(compute("onnx.Add %a0, %a1 : (tensor<2xi32>, tensor<2xi32>) -> tensor<2xi32>",
                    {makeIntegers("tensor<2xi32>", {INT32_MAX, 5}),
                     makeIntegers("tensor<2xi32>", {1, -7})},
                    "tensor<2xi32>"),
            Doubles({double(INT32_MIN), -2}));
  EXPECT_EQ(compute("onnx.Div %a0, %a1 : (tensor<4xi32>, tensor<4xi32>) -> tensor<4xi32>",
                    {makeIntegers("tensor<4xi32>", {-7, 7, 9, INT32_MIN}),
                     makeIntegers("tensor<4xi32>", {2, -2, 0, -1})},
                    "tensor<4xi32>"),
            Doubles({-3, -3, 0, double(INT32_MIN)}));
  EXPECT_EQ(compute("onnx.Mod %a0, %a1 : (tensor<4xi32>, tensor<4xi32>) -> tensor<4xi32>",
                    {makeIntegers("tensor<4xi32>", {-7, 7, -7, 7}),
                     makeIntegers("tensor<4xi32>", {3, -3, -3, 3})},
                    "tensor<4xi32>"),
            Doubles({2, -2, -1, 1}));
}

TEST_F(EvalTest, UnsignedComparesAsUnsigned) {
  EXPECT_EQ(
      compute("onnx.Greater %a0, %a1 : (tensor<2xui8>, tensor<2xui8>) -> tensor<2xi1>",
              {makeIntegers("tensor<2xui8>", {255, 1}), makeIntegers("tensor<2xui8>", {1, 2})},
              "tensor<2xi1>"),
      Doubles({1, 0}));
}

TEST_F(EvalTest, NaNInComparisonsAndExtrema) {
  double nan = NAN;
  EXPECT_EQ(compute("onnx.LessOrEqual %a0, %a0 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xi1>",
                    {make("tensor<2xf32>", {nan, 1})}, "tensor<2xi1>"),
            Doubles({0, 1}));
  Doubles most =
      compute("onnx.Max %a0, %a1 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>",
              {make("tensor<2xf32>", {nan, 1}), make("tensor<2xf32>", {1, 2})}, "tensor<2xf32>");
  EXPECT_TRUE(std::isnan(most[0]));
  EXPECT_EQ(most[1], 2);
  EXPECT_EQ(compute("onnx.IsNaN %a0 : (tensor<2xf32>) -> tensor<2xi1>",
                    {make("tensor<2xf32>", {nan, infinity})}, "tensor<2xi1>"),
            Doubles({1, 0}));
}

TEST_F(EvalTest, CastTruncatesAndStopsAtTheRange) {
  EXPECT_EQ(compute("onnx.Cast %a0 {to = i8} : (tensor<5xf32>) -> tensor<5xi8>",
                    {make("tensor<5xf32>", {-1.9, 1.9, 300, -infinity, NAN})}, "tensor<5xi8>"),
            Doubles({-1, 1, 127, -128, 0}));
  EXPECT_EQ(compute("onnx.Cast %a0 {to = i1} : (tensor<3xf32>) -> tensor<3xi1>",
                    {make("tensor<3xf32>", {0, -0.5, NAN})}, "tensor<3xi1>"),
            Doubles({0, 1, 1}));
  // 2^24 + 1 lies between two floats and goes to the even one.
  EXPECT_EQ(compute("onnx.Cast %a0 {to = f32} : (tensor<1xi64>) -> tensor<1xf32>",
                    {makeIntegers("tensor<1xi64>", {(1 << 24) + 1})}, "tensor<1xf32>"),
            Doubles({double(1 << 24)}));
}

TEST_F(EvalTest, HalfPrecisionRoundsToNearestEven) {
  // Halfway cases around 1 in f16 (last place 2^-10) and bf16 (2^-7), a subnormal, and overflow.
  EXPECT_EQ(
      compute("onnx.Cast %a0 {to = f16} : (tensor<6xf64>) -> tensor<6xf16>",
              {make("tensor<6xf64>", {1 + std::ldexp(1, -11), 1 + 3 * std::ldexp(1, -11),
                                      std::ldexp(3, -25), 65519, 65520, -0.1})},
              "tensor<6xf16>"),
      Doubles({1, 1 + std::ldexp(1, -9), std::ldexp(1, -23), 65504, infinity, -0.0999755859375}));
  EXPECT_EQ(
      compute("onnx.Cast %a0 {to = bf16} : (tensor<3xf64>) -> tensor<3xbf16>",
              {make("tensor<3xf64>", {1 + std::ldexp(1, -8), 1 + 3 * std::ldexp(1, -8), 1e39})},
              "tensor<3xbf16>"),
      Doubles({1, 1 + std::ldexp(1, -6), infinity}));
}

TEST_F(EvalTest, MatMulAgreesWithTheDefinition) {
  ElementsAttr a = makeRandom("tensor<2x1x7x70xf32>"), b = makeRandom("tensor<3x70x300xf32>");
  Doubles product =
      compute("onnx.MatMul %a0, %a1 : (tensor<2x1x7x70xf32>, tensor<3x70x300xf32>) -> "
              "tensor<2x3x7x300xf32>",
              {a, b}, "tensor<2x3x7x300xf32>");
  Doubles x = Tensor::get(a)->elements<double>(), y = Tensor::get(b)->elements<double>();
  ASSERT_EQ(product.size(), 2u * 3 * 7 * 300);
  for (int64_t i = 0; i < int64_t(product.size()); i += 13) {
    int64_t column = i % 300, row = i / 300 % 7, right = i / 2100 % 3, left = i / 6300;
    double sum = 0, magnitude = 0;
    for (int64_t k = 0; k < 70; ++k) {
      double term = x[(left * 7 + row) * 70 + k] * y[(right * 70 + k) * 300 + column];
      sum += term;
      magnitude += std::fabs(term);
    }
    ASSERT_NEAR(product[i], sum, 1e-7 * magnitude) << i;
  }
  // The same with operand a of another row must not agree.
  EXPECT_NE(product[0], product[300]);
}

TEST_F(EvalTest, GemmTransposesScalesAndAdds) {
  EXPECT_EQ(compute("onnx.Gemm %a0, %a1, %a2 {alpha = 2.0 : f32, beta = 0.5 : f32, trans_a = true, "
                    "trans_b = false} : (tensor<2x1xf32>, tensor<2x2xf32>, tensor<2xf32>) -> "
                    "tensor<1x2xf32>",
                    {make("tensor<2x1xf32>", {1, 2}), make("tensor<2x2xf32>", {1, 2, 3, 4}),
                     make("tensor<2xf32>", {10, 20})},
                    "tensor<1x2xf32>"),
            Doubles({2 * 7 + 5, 2 * 10 + 10}));
}

TEST_F(EvalTest, ConvolutionWithPaddingStrideAndGroups) {
  // Two groups of one channel; a kernel of ones over rows of three with one zero around.
  EXPECT_EQ(compute("onnx.Conv %a0, %a1, %a2 {strides = array<i64: 2>, dilations = array<i64: 1>, "
                    "pads = array<i64: 1, 1>, group = 2 : si64} : (tensor<1x2x4xf32>, "
                    "tensor<2x1x3xf32>, tensor<2xf32>) -> tensor<1x2x2xf32>",
                    {make("tensor<1x2x4xf32>", {1, 2, 3, 4, 10, 20, 30, 40}),
                     make("tensor<2x1x3xf32>", {1, 1, 1, 1, 0, -1}), make("tensor<2xf32>", {0, 1})},
                    "tensor<1x2x2xf32>"),
            Doubles({3, 9, 0 - 20 + 1, 20 - 40 + 1}));
}

TEST_F(EvalTest, SoftmaxRowsSumToOneAndIgnoreShifts) {
  ElementsAttr x = makeRandom("tensor<3x5x4xf64>");
  StringRef type = "tensor<3x5x4xf64>";
  StringRef op = "onnx.Softmax %a0 {axis = 1 : si64} : (tensor<3x5x4xf64>) -> tensor<3x5x4xf64>";
  Doubles rows = compute(op, {x}, type);
  Doubles shifted = Tensor::get(x)->elements<double>();
  for (double &value : shifted)
    value += 1000;
  Doubles moved = compute(op, {make(type, shifted)}, type);
  for (int64_t outer = 0; outer < 3; ++outer)
    for (int64_t inner = 0; inner < 4; ++inner) {
      double sum = 0;
      for (int64_t i = 0; i < 5; ++i)
        sum += rows[(outer * 5 + i) * 4 + inner];
      EXPECT_NEAR(sum, 1, 1e-15);
    }
  for (size_t i = 0; i < rows.size(); ++i)
    EXPECT_NEAR(rows[i], moved[i], 1e-12);
  // Along another axis the sums differ: the test can tell.
  EXPECT_GT(std::fabs(rows[0] + rows[1] + rows[2] + rows[3] - 1), 1e-3);
}

TEST_F(EvalTest, LayerNormalizationHasMeanZeroAndVarianceOne) {
  Doubles y = compute(
      "onnx.LayerNormalization %a0, %a1, %n {axis = -1 : si64, epsilon = 0.0 : f32} : "
      "(tensor<4x33xf64>, tensor<33xf64>, none) -> tensor<4x33xf64>",
      {makeRandom("tensor<4x33xf64>"), make("tensor<33xf64>", Doubles(33, 1))}, "tensor<4x33xf64>");
  for (int64_t row = 0; row < 4; ++row) {
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < 33; ++i) {
      sum += y[row * 33 + i];
      squares += y[row * 33 + i] * y[row * 33 + i];
    }
    EXPECT_NEAR(sum, 0, 1e-12);
    EXPECT_NEAR(squares / 33, 1, 1e-12);
  }
}

TEST_F(EvalTest, AttentionMasksAndSharesHeads) {
  // One query sees two keys; a masked key leaves the other's value, two masked keys leave zero.
  StringRef type = "tensor<1x2x2x1xf32>";
  Doubles y =
      compute("onnx.Attention %a0, %a1, %a2, %a3 {} : (tensor<1x2x2x1xf32>, "
              "tensor<1x1x2x1xf32>, tensor<1x1x2x1xf32>, tensor<2x2xi1>) -> "
              "tensor<1x2x2x1xf32>",
              {make(type, {1, 2, 3, 4}), make("tensor<1x1x2x1xf32>", {5, 6}),
               make("tensor<1x1x2x1xf32>", {7, 8}), makeIntegers("tensor<2x2xi1>", {1, 0, 0, 0})},
              type);
  EXPECT_EQ(y, Doubles({7, 0, 7, 0}));
  Doubles causal =
      compute("onnx.Attention %a0, %a1, %a2, %n {is_causal = true, scale = 0.0 : f32} : "
              "(tensor<1x2x2x1xf32>, tensor<1x1x2x1xf32>, tensor<1x1x2x1xf32>, none) -> "
              "tensor<1x2x2x1xf32>",
              {make(type, {1, 2, 3, 4}), make("tensor<1x1x2x1xf32>", {5, 6}),
               make("tensor<1x1x2x1xf32>", {7, 8})},
              type);
  EXPECT_EQ(causal, Doubles({7, 7.5, 7, 7.5}));
}

TEST_F(EvalTest, Reductions) {
  ElementsAttr x = make("tensor<2x3xf32>", {1, 5, 3, -1, NAN, 4});
  ElementsAttr axes = makeIntegers("tensor<1xi64>", {-1});
  Doubles most = compute("onnx.ReduceMax %a0, %a1 {keepdims = false} : (tensor<2x3xf32>, "
                         "tensor<1xi64>) -> tensor<2xf32>",
                         {x, axes}, "tensor<2xf32>");
  EXPECT_EQ(most[0], 5);
  EXPECT_TRUE(std::isnan(most[1]));
  EXPECT_EQ(compute("onnx.ReduceMean %a0, %n {} : (tensor<2x2xf32>, none) -> tensor<1x1xf32>",
                    {make("tensor<2x2xf32>", {1, 2, 3, 4})}, "tensor<1x1xf32>"),
            Doubles({2.5}));
  EXPECT_EQ(compute("onnx.ArgMax %a0 {axis = 0 : si64, keepdims = false} : (tensor<3x2xi32>) -> "
                    "tensor<2xi64>",
                    {makeIntegers("tensor<3x2xi32>", {1, 9, 7, 9, 7, 2})}, "tensor<2xi64>"),
            Doubles({1, 0}));
}

TEST_F(EvalTest, MovesElements) {
  ElementsAttr x = make("tensor<2x3xf32>", {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(compute("onnx.Transpose %a0 {permutation = array<i64>} : (tensor<2x3xf32>) -> "
                    "tensor<3x2xf32>",
                    {x}, "tensor<3x2xf32>"),
            Doubles({1, 4, 2, 5, 3, 6}));
  EXPECT_EQ(compute("onnx.Slice %a0, %a1, %a2, %a3, %a4 : (tensor<2x3xf32>, tensor<2xi64>, "
                    "tensor<2xi64>, tensor<2xi64>, tensor<2xi64>) -> tensor<1x3xf32>",
                    {x, makeIntegers("tensor<2xi64>", {-1, 1}),
                     makeIntegers("tensor<2xi64>", {INT64_MIN, INT64_MAX}),
                     makeIntegers("tensor<2xi64>", {1, 0}), makeIntegers("tensor<2xi64>", {-1, 1})},
                    "tensor<1x3xf32>"),
            Doubles({6, 5, 4}));
  EXPECT_EQ(compute("onnx.Tile %a0, %a1 : (tensor<1x2xf32>, tensor<2xi64>) -> tensor<2x4xf32>",
                    {make("tensor<1x2xf32>", {1, 2}), makeIntegers("tensor<2xi64>", {2, 2})},
                    "tensor<2x4xf32>"),
            Doubles({1, 2, 1, 2, 1, 2, 1, 2}));
  EXPECT_EQ(
      compute("onnx.Concat %a0, %a1 {axis = 1 : si64} : (tensor<2x1xf32>, tensor<2x2xf32>) -> "
              "tensor<2x3xf32>",
              {make("tensor<2x1xf32>", {1, 2}), make("tensor<2x2xf32>", {3, 4, 5, 6})},
              "tensor<2x3xf32>"),
      Doubles({1, 3, 4, 2, 5, 6}));
  EXPECT_EQ(compute("onnx.Trilu %a0, %a1 {upper = false} : (tensor<2x3xf32>, tensor<i64>) -> "
                    "tensor<2x3xf32>",
                    {x, makeIntegers("tensor<i64>", {INT64_MIN})}, "tensor<2x3xf32>"),
            Doubles({0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(compute("onnx.Range %a0, %a1, %a2 : (tensor<i64>, tensor<i64>, tensor<i64>) -> "
                    "tensor<?xi64>",
                    {makeIntegers("tensor<i64>", {5}), makeIntegers("tensor<i64>", {0}),
                     makeIntegers("tensor<i64>", {-2})},
                    "tensor<?xi64>"),
            Doubles({5, 3, 1}));
}

TEST_F(EvalTest, Gathers) {
  ElementsAttr x = make("tensor<2x3xf32>", {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(compute("onnx.Gather %a0, %a1 {axis = 1 : si64} : (tensor<2x3xf32>, tensor<2xi64>) -> "
                    "tensor<2x2xf32>",
                    {x, makeIntegers("tensor<2xi64>", {-1, 0})}, "tensor<2x2xf32>"),
            Doubles({3, 1, 6, 4}));
  EXPECT_EQ(compute("onnx.GatherElements %a0, %a1 {axis = 0 : si64} : (tensor<2x3xf32>, "
                    "tensor<1x3xi64>) -> tensor<1x3xf32>",
                    {x, makeIntegers("tensor<1x3xi64>", {1, 0, -1})}, "tensor<1x3xf32>"),
            Doubles({4, 2, 6}));
  EXPECT_EQ(compute("onnx.GatherND %a0, %a1 {batch_dims = 1 : si64} : (tensor<2x3xf32>, "
                    "tensor<2x1xi64>) -> tensor<2xf32>",
                    {x, makeIntegers("tensor<2x1xi64>", {2, 0})}, "tensor<2xf32>"),
            Doubles({3, 4}));
}

TEST_F(EvalTest, SplatsStaySplats) {
  ElementsAttr one = make("tensor<f32>", {1});
  FailureOr<SmallVector<ElementsAttr>> results =
      run("%s = onnx.Constant : tensor<2xi64> = dense<[65536, 65536]> : tensor<2xi64>\n"
          "%e = onnx.Expand %a0, %s : (tensor<f32>, tensor<2xi64>) -> tensor<65536x65536xf32>\n"
          "%r = onnx.Add %e, %e : (tensor<65536x65536xf32>, tensor<65536x65536xf32>) -> "
          "tensor<65536x65536xf32>\nreturn %r : tensor<65536x65536xf32>",
          {one}, "tensor<65536x65536xf32>");
  ASSERT_TRUE(succeeded(results)) << errors;
  ASSERT_TRUE(results->front().isSplat());
  EXPECT_EQ(results->front().getSplatValue<float>(), 2);
}

TEST_F(EvalTest, RefusesWhatOnlyValuesShow) {
  auto refuse = [&](StringRef op, ArrayRef<ElementsAttr> inputs, StringRef result,
                    StringRef message) {
    errors.clear();
    EXPECT_TRUE(failed(
        run("%n = onnx.none\n%r = " + op.str() + "\nreturn %r : " + result.str(), inputs, result)));
    EXPECT_NE(errors.find(message), std::string::npos) << errors;
  };
  ElementsAttr x = make("tensor<3xf32>", {1, 2, 3});
  refuse("onnx.Gather %a0, %a1 {axis = 0 : si64} : (tensor<3xf32>, tensor<i64>) -> tensor<f32>",
         {x, makeIntegers("tensor<i64>", {3})}, "tensor<f32>", "reads index 3 of 3");
  refuse("onnx.Reshape %a0, %a1 : (tensor<3xf32>, tensor<2xi64>) -> tensor<*xf32>",
         {x, makeIntegers("tensor<2xi64>", {2, 2})}, "tensor<*xf32>", "3 elements");
  refuse("onnx.Expand %a0, %a1 : (tensor<3xf32>, tensor<2xi64>) -> tensor<*xf32>",
         {x, makeIntegers("tensor<2xi64>", {INT64_MAX, 3})}, "tensor<*xf32>", "any memory");
  refuse("onnx.Tile %a0, %a1 : (tensor<3xf32>, tensor<1xi64>) -> tensor<*xf32>",
         {x, makeIntegers("tensor<1xi64>", {INT64_MAX})}, "tensor<*xf32>", "any memory");
  refuse("onnx.Neg %a0 : (tensor<3xf32>) -> tensor<4xf32>", {x}, "tensor<4xf32>", "declares");
}

} // namespace
