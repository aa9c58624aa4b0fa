// RUN: fovea-opt %s --fovea-erase-no-ops -split-input-file | FileCheck %s

// CHECK-LABEL: func.func @identities(
// CHECK-SAME: %[[X:.*]]: tensor<2x3xf32>
func.func @identities(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  // CHECK-NEXT: return %[[X]]
  %none = onnx.none
  %shape = onnx.Constant : tensor<2xi64> = dense<[2, 3]> : tensor<2xi64>
  %one = onnx.Constant : tensor<1x1xf32> = dense<1.0> : tensor<1x1xf32>
  %zero = onnx.Constant : tensor<f32> = dense<0.0> : tensor<f32>
  %minus_zero = onnx.Constant : tensor<f32> = dense<-0.0> : tensor<f32>
  %start = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %end = onnx.Constant : tensor<1xi64> = dense<9223372036854775807> : tensor<1xi64>
  %0 = onnx.Identity %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = onnx.Dropout %0, %none, %none : (tensor<2x3xf32>, none, none) -> tensor<2x3xf32>
  %2 = onnx.Cast %1 {to = f32} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %3 = onnx.Expand %2, %shape : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<2x3xf32>
  %4 = onnx.Reshape %3, %shape : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<2x3xf32>
  %5 = onnx.Mul %one, %4 : (tensor<1x1xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %6 = onnx.Div %5, %one : (tensor<2x3xf32>, tensor<1x1xf32>) -> tensor<2x3xf32>
  %7 = onnx.Sub %6, %zero : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  %8 = onnx.Add %7, %minus_zero : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  %9 = onnx.Slice %8, %start, %end, %none, %none : (tensor<2x3xf32>, tensor<1xi64>, tensor<1xi64>, none, none) -> tensor<2x3xf32>
  %10 = onnx.Concat %9 {axis = 1 : si64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %11 = onnx.Clip %10, %none, %none : (tensor<2x3xf32>, none, none) -> tensor<2x3xf32>
  %12 = onnx.Transpose %11 {permutation = array<i64: 0, 1>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %12 : tensor<2x3xf32>
}

// -----

// CHECK-LABEL: func.func @compose(
// CHECK-SAME: %[[X:.*]]: tensor<2x3x4xf32>
func.func @compose(%x: tensor<2x3x4xf32>) -> (tensor<4x2x3xf32>, tensor<2x3x4xf32>, tensor<6x4xf32>) {
  // CHECK: %[[T:.*]] = onnx.Transpose %[[X]] {permutation = array<i64: 2, 0, 1>}
  %0 = onnx.Transpose %x {permutation = array<i64: 0, 2, 1>} : (tensor<2x3x4xf32>) -> tensor<2x4x3xf32>
  %1 = onnx.Transpose %0 {permutation = array<i64: 1, 0, 2>} : (tensor<2x4x3xf32>) -> tensor<4x2x3xf32>
  %2 = onnx.Transpose %0 {permutation = array<i64: 0, 2, 1>} : (tensor<2x4x3xf32>) -> tensor<2x3x4xf32>
  %a = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %b = onnx.Constant : tensor<2xi64> = dense<[6, 4]> : tensor<2xi64>
  %3 = onnx.Reshape %x, %a : (tensor<2x3x4xf32>, tensor<1xi64>) -> tensor<24xf32>
  // CHECK: %[[R:.*]] = onnx.Reshape %[[X]]
  %4 = onnx.Reshape %3, %b : (tensor<24xf32>, tensor<2xi64>) -> tensor<6x4xf32>
  // CHECK: return %[[T]], %[[X]], %[[R]]
  return %1, %2, %4 : tensor<4x2x3xf32>, tensor<2x3x4xf32>, tensor<6x4xf32>
}

// -----

// A branch that is always taken, stretched where it was broadcast; an empty part of a concatenation.
// CHECK-LABEL: func.func @conditions(
// CHECK-SAME: %[[X:.*]]: tensor<3xf32>, %[[Y:.*]]: tensor<2x3xf32>, %[[M:.*]]: tensor<2x3xi1>
func.func @conditions(%x: tensor<3xf32>, %y: tensor<2x3xf32>, %m: tensor<2x3xi1>) -> (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xi1>, tensor<3xf32>) {
  %true = onnx.Constant : tensor<2x3xi1> = dense<true> : tensor<2x3xi1>
  %false = onnx.Constant : tensor<i1> = dense<false> : tensor<i1>
  %empty = onnx.Constant : tensor<0xf32> = dense<> : tensor<0xf32>
  // CHECK: %[[E:.*]] = onnx.Expand %[[X]], %{{.*}} : (tensor<3xf32>, tensor<2xi64>) -> tensor<2x3xf32>
  %0 = onnx.Where %true, %x, %y : (tensor<2x3xi1>, tensor<3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = onnx.Where %false, %x, %y : (tensor<i1>, tensor<3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %2 = onnx.And %m, %true : (tensor<2x3xi1>, tensor<2x3xi1>) -> tensor<2x3xi1>
  %3 = onnx.Or %false, %2 : (tensor<i1>, tensor<2x3xi1>) -> tensor<2x3xi1>
  %4 = onnx.Concat %empty, %x {axis = 0 : si64} : (tensor<0xf32>, tensor<3xf32>) -> tensor<3xf32>
  // CHECK: return %[[E]], %[[Y]], %[[M]], %[[X]]
  return %0, %1, %3, %4 : tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xi1>, tensor<3xf32>
}

// -----

// An assignment to every row in order, and one to the rows in another order.
// CHECK-LABEL: func.func @assignments(
// CHECK-SAME: %[[X:.*]]: tensor<2x3xf32>, %[[U:.*]]: tensor<2x3xf32>
func.func @assignments(%x: tensor<2x3xf32>, %u: tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>) {
  %all = onnx.Constant : tensor<2x1xi64> = dense<[[0], [1]]> : tensor<2x1xi64>
  %turned = onnx.Constant : tensor<2x1xi64> = dense<[[1], [0]]> : tensor<2x1xi64>
  // CHECK: %[[T:.*]] = onnx.ScatterND
  %0 = onnx.ScatterND %x, %all, %u : (tensor<2x3xf32>, tensor<2x1xi64>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = onnx.ScatterND %x, %turned, %u : (tensor<2x3xf32>, tensor<2x1xi64>, tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: return %[[U]], %[[T]]
  return %0, %1 : tensor<2x3xf32>, tensor<2x3xf32>
}
