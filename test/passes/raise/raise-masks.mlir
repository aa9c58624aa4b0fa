// RUN: fovea-opt %s --fovea-raise-attention --split-input-file | FileCheck %s
// RUN: fovea-opt %s --fovea-raise-attention="approx-masks=true" --split-input-file | FileCheck %s --check-prefix=APPROX

// Numbers that are not minus infinity. The lowest one hides where every row sees a key; -10000 hides when told so, and else is
// computed from the place of the score: no matrix is read.

// CHECK-LABEL: func.func @numbers
// CHECK: attn.attention {{.*}} mask = <causal> numerics
// CHECK-NOT: captures
// CHECK: attn.attention {{.*}} mask = <dense>
// CHECK: arith.cmpi sle
// CHECK: arith.select
// APPROX-LABEL: func.func @numbers
// APPROX: attn.attention {{.*}} mask = <causal>
// APPROX: attn.attention {{.*}} mask = <causal>
func.func @numbers(%q: tensor<1x1x3x4xf32>, %k: tensor<1x1x4x3xf32>, %v: tensor<1x1x3x4xf32>) -> (tensor<1x1x3x4xf32>, tensor<1x1x3x4xf32>) {
  %low = onnx.Constant : tensor<3x3xf32> = dense<[[0.0, 0xFF7FFFFF, 0xFF7FFFFF], [0.0, 0.0, 0xFF7FFFFF], [0.0, 0.0, 0.0]]> : tensor<3x3xf32>
  %s = onnx.MatMul %q, %k : (tensor<1x1x3x4xf32>, tensor<1x1x4x3xf32>) -> tensor<1x1x3x3xf32>
  %a = onnx.Add %s, %low : (tensor<1x1x3x3xf32>, tensor<3x3xf32>) -> tensor<1x1x3x3xf32>
  %p = onnx.Softmax %a : (tensor<1x1x3x3xf32>) -> tensor<1x1x3x3xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x1x3x3xf32>, tensor<1x1x3x4xf32>) -> tensor<1x1x3x4xf32>
  %some = onnx.Constant : tensor<3x3xf32> = dense<[[0.0, -10000.0, -10000.0], [0.0, 0.0, -10000.0], [0.0, 0.0, 0.0]]> : tensor<3x3xf32>
  %s2 = onnx.MatMul %o, %k : (tensor<1x1x3x4xf32>, tensor<1x1x4x3xf32>) -> tensor<1x1x3x3xf32>
  %a2 = onnx.Add %s2, %some : (tensor<1x1x3x3xf32>, tensor<3x3xf32>) -> tensor<1x1x3x3xf32>
  %p2 = onnx.Softmax %a2 : (tensor<1x1x3x3xf32>) -> tensor<1x1x3x3xf32>
  %o2 = onnx.MatMul %p2, %v : (tensor<1x1x3x3xf32>, tensor<1x1x3x4xf32>) -> tensor<1x1x3x4xf32>
  return %o, %o2 : tensor<1x1x3x4xf32>, tensor<1x1x3x4xf32>
}

// -----

// A row without a key by structure: the lowest number leaves it uniform, so it cannot hide, with or without the flag.

// CHECK-LABEL: func.func @empty_row
// CHECK: attn.attention {{.*}} mask = <dense>
// APPROX-LABEL: func.func @empty_row
// APPROX: attn.attention {{.*}} mask = <dense>
func.func @empty_row(%q: tensor<1x1x3x4xf32>, %k: tensor<1x1x4x3xf32>, %v: tensor<1x1x3x4xf32>) -> tensor<1x1x3x4xf32> {
  %low = onnx.Constant : tensor<3x3xf32> = dense<[[0xFF7FFFFF, 0xFF7FFFFF, 0xFF7FFFFF], [0.0, 0xFF7FFFFF, 0xFF7FFFFF], [0.0, 0.0, 0xFF7FFFFF]]> : tensor<3x3xf32>
  %s = onnx.MatMul %q, %k : (tensor<1x1x3x4xf32>, tensor<1x1x4x3xf32>) -> tensor<1x1x3x3xf32>
  %a = onnx.Add %s, %low : (tensor<1x1x3x3xf32>, tensor<3x3xf32>) -> tensor<1x1x3x3xf32>
  %p = onnx.Softmax %a : (tensor<1x1x3x3xf32>) -> tensor<1x1x3x3xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x1x3x3xf32>, tensor<1x1x3x4xf32>) -> tensor<1x1x3x4xf32>
  return %o : tensor<1x1x3x4xf32>
}

// -----

