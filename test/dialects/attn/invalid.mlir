// RUN: fovea-opt %s -verify-diagnostics -split-input-file

// Five extents.
#q = affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>
#m = affine_map<(b, h, i, j, d, e) -> (i, j)>
#o = affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>
func.func @f(%q: tensor<1x2x3x8xf32>, %k: tensor<1x2x5x8xf32>, %v: tensor<1x2x5x4xf32>, %m: tensor<3x5xf32>) {
  // expected-error @+1 {{needs six extents (b, h, i, j, d, e) in its domain, not 5}}
  %o = attn.attention ins(%q, %k, %v : tensor<1x2x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x4xf32>)
    captures(%m : tensor<3x5xf32>) domain = [1, 2, 3, 5, 8] indexing_maps = [#q, #k, #v, #m, #o] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %c: f32):
      attn.yield %s : f32
  } -> tensor<1x2x3x4xf32>
  return
}

// -----

// An empty dimension.
#q = affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>
#m = affine_map<(b, h, i, j, d, e) -> (i, j)>
#o = affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>
func.func @f(%q: tensor<1x2x3x8xf32>, %k: tensor<1x2x5x8xf32>, %v: tensor<1x2x5x4xf32>, %m: tensor<3x5xf32>) {
  // expected-error @+1 {{needs a positive extent of j, not 0}}
  %o = attn.attention ins(%q, %k, %v : tensor<1x2x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x4xf32>)
    captures(%m : tensor<3x5xf32>) domain = [1, 2, 3, 0, 8, 4] indexing_maps = [#q, #k, #v, #m, #o] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %c: f32):
      attn.yield %s : f32
  } -> tensor<1x2x3x4xf32>
  return
}

// -----

// A missing map.
#q = affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>
#m = affine_map<(b, h, i, j, d, e) -> (i, j)>
#o = affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>
func.func @f(%q: tensor<1x2x3x8xf32>, %k: tensor<1x2x5x8xf32>, %v: tensor<1x2x5x4xf32>, %m: tensor<3x5xf32>) {
  // expected-error @+1 {{needs 5 indexing maps, has 4}}
  %o = attn.attention ins(%q, %k, %v : tensor<1x2x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x4xf32>)
    captures(%m : tensor<3x5xf32>) domain = [1, 2, 3, 5, 8, 4] indexing_maps = [#q, #k, #v, #o] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %c: f32):
      attn.yield %s : f32
  } -> tensor<1x2x3x4xf32>
  return
}

// -----

// A map with too few results.
#q = affine_map<(b, h, i, j, d, e) -> (h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>
#m = affine_map<(b, h, i, j, d, e) -> (i, j)>
#o = affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>
func.func @f(%q: tensor<1x2x3x8xf32>, %k: tensor<1x2x5x8xf32>, %v: tensor<1x2x5x4xf32>, %m: tensor<3x5xf32>) {
  // expected-error @+1 {{indexes the query with 3 expressions, but it has 4 dimensions}}
  %o = attn.attention ins(%q, %k, %v : tensor<1x2x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x4xf32>)
    captures(%m : tensor<3x5xf32>) domain = [1, 2, 3, 5, 8, 4] indexing_maps = [#q, #k, #v, #m, #o] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %c: f32):
      attn.yield %s : f32
  } -> tensor<1x2x3x4xf32>
  return
}

// -----

// A query indexed by the key.
#q = affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>
#m = affine_map<(b, h, i, j, d, e) -> (i, j)>
#o = affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>
func.func @f(%q: tensor<1x2x3x8xf32>, %k: tensor<1x2x5x8xf32>, %v: tensor<1x2x5x4xf32>, %m: tensor<3x5xf32>) {
  // expected-error @+1 {{indexes the query with dimension j, which it does not have}}
  %o = attn.attention ins(%q, %k, %v : tensor<1x2x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x4xf32>)
    captures(%m : tensor<3x5xf32>) domain = [1, 2, 3, 5, 8, 4] indexing_maps = [#q, #k, #v, #m, #o] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %c: f32):
      attn.yield %s : f32
  } -> tensor<1x2x3x4xf32>
  return
}

// -----

// A capture indexed by the channel.
#q = affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>
#m = affine_map<(b, h, i, j, d, e) -> (i, d)>
#o = affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>
func.func @f(%q: tensor<1x2x3x8xf32>, %k: tensor<1x2x5x8xf32>, %v: tensor<1x2x5x4xf32>, %m: tensor<3x5xf32>) {
  // expected-error @+1 {{indexes the capture 0 with dimension d, which it does not have}}
  %o = attn.attention ins(%q, %k, %v : tensor<1x2x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x4xf32>)
    captures(%m : tensor<3x5xf32>) domain = [1, 2, 3, 5, 8, 4] indexing_maps = [#q, #k, #v, #m, #o] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %c: f32):
      attn.yield %s : f32
  } -> tensor<1x2x3x4xf32>
  return
}

