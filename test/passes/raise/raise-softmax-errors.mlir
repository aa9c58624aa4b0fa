// RUN: fovea-opt %s --fovea-raise-softmax --split-input-file | FileCheck %s

// What is no softmax stays. The largest elements along another axis do not cancel and stay subtracted.

// CHECK-LABEL: func.func @other_maximum
// CHECK: %[[D:.+]] = onnx.Sub
// CHECK: onnx.Softmax %[[D]] {axis = 1 : si64}
func.func @other_maximum(%x: tensor<3x5xf32>) -> tensor<3x5xf32> {
  %first = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %last = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %m = onnx.ReduceMax %x, %first : (tensor<3x5xf32>, tensor<1xi64>) -> tensor<1x5xf32>
  %d = onnx.Sub %x, %m : (tensor<3x5xf32>, tensor<1x5xf32>) -> tensor<3x5xf32>
  %e = onnx.Exp %d : (tensor<3x5xf32>) -> tensor<3x5xf32>
  %s = onnx.ReduceSum %e, %last : (tensor<3x5xf32>, tensor<1xi64>) -> tensor<3x1xf32>
  %p = onnx.Div %e, %s : (tensor<3x5xf32>, tensor<3x1xf32>) -> tensor<3x5xf32>
  return %p : tensor<3x5xf32>
}

// -----

// Two axes.

// CHECK-LABEL: func.func @two_axes
// CHECK-NOT: onnx.Softmax
// CHECK: return
func.func @two_axes(%x: tensor<3x5xf32>) -> tensor<3x5xf32> {
  %both = onnx.Constant : tensor<2xi64> = dense<[0, 1]> : tensor<2xi64>
  %e = onnx.Exp %x : (tensor<3x5xf32>) -> tensor<3x5xf32>
  %s = onnx.ReduceSum %e, %both : (tensor<3x5xf32>, tensor<2xi64>) -> tensor<1x1xf32>
  %p = onnx.Div %e, %s : (tensor<3x5xf32>, tensor<1x1xf32>) -> tensor<3x5xf32>
  return %p : tensor<3x5xf32>
}

// -----

// The sum is of something else.

// CHECK-LABEL: func.func @other_sum
// CHECK-NOT: onnx.Softmax
// CHECK: return
func.func @other_sum(%x: tensor<3x5xf32>) -> tensor<3x5xf32> {
  %last = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %e = onnx.Exp %x : (tensor<3x5xf32>) -> tensor<3x5xf32>
  %s = onnx.ReduceSum %x, %last : (tensor<3x5xf32>, tensor<1xi64>) -> tensor<3x1xf32>
  %p = onnx.Div %e, %s : (tensor<3x5xf32>, tensor<3x1xf32>) -> tensor<3x5xf32>
  return %p : tensor<3x5xf32>
}

// -----

// The sum drops its axis, and broadcasts over another one.

// CHECK-LABEL: func.func @dropped
// CHECK-NOT: onnx.Softmax
// CHECK: return
func.func @dropped(%x: tensor<5x5xf32>) -> tensor<5x5xf32> {
  %last = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %e = onnx.Exp %x : (tensor<5x5xf32>) -> tensor<5x5xf32>
  %s = onnx.ReduceSum %e, %last {keepdims = false} : (tensor<5x5xf32>, tensor<1xi64>) -> tensor<5xf32>
  %p = onnx.Div %e, %s : (tensor<5x5xf32>, tensor<5xf32>) -> tensor<5x5xf32>
  return %p : tensor<5x5xf32>
}

// -----

// Without a maximum the sum may be small beside any number.

// CHECK-LABEL: func.func @epsilon
// CHECK-NOT: onnx.Softmax
// CHECK: return
func.func @epsilon(%x: tensor<3x5xf32>) -> tensor<3x5xf32> {
  %last = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %epsilon = onnx.Constant : tensor<f32> = dense<1.0e-9> : tensor<f32>
  %e = onnx.Exp %x : (tensor<3x5xf32>) -> tensor<3x5xf32>
  %s = onnx.ReduceSum %e, %last : (tensor<3x5xf32>, tensor<1xi64>) -> tensor<3x1xf32>
  %a = onnx.Add %s, %epsilon : (tensor<3x1xf32>, tensor<f32>) -> tensor<3x1xf32>
  %p = onnx.Div %e, %a : (tensor<3x5xf32>, tensor<3x1xf32>) -> tensor<3x5xf32>
  return %p : tensor<3x5xf32>
}

// -----

// A number beside the sum is no score of its own where nothing is attended to.

// CHECK-LABEL: func.func @one_more_of_nothing
// CHECK-NOT: onnx.Softmax
// CHECK: return
func.func @one_more_of_nothing(%x: tensor<3x5xf32>) -> tensor<3x5xf32> {
  %last = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %one = onnx.Constant : tensor<f32> = dense<1.0> : tensor<f32>
  %e = onnx.Exp %x : (tensor<3x5xf32>) -> tensor<3x5xf32>
  %s = onnx.ReduceSum %e, %last : (tensor<3x5xf32>, tensor<1xi64>) -> tensor<3x1xf32>
  %t = onnx.Add %s, %one : (tensor<3x1xf32>, tensor<f32>) -> tensor<3x1xf32>
  %p = onnx.Div %e, %t : (tensor<3x5xf32>, tensor<3x1xf32>) -> tensor<3x5xf32>
  return %p : tensor<3x5xf32>
}
