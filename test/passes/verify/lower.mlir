// RUN: fovea-opt %s --fovea-verify-phase=phase=lower | FileCheck %s

// CHECK-LABEL: func.func @vocabulary
func.func @vocabulary(%x: tensor<4x8xf32>, %i: tensor<4xi64>) -> tensor<4x10xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x8xf32>
  %0 = linalg.fill ins(%zero : f32) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]}
      ins(%i : tensor<4xi64>) outs(%0 : tensor<4x8xf32>) {
  ^bb0(%a: i64, %b: f32):
    %row = arith.index_cast %a : i64 to index
    %column = linalg.index 1 : index
    %v = tensor.extract %x[%row, %column] : tensor<4x8xf32>
    %w = math.exp %v : f32
    linalg.yield %w : f32
  } -> tensor<4x8xf32>
  %2 = tensor.pad %1 low[0, 1] high[0, 1] {
  ^bb0(%p: index, %q: index):
    tensor.yield %zero : f32
  } : tensor<4x8xf32> to tensor<4x10xf32>
  return %2 : tensor<4x10xf32>
}
