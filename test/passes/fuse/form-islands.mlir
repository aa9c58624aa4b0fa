// RUN: fovea-opt %s --fovea-form-islands --split-input-file | FileCheck %s

#id = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>

// Softmax over the last dimension: four generics, one island.

// CHECK-LABEL: func.func @softmax
// CHECK: kernel.island <rows> -> tensor<4x8xf32> {
// CHECK-COUNT-4: linalg.generic
// CHECK-NOT: kernel.island
// CHECK: return
func.func @softmax(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant 0.0 : f32
  %low = arith.constant 0xFF800000 : f32
  %r = tensor.empty() : tensor<4xf32>
  %e = tensor.empty() : tensor<4x8xf32>
  %flow = linalg.fill ins(%low : f32) outs(%r : tensor<4xf32>) -> tensor<4xf32>
  %fzero = linalg.fill ins(%zero : f32) outs(%r : tensor<4xf32>) -> tensor<4xf32>
  %max = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<4x8xf32>) outs(%flow : tensor<4xf32>) {
  ^bb0(%a: f32, %acc: f32):
    %0 = arith.maximumf %acc, %a : f32
    linalg.yield %0 : f32
  } -> tensor<4xf32>
  %exp = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x, %max : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %m: f32, %o: f32):
    %0 = arith.subf %a, %m : f32
    %1 = math.exp %0 : f32
    linalg.yield %1 : f32
  } -> tensor<4x8xf32>
  %sum = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%exp : tensor<4x8xf32>) outs(%fzero : tensor<4xf32>) {
  ^bb0(%a: f32, %acc: f32):
    %0 = arith.addf %acc, %a : f32
    linalg.yield %0 : f32
  } -> tensor<4xf32>
  %p = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]}
      ins(%exp, %sum : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %s: f32, %o: f32):
    %0 = arith.divf %a, %s : f32
    linalg.yield %0 : f32
  } -> tensor<4x8xf32>
  return %p : tensor<4x8xf32>
}

// -----

#id = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>
#col = affine_map<(i, j) -> (j)>

// Mean of squares and mean meet in the variance: producers join, so that nothing is reduced in an island of its own. A reduction
// over the outer dimension has no rows.

// CHECK-LABEL: func.func @moments
// CHECK: kernel.island <rows> -> tensor<4xf32> {
// CHECK-COUNT-4: linalg.generic
// CHECK: kernel.yield
// CHECK: kernel.island <elementwise> -> tensor<8xf32> {
// CHECK: iterator_types = ["reduction", "parallel"]
// CHECK: kernel.yield
func.func @moments(%x: tensor<4x8xf32>) -> (tensor<4xf32>, tensor<8xf32>) {
  %zero = arith.constant 0.0 : f32
  %r = tensor.empty() : tensor<4xf32>
  %e = tensor.empty() : tensor<4x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%r : tensor<4xf32>) -> tensor<4xf32>
  %rc = tensor.empty() : tensor<8xf32>
  %fc = linalg.fill ins(%zero : f32) outs(%rc : tensor<8xf32>) -> tensor<8xf32>
  %mean = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<4x8xf32>) outs(%f : tensor<4xf32>) {
  ^bb0(%a: f32, %acc: f32):
    %0 = arith.addf %acc, %a : f32
    linalg.yield %0 : f32
  } -> tensor<4xf32>
  %sq = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %o: f32):
    %0 = arith.mulf %a, %a : f32
    linalg.yield %0 : f32
  } -> tensor<4x8xf32>
  %msq = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%sq : tensor<4x8xf32>) outs(%f : tensor<4xf32>) {
  ^bb0(%a: f32, %acc: f32):
    %0 = arith.addf %acc, %a : f32
    linalg.yield %0 : f32
  } -> tensor<4xf32>
  %var = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
      iterator_types = ["parallel"]} ins(%mean, %msq : tensor<4xf32>, tensor<4xf32>) outs(%r : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.mulf %a, %a : f32
    %1 = arith.subf %b, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<4xf32>
  %cols = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, #col], iterator_types = ["reduction", "parallel"]}
      ins(%x : tensor<4x8xf32>) outs(%fc : tensor<8xf32>) {
  ^bb0(%a: f32, %acc: f32):
    %0 = arith.addf %acc, %a : f32
    linalg.yield %0 : f32
  } -> tensor<8xf32>
  return %var, %cols : tensor<4xf32>, tensor<8xf32>
}

