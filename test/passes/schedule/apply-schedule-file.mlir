// RUN: fovea-opt %s "--fovea-apply-schedule-file=file=%S/Inputs/override.txt dump=-" -o /dev/null | FileCheck %s --check-prefix=DUMP
// RUN: fovea-opt %s --fovea-apply-schedule-file=file=%S/Inputs/override.txt | FileCheck %s
// RUN: fovea-opt %s --fovea-apply-schedule-file=dump=%t -o /dev/null && fovea-opt %s --fovea-apply-schedule-file=file=%t | FileCheck %s --check-prefix=SAME

// What is dumped can be read back.

// DUMP: contraction_0123456789abcdef = gemm mr = 8, nv = 3
// DUMP-NEXT: rows_0123456789abcdef = rows unroll = 4
// DUMP-NOT: elementwise

// CHECK-LABEL: kernel.func @contraction_0123456789abcdef
// CHECK-SAME: schedule = #kernel.schedule<gemm mr = 8, nv = 3>
// CHECK-LABEL: kernel.func @rows_0123456789abcdef
// CHECK-SAME: schedule = #kernel.schedule<rows unroll = 4>
// SAME-LABEL: kernel.func @contraction_0123456789abcdef
// SAME-SAME: schedule = #kernel.schedule<gemm mr = 6, nv = 4>
kernel.func @contraction_0123456789abcdef(%x: tensor<4xf32>) -> tensor<4xf32>
    attributes {anchor = #kernel.anchor<contraction>, schedule = #kernel.schedule<gemm mr = 6, nv = 4>} {
  kernel.return %x : tensor<4xf32>
}
kernel.func @rows_0123456789abcdef(%x: tensor<4xf32>) -> tensor<4xf32>
    attributes {anchor = #kernel.anchor<rows>, schedule = #kernel.schedule<rows unroll = 4>} {
  kernel.return %x : tensor<4xf32>
}
kernel.func @elementwise_0123456789abcdef(%x: tensor<4xf32>) -> tensor<4xf32>
    attributes {anchor = #kernel.anchor<elementwise>} {
  kernel.return %x : tensor<4xf32>
}
