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

// -----

// A maximum without its axis, spread again; the sum as well.

// CHECK-LABEL: func.func @spread
// CHECK: %[[P:.+]] = onnx.Softmax %arg0 {axis = 1 : si64}
// CHECK-NEXT: return %[[P]]
func.func @spread(%x: tensor<3x5xf32>) -> tensor<3x5xf32> {
  %last = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %whole = onnx.Constant : tensor<2xi64> = dense<[3, 5]> : tensor<2xi64>
  %m = onnx.ReduceMax %x, %last {keepdims = false} : (tensor<3x5xf32>, tensor<1xi64>) -> tensor<3xf32>
  %u = onnx.Unsqueeze %m, %last : (tensor<3xf32>, tensor<1xi64>) -> tensor<3x1xf32>
  %w = onnx.Expand %u, %whole : (tensor<3x1xf32>, tensor<2xi64>) -> tensor<3x5xf32>
  %d = onnx.Sub %x, %w : (tensor<3x5xf32>, tensor<3x5xf32>) -> tensor<3x5xf32>
  %e = onnx.Exp %d : (tensor<3x5xf32>) -> tensor<3x5xf32>
  %s = onnx.ReduceSum %e, %last {keepdims = false} : (tensor<3x5xf32>, tensor<1xi64>) -> tensor<3xf32>
  %t = onnx.Unsqueeze %s, %last : (tensor<3xf32>, tensor<1xi64>) -> tensor<3x1xf32>
  %p = onnx.Div %e, %t : (tensor<3x5xf32>, tensor<3x1xf32>) -> tensor<3x5xf32>
  return %p : tensor<3x5xf32>
}

// -----

// Any number that a row has in common cancels; beside a sum of at least 1, a tiny one is lost.

// CHECK-LABEL: func.func @limited_maximum
// CHECK: onnx.Softmax %arg0
// CHECK-LABEL: func.func @tiny
// CHECK: onnx.Softmax %arg0
func.func @limited_maximum(%x: tensor<3x5xf32>, %m: tensor<3x1xf32>) -> tensor<3x5xf32> {
  %last = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %d = onnx.Sub %x, %m : (tensor<3x5xf32>, tensor<3x1xf32>) -> tensor<3x5xf32>
  %e = onnx.Exp %d : (tensor<3x5xf32>) -> tensor<3x5xf32>
  %s = onnx.ReduceSum %e, %last : (tensor<3x5xf32>, tensor<1xi64>) -> tensor<3x1xf32>
  %p = onnx.Div %e, %s : (tensor<3x5xf32>, tensor<3x1xf32>) -> tensor<3x5xf32>
  return %p : tensor<3x5xf32>
}
func.func @tiny(%x: tensor<3x5xf32>) -> tensor<3x5xf32> {
  %last = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %epsilon = onnx.Constant : tensor<f32> = dense<1.0e-9> : tensor<f32>
  %m = onnx.ReduceMax %x, %last : (tensor<3x5xf32>, tensor<1xi64>) -> tensor<3x1xf32>
  %d = onnx.Sub %x, %m : (tensor<3x5xf32>, tensor<3x1xf32>) -> tensor<3x5xf32>
  %e = onnx.Exp %d : (tensor<3x5xf32>) -> tensor<3x5xf32>
  %s = onnx.ReduceSum %e, %last : (tensor<3x5xf32>, tensor<1xi64>) -> tensor<3x1xf32>
  %a = onnx.Add %s, %epsilon : (tensor<3x1xf32>, tensor<f32>) -> tensor<3x1xf32>
  %p = onnx.Div %e, %a : (tensor<3x5xf32>, tensor<3x1xf32>) -> tensor<3x5xf32>
  return %p : tensor<3x5xf32>
}

// -----

// The quotient behind the product with the values.

// CHECK-LABEL: func.func @late
// CHECK: %[[P:.+]] = onnx.Softmax %arg0
// CHECK: %[[O:.+]] = onnx.MatMul %[[P]], %arg1
// CHECK: return %[[O]]
func.func @late(%x: tensor<3x5xf32>, %v: tensor<5x4xf32>) -> tensor<3x4xf32> {
  %last = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %e = onnx.Exp %x : (tensor<3x5xf32>) -> tensor<3x5xf32>
  %s = onnx.ReduceSum %e, %last : (tensor<3x5xf32>, tensor<1xi64>) -> tensor<3x1xf32>
  %o = onnx.MatMul %e, %v : (tensor<3x5xf32>, tensor<5x4xf32>) -> tensor<3x4xf32>
  %q = onnx.Div %o, %s : (tensor<3x4xf32>, tensor<3x1xf32>) -> tensor<3x4xf32>
  return %q : tensor<3x4xf32>
}

// -----

// Exponentials of logarithms.

// CHECK-LABEL: func.func @logarithms
// CHECK: onnx.Softmax %arg0 {axis = 1 : si64}
// CHECK: onnx.Softmax %arg0 {axis = 1 : si64}
func.func @logarithms(%x: tensor<3x5xf32>) -> (tensor<3x5xf32>, tensor<3x5xf32>) {
  %last = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %l = onnx.LogSoftmax %x {axis = 1 : si64} : (tensor<3x5xf32>) -> tensor<3x5xf32>
  %p = onnx.Exp %l : (tensor<3x5xf32>) -> tensor<3x5xf32>
  %s = onnx.ReduceLogSumExp %x, %last : (tensor<3x5xf32>, tensor<1xi64>) -> tensor<3x1xf32>
  %d = onnx.Sub %x, %s : (tensor<3x5xf32>, tensor<3x1xf32>) -> tensor<3x5xf32>
  %q = onnx.Exp %d : (tensor<3x5xf32>) -> tensor<3x5xf32>
  return %p, %q : tensor<3x5xf32>, tensor<3x5xf32>
}

