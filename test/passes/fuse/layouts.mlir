// Between the projections of attention no layout op moves data: windows, rolls and folded axes are its index maps, and
// what comes before and after sees rows in the order in which the model stores them.
// RUN: fovea-opt %s --split-input-file --fovea-phase-lower --fovea-phase-fuse \
// RUN:   | FileCheck %s --implicit-check-not=tensor.pad --implicit-check-not=tensor.extract_slice --implicit-check-not=tensor.insert_slice --implicit-check-not="<elementwise>"

// Windows of 2 x 2 of an image of 4 x 6.

// CHECK-DAG: #[[$Q:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (0, (d0 floordiv 3) * 2 + d2 floordiv 2, (d0 mod 3) * 2 + d2 mod 2, d1 * 4 + d4)>
// CHECK-DAG: #[[$K:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (0, (d0 floordiv 3) * 2 + d3 floordiv 2, (d0 mod 3) * 2 + d3 mod 2, d1 * 4 + d4 + 8)>
// CHECK-DAG: #[[$V:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (0, (d0 floordiv 3) * 2 + d3 floordiv 2, (d0 mod 3) * 2 + d3 mod 2, d1 * 4 + d5 + 16)>
// CHECK-DAG: #[[$O:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (0, (d0 floordiv 3) * 2 + d2 floordiv 2, (d0 mod 3) * 2 + d2 mod 2, d1 * 4 + d5)>
// CHECK-LABEL: func.func @main
// CHECK: %[[QKV:.+]] = kernel.island <contraction> -> tensor<1x4x6x24xf32>
// CHECK: kernel.island <attention>
// CHECK: attn.attention ins(%[[QKV]], %[[QKV]], %[[QKV]] :
// CHECK-SAME: indexing_maps = [#[[$Q]], #[[$K]], #[[$V]], #[[$O]]]
// CHECK: %[[Y:.+]] = kernel.island <contraction> -> tensor<1x4x6x8xf32>
// CHECK: return %[[Y]]
func.func @main(%x: tensor<1x4x6x8xf32>, %w: tensor<8x24xf32>, %b: tensor<24xf32>, %p: tensor<8x8xf32>, %c: tensor<8xf32>) -> tensor<1x4x6x8xf32> {
  %split = onnx.Constant : tensor<6xi64> = dense<[1, 2, 2, 3, 2, 8]> : tensor<6xi64>
  %rows = onnx.Constant : tensor<3xi64> = dense<[6, 4, 8]> : tensor<3xi64>
  %heads = onnx.Constant : tensor<5xi64> = dense<[6, 4, 3, 2, 4]> : tensor<5xi64>
  %windows = onnx.Constant : tensor<6xi64> = dense<[1, 2, 3, 2, 2, 8]> : tensor<6xi64>
  %image = onnx.Constant : tensor<4xi64> = dense<[1, 4, 6, 8]> : tensor<4xi64>
  %i0 = onnx.Constant : tensor<i64> = dense<0> : tensor<i64>
  %i1 = onnx.Constant : tensor<i64> = dense<1> : tensor<i64>
  %i2 = onnx.Constant : tensor<i64> = dense<2> : tensor<i64>
  %0 = onnx.Reshape %x, %split : (tensor<1x4x6x8xf32>, tensor<6xi64>) -> tensor<1x2x2x3x2x8xf32>
  %1 = onnx.Transpose %0 {permutation = array<i64: 0, 1, 3, 2, 4, 5>} : (tensor<1x2x2x3x2x8xf32>) -> tensor<1x2x3x2x2x8xf32>
  %2 = onnx.Reshape %1, %rows : (tensor<1x2x3x2x2x8xf32>, tensor<3xi64>) -> tensor<6x4x8xf32>
  %3 = onnx.MatMul %2, %w : (tensor<6x4x8xf32>, tensor<8x24xf32>) -> tensor<6x4x24xf32>
  %4 = onnx.Add %3, %b : (tensor<6x4x24xf32>, tensor<24xf32>) -> tensor<6x4x24xf32>
  %5 = onnx.Reshape %4, %heads : (tensor<6x4x24xf32>, tensor<5xi64>) -> tensor<6x4x3x2x4xf32>
  %6 = onnx.Transpose %5 {permutation = array<i64: 2, 0, 3, 1, 4>} : (tensor<6x4x3x2x4xf32>) -> tensor<3x6x2x4x4xf32>
  %q = onnx.Gather %6, %i0 : (tensor<3x6x2x4x4xf32>, tensor<i64>) -> tensor<6x2x4x4xf32>
  %k = onnx.Gather %6, %i1 : (tensor<3x6x2x4x4xf32>, tensor<i64>) -> tensor<6x2x4x4xf32>
  %v = onnx.Gather %6, %i2 : (tensor<3x6x2x4x4xf32>, tensor<i64>) -> tensor<6x2x4x4xf32>
  %o = attn.attention ins(%q, %k, %v : tensor<6x2x4x4xf32>, tensor<6x2x4x4xf32>, tensor<6x2x4x4xf32>)
      domain = [6, 2, 4, 4, 4, 4] indexing_maps = [
        affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>, affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>,
        affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>, affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>]
      mask = <dense> numerics = <scale = 0.5 : f64> {
    ^bb0(%s: f32, %bb: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
    } -> tensor<6x2x4x4xf32>
  %7 = onnx.Transpose %o {permutation = array<i64: 0, 2, 1, 3>} : (tensor<6x2x4x4xf32>) -> tensor<6x4x2x4xf32>
  %8 = onnx.Reshape %7, %rows : (tensor<6x4x2x4xf32>, tensor<3xi64>) -> tensor<6x4x8xf32>
  %9 = onnx.MatMul %8, %p : (tensor<6x4x8xf32>, tensor<8x8xf32>) -> tensor<6x4x8xf32>
  %10 = onnx.Add %9, %c : (tensor<6x4x8xf32>, tensor<8xf32>) -> tensor<6x4x8xf32>
  %11 = onnx.Reshape %10, %windows : (tensor<6x4x8xf32>, tensor<6xi64>) -> tensor<1x2x3x2x2x8xf32>
  %12 = onnx.Transpose %11 {permutation = array<i64: 0, 1, 3, 2, 4, 5>} : (tensor<1x2x3x2x2x8xf32>) -> tensor<1x2x2x3x2x8xf32>
  %13 = onnx.Reshape %12, %image : (tensor<1x2x2x3x2x8xf32>, tensor<4xi64>) -> tensor<1x4x6x8xf32>
  %14 = onnx.Add %x, %13 : (tensor<1x4x6x8xf32>, tensor<1x4x6x8xf32>) -> tensor<1x4x6x8xf32>
  return %14 : tensor<1x4x6x8xf32>
}

// -----

// One axis of the same image: the columns. The projections themselves walk the image in this order.

// CHECK-DAG: #[[$READ:.+]] = affine_map<(d0, d1, d2, d3) -> (0, d1, d0, d3)>
// CHECK-DAG: #[[$Q:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d2, d1 * 4 + d4)>
// CHECK-DAG: #[[$K:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d3, d1 * 4 + d4 + 8)>
// CHECK-DAG: #[[$V:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d3, d1 * 4 + d5 + 16)>
// CHECK-LABEL: func.func @main
// CHECK-SAME: %[[X:.+]]: tensor<1x4x6x8xf32>,
// CHECK: %[[QKV:.+]] = kernel.island <contraction> -> tensor<6x4x24xf32>
// CHECK: linalg.generic {indexing_maps = [#[[$READ]], {{.*}} ins(%[[X]],
// CHECK: %[[O:.+]] = kernel.island <attention>
// CHECK: attn.attention ins(%[[QKV]], %[[QKV]], %[[QKV]] :
// CHECK-SAME: indexing_maps = [#[[$Q]], #[[$K]], #[[$V]],
// CHECK: %[[R:.+]] = tensor.collapse_shape %[[O]]
// CHECK-NEXT: %[[Y:.+]] = kernel.island <contraction> -> tensor<1x4x6x8xf32>
// CHECK: linalg.generic {{.*}} ins(%[[R]],
// CHECK: return %[[Y]]
func.func @main(%x: tensor<1x4x6x8xf32>, %w: tensor<8x24xf32>, %b: tensor<24xf32>, %p: tensor<8x8xf32>, %c: tensor<8xf32>) -> tensor<1x4x6x8xf32> {
  %rows = onnx.Constant : tensor<3xi64> = dense<[6, 4, 8]> : tensor<3xi64>
  %heads = onnx.Constant : tensor<5xi64> = dense<[6, 4, 3, 2, 4]> : tensor<5xi64>
  %columns = onnx.Constant : tensor<4xi64> = dense<[1, 6, 4, 8]> : tensor<4xi64>
  %i0 = onnx.Constant : tensor<i64> = dense<0> : tensor<i64>
  %i1 = onnx.Constant : tensor<i64> = dense<1> : tensor<i64>
  %i2 = onnx.Constant : tensor<i64> = dense<2> : tensor<i64>
  %1 = onnx.Transpose %x {permutation = array<i64: 0, 2, 1, 3>} : (tensor<1x4x6x8xf32>) -> tensor<1x6x4x8xf32>
  %2 = onnx.Reshape %1, %rows : (tensor<1x6x4x8xf32>, tensor<3xi64>) -> tensor<6x4x8xf32>
  %3 = onnx.MatMul %2, %w : (tensor<6x4x8xf32>, tensor<8x24xf32>) -> tensor<6x4x24xf32>
  %4 = onnx.Add %3, %b : (tensor<6x4x24xf32>, tensor<24xf32>) -> tensor<6x4x24xf32>
  %5 = onnx.Reshape %4, %heads : (tensor<6x4x24xf32>, tensor<5xi64>) -> tensor<6x4x3x2x4xf32>
  %6 = onnx.Transpose %5 {permutation = array<i64: 2, 0, 3, 1, 4>} : (tensor<6x4x3x2x4xf32>) -> tensor<3x6x2x4x4xf32>
  %q = onnx.Gather %6, %i0 : (tensor<3x6x2x4x4xf32>, tensor<i64>) -> tensor<6x2x4x4xf32>
  %k = onnx.Gather %6, %i1 : (tensor<3x6x2x4x4xf32>, tensor<i64>) -> tensor<6x2x4x4xf32>
  %v = onnx.Gather %6, %i2 : (tensor<3x6x2x4x4xf32>, tensor<i64>) -> tensor<6x2x4x4xf32>
  %o = attn.attention ins(%q, %k, %v : tensor<6x2x4x4xf32>, tensor<6x2x4x4xf32>, tensor<6x2x4x4xf32>)
      domain = [6, 2, 4, 4, 4, 4] indexing_maps = [
        affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>, affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>,
        affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>, affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>]
      mask = <dense> numerics = <scale = 0.5 : f64> {
    ^bb0(%s: f32, %bb: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
    } -> tensor<6x2x4x4xf32>
  %7 = onnx.Transpose %o {permutation = array<i64: 0, 2, 1, 3>} : (tensor<6x2x4x4xf32>) -> tensor<6x4x2x4xf32>
  %8 = onnx.Reshape %7, %rows : (tensor<6x4x2x4xf32>, tensor<3xi64>) -> tensor<6x4x8xf32>
  %9 = onnx.MatMul %8, %p : (tensor<6x4x8xf32>, tensor<8x8xf32>) -> tensor<6x4x8xf32>
  %10 = onnx.Add %9, %c : (tensor<6x4x8xf32>, tensor<8xf32>) -> tensor<6x4x8xf32>
  %11 = onnx.Reshape %10, %columns : (tensor<6x4x8xf32>, tensor<4xi64>) -> tensor<1x6x4x8xf32>
  %13 = onnx.Transpose %11 {permutation = array<i64: 0, 2, 1, 3>} : (tensor<1x6x4x8xf32>) -> tensor<1x4x6x8xf32>
  %14 = onnx.Add %x, %13 : (tensor<1x4x6x8xf32>, tensor<1x4x6x8xf32>) -> tensor<1x4x6x8xf32>
  return %14 : tensor<1x4x6x8xf32>
}

// -----

// Windows whose rows are normalised before they are projected: the norm sees the image.

// CHECK-LABEL: func.func @main
// CHECK-SAME: %[[X:.+]]: tensor<1x4x6x8xf32>,
// CHECK: %[[N:.+]] = kernel.island <rows> -> tensor<1x4x6x8xf32>
// CHECK: linalg.generic {{.*}} ins(%[[X]] : tensor<1x4x6x8xf32>)
// CHECK: %[[QKV:.+]] = kernel.island <contraction> -> tensor<1x4x6x24xf32>
// CHECK: attn.attention ins(%[[QKV]], %[[QKV]], %[[QKV]] :
// CHECK: kernel.island <contraction> -> tensor<1x4x6x8xf32>
func.func @main(%x: tensor<1x4x6x8xf32>, %w: tensor<8x24xf32>, %b: tensor<24xf32>, %p: tensor<8x8xf32>, %c: tensor<8xf32>) -> tensor<1x4x6x8xf32> {
  %split = onnx.Constant : tensor<6xi64> = dense<[1, 2, 2, 3, 2, 8]> : tensor<6xi64>
  %rows = onnx.Constant : tensor<3xi64> = dense<[6, 4, 8]> : tensor<3xi64>
  %heads = onnx.Constant : tensor<5xi64> = dense<[6, 4, 3, 2, 4]> : tensor<5xi64>
  %windows = onnx.Constant : tensor<6xi64> = dense<[1, 2, 3, 2, 2, 8]> : tensor<6xi64>
  %image = onnx.Constant : tensor<4xi64> = dense<[1, 4, 6, 8]> : tensor<4xi64>
  %i0 = onnx.Constant : tensor<i64> = dense<0> : tensor<i64>
  %i1 = onnx.Constant : tensor<i64> = dense<1> : tensor<i64>
  %i2 = onnx.Constant : tensor<i64> = dense<2> : tensor<i64>
  %0 = onnx.Reshape %x, %split : (tensor<1x4x6x8xf32>, tensor<6xi64>) -> tensor<1x2x2x3x2x8xf32>
  %1 = onnx.Transpose %0 {permutation = array<i64: 0, 1, 3, 2, 4, 5>} : (tensor<1x2x2x3x2x8xf32>) -> tensor<1x2x3x2x2x8xf32>
  %2 = onnx.Reshape %1, %rows : (tensor<1x2x3x2x2x8xf32>, tensor<3xi64>) -> tensor<6x4x8xf32>
  %n = onnx.LayerNormalization %2, %c, %c {axis = -1 : si64, epsilon = 1.0e-05 : f32} : (tensor<6x4x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<6x4x8xf32>
  %3 = onnx.MatMul %n, %w : (tensor<6x4x8xf32>, tensor<8x24xf32>) -> tensor<6x4x24xf32>
  %4 = onnx.Add %3, %b : (tensor<6x4x24xf32>, tensor<24xf32>) -> tensor<6x4x24xf32>
  %5 = onnx.Reshape %4, %heads : (tensor<6x4x24xf32>, tensor<5xi64>) -> tensor<6x4x3x2x4xf32>
  %6 = onnx.Transpose %5 {permutation = array<i64: 2, 0, 3, 1, 4>} : (tensor<6x4x3x2x4xf32>) -> tensor<3x6x2x4x4xf32>
  %q = onnx.Gather %6, %i0 : (tensor<3x6x2x4x4xf32>, tensor<i64>) -> tensor<6x2x4x4xf32>
  %k = onnx.Gather %6, %i1 : (tensor<3x6x2x4x4xf32>, tensor<i64>) -> tensor<6x2x4x4xf32>
  %v = onnx.Gather %6, %i2 : (tensor<3x6x2x4x4xf32>, tensor<i64>) -> tensor<6x2x4x4xf32>
  %o = attn.attention ins(%q, %k, %v : tensor<6x2x4x4xf32>, tensor<6x2x4x4xf32>, tensor<6x2x4x4xf32>)
      domain = [6, 2, 4, 4, 4, 4] indexing_maps = [
        affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>, affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>,
        affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>, affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>]
      mask = <dense> numerics = <scale = 0.5 : f64> {
    ^bb0(%s: f32, %bb: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
    } -> tensor<6x2x4x4xf32>
  %7 = onnx.Transpose %o {permutation = array<i64: 0, 2, 1, 3>} : (tensor<6x2x4x4xf32>) -> tensor<6x4x2x4xf32>
  %8 = onnx.Reshape %7, %rows : (tensor<6x4x2x4xf32>, tensor<3xi64>) -> tensor<6x4x8xf32>
  %9 = onnx.MatMul %8, %p : (tensor<6x4x8xf32>, tensor<8x8xf32>) -> tensor<6x4x8xf32>
  %10 = onnx.Add %9, %c : (tensor<6x4x8xf32>, tensor<8xf32>) -> tensor<6x4x8xf32>
  %11 = onnx.Reshape %10, %windows : (tensor<6x4x8xf32>, tensor<6xi64>) -> tensor<1x2x3x2x2x8xf32>
  %12 = onnx.Transpose %11 {permutation = array<i64: 0, 1, 3, 2, 4, 5>} : (tensor<1x2x3x2x2x8xf32>) -> tensor<1x2x2x3x2x8xf32>
  %13 = onnx.Reshape %12, %image : (tensor<1x2x2x3x2x8xf32>, tensor<4xi64>) -> tensor<1x4x6x8xf32>
  %14 = onnx.Add %x, %13 : (tensor<1x4x6x8xf32>, tensor<1x4x6x8xf32>) -> tensor<1x4x6x8xf32>
  return %14 : tensor<1x4x6x8xf32>
}

// -----

// The same, shifted by one row and one column: rolls are remainders. Queries, keys and values have projections of
// their own.

// CHECK-DAG: #[[$Q:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (0, ((d0 floordiv 3) * 2 + d2 floordiv 2 + 1) mod 4, ((d0 mod 3) * 2 + d2 mod 2 + 1) mod 6, d4)>
// CHECK-DAG: #[[$K:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (0, ((d0 floordiv 3) * 2 + d3 floordiv 2 + 1) mod 4, ((d0 mod 3) * 2 + d3 mod 2 + 1) mod 6, d4)>
// CHECK-DAG: #[[$V:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (0, ((d0 floordiv 3) * 2 + d3 floordiv 2 + 1) mod 4, ((d0 mod 3) * 2 + d3 mod 2 + 1) mod 6, d5)>
// CHECK-DAG: #[[$O:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (0, ((d0 floordiv 3) * 2 + d2 floordiv 2 + 1) mod 4, ((d0 mod 3) * 2 + d2 mod 2 + 1) mod 6, d5)>
// CHECK-LABEL: func.func @main
// CHECK-COUNT-3: kernel.island <contraction> -> tensor<1x4x6x8xf32>
// CHECK: attn.attention
// CHECK-SAME: indexing_maps = [#[[$Q]], #[[$K]], #[[$V]], #[[$O]]]
// CHECK: %[[Y:.+]] = kernel.island <contraction> -> tensor<1x4x6x8xf32>
// CHECK: return %[[Y]]
func.func @main(%x: tensor<1x4x6x8xf32>, %wq: tensor<8x8xf32>, %wk: tensor<8x8xf32>, %wv: tensor<8x8xf32>, %p: tensor<8x8xf32>) -> tensor<1x4x6x8xf32> {
  %split = onnx.Constant : tensor<6xi64> = dense<[1, 2, 2, 3, 2, 8]> : tensor<6xi64>
  %rows = onnx.Constant : tensor<3xi64> = dense<[6, 4, 8]> : tensor<3xi64>
  %windows = onnx.Constant : tensor<6xi64> = dense<[1, 2, 3, 2, 2, 8]> : tensor<6xi64>
  %image = onnx.Constant : tensor<4xi64> = dense<[1, 4, 6, 8]> : tensor<4xi64>
  %i0 = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %i1 = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %i2 = onnx.Constant : tensor<1xi64> = dense<2> : tensor<1xi64>
  %i3 = onnx.Constant : tensor<1xi64> = dense<3> : tensor<1xi64>
  %i5 = onnx.Constant : tensor<1xi64> = dense<5> : tensor<1xi64>
  %end = onnx.Constant : tensor<1xi64> = dense<9223372036854775807> : tensor<1xi64>
  %none = onnx.none {value}
  %up = onnx.Slice %x, %i1, %end, %i1, %none : (tensor<1x4x6x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<1x3x6x8xf32>
  %top = onnx.Slice %x, %i0, %i1, %i1, %none : (tensor<1x4x6x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<1x1x6x8xf32>
  %y = onnx.Concat %up, %top {axis = 1 : si64} : (tensor<1x3x6x8xf32>, tensor<1x1x6x8xf32>) -> tensor<1x4x6x8xf32>
  %west = onnx.Slice %y, %i1, %end, %i2, %none : (tensor<1x4x6x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<1x4x5x8xf32>
  %left = onnx.Slice %y, %i0, %i1, %i2, %none : (tensor<1x4x6x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<1x4x1x8xf32>
  %z = onnx.Concat %west, %left {axis = 2 : si64} : (tensor<1x4x5x8xf32>, tensor<1x4x1x8xf32>) -> tensor<1x4x6x8xf32>
  %0 = onnx.Reshape %z, %split : (tensor<1x4x6x8xf32>, tensor<6xi64>) -> tensor<1x2x2x3x2x8xf32>
  %1 = onnx.Transpose %0 {permutation = array<i64: 0, 1, 3, 2, 4, 5>} : (tensor<1x2x2x3x2x8xf32>) -> tensor<1x2x3x2x2x8xf32>
  %2 = onnx.Reshape %1, %rows : (tensor<1x2x3x2x2x8xf32>, tensor<3xi64>) -> tensor<6x4x8xf32>
  %q = onnx.MatMul %2, %wq : (tensor<6x4x8xf32>, tensor<8x8xf32>) -> tensor<6x4x8xf32>
  %k = onnx.MatMul %2, %wk : (tensor<6x4x8xf32>, tensor<8x8xf32>) -> tensor<6x4x8xf32>
  %v = onnx.MatMul %2, %wv : (tensor<6x4x8xf32>, tensor<8x8xf32>) -> tensor<6x4x8xf32>
  %o = attn.attention ins(%q, %k, %v : tensor<6x4x8xf32>, tensor<6x4x8xf32>, tensor<6x4x8xf32>)
      domain = [6, 1, 4, 4, 8, 8] indexing_maps = [
        affine_map<(b, h, i, j, d, e) -> (b, i, d)>, affine_map<(b, h, i, j, d, e) -> (b, j, d)>,
        affine_map<(b, h, i, j, d, e) -> (b, j, e)>, affine_map<(b, h, i, j, d, e) -> (b, i, e)>]
      mask = <dense> numerics = <scale = 0.5 : f64> {
    ^bb0(%s: f32, %bb: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
    } -> tensor<6x4x8xf32>
  %9 = onnx.MatMul %o, %p : (tensor<6x4x8xf32>, tensor<8x8xf32>) -> tensor<6x4x8xf32>
  %11 = onnx.Reshape %9, %windows : (tensor<6x4x8xf32>, tensor<6xi64>) -> tensor<1x2x3x2x2x8xf32>
  %12 = onnx.Transpose %11 {permutation = array<i64: 0, 1, 3, 2, 4, 5>} : (tensor<1x2x3x2x2x8xf32>) -> tensor<1x2x2x3x2x8xf32>
  %13 = onnx.Reshape %12, %image : (tensor<1x2x2x3x2x8xf32>, tensor<4xi64>) -> tensor<1x4x6x8xf32>
  %bottom = onnx.Slice %13, %i3, %end, %i1, %none : (tensor<1x4x6x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<1x1x6x8xf32>
  %down = onnx.Slice %13, %i0, %i3, %i1, %none : (tensor<1x4x6x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<1x3x6x8xf32>
  %14 = onnx.Concat %bottom, %down {axis = 1 : si64} : (tensor<1x1x6x8xf32>, tensor<1x3x6x8xf32>) -> tensor<1x4x6x8xf32>
  %right = onnx.Slice %14, %i5, %end, %i2, %none : (tensor<1x4x6x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<1x4x1x8xf32>
  %east = onnx.Slice %14, %i0, %i5, %i2, %none : (tensor<1x4x6x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<1x4x5x8xf32>
  %15 = onnx.Concat %right, %east {axis = 2 : si64} : (tensor<1x4x1x8xf32>, tensor<1x4x5x8xf32>) -> tensor<1x4x6x8xf32>
  return %15 : tensor<1x4x6x8xf32>
}

// -----

// An image of 3 x 5 padded to whole windows: the product is computed for 3 x 5 rows, in a frame of biases, and read back
// for as many.

// CHECK-LABEL: func.func @main
// CHECK: %[[QKV:.+]] = kernel.island <contraction> -> tensor<1x4x6x24xf32>
// CHECK: linalg.generic {{.*}} ins(%{{.+}}, %{{.+}} : tensor<1x3x5x8xf32>, tensor<8x24xf32>)
// CHECK: tensor.insert_slice {{.*}} : tensor<1x3x5x24xf32> into tensor<1x4x6x24xf32>
// CHECK: tensor.insert_slice {{.*}} : tensor<1x1x5x24xf32> into tensor<1x4x6x24xf32>
// CHECK: %[[FRAME:.+]] = tensor.insert_slice {{.*}} : tensor<1x4x1x24xf32> into tensor<1x4x6x24xf32>
// CHECK: kernel.yield %[[FRAME]]
// CHECK: attn.attention ins(%[[QKV]], %[[QKV]], %[[QKV]] :
// CHECK: kernel.island <contraction> -> tensor<1x3x5x8xf32>
// CHECK: tensor.extract_slice
func.func @main(%x: tensor<1x3x5x8xf32>, %w: tensor<8x24xf32>, %b: tensor<24xf32>, %p: tensor<8x8xf32>, %c: tensor<8xf32>) -> tensor<1x3x5x8xf32> {
  %split = onnx.Constant : tensor<6xi64> = dense<[1, 2, 2, 3, 2, 8]> : tensor<6xi64>
  %rows = onnx.Constant : tensor<3xi64> = dense<[6, 4, 8]> : tensor<3xi64>
  %heads = onnx.Constant : tensor<5xi64> = dense<[6, 4, 3, 2, 4]> : tensor<5xi64>
  %windows = onnx.Constant : tensor<6xi64> = dense<[1, 2, 3, 2, 2, 8]> : tensor<6xi64>
  %image = onnx.Constant : tensor<4xi64> = dense<[1, 4, 6, 8]> : tensor<4xi64>
  %i0 = onnx.Constant : tensor<i64> = dense<0> : tensor<i64>
  %i1 = onnx.Constant : tensor<i64> = dense<1> : tensor<i64>
  %i2 = onnx.Constant : tensor<i64> = dense<2> : tensor<i64>
  %none = onnx.none {value}
  %pads = onnx.Constant : tensor<8xi64> = dense<[0, 0, 0, 0, 0, 1, 1, 0]> : tensor<8xi64>
  %starts = onnx.Constant : tensor<2xi64> = dense<0> : tensor<2xi64>
  %ends = onnx.Constant : tensor<2xi64> = dense<[3, 5]> : tensor<2xi64>
  %axes = onnx.Constant : tensor<2xi64> = dense<[1, 2]> : tensor<2xi64>
  %px = onnx.Pad %x, %pads, %none, %none {mode = "constant"} : (tensor<1x3x5x8xf32>, tensor<8xi64>, none, none) -> tensor<1x4x6x8xf32>
  %0 = onnx.Reshape %px, %split : (tensor<1x4x6x8xf32>, tensor<6xi64>) -> tensor<1x2x2x3x2x8xf32>
  %1 = onnx.Transpose %0 {permutation = array<i64: 0, 1, 3, 2, 4, 5>} : (tensor<1x2x2x3x2x8xf32>) -> tensor<1x2x3x2x2x8xf32>
  %2 = onnx.Reshape %1, %rows : (tensor<1x2x3x2x2x8xf32>, tensor<3xi64>) -> tensor<6x4x8xf32>
  %3 = onnx.MatMul %2, %w : (tensor<6x4x8xf32>, tensor<8x24xf32>) -> tensor<6x4x24xf32>
  %4 = onnx.Add %3, %b : (tensor<6x4x24xf32>, tensor<24xf32>) -> tensor<6x4x24xf32>
  %5 = onnx.Reshape %4, %heads : (tensor<6x4x24xf32>, tensor<5xi64>) -> tensor<6x4x3x2x4xf32>
  %6 = onnx.Transpose %5 {permutation = array<i64: 2, 0, 3, 1, 4>} : (tensor<6x4x3x2x4xf32>) -> tensor<3x6x2x4x4xf32>
  %q = onnx.Gather %6, %i0 : (tensor<3x6x2x4x4xf32>, tensor<i64>) -> tensor<6x2x4x4xf32>
  %k = onnx.Gather %6, %i1 : (tensor<3x6x2x4x4xf32>, tensor<i64>) -> tensor<6x2x4x4xf32>
  %v = onnx.Gather %6, %i2 : (tensor<3x6x2x4x4xf32>, tensor<i64>) -> tensor<6x2x4x4xf32>
  %o = attn.attention ins(%q, %k, %v : tensor<6x2x4x4xf32>, tensor<6x2x4x4xf32>, tensor<6x2x4x4xf32>)
      domain = [6, 2, 4, 4, 4, 4] indexing_maps = [
        affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>, affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>,
        affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>, affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>]
      mask = <dense> numerics = <scale = 0.5 : f64> {
    ^bb0(%s: f32, %bb: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
    } -> tensor<6x2x4x4xf32>
  %7 = onnx.Transpose %o {permutation = array<i64: 0, 2, 1, 3>} : (tensor<6x2x4x4xf32>) -> tensor<6x4x2x4xf32>
  %8 = onnx.Reshape %7, %rows : (tensor<6x4x2x4xf32>, tensor<3xi64>) -> tensor<6x4x8xf32>
  %9 = onnx.MatMul %8, %p : (tensor<6x4x8xf32>, tensor<8x8xf32>) -> tensor<6x4x8xf32>
  %10 = onnx.Add %9, %c : (tensor<6x4x8xf32>, tensor<8xf32>) -> tensor<6x4x8xf32>
  %11 = onnx.Reshape %10, %windows : (tensor<6x4x8xf32>, tensor<6xi64>) -> tensor<1x2x3x2x2x8xf32>
  %12 = onnx.Transpose %11 {permutation = array<i64: 0, 1, 3, 2, 4, 5>} : (tensor<1x2x3x2x2x8xf32>) -> tensor<1x2x2x3x2x8xf32>
  %full = onnx.Reshape %12, %image : (tensor<1x2x2x3x2x8xf32>, tensor<4xi64>) -> tensor<1x4x6x8xf32>
  %13 = onnx.Slice %full, %starts, %ends, %axes, %none : (tensor<1x4x6x8xf32>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>, none) -> tensor<1x3x5x8xf32>
  %14 = onnx.Add %x, %13 : (tensor<1x3x5x8xf32>, tensor<1x3x5x8xf32>) -> tensor<1x3x5x8xf32>
  return %14 : tensor<1x3x5x8xf32>
}

// -----

// The same, where the image is rolled by one row before it is padded and after it is cut: rows 3 of the padded image stay
// where they are.

// CHECK-DAG: #[[$Q:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (0, {{.*}} mod 4, (d0 mod 3) * 2 + d2 mod 2, d1 * 4 + d4)>
// CHECK-DAG: #[[$O:.+]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (0, {{.*}} mod 4, (d0 mod 3) * 2 + d2 mod 2, d1 * 4 + d5)>
// CHECK-LABEL: func.func @main
// CHECK: %[[QKV:.+]] = kernel.island <contraction> -> tensor<1x4x6x24xf32>
// CHECK: linalg.generic {{.*}} ins(%{{.+}}, %{{.+}} : tensor<1x3x5x8xf32>, tensor<8x24xf32>)
// CHECK-COUNT-3: tensor.insert_slice
// CHECK: attn.attention ins(%[[QKV]], %[[QKV]], %[[QKV]] :
// CHECK-SAME: indexing_maps = [#[[$Q]], {{.+}}, {{.+}}, #[[$O]]]
// CHECK: kernel.island <contraction> -> tensor<1x3x5x8xf32>
// CHECK: tensor.extract_slice
func.func @main(%x: tensor<1x3x5x8xf32>, %w: tensor<8x24xf32>, %b: tensor<24xf32>, %p: tensor<8x8xf32>, %c: tensor<8xf32>) -> tensor<1x3x5x8xf32> {
  %split = onnx.Constant : tensor<6xi64> = dense<[1, 2, 2, 3, 2, 8]> : tensor<6xi64>
  %rows = onnx.Constant : tensor<3xi64> = dense<[6, 4, 8]> : tensor<3xi64>
  %heads = onnx.Constant : tensor<5xi64> = dense<[6, 4, 3, 2, 4]> : tensor<5xi64>
  %windows = onnx.Constant : tensor<6xi64> = dense<[1, 2, 3, 2, 2, 8]> : tensor<6xi64>
  %image = onnx.Constant : tensor<4xi64> = dense<[1, 4, 6, 8]> : tensor<4xi64>
  %i0 = onnx.Constant : tensor<i64> = dense<0> : tensor<i64>
  %i1 = onnx.Constant : tensor<i64> = dense<1> : tensor<i64>
  %i2 = onnx.Constant : tensor<i64> = dense<2> : tensor<i64>
  %none = onnx.none {value}
  %pads = onnx.Constant : tensor<8xi64> = dense<[0, 0, 0, 0, 0, 1, 1, 0]> : tensor<8xi64>
  %starts = onnx.Constant : tensor<2xi64> = dense<0> : tensor<2xi64>
  %ends = onnx.Constant : tensor<2xi64> = dense<[3, 5]> : tensor<2xi64>
  %i1s = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %i0s = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %i2s = onnx.Constant : tensor<1xi64> = dense<2> : tensor<1xi64>
  %end = onnx.Constant : tensor<1xi64> = dense<9223372036854775807> : tensor<1xi64>
  %axes = onnx.Constant : tensor<2xi64> = dense<[1, 2]> : tensor<2xi64>
  %up = onnx.Slice %x, %i1s, %end, %i1s, %none : (tensor<1x3x5x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<1x2x5x8xf32>
  %top = onnx.Slice %x, %i0s, %i1s, %i1s, %none : (tensor<1x3x5x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<1x1x5x8xf32>
  %rolled = onnx.Concat %up, %top {axis = 1 : si64} : (tensor<1x2x5x8xf32>, tensor<1x1x5x8xf32>) -> tensor<1x3x5x8xf32>
  %px = onnx.Pad %rolled, %pads, %none, %none {mode = "constant"} : (tensor<1x3x5x8xf32>, tensor<8xi64>, none, none) -> tensor<1x4x6x8xf32>
  %0 = onnx.Reshape %px, %split : (tensor<1x4x6x8xf32>, tensor<6xi64>) -> tensor<1x2x2x3x2x8xf32>
  %1 = onnx.Transpose %0 {permutation = array<i64: 0, 1, 3, 2, 4, 5>} : (tensor<1x2x2x3x2x8xf32>) -> tensor<1x2x3x2x2x8xf32>
  %2 = onnx.Reshape %1, %rows : (tensor<1x2x3x2x2x8xf32>, tensor<3xi64>) -> tensor<6x4x8xf32>
  %3 = onnx.MatMul %2, %w : (tensor<6x4x8xf32>, tensor<8x24xf32>) -> tensor<6x4x24xf32>
  %4 = onnx.Add %3, %b : (tensor<6x4x24xf32>, tensor<24xf32>) -> tensor<6x4x24xf32>
  %5 = onnx.Reshape %4, %heads : (tensor<6x4x24xf32>, tensor<5xi64>) -> tensor<6x4x3x2x4xf32>
  %6 = onnx.Transpose %5 {permutation = array<i64: 2, 0, 3, 1, 4>} : (tensor<6x4x3x2x4xf32>) -> tensor<3x6x2x4x4xf32>
  %q = onnx.Gather %6, %i0 : (tensor<3x6x2x4x4xf32>, tensor<i64>) -> tensor<6x2x4x4xf32>
  %k = onnx.Gather %6, %i1 : (tensor<3x6x2x4x4xf32>, tensor<i64>) -> tensor<6x2x4x4xf32>
  %v = onnx.Gather %6, %i2 : (tensor<3x6x2x4x4xf32>, tensor<i64>) -> tensor<6x2x4x4xf32>
  %o = attn.attention ins(%q, %k, %v : tensor<6x2x4x4xf32>, tensor<6x2x4x4xf32>, tensor<6x2x4x4xf32>)
      domain = [6, 2, 4, 4, 4, 4] indexing_maps = [
        affine_map<(b, h, i, j, d, e) -> (b, h, i, d)>, affine_map<(b, h, i, j, d, e) -> (b, h, j, d)>,
        affine_map<(b, h, i, j, d, e) -> (b, h, j, e)>, affine_map<(b, h, i, j, d, e) -> (b, h, i, e)>]
      mask = <dense> numerics = <scale = 0.5 : f64> {
    ^bb0(%s: f32, %bb: index, %h: index, %i: index, %j: index):
      attn.yield %s : f32
    } -> tensor<6x2x4x4xf32>
  %7 = onnx.Transpose %o {permutation = array<i64: 0, 2, 1, 3>} : (tensor<6x2x4x4xf32>) -> tensor<6x4x2x4xf32>
  %8 = onnx.Reshape %7, %rows : (tensor<6x4x2x4xf32>, tensor<3xi64>) -> tensor<6x4x8xf32>
  %9 = onnx.MatMul %8, %p : (tensor<6x4x8xf32>, tensor<8x8xf32>) -> tensor<6x4x8xf32>
  %10 = onnx.Add %9, %c : (tensor<6x4x8xf32>, tensor<8xf32>) -> tensor<6x4x8xf32>
  %11 = onnx.Reshape %10, %windows : (tensor<6x4x8xf32>, tensor<6xi64>) -> tensor<1x2x3x2x2x8xf32>
  %12 = onnx.Transpose %11 {permutation = array<i64: 0, 1, 3, 2, 4, 5>} : (tensor<1x2x3x2x2x8xf32>) -> tensor<1x2x2x3x2x8xf32>
  %full = onnx.Reshape %12, %image : (tensor<1x2x2x3x2x8xf32>, tensor<4xi64>) -> tensor<1x4x6x8xf32>
  %13 = onnx.Slice %full, %starts, %ends, %axes, %none : (tensor<1x4x6x8xf32>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>, none) -> tensor<1x3x5x8xf32>
  %bottom = onnx.Slice %13, %i2s, %end, %i1s, %none : (tensor<1x3x5x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<1x1x5x8xf32>
  %rest = onnx.Slice %13, %i0s, %i2s, %i1s, %none : (tensor<1x3x5x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<1x2x5x8xf32>
  %back = onnx.Concat %bottom, %rest {axis = 1 : si64} : (tensor<1x1x5x8xf32>, tensor<1x2x5x8xf32>) -> tensor<1x3x5x8xf32>
  %14 = onnx.Add %x, %back : (tensor<1x3x5x8xf32>, tensor<1x3x5x8xf32>) -> tensor<1x3x5x8xf32>
  return %14 : tensor<1x3x5x8xf32>
}
