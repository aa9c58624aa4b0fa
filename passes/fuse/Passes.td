// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_PASSES_FUSE_PASSES_TD
#define FOVEA_PASSES_FUSE_PASSES_TD

include "mlir/Pass/PassBase.td"

def AbsorbLayoutPass : Pass<"fovea-absorb-layout", "::mlir::func::FuncOp"> {
  let summary = "turn transposes, reshapes, slices and broadcasts into index maps";
  let description = [{
    An operand of a `linalg.generic` or `attn.attention` that a chain of layout ops defines (transposing or broadcasting
    generics, expand_shape, collapse_shape, extract_slice with constant offsets) is read from the chain's source, through the
    composed map, when that map needs neither division nor remainder and the op still verifies. Reshapes that split or merge stay where
    they are in front of elementwise ops and reductions, since they cost nothing there.

    Layout ops that reorder rows first move across the projections (and the row by row work) between them and attention, whose
    maps take divisions: window partitions, rolls (concatenations of the last and the first slices of a tensor), folded axes.
    Operands of attention then read, and its result is written, where rows lie in the order of the model's image or sequence:

    ```mlir
    %w = <windows of %x : 1x56x56x96> : tensor<64x49x96xf32>
    %qkv = <%w times weights> : tensor<64x49x288xf32>
    attn.attention ins(%qkv, ..) indexing_maps = [(b, h, i, j, d, e) -> (b, i, h * 32 + d), ..
    ```
    becomes
    ```mlir
    %qkv = <%x times weights> : tensor<1x56x56x288xf32>
    attn.attention ins(%qkv, ..) indexing_maps = [(b, h, i, j, d, e) ->
      (0, (b floordiv 8) * 7 + i floordiv 7, (b mod 8) * 7 + i mod 7, h * 32 + d), ..
    ```

    Images that are rolled before they are padded are rolled behind the padding, which stays where it is. Where windows and
    heads are one batch of a product or a reduction, its loop becomes one for each, and nothing divides:

    ```mlir
    linalg.generic {(i, b, j, n, c) -> ..} ins(<rows i of windows and heads b of %x>, %table)
    ```
    becomes
    ```mlir
    linalg.generic {(i, y, x, h, j, n, c) -> (y, i, x, j, h, c)} ins(<%x, split>, %table)
    ```

    Zeros that pad the rows in front of a projection become a frame of projected zeros around its result, which is computed
    in place, and a slice of a projection's rows is one of its input's.

    A transpose that is the only user of a computed value becomes that value's output map. A reshape between a
    contraction's result and an elementwise op moves behind the op, so that both have the same loops.

    Expects the vocabulary of docs/Architecture.md section 4; dynamic shapes are left alone.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect",
                           "::mlir::affine::AffineDialect"];
}

def ChannelsLastPass : Pass<"fovea-channels-last", "::mlir::func::FuncOp"> {
  let summary = "store the results of convolutions, and what follows from them, with channels last";
  let description = [{
    Vectors of a convolution run over output channels, so these are contiguous: a result [n, c, h, w] becomes
    [n, h, w, c], and so does, in program order, everything computed from it element by element, by windows, by padding, slicing, concatenation or
    by merging the spatial dimensions. What cannot take the new order reads the value through a transpose back, which
    `absorb-layout` removes where it can. The inputs of the model and weights keep their layouts.

    ```mlir
    %y = linalg.generic {... (n, y, x, o, i, r, s) -> (n, o, y, x)} ... -> tensor<1x64x56x56xf32>
    ```
    becomes
    ```mlir
    %y = linalg.generic {... (n, y, x, o, i, r, s) -> (n, y, x, o)} ... -> tensor<1x56x56x64xf32>
    ```
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"];
}

def FormIslandsPass : Pass<"fovea-form-islands", "::mlir::func::FuncOp"> {
  let summary = "group ops into islands that become kernels";
  let description = [{
    Afterwards every computation of the function lies in one `kernel.island`; constants and reshapes stay between islands.
    Each contraction, convolution and attention starts an island, in program order, and takes the elementwise consumers
    that run over its result, as long as one value leaves the island. Reductions form `rows` islands with the ops on the same
    rows, and the padding of what they read; such an island in front of a contraction with constant weights joins it. Cheap producers
    of a left operand and the padding of a convolution join too. The rest becomes elementwise islands.

    An island yields as many values as its anchor op has results and holds at most 128 ops. No path leaves an island and comes back. The result depends on
    the order of the ops alone. Ops already in islands are not touched.
  }];
  let dependentDialects = ["::fovea::kernel::KernelDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

#endif // FOVEA_PASSES_FUSE_PASSES_TD
