// RUN: not fovea-opt %s --fovea-verify-phase=phase=lower 2>&1 | FileCheck %s

func.func @f(%x: tensor<4xf32>, %n: index, %cond: i1) -> tensor<4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // Single elements are written in islands only; the program has loops of its own.
  // CHECK: error: 'tensor.insert' after lower: may not exist in the function
  %0 = scf.for %i = %c0 to %n step %c1 iter_args(%t = %x) -> tensor<4xf32> {
    %e = tensor.extract %t[%i] : tensor<4xf32>
    %u = tensor.insert %e into %t[%i] : tensor<4xf32>
    scf.yield %u : tensor<4xf32>
  }
  // CHECK: error: 'tensor.cast' after lower: may not exist in a sequential kernel
  %1 = kernel.island <sequential> -> tensor<4xf32> {
    %a = scf.if %cond -> tensor<4xf32> {
      %c = tensor.cast %0 : tensor<4xf32> to tensor<?xf32>
      %d = tensor.cast %c : tensor<?xf32> to tensor<4xf32>
      scf.yield %d : tensor<4xf32>
    } else {
      scf.yield %0 : tensor<4xf32>
    }
    kernel.yield %a : tensor<4xf32>
  }
  return %1 : tensor<4xf32>
}
