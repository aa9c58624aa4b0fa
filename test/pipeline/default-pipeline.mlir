// RUN: fovea-opt %s --fovea-phase-frontend --fovea-phase-raise --fovea-phase-lower --fovea-phase-fuse --fovea-phase-schedule --fovea-phase-outline --fovea-phase-bufferize --dump-pass-pipeline 2>&1 | FileCheck %s
//
// The default pipeline, pass by pass.

// CHECK:      builtin.module(
// CHECK-NEXT:   func.func(
// CHECK-NEXT:     fovea-simplify-graph{
// CHECK-NEXT:     fovea-fold-weights,
// CHECK-NEXT:     cse
// CHECK-NEXT:   ),
// CHECK-NEXT:   func.func(
// CHECK-NEXT:     fovea-raise-layer-norm,
// CHECK-NEXT:     fovea-raise-rms-norm,
// CHECK-NEXT:     fovea-raise-gelu,
// CHECK-NEXT:     fovea-raise-rotary-embedding,
// CHECK-NEXT:     fovea-raise-softmax
// CHECK-NEXT:   ),
// CHECK-NEXT:   fovea-raise-attention{approx-masks=false self-check=false},
// CHECK-NEXT:   fovea-tap-attention,
// CHECK-NEXT:   func.func(
// CHECK-NEXT:     fovea-propagate-slices
// CHECK-NEXT:   ),
// CHECK-NEXT:   cse,
// CHECK-NEXT:   fovea-lower-onnx,
// CHECK-NEXT:   cse,
// CHECK-NEXT:   fovea-verify-phase{phase=lower},
// CHECK-NEXT:   func.func(
// CHECK-NEXT:     fovea-channels-last,
// CHECK-NEXT:     fovea-absorb-layout,
// CHECK-NEXT:     cse,
// CHECK-NEXT:     fovea-form-islands
// CHECK-NEXT:   ),
// CHECK-NEXT:   fovea-verify-phase{phase=fuse},
// CHECK-NEXT:   func.func(
// CHECK-NEXT:     fovea-assign-backends{backend=auto},
// CHECK-NEXT:     fovea-select-schedules{l2-kib=1024 vector-width=16}
// CHECK-NEXT:   ),
// CHECK-NEXT:   fovea-outline-kernels,
// CHECK-NEXT:   fovea-pack-weights{vector-width=16},
// CHECK-NEXT:   fovea-verify-phase{phase=outline},
// CHECK-NEXT:   fovea-bufferize-program,
// CHECK-NEXT:   fovea-plan-arena,
// CHECK-NEXT:   fovea-verify-phase{phase=bufferize}
// CHECK-NEXT: )

func.func @main(%x: tensor<4xf32> {onnx.name = "x"}) -> (tensor<4xf32> {onnx.name = "y"}) {
  %y = onnx.Relu %x : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}
