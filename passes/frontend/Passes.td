// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_PASSES_FRONTEND_PASSES_TD
#define FOVEA_PASSES_FRONTEND_PASSES_TD

include "mlir/Pass/PassBase.td"

def InferShapesPass : Pass<"fovea-infer-shapes", "::mlir::func::FuncOp"> {
  let summary = "refine result types from operand types and constants";
  let description = [{
    Visits the ops in order, so that one visit is the fixpoint. A result type that contradicts what its operands say is an
    error; so is every contradiction between operands. The result types of the function follow. `auto_pad` of Conv becomes
    explicit pads. A value that another dialect uses keeps its type. Extents that nothing before them tells come from the
    shapes that the model states, of parts that are split off or of what is reshaped to a known shape, also through
    elementwise ops, transposes and rows of products in between; then the ops are visited again.

    ```mlir
    %y = onnx.MatMul %a, %b : (tensor<?x8xf32>, tensor<8x4xf32>) -> tensor<*xf32>
    ```
    becomes
    ```mlir
    %y = onnx.MatMul %a, %b : (tensor<?x8xf32>, tensor<8x4xf32>) -> tensor<?x4xf32>
    ```
  }];
  let dependentDialects = ["::fovea::onnx::OnnxDialect"];
}

def FoldConstantsPass : Pass<"fovea-fold-constants", "::mlir::func::FuncOp"> {
  let summary = "evaluate the ops whose operands are constant";
  let description = [{
    An op all of whose operands are constant becomes the constant that the evaluator computes, and so does a small integer
    tensor whose elements are all known though its operands are not constant, such as the static extents of a partly
    dynamic shape. A constant without users goes away with its memory. Expects inferred types.

    A result must not exceed `max-result-bytes` or twice its operands, whichever is more; all folded constants together
    not `max-total-bytes` plus the size of the constants there were; and all folding must not take more than `max-work`
    multiplications or moved elements. What would is left alone, with a `missed` remark (FOLD-R01, FOLD-R02, FOLD-R03).
    Reshapes and splats cost nothing and always fold.

    ```mlir
    %s = onnx.Shape %x : (tensor<1x8x?xf32>) -> tensor<3xi64>
    %d = onnx.Gather %s, %one : (tensor<3xi64>, tensor<i64>) -> tensor<i64>
    ```
    becomes
    ```mlir
    %d = onnx.Constant : tensor<i64> = dense<8> : tensor<i64>
    ```
  }];
  let options = [
    Option<"maxResultBytes", "max-result-bytes", "int64_t", "64 << 20", "limit of one folded result">,
    Option<"maxTotalBytes", "max-total-bytes", "int64_t", "256 << 20", "limit of what folding adds in all">,
    Option<"maxWork", "max-work", "int64_t", "int64_t(2) << 30", "limit of the work of all folding">
  ];
  let dependentDialects = ["::fovea::onnx::OnnxDialect"];
}

def EraseNoOpsPass : Pass<"fovea-erase-no-ops", "::mlir::func::FuncOp"> {
  let summary = "drop ops that change nothing, and ops without users";
  let description = [{
    Identity and Dropout; Cast, Reshape, Expand, Tile, Slice, Squeeze, Unsqueeze, Flatten, Split and Clip that leave type
    and elements as they are; Transpose that moves no elements past each other in its dimension order; Concat of one
    non-empty input; x * 1, x / 1, x - 0 and, for integers or a zero of negative sign, x + 0 (a sum with +0 would change
    -0); And with true, Or with false; Where on a constant condition; ScatterND
    of all elements in order; Transpose of Transpose and Reshape of Reshape become
    one. Where an operand was also broadcast, an Expand remains.

    ```mlir
    %c = onnx.Cast %x {to = f32} : (tensor<4xf32>) -> tensor<4xf32>
    %y = onnx.Mul %c, %one : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    return %y
    ```
    becomes
    ```mlir
    return %x
    ```
  }];
  let dependentDialects = ["::fovea::onnx::OnnxDialect"];
}

def SimplifyGraphPass : Pass<"fovea-simplify-graph", "::mlir::func::FuncOp"> {
  let summary = "static types, constants evaluated, no-ops gone";
  let description = [{
    Does to each op, in order, what fovea-infer-shapes, fovea-erase-no-ops and fovea-fold-constants do; as every op is
    visited after its operands, one visit is the fixpoint. Afterwards every type is static. Otherwise each input
    with a dynamic dimension is an error that suggests `--dim`, or else each op whose extents depend on computed values.
    Copies side by side, by Concat or by Gather of each index so many times, become an Expand.
    A Pad by computed amounts that is only measured and sliced becomes a Pad by less, of the slice's extents.
    Each Softmax gets a number, which keeps equal ones apart until fovea-raise-attention takes it off again.

    Ops on the positions that a NonZero finds become a Loop over groups of them, where each op up to the scatters at the
    end is proved to compute a position's entries from that position's alone, and uses their number as an extent only; the
    NonZero is then `bounded` by what it searches. What is no such computation is an error at the NonZero, with a note at
    the op that is in the way.

    ```mlir
    %p = onnx.NonZero %mask : (tensor<64xi1>) -> tensor<1x?xi64>
    %t = onnx.Transpose %p {permutation = array<i64: 1, 0>} : (tensor<1x?xi64>) -> tensor<?x1xi64>
    %r = onnx.GatherND %x, %t : (tensor<64x4xf32>, tensor<?x1xi64>) -> tensor<?x4xf32>
    %y = onnx.ScatterND %x, %t, %r : (tensor<64x4xf32>, tensor<?x1xi64>, tensor<?x4xf32>) -> tensor<64x4xf32>
    ```
    becomes
    ```mlir
    %p = onnx.NonZero %mask {bounded} : (tensor<64xi1>) -> tensor<1x64xi64>
    %y = onnx.Loop %groups, %none, %x : (tensor<i64>, none, tensor<64x4xf32>) -> tensor<64x4xf32> {
    ^bb0(%i: tensor<i64>, %go: tensor<i1>, %carried: tensor<64x4xf32>):
      %s = onnx.Gather %p, %positions {axis = 1 : si64} : (tensor<1x64xi64>, tensor<8xi64>) -> tensor<1x8xi64>
      ...
      onnx.Yield %go, %next : tensor<i1>, tensor<64x4xf32>
    }
    ```
  }];
  let options = [
    Option<"maxResultBytes", "max-result-bytes", "int64_t", "64 << 20", "limit of one folded result">,
    Option<"maxTotalBytes", "max-total-bytes", "int64_t", "256 << 20", "limit of what folding adds in all">,
    Option<"maxWork", "max-work", "int64_t", "int64_t(2) << 30", "limit of the work of all folding">
  ];
  let dependentDialects = ["::fovea::onnx::OnnxDialect"];
}

#endif // FOVEA_PASSES_FRONTEND_PASSES_TD
