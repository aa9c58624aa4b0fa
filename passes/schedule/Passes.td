// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_PASSES_SCHEDULE_PASSES_TD
#define FOVEA_PASSES_SCHEDULE_PASSES_TD

include "mlir/Pass/PassBase.td"

def AssignBackendsPass : Pass<"fovea-assign-backends", "::mlir::func::FuncOp"> {
  let summary = "choose the code generator of every island";
  let description = [{
    `auto` gives an island to Halide unless a product in it is not accumulated in f32, or it moves more than 32 pieces of
    tensors, each of which would be code of its own; then it goes to LLVM, with a remark that says why. What Halide cannot express needs no rule here: the kernel is then compiled by LLVM (compiler/link).
    `halide` and `llvm` force the choice. An island that has a backend keeps it.
  }];
  let options = [
    Option<"backend", "backend", "std::string", /*default=*/"\"auto\"", "auto, halide or llvm">
  ];
}

def SelectSchedulesPass : Pass<"fovea-select-schedules", "::mlir::func::FuncOp"> {
  let summary = "write a schedule on every Halide island, from tables";
  let description = [{
    The tables (ScheduleTable.h) are keyed by the anchor, the extents of its loops and the target: vector registers of
    `vector-width` f32 elements (16: 32 registers, 8: 16 registers) and a second-level cache of `l2-kib`. An island that
    has a schedule keeps it; islands of the LLVM backend get none.
  }];
  let options = [
    Option<"vectorWidth", "vector-width", "int64_t", /*default=*/"16", "f32 elements of a vector register, 16 or 8">,
    Option<"l2Kib", "l2-kib", "int64_t", /*default=*/"1024", "KiB of second-level cache of a core">
  ];
}

def ApplyScheduleFilePass : Pass<"fovea-apply-schedule-file", "::mlir::ModuleOp"> {
  let summary = "override the schedules of kernels from a file";
  let description = [{
    Every line of the file is `<kernel> = <schedule>`, for instance `contraction_0123456789abcdef = gemm mr = 8, nv = 3`;
    empty lines and lines that begin with `#` are skipped. Kernel names exist after outlining, and weights are packed by
    the schedule, so this runs between `fovea-outline-kernels` and `fovea-pack-weights`. A line that does not parse, or
    names no kernel of the module, is an error at that line. With `dump` set, the schedules of all kernels are written to
    that file in the same format, after the overrides (`-` is standard output).
  }];
  let options = [
    Option<"file", "file", "std::string", /*default=*/"\"\"", "the file to read; empty reads none">,
    Option<"dump", "dump", "std::string", /*default=*/"\"\"", "the file to write; empty writes none">
  ];
}

#endif // FOVEA_PASSES_SCHEDULE_PASSES_TD
