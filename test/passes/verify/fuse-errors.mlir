// RUN: fovea-opt %s --fovea-verify-phase=phase=fuse -verify-diagnostics -split-input-file

func.func @between(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{'linalg.generic' after fuse: may not exist between islands}}
  %0 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} outs(%x : tensor<4xf32>) {
  ^bb0(%a: f32):
    linalg.yield %a : f32
  } -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

#id = affine_map<(m, n, k) -> (m, n)>
#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (k, n)>
func.func @two_products(%x: tensor<4x4xf32>, %zero: tensor<4x4xf32>) -> tensor<4x4xf32> {
  // expected-error @below {{'kernel.island' after fuse: holds 2 contractions, convolutions or attentions, but may hold one}}
  %0 = kernel.island <contraction> -> tensor<4x4xf32> {
    %1 = linalg.generic {indexing_maps = [#a, #b, #id], iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%x, %x : tensor<4x4xf32>, tensor<4x4xf32>) outs(%zero : tensor<4x4xf32>) {
    ^bb0(%l: f32, %r: f32, %acc: f32):
      %p = arith.mulf %l, %r : f32
      %s = arith.addf %acc, %p : f32
      linalg.yield %s : f32
    } -> tensor<4x4xf32>
    %2 = linalg.generic {indexing_maps = [#a, #b, #id], iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%1, %x : tensor<4x4xf32>, tensor<4x4xf32>) outs(%zero : tensor<4x4xf32>) {
    ^bb0(%l: f32, %r: f32, %acc: f32):
      %p = arith.mulf %l, %r : f32
      %s = arith.addf %acc, %p : f32
      linalg.yield %s : f32
    } -> tensor<4x4xf32>
    kernel.yield %2 : tensor<4x4xf32>
  }
  return %0 : tensor<4x4xf32>
}

// -----

// expected-error @below {{'kernel.func' after fuse: may not exist in the module}}
kernel.func @k(%x: tensor<4xf32>) -> tensor<4xf32> attributes {anchor = #kernel.anchor<elementwise>} {
  kernel.return %x : tensor<4xf32>
}
