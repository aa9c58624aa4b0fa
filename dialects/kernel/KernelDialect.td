// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_KERNEL_DIALECT_TD
#define FOVEA_KERNEL_DIALECT_TD

include "mlir/IR/OpBase.td"

def Kernel_Dialect : Dialect {
  let name = "kernel";
  let cppNamespace = "::fovea::kernel";
  let summary = "the boundary between the graph and the code generators";
  let description = [{
    A kernel is a region of ordinary ops with one anchor. It is first an `island` inside the function it came from,
    then a `kernel.func` that equal islands share and `kernel.launch` calls. What the kernel computes is said by the
    ops of its body alone; how, by its `schedule` attribute. Weights are `kernel.constant` symbols.
  }];
  let useDefaultAttributePrinterParser = 1;
  let dependentDialects = ["::mlir::tensor::TensorDialect", "::mlir::memref::MemRefDialect"];
}

#endif // FOVEA_KERNEL_DIALECT_TD
