// RUN: fovea-opt %s --fovea-raise-rotary-embedding --split-input-file | FileCheck %s

// Halves: the angles of a pair are one.

// CHECK-LABEL: func.func @half
// CHECK-SAME: (%[[X:.+]]: tensor<1x2x3x4xf32>)
// CHECK-DAG: %[[C:.+]] = onnx.Constant : tensor<3x2xf32> = dense<{{\[}}[1.000000e+00, 2.000000e+00], [3.000000e+00, 4.000000e+00], [5.000000e+00, 6.000000e+00]]>
// CHECK-DAG: %[[S:.+]] = onnx.Constant : tensor<3x2xf32> = dense<{{\[}}[1.000000e-01, 2.000000e-01],
// CHECK: %[[Y:.+]] = onnx.RotaryEmbedding %[[X]], %[[C]], %[[S]] :
// CHECK: return %[[Y]]
func.func @half(%x: tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32> {
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
  %n = onnx.Neg %b : (tensor<1x2x3x2xf32>) -> tensor<1x2x3x2xf32>
  %r = onnx.Concat %n, %a {axis = -1 : si64} : (tensor<1x2x3x2xf32>, tensor<1x2x3x2xf32>) -> tensor<1x2x3x4xf32>
  %p = onnx.Mul %x, %c : (tensor<1x2x3x4xf32>, tensor<1x1x3x4xf32>) -> tensor<1x2x3x4xf32>
  %q = onnx.Mul %r, %s : (tensor<1x2x3x4xf32>, tensor<1x1x3x4xf32>) -> tensor<1x2x3x4xf32>
  %y = onnx.Add %p, %q : (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32>
  return %y : tensor<1x2x3x4xf32>
}

// -----

// Neighbours, and angles that the run computes: the part of them that a pair shares.

// CHECK-LABEL: func.func @interleaved
// CHECK-SAME: (%[[X:.+]]: tensor<1x2x3x4xf32>, %[[A:.+]]: tensor<1x3x2x1xf32>)
// CHECK-NOT: onnx.Concat
// CHECK: %[[C:.+]] = onnx.Cos
// CHECK: %[[S:.+]] = onnx.Sin
// CHECK: %[[CP:.+]] = onnx.Reshape %[[C]], {{.*}} -> tensor<1x1x3x2xf32>
// CHECK: %[[SP:.+]] = onnx.Reshape %[[S]], {{.*}} -> tensor<1x1x3x2xf32>
// CHECK: onnx.RotaryEmbedding %[[X]], %[[CP]], %[[SP]] {interleaved = true}
func.func @interleaved(%x: tensor<1x2x3x4xf32>, %angles: tensor<1x3x2x1xf32>) -> tensor<1x2x3x4xf32> {
  %zero = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %one = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %two = onnx.Constant : tensor<1xi64> = dense<2> : tensor<1xi64>
  %four = onnx.Constant : tensor<1xi64> = dense<4> : tensor<1xi64>
  %last = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %none = onnx.none {value}
  %both = onnx.Constant : tensor<4xi64> = dense<[1, 3, 2, 2]> : tensor<4xi64>
  %flat = onnx.Constant : tensor<4xi64> = dense<[1, 1, 3, 4]> : tensor<4xi64>
  %shape = onnx.Constant : tensor<4xi64> = dense<[1, 2, 3, 4]> : tensor<4xi64>
  %cos = onnx.Cos %angles : (tensor<1x3x2x1xf32>) -> tensor<1x3x2x1xf32>
  %sin = onnx.Sin %angles : (tensor<1x3x2x1xf32>) -> tensor<1x3x2x1xf32>
  %c2 = onnx.Expand %cos, %both : (tensor<1x3x2x1xf32>, tensor<4xi64>) -> tensor<1x3x2x2xf32>
  %s2 = onnx.Expand %sin, %both : (tensor<1x3x2x1xf32>, tensor<4xi64>) -> tensor<1x3x2x2xf32>
  %c = onnx.Reshape %c2, %flat : (tensor<1x3x2x2xf32>, tensor<4xi64>) -> tensor<1x1x3x4xf32>
  %s = onnx.Reshape %s2, %flat : (tensor<1x3x2x2xf32>, tensor<4xi64>) -> tensor<1x1x3x4xf32>
  %a = onnx.Slice %x, %zero, %four, %last, %two : (tensor<1x2x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x3x2xf32>
  %b = onnx.Slice %x, %one, %four, %last, %two : (tensor<1x2x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x3x2xf32>
  %n = onnx.Neg %b : (tensor<1x2x3x2xf32>) -> tensor<1x2x3x2xf32>
  %n1 = onnx.Unsqueeze %n, %last : (tensor<1x2x3x2xf32>, tensor<1xi64>) -> tensor<1x2x3x2x1xf32>
  %a1 = onnx.Unsqueeze %a, %last : (tensor<1x2x3x2xf32>, tensor<1xi64>) -> tensor<1x2x3x2x1xf32>
  %pairs = onnx.Concat %n1, %a1 {axis = 4 : si64} : (tensor<1x2x3x2x1xf32>, tensor<1x2x3x2x1xf32>) -> tensor<1x2x3x2x2xf32>
  %r = onnx.Reshape %pairs, %shape : (tensor<1x2x3x2x2xf32>, tensor<4xi64>) -> tensor<1x2x3x4xf32>
  %p = onnx.Mul %x, %c : (tensor<1x2x3x4xf32>, tensor<1x1x3x4xf32>) -> tensor<1x2x3x4xf32>
  %q = onnx.Mul %r, %s : (tensor<1x2x3x4xf32>, tensor<1x1x3x4xf32>) -> tensor<1x2x3x4xf32>
  %y = onnx.Add %p, %q : (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32>
  return %y : tensor<1x2x3x4xf32>
}

// -----

// Channels behind those that turn.

// CHECK-LABEL: func.func @partial
// CHECK-SAME: (%[[X:.+]]: tensor<1x2x3x6xf32>
// CHECK-NOT: onnx.Concat
// CHECK: onnx.RotaryEmbedding %[[X]], %{{.+}}, %{{.+}} {rotated_size = 4 : si64}
func.func @partial(%w: tensor<1x2x3x6xf32>, %c: tensor<1x1x3x2xf32>, %s: tensor<1x1x3x2xf32>) -> tensor<1x2x3x6xf32> {
  %zero = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %one = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %two = onnx.Constant : tensor<1xi64> = dense<2> : tensor<1xi64>
  %four = onnx.Constant : tensor<1xi64> = dense<4> : tensor<1xi64>
  %last = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %none = onnx.none {value}
  %six = onnx.Constant : tensor<1xi64> = dense<6> : tensor<1xi64>
  %x = onnx.Slice %w, %zero, %four, %last, %one : (tensor<1x2x3x6xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x3x4xf32>
  %rest = onnx.Slice %w, %four, %six, %last, %one : (tensor<1x2x3x6xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x3x2xf32>
  %y = onnx.RotaryEmbedding %x, %c, %s : (tensor<1x2x3x4xf32>, tensor<1x1x3x2xf32>, tensor<1x1x3x2xf32>) -> tensor<1x2x3x4xf32>
  %z = onnx.Concat %y, %rest {axis = 3 : si64} : (tensor<1x2x3x4xf32>, tensor<1x2x3x2xf32>) -> tensor<1x2x3x6xf32>
  return %z : tensor<1x2x3x6xf32>
}

// -----

// A row in front that does not turn: cosine one, sine zero.

// CHECK-LABEL: func.func @prefix
// CHECK-SAME: (%[[X:.+]]: tensor<1x2x4x4xf32>)
// CHECK-DAG: %[[C:.+]] = onnx.Constant : tensor<4x2xf32> = dense<{{\[}}[1.000000e+00, 1.000000e+00], [2.000000e+00, 2.000000e+00],
// CHECK-DAG: %[[S:.+]] = onnx.Constant : tensor<4x2xf32> = dense<{{\[}}[0.000000e+00, 0.000000e+00], [3.000000e+00, 3.000000e+00],
// CHECK: %[[Y:.+]] = onnx.RotaryEmbedding %[[X]], %[[C]], %[[S]] :
// CHECK: return %[[Y]]
func.func @prefix(%w: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %zero = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %one = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %two = onnx.Constant : tensor<1xi64> = dense<2> : tensor<1xi64>
  %four = onnx.Constant : tensor<1xi64> = dense<4> : tensor<1xi64>
  %last = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %none = onnx.none {value}
  %c = onnx.Constant : tensor<3x2xf32> = dense<2.0> : tensor<3x2xf32>
  %s = onnx.Constant : tensor<3x2xf32> = dense<3.0> : tensor<3x2xf32>
  %x = onnx.Slice %w, %one, %four, %two, %one : (tensor<1x2x4x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x3x4xf32>
  %class = onnx.Slice %w, %zero, %one, %two, %one : (tensor<1x2x4x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x1x4xf32>
  %y = onnx.RotaryEmbedding %x, %c, %s : (tensor<1x2x3x4xf32>, tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<1x2x3x4xf32>
  %z = onnx.Concat %class, %y {axis = 2 : si64} : (tensor<1x2x1x4xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x4x4xf32>
  return %z : tensor<1x2x4x4xf32>
}

// -----

// Neighbours whose pairs are joined by what turns keys around, not by a Reshape of their own.

// CHECK-LABEL: func.func @pairs_apart
// CHECK: %[[X:.+]] = onnx.RotaryEmbedding %arg0, {{.+}} {interleaved = true} : (tensor<2x3x5x4xf32>
// CHECK: %[[P:.+]] = onnx.Reshape %[[X]]
// CHECK: %[[F:.+]] = onnx.Reshape %[[P]]
// CHECK: return %[[F]]
func.func @pairs_apart(%x: tensor<2x3x5x4xf32>, %cos: tensor<5x2xf32>, %sin: tensor<5x2xf32>) -> tensor<6x5x4xf32> {
  %zero = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %one = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %two = onnx.Constant : tensor<1xi64> = dense<2> : tensor<1xi64>
  %four = onnx.Constant : tensor<1xi64> = dense<4> : tensor<1xi64>
  %last = onnx.Constant : tensor<1xi64> = dense<3> : tensor<1xi64>
  %flat = onnx.Constant : tensor<3xi64> = dense<[6, 5, 4]> : tensor<3xi64>
  %a = onnx.Slice %x, %zero, %four, %last, %two : (tensor<2x3x5x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<2x3x5x2xf32>
  %b = onnx.Slice %x, %one, %four, %last, %two : (tensor<2x3x5x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<2x3x5x2xf32>
  %ac = onnx.Mul %a, %cos : (tensor<2x3x5x2xf32>, tensor<5x2xf32>) -> tensor<2x3x5x2xf32>
  %bs = onnx.Mul %b, %sin : (tensor<2x3x5x2xf32>, tensor<5x2xf32>) -> tensor<2x3x5x2xf32>
  %bc = onnx.Mul %b, %cos : (tensor<2x3x5x2xf32>, tensor<5x2xf32>) -> tensor<2x3x5x2xf32>
  %as = onnx.Mul %a, %sin : (tensor<2x3x5x2xf32>, tensor<5x2xf32>) -> tensor<2x3x5x2xf32>
  %r = onnx.Sub %ac, %bs : (tensor<2x3x5x2xf32>, tensor<2x3x5x2xf32>) -> tensor<2x3x5x2xf32>
  %i = onnx.Add %bc, %as : (tensor<2x3x5x2xf32>, tensor<2x3x5x2xf32>) -> tensor<2x3x5x2xf32>
  %ru = onnx.Unsqueeze %r, %four : (tensor<2x3x5x2xf32>, tensor<1xi64>) -> tensor<2x3x5x2x1xf32>
  %iu = onnx.Unsqueeze %i, %four : (tensor<2x3x5x2xf32>, tensor<1xi64>) -> tensor<2x3x5x2x1xf32>
  %p = onnx.Concat %ru, %iu {axis = 4 : si64} : (tensor<2x3x5x2x1xf32>, tensor<2x3x5x2x1xf32>) -> tensor<2x3x5x2x2xf32>
  %k = onnx.Reshape %p, %flat {allow_zero = true} : (tensor<2x3x5x2x2xf32>, tensor<3xi64>) -> tensor<6x5x4xf32>
  return %k : tensor<6x5x4xf32>
}
