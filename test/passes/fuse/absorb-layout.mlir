// RUN: fovea-opt %s --fovea-absorb-layout --split-input-file | FileCheck %s
// RUN: fovea-opt %s --fovea-absorb-layout --fovea-absorb-layout --split-input-file | FileCheck %s

// Keys transposed through a detour over three dimensions, as dynamo writes it.

// CHECK-DAG: #[[$K:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (0, d1, d3, d4)>
// CHECK-DAG: #[[$Q:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d4)>
// CHECK-LABEL: func.func @key_detour
// CHECK-SAME: (%[[Q:.+]]: tensor<1x12x20x64xf32>, %[[K:.+]]: tensor<1x12x30x64xf32>, %[[V:.+]]: tensor
// CHECK-NEXT: attn.attention ins(%[[Q]], %[[K]], %[[V]]
// CHECK-SAME: indexing_maps = [#[[$Q]], #[[$K]],
func.func @key_detour(%q: tensor<1x12x20x64xf32>, %k: tensor<1x12x30x64xf32>, %v: tensor<1x12x30x64xf32>)
    -> tensor<1x12x20x64xf32> {
  %k3 = tensor.collapse_shape %k [[0, 1], [2], [3]] : tensor<1x12x30x64xf32> into tensor<12x30x64xf32>
  %e = tensor.empty() : tensor<12x64x30xf32>
  %t = linalg.generic {indexing_maps = [affine_map<(a, b, c) -> (a, c, b)>, affine_map<(a, b, c) -> (a, b, c)>],
      iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%k3 : tensor<12x30x64xf32>) outs(%e : tensor<12x64x30xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<12x64x30xf32>
  %k4 = tensor.expand_shape %t [[0, 1], [2], [3]] output_shape [1, 12, 64, 30]
      : tensor<12x64x30xf32> into tensor<1x12x64x30xf32>
  %r = attn.attention ins(%q, %k4, %v : tensor<1x12x20x64xf32>, tensor<1x12x64x30xf32>, tensor<1x12x30x64xf32>)
      domain = [1, 12, 20, 30, 64, 64]
      indexing_maps = [affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>, affine_map<(b, h, i, j, d, e) -> (b, h, d, j)>,
                       affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>, affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>]
      mask = #attn.mask<dense> numerics = #attn.numerics<scale = 0.125 : f64> {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
    attn.yield %s : f32
  } -> tensor<1x12x20x64xf32>
  return %r : tensor<1x12x20x64xf32>
}

// -----

// With two batches the merged dimension splits again: (b * 12 + h) floordiv 12 is b, the remainder h.

// CHECK: #[[$V:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d3, d5)>
// CHECK-LABEL: func.func @two_batches
// CHECK-SAME: %[[X:.+]]: tensor<2x12x20x64xf32>
// CHECK-NEXT: attn.attention ins(%[[X]], %[[X]], %[[X]]
// CHECK-SAME: indexing_maps = [#{{.+}}, #{{.+}}, #[[$V]], #{{.+}}]
func.func @two_batches(%x: tensor<2x12x20x64xf32>) -> tensor<2x12x20x64xf32> {
  %x3 = tensor.collapse_shape %x [[0, 1], [2], [3]] : tensor<2x12x20x64xf32> into tensor<24x20x64xf32>
  %x4 = tensor.expand_shape %x3 [[0, 1], [2], [3]] output_shape [2, 12, 20, 64]
      : tensor<24x20x64xf32> into tensor<2x12x20x64xf32>
  %r = attn.attention ins(%x, %x, %x4 : tensor<2x12x20x64xf32>, tensor<2x12x20x64xf32>, tensor<2x12x20x64xf32>)
      domain = [2, 12, 20, 20, 64, 64]
      indexing_maps = [affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>, affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>,
                       affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>, affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>]
      mask = #attn.mask<dense> numerics = #attn.numerics<scale = 0.125 : f64> {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
    attn.yield %s : f32
  } -> tensor<2x12x20x64xf32>
  return %r : tensor<2x12x20x64xf32>
}

// -----

// A broadcast and a slice of one row are read in place by an elementwise op; the reshape in front of it stays.

