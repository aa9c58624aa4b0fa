// RUN: fovea-opt %s --fovea-raise-attention --split-input-file | FileCheck %s

// Both products as a multiplication and a sum; nothing of [queries, keys, channels] is left.

// CHECK-DAG: #[[$Q:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d2, 0, d4)>
// CHECK-DAG: #[[$K:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, 0, d3, d4)>
// CHECK-DAG: #[[$V:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, 0, d3, d5)>
// CHECK-DAG: #[[$O:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d2, d5)>
// CHECK-LABEL: func.func @multiply_and_sum
// CHECK-NOT: onnx
// CHECK: attn.attention ins(%arg0, %arg1, %arg2 :
// CHECK-SAME: domain = [2, 1, 9, 7, 16, 8] indexing_maps = [#[[$Q]], #[[$K]], #[[$V]], #[[$O]]]
// CHECK-SAME: scale = 5.000000e-01
func.func @multiply_and_sum(%q: tensor<2x9x1x16xf32>, %k: tensor<2x1x7x16xf32>, %v: tensor<2x1x7x8xf32>) -> tensor<2x9x8xf32> {
  %half = onnx.Constant : tensor<f32> = dense<0.5> : tensor<f32>
  %last = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %two = onnx.Constant : tensor<1xi64> = dense<2> : tensor<1xi64>
  %m = onnx.Mul %q, %k : (tensor<2x9x1x16xf32>, tensor<2x1x7x16xf32>) -> tensor<2x9x7x16xf32>
  %s = onnx.ReduceSum %m, %last {keepdims = false} : (tensor<2x9x7x16xf32>, tensor<1xi64>) -> tensor<2x9x7xf32>
  %h = onnx.Mul %s, %half : (tensor<2x9x7xf32>, tensor<f32>) -> tensor<2x9x7xf32>
  %p = onnx.Softmax %h : (tensor<2x9x7xf32>) -> tensor<2x9x7xf32>
  %u = onnx.Unsqueeze %p, %last : (tensor<2x9x7xf32>, tensor<1xi64>) -> tensor<2x9x7x1xf32>
  %w = onnx.Mul %u, %v : (tensor<2x9x7x1xf32>, tensor<2x1x7x8xf32>) -> tensor<2x9x7x8xf32>
  %o = onnx.ReduceSum %w, %two {keepdims = false} : (tensor<2x9x7x8xf32>, tensor<1xi64>) -> tensor<2x9x8xf32>
  return %o : tensor<2x9x8xf32>
}

// -----

// A neighbourhood of keys for each query: every place is a batch with one query.

// CHECK-LABEL: func.func @own_keys
// CHECK: attn.attention
// CHECK-SAME: domain = [6, 5, 1, 9, 16, 16]
func.func @own_keys(%q: tensor<6x16x5x1xf32>, %k: tensor<6x16x5x9xf32>, %v: tensor<6x16x5x9xf32>) -> tensor<6x16x5xf32> {
  %one = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %last = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %m = onnx.Mul %q, %k : (tensor<6x16x5x1xf32>, tensor<6x16x5x9xf32>) -> tensor<6x16x5x9xf32>
  %s = onnx.ReduceSum %m, %one : (tensor<6x16x5x9xf32>, tensor<1xi64>) -> tensor<6x1x5x9xf32>
  %p = onnx.Softmax %s : (tensor<6x1x5x9xf32>) -> tensor<6x1x5x9xf32>
  %w = onnx.Mul %p, %v : (tensor<6x1x5x9xf32>, tensor<6x16x5x9xf32>) -> tensor<6x16x5x9xf32>
  %o = onnx.ReduceSum %w, %last {keepdims = false} : (tensor<6x16x5x9xf32>, tensor<1xi64>) -> tensor<6x16x5xf32>
  return %o : tensor<6x16x5xf32>
}

// -----

// Relative positions of rows and columns, computed from the queries (SAM): their sum over 4 x 5 queries and 4 x 5 keys is
// never made.