// Index arithmetic that no constant holds, and a padding mask beside it: the first becomes the attribute, the second is read
// where it was made.

// CHECK-LABEL: func.func @computed
// CHECK-NOT: onnx.Range
// CHECK-NOT: onnx.Expand
// CHECK: attn.attention {{.*}} captures(%arg3 : tensor<2x8192xi1>) domain = [2, 1, 8192, 8192, 4, 4] {{.*}} mask = <window, left = 255, right = 0>
func.func @computed(%q: tensor<2x1x8192x4xf32>, %k: tensor<2x1x4x8192xf32>, %v: tensor<2x1x8192x4xf32>, %pad: tensor<2x8192xi1>) -> tensor<2x1x8192x4xf32> {
  %zero = onnx.Constant : tensor<i64> = dense<0> : tensor<i64>
  %one = onnx.Constant : tensor<i64> = dense<1> : tensor<i64>
  %n = onnx.Constant : tensor<i64> = dense<8192> : tensor<i64>
  %first = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %second = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %axes = onnx.Constant : tensor<2xi64> = dense<[1, 2]> : tensor<2xi64>
  %shape = onnx.Constant : tensor<4xi64> = dense<[2, 1, 8192, 8192]> : tensor<4xi64>
  %width = onnx.Constant : tensor<i64> = dense<256> : tensor<i64>
  %inf = onnx.Constant : tensor<f32> = dense<0xFF800000> : tensor<f32>
  %range = onnx.Range %zero, %n, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<8192xi64>
  %i = onnx.Unsqueeze %range, %second : (tensor<8192xi64>, tensor<1xi64>) -> tensor<8192x1xi64>
  %j = onnx.Unsqueeze %range, %first : (tensor<8192xi64>, tensor<1xi64>) -> tensor<1x8192xi64>
  %causal = onnx.LessOrEqual %j, %i : (tensor<1x8192xi64>, tensor<8192x1xi64>) -> tensor<8192x8192xi1>
  %back = onnx.Sub %i, %j : (tensor<8192x1xi64>, tensor<1x8192xi64>) -> tensor<8192x8192xi64>
  %near = onnx.Less %back, %width : (tensor<8192x8192xi64>, tensor<i64>) -> tensor<8192x8192xi1>
  %both = onnx.And %causal, %near : (tensor<8192x8192xi1>, tensor<8192x8192xi1>) -> tensor<8192x8192xi1>
  %pad4 = onnx.Unsqueeze %pad, %axes : (tensor<2x8192xi1>, tensor<2xi64>) -> tensor<2x1x1x8192xi1>
  %wide = onnx.Expand %pad4, %shape : (tensor<2x1x1x8192xi1>, tensor<4xi64>) -> tensor<2x1x8192x8192xi1>
  %seen = onnx.And %wide, %both : (tensor<2x1x8192x8192xi1>, tensor<8192x8192xi1>) -> tensor<2x1x8192x8192xi1>
  %s = onnx.MatMul %q, %k : (tensor<2x1x8192x4xf32>, tensor<2x1x4x8192xf32>) -> tensor<2x1x8192x8192xf32>
  %a = onnx.Where %seen, %s, %inf : (tensor<2x1x8192x8192xi1>, tensor<2x1x8192x8192xf32>, tensor<f32>) -> tensor<2x1x8192x8192xf32>
  %p = onnx.Softmax %a : (tensor<2x1x8192x8192xf32>) -> tensor<2x1x8192x8192xf32>
  %o = onnx.MatMul %p, %v : (tensor<2x1x8192x8192xf32>, tensor<2x1x8192x4xf32>) -> tensor<2x1x8192x4xf32>
  return %o : tensor<2x1x8192x4xf32>
}

// -----

// A lower bound of the lowest number behind minus infinity: it hides where every row sees a key.

// CHECK-LABEL: func.func @bounded_below
// CHECK: attn.attention {{.*}} mask = <causal>
// CHECK: arith.maximumf
func.func @bounded_below(%q: tensor<1x1x3x4xf32>, %k: tensor<1x1x4x3xf32>, %v: tensor<1x1x3x4xf32>) -> tensor<1x1x3x4xf32> {
  %low = onnx.Constant : tensor<f32> = dense<0xFF7FFFFF> : tensor<f32>
  %m = onnx.Constant : tensor<3x3xf32> = dense<[[0.0, 0xFF800000, 0xFF800000], [0.0, 0.0, 0xFF800000], [0.0, 0.0, 0.0]]> : tensor<3x3xf32>
  %s = onnx.MatMul %q, %k : (tensor<1x1x3x4xf32>, tensor<1x1x4x3xf32>) -> tensor<1x1x3x3xf32>
  %a = onnx.Add %s, %m : (tensor<1x1x3x3xf32>, tensor<3x3xf32>) -> tensor<1x1x3x3xf32>
  %b = onnx.Max %a, %low : (tensor<1x1x3x3xf32>, tensor<f32>) -> tensor<1x1x3x3xf32>
  %p = onnx.Softmax %b : (tensor<1x1x3x3xf32>) -> tensor<1x1x3x3xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x1x3x3xf32>, tensor<1x1x3x4xf32>) -> tensor<1x1x3x4xf32>
  return %o : tensor<1x1x3x4xf32>
}

