// RUN: fovea-opt %s --fovea-raise-attention --split-input-file --remarks-filter=raise --remark-format=emitRemark 2>&1 >/dev/null | FileCheck %s

// One site per code; none is changed. The codes are those of docs/Remarks.md.

// CHECK: [Missed] raise-attention | Category:raise | Function=wrong_axis {{.*}}Code=ATTN-R01{{.*}}Reason="Softmax runs over axis 2 of 4 dimensions, and MatMul {{.+}} sums over another"
// CHECK: [Analysis] raise-attention | {{.*}}Raised=0, Sites=1
func.func @wrong_axis(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32> {
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  %p = onnx.Softmax %s {axis = 2 : si64} : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o : tensor<1x4x9x16xf32>
}

// -----

// CHECK: Function=no_product {{.*}}Code=ATTN-R14{{.*}}Node=/attn/Softmax, Reason="the scores come from a graph input, not from a matrix product"
func.func @no_product(%s: tensor<1x4x9x9xf32>, %v: tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32> {
  %p = onnx.Softmax %s : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32> loc("/attn/Softmax"("Softmax"("model.onnx")))
  %o = onnx.MatMul %p, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o : tensor<1x4x9x16xf32>
}

// -----

// CHECK: Function=unknown_step {{.*}}Code=ATTN-R02{{.*}}Node=/exp, Reason="the scores go through Exp '/exp', which is not understood"
func.func @unknown_step(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32> {
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  %r = onnx.Exp %s : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32> loc("/exp"("Exp"("model.onnx")))
  %p = onnx.Softmax %r : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o : tensor<1x4x9x16xf32>
}

// -----

// CHECK: Function=scores_used_twice {{.*}}Code=ATTN-R03{{.*}}Node=/scores, Reason="the scores of MatMul '/scores' are returned by the model"
func.func @scores_used_twice(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>) -> (tensor<1x4x9x16xf32>, tensor<1x4x9x9xf32>) {
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32> loc("/scores"("MatMul"("model.onnx")))
  %p = onnx.Softmax %s : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o, %s : tensor<1x4x9x16xf32>, tensor<1x4x9x9xf32>
}

// -----

// CHECK: Function=changed_probabilities {{.*}}Code=ATTN-R04{{.*}}Reason="the probabilities go through Add {{.+}} before any product"
func.func @changed_probabilities(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>, %m: tensor<1x4x1x1xf32>) -> tensor<1x4x9x16xf32> {
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  %p = onnx.Softmax %s : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %h = onnx.Add %p, %m : (tensor<1x4x9x9xf32>, tensor<1x4x1x1xf32>) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %h, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o : tensor<1x4x9x16xf32>
}

// -----

// Dropout in training: a factor for each pair of query and key.

// CHECK: Function=dropped_probabilities {{.*}}Code=ATTN-R20{{.*}}Node=/dropout, Reason="Mul '/dropout' multiplies the probabilities by numbers that differ by key"
func.func @dropped_probabilities(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>, %m: tensor<1x4x9x9xf32>) -> tensor<1x4x9x16xf32> {
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  %p = onnx.Softmax %s : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %h = onnx.Mul %p, %m : (tensor<1x4x9x9xf32>, tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32> loc("/dropout"("Mul"("model.onnx")))
  %o = onnx.MatMul %h, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o : tensor<1x4x9x16xf32>
}

// -----

// Talking heads: scores, or probabilities, of several heads are mixed.

// CHECK: Function=mixed_scores {{.*}}Code=ATTN-R17{{.*}}Node=/mix, Reason="MatMul '/mix' mixes the scores of several heads"
func.func @mixed_scores(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32> {
  %w = onnx.Constant : tensor<4x4xf32> = dense<[[1.0, 0.0, 0.5, 0.0], [0.0, 1.0, 0.0, 0.5], [0.5, 0.0, 1.0, 0.0], [0.0, 0.5, 0.0, 1.0]]> : tensor<4x4xf32>
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  %t = onnx.Transpose %s {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x4x9x9xf32>) -> tensor<1x9x9x4xf32>
  %m = onnx.MatMul %t, %w : (tensor<1x9x9x4xf32>, tensor<4x4xf32>) -> tensor<1x9x9x4xf32> loc("/mix"("MatMul"("model.onnx")))
  %u = onnx.Transpose %m {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x9x9x4xf32>) -> tensor<1x4x9x9xf32>
  %p = onnx.Softmax %u : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o : tensor<1x4x9x16xf32>
}

// -----

// CHECK: Function=mixed_probabilities {{.*}}Code=ATTN-R17{{.*}}Node=/mix
func.func @mixed_probabilities(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32> {
  %w = onnx.Constant : tensor<4x4xf32> = dense<[[1.0, 0.0, 0.5, 0.0], [0.0, 1.0, 0.0, 0.5], [0.5, 0.0, 1.0, 0.0], [0.0, 0.5, 0.0, 1.0]]> : tensor<4x4xf32>
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  %p = onnx.Softmax %s : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %t = onnx.Transpose %p {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x4x9x9xf32>) -> tensor<1x9x9x4xf32>
  %m = onnx.MatMul %t, %w : (tensor<1x9x9x4xf32>, tensor<4x4xf32>) -> tensor<1x9x9x4xf32> loc("/mix"("MatMul"("model.onnx")))
  %u = onnx.Transpose %m {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x9x9x4xf32>) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %u, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o : tensor<1x4x9x16xf32>
}

// -----

// Additive attention: one vector weighs what is computed for each pair of query and key.

// CHECK: Function=additive {{.*}}Code=ATTN-R18{{.*}}Node=/weigh, Reason="MatMul '/weigh' multiplies a constant with what differs by query and key"
func.func @additive(%x: tensor<1x9x7x16xf32>, %v: tensor<1x7x8xf32>) -> tensor<1x9x8xf32> {
  %w = onnx.Constant : tensor<16xf32> = dense<0.25> : tensor<16xf32>
  %s = onnx.MatMul %x, %w : (tensor<1x9x7x16xf32>, tensor<16xf32>) -> tensor<1x9x7xf32> loc("/weigh"("MatMul"("model.onnx")))
  %p = onnx.Softmax %s : (tensor<1x9x7xf32>) -> tensor<1x9x7xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x9x7xf32>, tensor<1x7x8xf32>) -> tensor<1x9x8xf32>
  return %o : tensor<1x9x8xf32>
}

// -----

// Heads mixed by a convolution over them, in front of Softmax and behind.

// CHECK: Function=convolved_scores {{.*}}Code=ATTN-R17{{.*}}Node=/mix, Reason="Conv '/mix' mixes the scores of several heads"
func.func @convolved_scores(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32> {
  %w = onnx.Constant : tensor<4x4x1x1xf32> = dense<0.5> : tensor<4x4x1x1xf32>
  %none = onnx.none
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  %m = onnx.Conv %s, %w, %none {dilations = array<i64: 1, 1>, group = 1 : si64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x9x9xf32>, tensor<4x4x1x1xf32>, none) -> tensor<1x4x9x9xf32> loc("/mix"("Conv"("model.onnx")))
  %p = onnx.Softmax %m : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o : tensor<1x4x9x16xf32>
}

// -----

// CHECK: Function=convolved_probabilities {{.*}}Code=ATTN-R17{{.*}}Node=/mix, Reason="Conv '/mix' mixes the probabilities of several heads"
func.func @convolved_probabilities(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32> {
  %w = onnx.Constant : tensor<4x4x1x1xf32> = dense<0.5> : tensor<4x4x1x1xf32>
  %none = onnx.none
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  %p = onnx.Softmax %s : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %m = onnx.Conv %p, %w, %none {dilations = array<i64: 1, 1>, group = 1 : si64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x9x9xf32>, tensor<4x4x1x1xf32>, none) -> tensor<1x4x9x9xf32> loc("/mix"("Conv"("model.onnx")))
  %o = onnx.MatMul %m, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o : tensor<1x4x9x16xf32>
}

// -----

// The values are computed from the probabilities that the model also returns: one op cannot make both.

// CHECK: Function=circular_values {{.*}}Code=ATTN-R15{{.*}}Reason="the values are computed from the probabilities"
func.func @circular_values(%q: tensor<9x9xf32>, %k: tensor<9x9xf32>) -> tensor<9x9xf32> {
  %s = onnx.MatMul %q, %k : (tensor<9x9xf32>, tensor<9x9xf32>) -> tensor<9x9xf32>
  %p = onnx.Softmax %s : (tensor<9x9xf32>) -> tensor<9x9xf32>
  %v = onnx.Neg %p : (tensor<9x9xf32>) -> tensor<9x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<9x9xf32>, tensor<9x9xf32>) -> tensor<9x9xf32>
  return %o : tensor<9x9xf32>
}

// -----

// CHECK: Function=values_left {{.*}}Code=ATTN-R01{{.*}}Reason="Softmax runs over axis -1 of 4 dimensions, and MatMul {{.+}} sums over another"
func.func @values_left(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x16x9xf32>) -> tensor<1x4x16x9xf32> {
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  %p = onnx.Softmax %s : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %v, %p : (tensor<1x4x16x9xf32>, tensor<1x4x9x9xf32>) -> tensor<1x4x16x9xf32>
  return %o : tensor<1x4x16x9xf32>
}

// -----

// CHECK: Function=double_precision {{.*}}Code=ATTN-R06{{.*}}is not f32, f16 or bf16
func.func @double_precision(%q: tensor<1x4x9x16xf64>, %k: tensor<1x4x16x9xf64>, %v: tensor<1x4x9x16xf64>) -> tensor<1x4x9x16xf64> {
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf64>, tensor<1x4x16x9xf64>) -> tensor<1x4x9x9xf64>
  %p = onnx.Softmax %s : (tensor<1x4x9x9xf64>) -> tensor<1x4x9x9xf64>
  %o = onnx.MatMul %p, %v : (tensor<1x4x9x9xf64>, tensor<1x4x9x16xf64>) -> tensor<1x4x9x16xf64>
  return %o : tensor<1x4x9x16xf64>
}

// -----

// CHECK: Function=dynamic {{.*}}Code=ATTN-R07{{.*}}is not static", {{.*}}Suggestion="give every symbolic dimension a value with --dim"
func.func @dynamic(%q: tensor<?x4x9x16xf32>, %k: tensor<?x4x16x9xf32>, %v: tensor<?x4x9x16xf32>) -> tensor<?x4x9x16xf32> {
  %s = onnx.MatMul %q, %k : (tensor<?x4x9x16xf32>, tensor<?x4x16x9xf32>) -> tensor<?x4x9x9xf32>
  %p = onnx.Softmax %s : (tensor<?x4x9x9xf32>) -> tensor<?x4x9x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<?x4x9x9xf32>, tensor<?x4x9x16xf32>) -> tensor<?x4x9x16xf32>
  return %o : tensor<?x4x9x16xf32>
}

// -----

// CHECK: Function=half_guarded {{.*}}Code=ATTN-R11
func.func @half_guarded(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>) -> (tensor<1x4x9x16xf32>, tensor<1x4x9x9xf32>) {
  %zero = onnx.Constant : tensor<f32> = dense<0.0> : tensor<f32>
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  %p = onnx.Softmax %s : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %n = onnx.IsNaN %p : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xi1>
  %g = onnx.Where %n, %zero, %p : (tensor<1x4x9x9xi1>, tensor<f32>, tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %g, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o, %p : tensor<1x4x9x16xf32>, tensor<1x4x9x9xf32>
}

// -----

// CHECK: Function=broadcast_probabilities {{.*}}Code=ATTN-R12
func.func @broadcast_probabilities(%q: tensor<9x16xf32>, %k: tensor<16x9xf32>, %v: tensor<4x9x16xf32>) -> (tensor<4x9x16xf32>, tensor<9x9xf32>) {
  %s = onnx.MatMul %q, %k : (tensor<9x16xf32>, tensor<16x9xf32>) -> tensor<9x9xf32>
  %p = onnx.Softmax %s : (tensor<9x9xf32>) -> tensor<9x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<9x9xf32>, tensor<4x9x16xf32>) -> tensor<4x9x16xf32>
  return %o, %p : tensor<4x9x16xf32>, tensor<9x9xf32>
}

// -----

// A stray op is named although the other operand of the sum comes first.

// CHECK: Function=stray_op {{.*}}Code=ATTN-R02{{.*}}Node=/abs, Reason="the scores go through Abs '/abs', which is not understood"
func.func @stray_op(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>, %b: tensor<9x9xf32>) -> tensor<1x4x9x16xf32> {
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  %r = onnx.Abs %s : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32> loc("/abs"("Abs"("model.onnx")))
  %n = onnx.Neg %b : (tensor<9x9xf32>) -> tensor<9x9xf32> loc("/neg"("Neg"("model.onnx")))
  %a = onnx.Add %n, %r : (tensor<9x9xf32>, tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %p = onnx.Softmax %a : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o : tensor<1x4x9x16xf32>
}

// -----

// The second user stands in the way, not what it uses.

// CHECK: Function=second_user {{.*}}Code=ATTN-R03{{.*}}Node=/sum, Reason="the scores of MatMul '/scores' are used by ReduceSum '/sum' as well"
func.func @second_user(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>) -> (tensor<1x4x9x16xf32>, tensor<f32>) {
  %none = onnx.none {value}
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32> loc("/scores"("MatMul"("model.onnx")))
  %p = onnx.Softmax %s : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  %r = onnx.ReduceSum %s, %none {keepdims = false, noop_with_empty_axes = false} : (tensor<1x4x9x9xf32>, none) -> tensor<f32> loc("/sum"("ReduceSum"("model.onnx")))
  return %o, %r : tensor<1x4x9x16xf32>, tensor<f32>
}

// -----

// CHECK: Function=no_keys {{.*}}Code=ATTN-R08{{.*}}Node=/attn/Softmax, Reason="MatMul '/attn/Softmax' has no elements or no dimensions"
func.func @no_keys(%q: tensor<3x16xf32>, %k: tensor<16x0xf32>, %v: tensor<0x16xf32>) -> tensor<3x16xf32> {
  %s = onnx.MatMul %q, %k : (tensor<3x16xf32>, tensor<16x0xf32>) -> tensor<3x0xf32> loc("/attn/Softmax"("Softmax"("model.onnx")))
  %p = onnx.Softmax %s : (tensor<3x0xf32>) -> tensor<3x0xf32>
  %o = onnx.MatMul %p, %v : (tensor<3x0xf32>, tensor<0x16xf32>) -> tensor<3x16xf32>
  return %o : tensor<3x16xf32>
}

// -----

// CHECK: Function=infinite_scale {{.*}}Code=ATTN-R10, {{.*}}Reason="the scale is not finite"
func.func @infinite_scale(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x9x16xf32>, %v: tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32> {
  %none = onnx.none {value}
  %y = onnx.Attention %q, %k, %v, %none {scale = 0x7F800000 : f32} : (tensor<1x4x9x16xf32>, tensor<1x4x9x16xf32>, tensor<1x4x9x16xf32>, none) -> tensor<1x4x9x16xf32>
  return %y : tensor<1x4x9x16xf32>
}

// -----

// A raised site has a remark as well.

// CHECK: [Passed] raise-attention | Category:raise | Function=raised | Anchor=/attn/Softmax, Batch=1, BytesSaved=3888, Channels=16, Form="softmax: bias", Heads=4, Keys=9, Mask=none, Node=/attn/Softmax, Queries=9, Site=0, Status=raised
// CHECK: [Analysis] raise-attention | {{.*}}Raised=1, Sites=1
func.func @raised(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>, %b: tensor<1x4x9x9xf32>) -> tensor<1x4x9x16xf32> {
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  %a = onnx.Add %s, %b : (tensor<1x4x9x9xf32>, tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %p = onnx.Softmax %a : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32> loc("/attn/Softmax"("Softmax"("model.onnx")))
  %o = onnx.MatMul %p, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o : tensor<1x4x9x16xf32>
}

// -----

// One key more than the values have, whose score is no tensor of its own.

// CHECK: Function=hidden_sink {{.*}}Code=ATTN-R01{{.*}}Node=/softmax, Reason="Softmax has one key more than the product with the values, and its score is no tensor of its own"
func.func @hidden_sink(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x10xf32>, %v: tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32> {
  %zero = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %nine = onnx.Constant : tensor<1xi64> = dense<9> : tensor<1xi64>
  %three = onnx.Constant : tensor<1xi64> = dense<3> : tensor<1xi64>
  %none = onnx.none
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x10xf32>) -> tensor<1x4x9x10xf32>
  %p = onnx.Softmax %s : (tensor<1x4x9x10xf32>) -> tensor<1x4x9x10xf32> loc("/softmax"("Softmax"("model.onnx")))
  %d = onnx.Slice %p, %zero, %nine, %three, %none : (tensor<1x4x9x10xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %d, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o : tensor<1x4x9x16xf32>
}

// -----

// What is written into the scores is not a sum with them.

// CHECK: Function=replaced_in_place {{.*}}Code=ATTN-R02{{.*}}Node=/assign, Reason="the scores go through ScatterND '/assign', which writes more than a sum with themselves"
func.func @replaced_in_place(%q: tensor<1x2x3x4xf32>, %k: tensor<1x2x4x3xf32>, %v: tensor<1x2x3x4xf32>, %b: tensor<1x2x1x3xf32>) -> tensor<1x2x3x4xf32> {
  %one = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %last = onnx.Constant : tensor<1xi64> = dense<2> : tensor<1xi64>
  %where = onnx.Constant : tensor<1x2x1x3xi64> = dense<[[[[0, 0, 1]], [[0, 1, 1]]]]> : tensor<1x2x1x3xi64>
  %s = onnx.MatMul %q, %k : (tensor<1x2x3x4xf32>, tensor<1x2x4x3xf32>) -> tensor<1x2x3x3xf32>
  %part = onnx.Slice %s, %one, %last, %last, %one : (tensor<1x2x3x3xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x1x3xf32>
  %a = onnx.Mul %part, %b : (tensor<1x2x1x3xf32>, tensor<1x2x1x3xf32>) -> tensor<1x2x1x3xf32>
  %w = onnx.ScatterND %s, %where, %a : (tensor<1x2x3x3xf32>, tensor<1x2x1x3xi64>, tensor<1x2x1x3xf32>) -> tensor<1x2x3x3xf32> loc("/assign"("ScatterND"("model.onnx")))
  %p = onnx.Softmax %w : (tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x2x3x3xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32>
  return %o : tensor<1x2x3x4xf32>
}

// -----

// Factors that do not add up to one: the quotient by the sums of rows stays.

// CHECK: Function=normalised_again {{.*}}Code=ATTN-R04{{.*}}Node=/norm, Reason="the probabilities go through Div '/norm' before any product"
func.func @normalised_again(%q: tensor<1x2x2x8xf32>, %k: tensor<1x2x8x2xf32>, %v: tensor<1x2x2x8xf32>) -> tensor<1x2x2x8xf32> {
  %gate = onnx.Constant : tensor<1x2x1x1xf32> = dense<[[[[0.25]], [[0.75]]]]> : tensor<1x2x1x1xf32>
  %other = onnx.Constant : tensor<1x2x2x2xf32> = dense<[[[[0.5, 0.25], [0.25, 0.5]], [[0.125, 0.125], [0.125, 0.25]]]]> : tensor<1x2x2x2xf32>
  %axis = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %s = onnx.MatMul %q, %k : (tensor<1x2x2x8xf32>, tensor<1x2x8x2xf32>) -> tensor<1x2x2x2xf32>
  %p = onnx.Softmax %s : (tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %g = onnx.Mul %gate, %p : (tensor<1x2x1x1xf32>, tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %a = onnx.Add %g, %other : (tensor<1x2x2x2xf32>, tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %t = onnx.ReduceSum %a, %axis {keepdims = true} : (tensor<1x2x2x2xf32>, tensor<1xi64>) -> tensor<1x2x2x1xf32>
  %d = onnx.Div %a, %t : (tensor<1x2x2x2xf32>, tensor<1x2x2x1xf32>) -> tensor<1x2x2x2xf32> loc("/norm"("Div"("model.onnx")))
  %o = onnx.MatMul %d, %v : (tensor<1x2x2x2xf32>, tensor<1x2x2x8xf32>) -> tensor<1x2x2x8xf32>
  return %o : tensor<1x2x2x8xf32>
}

// -----

// The probabilities of a classifier and their logarithms: remarks of no site.

// CHECK: [Missed] raise-attention | {{.*}}Function=classifier {{.*}}Code=ATTN-R21{{.*}}Node=/classes, Reason="the probabilities reach no matrix product"{{.*}}Site=0
// CHECK: [Missed] raise-attention | {{.*}}Function=classifier {{.*}}Code=ATTN-R21{{.*}}Node=/logits, Reason="the logarithms of probabilities weigh no values"{{.*}}Site=1
// CHECK: [Analysis] raise-attention | {{.*}}Raised=0, Sites=0
func.func @classifier(%x: tensor<2x9xf32>) -> (tensor<2x9xf32>, tensor<2x9xf32>) {
  %p = onnx.Softmax %x : (tensor<2x9xf32>) -> tensor<2x9xf32> loc("/classes"("Softmax"("model.onnx")))
  %l = onnx.LogSoftmax %x : (tensor<2x9xf32>) -> tensor<2x9xf32> loc("/logits"("LogSoftmax"("model.onnx")))
  return %p, %l : tensor<2x9xf32>, tensor<2x9xf32>
}

// -----

// Probabilities that are padded before they meet the values.

// CHECK: Function=padded_probabilities {{.*}}Code=ATTN-R04{{.*}}Node=/pad, Reason="the probabilities go through Pad '/pad' before any product"
func.func @padded_probabilities(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x10x16xf32>) -> tensor<1x4x9x16xf32> {
  %pads = onnx.Constant : tensor<8xi64> = dense<[0, 0, 0, 0, 0, 0, 0, 1]> : tensor<8xi64>
  %none = onnx.none
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  %p = onnx.Softmax %s : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %w = onnx.Pad %p, %pads, %none, %none : (tensor<1x4x9x9xf32>, tensor<8xi64>, none, none) -> tensor<1x4x9x10xf32> loc("/pad"("Pad"("model.onnx")))
  %o = onnx.MatMul %w, %v : (tensor<1x4x9x10xf32>, tensor<1x4x10x16xf32>) -> tensor<1x4x9x16xf32>
  return %o : tensor<1x4x9x16xf32>
}

// -----

// Of several ops in the way the first is named: those behind it may only follow from it.

// CHECK: Function=stray {{.*}}Code=ATTN-R04{{.*}}Node=/sine, Reason="the probabilities go through Sin '/sine' before any product"
func.func @stray(%q: tensor<1x2x2x8xf32>, %k: tensor<1x2x8x2xf32>, %v: tensor<1x2x2x8xf32>) -> tensor<1x2x2x8xf32> {
  %axis = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %s = onnx.MatMul %q, %k : (tensor<1x2x2x8xf32>, tensor<1x2x8x2xf32>) -> tensor<1x2x2x2xf32>
  %p = onnx.Softmax %s : (tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %a = onnx.Sin %p : (tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32> loc("/sine"("Sin"("model.onnx")))
  %t = onnx.ReduceSum %a, %axis {keepdims = true} : (tensor<1x2x2x2xf32>, tensor<1xi64>) -> tensor<1x2x2x1xf32>
  %d = onnx.Div %a, %t : (tensor<1x2x2x2xf32>, tensor<1x2x2x1xf32>) -> tensor<1x2x2x2xf32> loc("/norm"("Div"("model.onnx")))
  %o = onnx.MatMul %d, %v : (tensor<1x2x2x2xf32>, tensor<1x2x2x8xf32>) -> tensor<1x2x2x8xf32>
  return %o : tensor<1x2x2x8xf32>
}
