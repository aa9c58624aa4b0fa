// Normalizations that stay.
// RUN: fovea-opt %s --fovea-fold-weights --split-input-file | FileCheck %s

// The convolution has another user.

// CHECK-LABEL: func.func @shared
// CHECK: onnx.Conv
// CHECK: onnx.BatchNormalization
func.func @shared(%x: tensor<1x1x4x4xf32>) -> (tensor<1x2x4x3xf32>, tensor<1x2x4x3xf32>) {
  %none = onnx.none
  %w = onnx.Constant : tensor<2x1x1x2xf32> = dense<[[[[1.0, 2.0]]], [[[3.0, 4.0]]]]> : tensor<2x1x1x2xf32>
  %s = onnx.Constant : tensor<2xf32> = dense<[4.0, 1.5]> : tensor<2xf32>
  %c = onnx.Conv %x, %w, %none {dilations = array<i64: 1, 1>, group = 1 : si64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x1x4x4xf32>, tensor<2x1x1x2xf32>, none) -> tensor<1x2x4x3xf32>
  %y = onnx.BatchNormalization %c, %s, %s, %s, %s {epsilon = 1.0 : f32, momentum = 0.9 : f32, training = false} : (tensor<1x2x4x3xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x4x3xf32>
  return %c, %y : tensor<1x2x4x3xf32>, tensor<1x2x4x3xf32>
}

// -----

// The statistics are inputs.

// CHECK-LABEL: func.func @computed
// CHECK: onnx.BatchNormalization
func.func @computed(%x: tensor<1x1x4x4xf32>, %mean: tensor<2xf32>) -> tensor<1x2x4x3xf32> {
  %none = onnx.none
  %w = onnx.Constant : tensor<2x1x1x2xf32> = dense<[[[[1.0, 2.0]]], [[[3.0, 4.0]]]]> : tensor<2x1x1x2xf32>
  %s = onnx.Constant : tensor<2xf32> = dense<[4.0, 1.5]> : tensor<2xf32>
  %c = onnx.Conv %x, %w, %none {dilations = array<i64: 1, 1>, group = 1 : si64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x1x4x4xf32>, tensor<2x1x1x2xf32>, none) -> tensor<1x2x4x3xf32>
  %y = onnx.BatchNormalization %c, %s, %s, %mean, %s {epsilon = 1.0 : f32, momentum = 0.9 : f32, training = false} : (tensor<1x2x4x3xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x4x3xf32>
  return %y : tensor<1x2x4x3xf32>
}
