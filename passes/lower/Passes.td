// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_PASSES_LOWER_PASSES_TD
#define FOVEA_PASSES_LOWER_PASSES_TD

include "mlir/Pass/PassBase.td"

def LowerOnnxPass : Pass<"fovea-lower-onnx", "::mlir::ModuleOp"> {
  let summary = "Lower the onnx dialect to linalg, tensor, arith and math";
  let description = [{
    Afterwards the module holds the vocabulary of Architecture.md section 4 and `attn.attention`. Every tensor must have
    a static shape. Unsigned integer tensors become signless, in the signature too, whose arguments and results then
    keep the type as `onnx.element_type`; bodies use unsigned ops where it matters. Every op without a lowering is reported, with its node and the reason, before the pass fails.

    ```mlir
    %0 = onnx.Relu %x : (tensor<4xf32>) -> tensor<4xf32>
    // becomes
    %e = tensor.empty() : tensor<4xf32>
    %0 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x) outs(%e) {
    ^bb0(%a: f32, %o: f32):
      %zero = arith.constant 0.0 : f32
      %m = arith.maximumf %a, %zero : f32
      linalg.yield %m : f32
    }
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect", "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect",
                           "::fovea::kernel::KernelDialect"];
}

#endif // FOVEA_PASSES_LOWER_PASSES_TD