// CHECK-DAG: #[[$ROWS:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d2, d3 floordiv 5)>
// CHECK-DAG: #[[$COLUMNS:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d2, d3 mod 5)>
// CHECK-LABEL: func.func @rows_and_columns
// CHECK-DAG: %[[R:.+]] = onnx.Reshape %arg3, {{.+}} -> tensor<2x20x4xf32>
// CHECK-DAG: %[[C:.+]] = onnx.Reshape %arg4, {{.+}} -> tensor<2x20x5xf32>
// CHECK: attn.attention
// CHECK-SAME: captures(%[[R]], %[[C]] :
// CHECK-SAME: domain = [2, 1, 20, 20, 16, 16] indexing_maps = [{{.+}}, {{.+}}, {{.+}}, #[[$ROWS]], #[[$COLUMNS]], {{.+}}]
// CHECK-NEXT: ^bb0(%[[S:.+]]: f32, {{.+}}, %[[X:.+]]: f32, %[[Y:.+]]: f32):
// CHECK-NEXT: %[[B:.+]] = arith.addf %[[X]], %[[Y]]
// CHECK-NEXT: %[[T:.+]] = arith.addf %[[S]], %[[B]]
// CHECK-NEXT: attn.yield %[[T]]
func.func @rows_and_columns(%q: tensor<2x20x16xf32>, %k: tensor<2x16x20xf32>, %v: tensor<2x20x16xf32>, %r: tensor<2x4x5x4xf32>, %c: tensor<2x4x5x5xf32>) -> tensor<2x20x16xf32> {
  %four = onnx.Constant : tensor<1xi64> = dense<4> : tensor<1xi64>
  %three = onnx.Constant : tensor<1xi64> = dense<3> : tensor<1xi64>
  %flat = onnx.Constant : tensor<3xi64> = dense<[2, 20, 20]> : tensor<3xi64>
  %ur = onnx.Unsqueeze %r, %four : (tensor<2x4x5x4xf32>, tensor<1xi64>) -> tensor<2x4x5x4x1xf32>
  %uc = onnx.Unsqueeze %c, %three : (tensor<2x4x5x5xf32>, tensor<1xi64>) -> tensor<2x4x5x1x5xf32>
  %b = onnx.Add %ur, %uc : (tensor<2x4x5x4x1xf32>, tensor<2x4x5x1x5xf32>) -> tensor<2x4x5x4x5xf32>
  %f = onnx.Reshape %b, %flat : (tensor<2x4x5x4x5xf32>, tensor<3xi64>) -> tensor<2x20x20xf32>
  %s = onnx.MatMul %q, %k : (tensor<2x20x16xf32>, tensor<2x16x20xf32>) -> tensor<2x20x20xf32>
  %a = onnx.Add %s, %f : (tensor<2x20x20xf32>, tensor<2x20x20xf32>) -> tensor<2x20x20xf32>
  %p = onnx.Softmax %a : (tensor<2x20x20xf32>) -> tensor<2x20x20xf32>
  %o = onnx.MatMul %p, %v : (tensor<2x20x20xf32>, tensor<2x20x16xf32>) -> tensor<2x20x16xf32>
  return %o : tensor<2x20x16xf32>
}

// -----

// A head mask behind Softmax is a factor of the output.

// CHECK-LABEL: func.func @head_mask
// CHECK: %[[O:.+]] = attn.attention ins(%arg0, %arg1, %arg2 :
// CHECK: %[[M:.+]] = onnx.Reshape %arg3, {{.+}} -> tensor<1x4x1x1xf32>
// CHECK: %[[R:.+]] = onnx.Mul %[[O]], %[[M]]
// CHECK: return %[[R]]
func.func @head_mask(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>, %m: tensor<4x1x1xf32>) -> tensor<1x4x9x16xf32> {
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  %p = onnx.Softmax %s : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %h = onnx.Mul %p, %m : (tensor<1x4x9x9xf32>, tensor<4x1x1xf32>) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %h, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o : tensor<1x4x9x16xf32>
}

