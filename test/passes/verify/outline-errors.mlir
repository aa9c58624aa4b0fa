// RUN: fovea-opt %s --fovea-verify-phase=phase=outline -verify-diagnostics -split-input-file

func.func @constant(%x: tensor<4xf32>) -> tensor<2xf32> {
  // expected-error @below {{'arith.constant' after outline: must be a kernel.constant}}
  %0 = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  return %0 : tensor<2xf32>
}

// -----

func.func @island(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{'kernel.island' after outline: may not exist between launches}}
  %0 = kernel.island <elementwise> -> tensor<4xf32> {
    kernel.yield %x : tensor<4xf32>
  }
  return %0 : tensor<4xf32>
}

// -----

func.func @destination() -> tensor<4xf32> {
  // expected-error @below {{'tensor.empty' after outline: may not exist between launches}}
  %0 = tensor.empty() : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

kernel.func @weights_inside() -> tensor<2xf32> attributes {anchor = #kernel.anchor<elementwise>} {
  // expected-error @below {{'arith.constant' after outline: must be an argument of the kernel, for it is not a splat}}
  %0 = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  kernel.return %0 : tensor<2xf32>
}
