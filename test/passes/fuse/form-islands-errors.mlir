// Consumers and producers that stay outside, with the reasons given.
// RUN: fovea-opt %s --fovea-form-islands --split-input-file | FileCheck %s
// RUN: fovea-opt %s --fovea-form-islands --split-input-file --remarks-filter=fuse -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

#lhs = affine_map<(m, n, k) -> (m, k)>
#rhs = affine_map<(m, n, k) -> (k, n)>
#out = affine_map<(m, n, k) -> (m, n)>
#id = affine_map<(i, j) -> (i, j)>

// The product itself is returned too.

// REMARK-DAG: [Missed] form-islands | Category:fuse | Code=FUSE-R02, Node=relu, Reason="'relu' is not computed with 'fc': the value is needed outside the island as well"
// REMARK-DAG: [Analysis] form-islands | Category:fuse | Remark="contraction island of 1 ops: fc"
// REMARK-DAG: [Analysis] form-islands | Category:fuse | Remark="elementwise island of 1 ops: relu"
// CHECK-LABEL: func.func @tapped
// CHECK: %[[MM:.+]] = kernel.island <contraction>
// CHECK: %[[RELU:.+]] = kernel.island <elementwise>
// CHECK: return %[[MM]], %[[RELU]]
func.func @tapped(%a: tensor<4x6xf32>, %b: tensor<6x5xf32>) -> (tensor<4x5xf32>, tensor<4x5xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x5xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4x5xf32>) -> tensor<4x5xf32>
  %mm = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<4x6xf32>, tensor<6x5xf32>) outs(%f : tensor<4x5xf32>) {
  ^bb0(%x: f32, %y: f32, %acc: f32):
    %0 = arith.mulf %x, %y : f32
    %1 = arith.addf %acc, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<4x5xf32> loc("fc")
  %relu = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%mm : tensor<4x5xf32>) outs(%e : tensor<4x5xf32>) {
  ^bb0(%x: f32, %o: f32):
    %0 = arith.maximumf %x, %zero : f32
    linalg.yield %0 : f32
  } -> tensor<4x5xf32> loc("relu")
  return %mm, %relu : tensor<4x5xf32>, tensor<4x5xf32>
}

// -----

#lhs = affine_map<(m, n, k) -> (m, k)>
#rhs = affine_map<(m, n, k) -> (k, n)>
#out = affine_map<(m, n, k) -> (m, n)>
#id = affine_map<(i, j, k) -> (i, j, k)>

// The consumer would compute every element of the product three times.

// REMARK-DAG: Code=FUSE-R02, Node=wide, Reason="'wide' is not computed with 'fc': the consumer broadcasts the result"
// CHECK-LABEL: func.func @broadcast
// CHECK: kernel.island <contraction>
// CHECK: kernel.island <elementwise>
func.func @broadcast(%a: tensor<4x6xf32>, %b: tensor<6x5xf32>, %c: tensor<3x4x5xf32>) -> tensor<3x4x5xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x5xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4x5xf32>) -> tensor<4x5xf32>
  %mm = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<4x6xf32>, tensor<6x5xf32>) outs(%f : tensor<4x5xf32>) {
  ^bb0(%x: f32, %y: f32, %acc: f32):
    %0 = arith.mulf %x, %y : f32
    %1 = arith.addf %acc, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<4x5xf32> loc("fc")
  %e3 = tensor.empty() : tensor<3x4x5xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (j, k)>, #id, #id],
      iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%mm, %c : tensor<4x5xf32>, tensor<3x4x5xf32>) outs(%e3 : tensor<3x4x5xf32>) {
  ^bb0(%x: f32, %y: f32, %o: f32):
    %0 = arith.addf %x, %y : f32
    linalg.yield %0 : f32
  } -> tensor<3x4x5xf32> loc("wide")
  return %r : tensor<3x4x5xf32>
}

// -----

#lhs = affine_map<(m, n, k) -> (m, k)>
#rhs = affine_map<(m, n, k) -> (k, n)>
#out = affine_map<(m, n, k) -> (m, n)>
#id = affine_map<(i, j) -> (i, j)>

// The sum needs both the product and a product of it: its island would wait for itself. It goes with the later one.

// CHECK-LABEL: func.func @convex
// CHECK: %[[A:.+]] = kernel.island <contraction>
// CHECK: kernel.yield
// CHECK-NEXT: }
// CHECK-NEXT: %[[B:.+]] = kernel.island <contraction>
// CHECK: ins(%{{.+}}, %[[A]] :
// CHECK: arith.addf
// CHECK: kernel.yield
// CHECK-NEXT: }
// CHECK-NEXT: return %[[B]]
func.func @convex(%a: tensor<5x5xf32>, %b: tensor<5x5xf32>) -> tensor<5x5xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<5x5xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<5x5xf32>) -> tensor<5x5xf32>
  %p = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<5x5xf32>, tensor<5x5xf32>) outs(%f : tensor<5x5xf32>) {
  ^bb0(%x: f32, %y: f32, %acc: f32):
    %0 = arith.mulf %x, %y : f32
    %1 = arith.addf %acc, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<5x5xf32>
  %q = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%p, %b : tensor<5x5xf32>, tensor<5x5xf32>) outs(%f : tensor<5x5xf32>) {
  ^bb0(%x: f32, %y: f32, %acc: f32):
    %0 = arith.mulf %x, %y : f32
    %1 = arith.addf %acc, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<5x5xf32>
  %r = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%q, %p : tensor<5x5xf32>, tensor<5x5xf32>) outs(%e : tensor<5x5xf32>) {
  ^bb0(%x: f32, %y: f32, %o: f32):
    %0 = arith.addf %x, %y : f32
    linalg.yield %0 : f32
  } -> tensor<5x5xf32>
  return %r : tensor<5x5xf32>
}