// -----

// An index past the end.
#q = affine_map<(b, h, i, j, d, e) -> (b, h, i + 1, d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>
#m = affine_map<(b, h, i, j, d, e) -> (i, j)>
#o = affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>
func.func @f(%q: tensor<1x2x3x8xf32>, %k: tensor<1x2x5x8xf32>, %v: tensor<1x2x5x4xf32>, %m: tensor<3x5xf32>) {
  // expected-error @+1 {{indexes the query outside of dimension 2 of 'tensor<1x2x3x8xf32>': from 1 to 3}}
  %o = attn.attention ins(%q, %k, %v : tensor<1x2x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x4xf32>)
    captures(%m : tensor<3x5xf32>) domain = [1, 2, 3, 5, 8, 4] indexing_maps = [#q, #k, #v, #m, #o] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %c: f32):
      attn.yield %s : f32
  } -> tensor<1x2x3x4xf32>
  return
}

// -----

// An index before the start.
#q = affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>
#m = affine_map<(b, h, i, j, d, e) -> (i, j - 1)>
#o = affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>
func.func @f(%q: tensor<1x2x3x8xf32>, %k: tensor<1x2x5x8xf32>, %v: tensor<1x2x5x4xf32>, %m: tensor<3x5xf32>) {
  // expected-error @+1 {{indexes the capture 0 outside of dimension 1 of 'tensor<3x5xf32>': from -1 to 3}}
  %o = attn.attention ins(%q, %k, %v : tensor<1x2x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x4xf32>)
    captures(%m : tensor<3x5xf32>) domain = [1, 2, 3, 5, 8, 4] indexing_maps = [#q, #k, #v, #m, #o] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %c: f32):
      attn.yield %s : f32
  } -> tensor<1x2x3x4xf32>
  return
}

// -----

// An output with holes.
#q = affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>
#m = affine_map<(b, h, i, j, d, e) -> (i, j)>
#o = affine_map<(b, h, i, j, d, e) -> (b, h, i, e * 2)>
func.func @f(%q: tensor<1x2x3x8xf32>, %k: tensor<1x2x5x8xf32>, %v: tensor<1x2x5x4xf32>, %m: tensor<3x5xf32>) {
  // expected-error @+1 {{does not write every element of the output once}}
  %o = attn.attention ins(%q, %k, %v : tensor<1x2x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x4xf32>)
    captures(%m : tensor<3x5xf32>) domain = [1, 2, 3, 5, 8, 4] indexing_maps = [#q, #k, #v, #m, #o] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %c: f32):
      attn.yield %s : f32
  } -> tensor<1x2x3x8xf32>
  return
}

// -----

// An output written twice.
#q = affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>
#m = affine_map<(b, h, i, j, d, e) -> (i, j)>
#o = affine_map<(b, h, i, j, d, e) -> (b, h, i + e, e)>
func.func @f(%q: tensor<1x2x3x8xf32>, %k: tensor<1x2x5x8xf32>, %v: tensor<1x2x5x4xf32>, %m: tensor<3x5xf32>) {
  // expected-error @+1 {{does not write every element of the output once}}
  %o = attn.attention ins(%q, %k, %v : tensor<1x2x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x4xf32>)
    captures(%m : tensor<3x5xf32>) domain = [1, 2, 3, 5, 8, 4] indexing_maps = [#q, #k, #v, #m, #o] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %c: f32):
      attn.yield %s : f32
  } -> tensor<1x2x6x4xf32>
  return
}

// -----

// Windows of two queries, written one over the other.
#q = affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>
#o = affine_map<(b, h, i, j, d, e) -> (h, (b floordiv 2) * 2 + i floordiv 2, (i mod 2 + b) mod 4, e)>
func.func @f(%q: tensor<4x2x4x8xf32>, %k: tensor<4x2x5x8xf32>, %v: tensor<4x2x5x4xf32>) {
  // expected-error @+1 {{does not write every element of the output once}}
  %o = attn.attention ins(%q, %k, %v : tensor<4x2x4x8xf32>, tensor<4x2x5x8xf32>, tensor<4x2x5x4xf32>)
    domain = [4, 2, 4, 5, 8, 4] indexing_maps = [#q, #k, #v, #o] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
  } -> tensor<2x4x4x4xf32>
  return
}

