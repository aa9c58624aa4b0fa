// RUN: not fovea-opt %s --fovea-apply-schedule-file=file=%S/Inputs/unknown.txt 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not fovea-opt %s --fovea-apply-schedule-file=file=%S/Inputs/malformed.txt 2>&1 | FileCheck %s --check-prefix=MALFORMED
// RUN: not fovea-opt %s --fovea-apply-schedule-file=file=%S/Inputs/number.txt 2>&1 | FileCheck %s --check-prefix=NUMBER
// RUN: not fovea-opt %s --fovea-apply-schedule-file=file=%S/Inputs/absent.txt 2>&1 | FileCheck %s --check-prefix=ABSENT

// UNKNOWN: unknown.txt:1:1: error: the program has no kernel called 'contraction_ffffffffffffffff'; the names are those of the dumped schedule of the same model and options
// MALFORMED: malformed.txt:2:1: error: expected '<kernel> = <schedule>', as in 'contraction_0123456789abcdef = gemm mr = 6, nv = 4'
// NUMBER: number.txt:1:1: error: 'rows unroll = four' is not a schedule: expected a kind and named integers, as in 'gemm mr = 6, nv = 4'
// ABSENT: error: cannot read the schedule file: {{.*}}absent.txt
kernel.func @rows_0123456789abcdef(%x: tensor<4xf32>) -> tensor<4xf32> attributes {anchor = #kernel.anchor<rows>} {
  kernel.return %x : tensor<4xf32>
}