// -----

// The scores are a normalised sum over a concatenation (axial attention): steps of the region.

// CHECK-LABEL: func.func @normalized_sum
// CHECK-NOT: onnx.BatchNormalization
// CHECK: attn.attention
// CHECK-SAME: captures(%[[A:.+]], %[[B:.+]], %arg3, %[[A]], %[[B]] : tensor<4x1x1xf32>, tensor<4x1x1xf32>, tensor<3x2x6x6xf32>
// CHECK: arith.mulf
// CHECK: arith.addf
func.func @normalized_sum(%q: tensor<3x2x6x4xf32>, %k: tensor<3x2x4x6xf32>, %v: tensor<3x2x6x8xf32>, %r: tensor<3x2x6x6xf32>) -> tensor<3x2x6x8xf32> {
  %scale = onnx.Constant : tensor<4xf32> = dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %mean = onnx.Constant : tensor<4xf32> = dense<[0.5, 0.25, 0.75, 0.0]> : tensor<4xf32>
  %variance = onnx.Constant : tensor<4xf32> = dense<[1.0, 2.0, 0.5, 1.5]> : tensor<4xf32>
  %shape = onnx.Constant : tensor<5xi64> = dense<[3, 2, 2, 6, 6]> : tensor<5xi64>
  %one = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %s = onnx.MatMul %q, %k : (tensor<3x2x6x4xf32>, tensor<3x2x4x6xf32>) -> tensor<3x2x6x6xf32>
  %c = onnx.Concat %s, %r {axis = 1 : si64} : (tensor<3x2x6x6xf32>, tensor<3x2x6x6xf32>) -> tensor<3x4x6x6xf32>
  %n = onnx.BatchNormalization %c, %scale, %mean, %mean, %variance {epsilon = 1.0e-5 : f32, momentum = 0.9 : f32, training = false} : (tensor<3x4x6x6xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<3x4x6x6xf32>
  %f = onnx.Reshape %n, %shape : (tensor<3x4x6x6xf32>, tensor<5xi64>) -> tensor<3x2x2x6x6xf32>
  %t = onnx.ReduceSum %f, %one {keepdims = false} : (tensor<3x2x2x6x6xf32>, tensor<1xi64>) -> tensor<3x2x6x6xf32>
  %p = onnx.Softmax %t : (tensor<3x2x6x6xf32>) -> tensor<3x2x6x6xf32>
  %o = onnx.MatMul %p, %v : (tensor<3x2x6x6xf32>, tensor<3x2x6x8xf32>) -> tensor<3x2x6x8xf32>
  return %o : tensor<3x2x6x8xf32>
}

// -----

// The guard against rows without a key, then a transpose, and values from the left.

// CHECK-LABEL: func.func @guarded_and_turned
// CHECK-NOT: onnx.IsNaN
// CHECK: attn.attention
// CHECK-SAME: maskedRows = zero
// CHECK: } -> tensor<4x8x9xf32>
func.func @guarded_and_turned(%q: tensor<4x9x16xf32>, %k: tensor<4x16x7xf32>, %v: tensor<4x8x7xf32>) -> tensor<4x8x9xf32> {
  %zero = onnx.Constant : tensor<f32> = dense<0.0> : tensor<f32>
  %s = onnx.MatMul %q, %k : (tensor<4x9x16xf32>, tensor<4x16x7xf32>) -> tensor<4x9x7xf32>
  %p = onnx.Softmax %s : (tensor<4x9x7xf32>) -> tensor<4x9x7xf32>
  %n = onnx.IsNaN %p : (tensor<4x9x7xf32>) -> tensor<4x9x7xi1>
  %g = onnx.Where %n, %zero, %p : (tensor<4x9x7xi1>, tensor<f32>, tensor<4x9x7xf32>) -> tensor<4x9x7xf32>
  %t = onnx.Transpose %g {permutation = array<i64: 0, 2, 1>} : (tensor<4x9x7xf32>) -> tensor<4x7x9xf32>
  %o = onnx.MatMul %v, %t : (tensor<4x8x7xf32>, tensor<4x7x9xf32>) -> tensor<4x8x9xf32>
  return %o : tensor<4x8x9xf32>
}

// -----

// Relative positions by Pad, Reshape and Slice: read at (i, j - i + 8), without a matrix of them.

// CHECK-DAG: #[[$R:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d2, -d2 + d3 + 8)>
// CHECK-LABEL: func.func @skew
// CHECK-NOT: onnx.Pad
// CHECK: attn.attention
// CHECK-SAME: captures(%arg3 : tensor<4x9x17xf32>)
// CHECK-SAME: indexing_maps = [{{.+}}, {{.+}}, {{.+}}, #[[$R]], {{.+}}]
func.func @skew(%q: tensor<4x9x16xf32>, %k: tensor<4x16x9xf32>, %v: tensor<4x9x16xf32>, %r: tensor<4x9x17xf32>) -> tensor<4x9x16xf32> {
  %none = onnx.none {value}
  %one = onnx.Constant : tensor<6xi64> = dense<[0, 0, 0, 0, 0, 1]> : tensor<6xi64>
  %eight = onnx.Constant : tensor<4xi64> = dense<[0, 0, 0, 8]> : tensor<4xi64>
  %flat = onnx.Constant : tensor<2xi64> = dense<[4, 162]> : tensor<2xi64>
  %rows = onnx.Constant : tensor<3xi64> = dense<[4, 10, 17]> : tensor<3xi64>
  %starts = onnx.Constant : tensor<2xi64> = dense<[0, 8]> : tensor<2xi64>
  %ends = onnx.Constant : tensor<2xi64> = dense<[9, 17]> : tensor<2xi64>
  %axes = onnx.Constant : tensor<2xi64> = dense<[1, 2]> : tensor<2xi64>
  %steps = onnx.Constant : tensor<2xi64> = dense<1> : tensor<2xi64>
  %p1 = onnx.Pad %r, %one, %none, %none : (tensor<4x9x17xf32>, tensor<6xi64>, none, none) -> tensor<4x9x18xf32>
  %r1 = onnx.Reshape %p1, %flat : (tensor<4x9x18xf32>, tensor<2xi64>) -> tensor<4x162xf32>
  %p2 = onnx.Pad %r1, %eight, %none, %none : (tensor<4x162xf32>, tensor<4xi64>, none, none) -> tensor<4x170xf32>
  %r2 = onnx.Reshape %p2, %rows : (tensor<4x170xf32>, tensor<3xi64>) -> tensor<4x10x17xf32>
  %b = onnx.Slice %r2, %starts, %ends, %axes, %steps : (tensor<4x10x17xf32>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>) -> tensor<4x9x9xf32>
  %s = onnx.MatMul %q, %k : (tensor<4x9x16xf32>, tensor<4x16x9xf32>) -> tensor<4x9x9xf32>
  %a = onnx.Add %s, %b : (tensor<4x9x9xf32>, tensor<4x9x9xf32>) -> tensor<4x9x9xf32>
  %p = onnx.Softmax %a : (tensor<4x9x9xf32>) -> tensor<4x9x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<4x9x9xf32>, tensor<4x9x16xf32>) -> tensor<4x9x16xf32>
  return %o : tensor<4x9x16xf32>
}

