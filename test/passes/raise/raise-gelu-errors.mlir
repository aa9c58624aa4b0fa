// RUN: fovea-opt %s --fovea-raise-gelu --split-input-file | FileCheck %s
//
// What resembles a GELU and is none stays as it is.

// Another argument, another factor, and the sigmoid form are other functions.

// CHECK-LABEL: func.func @other_functions
// CHECK-NOT: onnx.Gelu
// CHECK: return
func.func @other_functions(%x: tensor<2x8xf32>) -> (tensor<2x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>) {
  %c = onnx.Constant : tensor<f32> = dense<0.707106769> : tensor<f32>
  %wrong = onnx.Constant : tensor<f32> = dense<0.8> : tensor<f32>
  %one = onnx.Constant : tensor<f32> = dense<1.0> : tensor<f32>
  %half = onnx.Constant : tensor<f32> = dense<0.5> : tensor<f32>
  %quick = onnx.Constant : tensor<f32> = dense<1.702> : tensor<f32>
  %0 = onnx.Mul %x, %wrong : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %1 = onnx.Erf %0 : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %2 = onnx.Add %1, %one : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %3 = onnx.Mul %x, %2 : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %4 = onnx.Mul %3, %half : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %5 = onnx.Mul %x, %c : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %6 = onnx.Erf %5 : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %7 = onnx.Add %6, %one : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %8 = onnx.Mul %x, %7 : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %9 = onnx.Mul %x, %quick : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %10 = onnx.Sigmoid %9 : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %11 = onnx.Mul %10, %x : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %4, %8, %11 : tensor<2x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>
}
