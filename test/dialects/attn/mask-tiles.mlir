// RUN: fovea-opt %s --fovea-attn-print-mask-tiles="query-tile=4 key-tile=4" --verify-diagnostics -o /dev/null
// RUN: not fovea-opt %s --fovea-attn-print-mask-tiles="query-tile=0" 2>&1 | FileCheck %s --check-prefix=SIZE
// SIZE: tiles need a positive size

#q = affine_map<(b, h, i, j, d, e) -> (b, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, j, e)>
#o = affine_map<(b, h, i, j, d, e) -> (b, i, e)>
#regions = affine_set<(b, h, i, j) : ((b * 2 + i floordiv 2 + 1) floordiv 4 - (b * 2 + j floordiv 2 + 1) floordiv 4 == 0)>

func.func @maps(%q: tensor<1x12x8xf32>, %k: tensor<1x11x8xf32>, %w: tensor<2x4x8xf32>) {
  // expected-remark @+1 {{dense: FFF/FFF/FFF}}
  %0 = attn.attention ins(%q, %k, %k : tensor<1x12x8xf32>, tensor<1x11x8xf32>, tensor<1x11x8xf32>) domain = [1, 1, 12, 11, 8, 8]
    indexing_maps = [#q, #k, #v, #o] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
  } -> tensor<1x12x8xf32>
  // expected-remark @+1 {{causal(offset=0): PEE/FPE/FFP}}
  %1 = attn.attention ins(%q, %k, %k : tensor<1x12x8xf32>, tensor<1x11x8xf32>, tensor<1x11x8xf32>) domain = [1, 1, 12, 11, 8, 8]
    indexing_maps = [#q, #k, #v, #o] mask = <causal> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
  } -> tensor<1x12x8xf32>
  // expected-remark @+1 {{window(left=3,right=0): PEE/PPE/EPP}}
  %2 = attn.attention ins(%q, %k, %k : tensor<1x12x8xf32>, tensor<1x11x8xf32>, tensor<1x11x8xf32>) domain = [1, 1, 12, 11, 8, 8]
    indexing_maps = [#q, #k, #v, #o] mask = <window, left = 3, right = 0> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
  } -> tensor<1x12x8xf32>
  // expected-remark @+1 {{block(4): FEE/EFE/EEF}}
  %3 = attn.attention ins(%q, %k, %k : tensor<1x12x8xf32>, tensor<1x11x8xf32>, tensor<1x11x8xf32>) domain = [1, 1, 12, 11, 8, 8]
    indexing_maps = [#q, #k, #v, #o] mask = <affine_set<(b, h, i, j) : (i floordiv 4 - j floordiv 4 == 0)>> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
  } -> tensor<1x12x8xf32>
  // expected-remark @+1 {{prefix(4)+causal(offset=0): FEE/FPE/FFP}}
  %4 = attn.attention ins(%q, %k, %k : tensor<1x12x8xf32>, tensor<1x11x8xf32>, tensor<1x11x8xf32>) domain = [1, 1, 12, 11, 8, 8]
    indexing_maps = [#q, #k, #v, #o] mask = <affine_set<(b, h, i, j) : (3 - j >= 0)>, affine_set<(b, h, i, j) : (i - j >= 0)>> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
  } -> tensor<1x12x8xf32>
  // Windows of 2 x 2, of which the second is cut by the shift.
  // expected-remark @+1 {{regions: F;P}}
  %5 = attn.attention ins(%w, %w, %w : tensor<2x4x8xf32>, tensor<2x4x8xf32>, tensor<2x4x8xf32>) domain = [2, 1, 4, 4, 8, 8]
    indexing_maps = [#q, #k, #v, #o] mask = <#regions> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
  } -> tensor<2x4x8xf32>
  return
}