// -----

// Hidden scores whose weights are made zero again (XSoftmax): hidden for good, and rows without a key are zero.

// CHECK-LABEL: func.func @zeroed_again
// CHECK-NOT: onnx.Where
// CHECK: attn.attention
// CHECK-SAME: maskedRows = zero
// CHECK: %[[INF:.+]] = arith.constant 0xFF800000
// CHECK: arith.select %{{.+}}, %[[INF]], %{{.+}} : f32
func.func @zeroed_again(%q: tensor<4x9x16xf32>, %k: tensor<4x16x7xf32>, %v: tensor<4x7x8xf32>, %m: tensor<1x1x7xi1>) -> tensor<4x9x8xf32> {
  %low = onnx.Constant : tensor<f32> = dense<-3.40282347E+38> : tensor<f32>
  %zero = onnx.Constant : tensor<f32> = dense<0.0> : tensor<f32>
  %s = onnx.MatMul %q, %k : (tensor<4x9x16xf32>, tensor<4x16x7xf32>) -> tensor<4x9x7xf32>
  %h = onnx.Where %m, %low, %s : (tensor<1x1x7xi1>, tensor<f32>, tensor<4x9x7xf32>) -> tensor<4x9x7xf32>
  %p = onnx.Softmax %h : (tensor<4x9x7xf32>) -> tensor<4x9x7xf32>
  %z = onnx.Where %m, %zero, %p : (tensor<1x1x7xi1>, tensor<f32>, tensor<4x9x7xf32>) -> tensor<4x9x7xf32>
  %o = onnx.MatMul %z, %v : (tensor<4x9x7xf32>, tensor<4x7x8xf32>) -> tensor<4x9x8xf32>
  return %o : tensor<4x9x8xf32>
}

