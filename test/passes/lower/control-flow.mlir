// RUN: fovea-opt %s --fovea-lower-onnx --fovea-verify-phase=phase=lower --split-input-file | FileCheck %s

// A loop that only its trip count ends is scf.for. What no iteration changes is not carried.
// CHECK-LABEL: func.func @main
// CHECK-SAME:    %[[N:.*]]: tensor<i64>, %[[H0:.*]]: tensor<4xf32>, %[[K:.*]]: tensor<4xf32>
// CHECK:         %[[COUNT:.*]] = tensor.extract %[[N]][] : tensor<i64>
// CHECK:         %[[END:.*]] = arith.index_cast %[[COUNT]]
// CHECK:         %[[FOR:.*]] = scf.for %[[I:.*]] = %{{.*}} to %[[END]] step %{{.*}} iter_args(%[[H:.*]] = %[[H0]]) -> (tensor<4xf32>)
// CHECK:           %[[NUMBER:.*]] = arith.index_cast %[[I]]
// CHECK:           tensor.from_elements %[[NUMBER]] : tensor<i64>
// CHECK:           linalg.generic {{.*}} ins(%[[H]], %[[K]]
// CHECK:           scf.yield
// CHECK:         return %[[FOR]], %[[K]]
func.func @main(%n: tensor<i64>, %h0: tensor<4xf32>, %k: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %none = onnx.none
  %0:2 = onnx.Loop %n, %none, %h0, %k : (tensor<i64>, none, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  ^bb0(%i: tensor<i64>, %go: tensor<i1>, %h: tensor<4xf32>, %same: tensor<4xf32>):
    %1 = onnx.Add %h, %same : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = onnx.Cast %i {to = f32} : (tensor<i64>) -> tensor<f32>
    %3 = onnx.Add %1, %2 : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    onnx.Yield %go, %3, %same : tensor<i1>, tensor<4xf32>, tensor<4xf32>
  }
  return %0#0, %0#1 : tensor<4xf32>, tensor<4xf32>
}

// -----

// A condition that is computed makes scf.while. The rows it collects must be as many as declared,
// and none is written outside.
// CHECK-LABEL: func.func @main
// CHECK-DAG:     %[[GO:.*]] = tensor.extract %{{.*}}[] : tensor<i1>
// CHECK-DAG:     %[[ROWS:.*]] = tensor.empty() : tensor<6x4xi8>
// CHECK:         %[[WHILE:.*]]:4 = scf.while (%[[I:.*]] = %{{.*}}, %[[C:.*]] = %[[GO]], %[[X:.*]] = %{{.*}}, %[[R:.*]] = %[[ROWS]]) : (index, i1, tensor<4xi8>, tensor<6x4xi8>)
// CHECK:           %[[MORE:.*]] = arith.cmpi slt, %[[I]]
// CHECK:           %[[BOTH:.*]] = arith.andi %[[MORE]], %[[C]]
// CHECK:           scf.condition(%[[BOTH]]) %[[I]], %[[C]], %[[X]], %[[R]]
// CHECK:         ^bb0(%[[J:.*]]: index
// CHECK:           %[[FITS:.*]] = arith.cmpi slt, %[[J]], %c6
// CHECK:           %[[ROW:.*]] = kernel.require %[[FITS]], %[[J]]
// CHECK:           tensor.insert_slice %{{.*}} into %{{.*}}[%[[ROW]], 0] [1, 4] [1, 1]
// CHECK:         %[[ALL:.*]] = arith.cmpi eq, %[[WHILE]]#0, %c6
// CHECK:         kernel.require %[[ALL]], %[[WHILE]]#0
func.func @main(%n: tensor<1xi32>, %go: tensor<i1>, %x: tensor<4xui8>) -> (tensor<4xui8>, tensor<6x4xui8>) {
  %0:2 = onnx.Loop %n, %go, %x : (tensor<1xi32>, tensor<i1>, tensor<4xui8>) -> (tensor<4xui8>, tensor<6x4xui8>) {
  ^bb0(%i: tensor<i64>, %c: tensor<i1>, %v: tensor<4xui8>):
    %1 = onnx.Add %v, %v : (tensor<4xui8>, tensor<4xui8>) -> tensor<4xui8>
    %2 = onnx.Less %i, %i : (tensor<i64>, tensor<i64>) -> tensor<i1>
    onnx.Yield %2, %1, %1 : tensor<i1>, tensor<4xui8>, tensor<4xui8>
  }
  return %0#0, %0#1 : tensor<4xui8>, tensor<6x4xui8>
}