// -----

#id = affine_map<(i, j, k) -> (i, j, k)>
#drop = affine_map<(i, j, k) -> (j, k)>

// The class token is broadcast, concatenated with the patches and gets its position: one island. The fill that only
// initialises is copied into it.

// CHECK-LABEL: func.func @tokens
// CHECK-NOT: linalg.generic
// CHECK: kernel.island <elementwise> -> tensor<2x5x8xf32> {
// CHECK: linalg.generic
// CHECK: tensor.insert_slice
// CHECK: tensor.insert_slice
// CHECK: linalg.generic
// CHECK: kernel.yield
// CHECK-NEXT: }
// CHECK-NEXT: return
func.func @tokens(%patches: tensor<2x4x8xf32>, %cls: tensor<1x8xf32>, %pos: tensor<5x8xf32>) -> tensor<2x5x8xf32> {
  %e1 = tensor.empty() : tensor<2x1x8xf32>
  %c = linalg.generic {indexing_maps = [#drop, #id], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%cls : tensor<1x8xf32>) outs(%e1 : tensor<2x1x8xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<2x1x8xf32>
  %e = tensor.empty() : tensor<2x5x8xf32>
  %0 = tensor.insert_slice %c into %e[0, 0, 0] [2, 1, 8] [1, 1, 1] : tensor<2x1x8xf32> into tensor<2x5x8xf32>
  %1 = tensor.insert_slice %patches into %0[0, 1, 0] [2, 4, 8] [1, 1, 1] : tensor<2x4x8xf32> into tensor<2x5x8xf32>
  %r = linalg.generic {indexing_maps = [#id, #drop, #id], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%1, %pos : tensor<2x5x8xf32>, tensor<5x8xf32>) outs(%e : tensor<2x5x8xf32>) {
  ^bb0(%a: f32, %p: f32, %o: f32):
    %2 = arith.addf %a, %p : f32
    linalg.yield %2 : f32
  } -> tensor<2x5x8xf32>
  return %r : tensor<2x5x8xf32>
}

// -----

#lhs = affine_map<(m, n, k) -> (m, k)>
#rhs = affine_map<(m, n, k) -> (k, n)>
#out = affine_map<(m, n, k) -> (m, n)>
#id = affine_map<(i, j) -> (i, j)>

// GELU written with two reads of its operand: both paths end in one value, so all of it follows the product. The conversion of
// the left operand is cheap and joins; that of the weights, on the right, does not.

// CHECK-LABEL: func.func @diamond
// CHECK: kernel.island <elementwise> -> tensor<6x5xf32> {
// CHECK: arith.extf
// CHECK: kernel.island <contraction> -> tensor<4x5xf32> {
// CHECK: arith.extf
// CHECK: "reduction"
// CHECK: math.erf
// CHECK: arith.mulf
// CHECK: kernel.yield
// CHECK-NOT: kernel.island
func.func @diamond(%a: tensor<4x6xf16>, %b: tensor<6x5xf16>) -> tensor<4x5xf32> {
  %zero = arith.constant 0.0 : f32
  %ea = tensor.empty() : tensor<4x6xf32>
  %eb = tensor.empty() : tensor<6x5xf32>
  %e = tensor.empty() : tensor<4x5xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4x5xf32>) -> tensor<4x5xf32>
  %a32 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%a : tensor<4x6xf16>) outs(%ea : tensor<4x6xf32>) {
  ^bb0(%x: f16, %o: f32):
    %0 = arith.extf %x : f16 to f32
    linalg.yield %0 : f32
  } -> tensor<4x6xf32>
  %b32 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%b : tensor<6x5xf16>) outs(%eb : tensor<6x5xf32>) {
  ^bb0(%x: f16, %o: f32):
    %0 = arith.extf %x : f16 to f32
    linalg.yield %0 : f32
  } -> tensor<6x5xf32>
  %mm = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a32, %b32 : tensor<4x6xf32>, tensor<6x5xf32>) outs(%f : tensor<4x5xf32>) {
  ^bb0(%x: f32, %y: f32, %acc: f32):
    %0 = arith.mulf %x, %y : f32
    %1 = arith.addf %acc, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<4x5xf32>
  %erf = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%mm : tensor<4x5xf32>) outs(%e : tensor<4x5xf32>) {
  ^bb0(%x: f32, %o: f32):
    %0 = math.erf %x : f32
    linalg.yield %0 : f32
  } -> tensor<4x5xf32>
  %g = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%mm, %erf : tensor<4x5xf32>, tensor<4x5xf32>) outs(%e : tensor<4x5xf32>) {
  ^bb0(%x: f32, %y: f32, %o: f32):
    %0 = arith.mulf %x, %y : f32
    linalg.yield %0 : f32
  } -> tensor<4x5xf32>
  return %g : tensor<4x5xf32>
}

