// RUN: fovea-opt %s --fovea-raise-attention --split-input-file | FileCheck %s

// What authors of single modules write around a Softmax: the ops near it are respelled, then matched.

// Both products as a Gemm with an addend (addmm): the first adds a bias per key, the second a residual.

// CHECK-LABEL: func.func @addends
// CHECK: %[[A:.+]] = attn.attention ins(%arg0, %arg1, %arg2 : {{.+}}) captures(%arg3 : tensor<7xf32>) domain = [1, 1, 9, 7, 16, 8]
// CHECK: arith.addf
// CHECK: %[[Y:.+]] = onnx.Add %[[A]], %arg4
// CHECK-NEXT: return %[[Y]]
func.func @addends(%q: tensor<9x16xf32>, %k: tensor<7x16xf32>, %v: tensor<7x8xf32>, %bias: tensor<7xf32>, %x: tensor<9x8xf32>) -> tensor<9x8xf32> {
  %s = onnx.Gemm %q, %k, %bias {alpha = 2.500000e-01 : f32, beta = 1.000000e+00 : f32, trans_a = false, trans_b = true} : (tensor<9x16xf32>, tensor<7x16xf32>, tensor<7xf32>) -> tensor<9x7xf32>
  %p = onnx.Softmax %s : (tensor<9x7xf32>) -> tensor<9x7xf32>
  %y = onnx.Gemm %p, %v, %x {alpha = 1.000000e+00 : f32, beta = 1.000000e+00 : f32, trans_a = false, trans_b = false} : (tensor<9x7xf32>, tensor<7x8xf32>, tensor<9x8xf32>) -> tensor<9x8xf32>
  return %y : tensor<9x8xf32>
}

// -----

// Pooling by one vector of numbers (hierarchical attention): a query without dimensions of its own.

// CHECK-LABEL: func.func @vector_query
// CHECK: attn.attention ins(%{{.+}}, %arg0, %arg0 :
// CHECK-SAME: domain = [2, 1, 1, 9, 16, 16]
func.func @vector_query(%x: tensor<2x9x16xf32>, %u: tensor<16xf32>) -> tensor<2x1x16xf32> {
  %one = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %s = onnx.MatMul %x, %u : (tensor<2x9x16xf32>, tensor<16xf32>) -> tensor<2x9xf32>
  %p = onnx.Softmax %s : (tensor<2x9xf32>) -> tensor<2x9xf32>
  %w = onnx.Unsqueeze %p, %one : (tensor<2x9xf32>, tensor<1xi64>) -> tensor<2x1x9xf32>
  %y = onnx.MatMul %w, %x : (tensor<2x1x9xf32>, tensor<2x9x16xf32>) -> tensor<2x1x16xf32>
  return %y : tensor<2x1x16xf32>
}

// -----

// Global context (GCNet): the scores are a convolution of single points to one channel, with a bias.

// CHECK-LABEL: func.func @pointwise_convolution
// CHECK: attn.attention ins(%arg1, %{{.+}}, %{{.+}} : tensor<1x16x1x1xf32>, tensor<2x16x20xf32>, tensor<2x1x16x20xf32>)
// CHECK-SAME: domain = [2, 1, 1, 20, 16, 16]
func.func @pointwise_convolution(%x: tensor<2x16x4x5xf32>, %w: tensor<1x16x1x1xf32>, %b: tensor<1xf32>) -> tensor<2x1x16x1xf32> {
  %three = onnx.Constant : tensor<3xi64> = dense<[2, 1, 20]> : tensor<3xi64>
  %four = onnx.Constant : tensor<4xi64> = dense<[2, 1, 16, 20]> : tensor<4xi64>
  %last = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %c = onnx.Conv %x, %w, %b {auto_pad = "NOTSET", dilations = array<i64: 1, 1>, group = 1 : si64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<2x16x4x5xf32>, tensor<1x16x1x1xf32>, tensor<1xf32>) -> tensor<2x1x4x5xf32>
  %s = onnx.Reshape %c, %three {allow_zero = true} : (tensor<2x1x4x5xf32>, tensor<3xi64>) -> tensor<2x1x20xf32>
  %p = onnx.Softmax %s : (tensor<2x1x20xf32>) -> tensor<2x1x20xf32>
  %m = onnx.Unsqueeze %p, %last : (tensor<2x1x20xf32>, tensor<1xi64>) -> tensor<2x1x20x1xf32>
  %v = onnx.Reshape %x, %four {allow_zero = true} : (tensor<2x16x4x5xf32>, tensor<4xi64>) -> tensor<2x1x16x20xf32>
  %y = onnx.MatMul %v, %m : (tensor<2x1x16x20xf32>, tensor<2x1x20x1xf32>) -> tensor<2x1x16x1xf32>
  return %y : tensor<2x1x16x1xf32>
}

