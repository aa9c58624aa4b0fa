// RUN: fovea-opt %s --fovea-propagate-slices | FileCheck %s
// A second run changes nothing.
// RUN: fovea-opt %s --fovea-propagate-slices -o %t.once
// RUN: fovea-opt %t.once --fovea-propagate-slices -o %t.twice
// RUN: diff %t.once %t.twice

// CHECK-DAG: #[[$COLUMN:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d2, 0)>
// CHECK-DAG: #[[$FLAT:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> ((d2 + 3) * 9 + d3)>
// CHECK-DAG: #[[$CUT:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, 0, d2, d3)>

// The class token's row: the last block computes nothing else.

// CHECK-LABEL: func.func @class_token
// CHECK-SAME: (%[[X:.+]]: tensor<1x9x8xf32>, %[[ATTENDED:.+]]: tensor<1x9x8xf32>, %[[W:.+]]: tensor<8x8xf32>
// CHECK: %[[A:.+]] = onnx.Slice %[[ATTENDED]], {{.+}} -> tensor<1x1x8xf32>
// CHECK: %[[P:.+]] = onnx.MatMul %[[A]], %[[W]] : (tensor<1x1x8xf32>, tensor<8x8xf32>) -> tensor<1x1x8xf32>
// CHECK: %[[R:.+]] = onnx.Slice %[[X]], {{.+}} -> tensor<1x1x8xf32>
// CHECK: %[[S:.+]] = onnx.Add %[[R]], %[[P]] : (tensor<1x1x8xf32>, tensor<1x1x8xf32>) -> tensor<1x1x8xf32>
// CHECK: %[[N:.+]] = onnx.LayerNormalization %[[S]], {{.+}} -> tensor<1x1x8xf32>
// CHECK: onnx.MatMul %[[N]], {{.+}} -> tensor<1x1x16xf32>
// CHECK: onnx.Gelu {{.+}} : (tensor<1x1x16xf32>) -> tensor<1x1x16xf32>
// CHECK: %[[M:.+]] = onnx.MatMul {{.+}} -> tensor<1x1x8xf32>
// CHECK: %[[Y:.+]] = onnx.Add %[[S]], %[[M]]
// CHECK-NOT: onnx.Gather
// CHECK: %[[C:.+]] = onnx.Reshape %[[Y]], {{.+}} -> tensor<1x8xf32>
// CHECK: return %[[C]]
func.func @class_token(%x: tensor<1x9x8xf32>, %attended: tensor<1x9x8xf32>, %w: tensor<8x8xf32>, %up: tensor<8x16xf32>,
                       %down: tensor<16x8xf32>, %scale: tensor<8xf32>) -> tensor<1x8xf32> {
  %none = onnx.none
  %zero = onnx.Constant : tensor<i64> = dense<0> : tensor<i64>
  %p = onnx.MatMul %attended, %w : (tensor<1x9x8xf32>, tensor<8x8xf32>) -> tensor<1x9x8xf32>
  %s = onnx.Add %x, %p : (tensor<1x9x8xf32>, tensor<1x9x8xf32>) -> tensor<1x9x8xf32>
  %n = onnx.LayerNormalization %s, %scale, %none {axis = -1 : si64, epsilon = 1.000000e-05 : f32} : (tensor<1x9x8xf32>, tensor<8xf32>, none) -> tensor<1x9x8xf32>
  %u = onnx.MatMul %n, %up : (tensor<1x9x8xf32>, tensor<8x16xf32>) -> tensor<1x9x16xf32>
  %g = onnx.Gelu %u : (tensor<1x9x16xf32>) -> tensor<1x9x16xf32>
  %d = onnx.MatMul %g, %down : (tensor<1x9x16xf32>, tensor<16x8xf32>) -> tensor<1x9x8xf32>
  %y = onnx.Add %s, %d : (tensor<1x9x8xf32>, tensor<1x9x8xf32>) -> tensor<1x9x8xf32>
  %c = onnx.Gather %y, %zero {axis = 1 : si64} : (tensor<1x9x8xf32>, tensor<i64>) -> tensor<1x8xf32>
  return %c : tensor<1x8xf32>
}