// -----

#nhwc = affine_map<(n, y, x, c) -> (n, y, x, c)>

// Padding joins its convolution; the window makes it one.

// CHECK-LABEL: func.func @padded
// CHECK: kernel.island <convolution> -> tensor<1x8x8x16xf32> {
// CHECK: tensor.pad
// CHECK: "reduction"
// CHECK: arith.maximumf
// CHECK-NOT: kernel.island
func.func @padded(%x: tensor<1x8x8x4xf32>, %w: tensor<3x3x4x16xf32>) -> tensor<1x8x8x16xf32> {
  %zero = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    tensor.yield %zero : f32
  } : tensor<1x8x8x4xf32> to tensor<1x10x10x4xf32>
  %e = tensor.empty() : tensor<1x8x8x16xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x8x8x16xf32>) -> tensor<1x8x8x16xf32>
  %c = linalg.generic {indexing_maps = [affine_map<(n, y, x, o, i, p, q) -> (n, y + p, x + q, i)>,
      affine_map<(n, y, x, o, i, p, q) -> (p, q, i, o)>, affine_map<(n, y, x, o, i, p, q) -> (n, y, x, o)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%p, %w : tensor<1x10x10x4xf32>, tensor<3x3x4x16xf32>) outs(%f : tensor<1x8x8x16xf32>) {
  ^bb0(%a: f32, %k: f32, %acc: f32):
    %0 = arith.mulf %a, %k : f32
    %1 = arith.addf %acc, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<1x8x8x16xf32>
  %r = linalg.generic {indexing_maps = [#nhwc, #nhwc], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%c : tensor<1x8x8x16xf32>) outs(%e : tensor<1x8x8x16xf32>) {
  ^bb0(%a: f32, %o: f32):
    %0 = arith.maximumf %a, %zero : f32
    linalg.yield %0 : f32
  } -> tensor<1x8x8x16xf32>
  return %r : tensor<1x8x8x16xf32>
}

// -----

// A fill that the program returns is a computation.

// CHECK-LABEL: func.func @fill
// CHECK: kernel.island <elementwise> -> tensor<4xf32> {
// CHECK: linalg.fill
func.func @fill() -> tensor<4xf32> {
  %one = arith.constant 1.0 : f32
  %e = tensor.empty() : tensor<4xf32>
  %f = linalg.fill ins(%one : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  return %f : tensor<4xf32>
}

// CHECK-LABEL: func.func @nothing
// CHECK-NEXT: return
func.func @nothing(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

// -----

#id = affine_map<(i, j) -> (i, j)>

// Rotary embedding: the transposed heads are read whole and in halves; all of it is one island, the transpose included.

// CHECK-LABEL: func.func @rotary
// CHECK: kernel.island <elementwise> -> tensor<4x8xf32> {
// CHECK: tensor.extract_slice
// CHECK: tensor.insert_slice
// CHECK-NOT: kernel.island
func.func @rotary(%x: tensor<8x4xf32>, %cos: tensor<4x8xf32>, %sin: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %h = tensor.empty() : tensor<4x4xf32>
  %t = linalg.generic {indexing_maps = [affine_map<(i, j) -> (j, i)>, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<8x4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<4x8xf32>
  %c = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%t, %cos : tensor<4x8xf32>, tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.mulf %a, %b : f32
    linalg.yield %0 : f32
  } -> tensor<4x8xf32>
  %left = tensor.extract_slice %t[0, 0] [4, 4] [1, 1] : tensor<4x8xf32> to tensor<4x4xf32>
  %right = tensor.extract_slice %t[0, 4] [4, 4] [1, 1] : tensor<4x8xf32> to tensor<4x4xf32>
  %neg = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%right : tensor<4x4xf32>) outs(%h : tensor<4x4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %0 = arith.negf %a : f32
    linalg.yield %0 : f32
  } -> tensor<4x4xf32>
  %0 = tensor.insert_slice %neg into %e[0, 0] [4, 4] [1, 1] : tensor<4x4xf32> into tensor<4x8xf32>
  %1 = tensor.insert_slice %left into %0[0, 4] [4, 4] [1, 1] : tensor<4x4xf32> into tensor<4x8xf32>
  %r = linalg.generic {indexing_maps = [#id, #id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%c, %1, %sin : tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32, %o: f32):
    %2 = arith.mulf %b, %s : f32
    %3 = arith.addf %a, %2 : f32
    linalg.yield %3 : f32
  } -> tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}

// -----

// A splat that is returned is written by a fill, also through a reshape; other constants are weights later.

// CHECK-LABEL: func.func @constants
// CHECK: %[[S:.+]] = kernel.island <elementwise> -> tensor<4xf32> {
// CHECK: linalg.fill
// CHECK: %[[D:.+]] = arith.constant dense<[1.0
// CHECK: %[[R:.+]] = tensor.expand_shape %[[S]]
// CHECK: return %[[S]], %[[R]], %[[D]]
func.func @constants() -> (tensor<4xf32>, tensor<2x2xf32>, tensor<2xf32>) {
  %s = arith.constant dense<2.0> : tensor<4xf32>
  %d = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %r = tensor.expand_shape %s [[0, 1]] output_shape [2, 2] : tensor<4xf32> into tensor<2x2xf32>
  return %s, %r, %d : tensor<4xf32>, tensor<2x2xf32>, tensor<2xf32>
}

// -----

// Zeros around an image belong to the norm that reads them.

#full = affine_map<(y, x, c) -> (y, x, c)>
#row = affine_map<(y, x, c) -> (y, x)>

// CHECK-LABEL: func.func @padded_rows
// CHECK: kernel.island <rows> -> tensor<4x6x16xf32>
// CHECK: tensor.pad
// CHECK-COUNT-2: linalg.generic
// CHECK-NOT: kernel.island
func.func @padded_rows(%x: tensor<3x5x16xf32>) -> tensor<4x6x16xf32> {
  %zero = arith.constant 0.0 : f32
  %padded = tensor.pad %x low[0, 0, 0] high[1, 1, 0] {
    ^bb0(%0: index, %1: index, %2: index):
      tensor.yield %zero : f32
  } : tensor<3x5x16xf32> to tensor<4x6x16xf32>
  %e = tensor.empty() : tensor<4x6xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4x6xf32>) -> tensor<4x6xf32>
  %sum = linalg.generic {indexing_maps = [#full, #row], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%padded : tensor<4x6x16xf32>) outs(%f : tensor<4x6xf32>) {
    ^bb0(%u: f32, %a: f32):
      %1 = arith.addf %a, %u : f32
      linalg.yield %1 : f32
  } -> tensor<4x6xf32>
  %ey = tensor.empty() : tensor<4x6x16xf32>
  %y = linalg.generic {indexing_maps = [#full, #row, #full], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%padded, %sum : tensor<4x6x16xf32>, tensor<4x6xf32>) outs(%ey : tensor<4x6x16xf32>) {
    ^bb0(%u: f32, %v: f32, %a: f32):
      %1 = arith.subf %u, %v : f32
      linalg.yield %1 : f32
  } -> tensor<4x6x16xf32>
  return %y : tensor<4x6x16xf32>
}
