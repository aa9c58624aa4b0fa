// RUN: fovea-opt %s --fovea-verify-phase=phase=fuse | FileCheck %s

// CHECK-LABEL: func.func @main
func.func @main(%x: tensor<4xf32>) -> tensor<2x2xf32> {
  %w = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %0 = kernel.island <elementwise> -> tensor<4xf32> {
    %e = tensor.empty() : tensor<4xf32>
    %1 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]}
        ins(%x, %w : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %s = arith.addf %a, %b : f32
      linalg.yield %s : f32
    } -> tensor<4xf32>
    kernel.yield %1 : tensor<4xf32>
  }
  %2 = tensor.expand_shape %0 [[0, 1]] output_shape [2, 2] : tensor<4xf32> into tensor<2x2xf32>
  return %2 : tensor<2x2xf32>
}

// A window's rows, copied.

// CHECK-LABEL: func.func @move
func.func @move(%x: tensor<4x6xf32>) -> tensor<6x4xf32> {
  %0 = kernel.island <elementwise> -> tensor<6x4xf32> {
    %e = tensor.empty() : tensor<6x4xf32>
    %1 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0 floordiv 3 + d1 floordiv 2, d0 mod 3 + d1 mod 2)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]}
        ins(%x : tensor<4x6xf32>) outs(%e : tensor<6x4xf32>) {
    ^bb0(%a: f32, %b: f32):
      linalg.yield %a : f32
    } -> tensor<6x4xf32>
    kernel.yield %1 : tensor<6x4xf32>
  }
  return %0 : tensor<6x4xf32>
}