// CHECK-DAG: #[[$ROW:.+]] = affine_map<(d0, d1) -> (3, d1)>
// CHECK-DAG: #[[$COL:.+]] = affine_map<(d0, d1) -> (d1)>
// CHECK-LABEL: func.func @elementwise
// CHECK-SAME: (%[[X:.+]]: tensor<2x2x8xf32>, %[[B:.+]]: tensor<8xf32>, %[[T:.+]]: tensor<5x8xf32>)
// CHECK: %[[FLAT:.+]] = tensor.collapse_shape %[[X]]
// CHECK-NOT: tensor.extract_slice
// CHECK: linalg.generic {indexing_maps = [#{{.+}}, #[[$COL]], #[[$ROW]], #{{.+}}]
// CHECK-SAME: ins(%[[FLAT]], %[[B]], %[[T]] :
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @elementwise(%x: tensor<2x2x8xf32>, %b: tensor<8xf32>, %t: tensor<5x8xf32>) -> tensor<4x8xf32> {
  %flat = tensor.collapse_shape %x [[0, 1], [2]] : tensor<2x2x8xf32> into tensor<4x8xf32>
  %e = tensor.empty() : tensor<4x8xf32>
  %wide = linalg.generic {indexing_maps = [affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]} ins(%b : tensor<8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<4x8xf32>
  %row = tensor.extract_slice %t[3, 0] [1, 8] [1, 1] : tensor<5x8xf32> to tensor<8xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>,
      affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%flat, %wide, %row : tensor<4x8xf32>, tensor<4x8xf32>, tensor<8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%p: f32, %q: f32, %s: f32, %o: f32):
    %0 = arith.addf %p, %q : f32
    %1 = arith.addf %0, %s : f32
    linalg.yield %1 : f32
  } -> tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}

// -----

// A convolution whose pixels become tokens writes them as rows: the transpose moves through the reshape and the bias.

// CHECK-LABEL: func.func @patches
// CHECK: %[[FILL:.+]] = linalg.fill {{.*}} -> tensor<1x4x4x24xf32>
// CHECK: %[[CONV:.+]] = linalg.generic {{.*}} outs(%[[FILL]] : tensor<1x4x4x24xf32>)
// CHECK: %[[BIAS:.+]] = linalg.generic {{.*}} ins(%[[CONV]], %{{.+}} : tensor<1x4x4x24xf32>, tensor<24xf32>)
// CHECK: %[[TOKENS:.+]] = tensor.collapse_shape %[[BIAS]] {{\[}}[0], [1, 2], [3]]
// CHECK-NEXT: return %[[TOKENS]] : tensor<1x16x24xf32>
func.func @patches(%x: tensor<1x3x16x16xf32>, %w: tensor<24x3x4x4xf32>, %b: tensor<24xf32>) -> tensor<1x16x24xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x24x4x4xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x24x4x4xf32>) -> tensor<1x24x4x4xf32>
  %c = linalg.generic {indexing_maps = [affine_map<(n, y, x, o, i, p, q) -> (n, i, y * 4 + p, x * 4 + q)>,
      affine_map<(n, y, x, o, i, p, q) -> (o, i, p, q)>, affine_map<(n, y, x, o, i, p, q) -> (n, o, y, x)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%x, %w : tensor<1x3x16x16xf32>, tensor<24x3x4x4xf32>) outs(%f : tensor<1x24x4x4xf32>) {
  ^bb0(%a: f32, %k: f32, %acc: f32):
    %0 = arith.mulf %a, %k : f32
    %1 = arith.addf %acc, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<1x24x4x4xf32>
  %d = linalg.generic {indexing_maps = [affine_map<(n, o, y, x) -> (n, o, y, x)>, affine_map<(n, o, y, x) -> (o)>,
      affine_map<(n, o, y, x) -> (n, o, y, x)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%c, %b : tensor<1x24x4x4xf32>, tensor<24xf32>) outs(%e : tensor<1x24x4x4xf32>) {
  ^bb0(%a: f32, %k: f32, %o: f32):
    %0 = arith.addf %a, %k : f32
    linalg.yield %0 : f32
  } -> tensor<1x24x4x4xf32>
  %flat = tensor.collapse_shape %d [[0], [1], [2, 3]] : tensor<1x24x4x4xf32> into tensor<1x24x16xf32>
  %et = tensor.empty() : tensor<1x16x24xf32>
  %t = linalg.generic {indexing_maps = [affine_map<(a, b, c) -> (a, c, b)>, affine_map<(a, b, c) -> (a, b, c)>],
      iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%flat : tensor<1x24x16xf32>) outs(%et : tensor<1x16x24xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<1x16x24xf32>
  return %t : tensor<1x16x24xf32>
}

// -----

// The reshape between a two-dimensional product and a three-dimensional residual moves behind the addition.

// CHECK-LABEL: func.func @residual
// CHECK-SAME: %[[R:[a-z0-9]+]]: tensor<8x5x6xf32>
// CHECK-DAG: %[[FLAT:.+]] = tensor.collapse_shape %[[R]] {{.*}} into tensor<40x6xf32>
// CHECK-DAG: %[[MM:.+]] = linalg.generic {{.*}}"reduction"
// CHECK: %[[SUM:.+]] = linalg.generic {{.*}} ins(%[[MM]], %[[FLAT]] : tensor<40x6xf32>, tensor<40x6xf32>)
// CHECK: %[[OUT:.+]] = tensor.expand_shape %[[SUM]]
// CHECK: return %[[OUT]] : tensor<8x5x6xf32>
func.func @residual(%a: tensor<40x7xf32>, %b: tensor<7x6xf32>, %r: tensor<8x5x6xf32>) -> tensor<8x5x6xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<40x6xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<40x6xf32>) -> tensor<40x6xf32>
  %mm = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>,
      affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<40x7xf32>, tensor<7x6xf32>) outs(%f : tensor<40x6xf32>) {
  ^bb0(%x: f32, %y: f32, %acc: f32):
    %0 = arith.mulf %x, %y : f32
    %1 = arith.addf %acc, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<40x6xf32>
  %mm3 = tensor.expand_shape %mm [[0, 1], [2]] output_shape [8, 5, 6] : tensor<40x6xf32> into tensor<8x5x6xf32>
  %e3 = tensor.empty() : tensor<8x5x6xf32>
  %s = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (i, j, k)>, affine_map<(i, j, k) -> (i, j, k)>,
      affine_map<(i, j, k) -> (i, j, k)>], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%mm3, %r : tensor<8x5x6xf32>, tensor<8x5x6xf32>) outs(%e3 : tensor<8x5x6xf32>) {
  ^bb0(%x: f32, %y: f32, %o: f32):
    %0 = arith.addf %x, %y : f32
    linalg.yield %0 : f32
  } -> tensor<8x5x6xf32>
  return %s : tensor<8x5x6xf32>
}