// -----

// A neighbourhood by two Gathers of constant indices (unfold): the values are read at (y + r, x + c).

// CHECK-DAG: #[[$V:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (0, d5, {{.*}}d3 floordiv 3{{.*}}, {{.*}}d3 mod 3{{.*}})>
// CHECK-LABEL: func.func @unfolded_values
// CHECK: attn.attention ins(%arg0, %arg1, %arg2 : tensor<1x16x4x4x1xf32>, tensor<1x16x4x4x9xf32>, tensor<1x8x6x6xf32>)
// CHECK-SAME: indexing_maps = [{{.+}}, {{.+}}, #[[$V]], {{.+}}]
func.func @unfolded_values(%q: tensor<1x16x4x4x1xf32>, %k: tensor<1x16x4x4x9xf32>, %v: tensor<1x8x6x6xf32>) -> tensor<1x8x4x4xf32> {
  %rows = onnx.Constant : tensor<3x4xi64> = dense<[[0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5]]> : tensor<3x4xi64>
  %flat = onnx.Constant : tensor<5xi64> = dense<[1, 8, 4, 4, 9]> : tensor<5xi64>
  %one = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %last = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %g1 = onnx.Gather %v, %rows {axis = 2 : si64} : (tensor<1x8x6x6xf32>, tensor<3x4xi64>) -> tensor<1x8x3x4x6xf32>
  %g2 = onnx.Gather %g1, %rows {axis = 4 : si64} : (tensor<1x8x3x4x6xf32>, tensor<3x4xi64>) -> tensor<1x8x3x4x3x4xf32>
  %t = onnx.Transpose %g2 {permutation = array<i64: 0, 1, 3, 5, 2, 4>} : (tensor<1x8x3x4x3x4xf32>) -> tensor<1x8x4x4x3x3xf32>
  %w = onnx.Reshape %t, %flat : (tensor<1x8x4x4x3x3xf32>, tensor<5xi64>) -> tensor<1x8x4x4x9xf32>
  %m = onnx.Mul %q, %k : (tensor<1x16x4x4x1xf32>, tensor<1x16x4x4x9xf32>) -> tensor<1x16x4x4x9xf32>
  %s = onnx.ReduceSum %m, %one : (tensor<1x16x4x4x9xf32>, tensor<1xi64>) -> tensor<1x1x4x4x9xf32>
  %p = onnx.Softmax %s : (tensor<1x1x4x4x9xf32>) -> tensor<1x1x4x4x9xf32>
  %x = onnx.Mul %p, %w : (tensor<1x1x4x4x9xf32>, tensor<1x8x4x4x9xf32>) -> tensor<1x8x4x4x9xf32>
  %o = onnx.ReduceSum %x, %last {keepdims = false} : (tensor<1x8x4x4x9xf32>, tensor<1xi64>) -> tensor<1x8x4x4xf32>
  return %o : tensor<1x8x4x4xf32>
}

