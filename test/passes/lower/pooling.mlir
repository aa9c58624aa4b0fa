// RUN: fovea-opt %s --fovea-lower-onnx | FileCheck %s

// Loops are (n, c, oh, ow, kh, kw); the second operand only gives the kernel's loops their extents.
// CHECK-DAG: #[[$X:.*]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2 * 2 + d4, d3 * 2 + d5)>
// CHECK-DAG: #[[$K:.*]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d4, d5)>
// CHECK-DAG: #[[$Y:.*]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3)>
// CHECK-DAG: #[[$DILATED:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2 * 3 + d3 * 3)>

// Padding loses against everything; what no window reads is not padded.
// CHECK-LABEL: func.func @greatest
func.func @greatest(%x: tensor<1x8x12x12xf32>) -> tensor<1x8x6x6xf32> {
  // CHECK: arith.constant 0xFF800000
  // CHECK: tensor.pad %{{.*}} low[0, 0, 1, 1] high[0, 0, 0, 0]
  // CHECK: %[[KERNEL:.*]] = tensor.empty() : tensor<3x3xf32>
  // CHECK: linalg.generic {indexing_maps = [#[[$X]], #[[$K]], #[[$Y]]], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%{{.*}}, %[[KERNEL]]
  // CHECK: arith.maximumf
  %0 = onnx.MaxPool %x {kernel_shape = array<i64: 3, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>}
     : (tensor<1x8x12x12xf32>) -> tensor<1x8x6x6xf32>
  return %0 : tensor<1x8x6x6xf32>
}

// The greatest value, then the least place inside x that holds it.
// CHECK-LABEL: func.func @places
func.func @places(%x: tensor<1x2x6xui8>) -> (tensor<1x2x6xui8>, tensor<1x2x6xi64>) {
  // CHECK: arith.maxui
  // CHECK: arith.constant -1 : i64
  // CHECK: arith.cmpi ult
  // CHECK: arith.minui
  // CHECK-NOT: arith.remui
  %0, %1 = onnx.MaxPool %x {kernel_shape = array<i64: 3>, strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 1, 1>}
     : (tensor<1x2x6xui8>) -> (tensor<1x2x6xui8>, tensor<1x2x6xi64>)
  return %0, %1 : tensor<1x2x6xui8>, tensor<1x2x6xi64>
}

// Every window holds as many elements along the first dimension, not along the second.
// CHECK-LABEL: func.func @mean
func.func @mean(%x: tensor<1x8x12x12xf16>) -> tensor<1x8x11x7xf16> {
  // CHECK: arith.extf
  // CHECK: %[[TABLE:.*]] = arith.constant dense<[1.{{0+}}e+00, 2.{{0+}}e+00, 2.{{0+}}e+00, 2.{{0+}}e+00, 2.{{0+}}e+00, 2.{{0+}}e+00, 1.{{0+}}e+00]> : tensor<7xf32>
  // CHECK: ins(%{{.*}}, %[[TABLE]]
  // CHECK: arith.constant 2.{{0+}}e+00 : f32
  // CHECK: arith.mulf
  // CHECK: arith.divf
  // CHECK: arith.truncf
  %0 = onnx.AveragePool %x {kernel_shape = array<i64: 2, 2>, strides = array<i64: 1, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 1, 0, 1>}
     : (tensor<1x8x12x12xf16>) -> tensor<1x8x11x7xf16>
  return %0 : tensor<1x8x11x7xf16>
}

// The last window only begins inside x, and reads padding that nobody asked for.
// CHECK-LABEL: func.func @norm
func.func @norm(%x: tensor<1x2x9xf32>) -> tensor<1x2x2xf32> {
  // CHECK: tensor.pad %{{.*}} low[0, 0, 0] high[0, 0, 1]
  // CHECK: linalg.generic {indexing_maps = [#[[$DILATED]]
  // CHECK: math.absf
  // CHECK: math.powf
  %0 = onnx.LpPool %x {p = 3 : si64, kernel_shape = array<i64: 3>, strides = array<i64: 3>, dilations = array<i64: 3>, pads = array<i64: 0, 0>, ceil_mode = true}
     : (tensor<1x2x9xf32>) -> tensor<1x2x2xf32>
  return %0 : tensor<1x2x2xf32>
}

// CHECK-LABEL: func.func @whole_planes
func.func @whole_planes(%x: tensor<1x3x4x4xf32>) -> (tensor<1x3x1x1xf32>, tensor<1x3x1x1xf32>) {
  // CHECK: iterator_types = ["parallel", "parallel", "reduction", "reduction"]
  // CHECK: arith.constant 1.6{{.*}}e+01 : f32
  // CHECK: tensor.expand_shape
  %0 = onnx.GlobalAveragePool %x : (tensor<1x3x4x4xf32>) -> tensor<1x3x1x1xf32>
  // CHECK: arith.maximumf
  %1 = onnx.GlobalMaxPool %x : (tensor<1x3x4x4xf32>) -> tensor<1x3x1x1xf32>
  return %0, %1 : tensor<1x3x1x1xf32>, tensor<1x3x1x1xf32>
}

// Where elements go, only the indices say: one after another.
// CHECK-LABEL: func.func @unpool
func.func @unpool(%x: tensor<1x1x2x2xf32>, %i: tensor<1x1x2x2xi64>) -> tensor<1x1x4x4xf32> {
  %none = onnx.none
  // CHECK: kernel.island
  // CHECK: arith.remui
  // CHECK: tensor.insert
  %0 = onnx.MaxUnpool %x, %i, %none {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>}
     : (tensor<1x1x2x2xf32>, tensor<1x1x2x2xi64>, none) -> tensor<1x1x4x4xf32>
  return %0 : tensor<1x1x4x4xf32>
}
