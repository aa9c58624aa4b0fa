// RUN: fovea-opt %s --fovea-raise-rotary-embedding --split-input-file | FileCheck %s
//
// What resembles a rotary embedding and is none stays as it is.

// Both halves are added: a reflection.

// CHECK-LABEL: func.func @signs
// CHECK-NOT: onnx.RotaryEmbedding
// CHECK: onnx.Add
func.func @signs(%x: tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32> {
  %zero = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %one = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %two = onnx.Constant : tensor<1xi64> = dense<2> : tensor<1xi64>
  %four = onnx.Constant : tensor<1xi64> = dense<4> : tensor<1xi64>
  %last = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %none = onnx.none {value}
  %c = onnx.Constant : tensor<1x1x3x4xf32> = dense<[[[[1.0, 2.0, 1.0, 2.0], [3.0, 4.0, 3.0, 4.0], [5.0, 6.0, 5.0, 6.0]]]]> : tensor<1x1x3x4xf32>
  %s = onnx.Constant : tensor<1x1x3x4xf32> = dense<[[[[0.1, 0.2, 0.1, 0.2], [0.3, 0.4, 0.3, 0.4], [0.5, 0.6, 0.5, 0.6]]]]> : tensor<1x1x3x4xf32>
  %a = onnx.Slice %x, %zero, %two, %last, %one : (tensor<1x2x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x3x2xf32>
  %b = onnx.Slice %x, %two, %four, %last, %one : (tensor<1x2x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x3x2xf32>
  %n = onnx.Identity %b : (tensor<1x2x3x2xf32>) -> tensor<1x2x3x2xf32>
  %r = onnx.Concat %n, %a {axis = -1 : si64} : (tensor<1x2x3x2xf32>, tensor<1x2x3x2xf32>) -> tensor<1x2x3x4xf32>
  %p = onnx.Mul %x, %c : (tensor<1x2x3x4xf32>, tensor<1x1x3x4xf32>) -> tensor<1x2x3x4xf32>
  %q = onnx.Mul %r, %s : (tensor<1x2x3x4xf32>, tensor<1x1x3x4xf32>) -> tensor<1x2x3x4xf32>
  %y = onnx.Add %p, %q : (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32>
  return %y : tensor<1x2x3x4xf32>
}

// -----

// The two of a pair have cosines of their own.

// CHECK-LABEL: func.func @angles
// CHECK-NOT: onnx.RotaryEmbedding
// CHECK: onnx.Add
func.func @angles(%x: tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32> {
  %zero = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %one = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %two = onnx.Constant : tensor<1xi64> = dense<2> : tensor<1xi64>
  %four = onnx.Constant : tensor<1xi64> = dense<4> : tensor<1xi64>
  %last = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %none = onnx.none {value}
  %c = onnx.Constant : tensor<1x1x3x4xf32> = dense<[[[[1.0, 2.0, 3.0, 4.0], [3.0, 4.0, 3.0, 4.0], [5.0, 6.0, 5.0, 6.0]]]]> : tensor<1x1x3x4xf32>
  %s = onnx.Constant : tensor<1x1x3x4xf32> = dense<[[[[0.1, 0.2, 0.1, 0.2], [0.3, 0.4, 0.3, 0.4], [0.5, 0.6, 0.5, 0.6]]]]> : tensor<1x1x3x4xf32>
  %a = onnx.Slice %x, %zero, %two, %last, %one : (tensor<1x2x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x3x2xf32>
  %b = onnx.Slice %x, %two, %four, %last, %one : (tensor<1x2x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x3x2xf32>
  %n = onnx.Neg %b : (tensor<1x2x3x2xf32>) -> tensor<1x2x3x2xf32>
  %r = onnx.Concat %n, %a {axis = -1 : si64} : (tensor<1x2x3x2xf32>, tensor<1x2x3x2xf32>) -> tensor<1x2x3x4xf32>
  %p = onnx.Mul %x, %c : (tensor<1x2x3x4xf32>, tensor<1x1x3x4xf32>) -> tensor<1x2x3x4xf32>
  %q = onnx.Mul %r, %s : (tensor<1x2x3x4xf32>, tensor<1x1x3x4xf32>) -> tensor<1x2x3x4xf32>
  %y = onnx.Add %p, %q : (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32>
  return %y : tensor<1x2x3x4xf32>
}

// -----

// The angles of a pair come from different data.

// CHECK-LABEL: func.func @data
// CHECK-NOT: onnx.RotaryEmbedding
// CHECK: onnx.Add
func.func @data(%x: tensor<1x2x3x4xf32>, %c: tensor<1x1x3x4xf32>, %s: tensor<1x1x3x4xf32>) -> tensor<1x2x3x4xf32> {
  %zero = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %one = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %two = onnx.Constant : tensor<1xi64> = dense<2> : tensor<1xi64>
  %four = onnx.Constant : tensor<1xi64> = dense<4> : tensor<1xi64>
  %last = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %none = onnx.none {value}
  %a = onnx.Slice %x, %zero, %two, %last, %one : (tensor<1x2x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x3x2xf32>
  %b = onnx.Slice %x, %two, %four, %last, %one : (tensor<1x2x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x3x2xf32>
  %n = onnx.Neg %b : (tensor<1x2x3x2xf32>) -> tensor<1x2x3x2xf32>
  %r = onnx.Concat %n, %a {axis = -1 : si64} : (tensor<1x2x3x2xf32>, tensor<1x2x3x2xf32>) -> tensor<1x2x3x4xf32>
  %p = onnx.Mul %x, %c : (tensor<1x2x3x4xf32>, tensor<1x1x3x4xf32>) -> tensor<1x2x3x4xf32>
  %q = onnx.Mul %r, %s : (tensor<1x2x3x4xf32>, tensor<1x1x3x4xf32>) -> tensor<1x2x3x4xf32>
  %y = onnx.Add %p, %q : (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32>
  return %y : tensor<1x2x3x4xf32>
}

// -----

// The other of a pair is taken from another tensor.

// CHECK-LABEL: func.func @tensor
// CHECK-NOT: onnx.RotaryEmbedding
// CHECK: onnx.Add
func.func @tensor(%x: tensor<1x2x3x4xf32>, %z: tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32> {
  %zero = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %one = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %two = onnx.Constant : tensor<1xi64> = dense<2> : tensor<1xi64>
  %four = onnx.Constant : tensor<1xi64> = dense<4> : tensor<1xi64>
  %last = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %none = onnx.none {value}
  %c = onnx.Constant : tensor<1x1x3x4xf32> = dense<[[[[1.0, 2.0, 1.0, 2.0], [3.0, 4.0, 3.0, 4.0], [5.0, 6.0, 5.0, 6.0]]]]> : tensor<1x1x3x4xf32>
  %s = onnx.Constant : tensor<1x1x3x4xf32> = dense<[[[[0.1, 0.2, 0.1, 0.2], [0.3, 0.4, 0.3, 0.4], [0.5, 0.6, 0.5, 0.6]]]]> : tensor<1x1x3x4xf32>
  %a = onnx.Slice %z, %zero, %two, %last, %one : (tensor<1x2x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x3x2xf32>
  %b = onnx.Slice %z, %two, %four, %last, %one : (tensor<1x2x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x3x2xf32>
  %n = onnx.Neg %b : (tensor<1x2x3x2xf32>) -> tensor<1x2x3x2xf32>
  %r = onnx.Concat %n, %a {axis = -1 : si64} : (tensor<1x2x3x2xf32>, tensor<1x2x3x2xf32>) -> tensor<1x2x3x4xf32>
  %p = onnx.Mul %x, %c : (tensor<1x2x3x4xf32>, tensor<1x1x3x4xf32>) -> tensor<1x2x3x4xf32>
  %q = onnx.Mul %r, %s : (tensor<1x2x3x4xf32>, tensor<1x1x3x4xf32>) -> tensor<1x2x3x4xf32>
  %y = onnx.Add %p, %q : (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32>
  return %y : tensor<1x2x3x4xf32>
}

// -----

// A sum of other things.

// CHECK-LABEL: func.func @sum
// CHECK-NOT: onnx.RotaryEmbedding
// CHECK: onnx.Add
func.func @sum(%x: tensor<1x2x3x4xf32>, %z: tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32> {
  %zero = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %one = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %two = onnx.Constant : tensor<1xi64> = dense<2> : tensor<1xi64>
  %four = onnx.Constant : tensor<1xi64> = dense<4> : tensor<1xi64>
  %last = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %none = onnx.none {value}
  %y = onnx.Add %x, %z : (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32>
  return %y : tensor<1x2x3x4xf32>
}

// -----

// Rows that do not turn stand in front, and the angles are data: there is nothing to pad.

// CHECK-LABEL: func.func @prefix
// CHECK: onnx.Concat
func.func @prefix(%w: tensor<1x2x4x4xf32>, %c: tensor<3x2xf32>, %s: tensor<3x2xf32>) -> tensor<1x2x4x4xf32> {
  %zero = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %one = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %two = onnx.Constant : tensor<1xi64> = dense<2> : tensor<1xi64>
  %four = onnx.Constant : tensor<1xi64> = dense<4> : tensor<1xi64>
  %last = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %none = onnx.none {value}
  %x = onnx.Slice %w, %one, %four, %two, %one : (tensor<1x2x4x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x3x4xf32>
  %class = onnx.Slice %w, %zero, %one, %two, %one : (tensor<1x2x4x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x1x4xf32>
  %y = onnx.RotaryEmbedding %x, %c, %s : (tensor<1x2x3x4xf32>, tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<1x2x3x4xf32>
  %z = onnx.Concat %class, %y {axis = 2 : si64} : (tensor<1x2x1x4xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x4x4xf32>
  return %z : tensor<1x2x4x4xf32>
}

// -----

// What does not turn is not the rest of the same tensor, or stands in front.

// CHECK-LABEL: func.func @rest
// CHECK: onnx.Concat
// CHECK: onnx.Concat
func.func @rest(%w: tensor<1x2x3x6xf32>, %other: tensor<1x2x3x2xf32>, %c: tensor<3x2xf32>, %s: tensor<3x2xf32>) -> (tensor<1x2x3x6xf32>, tensor<1x2x3x6xf32>) {
  %zero = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %one = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %two = onnx.Constant : tensor<1xi64> = dense<2> : tensor<1xi64>
  %four = onnx.Constant : tensor<1xi64> = dense<4> : tensor<1xi64>
  %last = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %none = onnx.none {value}
  %six = onnx.Constant : tensor<1xi64> = dense<6> : tensor<1xi64>
  %x = onnx.Slice %w, %zero, %four, %last, %one : (tensor<1x2x3x6xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x3x4xf32>
  %back = onnx.Slice %w, %two, %six, %last, %one : (tensor<1x2x3x6xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x3x4xf32>
  %front = onnx.Slice %w, %zero, %two, %last, %one : (tensor<1x2x3x6xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x3x2xf32>
  %y = onnx.RotaryEmbedding %x, %c, %s : (tensor<1x2x3x4xf32>, tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<1x2x3x4xf32>
  %z = onnx.Concat %y, %other {axis = 3 : si64} : (tensor<1x2x3x4xf32>, tensor<1x2x3x2xf32>) -> tensor<1x2x3x6xf32>
  %t = onnx.RotaryEmbedding %back, %c, %s : (tensor<1x2x3x4xf32>, tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<1x2x3x4xf32>
  %u = onnx.Concat %front, %t {axis = 3 : si64} : (tensor<1x2x3x2xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x3x6xf32>
  return %z, %u : tensor<1x2x3x6xf32>, tensor<1x2x3x6xf32>
}
