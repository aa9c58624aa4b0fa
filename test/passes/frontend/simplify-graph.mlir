// RUN: fovea-opt %s --fovea-simplify-graph -split-input-file | FileCheck %s

// The chain that gives heads their shape folds away as soon as the input is static.
// CHECK-LABEL: func.func @heads(
// CHECK-SAME: -> tensor<2x4x9x16xf32>
func.func @heads(%x: tensor<2x9x64xf32>) -> tensor<*xf32> {
  // CHECK-NEXT: %[[S:.*]] = onnx.Constant : tensor<4xi64> = dense<[2, 9, 4, 16]>
  // CHECK-NEXT: %[[R:.*]] = onnx.Reshape %{{.*}}, %[[S]] : (tensor<2x9x64xf32>, tensor<4xi64>) -> tensor<2x9x4x16xf32>
  // CHECK-NEXT: %[[T:.*]] = onnx.Transpose %[[R]]
  // CHECK-NEXT: return %[[T]]
  %zero = onnx.Constant : tensor<i64> = dense<0> : tensor<i64>
  %one = onnx.Constant : tensor<i64> = dense<1> : tensor<i64>
  %axis = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %rest = onnx.Constant : tensor<2xi64> = dense<[4, 16]> : tensor<2xi64>
  %shape = onnx.Shape %x : (tensor<2x9x64xf32>) -> tensor<*xi64>
  %0 = onnx.Gather %shape, %zero {axis = 0 : si64} : (tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %1 = onnx.Gather %shape, %one {axis = 0 : si64} : (tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %2 = onnx.Unsqueeze %0, %axis : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %3 = onnx.Unsqueeze %1, %axis : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %4 = onnx.Concat %2, %3, %rest {axis = 0 : si64} : (tensor<*xi64>, tensor<*xi64>, tensor<2xi64>) -> tensor<*xi64>
  %5 = onnx.Reshape %x, %4 : (tensor<2x9x64xf32>, tensor<*xi64>) -> tensor<*xf32>
  %6 = onnx.Transpose %5 {permutation = array<i64: 0, 2, 1, 3>} : (tensor<*xf32>) -> tensor<*xf32>
  return %6 : tensor<*xf32>
}

// -----

// One step enables the next: the folded condition drops the Where, whose branch is a no-op of the input.
// CHECK-LABEL: func.func @steps(
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>
func.func @steps(%x: tensor<4xf32>) -> tensor<*xf32> {
  // CHECK-NEXT: return %[[X]]
  %four = onnx.Constant : tensor<1xi64> = dense<4> : tensor<1xi64>
  %shape = onnx.Shape %x : (tensor<4xf32>) -> tensor<*xi64>
  %c = onnx.Equal %shape, %four : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi1>
  %e = onnx.Expand %x, %shape : (tensor<4xf32>, tensor<*xi64>) -> tensor<*xf32>
  %n = onnx.Neg %x : (tensor<4xf32>) -> tensor<*xf32>
  %w = onnx.Where %c, %e, %n : (tensor<*xi1>, tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %w : tensor<*xf32>
}

// -----

// A Pad by computed amounts is not needed where it is only measured and sliced: the slice is a Pad by less.
// CHECK-LABEL: func.func @cropped_pad
// CHECK-SAME: -> (tensor<3xf32> {onnx.declared = tensor<3xf32>}, tensor<1xi64>
func.func @cropped_pad(%x: tensor<5xf32>, %pads: tensor<2xi64>, %start: tensor<1xi64>) -> (tensor<*xf32> {onnx.declared = tensor<3xf32>}, tensor<*xi64>) {
  %none = onnx.none
  // CHECK: onnx.Pad {{.*}} : (tensor<5xf32>, tensor<2xi64>, none, none) -> tensor<3xf32>
  // CHECK-NOT: onnx.Slice
  // CHECK-NOT: onnx.Shape
  %0 = onnx.Pad %x, %pads, %none, %none {mode = "constant"} : (tensor<5xf32>, tensor<2xi64>, none, none) -> tensor<*xf32>
  %1 = onnx.Shape %0 : (tensor<*xf32>) -> tensor<*xi64>
  %2 = onnx.Slice %0, %start, %1, %none, %none : (tensor<*xf32>, tensor<1xi64>, tensor<*xi64>, none, none) -> tensor<*xf32>
  return %2, %1 : tensor<*xf32>, tensor<*xi64>
}

// -----

// Heads repeated side by side, each by itself or all of them in turn, are read again and not copied.
// CHECK-LABEL: func.func @repeats(
// CHECK-SAME: %[[X:.*]]: tensor<1x2x3xf32>
func.func @repeats(%x: tensor<1x2x3xf32>) -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>) {
  // CHECK: %[[EACH:.*]] = onnx.Reshape %[[X]], {{.*}} -> tensor<1x2x1x3xf32>
  // CHECK: %[[WIDE:.*]] = onnx.Expand %[[EACH]], {{.*}} -> tensor<1x2x2x3xf32>
  // CHECK: onnx.Reshape %[[WIDE]], {{.*}} -> tensor<1x4x3xf32>
  %index = onnx.Constant : tensor<4xi64> = dense<[0, 0, 1, 1]> : tensor<4xi64>
  %0 = onnx.Gather %x, %index {axis = 1 : si64} : (tensor<1x2x3xf32>, tensor<4xi64>) -> tensor<*xf32>
  // CHECK: %[[ALL:.*]] = onnx.Reshape %[[X]], {{.*}} -> tensor<1x1x2x3xf32>
  // CHECK: onnx.Expand %[[ALL]], {{.*}} -> tensor<1x2x2x3xf32>
  %1 = onnx.Concat %x, %x {axis = 1 : si64} : (tensor<1x2x3xf32>, tensor<1x2x3xf32>) -> tensor<*xf32>
  // CHECK: onnx.Gather
  %other = onnx.Constant : tensor<4xi64> = dense<[0, 1, 1, 1]> : tensor<4xi64>
  %2 = onnx.Gather %x, %other {axis = 1 : si64} : (tensor<1x2x3xf32>, tensor<4xi64>) -> tensor<*xf32>
  return %0, %1, %2 : tensor<*xf32>, tensor<*xf32>, tensor<*xf32>
}

// -----

// CHECK-LABEL: func.func @twins(
func.func @twins(%x: tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>) {
  // CHECK: onnx.Softmax %{{.*}} {fovea.softmax = 0 : i64}
  // CHECK: onnx.Softmax %{{.*}} {fovea.softmax = 1 : i64}
  %0 = onnx.Softmax %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = onnx.Softmax %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0, %1 : tensor<2x3xf32>, tensor<2x3xf32>
}