// Two rows, each by a Gather of its own: one product of both.

// CHECK-LABEL: func.func @distilled
// CHECK: %[[X:.+]] = onnx.Slice %arg0, {{.+}} -> tensor<1x2x8xf32>
// CHECK: %[[P:.+]] = onnx.MatMul %[[X]], %arg1 : (tensor<1x2x8xf32>, tensor<8x8xf32>) -> tensor<1x2x8xf32>
// CHECK-DAG: onnx.Slice %[[P]], {{.+}} -> tensor<1x1x8xf32>
// CHECK-DAG: onnx.Slice %[[P]], {{.+}} -> tensor<1x1x8xf32>
// CHECK: return
func.func @distilled(%x: tensor<1x9x8xf32>, %w: tensor<8x8xf32>) -> (tensor<1x8xf32>, tensor<1x8xf32>) {
  %zero = onnx.Constant : tensor<i64> = dense<0> : tensor<i64>
  %one = onnx.Constant : tensor<i64> = dense<-8> : tensor<i64>
  %p = onnx.MatMul %x, %w : (tensor<1x9x8xf32>, tensor<8x8xf32>) -> tensor<1x9x8xf32>
  %a = onnx.Gather %p, %zero {axis = 1 : si64} : (tensor<1x9x8xf32>, tensor<i64>) -> tensor<1x8xf32>
  %b = onnx.Gather %p, %one {axis = 1 : si64} : (tensor<1x9x8xf32>, tensor<i64>) -> tensor<1x8xf32>
  return %a, %b : tensor<1x8xf32>, tensor<1x8xf32>
}

// Every row counts: nothing happens.

// CHECK-LABEL: func.func @mean_pooled
// CHECK-NEXT: onnx.Constant
// CHECK-NEXT: onnx.MatMul {{.+}} -> tensor<1x9x8xf32>
// CHECK-NEXT: onnx.ReduceMean
// CHECK-NEXT: return
func.func @mean_pooled(%x: tensor<1x9x8xf32>, %w: tensor<8x8xf32>) -> tensor<1x8xf32> {
  %axis = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %p = onnx.MatMul %x, %w : (tensor<1x9x8xf32>, tensor<8x8xf32>) -> tensor<1x9x8xf32>
  %m = onnx.ReduceMean %p, %axis {keepdims = false} : (tensor<1x9x8xf32>, tensor<1xi64>) -> tensor<1x8xf32>
  return %m : tensor<1x8xf32>
}

// Row 3 through the merge of heads, the attention and its mask: queries shrink, keys do not, the causal mask moves by
// three, and the region's query index as well. A constant is cut at
// compile time; an axis that mixes queries with keys is read where it was.

