// REQUIRES: mlir-runner
// RUN: fovea-opt %s --fovea-attn-decompose | fovea-opt %run | FileCheck %s
// RUN: fovea-opt %s --fovea-attn-convert-to-online --fovea-attn-decompose | fovea-opt %run | FileCheck %s
// RUN: fovea-opt %s --fovea-attn-convert-to-online="key-tile=2" --fovea-attn-decompose | fovea-opt %run | FileCheck %s
// RUN: fovea-opt %s --fovea-attn-convert-to-online="key-tile=1" --canonicalize --fovea-attn-decompose | fovea-opt %run | FileCheck %s

// The definition and the online form, in one step, two and four, against numbers computed in double precision: shared key
// heads, packed queries and outputs, a bias that grows with the key, a causal frontier, a bool mask, a row without a key.

#q = affine_map<(b, h, i, j, d, e) -> (b, i, h * 2 + d)>
#k = affine_map<(b, h, i, j, d, e) -> (b, j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (b, j, e)>
#m = affine_map<(b, h, i, j, d, e) -> (i, j)>
#n = affine_map<(b, h, i, j, d, e) -> (h, i, 0)>
#o = affine_map<(b, h, i, j, d, e) -> (b, i, h * 2 + e)>

// CHECK: sizes = [1, 3, 4]
// CHECK: 1.5, 2, 1.7057{{[89]}}, 1.1768{{[56]}}
// CHECK: 1, 3.3583{{[56]}}, 1, 3.76{{159|16}}
// CHECK: 0, 0, 0, 0
func.func private @printMemrefF32(tensor<*xf32>) attributes {llvm.emit_c_interface}
func.func @main() attributes {llvm.emit_c_interface} {
  %q = arith.constant dense<[[[2.0, -2.5, 0.5, -0.5], [-0.5, 0.0, -2.0, 0.0], [-1.0, 3.5, 0.0, -0.5]]]> : tensor<1x3x4xf32>
  %k = arith.constant dense<[[[-0.5, -0.5], [-1.0, -0.5], [0.5, 0.0], [1.0, 0.0]]]> : tensor<1x4x2xf32>
  %v = arith.constant dense<[[[1.0, 4.0], [2.0, 0.0], [1.0, 2.0], [5.0, 0.0]]]> : tensor<1x4x2xf32>
  %m = arith.constant dense<[[true, true, true, true], [true, false, true, true], [false, false, false, false]]> : tensor<3x4xi1>
  %n = arith.constant dense<[[[0.5], [-0.25], [1.0]], [[1.0], [-0.5], [2.0]]]> : tensor<2x3x1xf32>
  %o = attn.attention ins(%q, %k, %v : tensor<1x3x4xf32>, tensor<1x4x2xf32>, tensor<1x4x2xf32>)
    captures(%m, %n : tensor<3x4xi1>, tensor<2x3x1xf32>) domain = [1, 2, 3, 4, 2, 2] indexing_maps = [#q, #k, #v, #m, #n, #o]
    mask = <causal, offset = 1> numerics = <scale = 0.5 : f64, maskedRows = zero> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %seen: i1, %slope: f32):
      %key = arith.index_cast %j : index to i32
      %place = arith.sitofp %key : i32 to f32
      %bias = arith.mulf %place, %slope : f32
      %sum = arith.addf %s, %bias : f32
      %inf = arith.constant 0xFF800000 : f32
      %score = arith.select %seen, %sum, %inf : f32
      attn.yield %score : f32
  } -> tensor<1x3x4xf32>
  %u = tensor.cast %o : tensor<1x3x4xf32> to tensor<*xf32>
  call @printMemrefF32(%u) : (tensor<*xf32>) -> ()
  return
}
