// RUN: fovea-opt %s | fovea-opt | FileCheck %s

// CHECK: kernel.constant @w at 64 : tensor<2x3xf32, #kernel.panels<64>> = dense<1.0
// CHECK: kernel.constant @t : tensor<2x3xf32, #kernel.panels<64, axis = 0>>
kernel.constant @w at 64 : tensor<2x3xf32, #kernel.panels<64>> = dense<1.0> : tensor<2x3xf32>
kernel.constant @t : tensor<2x3xf32, #kernel.panels<64, axis = 0>> = dense<1.0> : tensor<2x3xf32>

// CHECK-LABEL: func.func @island
// CHECK: kernel.island <elementwise> backend <llvm> schedule <ew unroll = 4, vec = 16> -> tensor<4xf32>
func.func @island(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = kernel.island <elementwise> backend <llvm> schedule <ew vec = 16, unroll = 4> -> tensor<4xf32> {
    kernel.yield %x : tensor<4xf32>
  }
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @launch
// CHECK: kernel.launch @k(%{{.*}}) : (tensor<4xf32>) -> tensor<4xf32>
func.func @launch(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = kernel.launch @k(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @on_memory
// CHECK: kernel.launch @k(%{{.*}}) outs(%{{.*}}) : (memref<4xf32>) outs(memref<4xf32>)
func.func @on_memory(%x: memref<4xf32>, %y: memref<4xf32>) {
  kernel.launch @k(%x) outs(%y) : (memref<4xf32>) outs(memref<4xf32>)
  return
}

// CHECK-LABEL: kernel.func @k
// CHECK-SAME: schedule = #kernel.schedule<gemm mr = 6>
kernel.func @k(%x: tensor<4xf32>) -> tensor<4xf32>
    attributes {anchor = #kernel.anchor<elementwise>, schedule = #kernel.schedule<gemm mr = 6>} {
  kernel.return %x : tensor<4xf32>
}

// CHECK-LABEL: func.func @sequential
func.func @sequential(%x: tensor<4xf32>, %c: i1) -> tensor<4xf32> {
  // CHECK: kernel.island <sequential> -> tensor<4xf32>
  // CHECK-NEXT: kernel.check %{{.*}}, "one of four"
  %0 = kernel.island <sequential> -> tensor<4xf32> {
    kernel.check %c, "one of four"
    kernel.yield %x : tensor<4xf32>
  }
  return %0 : tensor<4xf32>
}
