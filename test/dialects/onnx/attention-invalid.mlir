// RUN: fovea-opt %s --fovea-infer-shapes -verify-diagnostics -split-input-file

func.func @heads(%q: tensor<1x5x8xf32>) {
  %none = onnx.none
  // expected-error @below {{q_num_heads is 0, expected a positive number}}
  %0 = onnx.Attention %q, %q, %q, %none {q_num_heads = 0 : si64, kv_num_heads = 2 : si64} : (tensor<1x5x8xf32>, tensor<1x5x8xf32>, tensor<1x5x8xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @pairs(%x: tensor<2x6xf32>, %c: tensor<2x3xf32>) {
  // expected-error @below {{rotated_size is 3, expected an even number of elements}}
  %0 = onnx.RotaryEmbedding %x, %c, %c {rotated_size = 3 : si64} : (tensor<2x6xf32>, tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x6xf32>
  return
}

// -----

func.func @mask(%q: tensor<1x2x5x4xf32>, %m: tensor<5x6xi1>) {
  // expected-error @below {{operand mask [5, 6] does not broadcast to [batch, heads, queries, keys] [1, 2, 5, 5]}}
  %0 = onnx.Attention %q, %q, %q, %m {} : (tensor<1x2x5x4xf32>, tensor<1x2x5x4xf32>, tensor<1x2x5x4xf32>, tensor<5x6xi1>) -> tensor<*xf32>
  return
}

// -----

func.func @odd_pairs(%x: tensor<2x5xf32>, %c: tensor<2x2xf32>) {
  // expected-error @below {{turns 5 elements, which make no pairs}}
  %0 = onnx.RotaryEmbedding %x, %c, %c : (tensor<2x5xf32>, tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @short_rows(%x: tensor<2x4xf32>, %c: tensor<2x3xf32>) {
  // expected-error @below {{turns 6 elements of rows of 4}}
  %0 = onnx.RotaryEmbedding %x, %c, %c {rotated_size = 6 : si64} : (tensor<2x4xf32>, tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @angles(%x: tensor<2x4xf32>, %c: tensor<2x2xf32>, %s: tensor<3x2xf32>) {
  // expected-error @below {{operand sine [3, 2] does not broadcast to the pairs of operand x [2, 2]}}
  %0 = onnx.RotaryEmbedding %x, %c, %s : (tensor<2x4xf32>, tensor<2x2xf32>, tensor<3x2xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @heads_differ(%a: tensor<1x2x5x4xf32>, %b: tensor<1x2x5x4xf32>, %c: tensor<1x2x5x4xf32>) {
  %none = onnx.none
  // expected-error @below {{operand q [1, 2, 5, 4] has 2 heads, but the attributes say 3}}
  %0 = onnx.Attention %a, %b, %c, %none {q_num_heads = 3 : si64} : (tensor<1x2x5x4xf32>, tensor<1x2x5x4xf32>, tensor<1x2x5x4xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @rank(%a: tensor<5x4xf32>, %b: tensor<1x2x5x4xf32>, %c: tensor<1x2x5x4xf32>) {
  %none = onnx.none
  // expected-error @below {{operand q has extents [5, 4], expected three or four dimensions}}
  %0 = onnx.Attention %a, %b, %c, %none : (tensor<5x4xf32>, tensor<1x2x5x4xf32>, tensor<1x2x5x4xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @heads_missing(%a: tensor<1x5x8xf32>, %b: tensor<1x5x8xf32>, %c: tensor<1x5x8xf32>) {
  %none = onnx.none
  // expected-error @below {{operand q [1, 5, 8] has three dimensions: q_num_heads and kv_num_heads are needed}}
  %0 = onnx.Attention %a, %b, %c, %none : (tensor<1x5x8xf32>, tensor<1x5x8xf32>, tensor<1x5x8xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @columns(%a: tensor<1x5x8xf32>, %b: tensor<1x5x8xf32>, %c: tensor<1x5x8xf32>) {
  %none = onnx.none
  // expected-error @below {{operand q [1, 5, 8] has 8 columns, not a multiple of 3 heads}}
  %0 = onnx.Attention %a, %b, %c, %none {q_num_heads = 3 : si64, kv_num_heads = 2 : si64} : (tensor<1x5x8xf32>, tensor<1x5x8xf32>, tensor<1x5x8xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @batches_differ(%a: tensor<1x2x5x4xf32>, %b: tensor<3x2x5x4xf32>, %c: tensor<1x2x5x4xf32>) {
  %none = onnx.none
  // expected-error @below {{operands q and k differ in batch: 1 and 3}}
  %0 = onnx.Attention %a, %b, %c, %none : (tensor<1x2x5x4xf32>, tensor<3x2x5x4xf32>, tensor<1x2x5x4xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @head_sizes_differ(%a: tensor<1x2x5x4xf32>, %b: tensor<1x2x5x3xf32>, %c: tensor<1x2x5x4xf32>) {
  %none = onnx.none
  // expected-error @below {{operands q and k differ in head size: 4 and 3}}
  %0 = onnx.Attention %a, %b, %c, %none : (tensor<1x2x5x4xf32>, tensor<1x2x5x3xf32>, tensor<1x2x5x4xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @lengths_differ(%a: tensor<1x2x5x4xf32>, %b: tensor<1x2x6x4xf32>, %c: tensor<1x2x5x4xf32>) {
  %none = onnx.none
  // expected-error @below {{operands k and v differ in sequence: 6 and 5}}
  %0 = onnx.Attention %a, %b, %c, %none : (tensor<1x2x5x4xf32>, tensor<1x2x6x4xf32>, tensor<1x2x5x4xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @key_heads(%a: tensor<1x3x5x4xf32>, %b: tensor<1x2x5x4xf32>, %c: tensor<1x2x5x4xf32>) {
  %none = onnx.none
  // expected-error @below {{has 3 query heads, not a multiple of its 2 key heads}}
  %0 = onnx.Attention %a, %b, %c, %none : (tensor<1x3x5x4xf32>, tensor<1x2x5x4xf32>, tensor<1x2x5x4xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @positions(%a: tensor<2x2x5x4xf32>, %b: tensor<2x2x5x4xf32>, %c: tensor<2x2x5x4xf32>, %d: tensor<3xi64>) {
  %none = onnx.none
  // expected-error @below {{operand positions has extents [3], expected [1] or one for each of the batch, [2]}}
  %0 = onnx.Attention %a, %b, %c, %none, %d : (tensor<2x2x5x4xf32>, tensor<2x2x5x4xf32>, tensor<2x2x5x4xf32>, none, tensor<3xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @position_lists(%a: tensor<1x2x5x4xf32>, %b: tensor<1x2x5x4xf32>, %c: tensor<1x2x5x4xf32>, %d: tensor<1xi64>, %e: tensor<1xi64>, %f: tensor<1xi64>) {
  %none = onnx.none
  // expected-error @below {{has 3 operands of positions, expected at most two}}
  %0 = onnx.Attention %a, %b, %c, %none, %d, %e, %f : (tensor<1x2x5x4xf32>, tensor<1x2x5x4xf32>, tensor<1x2x5x4xf32>, none, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @window(%a: tensor<1x2x5x4xf32>, %b: tensor<1x2x5x4xf32>, %c: tensor<1x2x5x4xf32>) {
  %none = onnx.none
  // expected-error @below {{left_window is -2, expected -1 for no bound, or a number of keys}}
  %0 = onnx.Attention %a, %b, %c, %none {left_window = -2 : si64} : (tensor<1x2x5x4xf32>, tensor<1x2x5x4xf32>, tensor<1x2x5x4xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @scores_mode(%a: tensor<1x2x5x4xf32>, %b: tensor<1x2x5x4xf32>, %c: tensor<1x2x5x4xf32>) {
  %none = onnx.none
  // expected-error @below {{scores_mode is 4, expected 0 to 3}}
  %0 = onnx.Attention %a, %b, %c, %none {scores_mode = 4 : si64} : (tensor<1x2x5x4xf32>, tensor<1x2x5x4xf32>, tensor<1x2x5x4xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @long_rows(%a: tensor<1x5x1099511627776xf32>, %b: tensor<1x5x1xf32>, %c: tensor<1x5x1099511627776xf32>) {
  %none = onnx.none
  // expected-error @below {{would make rows of 1099511627776 * 1099511627776 elements, more than fits any memory}}
  %0 = onnx.Attention %a, %b, %c, %none {q_num_heads = 1099511627776 : si64, kv_num_heads = 1 : si64} : (tensor<1x5x1099511627776xf32>, tensor<1x5x1xf32>, tensor<1x5x1099511627776xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @scalar(%a: tensor<f32>, %b: tensor<f32>, %c: tensor<f32>) {
  // expected-error @below {{operand x has no dimensions, expected rows of pairs}}
  %0 = onnx.RotaryEmbedding %a, %b, %c : (tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<*xf32>
  return
}

// -----

func.func @cosine(%a: tensor<2x4xf32>, %b: tensor<3xf32>, %c: tensor<2xf32>) {
  // expected-error @below {{operand cosine [3] does not broadcast to the pairs of operand x [2, 2]}}
  %0 = onnx.RotaryEmbedding %a, %b, %c : (tensor<2x4xf32>, tensor<3xf32>, tensor<2xf32>) -> tensor<*xf32>
  return
}
