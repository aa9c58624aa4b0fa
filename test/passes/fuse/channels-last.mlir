// RUN: fovea-opt %s --fovea-channels-last --split-input-file | FileCheck %s

#x = affine_map<(n, y, x, o, i, r, s) -> (n, i, y * 2 + r, x * 2 + s)>
#w = affine_map<(n, y, x, o, i, r, s) -> (o, i, r, s)>
#o = affine_map<(n, y, x, o, i, r, s) -> (n, o, y, x)>
#id = affine_map<(n, c, y, x) -> (n, c, y, x)>
#c = affine_map<(n, c, y, x) -> (c)>
#in = affine_map<(n, c, y, x, r, s) -> (n, c, y + r, x + s)>
#k = affine_map<(n, c, y, x, r, s) -> (r, s)>
#out = affine_map<(n, c, y, x, r, s) -> (n, c, y, x)>

// A convolution, its bias, padding, a pool over windows and the merged result, all with channels last; the model's
// output is transposed back.

// CHECK-DAG: #[[$ROWS:.+]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1, d2, d3)>
// CHECK-DAG: #[[$LAST:.+]] = affine_map<(d0, d1, d2, d3) -> (d0, d2, d3, d1)>
// CHECK-DAG: #[[$WINDOW:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d2 + d4, d3 + d5, d1)>
// CHECK-LABEL: func.func @network
// CHECK-SAME: %[[X:.+]]: tensor<1x3x9x9xf32>
// CHECK: %[[P:.+]] = linalg.generic {indexing_maps = [{{.*}}#[[$ROWS]]]{{.*}} ins(%[[X]], %{{.+}} : {{.*}} outs(%{{.+}} : tensor<1x4x4x8xf32>)
// CHECK: %[[B:.+]] = linalg.generic {indexing_maps = [#[[$LAST]], {{.+}}, #[[$LAST]]]{{.*}} ins(%[[P]], %{{.+}} outs(%{{.+}} : tensor<1x4x4x8xf32>)
// CHECK: %[[PAD:.+]] = tensor.pad %[[B]] low[0, 1, 2, 0] high[0, 0, 1, 0]
// CHECK: tensor<1x4x4x8xf32> to tensor<1x5x7x8xf32>
// CHECK: %[[POOL:.+]] = linalg.generic {indexing_maps = [#[[$WINDOW]], {{.*}} ins(%[[PAD]], %{{.+}} outs(%{{.+}} : tensor<1x3x5x8xf32>)
// CHECK: %[[M:.+]] = tensor.collapse_shape %[[POOL]] {{\[\[}}0], [1, 2], [3]] : tensor<1x3x5x8xf32> into tensor<1x15x8xf32>
// CHECK: %[[R:.+]] = linalg.generic {{.*}} ins(%[[M]] : tensor<1x15x8xf32>) outs(%{{.+}} : tensor<1x8x15xf32>)
// CHECK: return %[[R]]
func.func @network(%x: tensor<1x3x9x9xf32>, %w: tensor<8x3x3x3xf32>, %b: tensor<8xf32>) -> tensor<1x8x15xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x8x4x4xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
  %p = linalg.generic {indexing_maps = [#x, #w, #o], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%x, %w : tensor<1x3x9x9xf32>, tensor<8x3x3x3xf32>) outs(%f : tensor<1x8x4x4xf32>) {
    ^bb0(%u: f32, %v: f32, %a: f32):
      %1 = arith.mulf %u, %v : f32
      %2 = arith.addf %a, %1 : f32
      linalg.yield %2 : f32
  } -> tensor<1x8x4x4xf32>
  %q = linalg.generic {indexing_maps = [#id, #c, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%p, %b : tensor<1x8x4x4xf32>, tensor<8xf32>) outs(%e : tensor<1x8x4x4xf32>) {
    ^bb0(%u: f32, %v: f32, %a: f32):
      %1 = arith.addf %u, %v : f32
      linalg.yield %1 : f32
  } -> tensor<1x8x4x4xf32>
  %padded = tensor.pad %q low[0, 0, 1, 2] high[0, 0, 0, 1] {
    ^bb0(%0: index, %1: index, %2: index, %3: index):
      tensor.yield %zero : f32
  } : tensor<1x8x4x4xf32> to tensor<1x8x5x7xf32>
  %window = tensor.empty() : tensor<3x3xf32>
  %ep = tensor.empty() : tensor<1x8x3x5xf32>
  %fp = linalg.fill ins(%zero : f32) outs(%ep : tensor<1x8x3x5xf32>) -> tensor<1x8x3x5xf32>
  %pool = linalg.generic {indexing_maps = [#in, #k, #out], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%padded, %window : tensor<1x8x5x7xf32>, tensor<3x3xf32>) outs(%fp : tensor<1x8x3x5xf32>) {
    ^bb0(%u: f32, %v: f32, %a: f32):
      %1 = arith.maximumf %u, %a : f32
      linalg.yield %1 : f32
  } -> tensor<1x8x3x5xf32>
  %m = tensor.collapse_shape %pool [[0], [1], [2, 3]] : tensor<1x8x3x5xf32> into tensor<1x8x15xf32>
  return %m : tensor<1x8x15xf32>
}

// -----

#id = affine_map<(n, c, y, x) -> (n, c, y, x)>

// Nothing here comes from a convolution.

// CHECK-LABEL: func.func @plain
// CHECK: linalg.generic {indexing_maps = [#[[ID:.+]], #[[ID]]]
// CHECK-SAME: outs(%{{.+}} : tensor<1x8x4x4xf32>)
// CHECK-NOT: linalg.generic
func.func @plain(%x: tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
  %e = tensor.empty() : tensor<1x8x4x4xf32>
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%x : tensor<1x8x4x4xf32>) outs(%e : tensor<1x8x4x4xf32>) {
    ^bb0(%u: f32, %a: f32):
      %1 = arith.negf %u : f32
      linalg.yield %1 : f32
  } -> tensor<1x8x4x4xf32>
  return %r : tensor<1x8x4x4xf32>
}

// -----

#x = affine_map<(n, y, o, i, r) -> (n, i, y + r)>
#w = affine_map<(n, y, o, i, r) -> (o, i, r)>
#o = affine_map<(n, y, o, i, r) -> (n, o, y)>

// A slice, and a concatenation whose second piece is transposed to fit the first.

// CHECK-LABEL: func.func @pieces
// CHECK-SAME: %{{.+}}: tensor<1x3x8xf32>, %{{.+}}: tensor<4x3x3xf32>, %[[S:.+]]: tensor<1x5x5xf32>
// CHECK: %[[P:.+]] = linalg.generic {{.*}} outs(%{{.+}} : tensor<1x6x4xf32>)
// CHECK: %[[CUT:.+]] = tensor.extract_slice %[[P]][0, 1, 0] [1, 5, 4] [1, 1, 1] : tensor<1x6x4xf32> to tensor<1x5x4xf32>
// CHECK: %[[I:.+]] = tensor.insert_slice %[[CUT]] into %{{.+}}[0, 0, 0] [1, 5, 4] [1, 1, 1] : tensor<1x5x4xf32> into tensor<1x5x9xf32>
// CHECK: %[[T:.+]] = linalg.generic {{.*}} ins(%[[S]] : tensor<1x5x5xf32>)
// CHECK: tensor.insert_slice %[[T]] into %[[I]][0, 0, 4] [1, 5, 5] [1, 1, 1] : tensor<1x5x5xf32> into tensor<1x5x9xf32>
func.func @pieces(%x: tensor<1x3x8xf32>, %w: tensor<4x3x3xf32>, %s: tensor<1x5x5xf32>) -> tensor<1x9x5xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x4x6xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x4x6xf32>) -> tensor<1x4x6xf32>
  %p = linalg.generic {indexing_maps = [#x, #w, #o], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%x, %w : tensor<1x3x8xf32>, tensor<4x3x3xf32>) outs(%f : tensor<1x4x6xf32>) {
    ^bb0(%u: f32, %v: f32, %a: f32):
      %1 = arith.mulf %u, %v : f32
      %2 = arith.addf %a, %1 : f32
      linalg.yield %2 : f32
  } -> tensor<1x4x6xf32>
  %cut = tensor.extract_slice %p[0, 0, 1] [1, 4, 5] [1, 1, 1] : tensor<1x4x6xf32> to tensor<1x4x5xf32>
  %all = tensor.empty() : tensor<1x9x5xf32>
  %0 = tensor.insert_slice %cut into %all[0, 0, 0] [1, 4, 5] [1, 1, 1] : tensor<1x4x5xf32> into tensor<1x9x5xf32>
  %1 = tensor.insert_slice %s into %0[0, 4, 0] [1, 5, 5] [1, 1, 1] : tensor<1x5x5xf32> into tensor<1x9x5xf32>
  return %1 : tensor<1x9x5xf32>
}

