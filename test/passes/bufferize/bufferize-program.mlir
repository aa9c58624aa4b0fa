// RUN: fovea-opt %s --fovea-bufferize-program --split-input-file | FileCheck %s

// A temporary is allocated, a result is written in place through a reshape, a view costs nothing.

// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:.*]]: memref<2x4xf32> {onnx.name = "x"}, %[[Y:.*]]: memref<8xf32> {onnx.name = "y"}, %{{.*}}: memref<?xi8>)
// CHECK-SAME: attributes {fovea.inputs = 1 : i64, fovea.outputs = 1 : i64}
// CHECK: %[[OUT:.*]] = memref.reinterpret_cast %[[Y]] to offset: [0], sizes: [2, 4], strides: [4, 1]
// CHECK: %[[T:.*]] = memref.alloc() : memref<2x4xf32>
// CHECK: kernel.launch @k(%[[X]]) outs(%[[T]])
// CHECK: kernel.launch @k(%[[T]]) outs(%[[OUT]])
// CHECK-NOT: memref.copy
// CHECK: return
module {
  func.func @main(%x: tensor<2x4xf32> {onnx.name = "x"}) -> (tensor<8xf32> {onnx.name = "y"}) {
    %0 = kernel.launch @k(%x) : (tensor<2x4xf32>) -> tensor<2x4xf32>
    %1 = kernel.launch @k(%0) : (tensor<2x4xf32>) -> tensor<2x4xf32>
    %2 = tensor.collapse_shape %1 [[0, 1]] : tensor<2x4xf32> into tensor<8xf32>
    return %2 : tensor<8xf32>
  }
  kernel.func @k(%x: tensor<2x4xf32>) -> tensor<2x4xf32> attributes {anchor = #kernel.anchor<elementwise>} {
    kernel.return %x : tensor<2x4xf32>
  }
}

// -----

// A value returned twice, and an input or a constant returned as it is, are copied.

// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:.*]]: memref<4xf32>, %[[A:.*]]: memref<4xf32>, %[[B:.*]]: memref<4xf32>, %[[C:.*]]: memref<4xf32>, %[[D:.*]]: memref<4xf32>, %{{.*}}: memref<?xi8>)
// CHECK: %[[W:.*]] = kernel.get_constant @w : memref<4xf32>
// CHECK: kernel.launch @k(%[[X]]) outs(%[[A]])
// CHECK: memref.copy %[[A]], %[[B]]
// CHECK: memref.copy %[[X]], %[[C]]
// CHECK: memref.copy %[[W]], %[[D]]
module {
  kernel.constant @w : tensor<4xf32> = dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  func.func @main(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
    %w = kernel.get_constant @w : tensor<4xf32>
    %0 = kernel.launch @k(%x) : (tensor<4xf32>) -> tensor<4xf32>
    return %0, %0, %x, %w : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
  }
  kernel.func @k(%x: tensor<4xf32>) -> tensor<4xf32> attributes {anchor = #kernel.anchor<elementwise>} {
    kernel.return %x : tensor<4xf32>
  }
}