// -----

// A mean with keepdims is read as if it had been reduced without, so that its users live on the same rows.

// CHECK: #[[$MEAN:.+]] = affine_map<(d0, d1, d2) -> (d0, d1)>
// CHECK-LABEL: func.func @keepdims
// CHECK-SAME: (%[[X:.+]]: tensor<2x4x8xf32>, %[[M:.+]]: tensor<2x4xf32>)
// CHECK-NOT: tensor.expand_shape
// CHECK: linalg.generic {indexing_maps = [#{{.+}}, #[[$MEAN]], #{{.+}}]{{.*}} ins(%[[X]], %[[M]] :
func.func @keepdims(%x: tensor<2x4x8xf32>, %m: tensor<2x4xf32>) -> tensor<2x4x8xf32> {
  %k = tensor.expand_shape %m [[0], [1, 2]] output_shape [2, 4, 1] : tensor<2x4xf32> into tensor<2x4x1xf32>
  %e = tensor.empty() : tensor<2x4x8xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (i, j, k)>, affine_map<(i, j, k) -> (i, j, 0)>,
      affine_map<(i, j, k) -> (i, j, k)>], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %k : tensor<2x4x8xf32>, tensor<2x4x1xf32>) outs(%e : tensor<2x4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.subf %a, %b : f32
    linalg.yield %0 : f32
  } -> tensor<2x4x8xf32>
  return %r : tensor<2x4x8xf32>
}

// -----

// A product that merges the rows of the normalisation it reads takes the rows' own loops; its zeros are refilled in
// that shape.

