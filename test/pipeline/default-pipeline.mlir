// RUN: fovea-opt %s --fovea-phase-frontend --fovea-phase-raise --fovea-phase-lower --fovea-phase-fuse --fovea-phase-schedule --fovea-phase-outline --fovea-phase-bufferize --dump-pass-pipeline 2>&1 | FileCheck %s
//
// The default pipeline, pass by pass.

// CHECK:      builtin.module(
// CHECK-SAME:   func.func(fovea-simplify-graph{{[^,]*}},cse),
// CHECK-SAME:   func.func(fovea-raise-layer-norm,fovea-raise-gelu),fovea-raise-attention,cse,
// CHECK-SAME:   fovea-lower-onnx,cse,
// CHECK-SAME:   func.func(fovea-absorb-layout,cse,fovea-form-islands),
// CHECK-SAME:   func.func(fovea-assign-backends{backend=auto},fovea-select-schedules{{[^,]*}}),
// CHECK-SAME:   fovea-outline-kernels,fovea-pack-weights{vector-width=16},
// CHECK-SAME:   fovea-bufferize-program,fovea-plan-arena)

func.func @main(%x: tensor<4xf32> {onnx.name = "x"}) -> (tensor<4xf32> {onnx.name = "y"}) {
  %y = onnx.Relu %x : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}