// CHECK-LABEL: func.func @attention
// CHECK-SAME: (%[[Q:.+]]: tensor<2x4x9x16xf32>, %[[K:[^:]+]]: {{.+}}, %[[V:[^:]+]]: {{.+}}, %[[MASK:.+]]: tensor<2x1x9x9xf32>, %[[BIAS:.+]]: tensor<81xf32>)
// CHECK-DAG: %[[Q1:.+]] = onnx.Slice %[[Q]], {{.+}} -> tensor<2x4x1x16xf32>
// CHECK-DAG: %[[TABLE:.+]] = onnx.Constant : tensor<1x1xf32> = dense<7.000000e+00>
// CHECK-DAG: %[[M1:.+]] = onnx.Slice %[[MASK]], {{.+}} -> tensor<2x1x1x9xf32>
// CHECK: %[[O:.+]] = attn.attention ins(%[[Q1]], %[[K]], %[[V]]
// CHECK-SAME: captures(%[[M1]], %[[TABLE]], %[[BIAS]] :
// CHECK-SAME: domain = [2, 4, 1, 9, 16, 16]
// CHECK-SAME: #[[$CUT]], #[[$COLUMN]], #[[$FLAT]]
// CHECK-SAME: mask = <causal, offset = 3>
// CHECK: ^bb0(%{{[^,]+}}: f32, %{{[^,]+}}: index, %{{[^,]+}}: index, %[[I:[^,]+]]: index,
// CHECK-NEXT: %[[THREE:.+]] = arith.constant 3 : index
// CHECK-NEXT: %[[SHIFTED:.+]] = arith.addi %[[I]], %[[THREE]] : index
// CHECK-NEXT: arith.index_cast %[[SHIFTED]]
// CHECK: -> tensor<2x4x1x16xf32>
// CHECK: onnx.Transpose %[[O]] {{.+}} -> tensor<2x1x4x16xf32>
// CHECK: onnx.Reshape {{.+}} -> tensor<2x1x64xf32>
// CHECK: onnx.Reshape {{.+}} -> tensor<2x64xf32>
func.func @attention(%q: tensor<2x4x9x16xf32>, %k: tensor<2x4x9x16xf32>, %v: tensor<2x4x9x16xf32>, %mask: tensor<2x1x9x9xf32>, %bias: tensor<81xf32>) -> tensor<2x64xf32> {
  %three = onnx.Constant : tensor<i64> = dense<3> : tensor<i64>
  %table = onnx.Constant : tensor<9x1xf32> = dense<[[0.5], [1.0], [2.0], [7.0], [0.0], [0.0], [0.0], [0.0], [0.0]]> : tensor<9x1xf32>
  %shape = onnx.Constant : tensor<3xi64> = dense<[2, 9, 64]> : tensor<3xi64>
  %o = attn.attention ins(%q, %k, %v : tensor<2x4x9x16xf32>, tensor<2x4x9x16xf32>, tensor<2x4x9x16xf32>)
    captures(%mask, %table, %bias : tensor<2x1x9x9xf32>, tensor<9x1xf32>, tensor<81xf32>) domain = [2, 4, 9, 9, 16, 16]
    indexing_maps = [affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>, affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>,
                     affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>, affine_map<(b, h, i, j, d, e) -> (b, 0, i, j)>,
                     affine_map<(b, h, i, j, d, e) -> (i, 0)>,
                     affine_map<(b, h, i, j, d, e) -> (i * 9 + j)>, affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>]
    mask = <causal> numerics = <scale = 2.500000e-01 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %m: f32, %t: f32, %u: f32):
      %row = arith.index_cast %i : index to i32
      %slope = arith.sitofp %row : i32 to f32
      %a = arith.addf %s, %m : f32
      %c = arith.mulf %a, %t : f32
      %n = arith.addf %c, %u : f32
      %z = arith.mulf %n, %slope : f32
      attn.yield %z : f32
  } -> tensor<2x4x9x16xf32>
  %t = onnx.Transpose %o {permutation = array<i64: 0, 2, 1, 3>} : (tensor<2x4x9x16xf32>) -> tensor<2x9x4x16xf32>
  %r = onnx.Reshape %t, %shape : (tensor<2x9x4x16xf32>, tensor<3xi64>) -> tensor<2x9x64xf32>
  %c = onnx.Gather %r, %three {axis = 1 : si64} : (tensor<2x9x64xf32>, tensor<i64>) -> tensor<2x64xf32>
  return %c : tensor<2x64xf32>
}

// A window moves with the rows.

// CHECK-LABEL: func.func @window
// CHECK: mask = <window, left = -2, right = 6>
// CHECK: -> tensor<1x1x1x4xf32>
func.func @window(%q: tensor<1x1x9x4xf32>, %k: tensor<1x1x9x4xf32>, %v: tensor<1x1x9x4xf32>) -> tensor<1x1x1x4xf32> {
  %none = onnx.none
  %four = onnx.Constant : tensor<1xi64> = dense<4> : tensor<1xi64>
  %five = onnx.Constant : tensor<1xi64> = dense<5> : tensor<1xi64>
  %two = onnx.Constant : tensor<1xi64> = dense<2> : tensor<1xi64>
  %o = attn.attention ins(%q, %k, %v : tensor<1x1x9x4xf32>, tensor<1x1x9x4xf32>, tensor<1x1x9x4xf32>) domain = [1, 1, 9, 9, 4, 4]
    indexing_maps = [affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>, affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>,
                     affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>, affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>]
    mask = <window, left = 2, right = 2> numerics = <scale = 1.000000e+00 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
  } -> tensor<1x1x9x4xf32>
  %y = onnx.Slice %o, %four, %five, %two, %none : (tensor<1x1x9x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<1x1x1x4xf32>
  return %y : tensor<1x1x1x4xf32>
}

