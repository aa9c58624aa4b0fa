// RUN: fovea-opt %s -verify-diagnostics -split-input-file

// A region without the capture.
#q = affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>
#m = affine_map<(b, h, i, j, d, e) -> (i, j)>
#o = affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>
func.func @f(%q: tensor<1x2x3x8xf32>, %k: tensor<1x2x5x8xf32>, %v: tensor<1x2x5x4xf32>, %m: tensor<3x5xf32>) {
  // expected-error @+1 {{needs a score region with the arguments ('f32', 'index', 'index', 'index', 'index', 'f32')}}
  %o = attn.attention ins(%q, %k, %v : tensor<1x2x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x4xf32>)
    captures(%m : tensor<3x5xf32>) domain = [1, 2, 3, 5, 8, 4] indexing_maps = [#q, #k, #v, #m, #o] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %c: i1):
      attn.yield %s : f32
  } -> tensor<1x2x3x4xf32>
  return
}

// -----

// A region that yields an index.
#q = affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>
#m = affine_map<(b, h, i, j, d, e) -> (i, j)>
#o = affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>
func.func @f(%q: tensor<1x2x3x8xf32>, %k: tensor<1x2x5x8xf32>, %v: tensor<1x2x5x4xf32>, %m: tensor<3x5xf32>) {
  // expected-error @+1 {{needs a score region that yields one f32}}
  %o = attn.attention ins(%q, %k, %v : tensor<1x2x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x4xf32>)
    captures(%m : tensor<3x5xf32>) domain = [1, 2, 3, 5, 8, 4] indexing_maps = [#q, #k, #v, #m, #o] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %c: f32):
      attn.yield %i : index
  } -> tensor<1x2x3x4xf32>
  return
}

// -----

// A score of a channel of the values.
#q = affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>
#m = affine_map<(b, h, i, j, d, e) -> (i, e)>
#o = affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>
func.func @f(%q: tensor<1x2x3x8xf32>, %k: tensor<1x2x5x8xf32>, %v: tensor<1x2x5x4xf32>, %m: tensor<3x4xf32>) {
  // expected-error @+1 {{computes the score from capture 0, which is indexed with dimension e}}
  %o = attn.attention ins(%q, %k, %v : tensor<1x2x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x4xf32>)
    captures(%m : tensor<3x4xf32>) domain = [1, 2, 3, 5, 8, 4] indexing_maps = [#q, #k, #v, #m, #o] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %c: f32):
      attn.yield %c : f32
  } -> tensor<1x2x3x4xf32>
  return
}

// -----

// A sink that differs by key.
#q = affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>
#m = affine_map<(b, h, i, j, d, e) -> (i, j)>
#o = affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>
func.func @f(%q: tensor<1x2x3x8xf32>, %k: tensor<1x2x5x8xf32>, %v: tensor<1x2x5x4xf32>, %m: tensor<3x5xf32>) {
  // expected-error @+1 {{computes the sink from capture 0, which is indexed with dimension j}}
  %o = attn.attention ins(%q, %k, %v : tensor<1x2x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x4xf32>)
    captures(%m : tensor<3x5xf32>) domain = [1, 2, 3, 5, 8, 4] indexing_maps = [#q, #k, #v, #m, #o] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %c: f32):
      attn.yield %s sink %c : f32
  } -> tensor<1x2x3x4xf32>
  return
}

// -----

// A sink that is a score.
#q = affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>
#m = affine_map<(b, h, i, j, d, e) -> (i, j)>
#o = affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>
func.func @f(%q: tensor<1x2x3x8xf32>, %k: tensor<1x2x5x8xf32>, %v: tensor<1x2x5x4xf32>, %m: tensor<3x5xf32>) {
  // expected-error @+1 {{computes the sink from the score}}
  %o = attn.attention ins(%q, %k, %v : tensor<1x2x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x4xf32>)
    captures(%m : tensor<3x5xf32>) domain = [1, 2, 3, 5, 8, 4] indexing_maps = [#q, #k, #v, #m, #o] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %c: f32):
      attn.yield %s sink %s : f32
  } -> tensor<1x2x3x4xf32>
  return
}

// -----

// A value that is a score.
#q = affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>
#m = affine_map<(b, h, i, j, d, e) -> (i, e)>
#o = affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>
func.func @f(%q: tensor<1x2x3x8xf32>, %k: tensor<1x2x5x8xf32>, %v: tensor<1x2x5x4xf32>, %m: tensor<3x4xf32>) {
  // expected-error @+1 {{computes the value from the score}}
  %o = attn.attention ins(%q, %k, %v : tensor<1x2x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x4xf32>)
    captures(%m : tensor<3x4xf32>) domain = [1, 2, 3, 5, 8, 4] indexing_maps = [#q, #k, #v, #m, #o] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %c: f32):
      attn.yield %s value %s : f32
  } -> tensor<1x2x3x4xf32>
  return
}

// -----

// A sink without a softmax.
#q = affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>
#m = affine_map<(b, h, i, j, d, e) -> (h, i)>
#o = affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>
func.func @f(%q: tensor<1x2x3x8xf32>, %k: tensor<1x2x5x8xf32>, %v: tensor<1x2x5x4xf32>, %m: tensor<2x3xf32>) {
  // expected-error @+1 {{has a sink, which only softmax has}}
  %o = attn.attention ins(%q, %k, %v : tensor<1x2x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x4xf32>)
    captures(%m : tensor<2x3xf32>) domain = [1, 2, 3, 5, 8, 4] indexing_maps = [#q, #k, #v, #m, #o] mask = <dense> numerics = <scale = 1.0 : f64> normalizer = <mean> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %c: f32):
      attn.yield %s sink %c : f32
  } -> tensor<1x2x3x4xf32>
  return
}
