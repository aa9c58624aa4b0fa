// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_PASSES_BUFFERIZE_PASSES_TD
#define FOVEA_PASSES_BUFFERIZE_PASSES_TD

include "mlir/Pass/PassBase.td"

def BufferizeProgramPass : Pass<"fovea-bufferize-program", "::mlir::ModuleOp"> {
  let summary = "put the program on memory";
  let description = [{
    `@main` takes its inputs, then its outputs, then the arena as memrefs and returns nothing. A launch writes into
    its `outs`; reshapes are views. A value that `@main` returns is written straight into the caller's memory; only a
    result that is itself an input, a constant or another result is copied. Temporaries are `memref.alloc` until
    plan-arena gives them a place. After outlining nothing but launches, constants, reshapes, rows of tensors and control flow is
    left on tensors; anything else is an error.

    A tensor that a loop carries has two buffers: an iteration reads one and writes the other, and yields them exchanged. One that
    only collects a row per iteration has a single buffer, whose rows the kernels write. The results of a branch have buffers that
    both sides write.

    The arguments keep their `onnx.name`; `fovea.inputs` and `fovea.outputs` count them.
  }];
  let dependentDialects = ["::fovea::kernel::KernelDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect"];
}

def PlanArenaPass : Pass<"fovea-plan-arena", "::mlir::ModuleOp"> {
  let summary = "give every buffer and every weight its offset";
  let description = [{
    Replaces each `memref.alloc` of `@main` by a `memref.view` of the arena. Buffers whose lifetimes overlap do not
    overlap in memory: a buffer that is used inside of a loop but made outside lives as long as the loop runs. Larger buffers are placed first, each at the lowest offset that fits. Offsets are multiples
    of 64 bytes. The arena and the weights section end with 16 KiB of slack, which a tile may read and must ignore.
    Sets `fovea.arena_bytes` on the module and `offset` on every `kernel.constant`.
  }];
  let dependentDialects = ["::fovea::kernel::KernelDialect", "::mlir::memref::MemRefDialect"];
}

#endif // FOVEA_PASSES_BUFFERIZE_PASSES_TD