// -----

// nan_to_num: a probability is no infinity, so only the first test is a guard.

// CHECK-LABEL: func.func @nan_to_num
// CHECK-NOT: onnx.IsInf
// CHECK: attn.attention
// CHECK-SAME: maskedRows = zero
// CHECK-NOT: onnx
func.func @nan_to_num(%q: tensor<2x9x16xf32>, %k: tensor<2x16x7xf32>, %v: tensor<2x7x8xf32>) -> tensor<2x9x8xf32> {
  %zero = onnx.Constant : tensor<f32> = dense<0.0> : tensor<f32>
  %big = onnx.Constant : tensor<f32> = dense<3.0e38> : tensor<f32>
  %s = onnx.MatMul %q, %k : (tensor<2x9x16xf32>, tensor<2x16x7xf32>) -> tensor<2x9x7xf32>
  %p = onnx.Softmax %s : (tensor<2x9x7xf32>) -> tensor<2x9x7xf32>
  %n = onnx.IsNaN %p : (tensor<2x9x7xf32>) -> tensor<2x9x7xi1>
  %a = onnx.Where %n, %zero, %p : (tensor<2x9x7xi1>, tensor<f32>, tensor<2x9x7xf32>) -> tensor<2x9x7xf32>
  %i = onnx.IsInf %a : (tensor<2x9x7xf32>) -> tensor<2x9x7xi1>
  %g = onnx.Greater %a, %zero : (tensor<2x9x7xf32>, tensor<f32>) -> tensor<2x9x7xi1>
  %both = onnx.And %i, %g : (tensor<2x9x7xi1>, tensor<2x9x7xi1>) -> tensor<2x9x7xi1>
  %b = onnx.Where %both, %big, %a : (tensor<2x9x7xi1>, tensor<f32>, tensor<2x9x7xf32>) -> tensor<2x9x7xf32>
  %y = onnx.MatMul %b, %v : (tensor<2x9x7xf32>, tensor<2x7x8xf32>) -> tensor<2x9x8xf32>
  return %y : tensor<2x9x8xf32>
}

// -----

// scores[:, :, 0] = -inf, in the words of both exporters.

// CHECK: #[[$FIRST:.+]] = affine_set<(d0, d1, d2, d3) : (d3 - 1 >= 0)>
// CHECK-LABEL: func.func @hidden_column
// CHECK: attn.attention
// CHECK-SAME: mask = <#[[$FIRST]]>
// CHECK-NOT: onnx.Scatter
func.func @hidden_column(%q: tensor<1x2x16xf32>, %k: tensor<1x16x3xf32>, %v: tensor<1x3x8xf32>) -> tensor<1x2x8xf32> {
  %at = onnx.Constant : tensor<1x2x1x3xi64> = dense<[[[[0, 0, 0]], [[0, 1, 0]]]]> : tensor<1x2x1x3xi64>
  %inf = onnx.Constant : tensor<1x2x1xf32> = dense<0xFF800000> : tensor<1x2x1xf32>
  %s = onnx.MatMul %q, %k : (tensor<1x2x16xf32>, tensor<1x16x3xf32>) -> tensor<1x2x3xf32>
  %h = onnx.ScatterND %s, %at, %inf {reduction = "none"} : (tensor<1x2x3xf32>, tensor<1x2x1x3xi64>, tensor<1x2x1xf32>) -> tensor<1x2x3xf32>
  %p = onnx.Softmax %h : (tensor<1x2x3xf32>) -> tensor<1x2x3xf32>
  %y = onnx.MatMul %p, %v : (tensor<1x2x3xf32>, tensor<1x3x8xf32>) -> tensor<1x2x8xf32>
  return %y : tensor<1x2x8xf32>
}