// -----

// A bias added in place to the scores of all tokens but the first: the rest of the scores stays, and the bias is read inside of
// its extents everywhere.

// CHECK-DAG: #[[$BIAS:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, (d2 + 1) mod 2, (d3 + 1) mod 2)>
// CHECK-LABEL: func.func @bias_in_place
// CHECK: attn.attention {{.*}}captures(%arg3
// CHECK-SAME: #[[$BIAS]]
// CHECK: arith.cmpi
// CHECK: arith.select
// CHECK: arith.addf
// CHECK-NOT: onnx.ScatterND
func.func @bias_in_place(%q: tensor<1x2x3x4xf32>, %k: tensor<1x2x4x3xf32>, %v: tensor<1x2x3x4xf32>, %b: tensor<1x2x2x2xf32>) -> tensor<1x2x3x4xf32> {
  %one = onnx.Constant : tensor<2xi64> = dense<1> : tensor<2xi64>
  %last = onnx.Constant : tensor<2xi64> = dense<3> : tensor<2xi64>
  %axes = onnx.Constant : tensor<2xi64> = dense<[2, 3]> : tensor<2xi64>
  %where = onnx.Constant : tensor<1x2x2x2x4xi64> = dense<[[[[[0, 0, 1, 1], [0, 0, 1, 2]], [[0, 0, 2, 1], [0, 0, 2, 2]]], [[[0, 1, 1, 1], [0, 1, 1, 2]], [[0, 1, 2, 1], [0, 1, 2, 2]]]]]> : tensor<1x2x2x2x4xi64>
  %s = onnx.MatMul %q, %k : (tensor<1x2x3x4xf32>, tensor<1x2x4x3xf32>) -> tensor<1x2x3x3xf32>
  %part = onnx.Slice %s, %one, %last, %axes, %one : (tensor<1x2x3x3xf32>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>) -> tensor<1x2x2x2xf32>
  %a = onnx.Add %part, %b : (tensor<1x2x2x2xf32>, tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %w = onnx.ScatterND %s, %where, %a : (tensor<1x2x3x3xf32>, tensor<1x2x2x2x4xi64>, tensor<1x2x2x2xf32>) -> tensor<1x2x3x3xf32>
  %p = onnx.Softmax %w : (tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x2x3x3xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32>
  return %o : tensor<1x2x3x4xf32>
}

// -----

// The same where the indices are too many to be folded: columns, spread and joined.

// CHECK-DAG: #[[$BIAS:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, (d2 + 1) mod 2, (d3 + 1) mod 2)>
// CHECK-LABEL: func.func @bias_in_joined_places
// CHECK: attn.attention {{.*}}captures(%arg3
// CHECK-SAME: #[[$BIAS]]
// CHECK-NOT: onnx.ScatterND
func.func @bias_in_joined_places(%q: tensor<1x2x3x4xf32>, %k: tensor<1x2x4x3xf32>, %v: tensor<1x2x3x4xf32>, %b: tensor<1x2x2x2xf32>) -> tensor<1x2x3x4xf32> {
  %one = onnx.Constant : tensor<2xi64> = dense<1> : tensor<2xi64>
  %last = onnx.Constant : tensor<2xi64> = dense<3> : tensor<2xi64>
  %axes = onnx.Constant : tensor<2xi64> = dense<[2, 3]> : tensor<2xi64>
  %end = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %shape = onnx.Constant : tensor<4xi64> = dense<[1, 2, 2, 2]> : tensor<4xi64>
  %batch = onnx.Constant : tensor<1x1x1x1xi64> = dense<0> : tensor<1x1x1x1xi64>
  %heads = onnx.Constant : tensor<2x1x1xi64> = dense<[[[0]], [[1]]]> : tensor<2x1x1xi64>
  %rows = onnx.Constant : tensor<2x1xi64> = dense<[[1], [2]]> : tensor<2x1xi64>
  %columns = onnx.Constant : tensor<2xi64> = dense<[1, 2]> : tensor<2xi64>
  %0 = onnx.Expand %batch, %shape : (tensor<1x1x1x1xi64>, tensor<4xi64>) -> tensor<1x2x2x2xi64>
  %1 = onnx.Expand %heads, %shape : (tensor<2x1x1xi64>, tensor<4xi64>) -> tensor<1x2x2x2xi64>
  %2 = onnx.Expand %rows, %shape : (tensor<2x1xi64>, tensor<4xi64>) -> tensor<1x2x2x2xi64>
  %3 = onnx.Expand %columns, %shape : (tensor<2xi64>, tensor<4xi64>) -> tensor<1x2x2x2xi64>
  %4 = onnx.Unsqueeze %0, %end : (tensor<1x2x2x2xi64>, tensor<1xi64>) -> tensor<1x2x2x2x1xi64>
  %5 = onnx.Unsqueeze %1, %end : (tensor<1x2x2x2xi64>, tensor<1xi64>) -> tensor<1x2x2x2x1xi64>
  %6 = onnx.Unsqueeze %2, %end : (tensor<1x2x2x2xi64>, tensor<1xi64>) -> tensor<1x2x2x2x1xi64>
  %7 = onnx.Unsqueeze %3, %end : (tensor<1x2x2x2xi64>, tensor<1xi64>) -> tensor<1x2x2x2x1xi64>
  %where = onnx.Concat %4, %5, %6, %7 {axis = -1 : si64} : (tensor<1x2x2x2x1xi64>, tensor<1x2x2x2x1xi64>, tensor<1x2x2x2x1xi64>, tensor<1x2x2x2x1xi64>) -> tensor<1x2x2x2x4xi64>
  %s = onnx.MatMul %q, %k : (tensor<1x2x3x4xf32>, tensor<1x2x4x3xf32>) -> tensor<1x2x3x3xf32>
  %part = onnx.Slice %s, %one, %last, %axes, %one : (tensor<1x2x3x3xf32>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>) -> tensor<1x2x2x2xf32>
  %a = onnx.Add %part, %b : (tensor<1x2x2x2xf32>, tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %w = onnx.ScatterND %s, %where, %a : (tensor<1x2x3x3xf32>, tensor<1x2x2x2x4xi64>, tensor<1x2x2x2xf32>) -> tensor<1x2x3x3xf32>
  %p = onnx.Softmax %w : (tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x2x3x3xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32>
  return %o : tensor<1x2x3x4xf32>
}

// -----

// Weights made zero by a mask that is a second copy of the constant that hides the scores.

// CHECK-LABEL: func.func @zeroed_by_a_copy
// CHECK: attn.attention
// CHECK-SAME: maskedRows = zero
func.func @zeroed_by_a_copy(%q: tensor<2x3x4xf32>, %k: tensor<2x4x3xf32>, %v: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  %low = onnx.Constant : tensor<f32> = dense<-3.40282347E+38> : tensor<f32>
  %zero = onnx.Constant : tensor<f32> = dense<0.0> : tensor<f32>
  %m = onnx.Constant : tensor<3x3xi1> = dense<[[false, true, false], [true, false, false], [true, true, true]]> : tensor<3x3xi1>
  %n = onnx.Constant : tensor<3x3xi1> = dense<[[false, true, false], [true, false, false], [true, true, true]]> : tensor<3x3xi1>
  %s = onnx.MatMul %q, %k : (tensor<2x3x4xf32>, tensor<2x4x3xf32>) -> tensor<2x3x3xf32>
  %h = onnx.Where %m, %low, %s : (tensor<3x3xi1>, tensor<f32>, tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  %p = onnx.Softmax %h : (tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  %z = onnx.Where %n, %zero, %p : (tensor<3x3xi1>, tensor<f32>, tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  %o = onnx.MatMul %z, %v : (tensor<2x3x3xf32>, tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return %o : tensor<2x3x4xf32>
}
