// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A program of two kernels, from bufferized IR to numbers, and the promises that Link.h makes about
// the file.

#include "test/unit/link/CompiledModel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace fovea;
using namespace fovea::test;
using ::testing::HasSubstr;

/// y = relu(x * w + 1), with w packed in panels of two columns, through the arena.
static const char *twoKernels = R"mlir(
#id = affine_map<(d0, d1) -> (d0, d1)>
module attributes {fovea.arena_bytes = 32768 : i64} {
  kernel.constant @w at 64 : tensor<2x3xf32> = dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  kernel.constant @one at 0 : tensor<3xf32> = dense<1.0> : tensor<3xf32>
  func.func @main(%x: memref<2x2xf32> {onnx.name = "x"}, %y: memref<2x3xf32> {onnx.name = "y"}, %arena: memref<?xi8>)
      attributes {fovea.inputs = 1 : i64, fovea.outputs = 1 : i64} {
    %offset = arith.constant 128 : index
    %t = memref.view %arena[%offset][] : memref<?xi8> to memref<2x3xf32>
    %w = kernel.get_constant @w : memref<2x3xf32>
    %one = kernel.get_constant @one : memref<3xf32>
    kernel.launch @mul(%x, %w) outs(%t) : (memref<2x2xf32>, memref<2x3xf32>) outs(memref<2x3xf32>)
    %flat = memref.collapse_shape %t [[0, 1]] : memref<2x3xf32> into memref<6xf32>
    %back = memref.expand_shape %flat [[0, 1]] output_shape [2, 3] : memref<6xf32> into memref<2x3xf32>
    kernel.launch @act(%back, %one) outs(%y) : (memref<2x3xf32>, memref<3xf32>) outs(memref<2x3xf32>)
    return
  }
  kernel.func @mul(%x: tensor<2x2xf32>, %w: tensor<2x3xf32>) -> tensor<2x3xf32>
      attributes {anchor = #kernel.anchor<contraction>, backend = #kernel.backend<llvm>} {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<2x3xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2x3xf32>) -> tensor<2x3xf32>
    %r = linalg.generic {
        indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
        iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%x, %w : tensor<2x2xf32>, tensor<2x3xf32>) outs(%f : tensor<2x3xf32>) {
      ^bb0(%a: f32, %b: f32, %c: f32):
        %p = arith.mulf %a, %b : f32
        %s = arith.addf %c, %p : f32
        linalg.yield %s : f32
    } -> tensor<2x3xf32>
    kernel.return %r : tensor<2x3xf32>
  }
  kernel.func @act(%x: tensor<2x3xf32>, %b: tensor<3xf32>) -> tensor<2x3xf32>
      attributes {anchor = #kernel.anchor<elementwise>, backend = #kernel.backend<llvm>} {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<2x3xf32>
    %r = linalg.generic {indexing_maps = [#id, affine_map<(d0, d1) -> (d1)>, #id], iterator_types = ["parallel", "parallel"]}
        ins(%x, %b : tensor<2x3xf32>, tensor<3xf32>) outs(%e : tensor<2x3xf32>) {
      ^bb0(%a: f32, %c: f32, %o: f32):
        %s = arith.addf %a, %c : f32
        %m = arith.maximumf %s, %zero : f32
        linalg.yield %m : f32
    } -> tensor<2x3xf32>
    kernel.return %r : tensor<2x3xf32>
  }
}
)mlir";

TEST(Link, RunsTwoKernels) {
  CompiledModel compiled(twoKernels);
  ASSERT_TRUE(compiled.model) << compiled.error;
  std::vector<std::vector<char>> outputs;
  ASSERT_EQ(compiled.run({toBytes<float>({1, 2, -3, 0})}, outputs), FOVEA_OK);
  EXPECT_EQ(fromBytes<float>(outputs[0]), (std::vector<float>{10, 13, 16, 0, 0, 0}));
}

TEST(Link, DescribesTheModel) {
  CompiledModel compiled(twoKernels, "x86-64-v3");
  ASSERT_TRUE(compiled.model) << compiled.error;
  const fovea_model &model = *compiled.model;
  EXPECT_EQ(model.struct_size, sizeof(fovea_model));
  EXPECT_EQ(model.abi_version, FOVEA_ABI_VERSION);
  EXPECT_STREQ(model.name, "model");
  ASSERT_EQ(model.input_count, 1u);
  ASSERT_EQ(model.output_count, 1u);
  EXPECT_STREQ(model.inputs[0].name, "x");
  EXPECT_STREQ(model.outputs[0].name, "y");
  EXPECT_EQ(model.outputs[0].ndim, 2);
  EXPECT_EQ(model.outputs[0].shape[1], 3);
  EXPECT_EQ(model.outputs[0].byte_size, 24u);
  EXPECT_EQ(model.outputs[0].dtype.code, 2);
  EXPECT_EQ(model.outputs[0].dtype.bits, 32);
  EXPECT_EQ(model.arena_bytes, 32768u);
  EXPECT_EQ(model.scratch_bytes, 0u);
  EXPECT_EQ(model.weights_bytes, 128u + (16 << 10));
  EXPECT_EQ(reinterpret_cast<uintptr_t>(model.weights) % 64, 0u);
  EXPECT_EQ(model.required_features, uint64_t(FOVEA_CPU_AVX2 | FOVEA_CPU_FMA | FOVEA_CPU_F16C));
}

TEST(Link, SameBytesTwice) {
  for (auto emit : {link::EmitKind::Object, link::EmitKind::LLVM, link::EmitKind::Assembly}) {
    std::string first = compile(twoKernels, emit);
    EXPECT_FALSE(first.empty());
    EXPECT_EQ(first, compile(twoKernels, emit));
  }
}
