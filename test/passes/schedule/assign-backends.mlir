// RUN: fovea-opt %s --fovea-assign-backends | FileCheck %s --check-prefix=AUTO
// RUN: fovea-opt %s --fovea-assign-backends=backend=llvm | FileCheck %s --check-prefix=LLVM
// RUN: fovea-opt %s --fovea-assign-backends=backend=halide | FileCheck %s --check-prefix=HALIDE
// RUN: fovea-opt %s --fovea-assign-backends --remarks-filter-missed=schedule -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

#id1 = affine_map<(i) -> (i)>
#lhs = affine_map<(m, n, k) -> (m, k)>
#rhs = affine_map<(m, n, k) -> (k, n)>
#out = affine_map<(m, n, k) -> (m, n)>

// AUTO-LABEL: func.func @plain
// AUTO: kernel.island <elementwise> backend <halide>
// LLVM-LABEL: func.func @plain
// LLVM: kernel.island <elementwise> backend <llvm>
// HALIDE-LABEL: func.func @plain
// HALIDE: kernel.island <elementwise> backend <halide>
func.func @plain(%x: tensor<4xf32>) -> tensor<4xf32> {
  %r = kernel.island <elementwise> -> tensor<4xf32> {
    %e = tensor.empty() : tensor<4xf32>
    %0 = linalg.generic {indexing_maps = [#id1, #id1], iterator_types = ["parallel"]}
        ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
    ^bb0(%a: f32, %o: f32):
      %1 = arith.negf %a : f32
      linalg.yield %1 : f32
    } -> tensor<4xf32>
    kernel.yield %0 : tensor<4xf32>
  }
  return %r : tensor<4xf32>
}

// REMARK-DAG: Reason="Halide does not take a tensor of more than 2^31 - 1 elements", Remark="the island is compiled by LLVM"
// AUTO-LABEL: func.func @huge
// AUTO: kernel.island <elementwise> backend <llvm>
// HALIDE-LABEL: func.func @huge
// HALIDE: kernel.island <elementwise> backend <halide>
func.func @huge(%x: tensor<2147483648xi8>) -> tensor<2147483648xi8> {
  %r = kernel.island <elementwise> -> tensor<2147483648xi8> {
    %e = tensor.empty() : tensor<2147483648xi8>
    %0 = linalg.generic {indexing_maps = [#id1, #id1], iterator_types = ["parallel"]}
        ins(%x : tensor<2147483648xi8>) outs(%e : tensor<2147483648xi8>) {
    ^bb0(%a: i8, %o: i8):
      %1 = arith.addi %a, %a : i8
      linalg.yield %1 : i8
    } -> tensor<2147483648xi8>
    kernel.yield %0 : tensor<2147483648xi8>
  }
  return %r : tensor<2147483648xi8>
}

// REMARK-DAG: Reason="Halide does not take a product accumulated in f64"
// AUTO-LABEL: func.func @double
// AUTO: kernel.island <contraction> backend <llvm>
func.func @double(%a: tensor<4x6xf64>, %b: tensor<6x5xf64>) -> tensor<4x5xf64> {
  %r = kernel.island <contraction> -> tensor<4x5xf64> {
    %zero = arith.constant 0.0 : f64
    %e = tensor.empty() : tensor<4x5xf64>
    %f = linalg.fill ins(%zero : f64) outs(%e : tensor<4x5xf64>) -> tensor<4x5xf64>
    %mm = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%a, %b : tensor<4x6xf64>, tensor<6x5xf64>) outs(%f : tensor<4x5xf64>) {
    ^bb0(%x: f64, %y: f64, %acc: f64):
      %0 = arith.mulf %x, %y : f64
      %1 = arith.addf %acc, %0 : f64
      linalg.yield %1 : f64
    } -> tensor<4x5xf64>
    kernel.yield %mm : tensor<4x5xf64>
  }
  return %r : tensor<4x5xf64>
}

// A backend that somebody chose stays.

// AUTO-LABEL: func.func @chosen
// AUTO: kernel.island <elementwise> backend <llvm>
// HALIDE-LABEL: func.func @chosen
// HALIDE: kernel.island <elementwise> backend <llvm>
func.func @chosen(%x: tensor<4xf32>) -> tensor<4xf32> {
  %r = kernel.island <elementwise> backend <llvm> -> tensor<4xf32> {
    kernel.yield %x : tensor<4xf32>
  }
  return %r : tensor<4xf32>
}

#q = affine_map<(b, h, i, j, d, e) -> (i, d)>
#k = affine_map<(b, h, i, j, d, e) -> (j, d)>
#v = affine_map<(b, h, i, j, d, e) -> (j, e)>
#o = affine_map<(b, h, i, j, d, e) -> (i, e)>
#p = affine_map<(b, h, i, j, d, e) -> (i, j)>

// REMARK-DAG: Reason="Halide does not take attention whose probabilities are a result"
// AUTO-LABEL: func.func @probabilities
// AUTO: kernel.island <attention> backend <llvm>
// HALIDE-LABEL: func.func @probabilities
// HALIDE: kernel.island <attention> backend <halide>
func.func @probabilities(%q: tensor<4x8xf32>, %k: tensor<6x8xf32>, %v: tensor<6x8xf32>) -> (tensor<4x8xf32>, tensor<4x6xf32>) {
  %r:2 = kernel.island <attention> -> tensor<4x8xf32>, tensor<4x6xf32> {
    %o, %p = attn.attention ins(%q, %k, %v : tensor<4x8xf32>, tensor<6x8xf32>, tensor<6x8xf32>)
        domain = [1, 1, 4, 6, 8, 8] indexing_maps = [#q, #k, #v, #o, #p]
        mask = <dense> numerics = <scale = 1.0 : f64> {
      ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
        attn.yield %s : f32
    } -> tensor<4x8xf32> probabilities tensor<4x6xf32>
    kernel.yield %o, %p : tensor<4x8xf32>, tensor<4x6xf32>
  }
  return %r#0, %r#1 : tensor<4x8xf32>, tensor<4x6xf32>
}