// -----

// Tokens become an image for a convolution of each channel: the image has its channels last already.

// CHECK-LABEL: func.func @tokens
// CHECK-SAME: %[[X:.+]]: tensor<1x6x8xf32>
// CHECK-NOT: linalg.generic
// CHECK: %[[I:.+]] = tensor.expand_shape %[[X]] {{\[\[}}0], [1, 2], [3]] output_shape [1, 2, 3, 8]
// CHECK: %[[P:.+]] = tensor.pad %[[I]] low[0, 1, 1, 0] high[0, 1, 1, 0]
// CHECK: linalg.generic {{.*}} ins(%[[P]], %{{.+}} : tensor<1x4x5x8xf32>,
// CHECK-SAME: outs(%{{.+}} : tensor<1x2x3x8xf32>)
#nlc = affine_map<(n, c, l) -> (n, l, c)>
#ncl = affine_map<(n, c, l) -> (n, c, l)>
#read = affine_map<(n, c, y, x, r, s) -> (n, c, y + r, x + s)>
#weight = affine_map<(n, c, y, x, r, s) -> (c, r, s)>
#write = affine_map<(n, c, y, x, r, s) -> (n, c, y, x)>
func.func @tokens(%x: tensor<1x6x8xf32>, %w: tensor<8x3x3xf32>) -> tensor<1x8x2x3xf32> {
  %zero = arith.constant 0.0 : f32
  %et = tensor.empty() : tensor<1x8x6xf32>
  %t = linalg.generic {indexing_maps = [#nlc, #ncl], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x : tensor<1x6x8xf32>) outs(%et : tensor<1x8x6xf32>) {
    ^bb0(%u: f32, %a: f32):
      linalg.yield %u : f32
  } -> tensor<1x8x6xf32>
  %image = tensor.expand_shape %t [[0], [1], [2, 3]] output_shape [1, 8, 2, 3] : tensor<1x8x6xf32> into tensor<1x8x2x3xf32>
  %padded = tensor.pad %image low[0, 0, 1, 1] high[0, 0, 1, 1] {
    ^bb0(%0: index, %1: index, %2: index, %3: index):
      tensor.yield %zero : f32
  } : tensor<1x8x2x3xf32> to tensor<1x8x4x5xf32>
  %e = tensor.empty() : tensor<1x8x2x3xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x8x2x3xf32>) -> tensor<1x8x2x3xf32>
  %y = linalg.generic {indexing_maps = [#read, #weight, #write], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%padded, %w : tensor<1x8x4x5xf32>, tensor<8x3x3xf32>) outs(%f : tensor<1x8x2x3xf32>) {
    ^bb0(%u: f32, %v: f32, %a: f32):
      %1 = arith.mulf %u, %v : f32
      %2 = arith.addf %a, %1 : f32
      linalg.yield %2 : f32
  } -> tensor<1x8x2x3xf32>
  return %y : tensor<1x8x2x3xf32>
}
