// RUN: not fovea-opt %s --transform-interpreter -split-input-file 2>&1 | FileCheck %s

// Tiles that do not divide the queries.
#q = affine_map<(b, h, i, j, d, e) -> (h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (h, j, e)>
#o = affine_map<(b, h, i, j, d, e) -> (h, i, e)>
func.func @f(%q: tensor<4x6x8xf32>, %k: tensor<4x6x8xf32>, %v: tensor<4x6x4xf32>) {
  // CHECK: error: 'attn.attention' op can only be cut into tiles of equal, static size{{$}}
  %o = attn.attention ins(%q, %k, %v : tensor<4x6x8xf32>, tensor<4x6x8xf32>, tensor<4x6x4xf32>)
    domain = [1, 4, 6, 6, 8, 4] indexing_maps = [#q, #k, #v, #o] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
  } -> tensor<4x6x4xf32>
  return
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%m: !transform.any_op {transform.readonly}) {
    %a = transform.structured.match ops{["attn.attention"]} in %m : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.tile_using_for %a tile_sizes [0, 0, 4, 0, 0, 0] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Softmax needs the whole row.
#q = affine_map<(b, h, i, j, d, e) -> (h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (h, j, e)>
#o = affine_map<(b, h, i, j, d, e) -> (h, i, e)>
func.func @f(%q: tensor<4x6x8xf32>, %k: tensor<4x6x8xf32>, %v: tensor<4x6x4xf32>) {
  // CHECK: error: 'attn.attention' op can only be tiled along b, h, i and, without probabilities, e{{$}}
  %o = attn.attention ins(%q, %k, %v : tensor<4x6x8xf32>, tensor<4x6x8xf32>, tensor<4x6x4xf32>)
    domain = [1, 4, 6, 6, 8, 4] indexing_maps = [#q, #k, #v, #o] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
  } -> tensor<4x6x4xf32>
  return
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%m: !transform.any_op {transform.readonly}) {
    %a = transform.structured.match ops{["attn.attention"]} in %m : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.tile_using_for %a tile_sizes [0, 0, 0, 3, 0, 0] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Two of four heads that share keys.
#q = affine_map<(b, h, i, j, d, e) -> (h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (h floordiv 2, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (h, j, e)>
#o = affine_map<(b, h, i, j, d, e) -> (h, i, e)>
func.func @f(%q: tensor<4x6x8xf32>, %k: tensor<2x6x8xf32>, %v: tensor<4x6x4xf32>) {
  // CHECK: error: 'attn.attention' op indexes an operand in a way that tiles cannot restate{{$}}
  %o = attn.attention ins(%q, %k, %v : tensor<4x6x8xf32>, tensor<2x6x8xf32>, tensor<4x6x4xf32>)
    domain = [1, 4, 6, 6, 8, 4] indexing_maps = [#q, #k, #v, #o] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
  } -> tensor<4x6x4xf32>
  return
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%m: !transform.any_op {transform.readonly}) {
    %a = transform.structured.match ops{["attn.attention"]} in %m : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.tile_using_for %a tile_sizes [0, 2, 0, 0, 0, 0] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Half of the queries that a result splits.
#q = affine_map<(b, h, i, j, d, e) -> (h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (h, j, e)>
#o = affine_map<(b, h, i, j, d, e) -> (h, i floordiv 3, i mod 3, e)>
func.func @f(%q: tensor<4x6x8xf32>, %k: tensor<4x6x8xf32>, %v: tensor<4x6x4xf32>) {
  // CHECK: error: 'attn.attention' op indexes a result in a way that tiles cannot restate{{$}}
  %o = attn.attention ins(%q, %k, %v : tensor<4x6x8xf32>, tensor<4x6x8xf32>, tensor<4x6x4xf32>)
    domain = [1, 4, 6, 6, 8, 4] indexing_maps = [#q, #k, #v, #o] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
  } -> tensor<4x2x3x4xf32>
  return
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%m: !transform.any_op {transform.readonly}) {
    %a = transform.structured.match ops{["attn.attention"]} in %m : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.tile_using_for %a tile_sizes [0, 0, 2, 0, 0, 0] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Tiles of a step that do not divide the keys.
#q = affine_map<(b, h, i, j, d, e) -> (h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (h, j, e)>
#o = affine_map<(b, h, i, j, d, e) -> (h, i, e)>
#r = affine_map<(b, h, i, j, d, e) -> (h, i)>
func.func @f(%q: tensor<4x6x8xf32>, %k: tensor<4x6x8xf32>, %v: tensor<4x6x4xf32>, %a: tensor<4x6x4xf32>, %r: tensor<4x6xf32>) {
  // CHECK: error: 'attn.online_attention' op can only be cut into tiles of equal, static size{{$}}
  %o:3 = attn.online_attention ins(%q, %k, %v : tensor<4x6x8xf32>, tensor<4x6x8xf32>, tensor<4x6x4xf32>)
    outs(%a, %r, %r : tensor<4x6x4xf32>, tensor<4x6xf32>, tensor<4x6xf32>)
    domain = [1, 4, 6, 6, 8, 4] indexing_maps = [#q, #k, #v, #o, #r, #r] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
  } -> tensor<4x6x4xf32>, tensor<4x6xf32>, tensor<4x6xf32>
  return
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%m: !transform.any_op {transform.readonly}) {
    %a = transform.structured.match ops{["attn.online_attention"]} in %m : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.tile_using_for %a tile_sizes [0, 0, 0, 4, 0, 0] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// A maximum has no channels.
#q = affine_map<(b, h, i, j, d, e) -> (h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (h, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (h, j, e)>
#o = affine_map<(b, h, i, j, d, e) -> (h, i, e)>
#r = affine_map<(b, h, i, j, d, e) -> (h, i)>
func.func @f(%q: tensor<4x6x8xf32>, %k: tensor<4x6x8xf32>, %v: tensor<4x6x4xf32>, %a: tensor<4x6x4xf32>, %r: tensor<4x6xf32>) {
  // CHECK: error: 'attn.online_attention' op can only be tiled along b, h, i and j{{$}}
  %o:3 = attn.online_attention ins(%q, %k, %v : tensor<4x6x8xf32>, tensor<4x6x8xf32>, tensor<4x6x4xf32>)
    outs(%a, %r, %r : tensor<4x6x4xf32>, tensor<4x6xf32>, tensor<4x6xf32>)
    domain = [1, 4, 6, 6, 8, 4] indexing_maps = [#q, #k, #v, #o, #r, #r] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
  } -> tensor<4x6x4xf32>, tensor<4x6xf32>, tensor<4x6xf32>
  return
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%m: !transform.any_op {transform.readonly}) {
    %a = transform.structured.match ops{["attn.online_attention"]} in %m : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.tile_using_for %a tile_sizes [0, 0, 0, 0, 0, 2] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

// Two of four heads that share the keys of a step.
#q = affine_map<(b, h, i, j, d, e) -> (h, i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (h floordiv 2, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (h, j, e)>
#o = affine_map<(b, h, i, j, d, e) -> (h, i, e)>
#r = affine_map<(b, h, i, j, d, e) -> (h, i)>
func.func @f(%q: tensor<4x6x8xf32>, %k: tensor<2x6x8xf32>, %v: tensor<4x6x4xf32>, %a: tensor<4x6x4xf32>, %r: tensor<4x6xf32>) {
  // CHECK: error: 'attn.online_attention' op indexes an operand in a way that tiles cannot restate{{$}}
  %o:3 = attn.online_attention ins(%q, %k, %v : tensor<4x6x8xf32>, tensor<2x6x8xf32>, tensor<4x6x4xf32>)
    outs(%a, %r, %r : tensor<4x6x4xf32>, tensor<4x6xf32>, tensor<4x6xf32>)
    domain = [1, 4, 6, 6, 8, 4] indexing_maps = [#q, #k, #v, #o, #r, #r] mask = <dense> numerics = <scale = 1.0 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
  } -> tensor<4x6x4xf32>, tensor<4x6xf32>, tensor<4x6xf32>
  return
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%m: !transform.any_op {transform.readonly}) {
    %a = transform.structured.match ops{["attn.online_attention"]} in %m : (!transform.any_op) -> !transform.any_op
    %t, %l = transform.structured.tile_using_for %a tile_sizes [0, 2, 0, 0, 0, 0] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}
