// RUN: fovea-opt %s --fovea-lower-onnx | FileCheck %s

// The last coordinate of a point is that of the first spatial dimension.
// CHECK-DAG: #[[$Y:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d2, d3, 1)>
// CHECK-DAG: #[[$X:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d2, d3, 0)>

// CHECK-LABEL: func.func @nearest
func.func @nearest(%x: tensor<1x2x4x5xi64>, %g: tensor<1x3x3x2xf32>) -> tensor<1x2x3x3xi64> {
  // CHECK: linalg.generic {indexing_maps = [#[[$Y]], #[[$X]], #{{.*}}]
  // CHECK: math.roundeven
  // CHECK: tensor.extract
  // CHECK: arith.select
  %0 = onnx.GridSample %x, %g {mode = "nearest", padding_mode = "zeros", align_corners = false} : (tensor<1x2x4x5xi64>, tensor<1x3x3x2xf32>) -> tensor<1x2x3x3xi64>
  return %0 : tensor<1x2x3x3xi64>
}

// Four neighbours in f32, from f16.
// CHECK-LABEL: func.func @linear
func.func @linear(%x: tensor<1x2x4x5xf16>, %g: tensor<1x3x3x2xf16>) -> tensor<1x2x3x3xf16> {
  // CHECK-COUNT-4: tensor.extract
  // CHECK-NOT: tensor.extract
  // CHECK: arith.truncf
  %0 = onnx.GridSample %x, %g {mode = "linear", padding_mode = "border", align_corners = true} : (tensor<1x2x4x5xf16>, tensor<1x3x3x2xf16>) -> tensor<1x2x3x3xf16>
  return %0 : tensor<1x2x3x3xf16>
}

// CHECK-LABEL: func.func @grid
func.func @grid(%t: tensor<2x2x3xf32>, %size: tensor<4xi64>) -> tensor<2x4x5x2xf32> {
  // CHECK: arith.constant 4.{{0+}}e-01 : f32
  // CHECK: arith.constant -8.{{0+}}e-01 : f32
  %0 = onnx.AffineGrid %t, %size {align_corners = false} : (tensor<2x2x3xf32>, tensor<4xi64>) -> tensor<2x4x5x2xf32>
  return %0 : tensor<2x4x5x2xf32>
}

// At most ceil(8 / 3) + 1 samples along the height of a bin, ceil(9 / 2) + 1 along its width.
// CHECK-LABEL: func.func @regions
func.func @regions(%x: tensor<1x2x8x9xf32>, %r: tensor<5x4xf32>, %b: tensor<5xi64>) -> tensor<5x2x3x2xf32> {
  // CHECK: tensor.empty() : tensor<4x6xf32>
  // CHECK: iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]
  // CHECK: math.ceil
  %0 = onnx.RoiAlign %x, %r, %b {mode = "avg", output_height = 3 : si64, output_width = 2 : si64, sampling_ratio = 0 : si64, spatial_scale = 1.0 : f32, half_pixel = true}
     : (tensor<1x2x8x9xf32>, tensor<5x4xf32>, tensor<5xi64>) -> tensor<5x2x3x2xf32>
  return %0 : tensor<5x2x3x2xf32>
}
