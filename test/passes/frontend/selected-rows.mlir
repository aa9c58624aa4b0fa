// RUN: fovea-opt %s --fovea-simplify-graph | FileCheck %s

// An eighth of the 64 rows at a time; the last group repeats the last row that was found.
// CHECK-LABEL: func.func @expert(
// CHECK-SAME: %[[mask:.*]]: tensor<64xi1>, %[[x:.*]]: tensor<64x4xf32>, %[[w:.*]]: tensor<4x4xf32>, %[[y:.*]]: tensor<64x4xf32>
// CHECK: %[[found:.*]] = onnx.NonZero %[[mask]] {bounded} : (tensor<64xi1>) -> tensor<1x64xi64>
// CHECK: %[[count:.*]] = onnx.ReduceSum
// CHECK: %[[rounded:.*]] = onnx.Add %[[count]]
// CHECK: %[[trips:.*]] = onnx.Div %[[rounded]]
// CHECK: %[[result:.*]] = onnx.Loop %[[trips]], %{{.*}}, %[[y]] {{.*}} -> tensor<64x4xf32>
// CHECK: (%[[i:.*]]: tensor<i64>, %[[goes:.*]]: tensor<i1>, %[[carried:.*]]: tensor<64x4xf32>)
// CHECK: %[[positions:.*]] = onnx.Min
// CHECK: %[[taken:.*]] = onnx.Gather %[[found]], %[[positions]] {axis = 1 : si64} : (tensor<1x64xi64>, tensor<8xi64>) -> tensor<1x8xi64>
// CHECK: onnx.GatherND %[[x]], {{.*}} -> tensor<8x4xf32>
// CHECK: %[[product:.*]] = onnx.MatMul {{.*}} -> tensor<8x4xf32>
// CHECK-NOT: onnx.Where
// CHECK: %[[next:.*]] = onnx.ScatterND %[[carried]], {{.*}}, %[[product]]
// CHECK: onnx.Yield %[[goes]], %[[next]]
// CHECK: return %[[result]]
func.func @expert(%mask: tensor<64xi1>, %x: tensor<64x4xf32>, %w: tensor<4x4xf32>, %y: tensor<64x4xf32>) -> tensor<*xf32> {
  %0 = onnx.NonZero %mask : (tensor<64xi1>) -> tensor<*xi64>
  %1 = onnx.Transpose %0 {permutation = array<i64: 1, 0>} : (tensor<*xi64>) -> tensor<*xi64>
  %2 = onnx.GatherND %x, %1 : (tensor<64x4xf32>, tensor<*xi64>) -> tensor<*xf32>
  %3 = onnx.MatMul %2, %w : (tensor<*xf32>, tensor<4x4xf32>) -> tensor<*xf32>
  %4 = onnx.ScatterND %y, %1, %3 : (tensor<64x4xf32>, tensor<*xi64>, tensor<*xf32>) -> tensor<*xf32>
  return %4 : tensor<*xf32>
}

// What adds skips the repetitions; NonZero of the same mask is the same; shapes of the rows are those of a group.
// CHECK-LABEL: func.func @added(
// CHECK-COUNT-1: onnx.NonZero
// CHECK-NOT: onnx.NonZero
// CHECK: onnx.Loop
// CHECK: %[[live:.*]] = onnx.Less
// CHECK: %[[updates:.*]] = onnx.Where %[[live]], {{.*}} : (tensor<8x1xi1>, tensor<8x4xf32>, tensor<f32>) -> tensor<8x4xf32>
// CHECK: onnx.ScatterElements {{.*}}, %[[updates]] {reduction = "add"}
func.func @added(%mask: tensor<64xi1>, %x: tensor<64x4xf32>, %y: tensor<64x4xf32>) -> tensor<*xf32> {
  %flat = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %axis = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %0 = onnx.NonZero %mask : (tensor<64xi1>) -> tensor<*xi64>
  %1 = onnx.NonZero %mask : (tensor<64xi1>) -> tensor<*xi64>
  %2 = onnx.Reshape %0, %flat : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %3 = onnx.Reshape %1, %flat : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %4 = onnx.Gather %x, %2 {axis = 0 : si64} : (tensor<64x4xf32>, tensor<*xi64>) -> tensor<*xf32>
  %5 = onnx.Relu %4 : (tensor<*xf32>) -> tensor<*xf32>
  %6 = onnx.Unsqueeze %3, %axis : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %7 = onnx.Shape %5 : (tensor<*xf32>) -> tensor<*xi64>
  %8 = onnx.Expand %6, %7 : (tensor<*xi64>, tensor<*xi64>) -> tensor<*xi64>
  %9 = onnx.ScatterElements %y, %8, %5 {axis = 0 : si64, reduction = "add"} : (tensor<64x4xf32>, tensor<*xi64>, tensor<*xf32>) -> tensor<*xf32>
  return %9 : tensor<*xf32>
}