// -----

// The same with a row that sees nothing: it becomes uniform, and nothing hides by structure.

// CHECK-LABEL: func.func @bounded_empty_row
// CHECK: attn.attention {{.*}} mask = <dense>
func.func @bounded_empty_row(%q: tensor<1x1x3x4xf32>, %k: tensor<1x1x4x3xf32>, %v: tensor<1x1x3x4xf32>) -> tensor<1x1x3x4xf32> {
  %low = onnx.Constant : tensor<f32> = dense<0xFF7FFFFF> : tensor<f32>
  %m = onnx.Constant : tensor<3x3xf32> = dense<[[0xFF800000, 0xFF800000, 0xFF800000], [0.0, 0xFF800000, 0xFF800000], [0.0, 0.0, 0xFF800000]]> : tensor<3x3xf32>
  %s = onnx.MatMul %q, %k : (tensor<1x1x3x4xf32>, tensor<1x1x4x3xf32>) -> tensor<1x1x3x3xf32>
  %a = onnx.Add %s, %m : (tensor<1x1x3x3xf32>, tensor<3x3xf32>) -> tensor<1x1x3x3xf32>
  %b = onnx.Max %a, %low : (tensor<1x1x3x3xf32>, tensor<f32>) -> tensor<1x1x3x3xf32>
  %p = onnx.Softmax %b : (tensor<1x1x3x3xf32>) -> tensor<1x1x3x3xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x1x3x3xf32>, tensor<1x1x3x4xf32>) -> tensor<1x1x3x4xf32>
  return %o : tensor<1x1x3x4xf32>
}

// -----

// A mask and a bias added in f64 and cast to the scores' type: the sum is read behind the cast.

// CHECK-LABEL: func.func @wide_sum
// CHECK: %[[SUM:.+]] = onnx.Cast
// CHECK: attn.attention {{.*}}captures(%[[SUM]]
func.func @wide_sum(%q: tensor<1x1x3x4xf32>, %k: tensor<1x1x4x3xf32>, %v: tensor<1x1x3x4xf32>, %bias: tensor<3x3xf64>) -> tensor<1x1x3x4xf32> {
  %m = onnx.Constant : tensor<3x3xf64> = dense<[[0.0, -1.0e10, -1.0e10], [0.0, 0.0, -1.0e10], [0.0, 0.0, 0.0]]> : tensor<3x3xf64>
  %b = onnx.Add %m, %bias : (tensor<3x3xf64>, tensor<3x3xf64>) -> tensor<3x3xf64>
  %c = onnx.Cast %b {to = f32} : (tensor<3x3xf64>) -> tensor<3x3xf32>
  %s = onnx.MatMul %q, %k : (tensor<1x1x3x4xf32>, tensor<1x1x4x3xf32>) -> tensor<1x1x3x3xf32>
  %a = onnx.Add %s, %c : (tensor<1x1x3x3xf32>, tensor<3x3xf32>) -> tensor<1x1x3x3xf32>
  %p = onnx.Softmax %a : (tensor<1x1x3x3xf32>) -> tensor<1x1x3x3xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x1x3x3xf32>, tensor<1x1x3x4xf32>) -> tensor<1x1x3x4xf32>
  return %o : tensor<1x1x3x4xf32>
}

// -----

// The distance of two positions.

