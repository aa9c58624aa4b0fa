// RUN: fovea-opt %s --fovea-select-schedules --remarks-filter-missed=schedule -o /dev/null 2>&1 | FileCheck %s

// An island without the op that its anchor promises.

// CHECK: select-schedules | Category:schedule | Code=SCHED-R02, {{.*}}the island has no op that its anchor stands for
#id = affine_map<(i) -> (i)>
func.func @no_product(%x: tensor<4xf32>) -> tensor<4xf32> {
  %r = kernel.island <contraction> -> tensor<4xf32> {
    %e = tensor.empty() : tensor<4xf32>
    %0 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
        ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
    ^bb0(%a: f32, %o: f32):
      %1 = arith.negf %a : f32
      linalg.yield %1 : f32
    } -> tensor<4xf32>
    kernel.yield %0 : tensor<4xf32>
  }
  return %r : tensor<4xf32>
}
