// RUN: fovea-opt %s --fovea-raise-softmax --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @shifted
// CHECK: %[[P:.+]] = onnx.Softmax %arg0 {axis = 1 : si64}
// CHECK: return %[[P]]
func.func @shifted(%x: tensor<3x5xf32>) -> tensor<3x5xf32> {
  %last = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %m = onnx.ReduceMax %x, %last : (tensor<3x5xf32>, tensor<1xi64>) -> tensor<3x1xf32>
  %d = onnx.Sub %x, %m : (tensor<3x5xf32>, tensor<3x1xf32>) -> tensor<3x5xf32>
  %e = onnx.Exp %d : (tensor<3x5xf32>) -> tensor<3x5xf32>
  %s = onnx.ReduceSum %e, %last : (tensor<3x5xf32>, tensor<1xi64>) -> tensor<3x1xf32>
  %p = onnx.Div %e, %s : (tensor<3x5xf32>, tensor<3x1xf32>) -> tensor<3x5xf32>
  return %p : tensor<3x5xf32>
}

// -----

// Without the largest element, over the first axis, and as a product with the reciprocal.

// CHECK-LABEL: func.func @plain
// CHECK: %[[P:.+]] = onnx.Softmax %arg0 {axis = 0 : si64}
// CHECK: return %[[P]]
func.func @plain(%x: tensor<3x5xf32>) -> tensor<3x5xf32> {
  %first = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %e = onnx.Exp %x : (tensor<3x5xf32>) -> tensor<3x5xf32>
  %s = onnx.ReduceSum %e, %first : (tensor<3x5xf32>, tensor<1xi64>) -> tensor<1x5xf32>
  %r = onnx.Reciprocal %s : (tensor<1x5xf32>) -> tensor<1x5xf32>
  %p = onnx.Mul %r, %e : (tensor<1x5xf32>, tensor<3x5xf32>) -> tensor<3x5xf32>
  return %p : tensor<3x5xf32>
}
