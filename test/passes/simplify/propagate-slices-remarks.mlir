// Products and attentions that shrink say by how much.
// RUN: fovea-opt %s --fovea-propagate-slices --remarks-filter=simplify --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s

// CHECK: [Passed] propagate-slices | Category:simplify | Function=main | Node=blocks.11/proj, Op=onnx.MatMul, RowsAfter=1, RowsBefore=9
func.func @main(%x: tensor<1x9x8xf32>, %w: tensor<8x8xf32>) -> tensor<1x8xf32> {
  %zero = onnx.Constant : tensor<i64> = dense<0> : tensor<i64>
  %p = onnx.MatMul %x, %w : (tensor<1x9x8xf32>, tensor<8x8xf32>) -> tensor<1x9x8xf32> loc("blocks.11/proj")
  %a = onnx.Gather %p, %zero {axis = 1 : si64} : (tensor<1x9x8xf32>, tensor<i64>) -> tensor<1x8xf32>
  return %a : tensor<1x8xf32>
}