// CHECK-LABEL: func.func @distance
// CHECK: attn.attention {{.*}} mask = <window, left = 2, right = 2>
func.func @distance(%q: tensor<1x1x8x4xf32>, %k: tensor<1x1x4x8xf32>, %v: tensor<1x1x8x4xf32>) -> tensor<1x1x8x4xf32> {
  %zero = onnx.Constant : tensor<i64> = dense<0> : tensor<i64>
  %one = onnx.Constant : tensor<i64> = dense<1> : tensor<i64>
  %n = onnx.Constant : tensor<i64> = dense<8> : tensor<i64>
  %two = onnx.Constant : tensor<i64> = dense<2> : tensor<i64>
  %three = onnx.Constant : tensor<i64> = dense<3> : tensor<i64>
  %first = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %second = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %inf = onnx.Constant : tensor<f32> = dense<0xFF800000> : tensor<f32>
  %range = onnx.Range %zero, %n, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<8xi64>
  %i = onnx.Unsqueeze %range, %second : (tensor<8xi64>, tensor<1xi64>) -> tensor<8x1xi64>
  %j = onnx.Unsqueeze %range, %first : (tensor<8xi64>, tensor<1xi64>) -> tensor<1x8xi64>
  %back = onnx.Sub %i, %j : (tensor<8x1xi64>, tensor<1x8xi64>) -> tensor<8x8xi64>
  %far = onnx.Abs %back : (tensor<8x8xi64>) -> tensor<8x8xi64>
  %seen = onnx.LessOrEqual %far, %two : (tensor<8x8xi64>, tensor<i64>) -> tensor<8x8xi1>
  %s = onnx.MatMul %q, %k : (tensor<1x1x8x4xf32>, tensor<1x1x4x8xf32>) -> tensor<1x1x8x8xf32>
  %a = onnx.Where %seen, %s, %inf : (tensor<8x8xi1>, tensor<1x1x8x8xf32>, tensor<f32>) -> tensor<1x1x8x8xf32>
  %p = onnx.Softmax %a : (tensor<1x1x8x8xf32>) -> tensor<1x1x8x8xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x1x8x8xf32>, tensor<1x1x8x4xf32>) -> tensor<1x1x8x4xf32>
  return %o : tensor<1x1x8x4xf32>
}

// -----

// Positions with the same remainder.

// CHECK-DAG: #[[$SAME:.+]] = affine_set<(d0, d1, d2, d3) : (d2 mod 3 - d3 mod 3 == 0)>
// CHECK-LABEL: func.func @remainder
// CHECK: attn.attention {{.*}} mask = <#[[$SAME]]>
func.func @remainder(%q: tensor<1x1x8x4xf32>, %k: tensor<1x1x4x8xf32>, %v: tensor<1x1x8x4xf32>) -> tensor<1x1x8x4xf32> {
  %zero = onnx.Constant : tensor<i64> = dense<0> : tensor<i64>
  %one = onnx.Constant : tensor<i64> = dense<1> : tensor<i64>
  %n = onnx.Constant : tensor<i64> = dense<8> : tensor<i64>
  %two = onnx.Constant : tensor<i64> = dense<2> : tensor<i64>
  %three = onnx.Constant : tensor<i64> = dense<3> : tensor<i64>
  %first = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %second = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %inf = onnx.Constant : tensor<f32> = dense<0xFF800000> : tensor<f32>
  %range = onnx.Range %zero, %n, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<8xi64>
  %i = onnx.Unsqueeze %range, %second : (tensor<8xi64>, tensor<1xi64>) -> tensor<8x1xi64>
  %j = onnx.Unsqueeze %range, %first : (tensor<8xi64>, tensor<1xi64>) -> tensor<1x8xi64>
  %x = onnx.Mod %i, %three : (tensor<8x1xi64>, tensor<i64>) -> tensor<8x1xi64>
  %y = onnx.Mod %j, %three : (tensor<1x8xi64>, tensor<i64>) -> tensor<1x8xi64>
  %seen = onnx.Equal %x, %y : (tensor<8x1xi64>, tensor<1x8xi64>) -> tensor<8x8xi1>
  %s = onnx.MatMul %q, %k : (tensor<1x1x8x4xf32>, tensor<1x1x4x8xf32>) -> tensor<1x1x8x8xf32>
  %a = onnx.Where %seen, %s, %inf : (tensor<8x8xi1>, tensor<1x1x8x8xf32>, tensor<f32>) -> tensor<1x1x8x8xf32>
  %p = onnx.Softmax %a : (tensor<1x1x8x8xf32>) -> tensor<1x1x8x8xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x1x8x8xf32>, tensor<1x1x8x4xf32>) -> tensor<1x1x8x4xf32>
  return %o : tensor<1x1x8x4xf32>
}

// -----

// A causal mask that starts at the third query: the larger of two indices.

