// RUN: fovea-opt %s --fovea-lower-onnx -verify-diagnostics -split-input-file

func.func @coordinates(%x: tensor<1x2x4x5xf32>, %g: tensor<1x3x3x3xf32>) -> tensor<1x2x3x3xf32> {
  // expected-error @below {{operand x [1, 2, 4, 5] and operand grid [1, 3, 3, 3] must have as many dimensions, the last of grid a coordinate for each spatial one}}
  // expected-error @below {{no lowering for 'onnx.GridSample': its operands contradict one another}}
  %0 = onnx.GridSample %x, %g {mode = "linear", padding_mode = "zeros", align_corners = false} : (tensor<1x2x4x5xf32>, tensor<1x3x3x3xf32>) -> tensor<1x2x3x3xf32>
  return %0 : tensor<1x2x3x3xf32>
}

// -----

func.func @matrices(%t: tensor<2x3x3xf32>, %size: tensor<4xi64>) -> tensor<2x4x5x2xf32> {
  // expected-error @below {{operand theta has extents [2, 3, 3], expected matrices of 2 x 3}}
  // expected-error @below {{no lowering for 'onnx.AffineGrid': its operands contradict one another}}
  %0 = onnx.AffineGrid %t, %size {align_corners = false} : (tensor<2x3x3xf32>, tensor<4xi64>) -> tensor<2x4x5x2xf32>
  return %0 : tensor<2x4x5x2xf32>
}

// -----

func.func @regions(%x: tensor<1x2x8x9xf32>, %r: tensor<5x4xf32>, %b: tensor<4xi64>) -> tensor<5x2x1x1xf32> {
  // expected-error @below {{has 5 regions but 4 batch indices}}
  // expected-error @below {{no lowering for 'onnx.RoiAlign': its operands contradict one another}}
  %0 = onnx.RoiAlign %x, %r, %b {mode = "avg", output_height = 1 : si64, output_width = 1 : si64, sampling_ratio = 0 : si64, spatial_scale = 1.0 : f32, half_pixel = true}
     : (tensor<1x2x8x9xf32>, tensor<5x4xf32>, tensor<4xi64>) -> tensor<5x2x1x1xf32>
  return %0 : tensor<5x2x1x1xf32>
}