// Queries and keys from one product with a Split behind it: the slice stays behind the Split, the key reads everything.

// CHECK-LABEL: func.func @split
// CHECK: %[[P:.+]]:2 = onnx.Split {{.+}} -> (tensor<1x9x8xf32>, tensor<1x9x8xf32>)
// CHECK: %[[Q:.+]] = onnx.Slice %[[P]]#0, {{.+}} -> tensor<1x1x8xf32>
// CHECK: onnx.MatMul %[[Q]], %{{.+}} : (tensor<1x1x8xf32>, tensor<1x8x9xf32>) -> tensor<1x1x9xf32>
// CHECK: onnx.Softmax {{.+}} -> tensor<1x1x9xf32>
func.func @split(%x: tensor<1x9x16xf32>) -> tensor<1x9xf32> {
  %none = onnx.none
  %zero = onnx.Constant : tensor<i64> = dense<0> : tensor<i64>
  %p:2 = onnx.Split %x, %none {axis = 2 : si64} : (tensor<1x9x16xf32>, none) -> (tensor<1x9x8xf32>, tensor<1x9x8xf32>)
  %kt = onnx.Transpose %p#1 {permutation = array<i64: 0, 2, 1>} : (tensor<1x9x8xf32>) -> tensor<1x8x9xf32>
  %s = onnx.MatMul %p#0, %kt : (tensor<1x9x8xf32>, tensor<1x8x9xf32>) -> tensor<1x9x9xf32>
  %w = onnx.Softmax %s {axis = -1 : si64} : (tensor<1x9x9xf32>) -> tensor<1x9x9xf32>
  %c = onnx.Gather %w, %zero {axis = 1 : si64} : (tensor<1x9x9xf32>, tensor<i64>) -> tensor<1x9xf32>
  return %c : tensor<1x9xf32>
}

// All parts are read in part: the Split goes, as each part reads what it needs.

// CHECK-LABEL: func.func @split_of_part
// CHECK: %[[R:.+]] = onnx.Relu %{{.+}} : (tensor<1x16xf32>) -> tensor<1x16xf32>
// CHECK-NOT: onnx.Split
// CHECK-DAG: onnx.Slice %[[R]], {{.+}} -> tensor<1x8xf32>
// CHECK-DAG: onnx.Slice %[[R]], {{.+}} -> tensor<1x8xf32>
func.func @split_of_part(%x: tensor<9x16xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  %none = onnx.none
  %last = onnx.Constant : tensor<i64> = dense<-1> : tensor<i64>
  %r = onnx.Relu %x : (tensor<9x16xf32>) -> tensor<9x16xf32>
  %p:2 = onnx.Split %r, %none {axis = 1 : si64} : (tensor<9x16xf32>, none) -> (tensor<9x8xf32>, tensor<9x8xf32>)
  %a = onnx.Gather %p#0, %last {axis = 0 : si64} : (tensor<9x8xf32>, tensor<i64>) -> tensor<8xf32>
  %b = onnx.Gather %p#1, %last {axis = 0 : si64} : (tensor<9x8xf32>, tensor<i64>) -> tensor<8xf32>
  return %a, %b : tensor<8xf32>, tensor<8xf32>
}

// Constants are cut at compile time; inputs of a Concat that are not touched disappear.