// -----

// Scan reads rows; another axis is transposed before or after the loop. Reversed directions count
// down.
// CHECK-LABEL: func.func @main
// CHECK:         %[[ROWS:.*]] = linalg.generic {{.*}} outs(%{{.*}} : tensor<8x3xf32>)
// CHECK:         scf.for %[[I:.*]] = %{{.*}} to %c8
// CHECK:           %[[BACK:.*]] = arith.subi %{{.*}}, %[[I]] : index
// CHECK:           tensor.extract_slice %[[ROWS]][%[[BACK]], 0] [1, 3] [1, 1] : tensor<8x3xf32> to tensor<3xf32>
// CHECK:           tensor.insert_slice %{{.*}} into %{{.*}}[%[[I]], 0] [1, 3] [1, 1] : tensor<3xf32> into tensor<8x3xf32>
func.func @main(%h0: tensor<3xf32>, %x: tensor<3x8xf32>) -> (tensor<3xf32>, tensor<8x3xf32>) {
  %0:2 = onnx.Scan %h0, %x {num_inputs = 1 : i64, input_axes = array<i64: -1>, input_directions = array<i64: 1>, output_axes = array<i64: 0>, output_directions = array<i64: 0>} : (tensor<3xf32>, tensor<3x8xf32>) -> (tensor<3xf32>, tensor<8x3xf32>) {
  ^bb0(%h: tensor<3xf32>, %s: tensor<3xf32>):
    %1 = onnx.Add %h, %s : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    onnx.Yield %1, %1 : tensor<3xf32>, tensor<3xf32>
  }
  return %0#0, %0#1 : tensor<3xf32>, tensor<8x3xf32>
}

// -----

// Slices without elements are neither read nor written.
// CHECK-LABEL: func.func @main
// CHECK:         scf.for
// CHECK-NOT:       tensor.extract_slice
// CHECK-NOT:       tensor.insert_slice
// CHECK:         return
func.func @main(%h0: tensor<0xf32>, %x: tensor<8x0xf32>) -> (tensor<0xf32>, tensor<8x0xf32>) {
  %0:2 = onnx.Scan %h0, %x {num_inputs = 1 : i64, input_axes = array<i64: 0>, input_directions = array<i64: 0>, output_axes = array<i64: 0>, output_directions = array<i64: 0>} : (tensor<0xf32>, tensor<8x0xf32>) -> (tensor<0xf32>, tensor<8x0xf32>) {
  ^bb0(%h: tensor<0xf32>, %s: tensor<0xf32>):
    %1 = onnx.Add %h, %s : (tensor<0xf32>, tensor<0xf32>) -> tensor<0xf32>
    onnx.Yield %1, %1 : tensor<0xf32>, tensor<0xf32>
  }
  return %0#0, %0#1 : tensor<0xf32>, tensor<8x0xf32>
}

// -----

// CHECK-LABEL: func.func @main
// CHECK:         %[[C:.*]] = tensor.extract %{{.*}}[] : tensor<i1>
// CHECK:         scf.if %[[C]] -> (tensor<4xf32>) {
// CHECK:           scf.yield %arg1
// CHECK:         } else {
// CHECK:           linalg.generic
func.func @main(%c: tensor<i1>, %x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = onnx.If %c : (tensor<i1>) -> tensor<4xf32> {
    onnx.Yield %x : tensor<4xf32>
  } else {
    %1 = onnx.Neg %x : (tensor<4xf32>) -> tensor<4xf32>
    onnx.Yield %1 : tensor<4xf32>
  }
  return %0 : tensor<4xf32>
}
