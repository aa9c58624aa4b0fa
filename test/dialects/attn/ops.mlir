// RUN: fovea-opt %s | fovea-opt | FileCheck %s

#q = affine_map<(b, h, i, j, d, e) -> (b, i, h * 16 + d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, j, (h floordiv 2) * 16 + d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, j, (h floordiv 2) * 8 + e)>
#m = affine_map<(b, h, i, j, d, e) -> (b, 0, i, j)>
#o = affine_map<(b, h, i, j, d, e) -> (b, i, h * 8 + e)>
#p = affine_map<(b, h, i, j, d, e) -> (b, h, i, j)>
#acc = affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>
#row = affine_map<(b, h, i, j, d, e) -> (b, h, i)>

// Packed heads, shared key heads, a bool capture, probabilities.

// CHECK-LABEL: func.func @attention
// CHECK: attn.attention ins(%{{.+}}, %{{.+}}, %{{.+}} : tensor<2x9x64xf32>, tensor<2x6x32xf32>, tensor<2x6x16xf32>)
// CHECK-SAME: captures(%{{.+}} : tensor<2x1x9x6xi1>)
// CHECK-SAME: domain = [2, 4, 9, 6, 16, 8]
// CHECK-SAME: mask = <window, left = 2, right = 1>
// CHECK-SAME: numerics = <scale = 2.500000e-01 : f64, placement = both, maskedRows = zero>
// CHECK-SAME: normalizer = <mean>
// CHECK: -> tensor<2x9x32xf32> probabilities tensor<2x4x9x6xf16>
func.func @attention(%q: tensor<2x9x64xf32>, %k: tensor<2x6x32xf32>, %v: tensor<2x6x16xf32>, %m: tensor<2x1x9x6xi1>) -> (tensor<2x9x32xf32>, tensor<2x4x9x6xf16>) {
  %o, %p = attn.attention ins(%q, %k, %v : tensor<2x9x64xf32>, tensor<2x6x32xf32>, tensor<2x6x16xf32>)
    captures(%m : tensor<2x1x9x6xi1>) domain = [2, 4, 9, 6, 16, 8] indexing_maps = [#q, #k, #v, #m, #o, #p]
    mask = <window, left = 2, right = 1> numerics = <scale = 2.5e-01 : f64, placement = both, maskedRows = zero> normalizer = <mean> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %c: i1):
      %low = arith.constant -1.0e4 : f32
      %x = arith.select %c, %s, %low : f32
      attn.yield %x : f32
  } -> tensor<2x9x32xf32> probabilities tensor<2x4x9x6xf16>
  return %o, %p : tensor<2x9x32xf32>, tensor<2x4x9x6xf16>
}

// CHECK-LABEL: func.func @online
// CHECK: attn.online_attention ins({{.+}}) outs({{.+}} : tensor<2x4x9x8xf32>, tensor<2x4x9xf32>, tensor<2x4x9xf32>)
// CHECK: -> tensor<2x4x9x8xf32>, tensor<2x4x9xf32>, tensor<2x4x9xf32>
func.func @online(%q: tensor<2x9x64xf32>, %k: tensor<2x6x32xf32>, %v: tensor<2x6x16xf32>, %acc: tensor<2x4x9x8xf32>, %max: tensor<2x4x9xf32>, %sum: tensor<2x4x9xf32>) -> tensor<2x4x9x8xf32> {
  %a, %m, %l = attn.online_attention ins(%q, %k, %v : tensor<2x9x64xf32>, tensor<2x6x32xf32>, tensor<2x6x16xf32>)
    outs(%acc, %max, %sum : tensor<2x4x9x8xf32>, tensor<2x4x9xf32>, tensor<2x4x9xf32>)
    domain = [2, 4, 9, 6, 16, 8] indexing_maps = [#q, #k, #v, #acc, #row, #row] mask = <dense> numerics = <scale = 2.5e-01 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
  } -> tensor<2x4x9x8xf32>, tensor<2x4x9xf32>, tensor<2x4x9xf32>
  return %a : tensor<2x4x9x8xf32>
}

// A sink per head and values of query, key and channel.

#rel = affine_map<(b, h, i, j, d, e) -> (i - j + 4, e)>
#head = affine_map<(b, h, i, j, d, e) -> (h)>
// CHECK-LABEL: func.func @sink_and_value
// CHECK: attn.yield %{{.+}} sink %{{.+}} value %{{.+}} : f32
func.func @sink_and_value(%q: tensor<1x3x32xf32>, %k: tensor<1x5x16xf32>, %v: tensor<1x5x8xf32>, %r: tensor<7x8xf32>, %t: tensor<2xf32>) -> tensor<1x3x16xf32> {
  %o = attn.attention ins(%q, %k, %v : tensor<1x3x32xf32>, tensor<1x5x16xf32>, tensor<1x5x8xf32>)
    captures(%r, %t : tensor<7x8xf32>, tensor<2xf32>) domain = [1, 2, 3, 5, 16, 8]
    indexing_maps = [#q, #k, #v, #rel, #head, affine_map<(b, h, i, j, d, e) -> (b, i, h * 8 + e)>] mask = <dense> numerics = <scale = 0.25 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %more: f32, %sink: f32):
      attn.yield %s sink %sink value %more : f32
  } -> tensor<1x3x16xf32>
  return %o : tensor<1x3x16xf32>
}
