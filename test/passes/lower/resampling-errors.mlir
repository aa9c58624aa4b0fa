// RUN: fovea-opt %s --fovea-lower-onnx -verify-diagnostics -split-input-file

func.func @scale(%x: tensor<1x3x8xf32>) -> tensor<1x3x8xf32> {
  %none = onnx.none
  %s = onnx.Constant : tensor<3xf32> = dense<[1.0, 1.0, -2.0]> : tensor<3xf32>
  // expected-error @below {{has the scale -2.000000e+00, expected a positive number}}
  // expected-error @below {{no lowering for 'onnx.Resize': its operands contradict one another}}
  %0 = onnx.Resize %x, %none, %s, %none {mode = "linear", coordinate_transformation_mode = "half_pixel", nearest_mode = "floor", cubic_coeff_a = -7.500000e-01 : f32, exclude_outside = false, extrapolation_value = 0.000000e+00 : f32, antialias = false, keep_aspect_ratio_policy = "stretch"}
     : (tensor<1x3x8xf32>, none, tensor<3xf32>, none) -> tensor<1x3x8xf32>
  return %0 : tensor<1x3x8xf32>
}

// -----

func.func @count(%x: tensor<1x3x8xf32>, %s: tensor<2xf32>) -> tensor<1x3x8xf32> {
  %none = onnx.none
  // expected-error @below {{operand scales has extents [2], expected [3] for 3 axes}}
  // expected-error @below {{no lowering for 'onnx.Resize': its operands contradict one another}}
  %0 = onnx.Resize %x, %none, %s, %none {mode = "linear", coordinate_transformation_mode = "half_pixel", nearest_mode = "floor", cubic_coeff_a = -7.500000e-01 : f32, exclude_outside = false, extrapolation_value = 0.000000e+00 : f32, antialias = false, keep_aspect_ratio_policy = "stretch"}
     : (tensor<1x3x8xf32>, none, tensor<2xf32>, none) -> tensor<1x3x8xf32>
  return %0 : tensor<1x3x8xf32>
}

// -----

func.func @nothing(%x: tensor<0xf32>) -> tensor<4xf32> {
  %none = onnx.none
  %s = onnx.Constant : tensor<1xi64> = dense<4> : tensor<1xi64>
  // expected-error @below {{operand x [0] has nothing to resize to [4]}}
  // expected-error @below {{no lowering for 'onnx.Resize': its operands contradict one another}}
  %0 = onnx.Resize %x, %none, %none, %s {mode = "linear", coordinate_transformation_mode = "half_pixel", nearest_mode = "floor", cubic_coeff_a = -7.500000e-01 : f32, exclude_outside = false, extrapolation_value = 0.000000e+00 : f32, antialias = false, keep_aspect_ratio_policy = "stretch"}
     : (tensor<0xf32>, none, none, tensor<1xi64>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
