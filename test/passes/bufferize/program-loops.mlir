// RUN: fovea-opt %s --fovea-phase-frontend --fovea-phase-lower --fovea-phase-fuse --fovea-phase-outline --fovea-phase-bufferize --split-input-file | FileCheck %s

// A carried value has two buffers that the loop exchanges, and a copy of its start. Rows are written
// where they are collected: here in the caller's memory. The second of equal values is copied.
// CHECK-LABEL: func.func @main
// CHECK-SAME:    %[[X:[^:]*]]: memref<8x3xf32>{{.*}}, %[[H0:[^:]*]]: memref<3xf32>{{.*}}, %[[LAST:[^:]*]]: memref<3xf32>{{.*}}, %[[ALL:[^:]*]]: memref<8x3xf32>
// CHECK:         %[[A:.*]] = memref.view
// CHECK:         memref.copy %[[H0]], %[[A]]
// CHECK:         %[[B:.*]] = memref.view
// CHECK:         %[[FOR:.*]]:2 = scf.for %[[I:.*]] = %{{.*}} iter_args(%[[OLD:.*]] = %[[A]], %[[NEW:.*]] = %[[B]]) -> (memref<3xf32>, memref<3xf32>)
// CHECK:           %[[PLACE:.*]] = kernel.slice %[[ALL]][%[[I]]] : memref<8x3xf32> -> memref<3xf32>
// CHECK:           %[[ROW:.*]] = kernel.slice %[[X]][%[[I]]]
// CHECK:           kernel.launch @{{.*}}(%[[OLD]], %[[ROW]]) outs(%[[NEW]])
// CHECK:           memref.copy %[[NEW]], %[[PLACE]]
// CHECK:           scf.yield %[[NEW]], %[[OLD]]
// CHECK:         memref.copy %[[FOR]]#0, %[[LAST]]
func.func @main(%x: tensor<8x3xf32>, %h0: tensor<3xf32>) -> (tensor<3xf32>, tensor<8x3xf32>) {
  %0:2 = onnx.Scan %h0, %x {num_inputs = 1 : i64, input_axes = array<i64: 0>, input_directions = array<i64: 0>, output_axes = array<i64: 0>, output_directions = array<i64: 0>} : (tensor<3xf32>, tensor<8x3xf32>) -> (tensor<3xf32>, tensor<8x3xf32>) {
  ^bb0(%h: tensor<3xf32>, %s: tensor<3xf32>):
    %1 = onnx.Add %h, %s : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    onnx.Yield %1, %1 : tensor<3xf32>, tensor<3xf32>
  }
  return %0#0, %0#1 : tensor<3xf32>, tensor<8x3xf32>
}

// -----

// A buffer that is made before the loop and read inside lives as long as the loop: what the body
// makes lies elsewhere.
// CHECK-LABEL: func.func @main
// CHECK:         %[[KEPT:.*]] = arith.constant [[AT:[0-9]+]] : index
// CHECK-NEXT:    %[[OUTER:.*]] = memref.view %{{.*}}[%[[KEPT]]][] : memref<?xi8> to memref<16x16xf32>
// CHECK-NEXT:    kernel.launch @{{.*}} outs(%[[OUTER]])
// CHECK:         scf.for
// CHECK-NOT:       arith.constant [[AT]] : index
// CHECK:           kernel.launch @{{.*}}%[[OUTER]]
// CHECK:           scf.yield
func.func @main(%x: tensor<16x16xf32>, %w: tensor<16x16xf32>, %h0: tensor<16x16xf32>, %n: tensor<i64>) -> tensor<16x16xf32> {
  %none = onnx.none
  %0 = onnx.MatMul %x, %w : (tensor<16x16xf32>, tensor<16x16xf32>) -> tensor<16x16xf32>
  %1 = onnx.Loop %n, %none, %h0 : (tensor<i64>, none, tensor<16x16xf32>) -> tensor<16x16xf32> {
  ^bb0(%i: tensor<i64>, %go: tensor<i1>, %h: tensor<16x16xf32>):
    %2 = onnx.MatMul %h, %w : (tensor<16x16xf32>, tensor<16x16xf32>) -> tensor<16x16xf32>
    %3 = onnx.MatMul %2, %0 : (tensor<16x16xf32>, tensor<16x16xf32>) -> tensor<16x16xf32>
    onnx.Yield %go, %3 : tensor<i1>, tensor<16x16xf32>
  }
  return %1 : tensor<16x16xf32>
}

// -----

// Both sides of a branch write its result.
// CHECK-LABEL: func.func @main
// CHECK-SAME:    %[[X:[^:]*]]: memref<4xf32>{{.*}}, %[[C:[^:]*]]: memref<i1>{{.*}}, %[[Y:[^:]*]]: memref<4xf32>
// CHECK:         %[[GO:.*]] = memref.load %[[C]][]
// CHECK:         scf.if %[[GO]] {
// CHECK-NEXT:      memref.copy %[[X]], %[[Y]]
// CHECK-NEXT:    } else {
// CHECK-NEXT:      kernel.launch @{{.*}}(%[[X]]) outs(%[[Y]])
func.func @main(%x: tensor<4xf32>, %c: tensor<i1>) -> tensor<4xf32> {
  %0 = onnx.If %c : (tensor<i1>) -> tensor<4xf32> {
    onnx.Yield %x : tensor<4xf32>
  } else {
    %1 = onnx.Neg %x : (tensor<4xf32>) -> tensor<4xf32>
    onnx.Yield %1 : tensor<4xf32>
  }
  return %0 : tensor<4xf32>
}