// -----

// The maximum of the row, subtracted in front of a factor: it is the factor's in the result.

// CHECK-LABEL: func.func @scaled_difference
// CHECK: %[[D:.+]] = onnx.Sub
// CHECK: %[[C:.+]] = onnx.Constant : tensor<f32> = dense<3.200000e+01>
// CHECK: %[[S:.+]] = onnx.Mul %arg0, %[[C]]
// CHECK: onnx.Softmax %[[S]] {axis = 1 : si64}
// CHECK: %[[N:.+]] = onnx.Mul %[[D]],
// CHECK: onnx.Softmax %[[N]]
func.func @scaled_difference(%x: tensor<3x5xf32>) -> (tensor<3x5xf32>, tensor<3x5xf32>) {
  %last = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %c = onnx.Constant : tensor<f32> = dense<32.0> : tensor<f32>
  %n = onnx.Constant : tensor<f32> = dense<-32.0> : tensor<f32>
  %m = onnx.ReduceMax %x, %last : (tensor<3x5xf32>, tensor<1xi64>) -> tensor<3x1xf32>
  %d = onnx.Sub %x, %m : (tensor<3x5xf32>, tensor<3x1xf32>) -> tensor<3x5xf32>
  %s = onnx.Mul %d, %c : (tensor<3x5xf32>, tensor<f32>) -> tensor<3x5xf32>
  %p = onnx.Softmax %s {axis = 1 : si64} : (tensor<3x5xf32>) -> tensor<3x5xf32>
  %t = onnx.Mul %d, %n : (tensor<3x5xf32>, tensor<f32>) -> tensor<3x5xf32>
  %q = onnx.Softmax %t {axis = 1 : si64} : (tensor<3x5xf32>) -> tensor<3x5xf32>
  return %p, %q : tensor<3x5xf32>, tensor<3x5xf32>
}

// -----

// The row subtracted from its maximum, as the channel attention of DANet has it. Another maximum stays.

// CHECK-LABEL: func.func @reversed
// CHECK: %[[C:.+]] = onnx.Constant : tensor<f32> = dense<-1.000000e+00>
// CHECK: %[[S:.+]] = onnx.Mul %arg0, %[[C]]
// CHECK: onnx.Softmax %[[S]] {axis = 1 : si64}
// CHECK: %[[E:.+]] = onnx.Sub %{{.+}}, %arg0
// CHECK: onnx.Softmax %[[E]] {axis = 1 : si64}
func.func @reversed(%x: tensor<3x5xf32>) -> (tensor<3x5xf32>, tensor<3x5xf32>) {
  %first = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %last = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %shape = onnx.Constant : tensor<2xi64> = dense<[3, 5]> : tensor<2xi64>
  %m = onnx.ReduceMax %x, %last : (tensor<3x5xf32>, tensor<1xi64>) -> tensor<3x1xf32>
  %w = onnx.Expand %m, %shape : (tensor<3x1xf32>, tensor<2xi64>) -> tensor<3x5xf32>
  %d = onnx.Sub %w, %x : (tensor<3x5xf32>, tensor<3x5xf32>) -> tensor<3x5xf32>
  %p = onnx.Softmax %d {axis = 1 : si64} : (tensor<3x5xf32>) -> tensor<3x5xf32>
  %n = onnx.ReduceMax %x, %first : (tensor<3x5xf32>, tensor<1xi64>) -> tensor<1x5xf32>
  %e = onnx.Sub %n, %x : (tensor<1x5xf32>, tensor<3x5xf32>) -> tensor<3x5xf32>
  %q = onnx.Softmax %e {axis = 1 : si64} : (tensor<3x5xf32>) -> tensor<3x5xf32>
  return %p, %q : tensor<3x5xf32>, tensor<3x5xf32>
}

// -----

// A number beside the sum is the exponential of one score more, when the quotient is multiplied with values.

// CHECK-LABEL: func.func @one_more
// CHECK: %[[ZERO:.+]] = onnx.Constant : tensor<3x1xf32> = dense<0.000000e+00>
// CHECK: %[[ALL:.+]] = onnx.Concat %arg0, %[[ZERO]]
// CHECK: %[[P:.+]] = onnx.Softmax %[[ALL]] {axis = 1 : si64}
// CHECK: %[[S:.+]] = onnx.Slice %[[P]]
// CHECK: onnx.MatMul %[[S]], %arg1
func.func @one_more(%x: tensor<3x5xf32>, %v: tensor<5x2xf32>) -> tensor<3x2xf32> {
  %last = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %one = onnx.Constant : tensor<f32> = dense<1.0> : tensor<f32>
  %e = onnx.Exp %x : (tensor<3x5xf32>) -> tensor<3x5xf32>
  %s = onnx.ReduceSum %e, %last : (tensor<3x5xf32>, tensor<1xi64>) -> tensor<3x1xf32>
  %t = onnx.Add %s, %one : (tensor<3x1xf32>, tensor<f32>) -> tensor<3x1xf32>
  %p = onnx.Div %e, %t : (tensor<3x5xf32>, tensor<3x1xf32>) -> tensor<3x5xf32>
  %y = onnx.MatMul %p, %v : (tensor<3x5xf32>, tensor<5x2xf32>) -> tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}