// CHECK-LABEL: func.func @rows_first
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<8x5x7xf32>
// CHECK: %[[SCALED:.+]] = linalg.generic {{.*}} outs(%{{.+}} : tensor<8x5x7xf32>)
// CHECK-NOT: tensor.expand_shape
// CHECK: %[[ZERO:.+]] = linalg.fill {{.*}} -> tensor<8x5x6xf32>
// CHECK: %[[MM:.+]] = linalg.generic {{.*}} ins(%[[SCALED]], %{{.+}} : tensor<8x5x7xf32>, tensor<7x6xf32>) outs(%[[ZERO]] :
// CHECK: %[[OUT:.+]] = tensor.collapse_shape %[[MM]]
// CHECK: return %[[OUT]] : tensor<40x6xf32>
func.func @rows_first(%x: tensor<8x5x7xf32>, %b: tensor<7x6xf32>) -> tensor<40x6xf32> {
  %zero = arith.constant 0.0 : f32
  %er = tensor.empty() : tensor<8x5xf32>
  %fr = linalg.fill ins(%zero : f32) outs(%er : tensor<8x5xf32>) -> tensor<8x5xf32>
  %sum = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (i, j, k)>, affine_map<(i, j, k) -> (i, j)>],
      iterator_types = ["parallel", "parallel", "reduction"]} ins(%x : tensor<8x5x7xf32>) outs(%fr : tensor<8x5xf32>) {
  ^bb0(%a: f32, %acc: f32):
    %0 = arith.addf %acc, %a : f32
    linalg.yield %0 : f32
  } -> tensor<8x5xf32>
  %ex = tensor.empty() : tensor<8x5x7xf32>
  %scaled = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (i, j, k)>, affine_map<(i, j, k) -> (i, j)>,
      affine_map<(i, j, k) -> (i, j, k)>], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %sum : tensor<8x5x7xf32>, tensor<8x5xf32>) outs(%ex : tensor<8x5x7xf32>) {
  ^bb0(%a: f32, %s: f32, %o: f32):
    %0 = arith.divf %a, %s : f32
    linalg.yield %0 : f32
  } -> tensor<8x5x7xf32>
  %flat = tensor.collapse_shape %scaled [[0, 1], [2]] : tensor<8x5x7xf32> into tensor<40x7xf32>
  %e = tensor.empty() : tensor<40x6xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<40x6xf32>) -> tensor<40x6xf32>
  %mm = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>,
      affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%flat, %b : tensor<40x7xf32>, tensor<7x6xf32>) outs(%f : tensor<40x6xf32>) {
  ^bb0(%x0: f32, %y: f32, %acc: f32):
    %0 = arith.mulf %x0, %y : f32
    %1 = arith.addf %acc, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<40x6xf32>
  return %mm : tensor<40x6xf32>
}

// -----

// Bodies of loops as well: the transpose becomes a map, and a result's start no reshape of one outside.
// CHECK-LABEL: func.func @body(
func.func @body(%x: tensor<4x6xf32>, %n: index) -> tensor<6x4xf32> {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %start = tensor.empty() : tensor<6x4xf32>
  // CHECK: scf.for
  %r = scf.for %i = %zero to %n step %one iter_args(%y = %start) -> tensor<6x4xf32> {
    %et = tensor.empty() : tensor<6x4xf32>
    %t = linalg.generic {indexing_maps = [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i, j)>],
        iterator_types = ["parallel", "parallel"]} ins(%x : tensor<4x6xf32>) outs(%et : tensor<6x4xf32>) {
    ^bb0(%a: f32, %o: f32):
      linalg.yield %a : f32
    } -> tensor<6x4xf32>
    %flat = tensor.empty() : tensor<24xf32>
    // CHECK-NOT: expand_shape
    %init = tensor.expand_shape %flat [[0, 1]] output_shape [6, 4] : tensor<24xf32> into tensor<6x4xf32>
    // CHECK: linalg.generic {{.*}} ins(%{{.*}}, %arg0 : tensor<6x4xf32>, tensor<4x6xf32>)
    %s = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>,
        affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
        ins(%y, %t : tensor<6x4xf32>, tensor<6x4xf32>) outs(%init : tensor<6x4xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %0 = arith.mulf %a, %b : f32
      linalg.yield %0 : f32
    } -> tensor<6x4xf32>
    scf.yield %s : tensor<6x4xf32>
  }
  return %r : tensor<6x4xf32>
}

// -----

// A body that looks at its loops (here it keeps a triangle) takes the loops of the heavy op in front of it, and computes the
// indices it knew from theirs.

