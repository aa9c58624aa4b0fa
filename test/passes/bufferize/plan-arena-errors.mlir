// RUN: fovea-opt %s --fovea-plan-arena --split-input-file --verify-diagnostics

func.func @main(%arena: memref<?xi8>) {
  // expected-error @+1 {{has no size that fits in memory}}
  %a = memref.alloc() : memref<4611686018427387904x4611686018427387904xf32>
  return
}

// -----

// expected-error @+1 {{needs a bufferized function @main}}
module {
}
