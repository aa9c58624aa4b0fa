// The schedule of each anchor is what the tables say for its extents; no code is generated here.
// RUN: fovea-opt %s --fovea-select-schedules | FileCheck %s --check-prefix=WIDE
// RUN: fovea-opt %s --fovea-select-schedules=vector-width=8 | FileCheck %s --check-prefix=NARROW

#lhs = affine_map<(m, n, k) -> (m, k)>
#rhs = affine_map<(m, n, k) -> (k, n)>
#out = affine_map<(m, n, k) -> (m, n)>
#row = affine_map<(i, j) -> (i)>
#id = affine_map<(i, j) -> (i, j)>


// A ViT layer: the square tile.
// WIDE-LABEL: func.func @vit
// WIDE: kernel.island <contraction> schedule <gemm mr = 6, nv = 4>
// NARROW-LABEL: func.func @vit
// NARROW: kernel.island <contraction> schedule <gemm mr = 6, nv = 2>
func.func @vit(%a: tensor<197x768xf32>, %b: tensor<768x768xf32>, %f: tensor<197x768xf32>) -> tensor<197x768xf32> {
  %r = kernel.island <contraction> -> tensor<197x768xf32> {
    %mm = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%a, %b : tensor<197x768xf32>, tensor<768x768xf32>) outs(%f : tensor<197x768xf32>) {
    ^bb0(%x: f32, %y: f32, %acc: f32):
      %0 = arith.mulf %x, %y : f32
      %1 = arith.addf %acc, %0 : f32
      linalg.yield %1 : f32
    } -> tensor<197x768xf32>
    kernel.yield %mm : tensor<197x768xf32>
  }
  return %r : tensor<197x768xf32>
}

// 128 rows are a multiple of 8, not of 6.
// WIDE-LABEL: func.func @bert
// WIDE: kernel.island <contraction> schedule <gemm mr = 8, nv = 3>
// NARROW-LABEL: func.func @bert
// NARROW: kernel.island <contraction> schedule <gemm mr = 4, nv = 3>
func.func @bert(%a: tensor<128x768xf32>, %b: tensor<768x768xf32>, %f: tensor<128x768xf32>) -> tensor<128x768xf32> {
  %r = kernel.island <contraction> -> tensor<128x768xf32> {
    %mm = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%a, %b : tensor<128x768xf32>, tensor<768x768xf32>) outs(%f : tensor<128x768xf32>) {
    ^bb0(%x: f32, %y: f32, %acc: f32):
      %0 = arith.mulf %x, %y : f32
      %1 = arith.addf %acc, %0 : f32
      linalg.yield %1 : f32
    } -> tensor<128x768xf32>
    kernel.yield %mm : tensor<128x768xf32>
  }
  return %r : tensor<128x768xf32>
}

// Ten columns fill one vector; no tile is higher than the matrix.
// WIDE-LABEL: func.func @head
// WIDE: kernel.island <contraction> schedule <gemm mr = 1, nv = 1>
// NARROW-LABEL: func.func @head
// NARROW: kernel.island <contraction> schedule <gemm mr = 1, nv = 2>
func.func @head(%a: tensor<1x768xf32>, %b: tensor<768x10xf32>, %f: tensor<1x10xf32>) -> tensor<1x10xf32> {
  %r = kernel.island <contraction> -> tensor<1x10xf32> {
    %mm = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%a, %b : tensor<1x768xf32>, tensor<768x10xf32>) outs(%f : tensor<1x10xf32>) {
    ^bb0(%x: f32, %y: f32, %acc: f32):
      %0 = arith.mulf %x, %y : f32
      %1 = arith.addf %acc, %0 : f32
      linalg.yield %1 : f32
    } -> tensor<1x10xf32>
    kernel.yield %mm : tensor<1x10xf32>
  }
  return %r : tensor<1x10xf32>
}

