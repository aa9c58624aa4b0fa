// RUN: fovea-opt %s --fovea-verify-phase=phase=bufferize -verify-diagnostics -split-input-file

module attributes {fovea.arena_bytes = 128 : i64} {
  // expected-error @below {{'kernel.constant' after bufferize: must have an offset that is a multiple of 64}}
  kernel.constant @w at 32 : tensor<4xf32> = dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  func.func @main(%arena: memref<?xi8>) attributes {fovea.inputs = 0 : i64, fovea.outputs = 0 : i64} {
    // expected-error @below {{'memref.alloc' after bufferize: may not exist in the program}}
    %t = memref.alloc() : memref<4xf32>
    %c32 = arith.constant 32 : index
    // expected-error @below {{offset 32 is not a multiple of 64}}
    %0 = memref.view %arena[%c32][] : memref<?xi8> to memref<4xf32>
    %c64 = arith.constant 64 : index
    // expected-error @below {{ends at byte 192 of an arena of 128}}
    %1 = memref.view %arena[%c64][] : memref<?xi8> to memref<32xf32>
    return
  }
}

// -----

module attributes {fovea.arena_bytes = 0 : i64} {
  // expected-error @below {{'func.func' after bufferize: must take 1 inputs, 1 outputs and the arena, but takes 1 arguments}}
  func.func @main(%arena: memref<?xi8>) attributes {fovea.inputs = 1 : i64, fovea.outputs = 1 : i64} {
    return
  }
}

// -----

// expected-error @below {{'builtin.module' after bufferize: must have 'fovea.arena_bytes'}}
module {
  // expected-error @below {{must write its outputs instead of returning them}}
  func.func @main(%x: memref<4xf32>, %arena: memref<?xi8>) -> memref<4xf32> attributes {fovea.inputs = 1 : i64, fovea.outputs = 0 : i64} {
    return %x : memref<4xf32>
  }
}