// CHECK-LABEL: func.func @hidden_column_of_elements
// CHECK: attn.attention
// CHECK-SAME: mask = <#[[$FIRST]]>
// CHECK-NOT: onnx.Scatter
func.func @hidden_column_of_elements(%q: tensor<1x2x16xf32>, %k: tensor<1x16x3xf32>, %v: tensor<1x3x8xf32>) -> tensor<1x2x8xf32> {
  %at = onnx.Constant : tensor<1x2x1xi64> = dense<0> : tensor<1x2x1xi64>
  %inf = onnx.Constant : tensor<1x2x1xf32> = dense<0xFF800000> : tensor<1x2x1xf32>
  %s = onnx.MatMul %q, %k : (tensor<1x2x16xf32>, tensor<1x16x3xf32>) -> tensor<1x2x3xf32>
  %h = onnx.ScatterElements %s, %at, %inf {axis = 2 : si64, reduction = "none"} : (tensor<1x2x3xf32>, tensor<1x2x1xi64>, tensor<1x2x1xf32>) -> tensor<1x2x3xf32>
  %p = onnx.Softmax %h : (tensor<1x2x3xf32>) -> tensor<1x2x3xf32>
  %y = onnx.MatMul %p, %v : (tensor<1x2x3xf32>, tensor<1x3x8xf32>) -> tensor<1x2x8xf32>
  return %y : tensor<1x2x8xf32>
}

// -----

// Differential attention: the difference of two softmaxes times values is that of two attentions.

// CHECK-LABEL: func.func @difference
// CHECK: %[[A:.+]] = attn.attention ins(%arg0, %arg1, %arg4 :
// CHECK: %[[B:.+]] = attn.attention ins(%arg2, %arg3, %arg4 :
// CHECK: %[[W:.+]] = onnx.Mul %[[B]]
// CHECK: onnx.Sub %[[A]], %[[W]]
func.func @difference(%q: tensor<2x9x16xf32>, %k: tensor<2x16x7xf32>, %r: tensor<2x9x16xf32>, %l: tensor<2x16x7xf32>, %v: tensor<2x7x8xf32>) -> tensor<2x9x8xf32> {
  %weight = onnx.Constant : tensor<f32> = dense<0.4> : tensor<f32>
  %s = onnx.MatMul %q, %k : (tensor<2x9x16xf32>, tensor<2x16x7xf32>) -> tensor<2x9x7xf32>
  %p = onnx.Softmax %s : (tensor<2x9x7xf32>) -> tensor<2x9x7xf32>
  %t = onnx.MatMul %r, %l : (tensor<2x9x16xf32>, tensor<2x16x7xf32>) -> tensor<2x9x7xf32>
  %u = onnx.Softmax %t : (tensor<2x9x7xf32>) -> tensor<2x9x7xf32>
  %w = onnx.Mul %weight, %u : (tensor<f32>, tensor<2x9x7xf32>) -> tensor<2x9x7xf32>
  %d = onnx.Sub %p, %w : (tensor<2x9x7xf32>, tensor<2x9x7xf32>) -> tensor<2x9x7xf32>
  %y = onnx.MatMul %d, %v : (tensor<2x9x7xf32>, tensor<2x7x8xf32>) -> tensor<2x9x8xf32>
  return %y : tensor<2x9x8xf32>
}

// -----

// Probabilities that are masked by key and normalised again: the sum is one column of values more.

// CHECK-LABEL: func.func @normalized_again
// CHECK: %[[V:.+]] = onnx.Concat
// CHECK: %[[A:.+]] = attn.attention ins(%arg0, %arg1, %[[V]] :
// CHECK-SAME: domain = [2, 1, 9, 7, 16, 9]
// CHECK-DAG: %[[T:.+]] = onnx.Slice %[[A]]
// CHECK-DAG: %[[E:.+]] = onnx.Add %[[T]]
// CHECK: onnx.Div {{.+}}, %[[E]]
func.func @normalized_again(%q: tensor<2x9x16xf32>, %k: tensor<2x16x7xf32>, %v: tensor<2x7x8xf32>, %m: tensor<2x1x7xf32>) -> tensor<2x9x8xf32> {
  %last = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %small = onnx.Constant : tensor<f32> = dense<1.0e-13> : tensor<f32>
  %s = onnx.MatMul %q, %k : (tensor<2x9x16xf32>, tensor<2x16x7xf32>) -> tensor<2x9x7xf32>
  %p = onnx.Softmax %s : (tensor<2x9x7xf32>) -> tensor<2x9x7xf32>
  %w = onnx.Mul %p, %m : (tensor<2x9x7xf32>, tensor<2x1x7xf32>) -> tensor<2x9x7xf32>
  %t = onnx.ReduceSum %w, %last {keepdims = true} : (tensor<2x9x7xf32>, tensor<1xi64>) -> tensor<2x9x1xf32>
  %e = onnx.Add %t, %small : (tensor<2x9x1xf32>, tensor<f32>) -> tensor<2x9x1xf32>
  %n = onnx.Div %w, %e : (tensor<2x9x7xf32>, tensor<2x9x1xf32>) -> tensor<2x9x7xf32>
  %y = onnx.MatMul %n, %v : (tensor<2x9x7xf32>, tensor<2x7x8xf32>) -> tensor<2x9x8xf32>
  return %y : tensor<2x9x8xf32>
}

