// RUN: fovea-opt %s --fovea-pack-weights --split-input-file | FileCheck %s
// RUN: fovea-opt %s --fovea-pack-weights --split-input-file --remarks-filter=schedule --remark-policy=all 2>&1 >/dev/null \
// RUN:   | FileCheck %s --check-prefix=REMARK

// A right-hand side that comes from the caller stays as it is.

// CHECK: kernel.func @mm(%{{.*}}: tensor<4x2xf32>, %{{.*}}: tensor<2x3xf32>) -> tensor<4x3xf32>
// REMARK: pack-weights{{.*}}Code=PACK-R01{{.*}}the right-hand side is not a constant
#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (k, n)>
#c = affine_map<(m, n, k) -> (m, n)>
module {
  func.func @main(%x: tensor<4x2xf32>, %y: tensor<2x3xf32>) -> tensor<4x3xf32> {
    %0 = kernel.launch @mm(%x, %y) : (tensor<4x2xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>
    return %0 : tensor<4x3xf32>
  }
  kernel.func @mm(%x: tensor<4x2xf32>, %w: tensor<2x3xf32>) -> tensor<4x3xf32>
      attributes {anchor = #kernel.anchor<contraction>, backend = #kernel.backend<halide>} {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<4x3xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4x3xf32>) -> tensor<4x3xf32>
    %r = linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%x, %w : tensor<4x2xf32>, tensor<2x3xf32>) outs(%f : tensor<4x3xf32>) {
      ^bb0(%p: f32, %q: f32, %acc: f32):
        %m = arith.mulf %p, %q : f32
        %s = arith.addf %acc, %m : f32
        linalg.yield %s : f32
    } -> tensor<4x3xf32>
    kernel.return %r : tensor<4x3xf32>
  }
}
