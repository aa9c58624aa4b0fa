// RUN: fovea-opt %s --fovea-infer-shapes -verify-diagnostics -split-input-file

func.func @resize_mode(%x: tensor<1x3x8xf32>, %s: tensor<3xf32>) {
  %none = onnx.none
  // expected-error @below {{has mode "quadratic", expected one of nearest, linear, cubic}}
  %0 = onnx.Resize %x, %none, %s, %none {mode = "quadratic", coordinate_transformation_mode = "half_pixel", nearest_mode = "floor", cubic_coeff_a = -7.500000e-01 : f32, exclude_outside = false, extrapolation_value = 0.000000e+00 : f32, antialias = false, keep_aspect_ratio_policy = "stretch"} : (tensor<1x3x8xf32>, none, tensor<3xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @resize_neither(%x: tensor<1x3x8xf32>, %s: tensor<3xf32>) {
  %none = onnx.none
  // expected-error @below {{expects either scales or sizes}}
  %0 = onnx.Resize %x, %none, %none, %none {mode = "linear", coordinate_transformation_mode = "half_pixel", nearest_mode = "floor", cubic_coeff_a = -7.500000e-01 : f32, exclude_outside = false, extrapolation_value = 0.000000e+00 : f32, antialias = false, keep_aspect_ratio_policy = "stretch"} : (tensor<1x3x8xf32>, none, none, none) -> tensor<*xf32>
  return
}

// -----

func.func @resize_roi(%x: tensor<1x3x8xf32>, %s: tensor<3xf32>) {
  %none = onnx.none
  // expected-error @below {{expects a roi for coordinate_transformation_mode "tf_crop_and_resize"}}
  %0 = onnx.Resize %x, %none, %s, %none {mode = "linear", coordinate_transformation_mode = "tf_crop_and_resize", nearest_mode = "floor", cubic_coeff_a = -7.500000e-01 : f32, exclude_outside = false, extrapolation_value = 0.000000e+00 : f32, antialias = false, keep_aspect_ratio_policy = "stretch"} : (tensor<1x3x8xf32>, none, tensor<3xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @resize_antialias(%x: tensor<1x3x8xf32>, %s: tensor<3xf32>) {
  %none = onnx.none
  // expected-error @below {{cannot antialias in mode "nearest"}}
  %0 = onnx.Resize %x, %none, %s, %none {mode = "nearest", coordinate_transformation_mode = "half_pixel", nearest_mode = "floor", cubic_coeff_a = -7.500000e-01 : f32, exclude_outside = false, extrapolation_value = 0.000000e+00 : f32, antialias = true, keep_aspect_ratio_policy = "stretch"} : (tensor<1x3x8xf32>, none, tensor<3xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @grid_mode(%x: tensor<1x2x4x5xi32>, %g: tensor<1x3x3x2xf32>) {
  // expected-error @below {{can interpolate floats only, other numbers need mode "nearest"}}
  %0 = onnx.GridSample %x, %g {mode = "linear", padding_mode = "zeros", align_corners = false} : (tensor<1x2x4x5xi32>, tensor<1x3x3x2xf32>) -> tensor<*xi32>
  return
}

// -----

func.func @region_samples(%x: tensor<1x2x8x9xf32>, %r: tensor<5x4xf32>, %b: tensor<5xi64>) {
  // expected-error @below {{expects a positive output size, and a sampling_ratio that is not negative}}
  %0 = onnx.RoiAlign %x, %r, %b {mode = "avg", output_height = 1 : si64, output_width = 1 : si64, sampling_ratio = -1 : si64, spatial_scale = 1.0 : f32, half_pixel = true} : (tensor<1x2x8x9xf32>, tensor<5x4xf32>, tensor<5xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @resize_extent(%a: tensor<2xf32>) {
  %none = onnx.none
  %b = onnx.Constant : tensor<1xf32> = dense<1.0e30> : tensor<1xf32>
  // expected-error @below {{would give dimension 0 an extent of 2.000000e+30, expected 0 or more, and less than 2^62}}
  %0 = onnx.Resize %a, %none, %b, %none {mode = "linear", coordinate_transformation_mode = "half_pixel", nearest_mode = "floor", cubic_coeff_a = -7.500000e-01 : f32, exclude_outside = false, extrapolation_value = 0.000000e+00 : f32, antialias = false, keep_aspect_ratio_policy = "stretch"} : (tensor<2xf32>, none, tensor<1xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @resize_crop(%a: tensor<2xf32>) {
  %b = onnx.Constant : tensor<2xf32> = dense<[1.0, 0.0]> : tensor<2xf32>
  %c = onnx.Constant : tensor<1xf32> = dense<1.0> : tensor<1xf32>
  %none = onnx.none
  // expected-error @below {{would give dimension 0 an extent of -2.000000e+00, expected 0 or more, and less than 2^62}}
  %0 = onnx.Resize %a, %b, %c, %none {mode = "linear", coordinate_transformation_mode = "tf_crop_and_resize", nearest_mode = "floor", cubic_coeff_a = -7.500000e-01 : f32, exclude_outside = false, extrapolation_value = 0.000000e+00 : f32, antialias = false, keep_aspect_ratio_policy = "stretch"} : (tensor<2xf32>, tensor<2xf32>, tensor<1xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @resize_scale(%a: tensor<2xf32>) {
  %none = onnx.none
  %b = onnx.Constant : tensor<1xf32> = dense<0.0> : tensor<1xf32>
  // expected-error @below {{has the scale 0.000000e+00, expected a positive number}}
  %0 = onnx.Resize %a, %none, %b, %none {mode = "linear", coordinate_transformation_mode = "half_pixel", nearest_mode = "floor", cubic_coeff_a = -7.500000e-01 : f32, exclude_outside = false, extrapolation_value = 0.000000e+00 : f32, antialias = false, keep_aspect_ratio_policy = "stretch"} : (tensor<2xf32>, none, tensor<1xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @resize_size(%a: tensor<2xf32>) {
  %none = onnx.none
  %b = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  // expected-error @below {{has the size -1, expected one that is not negative}}
  %0 = onnx.Resize %a, %none, %none, %b {mode = "linear", coordinate_transformation_mode = "half_pixel", nearest_mode = "floor", cubic_coeff_a = -7.500000e-01 : f32, exclude_outside = false, extrapolation_value = 0.000000e+00 : f32, antialias = false, keep_aspect_ratio_policy = "stretch"} : (tensor<2xf32>, none, none, tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @resize_policy_extent(%a: tensor<1x2xf32>) {
  %none = onnx.none
  %b = onnx.Constant : tensor<2xi64> = dense<[4611686018427387904, 1]> : tensor<2xi64>
  // expected-error @below {{would give dimension 0 an extent of 4.611686e+18, expected 0 or more, and less than 2^62}}
  %0 = onnx.Resize %a, %none, %none, %b {mode = "linear", coordinate_transformation_mode = "half_pixel", nearest_mode = "floor", cubic_coeff_a = -7.500000e-01 : f32, exclude_outside = false, extrapolation_value = 0.000000e+00 : f32, antialias = false, keep_aspect_ratio_policy = "not_smaller"} : (tensor<1x2xf32>, none, none, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @resize_entries(%a: tensor<1x3x8xf32>, %b: tensor<2xf32>) {
  %none = onnx.none
  // expected-error @below {{operand scales has extents [2], expected [3] for 3 axes}}
  %0 = onnx.Resize %a, %none, %b, %none {mode = "linear", coordinate_transformation_mode = "half_pixel", nearest_mode = "floor", cubic_coeff_a = -7.500000e-01 : f32, exclude_outside = false, extrapolation_value = 0.000000e+00 : f32, antialias = false, keep_aspect_ratio_policy = "stretch"} : (tensor<1x3x8xf32>, none, tensor<2xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @resize_matrix(%a: tensor<1x3x8xf32>) {
  %none = onnx.none
  %b = onnx.Constant : tensor<1x1xf32> = dense<2.0> : tensor<1x1xf32>
  // expected-error @below {{operand scales has extents [1, 1], expected [3] for 3 axes}}
  %0 = onnx.Resize %a, %none, %b, %none {mode = "linear", coordinate_transformation_mode = "half_pixel", nearest_mode = "floor", cubic_coeff_a = -7.500000e-01 : f32, exclude_outside = false, extrapolation_value = 0.000000e+00 : f32, antialias = false, keep_aspect_ratio_policy = "stretch"} : (tensor<1x3x8xf32>, none, tensor<1x1xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @resize_roi_entries(%a: tensor<1x3x8xf32>, %b: tensor<3xf32>, %c: tensor<3xf32>) {
  %none = onnx.none
  // expected-error @below {{operand roi has extents [3], expected [6] for 3 axes}}
  %0 = onnx.Resize %a, %b, %c, %none {mode = "linear", coordinate_transformation_mode = "tf_crop_and_resize", nearest_mode = "floor", cubic_coeff_a = -7.500000e-01 : f32, exclude_outside = false, extrapolation_value = 0.000000e+00 : f32, antialias = false, keep_aspect_ratio_policy = "stretch"} : (tensor<1x3x8xf32>, tensor<3xf32>, tensor<3xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @resize_axes(%a: tensor<1x3x8xf32>, %b: tensor<2xf32>) {
  %none = onnx.none
  // expected-error @below {{names axis 1 twice}}
  %0 = onnx.Resize %a, %none, %b, %none {mode = "linear", coordinate_transformation_mode = "half_pixel", nearest_mode = "floor", cubic_coeff_a = -7.500000e-01 : f32, exclude_outside = false, extrapolation_value = 0.000000e+00 : f32, antialias = false, keep_aspect_ratio_policy = "stretch", axes = array<i64: 1, -2>} : (tensor<1x3x8xf32>, none, tensor<2xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @resize_nothing(%a: tensor<1x0xf32>) {
  %none = onnx.none
  %b = onnx.Constant : tensor<2xi64> = dense<[1, 3]> : tensor<2xi64>
  // expected-error @below {{operand x [1, 0] has nothing to resize to [1, 3]}}
  %0 = onnx.Resize %a, %none, %none, %b {mode = "linear", coordinate_transformation_mode = "half_pixel", nearest_mode = "floor", cubic_coeff_a = -7.500000e-01 : f32, exclude_outside = false, extrapolation_value = 0.000000e+00 : f32, antialias = false, keep_aspect_ratio_policy = "stretch"} : (tensor<1x0xf32>, none, none, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @resize_coordinates(%a: tensor<2xf32>, %b: tensor<1xf32>) {
  %none = onnx.none
  // expected-error @below {{has coordinate_transformation_mode "pixel", expected one of align_corners, asymmetric, half_pixel, half_pixel_symmetric, pytorch_half_pixel, tf_crop_and_resize, tf_half_pixel_for_nn}}
  %0 = onnx.Resize %a, %none, %b, %none {mode = "linear", coordinate_transformation_mode = "pixel", nearest_mode = "floor", cubic_coeff_a = -7.500000e-01 : f32, exclude_outside = false, extrapolation_value = 0.000000e+00 : f32, antialias = false, keep_aspect_ratio_policy = "stretch"} : (tensor<2xf32>, none, tensor<1xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @resize_cubic(%a: tensor<2xf32>, %b: tensor<1xf32>) {
  %none = onnx.none
  // expected-error @below {{has cubic_coeff_a INF, expected a finite number}}
  %0 = onnx.Resize %a, %none, %b, %none {mode = "linear", coordinate_transformation_mode = "half_pixel", nearest_mode = "floor", cubic_coeff_a = 0x7F800000 : f32, exclude_outside = false, extrapolation_value = 0.000000e+00 : f32, antialias = false, keep_aspect_ratio_policy = "stretch"} : (tensor<2xf32>, none, tensor<1xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @resize_bools(%a: tensor<2xi1>, %b: tensor<1xf32>) {
  %none = onnx.none
  // expected-error @below {{cannot interpolate bools, only mode "nearest" can}}
  %0 = onnx.Resize %a, %none, %b, %none {mode = "linear", coordinate_transformation_mode = "half_pixel", nearest_mode = "floor", cubic_coeff_a = -7.500000e-01 : f32, exclude_outside = false, extrapolation_value = 0.000000e+00 : f32, antialias = false, keep_aspect_ratio_policy = "stretch"} : (tensor<2xi1>, none, tensor<1xf32>, none) -> tensor<*xi1>
  return
}

// -----

func.func @affine_size(%a: tensor<2x2x3xf32>, %b: tensor<3xi64>) {
  // expected-error @below {{operand size has 3 entries, expected 4 or 5}}
  %0 = onnx.AffineGrid %a, %b {align_corners = false} : (tensor<2x2x3xf32>, tensor<3xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @affine_rank(%a: tensor<2x3xf32>, %b: tensor<4xi64>) {
  // expected-error @below {{operand theta has extents [2, 3], expected a matrix for each image}}
  %0 = onnx.AffineGrid %a, %b {align_corners = false} : (tensor<2x3xf32>, tensor<4xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @affine_matrix(%a: tensor<1x3x4xf32>, %b: tensor<4xi64>) {
  // expected-error @below {{operand theta has extents [1, 3, 4], expected matrices of 2 x 3}}
  %0 = onnx.AffineGrid %a, %b {align_corners = false} : (tensor<1x3x4xf32>, tensor<4xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @affine_dimensions(%a: tensor<1x8589934592x?xf32>, %b: tensor<?xi64>) {
  // expected-error @below {{operand theta has extents [1, 8589934592, ?], expected matrices of 2 x 3 or 3 x 4}}
  %0 = onnx.AffineGrid %a, %b {align_corners = false} : (tensor<1x8589934592x?xf32>, tensor<?xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @affine_negative(%a: tensor<1x2x3xf32>) {
  %b = onnx.Constant : tensor<4xi64> = dense<[1, 1, -1, 1]> : tensor<4xi64>
  // expected-error @below {{has the size -1, expected one that is not negative}}
  %0 = onnx.AffineGrid %a, %b {align_corners = false} : (tensor<1x2x3xf32>, tensor<4xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @grid_rank(%a: tensor<1x2x4x5xf32>, %b: tensor<1x3x2xf32>) {
  // expected-error @below {{operand x [1, 2, 4, 5] and operand grid [1, 3, 2] must have as many dimensions, the last of grid a coordinate for each spatial one}}
  %0 = onnx.GridSample %a, %b {mode = "linear", padding_mode = "zeros", align_corners = false} : (tensor<1x2x4x5xf32>, tensor<1x3x2xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @grid_batch(%a: tensor<2x2x4xf32>, %b: tensor<3x3x1xf32>) {
  // expected-error @below {{operand x [2, 2, 4] and operand grid [3, 3, 1] differ in their batch}}
  %0 = onnx.GridSample %a, %b {mode = "linear", padding_mode = "zeros", align_corners = false} : (tensor<2x2x4xf32>, tensor<3x3x1xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @grid_nothing(%a: tensor<1x2x0xf32>, %b: tensor<1x3x1xf32>) {
  // expected-error @below {{operand x [1, 2, 0] has nothing to sample}}
  %0 = onnx.GridSample %a, %b {mode = "linear", padding_mode = "zeros", align_corners = false} : (tensor<1x2x0xf32>, tensor<1x3x1xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @grid_unknown_mode(%a: tensor<1x2x4xf32>, %b: tensor<1x3x1xf32>) {
  // expected-error @below {{has mode "bilinear", expected nearest, linear or cubic}}
  %0 = onnx.GridSample %a, %b {mode = "bilinear", padding_mode = "zeros", align_corners = false} : (tensor<1x2x4xf32>, tensor<1x3x1xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @grid_padding(%a: tensor<1x2x4xf32>, %b: tensor<1x3x1xf32>) {
  // expected-error @below {{has padding_mode "wrap", expected zeros, border or reflection}}
  %0 = onnx.GridSample %a, %b {mode = "linear", padding_mode = "wrap", align_corners = false} : (tensor<1x2x4xf32>, tensor<1x3x1xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @region_images(%a: tensor<1x2x8x0xf32>, %b: tensor<5x4xf32>, %c: tensor<5xi64>) {
  // expected-error @below {{operand x has extents [1, 2, 8, 0], expected batch, channels, height and width, none empty}}
  %0 = onnx.RoiAlign %a, %b, %c {mode = "avg", output_height = 1 : si64, output_width = 1 : si64, sampling_ratio = 0 : si64, spatial_scale = 1.0 : f32, half_pixel = true} : (tensor<1x2x8x0xf32>, tensor<5x4xf32>, tensor<5xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @region_coordinates(%a: tensor<1x2x8x9xf32>, %b: tensor<5x3xf32>, %c: tensor<5xi64>) {
  // expected-error @below {{operand rois has extents [5, 3], expected four coordinates for each region}}
  %0 = onnx.RoiAlign %a, %b, %c {mode = "avg", output_height = 1 : si64, output_width = 1 : si64, sampling_ratio = 0 : si64, spatial_scale = 1.0 : f32, half_pixel = true} : (tensor<1x2x8x9xf32>, tensor<5x3xf32>, tensor<5xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @region_indices(%a: tensor<1x2x8x9xf32>, %b: tensor<5x4xf32>, %c: tensor<5x1xi64>) {
  // expected-error @below {{operand batch_indices has extents [5, 1], expected one index for each region}}
  %0 = onnx.RoiAlign %a, %b, %c {mode = "avg", output_height = 1 : si64, output_width = 1 : si64, sampling_ratio = 0 : si64, spatial_scale = 1.0 : f32, half_pixel = true} : (tensor<1x2x8x9xf32>, tensor<5x4xf32>, tensor<5x1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @region_count(%a: tensor<1x2x8x9xf32>, %b: tensor<5x4xf32>, %c: tensor<6xi64>) {
  // expected-error @below {{has 5 regions but 6 batch indices}}
  %0 = onnx.RoiAlign %a, %b, %c {mode = "avg", output_height = 1 : si64, output_width = 1 : si64, sampling_ratio = 0 : si64, spatial_scale = 1.0 : f32, half_pixel = true} : (tensor<1x2x8x9xf32>, tensor<5x4xf32>, tensor<6xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @region_mode(%a: tensor<1x2x8x9xf32>, %b: tensor<5x4xf32>, %c: tensor<5xi64>) {
  // expected-error @below {{has mode "sum", expected avg or max}}
  %0 = onnx.RoiAlign %a, %b, %c {mode = "sum", output_height = 1 : si64, output_width = 1 : si64, sampling_ratio = 0 : si64, spatial_scale = 1.0 : f32, half_pixel = true} : (tensor<1x2x8x9xf32>, tensor<5x4xf32>, tensor<5xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @region_ratio(%a: tensor<1x2x8x9xf32>, %b: tensor<5x4xf32>, %c: tensor<5xi64>) {
  // expected-error @below {{has sampling_ratio 65537, expected at most 65536}}
  %0 = onnx.RoiAlign %a, %b, %c {mode = "avg", output_height = 1 : si64, output_width = 1 : si64, sampling_ratio = 65537 : si64, spatial_scale = 1.0 : f32, half_pixel = true} : (tensor<1x2x8x9xf32>, tensor<5x4xf32>, tensor<5xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @region_overflow(%a: tensor<1x2x8x9xf32>, %b: tensor<5x4xf32>, %c: tensor<5xi64>) {
  // expected-error @below {{would make a tensor of extents [5, 2, 9223372036854775807, 1], more than fits any memory}}
  %0 = onnx.RoiAlign %a, %b, %c {mode = "avg", output_height = 9223372036854775807 : si64, output_width = 1 : si64, sampling_ratio = 0 : si64, spatial_scale = 1.0 : f32, half_pixel = true} : (tensor<1x2x8x9xf32>, tensor<5x4xf32>, tensor<5xi64>) -> tensor<*xf32>
  return
}