// CHECK-LABEL: func.func @concat
// CHECK-NOT: onnx.Concat
// CHECK-DAG: %[[C:.+]] = onnx.Constant : tensor<1x2xf32> = dense<{{\[\[}}3.000000e+00, 4.000000e+00]]>
// CHECK-DAG: %[[X:.+]] = onnx.Slice %arg1, {{.+}} -> tensor<1x2xf32>
// CHECK: onnx.Add %[[X]], %[[C]]
func.func @concat(%x: tensor<2x2xf32>, %y: tensor<3x2xf32>) -> tensor<1x2xf32> {
  %none = onnx.none
  %three = onnx.Constant : tensor<1xi64> = dense<3> : tensor<1xi64>
  %four = onnx.Constant : tensor<1xi64> = dense<4> : tensor<1xi64>
  %table = onnx.Constant : tensor<5x2xf32> = dense<[[0.0, 0.0], [1.0, 1.0], [2.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<5x2xf32>
  %c = onnx.Concat %x, %y {axis = 0 : si64} : (tensor<2x2xf32>, tensor<3x2xf32>) -> tensor<5x2xf32>
  %s = onnx.Add %c, %table : (tensor<5x2xf32>, tensor<5x2xf32>) -> tensor<5x2xf32>
  %r = onnx.Slice %s, %three, %four, %none, %none : (tensor<5x2xf32>, tensor<1xi64>, tensor<1xi64>, none, none) -> tensor<1x2xf32>
  return %r : tensor<1x2xf32>
}

// Rows of a flattened batch: whole sequences first, then the rows in the one that remains.

// CHECK-LABEL: func.func @flattened
// CHECK: onnx.Relu %{{.+}} : (tensor<1x1x4xf32>) -> tensor<1x1x4xf32>
// CHECK: onnx.Gemm %{{.+}} : (tensor<1x4xf32>, tensor<4x4xf32>, none) -> tensor<1x4xf32>
func.func @flattened(%x: tensor<4x6x4xf32>, %w: tensor<4x4xf32>) -> tensor<4xf32> {
  %none = onnx.none
  %row = onnx.Constant : tensor<i64> = dense<13> : tensor<i64>
  %shape = onnx.Constant : tensor<2xi64> = dense<[24, 4]> : tensor<2xi64>
  %r = onnx.Relu %x : (tensor<4x6x4xf32>) -> tensor<4x6x4xf32>
  %f = onnx.Reshape %r, %shape : (tensor<4x6x4xf32>, tensor<2xi64>) -> tensor<24x4xf32>
  %g = onnx.Gemm %f, %w, %none {alpha = 1.0 : f32, beta = 1.0 : f32, trans_a = false, trans_b = false} : (tensor<24x4xf32>, tensor<4x4xf32>, none) -> tensor<24x4xf32>
  %y = onnx.Gather %g, %row {axis = 0 : si64} : (tensor<24x4xf32>, tensor<i64>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// Batches of a product, of which one operand broadcasts.

// CHECK-LABEL: func.func @batches
// CHECK-DAG: %[[A:.+]] = onnx.Slice %arg0, {{.+}} -> tensor<1x1x3x5xf32>
// CHECK-DAG: %[[B:.+]] = onnx.Slice %arg1, {{.+}} -> tensor<1x5x2xf32>
// CHECK: onnx.MatMul %[[A]], %[[B]] : (tensor<1x1x3x5xf32>, tensor<1x5x2xf32>) -> tensor<1x1x3x2xf32>
func.func @batches(%a: tensor<4x1x3x5xf32>, %b: tensor<6x5x2xf32>) -> tensor<1x1x3x2xf32> {
  %none = onnx.none
  %starts = onnx.Constant : tensor<2xi64> = dense<[1, -1]> : tensor<2xi64>
  %ends = onnx.Constant : tensor<2xi64> = dense<[2, 9223372036854775807]> : tensor<2xi64>
  %axes = onnx.Constant : tensor<2xi64> = dense<[0, -3]> : tensor<2xi64>
  %p = onnx.MatMul %a, %b : (tensor<4x1x3x5xf32>, tensor<6x5x2xf32>) -> tensor<4x6x3x2xf32>
  %y = onnx.Slice %p, %starts, %ends, %axes, %none : (tensor<4x6x3x2xf32>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>, none) -> tensor<1x1x3x2xf32>
  return %y : tensor<1x1x3x2xf32>
}

// A result that is a number, of rank 0, reads a part as any other.

// CHECK-LABEL: func.func @number
// CHECK-SAME: (%[[X:.+]]: tensor<4xf32>
// CHECK: %[[ONE:.+]] = onnx.Slice %[[X]], {{.+}} -> tensor<1xf32>
// CHECK: %[[NEGATED:.+]] = onnx.Neg %[[ONE]] : (tensor<1xf32>) -> tensor<1xf32>
// CHECK-NOT: onnx.Slice
// CHECK: %[[Y:.+]] = onnx.Reshape %[[NEGATED]], {{.+}} -> tensor<f32>
// CHECK: return %[[Y]]
func.func @number(%x: tensor<4xf32>) -> tensor<f32> {
  %two = onnx.Constant : tensor<i64> = dense<2> : tensor<i64>
  %negated = onnx.Neg %x : (tensor<4xf32>) -> tensor<4xf32>
  %y = onnx.Gather %negated, %two : (tensor<4xf32>, tensor<i64>) -> tensor<f32>
  return %y : tensor<f32>
}

// A tap reads one row of the queries, and so does what is left of the attention: no other is projected.

// CHECK-LABEL: func.func @tapped
// CHECK: onnx.MatMul %{{.+}}, %arg1 : (tensor<1x1x4xf32>, tensor<4x4xf32>) -> tensor<1x1x4xf32>
// CHECK-NOT: tensor.extract_slice
func.func @tapped(%x: tensor<1x6x4xf32>, %w: tensor<4x4xf32>) -> (tensor<1x1x4xf32>, tensor<1x1x4xf32>) {
  %none = onnx.none
  %zero = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %one = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %q = onnx.MatMul %x, %w : (tensor<1x6x4xf32>, tensor<4x4xf32>) -> tensor<1x6x4xf32>
  %t = tensor.extract_slice %q[0, 0, 0] [1, 1, 4] [1, 1, 1] : tensor<1x6x4xf32> to tensor<1x1x4xf32>
  %r = onnx.Relu %q : (tensor<1x6x4xf32>) -> tensor<1x6x4xf32>
  %y = onnx.Slice %r, %zero, %one, %one, %none : (tensor<1x6x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<1x1x4xf32>
  return %t, %y : tensor<1x1x4xf32>, tensor<1x1x4xf32>
}

// Rows turn each for itself: only the last one is projected, and only its angles are read.

// CHECK-LABEL: func.func @rotated
// CHECK: onnx.MatMul %{{.+}}, %arg1 : (tensor<1x1x4xf32>, tensor<4x4xf32>) -> tensor<1x1x4xf32>
// CHECK: onnx.RotaryEmbedding {{.*}} : (tensor<1x1x4xf32>, tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x1x4xf32>
// CHECK-NOT: onnx.Slice
// CHECK: return
func.func @rotated(%x: tensor<1x6x4xf32>, %w: tensor<4x4xf32>, %c: tensor<6x2xf32>, %s: tensor<2xf32>) -> tensor<1x1x4xf32> {
  %none = onnx.none
  %one = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %five = onnx.Constant : tensor<1xi64> = dense<5> : tensor<1xi64>
  %six = onnx.Constant : tensor<1xi64> = dense<6> : tensor<1xi64>
  %q = onnx.MatMul %x, %w : (tensor<1x6x4xf32>, tensor<4x4xf32>) -> tensor<1x6x4xf32>
  %r = onnx.RotaryEmbedding %q, %c, %s : (tensor<1x6x4xf32>, tensor<6x2xf32>, tensor<2xf32>) -> tensor<1x6x4xf32>
  %y = onnx.Slice %r, %five, %six, %one, %none : (tensor<1x6x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<1x1x4xf32>
  return %y : tensor<1x1x4xf32>
}