// CHECK-LABEL: func.func @triangle
// CHECK: linalg.generic
// CHECK-NOT: affine.apply
// CHECK: linalg.generic
// CHECK-NOT: affine.apply
// CHECK-DAG: %[[OUTER:.+]] = linalg.index 0
// CHECK-DAG: %[[INNER:.+]] = linalg.index 1
// CHECK: arith.muli %[[OUTER]],
// CHECK-NOT: affine.apply
// CHECK: tensor.collapse_shape
func.func @triangle(%a: tensor<2x3x7xf32>, %b: tensor<7x6xf32>) -> tensor<6x6xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x3x6xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2x3x6xf32>) -> tensor<2x3x6xf32>
  %mm = linalg.generic {indexing_maps = [affine_map<(l, m, n, k) -> (l, m, k)>, affine_map<(l, m, n, k) -> (k, n)>,
      affine_map<(l, m, n, k) -> (l, m, n)>], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<2x3x7xf32>, tensor<7x6xf32>) outs(%f : tensor<2x3x6xf32>) {
  ^bb0(%x0: f32, %y: f32, %acc: f32):
    %0 = arith.mulf %x0, %y : f32
    %1 = arith.addf %acc, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<2x3x6xf32>
  %flat = tensor.collapse_shape %mm [[0, 1], [2]] : tensor<2x3x6xf32> into tensor<6x6xf32>
  %er = tensor.empty() : tensor<6x6xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]} ins(%flat : tensor<6x6xf32>) outs(%er : tensor<6x6xf32>) {
  ^bb0(%x0: f32, %o: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %below = arith.cmpi ule, %j, %i : index
    %kept = arith.select %below, %x0, %zero : f32
    linalg.yield %kept : f32
  } -> tensor<6x6xf32>
  return %r : tensor<6x6xf32>
}

// -----

// What is computed in the loops of pairs is inserted into the cache before they are merged: one kernel writes it there.

// CHECK-LABEL: func.func @insert_merged
// CHECK-SAME: (%[[PAST:.+]]: tensor<2x7x4xf32>, %[[X:.+]]: tensor<2x1x2x2xf32>)
// CHECK-DAG: %[[SPLIT:.+]] = tensor.expand_shape %[[PAST]] {{\[\[}}0], [1], [2, 3]] {{.*}} into tensor<2x7x2x2xf32>
// CHECK-DAG: %[[Y:.+]] = linalg.generic
// CHECK: %[[FIRST:.+]] = tensor.insert_slice %[[SPLIT]] into %{{.+}}[0, 0, 0, 0] [2, 7, 2, 2] [1, 1, 1, 1]
// CHECK: %[[WHOLE:.+]] = tensor.insert_slice %[[Y]] into %[[FIRST]][0, 7, 0, 0] [2, 1, 2, 2] [1, 1, 1, 1]
// CHECK: %[[R:.+]] = tensor.collapse_shape %[[WHOLE]]
// CHECK: return %[[R]]
func.func @insert_merged(%past: tensor<2x7x4xf32>, %x: tensor<2x1x2x2xf32>) -> tensor<2x8x4xf32> {
  %e = tensor.empty() : tensor<2x1x2x2xf32>
  %y = linalg.generic {
    indexing_maps = [affine_map<(a, b, c, d) -> (a, b, c, d)>, affine_map<(a, b, c, d) -> (a, b, 1 - c, d)>, affine_map<(a, b, c, d) -> (a, b, c, d)>],
    iterator_types = ["parallel", "parallel", "parallel", "parallel"]
  } ins(%x, %x : tensor<2x1x2x2xf32>, tensor<2x1x2x2xf32>) outs(%e : tensor<2x1x2x2xf32>) {
  ^bb0(%i: f32, %j: f32, %o: f32):
    %s = arith.subf %i, %j : f32
    linalg.yield %s : f32
  } -> tensor<2x1x2x2xf32>
  %m = tensor.collapse_shape %y [[0], [1], [2, 3]] : tensor<2x1x2x2xf32> into tensor<2x1x4xf32>
  %w = tensor.empty() : tensor<2x8x4xf32>
  %p = tensor.insert_slice %past into %w[0, 0, 0] [2, 7, 4] [1, 1, 1] : tensor<2x7x4xf32> into tensor<2x8x4xf32>
  %r = tensor.insert_slice %m into %p[0, 7, 0] [2, 1, 4] [1, 1, 1] : tensor<2x1x4xf32> into tensor<2x8x4xf32>
  return %r : tensor<2x8x4xf32>
}
