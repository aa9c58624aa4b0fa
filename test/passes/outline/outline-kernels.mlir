// RUN: fovea-opt %s --fovea-outline-kernels --split-input-file | FileCheck %s

// Two layers with different weights share one kernel; the weights become symbols, the scalar stays inside.

// CHECK: kernel.constant @weight_0 : tensor<4xf32> = dense<[1.0
// CHECK: kernel.constant @weight_1 : tensor<4xf32> = dense<[5.0
// CHECK-LABEL: func.func @main
// CHECK: %[[W0:.*]] = kernel.get_constant @weight_0
// CHECK: %[[W1:.*]] = kernel.get_constant @weight_1
// CHECK: %[[A:.*]] = kernel.launch @[[K:elementwise_[0-9a-f]+]](%{{.*}}, %[[W0]])
// CHECK: kernel.launch @[[K]](%[[A]], %[[W1]])
// CHECK: kernel.func @[[K]](%{{.*}}: tensor<4xf32>, %{{.*}}: tensor<4xf32>) -> tensor<4xf32>
// CHECK-SAME: backend = #kernel.backend<halide>
// CHECK: arith.constant 2.0
// CHECK: kernel.return
// CHECK-NOT: kernel.func
#map = affine_map<(d0) -> (d0)>
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %two = arith.constant 2.0 : f32
  %w0 = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %w1 = arith.constant dense<[5.0, 6.0, 7.0, 8.0]> : tensor<4xf32>
  %0 = kernel.island <elementwise> backend <halide> -> tensor<4xf32> {
    %e = tensor.empty() : tensor<4xf32>
    %r = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]}
        ins(%x, %w0 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
      ^bb0(%a: f32, %b: f32, %c: f32):
        %s = arith.mulf %a, %two : f32
        %t = arith.addf %s, %b : f32
        linalg.yield %t : f32
    } -> tensor<4xf32>
    kernel.yield %r : tensor<4xf32>
  }
  %1 = kernel.island <elementwise> backend <halide> -> tensor<4xf32> {
    %e = tensor.empty() : tensor<4xf32>
    %r = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]}
        ins(%0, %w1 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
      ^bb0(%a: f32, %b: f32, %c: f32):
        %s = arith.mulf %a, %two : f32
        %t = arith.addf %s, %b : f32
        linalg.yield %t : f32
    } -> tensor<4xf32>
    kernel.yield %r : tensor<4xf32>
  }
  return %1 : tensor<4xf32>
}

// -----

// A number of the program that a kernel uses becomes a tensor of its own.

// CHECK-LABEL: func.func @number
// CHECK:         %[[N:.*]] = tensor.extract %{{.*}}[] : tensor<i64>
// CHECK:         %[[T:.*]] = tensor.from_elements %[[N]] : tensor<i64>
// CHECK:         kernel.launch @[[K:.*]](%[[T]])
// CHECK:       kernel.func @[[K]](%[[A:.*]]: tensor<i64>)
// CHECK:         tensor.extract %[[A]][] : tensor<i64>
func.func @number(%x: tensor<i64>) -> tensor<2xi64> {
  %n = tensor.extract %x[] : tensor<i64>
  %0 = kernel.island <elementwise> -> tensor<2xi64> {
    %e = tensor.empty() : tensor<2xi64>
    %r = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} outs(%e : tensor<2xi64>) {
      ^bb0(%c: i64):
        linalg.yield %n : i64
    } -> tensor<2xi64>
    kernel.yield %r : tensor<2xi64>
  }
  return %0 : tensor<2xi64>
}