// The positions in a mask that is broadcast to the channels are those of the mask with every channel.
// CHECK-LABEL: func.func @spread(
// CHECK: onnx.NonZero %{{.*}} {bounded} : (tensor<2x8xi1>) -> tensor<2x16xi64>
// CHECK-NOT: onnx.NonZero
// CHECK: onnx.Loop
// CHECK: onnx.ScatterND {{.*}} : (tensor<2x8x4xf32>, tensor<32x3xi64>, tensor<32xf32>) -> tensor<2x8x4xf32>
func.func @spread(%mask: tensor<2x8xi1>, %x: tensor<2x8x4xf32>) -> tensor<*xf32> {
  %flat = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %axis = onnx.Constant : tensor<1xi64> = dense<2> : tensor<1xi64>
  %shape = onnx.Constant : tensor<3xi64> = dense<[2, 8, 4]> : tensor<3xi64>
  %0 = onnx.NonZero %mask : (tensor<2x8xi1>) -> tensor<*xi64>
  %1 = onnx.Transpose %0 {permutation = array<i64: 1, 0>} : (tensor<*xi64>) -> tensor<*xi64>
  %2 = onnx.GatherND %x, %1 : (tensor<2x8x4xf32>, tensor<*xi64>) -> tensor<*xf32>
  %3 = onnx.Neg %2 : (tensor<*xf32>) -> tensor<*xf32>
  %4 = onnx.Reshape %3, %flat : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  %5 = onnx.Unsqueeze %mask, %axis : (tensor<2x8xi1>, tensor<1xi64>) -> tensor<*xi1>
  %6 = onnx.Expand %5, %shape : (tensor<*xi1>, tensor<3xi64>) -> tensor<*xi1>
  %7 = onnx.NonZero %6 : (tensor<*xi1>) -> tensor<*xi64>
  %8 = onnx.Transpose %7 {permutation = array<i64: 1, 0>} : (tensor<*xi64>) -> tensor<*xi64>
  %9 = onnx.ScatterND %x, %8, %4 : (tensor<2x8x4xf32>, tensor<*xi64>, tensor<*xf32>) -> tensor<*xf32>
  return %9 : tensor<*xf32>
}

// Every other channel: the rows stay as they are.
// CHECK-LABEL: func.func @strided(
// CHECK: onnx.Loop
// CHECK: onnx.Slice {{.*}} -> tensor<8x2xf32>
func.func @strided(%mask: tensor<64xi1>, %x: tensor<64x4xf32>, %y: tensor<64x2xf32>) -> tensor<*xf32> {
  %zero = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %end = onnx.Constant : tensor<1xi64> = dense<4> : tensor<1xi64>
  %one = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %two = onnx.Constant : tensor<1xi64> = dense<2> : tensor<1xi64>
  %0 = onnx.NonZero %mask : (tensor<64xi1>) -> tensor<*xi64>
  %1 = onnx.Transpose %0 {permutation = array<i64: 1, 0>} : (tensor<*xi64>) -> tensor<*xi64>
  %2 = onnx.GatherND %x, %1 : (tensor<64x4xf32>, tensor<*xi64>) -> tensor<*xf32>
  %3 = onnx.Slice %2, %zero, %end, %one, %two : (tensor<*xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
  %4 = onnx.ScatterND %y, %1, %3 : (tensor<64x2xf32>, tensor<*xi64>, tensor<*xf32>) -> tensor<*xf32>
  return %4 : tensor<*xf32>
}

// Parts, and a known shape, tell how many there must be: the run checks it.
// CHECK-LABEL: func.func @told(
// CHECK: onnx.NonZero %{{.*}} : (tensor<8xi1>) -> tensor<1x3xi64>
// CHECK: onnx.NonZero %{{.*}} : (tensor<8xi1>) -> tensor<1x2xi64>
// CHECK-NOT: onnx.Loop
// CHECK: return
func.func @told(%mask: tensor<8xi1>, %other: tensor<8xi1>, %x: tensor<8x4xf32>, %w: tensor<4x4xf32>) -> (tensor<*xi64>, tensor<*xi64>, tensor<*xf32>) {
  %sizes = onnx.Constant : tensor<2xi64> = dense<[1, 2]> : tensor<2xi64>
  %eight = onnx.Constant : tensor<1xi64> = dense<8> : tensor<1xi64>
  %0 = onnx.NonZero %mask : (tensor<8xi1>) -> tensor<*xi64>
  %1 = onnx.Transpose %0 {permutation = array<i64: 1, 0>} : (tensor<*xi64>) -> tensor<*xi64>
  %2:2 = onnx.Split %1, %sizes {axis = 0 : si64} : (tensor<*xi64>, tensor<2xi64>) -> (tensor<*xi64>, tensor<*xi64>)
  %3 = onnx.NonZero %other : (tensor<8xi1>) -> tensor<*xi64>
  %4 = onnx.Transpose %3 {permutation = array<i64: 1, 0>} : (tensor<*xi64>) -> tensor<*xi64>
  %5 = onnx.GatherND %x, %4 : (tensor<8x4xf32>, tensor<*xi64>) -> tensor<*xf32>
  %6 = onnx.MatMul %5, %w : (tensor<*xf32>, tensor<4x4xf32>) -> tensor<*xf32>
  %7 = onnx.Reshape %6, %eight : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
  return %2#0, %2#1, %7 : tensor<*xi64>, tensor<*xi64>, tensor<*xf32>
}