// CHECK-DAG: #[[$EARLY:.+]] = affine_set<(d0, d1, d2, d3) : (d2 - 2 >= 0, d2 - d3 >= 0)>
// CHECK-DAG: #[[$LATE:.+]] = affine_set<(d0, d1, d2, d3) : (-d2 + 1 >= 0, -d3 + 2 >= 0)>
// CHECK-LABEL: func.func @larger_bound
// CHECK: attn.attention {{.*}} mask = <#[[$EARLY]], #[[$LATE]]>
func.func @larger_bound(%q: tensor<1x1x8x4xf32>, %k: tensor<1x1x4x8xf32>, %v: tensor<1x1x8x4xf32>) -> tensor<1x1x8x4xf32> {
  %zero = onnx.Constant : tensor<i64> = dense<0> : tensor<i64>
  %one = onnx.Constant : tensor<i64> = dense<1> : tensor<i64>
  %n = onnx.Constant : tensor<i64> = dense<8> : tensor<i64>
  %two = onnx.Constant : tensor<i64> = dense<2> : tensor<i64>
  %three = onnx.Constant : tensor<i64> = dense<3> : tensor<i64>
  %first = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %second = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %inf = onnx.Constant : tensor<f32> = dense<0xFF800000> : tensor<f32>
  %range = onnx.Range %zero, %n, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<8xi64>
  %i = onnx.Unsqueeze %range, %second : (tensor<8xi64>, tensor<1xi64>) -> tensor<8x1xi64>
  %j = onnx.Unsqueeze %range, %first : (tensor<8xi64>, tensor<1xi64>) -> tensor<1x8xi64>
  %last = onnx.Max %i, %two : (tensor<8x1xi64>, tensor<i64>) -> tensor<8x1xi64>
  %seen = onnx.LessOrEqual %j, %last : (tensor<1x8xi64>, tensor<8x1xi64>) -> tensor<8x8xi1>
  %s = onnx.MatMul %q, %k : (tensor<1x1x8x4xf32>, tensor<1x1x4x8xf32>) -> tensor<1x1x8x8xf32>
  %a = onnx.Where %seen, %s, %inf : (tensor<8x8xi1>, tensor<1x1x8x8xf32>, tensor<f32>) -> tensor<1x1x8x8xf32>
  %p = onnx.Softmax %a : (tensor<1x1x8x8xf32>) -> tensor<1x1x8x8xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x1x8x8xf32>, tensor<1x1x8x4xf32>) -> tensor<1x1x8x4xf32>
  return %o : tensor<1x1x8x4xf32>
}

// -----

// Positions as running sums of ones.

// CHECK-LABEL: func.func @counted
// CHECK: attn.attention {{.*}} mask = <causal>
func.func @counted(%q: tensor<1x1x8x4xf32>, %k: tensor<1x1x4x8xf32>, %v: tensor<1x1x8x4xf32>) -> tensor<1x1x8x4xf32> {
  %zero = onnx.Constant : tensor<i64> = dense<0> : tensor<i64>
  %one = onnx.Constant : tensor<i64> = dense<1> : tensor<i64>
  %n = onnx.Constant : tensor<i64> = dense<8> : tensor<i64>
  %two = onnx.Constant : tensor<i64> = dense<2> : tensor<i64>
  %three = onnx.Constant : tensor<i64> = dense<3> : tensor<i64>
  %first = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %second = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %inf = onnx.Constant : tensor<f32> = dense<0xFF800000> : tensor<f32>
  %width = onnx.Constant : tensor<1xi64> = dense<8> : tensor<1xi64>
  %ones = onnx.Expand %one, %width : (tensor<i64>, tensor<1xi64>) -> tensor<8xi64>
  %range = onnx.CumSum %ones, %zero {exclusive = true} : (tensor<8xi64>, tensor<i64>) -> tensor<8xi64>
  %i = onnx.Unsqueeze %range, %second : (tensor<8xi64>, tensor<1xi64>) -> tensor<8x1xi64>
  %j = onnx.Unsqueeze %range, %first : (tensor<8xi64>, tensor<1xi64>) -> tensor<1x8xi64>
  %seen = onnx.LessOrEqual %j, %i : (tensor<1x8xi64>, tensor<8x1xi64>) -> tensor<8x8xi1>
  %s = onnx.MatMul %q, %k : (tensor<1x1x8x4xf32>, tensor<1x1x4x8xf32>) -> tensor<1x1x8x8xf32>
  %a = onnx.Where %seen, %s, %inf : (tensor<8x8xi1>, tensor<1x1x8x8xf32>, tensor<f32>) -> tensor<1x1x8x8xf32>
  %p = onnx.Softmax %a : (tensor<1x1x8x8xf32>) -> tensor<1x1x8x8xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x1x8x8xf32>, tensor<1x1x8x4xf32>) -> tensor<1x1x8x4xf32>
  return %o : tensor<1x1x8x4xf32>
}
