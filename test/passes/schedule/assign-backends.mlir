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

// REMARK: Code=SCHED-R01, {{.*}}Halide has no tiles for a product accumulated in f64"
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
