// RUN: fovea-opt %s --fovea-plan-arena | FileCheck %s

// Three buffers of 1024 bytes in a chain need the room of two; the small one alive beside them goes behind. Weights
// follow one another at multiples of 64, a packed one with its padding.

// CHECK: module attributes {fovea.arena_bytes = 18560 : i64}
// CHECK: kernel.constant @v at 0
// CHECK: kernel.constant @w at 64
// CHECK-LABEL: func.func @main
// CHECK: %[[O0:.*]] = arith.constant 0 : index
// CHECK: memref.view %{{.*}}[%[[O0]]][]
// CHECK: %[[O1:.*]] = arith.constant 1024 : index
// CHECK: memref.view %{{.*}}[%[[O1]]][]
// CHECK: %[[O2:.*]] = arith.constant 0 : index
// CHECK: memref.view %{{.*}}[%[[O2]]][]
// CHECK: %[[O3:.*]] = arith.constant 2048 : index
// CHECK: memref.view %{{.*}}[%[[O3]]][] : memref<?xi8> to memref<25xf32>
// CHECK-NOT: memref.alloc
module {
  kernel.constant @v : tensor<3xf32> = dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  kernel.constant @w : tensor<8x20xf32, #kernel.panels<32>> = dense<1.0> : tensor<8x20xf32>
  func.func @main(%x: memref<256xf32>, %y: memref<256xf32>, %arena: memref<?xi8>) {
    %a = memref.alloc() : memref<256xf32>
    %b = memref.alloc() : memref<256xf32>
    %c = memref.alloc() : memref<256xf32>
    %s = memref.alloc() : memref<25xf32>
    kernel.launch @f(%x) outs(%a, %s) : (memref<256xf32>) outs(memref<256xf32>, memref<25xf32>)
    kernel.launch @k(%a) outs(%b) : (memref<256xf32>) outs(memref<256xf32>)
    kernel.launch @k(%b) outs(%c) : (memref<256xf32>) outs(memref<256xf32>)
    %r = memref.reinterpret_cast %s to offset: [0], sizes: [5, 5], strides: [5, 1] : memref<25xf32> to memref<5x5xf32>
    kernel.launch @g(%c, %r) outs(%y) : (memref<256xf32>, memref<5x5xf32>) outs(memref<256xf32>)
    return
  }
  kernel.func @f(%x: tensor<256xf32>) -> (tensor<256xf32>, tensor<25xf32>) attributes {anchor = #kernel.anchor<elementwise>} {
    %s = tensor.extract_slice %x[0] [25] [1] : tensor<256xf32> to tensor<25xf32>
    kernel.return %x, %s : tensor<256xf32>, tensor<25xf32>
  }
  kernel.func @k(%x: tensor<256xf32>) -> tensor<256xf32> attributes {anchor = #kernel.anchor<elementwise>} {
    kernel.return %x : tensor<256xf32>
  }
  kernel.func @g(%x: tensor<256xf32>, %y: tensor<5x5xf32>) -> tensor<256xf32> attributes {anchor = #kernel.anchor<elementwise>} {
    kernel.return %x : tensor<256xf32>
  }
}
