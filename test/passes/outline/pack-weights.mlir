// RUN: fovea-opt %s --fovea-pack-weights="vector-width=8" --split-input-file | FileCheck %s

// The right-hand side of a product, a matrix in either order.

// CHECK: kernel.constant @w_panels : tensor<2x3xf32, #kernel.panels<8>>
// CHECK: kernel.constant @t_panels : tensor<3x2xf32, #kernel.panels<8, axis = 0>>
// CHECK: kernel.get_constant @w_panels : tensor<2x3xf32, #kernel.panels<8>>
// CHECK: kernel.func @mm(%{{.*}}: tensor<4x2xf32>, %{{.*}}: tensor<2x3xf32, #kernel.panels<8>>) -> tensor<4x3xf32>
// CHECK: kernel.func @mt(%{{.*}}: tensor<4x2xf32>, %{{.*}}: tensor<3x2xf32, #kernel.panels<8, axis = 0>>)
#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (k, n)>
#bt = affine_map<(m, n, k) -> (n, k)>
#c = affine_map<(m, n, k) -> (m, n)>
module {
  kernel.constant @w : tensor<2x3xf32> = dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  kernel.constant @t : tensor<3x2xf32> = dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>
  func.func @main(%x: tensor<4x2xf32>) -> (tensor<4x3xf32>, tensor<4x3xf32>) {
    %w = kernel.get_constant @w : tensor<2x3xf32>
    %t = kernel.get_constant @t : tensor<3x2xf32>
    %0 = kernel.launch @mm(%x, %w) : (tensor<4x2xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>
    %1 = kernel.launch @mt(%x, %t) : (tensor<4x2xf32>, tensor<3x2xf32>) -> tensor<4x3xf32>
    return %0, %1 : tensor<4x3xf32>, tensor<4x3xf32>
  }
  kernel.func @mm(%x: tensor<4x2xf32>, %w: tensor<2x3xf32>) -> tensor<4x3xf32>
      attributes {anchor = #kernel.anchor<contraction>, backend = #kernel.backend<halide>,
                  schedule = #kernel.schedule<gemm mr = 6, nv = 1>} {
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
  kernel.func @mt(%x: tensor<4x2xf32>, %w: tensor<3x2xf32>) -> tensor<4x3xf32>
      attributes {anchor = #kernel.anchor<contraction>, backend = #kernel.backend<halide>,
                  schedule = #kernel.schedule<gemm mr = 6, nv = 1>} {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<4x3xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4x3xf32>) -> tensor<4x3xf32>
    %r = linalg.generic {indexing_maps = [#a, #bt, #c], iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%x, %w : tensor<4x2xf32>, tensor<3x2xf32>) outs(%f : tensor<4x3xf32>) {
      ^bb0(%p: f32, %q: f32, %acc: f32):
        %m = arith.mulf %p, %q : f32
        %s = arith.addf %acc, %m : f32
        linalg.yield %s : f32
    } -> tensor<4x3xf32>
    kernel.return %r : tensor<4x3xf32>
  }
}

// -----

#x = affine_map<(n, y, x, o, i, r, s) -> (n, y + r, x + s, i)>
#w = affine_map<(n, y, x, o, i, r, s) -> (o, i, r, s)>
#o = affine_map<(n, y, x, o, i, r, s) -> (n, y, x, o)>

// The weights of a convolution: rows run as the image lies in memory, channels fastest.

module {
  // CHECK: kernel.constant @filters_panels : tensor<5x2x3x3xf32, #kernel.panels<16, axis = 0 rows[2, 3, 1]>>
  kernel.constant @filters : tensor<5x2x3x3xf32> = dense<1.0> : tensor<5x2x3x3xf32>
  func.func @main(%x: tensor<1x6x6x2xf32>) -> tensor<1x4x4x5xf32> {
    %w = kernel.get_constant @filters : tensor<5x2x3x3xf32>
    %0 = kernel.launch @conv(%x, %w) : (tensor<1x6x6x2xf32>, tensor<5x2x3x3xf32>) -> tensor<1x4x4x5xf32>
    return %0 : tensor<1x4x4x5xf32>
  }
  // CHECK: kernel.func @conv(%{{.+}}: tensor<1x6x6x2xf32>, %{{.+}}: tensor<5x2x3x3xf32, #kernel.panels<16, axis = 0 rows[2, 3, 1]>>)
  kernel.func @conv(%x: tensor<1x6x6x2xf32>, %w: tensor<5x2x3x3xf32>) -> tensor<1x4x4x5xf32>
      attributes {anchor = #kernel.anchor<convolution>, backend = #kernel.backend<halide>,
                  schedule = #kernel.schedule<conv mr = 4, nv = 2>} {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<1x4x4x5xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x4x4x5xf32>) -> tensor<1x4x4x5xf32>
    %r = linalg.generic {indexing_maps = [#x, #w, #o], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
        ins(%x, %w : tensor<1x6x6x2xf32>, tensor<5x2x3x3xf32>) outs(%f : tensor<1x4x4x5xf32>) {
      ^bb0(%p: f32, %q: f32, %acc: f32):
        %m = arith.mulf %p, %q : f32
        %s = arith.addf %acc, %m : f32
        linalg.yield %s : f32
    } -> tensor<1x4x4x5xf32>
    kernel.return %r : tensor<1x4x4x5xf32>
  }
}
