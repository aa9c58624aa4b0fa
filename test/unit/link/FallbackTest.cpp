// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels that Halide refuses, here for a function that it does not have: LLVM compiles them when
// it may, from constants in their plain layout.

#include "test/unit/link/CompiledModel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace fovea;
using namespace fovea::test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// out[n] = the sum over k of cbrt(x[k] * w[k, n]), with w packed in panels of four columns.
/// @second is launched as well when it is given.
static std::string makeProgram(const std::string &second = "") {
  std::string body =
      R"mlir((%x: tensor<2xf32>, %w: tensor<2x6xf32, #kernel.panels<4>>) -> tensor<6xf32>
    attributes {anchor = #kernel.anchor<rows>, backend = #kernel.backend<halide>} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<6xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<6xf32>) -> tensor<6xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(n, k) -> (k)>, affine_map<(n, k) -> (k, n)>, affine_map<(n, k) -> (n)>],
                       iterator_types = ["parallel", "reduction"]}
      ins(%x, %w : tensor<2xf32>, tensor<2x6xf32, #kernel.panels<4>>) outs(%f : tensor<6xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %m = arith.mulf %a, %b : f32
      %s = math.cbrt %m : f32
      %p = arith.addf %c, %s : f32
      linalg.yield %p : f32
  } -> tensor<6xf32>
  kernel.return %r : tensor<6xf32>
}
)mlir";
  std::string text = R"mlir(
module attributes {fovea.arena_bytes = 64 : i64} {
kernel.constant @w at 0 : tensor<2x6xf32, #kernel.panels<4>> = dense<[[1.0, 8.0, 27.0, 64.0, 125.0, 216.0], [1.0, 1.0, 8.0, 8.0, 27.0, 27.0]]> : tensor<2x6xf32>
func.func @main(%in0: memref<2xf32>, %out0: memref<6xf32>, %arena: memref<?xi8>) attributes {fovea.inputs = 1 : i64, fovea.outputs = 1 : i64} {
  %w = kernel.get_constant @w : memref<2x6xf32>
  kernel.launch @k(%in0, %w) outs(%out0) : (memref<2xf32>, memref<2x6xf32>) outs(memref<6xf32>)
)mlir";
  if (!second.empty())
    text += "  kernel.launch @" + second +
            "(%in0, %w) outs(%out0) : (memref<2xf32>, memref<2x6xf32>) outs(memref<6xf32>)\n";
  text += "  return\n}\nkernel.func @k" + body;
  if (!second.empty())
    text += "kernel.func @" + second + body;
  return text + "}\n";
}

TEST(Fallback, CompilesWhatHalideRefuses) {
  CompiledModel compiled(makeProgram(), "native", /*mayFallBack=*/true);
  ASSERT_TRUE(compiled.model) << compiled.error;
  std::vector<std::vector<char>> outputs;
  ASSERT_EQ(compiled.run({toBytes<float>({1, 8})}, outputs), FOVEA_OK);
  EXPECT_THAT(fromBytes<float>(outputs[0]), ElementsAre(1 + 2, 2 + 2, 3 + 4, 4 + 4, 5 + 6, 6 + 6));
}

TEST(Fallback, IsAnErrorWhereHalideWasAskedFor) {
  CompiledModel compiled(makeProgram());
  EXPECT_FALSE(compiled.model);
  EXPECT_THAT(compiled.error, HasSubstr("cannot translate 'math.cbrt'"));
}

TEST(Fallback, LeavesConstantsOfOtherKernelsAlone) {
  CompiledModel compiled(makeProgram("second"), "native", /*mayFallBack=*/true);
  EXPECT_FALSE(compiled.model);
  EXPECT_THAT(compiled.error, HasSubstr("cannot translate 'math.cbrt'"));
}

TEST(Fallback, IsNoWayOutOfAWrongSchedule) {
  std::string source = makeProgram();
  const std::string place = "attributes {anchor",
                    schedule = "schedule = #kernel.schedule<ew rows = 3>, ";
  source.insert(source.rfind(place) + place.size() - 6, schedule);
  CompiledModel compiled(source, "native", /*mayFallBack=*/true);
  EXPECT_FALSE(compiled.model);
  EXPECT_THAT(compiled.error, HasSubstr("schedule 'ew' has no 'rows'"));
}