// Many rows are taken in blocks that leave the second-level cache half empty.
// WIDE-LABEL: func.func @long
// WIDE: kernel.island <contraction> schedule <gemm mb = 168, mr = 6, nv = 4>
// NARROW-LABEL: func.func @long
// NARROW: kernel.island <contraction> schedule <gemm mb = 168, mr = 6, nv = 2>
func.func @long(%a: tensor<4096x768xf32>, %b: tensor<768x768xf32>, %f: tensor<4096x768xf32>) -> tensor<4096x768xf32> {
  %r = kernel.island <contraction> -> tensor<4096x768xf32> {
    %mm = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%a, %b : tensor<4096x768xf32>, tensor<768x768xf32>) outs(%f : tensor<4096x768xf32>) {
    ^bb0(%x: f32, %y: f32, %acc: f32):
      %0 = arith.mulf %x, %y : f32
      %1 = arith.addf %acc, %0 : f32
      linalg.yield %1 : f32
    } -> tensor<4096x768xf32>
    kernel.yield %mm : tensor<4096x768xf32>
  }
  return %r : tensor<4096x768xf32>
}

// Strips of six rows.
// WIDE-LABEL: func.func @attention
// WIDE: kernel.island <attention> schedule <attention r = 6>
func.func @attention(%q: tensor<197x64xf32>, %k: tensor<197x64xf32>) -> tensor<197x64xf32> {
  %r = kernel.island <attention> -> tensor<197x64xf32> {
    %o = attn.attention ins(%q, %k, %k : tensor<197x64xf32>, tensor<197x64xf32>, tensor<197x64xf32>)
        domain = [1, 1, 197, 197, 64, 64]
        indexing_maps = [affine_map<(b, h, i, j, d, e) -> (i, d)>, affine_map<(b, h, i, j, d, e) -> (j, d)>,
                         affine_map<(b, h, i, j, d, e) -> (j, e)>, affine_map<(b, h, i, j, d, e) -> (i, e)>]
        mask = #attn.mask<dense> numerics = #attn.numerics<scale = 0.125 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
    } -> tensor<197x64xf32>
    kernel.yield %o : tensor<197x64xf32>
  }
  return %r : tensor<197x64xf32>
}

// 49 rows of a window: ten strips of five waste one row, nine of six waste five.
// WIDE-LABEL: func.func @window
// WIDE: kernel.island <attention> schedule <attention r = 5>
func.func @window(%q: tensor<49x64xf32>, %k: tensor<49x64xf32>) -> tensor<49x64xf32> {
  %r = kernel.island <attention> -> tensor<49x64xf32> {
    %o = attn.attention ins(%q, %k, %k : tensor<49x64xf32>, tensor<49x64xf32>, tensor<49x64xf32>)
        domain = [1, 1, 49, 49, 64, 64]
        indexing_maps = [affine_map<(b, h, i, j, d, e) -> (i, d)>, affine_map<(b, h, i, j, d, e) -> (j, d)>,
                         affine_map<(b, h, i, j, d, e) -> (j, e)>, affine_map<(b, h, i, j, d, e) -> (i, e)>]
        mask = #attn.mask<dense> numerics = #attn.numerics<scale = 0.125 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
    } -> tensor<49x64xf32>
    kernel.yield %o : tensor<49x64xf32>
  }
  return %r : tensor<49x64xf32>
}

// From 1024 keys on strips are longer.
// WIDE-LABEL: func.func @long_attention
// WIDE: kernel.island <attention> schedule <attention r = 12>
func.func @long_attention(%q: tensor<1024x64xf32>, %k: tensor<1024x64xf32>) -> tensor<1024x64xf32> {
  %r = kernel.island <attention> -> tensor<1024x64xf32> {
    %o = attn.attention ins(%q, %k, %k : tensor<1024x64xf32>, tensor<1024x64xf32>, tensor<1024x64xf32>)
        domain = [1, 1, 1024, 1024, 64, 64]
        indexing_maps = [affine_map<(b, h, i, j, d, e) -> (i, d)>, affine_map<(b, h, i, j, d, e) -> (j, d)>,
                         affine_map<(b, h, i, j, d, e) -> (j, e)>, affine_map<(b, h, i, j, d, e) -> (i, e)>]
        mask = #attn.mask<dense> numerics = #attn.numerics<scale = 0.125 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
    } -> tensor<1024x64xf32>
    kernel.yield %o : tensor<1024x64xf32>
  }
  return %r : tensor<1024x64xf32>
}

