// RUN: fovea-opt %s --fovea-fold-weights --cse --split-input-file | FileCheck %s

// scale / sqrt(variance + epsilon) is 2 and 0.5; the offsets are 1 - 3 * 2 and 0 - (-2) * 0.5. Both weights of a channel
// are scaled, and a bias goes through the normalization.

// CHECK-LABEL: func.func @convolution
// CHECK-DAG: %[[W:.+]] = onnx.Constant : tensor<2x1x1x2xf32> = dense<{{\[\[\[\[}}2.000000e+00, 4.000000e+00]]], {{\[\[\[}}1.500000e+00, 2.000000e+00]]]]>
// CHECK-DAG: %[[B:.+]] = onnx.Constant : tensor<2xf32> = dense<[-3.000000e+00, 2.000000e+00]>
// CHECK: %[[Y:.+]] = onnx.Conv %{{.+}}, %[[W]], %[[B]] {
// CHECK-NOT: onnx.BatchNormalization
// CHECK: return %[[Y]]
func.func @convolution(%x: tensor<1x1x4x4xf32>) -> tensor<1x2x4x3xf32> {
  %w = onnx.Constant : tensor<2x1x1x2xf32> = dense<[[[[1.0, 2.0]]], [[[3.0, 4.0]]]]> : tensor<2x1x1x2xf32>
  %bias = onnx.Constant : tensor<2xf32> = dense<[1.0, 2.0]> : tensor<2xf32>
  %scale = onnx.Constant : tensor<2xf32> = dense<[4.0, 1.5]> : tensor<2xf32>
  %shift = onnx.Constant : tensor<2xf32> = dense<[1.0, 0.0]> : tensor<2xf32>
  %mean = onnx.Constant : tensor<2xf32> = dense<[3.0, -2.0]> : tensor<2xf32>
  %variance = onnx.Constant : tensor<2xf32> = dense<[3.0, 8.0]> : tensor<2xf32>
  %c = onnx.Conv %x, %w, %bias {dilations = array<i64: 1, 1>, group = 1 : si64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x1x4x4xf32>, tensor<2x1x1x2xf32>, tensor<2xf32>) -> tensor<1x2x4x3xf32>
  %y = onnx.BatchNormalization %c, %scale, %shift, %mean, %variance {epsilon = 1.0 : f32, momentum = 0.9 : f32, training = false} : (tensor<1x2x4x3xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x4x3xf32>
  return %y : tensor<1x2x4x3xf32>
}

// -----

// Columns of a matrix are channels; beta is part of the bias that goes through.

// CHECK-LABEL: func.func @product
// CHECK-DAG: %[[W:.+]] = onnx.Constant : tensor<2x2xf32> = dense<{{\[\[}}2.000000e+00, 1.000000e+00], [6.000000e+00, 2.000000e+00]]>
// CHECK-DAG: %[[B:.+]] = onnx.Constant : tensor<2xf32> = dense<[-1.000000e+00, 3.000000e+00]>
// CHECK: onnx.Gemm %{{.+}}, %[[W]], %[[B]] {{{.*}}beta = 1.000000e+00 : f32
// CHECK-NOT: onnx.BatchNormalization
func.func @product(%x: tensor<3x2xf32>) -> tensor<3x2xf32> {
  %w = onnx.Constant : tensor<2x2xf32> = dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %bias = onnx.Constant : tensor<2xf32> = dense<[1.0, 2.0]> : tensor<2xf32>
  %scale = onnx.Constant : tensor<2xf32> = dense<[4.0, 1.5]> : tensor<2xf32>
  %shift = onnx.Constant : tensor<2xf32> = dense<[1.0, 0.0]> : tensor<2xf32>
  %mean = onnx.Constant : tensor<2xf32> = dense<[3.0, -2.0]> : tensor<2xf32>
  %variance = onnx.Constant : tensor<2xf32> = dense<[3.0, 8.0]> : tensor<2xf32>
  %c = onnx.Gemm %x, %w, %bias {alpha = 1.0 : f32, beta = 2.0 : f32, trans_a = false, trans_b = false} : (tensor<3x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<3x2xf32>
  %y = onnx.BatchNormalization %c, %scale, %shift, %mean, %variance {epsilon = 1.0 : f32, momentum = 0.9 : f32, training = false} : (tensor<3x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}
