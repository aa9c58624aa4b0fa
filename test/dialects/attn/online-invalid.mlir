// RUN: fovea-opt %s -verify-diagnostics -split-input-file

// A sink in a step.
#q = affine_map<(b, h, i, j, d, e) -> (i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (j, e)>
#a = affine_map<(b, h, i, j, d, e) -> (i, e)>
#r = affine_map<(b, h, i, j, d, e) -> (i)>
func.func @f(%q: tensor<3x8xf32>, %k: tensor<5x8xf32>, %v: tensor<5x4xf32>, %a: tensor<3x4xf32>, %r: tensor<3xf32>) {
  // expected-error @+1 {{has a sink, which belongs into the first maximum and sum}}
  %o:3 = attn.online_attention ins(%q, %k, %v : tensor<3x8xf32>, tensor<5x8xf32>, tensor<5x4xf32>)
    outs(%a, %r, %r : tensor<3x4xf32>, tensor<3xf32>, tensor<3xf32>)
    domain = [1, 1, 3, 5, 8, 4] indexing_maps = [#q, #k, #v, #a, #r, #r] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      %c = arith.constant 0.0 : f32
      attn.yield %s sink %c : f32
  } -> tensor<3x4xf32>, tensor<3xf32>, tensor<3xf32>
  return
}

// -----

// An accumulator of f16.
#q = affine_map<(b, h, i, j, d, e) -> (i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (j, e)>
#a = affine_map<(b, h, i, j, d, e) -> (i, e)>
#r = affine_map<(b, h, i, j, d, e) -> (i)>
func.func @f(%q: tensor<3x8xf32>, %k: tensor<5x8xf32>, %v: tensor<5x4xf32>, %a: tensor<3x4xf16>, %r: tensor<3xf32>) {
  // expected-error @+1 {{needs f32 elements in the accumulator}}
  %o:3 = attn.online_attention ins(%q, %k, %v : tensor<3x8xf32>, tensor<5x8xf32>, tensor<5x4xf32>)
    outs(%a, %r, %r : tensor<3x4xf16>, tensor<3xf32>, tensor<3xf32>)
    domain = [1, 1, 3, 5, 8, 4] indexing_maps = [#q, #k, #v, #a, #r, #r] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
  } -> tensor<3x4xf16>, tensor<3xf32>, tensor<3xf32>
  return
}

// -----

// A result unlike its initial value.
#q = affine_map<(b, h, i, j, d, e) -> (i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (j, e)>
#a = affine_map<(b, h, i, j, d, e) -> (i, e)>
#r = affine_map<(b, h, i, j, d, e) -> (i)>
func.func @f(%q: tensor<3x8xf32>, %k: tensor<5x8xf32>, %v: tensor<5x4xf32>, %a: tensor<3x4xf32>, %r: tensor<3xf32>) {
  // expected-error @+1 {{needs a result like the accumulator, 'tensor<3x4xf32>', not 'tensor<3x4xf16>'}}
  %o:3 = attn.online_attention ins(%q, %k, %v : tensor<3x8xf32>, tensor<5x8xf32>, tensor<5x4xf32>)
    outs(%a, %r, %r : tensor<3x4xf32>, tensor<3xf32>, tensor<3xf32>)
    domain = [1, 1, 3, 5, 8, 4] indexing_maps = [#q, #k, #v, #a, #r, #r] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
  } -> tensor<3x4xf16>, tensor<3xf32>, tensor<3xf32>
  return
}
