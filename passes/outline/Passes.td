// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_PASSES_OUTLINE_PASSES_TD
#define FOVEA_PASSES_OUTLINE_PASSES_TD

include "mlir/Pass/PassBase.td"

def OutlineKernelsPass : Pass<"fovea-outline-kernels", "::mlir::ModuleOp"> {
  let summary = "turn islands into kernels that equal islands share";
  let description = [{
    Every `kernel.island` becomes a `kernel.func` and a `kernel.launch` in its place. What the island uses from outside
    becomes an argument in the order of first use; scalar and splat constants, and `tensor.empty`, are made again
    inside. Other tensor constants become `kernel.constant` symbols, one per attribute, so that layers with different
    weights share one kernel. Islands with the same body, backend and schedule share one function, named
    `<anchor>_<hash of the body>`.

    ```mlir
    %r = kernel.island <elementwise> -> tensor<4xf32> { ... uses %x, %w ... }
    // becomes
    %c = kernel.get_constant @weight_0 : tensor<4xf32>
    %r = kernel.launch @elementwise_1b2c...(%x, %c) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    ```
  }];
  let dependentDialects = ["::fovea::kernel::KernelDialect"];
}

def PackWeightsPass : Pass<"fovea-pack-weights", "::mlir::ModuleOp"> {
  let summary = "store constant right-hand sides of products as column panels";
  let description = [{
    In a Halide kernel anchored on a contraction or a convolution, the argument that is the product's right-hand side is given the
    encoding `#kernel.panels<nv * vector-width>`, `nv` from the kernel's schedule, when every launch passes a
    constant and nothing else in the kernel reads it. The constant's type changes with it; its bytes are rearranged
    when the object is written. A right-hand side that stays as it is gets a remark with the reason.
  }];
  let options = [
    Option<"vectorWidth", "vector-width", "int64_t", /*default=*/"16", "f32 elements of a vector register">
  ];
  let dependentDialects = ["::fovea::kernel::KernelDialect"];
}

#endif // FOVEA_PASSES_OUTLINE_PASSES_TD
