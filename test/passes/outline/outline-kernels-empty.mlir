// RUN: fovea-opt %s --fovea-outline-kernels | FileCheck %s

// An empty tensor that two islands share, as cse leaves it, is made in each, and nowhere else.

// CHECK-LABEL: func.func @shared_empty
// CHECK-NEXT: kernel.launch
// CHECK-NEXT: kernel.launch
// CHECK-NEXT: return
func.func @shared_empty(%x: tensor<4xf32>) -> tensor<4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %0 = kernel.island <elementwise> -> tensor<4xf32> {
    %y = linalg.copy ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
    kernel.yield %y : tensor<4xf32>
  }
  %1 = kernel.island <elementwise> -> tensor<4xf32> {
    %y = linalg.copy ins(%0 : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
    kernel.yield %y : tensor<4xf32>
  }
  return %1 : tensor<4xf32>
}