// -----

// An output that overlaps.
#q = affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>
#m = affine_map<(b, h, i, j, d, e) -> (i, j)>
#o = affine_map<(b, h, i, j, d, e) -> (0, 0, h * 2 + i, e)>
func.func @f(%q: tensor<1x2x3x8xf32>, %k: tensor<1x2x5x8xf32>, %v: tensor<1x2x5x4xf32>, %m: tensor<3x5xf32>) {
  // expected-error @+1 {{does not write every element of the output once}}
  %o = attn.attention ins(%q, %k, %v : tensor<1x2x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x4xf32>)
    captures(%m : tensor<3x5xf32>) domain = [1, 2, 3, 5, 8, 4] indexing_maps = [#q, #k, #v, #m, #o] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %c: f32):
      attn.yield %s : f32
  } -> tensor<1x1x6x4xf32>
  return
}

// -----

// A window wider than any tensor.
#q = affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>
#m = affine_map<(b, h, i, j, d, e) -> (i, j)>
#o = affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>
func.func @f(%q: tensor<1x2x3x8xf32>, %k: tensor<1x2x5x8xf32>, %v: tensor<1x2x5x4xf32>, %m: tensor<3x5xf32>) {
  // expected-error @+1 {{has a condition in its mask that no 32-bit number holds: affine_set<(d0, d1, d2, d3) : (}}
  %o = attn.attention ins(%q, %k, %v : tensor<1x2x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x4xf32>)
    captures(%m : tensor<3x5xf32>) domain = [1, 2, 3, 5, 8, 4] indexing_maps = [#q, #k, #v, #m, #o] mask = <window, left = 2147483647> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %c: f32):
      attn.yield %s : f32
  } -> tensor<1x2x3x4xf32>
  return
}

// -----

// A set over other dimensions.
#q = affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>
#m = affine_map<(b, h, i, j, d, e) -> (i, j)>
#o = affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>
func.func @f(%q: tensor<1x2x3x8xf32>, %k: tensor<1x2x5x8xf32>, %v: tensor<1x2x5x4xf32>, %m: tensor<3x5xf32>) {
  %o = attn.attention ins(%q, %k, %v : tensor<1x2x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x4xf32>)
    // expected-error @+1 {{needs sets over (b, h, i, j), without symbols}}
    captures(%m : tensor<3x5xf32>) domain = [1, 2, 3, 5, 8, 4] indexing_maps = [#q, #k, #v, #m, #o] mask = <affine_set<(i, j) : (i - j >= 0)>> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %c: f32):
      attn.yield %s : f32
  } -> tensor<1x2x3x4xf32>
  return
}

// -----

// An infinite scale.
#q = affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>
#m = affine_map<(b, h, i, j, d, e) -> (i, j)>
#o = affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>
func.func @f(%q: tensor<1x2x3x8xf32>, %k: tensor<1x2x5x8xf32>, %v: tensor<1x2x5x4xf32>, %m: tensor<3x5xf32>) {
  // expected-error @+1 {{needs a finite scale}}
  %o = attn.attention ins(%q, %k, %v : tensor<1x2x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x4xf32>)
    captures(%m : tensor<3x5xf32>) domain = [1, 2, 3, 5, 8, 4] indexing_maps = [#q, #k, #v, #m, #o] mask = <dense> numerics = <scale = 0x7FF0000000000000 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %c: f32):
      attn.yield %s : f32
  } -> tensor<1x2x3x4xf32>
  return
}

// -----

// A double.
#q = affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>
#m = affine_map<(b, h, i, j, d, e) -> (i, j)>
#o = affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>
func.func @f(%q: tensor<1x2x3x8xf64>, %k: tensor<1x2x5x8xf32>, %v: tensor<1x2x5x4xf32>, %m: tensor<3x5xf32>) {
  // expected-error @+1 {{computes on floating-point types of up to 32 bits, not 'f64'}}
  %o = attn.attention ins(%q, %k, %v : tensor<1x2x3x8xf64>, tensor<1x2x5x8xf32>, tensor<1x2x5x4xf32>)
    captures(%m : tensor<3x5xf32>) domain = [1, 2, 3, 5, 8, 4] indexing_maps = [#q, #k, #v, #m, #o] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %c: f32):
      attn.yield %s : f32
  } -> tensor<1x2x3x4xf32>
  return
}

// -----

