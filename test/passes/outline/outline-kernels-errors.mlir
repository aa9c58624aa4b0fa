// RUN: fovea-opt %s --fovea-outline-kernels | FileCheck %s
//
// Kernels that must not be shared: the same body for another backend, with another schedule, with another splat, and on
// another shape.

// CHECK-NOT:      kernel.constant
// CHECK-LABEL:    func.func @main
// CHECK:          kernel.launch @[[A:elementwise_[0-9a-f]+]](
// CHECK:          kernel.launch @[[B:elementwise_[0-9a-f]+]](
// CHECK:          kernel.launch @[[C:elementwise_[0-9a-f]+]](
// CHECK:          kernel.launch @[[D:elementwise_[0-9a-f]+]](
// CHECK:          kernel.launch @[[E:elementwise_[0-9a-f]+]](
// CHECK-COUNT-5:  kernel.func @elementwise_
// CHECK-NOT:      kernel.func
#map = affine_map<(d0) -> (d0)>
func.func @main(%x: tensor<4xf32>, %y: tensor<5xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<5xf32>) {
  %one = arith.constant dense<1.0> : tensor<4xf32>
  %two = arith.constant dense<2.0> : tensor<4xf32>
  %five = arith.constant dense<1.0> : tensor<5xf32>
  %0 = kernel.island <elementwise> backend <halide> -> tensor<4xf32> {
    %e = tensor.empty() : tensor<4xf32>
    %r = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]}
        ins(%x, %one : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
      ^bb0(%a: f32, %b: f32, %c: f32):
        %s = arith.addf %a, %b : f32
        linalg.yield %s : f32
    } -> tensor<4xf32>
    kernel.yield %r : tensor<4xf32>
  }
  %1 = kernel.island <elementwise> backend <llvm> -> tensor<4xf32> {
    %e = tensor.empty() : tensor<4xf32>
    %r = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]}
        ins(%x, %one : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
      ^bb0(%a: f32, %b: f32, %c: f32):
        %s = arith.addf %a, %b : f32
        linalg.yield %s : f32
    } -> tensor<4xf32>
    kernel.yield %r : tensor<4xf32>
  }
  %2 = kernel.island <elementwise> backend <halide> schedule <elementwise vectors = 2> -> tensor<4xf32> {
    %e = tensor.empty() : tensor<4xf32>
    %r = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]}
        ins(%x, %one : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
      ^bb0(%a: f32, %b: f32, %c: f32):
        %s = arith.addf %a, %b : f32
        linalg.yield %s : f32
    } -> tensor<4xf32>
    kernel.yield %r : tensor<4xf32>
  }
  %3 = kernel.island <elementwise> backend <halide> -> tensor<4xf32> {
    %e = tensor.empty() : tensor<4xf32>
    %r = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]}
        ins(%x, %two : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
      ^bb0(%a: f32, %b: f32, %c: f32):
        %s = arith.addf %a, %b : f32
        linalg.yield %s : f32
    } -> tensor<4xf32>
    kernel.yield %r : tensor<4xf32>
  }
  %4 = kernel.island <elementwise> backend <halide> -> tensor<5xf32> {
    %e = tensor.empty() : tensor<5xf32>
    %r = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]}
        ins(%y, %five : tensor<5xf32>, tensor<5xf32>) outs(%e : tensor<5xf32>) {
      ^bb0(%a: f32, %b: f32, %c: f32):
        %s = arith.addf %a, %b : f32
        linalg.yield %s : f32
    } -> tensor<5xf32>
    kernel.yield %r : tensor<5xf32>
  }
  return %0, %1, %2, %3, %4 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<5xf32>
}
