// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_PASSES_SIMPLIFY_PASSES_TD
#define FOVEA_PASSES_SIMPLIFY_PASSES_TD

include "mlir/Pass/PassBase.td"

def FoldWeightsPass : Pass<"fovea-fold-weights", "::mlir::func::FuncOp"> {
  let summary = "make normalizations with constant statistics part of the product in front of them";
  let description = [{
    A BatchNormalization at inference is a factor and an offset per channel. Behind a Conv or Gemm whose weights and bias are
    constants and whose result nothing else reads, factors are multiplied into the weights and offsets join the bias, computed in
    double and rounded once. New weights of one function take at most 1 GiB; beyond that normalizations stay.

    ```mlir
    %c = onnx.Conv %x, %w, %none {...} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>, none) -> tensor<1x4x6x6xf32>
    %y = onnx.BatchNormalization %c, %scale, %bias, %mean, %variance {...} : ... -> tensor<1x4x6x6xf32>
    ```
    becomes
    ```mlir
    %y = onnx.Conv %x, %scaled, %offset {...} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
    ```
  }];
  let dependentDialects = ["::fovea::onnx::OnnxDialect"];
}

def PropagateSlicesPass : Pass<"fovea-propagate-slices", "::mlir::func::FuncOp"> {
  let summary = "compute only the rows that are read";
  let description = [{
    Needs static types, and runs behind the raising passes. A classifier reads one row of the last block, the class token's;
    the products, norms and activations in front of it, and the queries of its attention, need no other.

    For each value, the smallest box that holds what all its users read is found from the results backwards; an op is
    then replaced by one that computes its box. Slices and Gathers of consecutive constant indices are where boxes
    come from, and what remains of them is a Slice in front of the first op that has to be whole. The elements that remain are
    computed as before, from the same operands.

    A box is kept along an axis when it is at most half of it. Boxes pass elementwise ops, products (rows and batches),
    LayerNormalization and Softmax (other axes than theirs), Transpose, Reshape and its kin (where runs of whole rows stay runs),
    Expand, Concat, Split, and attn.attention: queries, batches, heads and value channels. Nothing is computed twice.

    A product or attention that shrinks gets a `passed` remark with its rows before and after. Where a box ends in front of an op
    there is a `missed` remark: SLICE-R01 (the op cannot be computed in part), SLICE-R02 (other users read the rest), SLICE-R03
    (more than half is read).

    ```mlir
    %p = onnx.MatMul %x, %w : (tensor<1x197x192xf32>, tensor<192x192xf32>) -> tensor<1x197x192xf32>
    %y = onnx.LayerNormalization %p, %scale, %bias {...} : ... -> tensor<1x197x192xf32>
    %c = onnx.Gather %y, %zero {axis = 1 : si64} : (tensor<1x197x192xf32>, tensor<i64>) -> tensor<1x192xf32>
    ```
    becomes
    ```mlir
    %r = onnx.Slice %x, ... : (tensor<1x197x192xf32>, ...) -> tensor<1x1x192xf32>
    %p = onnx.MatMul %r, %w : (tensor<1x1x192xf32>, tensor<192x192xf32>) -> tensor<1x1x192xf32>
    %y = onnx.LayerNormalization %p, %scale, %bias {...} : ... -> tensor<1x1x192xf32>
    %c = onnx.Reshape %y, ... : (tensor<1x1x192xf32>, tensor<2xi64>) -> tensor<1x192xf32>
    ```
  }];
  let dependentDialects = ["::fovea::onnx::OnnxDialect", "::fovea::attn::AttnDialect", "::mlir::arith::ArithDialect"];
}

#endif // FOVEA_PASSES_SIMPLIFY_PASSES_TD