// A strip is no higher than there are queries.
// WIDE-LABEL: func.func @one_query
// WIDE: kernel.island <attention> schedule <attention r = 1>
func.func @one_query(%q: tensor<1x64xf32>, %k: tensor<197x64xf32>) -> tensor<1x64xf32> {
  %r = kernel.island <attention> -> tensor<1x64xf32> {
    %o = attn.attention ins(%q, %k, %k : tensor<1x64xf32>, tensor<197x64xf32>, tensor<197x64xf32>)
        domain = [1, 1, 1, 197, 64, 64]
        indexing_maps = [affine_map<(b, h, i, j, d, e) -> (i, d)>, affine_map<(b, h, i, j, d, e) -> (j, d)>,
                         affine_map<(b, h, i, j, d, e) -> (j, e)>, affine_map<(b, h, i, j, d, e) -> (i, e)>]
        mask = #attn.mask<dense> numerics = #attn.numerics<scale = 0.125 : f64> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
    } -> tensor<1x64xf32>
    kernel.yield %o : tensor<1x64xf32>
  }
  return %r : tensor<1x64xf32>
}

// A convolution over rows of 14 pixels: half a row at a time.
// WIDE-LABEL: func.func @conv
// WIDE: kernel.island <convolution> schedule <conv mr = 14, nv = 2>
// NARROW-LABEL: func.func @conv
// NARROW: kernel.island <convolution> schedule <conv mr = 5, nv = 2>
func.func @conv(%x: tensor<1x16x16x8xf32>, %w: tensor<3x3x8x64xf32>, %f: tensor<1x14x14x64xf32>) -> tensor<1x14x14x64xf32> {
  %r = kernel.island <convolution> -> tensor<1x14x14x64xf32> {
    %c = linalg.generic {indexing_maps = [affine_map<(n, y, x, o, i, p, q) -> (n, y + p, x + q, i)>,
        affine_map<(n, y, x, o, i, p, q) -> (p, q, i, o)>, affine_map<(n, y, x, o, i, p, q) -> (n, y, x, o)>],
        iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
        ins(%x, %w : tensor<1x16x16x8xf32>, tensor<3x3x8x64xf32>) outs(%f : tensor<1x14x14x64xf32>) {
    ^bb0(%a: f32, %k: f32, %acc: f32):
      %0 = arith.mulf %a, %k : f32
      %1 = arith.addf %acc, %0 : f32
      linalg.yield %1 : f32
    } -> tensor<1x14x14x64xf32>
    kernel.yield %c : tensor<1x14x14x64xf32>
  }
  return %r : tensor<1x14x14x64xf32>
}

// A row of 24 elements is two vectors of 16 and three of 8.
// WIDE-LABEL: func.func @rows
// WIDE: kernel.island <rows> schedule <rows unroll = 2>
// NARROW-LABEL: func.func @rows
// NARROW: kernel.island <rows> schedule <rows unroll = 3>
func.func @rows(%x: tensor<4x24xf32>, %f: tensor<4xf32>) -> tensor<4xf32> {
  %r = kernel.island <rows> -> tensor<4xf32> {
    %s = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
        ins(%x : tensor<4x24xf32>) outs(%f : tensor<4xf32>) {
    ^bb0(%a: f32, %acc: f32):
      %0 = arith.addf %acc, %a : f32
      linalg.yield %0 : f32
    } -> tensor<4xf32>
    kernel.yield %s : tensor<4xf32>
  }
  return %r : tensor<4xf32>
}

// Elementwise work; an island that has a schedule keeps it, one of the LLVM backend gets none, and one without
// its anchor is left to the backend's defaults.
// WIDE-LABEL: func.func @others
// WIDE: kernel.island <elementwise> schedule <ew unroll = 4, vec = 16>
// WIDE: kernel.island <elementwise> schedule <ew unroll = 1>
// WIDE: kernel.island <elementwise> backend <llvm> ->
// WIDE: kernel.island <contraction> ->
// NARROW-LABEL: func.func @others
// NARROW: kernel.island <elementwise> schedule <ew unroll = 4, vec = 8>
func.func @others(%x: tensor<4xf32>) {
  kernel.island <elementwise> -> tensor<4xf32> {
    kernel.yield %x : tensor<4xf32>
  }
  kernel.island <elementwise> schedule <ew unroll = 1> -> tensor<4xf32> {
    kernel.yield %x : tensor<4xf32>
  }
  kernel.island <elementwise> backend <llvm> -> tensor<4xf32> {
    kernel.yield %x : tensor<4xf32>
  }
  kernel.island <contraction> -> tensor<4xf32> {
    kernel.yield %x : tensor<4xf32>
  }
  return
}