// -----

// Graph attention: a score is the sum of a number per query and one per key, through LeakyRelu.

// CHECK-LABEL: func.func @leaky
// CHECK: attn.attention
// CHECK-DAG: arith.maximumf
// CHECK-DAG: %[[BELOW:.+]] = arith.minimumf
// CHECK: arith.mulf %[[BELOW]]
func.func @leaky(%h: tensor<9x8xf32>, %a: tensor<8x1xf32>, %b: tensor<1x9xf32>) -> tensor<9x8xf32> {
  %s = onnx.MatMul %h, %a : (tensor<9x8xf32>, tensor<8x1xf32>) -> tensor<9x1xf32>
  %e = onnx.Add %s, %b : (tensor<9x1xf32>, tensor<1x9xf32>) -> tensor<9x9xf32>
  %l = onnx.LeakyRelu %e {alpha = 2.000000e-01 : f32} : (tensor<9x9xf32>) -> tensor<9x9xf32>
  %p = onnx.Softmax %l : (tensor<9x9xf32>) -> tensor<9x9xf32>
  %y = onnx.MatMul %p, %h : (tensor<9x9xf32>, tensor<9x8xf32>) -> tensor<9x8xf32>
  return %y : tensor<9x8xf32>
}

// -----

// One sentence without a batch, and one query: vectors throughout.

// CHECK-LABEL: func.func @vectors
// CHECK: attn.attention
// CHECK-SAME: domain = [1, 1, 1, 9, 16, 16]
func.func @vectors(%q: tensor<16xf32>, %k: tensor<16x9xf32>, %v: tensor<9x16xf32>) -> tensor<16xf32> {
  %s = onnx.MatMul %q, %k : (tensor<16xf32>, tensor<16x9xf32>) -> tensor<9xf32>
  %p = onnx.Softmax %s : (tensor<9xf32>) -> tensor<9xf32>
  %o = onnx.MatMul %p, %v : (tensor<9xf32>, tensor<9x16xf32>) -> tensor<16xf32>
  return %o : tensor<16xf32>
}

// -----

// A memory beside the sequence: two products with the same queries, one Softmax, two products with its parts.

