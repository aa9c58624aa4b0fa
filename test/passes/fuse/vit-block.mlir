// A pre-norm transformer block as TorchScript exports it (packed QKV, split by slices), lowered op by op.
// RUN: fovea-opt %s --fovea-absorb-layout --fovea-form-islands | FileCheck %s
// RUN: fovea-opt %s --fovea-absorb-layout --fovea-form-islands --fovea-absorb-layout --fovea-form-islands | FileCheck %s

#id2 = affine_map<(d0, d1) -> (d0, d1)>
#id3 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#row = affine_map<(d0, d1, d2) -> (d0, d1)>
#col = affine_map<(d0, d1, d2) -> (d2)>
#lhs = affine_map<(b, m, n, k) -> (b, m, k)>
#rhs = affine_map<(b, m, n, k) -> (k, n)>
#out = affine_map<(b, m, n, k) -> (b, m, n)>
#id5 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#id4 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#t0213 = affine_map<(d0, d1, d2, d3) -> (d0, d2, d1, d3)>
#t0132 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3, d2)>

// Each of the five islands, and nothing else, is left; q, k and v are read in place from the packed product.
// CHECK-DAG: #[[$Q:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (0, d2, d1 * 64 + d4)>
// CHECK-DAG: #[[$K:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (0, d3, d1 * 64 + d4 + 768)>
// CHECK-DAG: #[[$V:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (0, d3, d1 * 64 + d5 + 1536)>
// CHECK-DAG: #[[$O:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d2, d1, d5)>
// CHECK-LABEL: func.func @block
// CHECK-SAME: (%[[X:.+]]: tensor<1x197x768xf32>)
// CHECK-NOT: linalg
// CHECK: %[[QKV:.+]] = kernel.island <contraction> -> tensor<1x197x2304xf32> {
// CHECK: math.rsqrt
// CHECK: iterator_types = ["parallel", "parallel", "parallel", "reduction"]
// CHECK: arith.addf
// CHECK: kernel.yield
// CHECK-NEXT: }
// CHECK-NEXT: %[[ATT:.+]] = kernel.island <attention> -> tensor<1x197x12x64xf32> {
// CHECK-NEXT: attn.attention ins(%[[QKV]], %[[QKV]], %[[QKV]] :
// CHECK-SAME: indexing_maps = [#[[$Q]], #[[$K]], #[[$V]], #[[$O]]]
// CHECK: kernel.yield
// CHECK-NEXT: }
// CHECK-NEXT: %[[FLAT:.+]] = tensor.collapse_shape %[[ATT]]
// CHECK-NEXT: %[[X1:.+]] = kernel.island <contraction> -> tensor<1x197x768xf32> {
// CHECK: linalg.generic {{.*}} ins(%[[FLAT]],
// CHECK: ins(%{{.*}}, %[[X]] :
// CHECK: kernel.yield
// CHECK-NEXT: }
// CHECK-NEXT: %[[H:.+]] = kernel.island <contraction> -> tensor<1x197x3072xf32> {
// CHECK: math.rsqrt
// CHECK: iterator_types = ["parallel", "parallel", "parallel", "reduction"]
// CHECK: math.erf
// CHECK: kernel.yield
// CHECK-NEXT: }
// CHECK-NEXT: %[[Y:.+]] = kernel.island <contraction> -> tensor<1x197x768xf32> {
// CHECK: linalg.generic {{.*}} ins(%[[H]],
// CHECK: ins(%{{.*}}, %[[X1]] :
// CHECK: kernel.yield
// CHECK-NEXT: }
// CHECK-NEXT: return %[[Y]]
func.func @block(%x: tensor<1x197x768xf32>) -> tensor<1x197x768xf32> {
  %zero = arith.constant 0.0 : f32
  %n = arith.constant 768.0 : f32
  %eps = arith.constant 1.0e-6 : f32
  %half = arith.constant 0.5 : f32
  %one = arith.constant 1.0 : f32
  %rsqrt2 = arith.constant 0.70710678 : f32
  %g1 = arith.constant dense_resource<__elided__> : tensor<768xf32>
  %b1 = arith.constant dense_resource<__elided__> : tensor<768xf32>
  %wqkv = arith.constant dense_resource<__elided__> : tensor<768x2304xf32>
  %bqkv = arith.constant dense_resource<__elided__> : tensor<2304xf32>
  %wproj = arith.constant dense_resource<__elided__> : tensor<768x768xf32>
  %bproj = arith.constant dense_resource<__elided__> : tensor<768xf32>
  %w1 = arith.constant dense_resource<__elided__> : tensor<768x3072xf32>
  %bias1 = arith.constant dense_resource<__elided__> : tensor<3072xf32>
  %w2 = arith.constant dense_resource<__elided__> : tensor<3072x768xf32>
  %bias2 = arith.constant dense_resource<__elided__> : tensor<768xf32>
  %rows = tensor.empty() : tensor<1x197xf32>
  %rows0 = linalg.fill ins(%zero : f32) outs(%rows : tensor<1x197xf32>) -> tensor<1x197xf32>
  %full = tensor.empty() : tensor<1x197x768xf32>
  %full0 = linalg.fill ins(%zero : f32) outs(%full : tensor<1x197x768xf32>) -> tensor<1x197x768xf32>

  // LayerNorm
  %sum = linalg.generic {indexing_maps = [#id3, #row], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x : tensor<1x197x768xf32>) outs(%rows0 : tensor<1x197xf32>) {
  ^bb0(%a: f32, %acc: f32):
    %0 = arith.addf %acc, %a : f32
    linalg.yield %0 : f32
  } -> tensor<1x197xf32>
  %mean = linalg.generic {indexing_maps = [#id2, #id2], iterator_types = ["parallel", "parallel"]}
      ins(%sum : tensor<1x197xf32>) outs(%rows : tensor<1x197xf32>) {
  ^bb0(%a: f32, %o: f32):
    %0 = arith.divf %a, %n : f32
    linalg.yield %0 : f32
  } -> tensor<1x197xf32>
  %centered = linalg.generic {indexing_maps = [#id3, #row, #id3], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %mean : tensor<1x197x768xf32>, tensor<1x197xf32>) outs(%full : tensor<1x197x768xf32>) {
  ^bb0(%a: f32, %m: f32, %o: f32):
    %0 = arith.subf %a, %m : f32
    linalg.yield %0 : f32
  } -> tensor<1x197x768xf32>
  %square = linalg.generic {indexing_maps = [#id3, #row], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%centered : tensor<1x197x768xf32>) outs(%rows0 : tensor<1x197xf32>) {
  ^bb0(%a: f32, %acc: f32):
    %0 = arith.mulf %a, %a : f32
    %1 = arith.addf %acc, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<1x197xf32>
  %norm = linalg.generic {indexing_maps = [#id3, #row, #col, #col, #id3], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%centered, %square, %g1, %b1 : tensor<1x197x768xf32>, tensor<1x197xf32>, tensor<768xf32>, tensor<768xf32>)
      outs(%full : tensor<1x197x768xf32>) {
  ^bb0(%a: f32, %v: f32, %g: f32, %b: f32, %o: f32):
    %0 = arith.divf %v, %n : f32
    %1 = arith.addf %0, %eps : f32
    %2 = math.rsqrt %1 : f32
    %3 = arith.mulf %a, %2 : f32
    %4 = arith.mulf %3, %g : f32
    %5 = arith.addf %4, %b : f32
    linalg.yield %5 : f32
  } -> tensor<1x197x768xf32>

  // QKV
  %eqkv = tensor.empty() : tensor<1x197x2304xf32>
  %zqkv = linalg.fill ins(%zero : f32) outs(%eqkv : tensor<1x197x2304xf32>) -> tensor<1x197x2304xf32>
  %mm = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%norm, %wqkv : tensor<1x197x768xf32>, tensor<768x2304xf32>) outs(%zqkv : tensor<1x197x2304xf32>) {
  ^bb0(%a: f32, %b: f32, %acc: f32):
    %0 = arith.mulf %a, %b : f32
    %1 = arith.addf %acc, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<1x197x2304xf32>
  %packed = linalg.generic {indexing_maps = [#id3, #col, #id3], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%mm, %bqkv : tensor<1x197x2304xf32>, tensor<2304xf32>) outs(%eqkv : tensor<1x197x2304xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.addf %a, %b : f32
    linalg.yield %0 : f32
  } -> tensor<1x197x2304xf32>

  // Heads
  %r5 = tensor.expand_shape %packed [[0], [1], [2, 3, 4]] output_shape [1, 197, 3, 12, 64]
      : tensor<1x197x2304xf32> into tensor<1x197x3x12x64xf32>
  %e5 = tensor.empty() : tensor<3x1x12x197x64xf32>
  %t5 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d1, d3, d0, d2, d4)>, #id5],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
      ins(%r5 : tensor<1x197x3x12x64xf32>) outs(%e5 : tensor<3x1x12x197x64xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<3x1x12x197x64xf32>
  %sq = tensor.extract_slice %t5[0, 0, 0, 0, 0] [1, 1, 12, 197, 64] [1, 1, 1, 1, 1]
      : tensor<3x1x12x197x64xf32> to tensor<1x1x12x197x64xf32>
  %sk = tensor.extract_slice %t5[1, 0, 0, 0, 0] [1, 1, 12, 197, 64] [1, 1, 1, 1, 1]
      : tensor<3x1x12x197x64xf32> to tensor<1x1x12x197x64xf32>
  %sv = tensor.extract_slice %t5[2, 0, 0, 0, 0] [1, 1, 12, 197, 64] [1, 1, 1, 1, 1]
      : tensor<3x1x12x197x64xf32> to tensor<1x1x12x197x64xf32>
  %qh = tensor.collapse_shape %sq [[0, 1], [2], [3], [4]] : tensor<1x1x12x197x64xf32> into tensor<1x12x197x64xf32>
  %kh = tensor.collapse_shape %sk [[0, 1], [2], [3], [4]] : tensor<1x1x12x197x64xf32> into tensor<1x12x197x64xf32>
  %vh = tensor.collapse_shape %sv [[0, 1], [2], [3], [4]] : tensor<1x1x12x197x64xf32> into tensor<1x12x197x64xf32>
  %ekt = tensor.empty() : tensor<1x12x64x197xf32>
  %kt = linalg.generic {indexing_maps = [#t0132, #id4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%kh : tensor<1x12x197x64xf32>) outs(%ekt : tensor<1x12x64x197xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<1x12x64x197xf32>
  %att = attn.attention ins(%qh, %kt, %vh : tensor<1x12x197x64xf32>, tensor<1x12x64x197xf32>, tensor<1x12x197x64xf32>)
      domain = [1, 12, 197, 197, 64, 64]
      indexing_maps = [affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>, affine_map<(b, h, i, j, d, e) -> (b, h, d, j)>,
                       affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>, affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>]
      mask = #attn.mask<dense> numerics = #attn.numerics<scale = 0.125 : f64> {
  ^bb0(%s: f32, %bi: index, %hi: index, %ii: index, %ji: index):
    attn.yield %s : f32
  } -> tensor<1x12x197x64xf32>
  %eo = tensor.empty() : tensor<1x197x12x64xf32>
  %to = linalg.generic {indexing_maps = [#t0213, #id4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%att : tensor<1x12x197x64xf32>) outs(%eo : tensor<1x197x12x64xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<1x197x12x64xf32>
  %flat = tensor.collapse_shape %to [[0], [1], [2, 3]] : tensor<1x197x12x64xf32> into tensor<1x197x768xf32>

  // Projection and residual
  %pmm = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%flat, %wproj : tensor<1x197x768xf32>, tensor<768x768xf32>) outs(%full0 : tensor<1x197x768xf32>) {
  ^bb0(%a: f32, %b: f32, %acc: f32):
    %0 = arith.mulf %a, %b : f32
    %1 = arith.addf %acc, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<1x197x768xf32>
  %proj = linalg.generic {indexing_maps = [#id3, #col, #id3], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%pmm, %bproj : tensor<1x197x768xf32>, tensor<768xf32>) outs(%full : tensor<1x197x768xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.addf %a, %b : f32
    linalg.yield %0 : f32
  } -> tensor<1x197x768xf32>
  %x1 = linalg.generic {indexing_maps = [#id3, #id3, #id3], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%proj, %x : tensor<1x197x768xf32>, tensor<1x197x768xf32>) outs(%full : tensor<1x197x768xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.addf %a, %b : f32
    linalg.yield %0 : f32
  } -> tensor<1x197x768xf32>

  // LayerNorm, fc1, GELU, fc2
  %sum2 = linalg.generic {indexing_maps = [#id3, #row], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x1 : tensor<1x197x768xf32>) outs(%rows0 : tensor<1x197xf32>) {
  ^bb0(%a: f32, %acc: f32):
    %0 = arith.addf %acc, %a : f32
    linalg.yield %0 : f32
  } -> tensor<1x197xf32>
  %mean2 = linalg.generic {indexing_maps = [#id2, #id2], iterator_types = ["parallel", "parallel"]}
      ins(%sum2 : tensor<1x197xf32>) outs(%rows : tensor<1x197xf32>) {
  ^bb0(%a: f32, %o: f32):
    %0 = arith.divf %a, %n : f32
    linalg.yield %0 : f32
  } -> tensor<1x197xf32>
  %centered2 = linalg.generic {indexing_maps = [#id3, #row, #id3], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x1, %mean2 : tensor<1x197x768xf32>, tensor<1x197xf32>) outs(%full : tensor<1x197x768xf32>) {
  ^bb0(%a: f32, %m: f32, %o: f32):
    %0 = arith.subf %a, %m : f32
    linalg.yield %0 : f32
  } -> tensor<1x197x768xf32>
  %square2 = linalg.generic {indexing_maps = [#id3, #row], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%centered2 : tensor<1x197x768xf32>) outs(%rows0 : tensor<1x197xf32>) {
  ^bb0(%a: f32, %acc: f32):
    %0 = arith.mulf %a, %a : f32
    %1 = arith.addf %acc, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<1x197xf32>
  %norm2 = linalg.generic {indexing_maps = [#id3, #row, #col, #col, #id3], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%centered2, %square2, %g1, %b1 : tensor<1x197x768xf32>, tensor<1x197xf32>, tensor<768xf32>, tensor<768xf32>)
      outs(%full : tensor<1x197x768xf32>) {
  ^bb0(%a: f32, %v: f32, %g: f32, %b: f32, %o: f32):
    %0 = arith.divf %v, %n : f32
    %1 = arith.addf %0, %eps : f32
    %2 = math.rsqrt %1 : f32
    %3 = arith.mulf %a, %2 : f32
    %4 = arith.mulf %3, %g : f32
    %5 = arith.addf %4, %b : f32
    linalg.yield %5 : f32
  } -> tensor<1x197x768xf32>
  %e1 = tensor.empty() : tensor<1x197x3072xf32>
  %z1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<1x197x3072xf32>) -> tensor<1x197x3072xf32>
  %mm1 = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%norm2, %w1 : tensor<1x197x768xf32>, tensor<768x3072xf32>) outs(%z1 : tensor<1x197x3072xf32>) {
  ^bb0(%a: f32, %b: f32, %acc: f32):
    %0 = arith.mulf %a, %b : f32
    %1 = arith.addf %acc, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<1x197x3072xf32>
  %h1 = linalg.generic {indexing_maps = [#id3, #col, #id3], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%mm1, %bias1 : tensor<1x197x3072xf32>, tensor<3072xf32>) outs(%e1 : tensor<1x197x3072xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.addf %a, %b : f32
    linalg.yield %0 : f32
  } -> tensor<1x197x3072xf32>
  %gelu = linalg.generic {indexing_maps = [#id3, #id3], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%h1 : tensor<1x197x3072xf32>) outs(%e1 : tensor<1x197x3072xf32>) {
  ^bb0(%a: f32, %o: f32):
    %0 = arith.mulf %a, %rsqrt2 : f32
    %1 = math.erf %0 : f32
    %2 = arith.addf %1, %one : f32
    %3 = arith.mulf %a, %2 : f32
    %4 = arith.mulf %3, %half : f32
    linalg.yield %4 : f32
  } -> tensor<1x197x3072xf32>
  %mm2 = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%gelu, %w2 : tensor<1x197x3072xf32>, tensor<3072x768xf32>) outs(%full0 : tensor<1x197x768xf32>) {
  ^bb0(%a: f32, %b: f32, %acc: f32):
    %0 = arith.mulf %a, %b : f32
    %1 = arith.addf %acc, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<1x197x768xf32>
  %h2 = linalg.generic {indexing_maps = [#id3, #col, #id3], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%mm2, %bias2 : tensor<1x197x768xf32>, tensor<768xf32>) outs(%full : tensor<1x197x768xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.addf %a, %b : f32
    linalg.yield %0 : f32
  } -> tensor<1x197x768xf32>
  %y = linalg.generic {indexing_maps = [#id3, #id3, #id3], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%h2, %x1 : tensor<1x197x768xf32>, tensor<1x197x768xf32>) outs(%full : tensor<1x197x768xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.addf %a, %b : f32
    linalg.yield %0 : f32
  } -> tensor<1x197x768xf32>
  return %y : tensor<1x197x768xf32>
}
