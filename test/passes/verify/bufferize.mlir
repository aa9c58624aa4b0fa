// RUN: fovea-opt %s --fovea-verify-phase=phase=bufferize | FileCheck %s

// CHECK: module attributes
module attributes {fovea.arena_bytes = 16640 : i64} {
  kernel.constant @w at 64 : tensor<4xf32> = dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  func.func @main(%x: memref<4xf32>, %y: memref<2x2xf32>, %arena: memref<?xi8>) attributes {fovea.inputs = 1 : i64, fovea.outputs = 1 : i64} {
    %c64 = arith.constant 64 : index
    %t = memref.view %arena[%c64][] : memref<?xi8> to memref<4xf32>
    %w = kernel.get_constant @w : memref<4xf32>
    kernel.launch @k(%x, %w) outs(%t) : (memref<4xf32>, memref<4xf32>) outs(memref<4xf32>)
    %s = memref.expand_shape %t [[0, 1]] output_shape [2, 2] : memref<4xf32> into memref<2x2xf32>
    memref.copy %s, %y : memref<2x2xf32> to memref<2x2xf32>
    return
  }
  kernel.func @k(%x: tensor<4xf32>, %w: tensor<4xf32>) -> tensor<4xf32> attributes {anchor = #kernel.anchor<elementwise>} {
    kernel.return %x : tensor<4xf32>
  }
}
