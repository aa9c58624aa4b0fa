// RUN: fovea-opt %s --fovea-lower-onnx | FileCheck %s

// CHECK-DAG: #[[$X:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d4)>
// CHECK-DAG: #[[$W:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d1, d3, d2, d4)>

// A product with a matrix of cosines and sines: W[1, 1] of 4 points is -i.
// CHECK-LABEL: func.func @transform
func.func @transform(%x: tensor<2x4x2xf32>) -> tensor<2x4x2xf32> {
  %none = onnx.none
  %axis = onnx.Constant : tensor<i64> = dense<1> : tensor<i64>
  // CHECK: arith.constant dense_resource<{{.*}}> : tensor<4x4x2x2xf32>
  // CHECK: linalg.generic {indexing_maps = [#[[$X]], #[[$W]], #{{.*}}], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
  %0 = onnx.DFT %x, %none, %axis {inverse = false, onesided = false} : (tensor<2x4x2xf32>, none, tensor<i64>) -> tensor<2x4x2xf32>
  return %0 : tensor<2x4x2xf32>
}

// An axis that comes at run time: both that fit the result are computed.
// CHECK-LABEL: func.func @run_time_axis
func.func @run_time_axis(%x: tensor<4x4x1xf32>, %axis: tensor<i64>) -> tensor<4x4x2xf32> {
  %none = onnx.none
  // CHECK: arith.mulf
  // CHECK: arith.mulf
  // CHECK: arith.cmpi eq
  // CHECK: arith.select
  %0 = onnx.DFT %x, %none, %axis {inverse = false, onesided = false} : (tensor<4x4x1xf32>, none, tensor<i64>) -> tensor<4x4x2xf32>
  return %0 : tensor<4x4x2xf32>
}

// CHECK-LABEL: func.func @window
func.func @window(%size: tensor<i64>) -> tensor<4xf32> {
  // CHECK: arith.constant dense<[0.{{0+}}e+00, 5.{{0+}}e-01, 1.{{0+}}e+00, 5.{{0+}}e-01]> : tensor<4xf32>
  %0 = onnx.WindowFunction %size {kind = "hann", periodic = true} : (tensor<i64>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @frames
func.func @frames(%x: tensor<1x16x1xf32>, %step: tensor<i64>, %w: tensor<8xf32>) -> tensor<1x3x5x2xf32> {
  %none = onnx.none
  // CHECK: tensor.extract
  // CHECK: arith.mulf
  // CHECK: tensor<1x3x8x1xf32>
  %0 = onnx.STFT %x, %step, %w, %none {onesided = true} : (tensor<1x16x1xf32>, tensor<i64>, tensor<8xf32>, none) -> tensor<1x3x5x2xf32>
  return %0 : tensor<1x3x5x2xf32>
}

// CHECK-LABEL: func.func @mel
func.func @mel(%bins: tensor<i32>, %length: tensor<i32>, %rate: tensor<i32>, %low: tensor<f32>, %high: tensor<f32>) -> tensor<9x8xf32> {
  // CHECK: math.log10
  // CHECK: math.powf
  // CHECK: math.floor
  // CHECK: arith.truncf
  %0 = onnx.MelWeightMatrix %bins, %length, %rate, %low, %high : (tensor<i32>, tensor<i32>, tensor<i32>, tensor<f32>, tensor<f32>) -> tensor<9x8xf32>
  return %0 : tensor<9x8xf32>
}