// A dynamic extent.
#q = affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>
#o = affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>
func.func @f(%q: tensor<1x2x?x8xf32>, %k: tensor<1x2x5x8xf32>, %v: tensor<1x2x5x4xf32>) {
  // expected-error @+1 {{needs a static shape of the query, not 'tensor<1x2x?x8xf32>'}}
  %o = attn.attention ins(%q, %k, %v : tensor<1x2x?x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x4xf32>)
    domain = [1, 2, 3, 5, 8, 4] indexing_maps = [#q, #k, #v, #o] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
  } -> tensor<1x2x3x4xf32>
  return
}

// -----

// A map over five dimensions.
#q = affine_map<(b, h, i, j, d) -> (b, h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>
#o = affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>
func.func @f(%q: tensor<1x2x3x8xf32>, %k: tensor<1x2x5x8xf32>, %v: tensor<1x2x5x4xf32>) {
  // expected-error @+1 {{needs a map over the six dimensions for the query, not affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4)>}}
  %o = attn.attention ins(%q, %k, %v : tensor<1x2x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x4xf32>)
    domain = [1, 2, 3, 5, 8, 4] indexing_maps = [#q, #k, #v, #o] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
  } -> tensor<1x2x3x4xf32>
  return
}

// -----

// A map with a symbol.
#q = affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>
#o = affine_map<(b, h, i, j, d, e)[s] -> (b, h, i, e)>
func.func @f(%q: tensor<1x2x3x8xf32>, %k: tensor<1x2x5x8xf32>, %v: tensor<1x2x5x4xf32>) {
  // expected-error @+1 {{needs a map over the six dimensions for the output, not affine_map<(d0, d1, d2, d3, d4, d5)[s0] -> (d0, d1, d2, d5)>}}
  %o = attn.attention ins(%q, %k, %v : tensor<1x2x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x4xf32>)
    domain = [1, 2, 3, 5, 8, 4] indexing_maps = [#q, #k, #v, #o] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
  } -> tensor<1x2x3x4xf32>
  return
}

// -----

// A domain that no number of elements holds.
#q = affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>
#o = affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>
func.func @f(%q: tensor<4294967296x4294967296x3x8xf32>, %k: tensor<4294967296x4294967296x5x8xf32>, %v: tensor<4294967296x4294967296x5x4xf32>) {
  // expected-error @+1 {{does not write every element of the output once: affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d5)> on 'tensor<4294967296x4294967296x3x4xf32>'}}
  %o = attn.attention ins(%q, %k, %v : tensor<4294967296x4294967296x3x8xf32>, tensor<4294967296x4294967296x5x8xf32>, tensor<4294967296x4294967296x5x4xf32>)
    domain = [4294967296, 4294967296, 3, 5, 8, 4] indexing_maps = [#q, #k, #v, #o] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
  } -> tensor<4294967296x4294967296x3x4xf32>
  return
}

// -----

// A mask beyond 32 bits.
#q = affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>
#o = affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>
func.func @f(%q: tensor<1x2x3x8xf32>, %k: tensor<1x2x5x8xf32>, %v: tensor<1x2x5x4xf32>) {
  // expected-error @+1 {{has a condition in its mask that no 32-bit number holds}}
  %o = attn.attention ins(%q, %k, %v : tensor<1x2x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x4xf32>)
    domain = [1, 2, 3, 5, 8, 4] indexing_maps = [#q, #k, #v, #o] mask = <causal, offset = 2147483647> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
  } -> tensor<1x2x3x4xf32>
  return
}

// -----

// A number beyond 32 bits.
#q = affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>
#o = affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>
func.func @f(%q: tensor<1x2x3x8xf32>, %k: tensor<1x2x5x8xf32>, %v: tensor<1x2x5x4xf32>) {
  %o = attn.attention ins(%q, %k, %v : tensor<1x2x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x4xf32>)
  // expected-error @+1 {{'offset' is 9223372036854775807, expected a number of 32 bits}}
    domain = [1, 2, 3, 5, 8, 4] indexing_maps = [#q, #k, #v, #o] mask = <causal, offset = 9223372036854775807> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
  } -> tensor<1x2x3x4xf32>
  return
}

// -----

// A number that this mask does not have.
#q = affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>
#o = affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>
func.func @f(%q: tensor<1x2x3x8xf32>, %k: tensor<1x2x5x8xf32>, %v: tensor<1x2x5x4xf32>) {
  %o = attn.attention ins(%q, %k, %v : tensor<1x2x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x4xf32>)
  // expected-error @+1 {{this mask has no number 'left'}}
    domain = [1, 2, 3, 5, 8, 4] indexing_maps = [#q, #k, #v, #o] mask = <causal, left = 1> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
  } -> tensor<1x2x3x4xf32>
  return
}
