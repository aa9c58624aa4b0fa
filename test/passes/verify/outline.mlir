// RUN: fovea-opt %s --fovea-verify-phase=phase=outline | FileCheck %s

// CHECK: kernel.constant @w
kernel.constant @w : tensor<4xf32> = dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
func.func @main(%x: tensor<4xf32>) -> tensor<2x2xf32> {
  %w = kernel.get_constant @w : tensor<4xf32>
  %0 = kernel.launch @k(%x, %w) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = tensor.expand_shape %0 [[0, 1]] output_shape [2, 2] : tensor<4xf32> into tensor<2x2xf32>
  return %1 : tensor<2x2xf32>
}
kernel.func @k(%x: tensor<4xf32>, %w: tensor<4xf32>) -> tensor<4xf32> attributes {anchor = #kernel.anchor<elementwise>} {
  %splat = arith.constant dense<1.0> : tensor<4xf32>
  kernel.return %splat : tensor<4xf32>
}