// CHECK-LABEL: func.func @memory
// CHECK-DAG: %[[M:.+]] = onnx.Expand %arg2
// CHECK-DAG: %[[K:.+]] = onnx.Concat %arg1, %[[M]]
// CHECK-DAG: %[[N:.+]] = onnx.Expand %arg4
// CHECK-DAG: %[[V:.+]] = onnx.Concat %arg3, %[[N]]
// CHECK: %[[A:.+]] = attn.attention ins(%arg0, %[[K]], %[[V]] :
// CHECK-SAME: domain = [2, 1, 9, 10, 16, 8]
// CHECK: return %[[A]]
func.func @memory(%q: tensor<2x9x16xf32>, %k: tensor<2x16x7xf32>, %m: tensor<16x3xf32>, %v: tensor<2x7x8xf32>, %n: tensor<3x8xf32>) -> tensor<2x9x8xf32> {
  %scale = onnx.Constant : tensor<f32> = dense<0.25> : tensor<f32>
  %zero = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %seven = onnx.Constant : tensor<1xi64> = dense<7> : tensor<1xi64>
  %ten = onnx.Constant : tensor<1xi64> = dense<10> : tensor<1xi64>
  %last = onnx.Constant : tensor<1xi64> = dense<2> : tensor<1xi64>
  %none = onnx.none
  %s = onnx.MatMul %q, %k : (tensor<2x9x16xf32>, tensor<2x16x7xf32>) -> tensor<2x9x7xf32>
  %t = onnx.MatMul %q, %m : (tensor<2x9x16xf32>, tensor<16x3xf32>) -> tensor<2x9x3xf32>
  %c = onnx.Concat %s, %t {axis = -1 : si64} : (tensor<2x9x7xf32>, tensor<2x9x3xf32>) -> tensor<2x9x10xf32>
  %d = onnx.Mul %c, %scale : (tensor<2x9x10xf32>, tensor<f32>) -> tensor<2x9x10xf32>
  %p = onnx.Softmax %d : (tensor<2x9x10xf32>) -> tensor<2x9x10xf32>
  %a = onnx.Slice %p, %zero, %seven, %last, %none : (tensor<2x9x10xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<2x9x7xf32>
  %b = onnx.Slice %p, %seven, %ten, %last, %none : (tensor<2x9x10xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<2x9x3xf32>
  %x = onnx.MatMul %a, %v : (tensor<2x9x7xf32>, tensor<2x7x8xf32>) -> tensor<2x9x8xf32>
  %y = onnx.MatMul %b, %n : (tensor<2x9x3xf32>, tensor<3x8xf32>) -> tensor<2x9x8xf32>
  %o = onnx.Add %x, %y : (tensor<2x9x8xf32>, tensor<2x9x8xf32>) -> tensor<2x9x8xf32>
  return %o : tensor<2x9x8xf32>
}

// -----

// A neighbourhood that a loop walks over: a score, and a weighted value, for each place of it.

// CHECK-LABEL: func.func @neighbourhood
// CHECK: attn.attention
// CHECK-SAME: domain = [2, 20, 1, 2, 8, 6]
// CHECK-NOT: onnx.ReduceSum
// CHECK-NOT: onnx.Add
func.func @neighbourhood(%q: tensor<2x8x20xf32>, %k: tensor<2x8x20xf32>, %l: tensor<2x8x20xf32>, %v: tensor<2x6x20xf32>, %w: tensor<2x6x20xf32>) -> tensor<2x6x20xf32> {
  %zero = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %one = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %two = onnx.Constant : tensor<1xi64> = dense<2> : tensor<1xi64>
  %none = onnx.none
  %m = onnx.Mul %q, %k : (tensor<2x8x20xf32>, tensor<2x8x20xf32>) -> tensor<2x8x20xf32>
  %s = onnx.ReduceSum %m, %one {keepdims = false} : (tensor<2x8x20xf32>, tensor<1xi64>) -> tensor<2x20xf32>
  %t = onnx.Unsqueeze %s, %one : (tensor<2x20xf32>, tensor<1xi64>) -> tensor<2x1x20xf32>
  %n = onnx.Mul %l, %q : (tensor<2x8x20xf32>, tensor<2x8x20xf32>) -> tensor<2x8x20xf32>
  %u = onnx.ReduceSum %n, %one {keepdims = true} : (tensor<2x8x20xf32>, tensor<1xi64>) -> tensor<2x1x20xf32>
  %c = onnx.Concat %t, %u {axis = 1 : si64} : (tensor<2x1x20xf32>, tensor<2x1x20xf32>) -> tensor<2x2x20xf32>
  %p = onnx.Softmax %c {axis = 1 : si64} : (tensor<2x2x20xf32>) -> tensor<2x2x20xf32>
  %a = onnx.Slice %p, %zero, %one, %one, %none : (tensor<2x2x20xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<2x1x20xf32>
  %b = onnx.Slice %p, %one, %two, %one, %none : (tensor<2x2x20xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<2x1x20xf32>
  %x = onnx.Mul %a, %v : (tensor<2x1x20xf32>, tensor<2x6x20xf32>) -> tensor<2x6x20xf32>
  %y = onnx.Mul %w, %b : (tensor<2x6x20xf32>, tensor<2x1x20xf32>) -> tensor<2x6x20xf32>
  %o = onnx.Add %x, %y : (tensor<2x6x20xf32>, tensor<2x6x20xf32>) -> tensor<2x6x20xf32>
  return %o : tensor<2x6x20xf32>
}

// -----

// Keys of all blocks beside those of each (PegasusX): the product with the former takes the rows of all blocks at once.

// CHECK-LABEL: func.func @global_and_local
// CHECK-COUNT-1: attn.attention {{.*}}domain = [{{[0-9]+, [0-9]+}}, 4, 6, 8, 8]
// CHECK-NOT: onnx.MatMul
func.func @global_and_local(%q: tensor<3x8x8xf32>, %k: tensor<3x2x8x4xf32>, %g: tensor<3x8x2xf32>, %v: tensor<3x2x4x8xf32>, %w: tensor<3x2x8xf32>) -> tensor<3x2x4x8xf32> {
  %zero = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %two = onnx.Constant : tensor<1xi64> = dense<2> : tensor<1xi64>
  %three = onnx.Constant : tensor<1xi64> = dense<3> : tensor<1xi64>
  %six = onnx.Constant : tensor<1xi64> = dense<6> : tensor<1xi64>
  %rows = onnx.Constant : tensor<4xi64> = dense<[3, 2, 4, 8]> : tensor<4xi64>
  %scores = onnx.Constant : tensor<4xi64> = dense<[3, 2, 4, 2]> : tensor<4xi64>
  %merged = onnx.Constant : tensor<3xi64> = dense<[3, 8, 2]> : tensor<3xi64>
  %none = onnx.none
  %r = onnx.Reshape %q, %rows : (tensor<3x8x8xf32>, tensor<4xi64>) -> tensor<3x2x4x8xf32>
  %a = onnx.MatMul %q, %g : (tensor<3x8x8xf32>, tensor<3x8x2xf32>) -> tensor<3x8x2xf32>
  %b = onnx.Reshape %a, %scores : (tensor<3x8x2xf32>, tensor<4xi64>) -> tensor<3x2x4x2xf32>
  %c = onnx.MatMul %r, %k : (tensor<3x2x4x8xf32>, tensor<3x2x8x4xf32>) -> tensor<3x2x4x4xf32>
  %s = onnx.Concat %b, %c {axis = -1 : si64} : (tensor<3x2x4x2xf32>, tensor<3x2x4x4xf32>) -> tensor<3x2x4x6xf32>
  %p = onnx.Softmax %s : (tensor<3x2x4x6xf32>) -> tensor<3x2x4x6xf32>
  %d = onnx.Slice %p, %zero, %two, %three, %none : (tensor<3x2x4x6xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<3x2x4x2xf32>
  %e = onnx.Slice %p, %two, %six, %three, %none : (tensor<3x2x4x6xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<3x2x4x4xf32>
  %f = onnx.Reshape %d, %merged : (tensor<3x2x4x2xf32>, tensor<3xi64>) -> tensor<3x8x2xf32>
  %x = onnx.MatMul %f, %w : (tensor<3x8x2xf32>, tensor<3x2x8xf32>) -> tensor<3x8x8xf32>
  %y = onnx.Reshape %x, %rows : (tensor<3x8x8xf32>, tensor<4xi64>) -> tensor<3x2x4x8xf32>
  %z = onnx.MatMul %e, %v : (tensor<3x2x4x4xf32>, tensor<3x2x4x8xf32>) -> tensor<3x2x4x8xf32>
  %o = onnx.Add %y, %z : (tensor<3x2x4x8xf32>, tensor<3x2x4x8xf32>) -> tensor<3x2x4x8xf32>
  return %o : tensor<3x2x4x8xf32>
}

// -----

// Parts that are not all of the probabilities stay.

// CHECK-LABEL: func.func @some_parts
// CHECK-NOT: attn.attention
func.func @some_parts(%q: tensor<9x16xf32>, %k: tensor<16x7xf32>, %v: tensor<3x8xf32>, %w: tensor<3x8xf32>) -> tensor<9x8xf32> {
  %zero = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %one = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %three = onnx.Constant : tensor<1xi64> = dense<3> : tensor<1xi64>
  %four = onnx.Constant : tensor<1xi64> = dense<4> : tensor<1xi64>
  %seven = onnx.Constant : tensor<1xi64> = dense<7> : tensor<1xi64>
  %none = onnx.none
  %s = onnx.MatMul %q, %k : (tensor<9x16xf32>, tensor<16x7xf32>) -> tensor<9x7xf32>
  %p = onnx.Softmax %s : (tensor<9x7xf32>) -> tensor<9x7xf32>
  %a = onnx.Slice %p, %zero, %three, %one, %none : (tensor<9x7xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<9x3xf32>
  %b = onnx.Slice %p, %four, %seven, %one, %none : (tensor<9x7xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<9x3xf32>
  %x = onnx.MatMul %a, %v : (tensor<9x3xf32>, tensor<3x8xf32>) -> tensor<9x8xf32>
  %y = onnx.MatMul %b, %w : (tensor<9x3xf32>, tensor<3x8xf32>) -> tensor<9x8xf32>
  %o = onnx.Add %x, %y : (tensor<9x8xf32>, tensor<9x8xf32>) -> tensor<9x8xf32>
  return %o : tensor<9x8xf32>
}
