// RUN: fovea-opt %s -verify-diagnostics -split-input-file

// What is wrong whatever the shapes are.

func.func @mixed(%a: tensor<2xf32>, %b: tensor<2xf16>) {
  // expected-error @below {{operand a has elements of type 'f32' but operand b of type 'f16'; insert a Cast in the model}}
  %0 = onnx.Add %a, %b : (tensor<2xf32>, tensor<2xf16>) -> tensor<2xf32>
  return
}

// -----

func.func @mixed_branches(%c: tensor<2xi1>, %x: tensor<2xf32>, %y: tensor<2xf16>) {
  // expected-error @below {{operand x has elements of type 'f32' but operand y of type 'f16'}}
  %0 = onnx.Where %c, %x, %y : (tensor<2xi1>, tensor<2xf32>, tensor<2xf16>) -> tensor<2xf32>
  return
}

// -----

func.func @root_of_integers(%a: tensor<2xi64>) {
  // expected-error @below {{operand #0 must be tensor of}}
  %0 = onnx.Sqrt %a : (tensor<2xi64>) -> tensor<2xi64>
  return
}

// -----

func.func @cast(%a: tensor<2xf32>) {
  // expected-error @below {{casts to 'f16' but its result has elements of type 'f64'}}
  %0 = onnx.Cast %a {to = f16} : (tensor<2xf32>) -> tensor<2xf64>
  return
}

// -----

func.func @gelu(%a: tensor<2xf32>) {
  // expected-error @below {{has approximate = "fast", expected "none" or "tanh"}}
  %0 = onnx.Gelu %a {approximate = "fast"} : (tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @permutation(%a: tensor<2x3xf32>) {
  // expected-error @below {{permutation [0, 0] does not name each dimension once}}
  %0 = onnx.Transpose %a {permutation = array<i64: 0, 0>} : (tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @permutation_range(%a: tensor<2x3xf32>) {
  // expected-error @below {{permutation [0, 2] does not name each dimension once}}
  %0 = onnx.Transpose %a {permutation = array<i64: 0, 2>} : (tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @no_inputs() {
  // expected-error @below {{expects at least one input}}
  %0 = onnx.Max : () -> tensor<2xf32>
  return
}

// -----

func.func @conv_lengths(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>, %b: tensor<4xf32>) {
  // expected-error @below {{has 2 strides, 2 dilations and 2 pads; expected as many dilations and twice as many pads}}
  %0 = onnx.Conv %x, %w, %b {dilations = array<i64: 1, 1>, group = 1 : si64, pads = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>, tensor<4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @conv_stride(%x: tensor<1x3x8xf32>, %w: tensor<4x3x3xf32>, %b: tensor<4xf32>) {
  // expected-error @below {{expects positive strides and dilations}}
  %0 = onnx.Conv %x, %w, %b {dilations = array<i64: 1>, group = 1 : si64, pads = array<i64: 0, 0>, strides = array<i64: 0>} : (tensor<1x3x8xf32>, tensor<4x3x3xf32>, tensor<4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @conv_group(%x: tensor<1x3x8xf32>, %w: tensor<4x3x3xf32>, %b: tensor<4xf32>) {
  // expected-error @below {{has group 0, expected a positive number}}
  %0 = onnx.Conv %x, %w, %b {dilations = array<i64: 1>, group = 0 : si64, pads = array<i64: 0, 0>, strides = array<i64: 1>} : (tensor<1x3x8xf32>, tensor<4x3x3xf32>, tensor<4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @pool_kernel(%x: tensor<1x3x8x8xf32>) {
  // expected-error @below {{has 2 strides and a kernel of extents [3]; expected as many extents as strides}}
  %0 = onnx.AveragePool %x {kernel_shape = array<i64: 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : (tensor<1x3x8x8xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @pool_extents(%x: tensor<1x3x8xf32>) {
  // expected-error @below {{has a kernel of extents [0], expected positive extents}}
  %0 = onnx.AveragePool %x {kernel_shape = array<i64: 0>, strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>} : (tensor<1x3x8xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @pool_order(%x: tensor<1x3x8xf32>) {
  // expected-error @below {{has storage_order 2, expected 0 (row-major) or 1 (column-major)}}
  %0 = onnx.MaxPool %x {kernel_shape = array<i64: 2>, strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>, storage_order = 2 : si64} : (tensor<1x3x8xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @pool_norm(%x: tensor<1x3x8xf32>) {
  // expected-error @below {{has p 0, expected a positive number}}
  %0 = onnx.GlobalLpPool %x {p = 0 : si64} : (tensor<1x3x8xf32>) -> tensor<*xf32>
  return
}

// -----

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

func.func @transposed_output_padding(%x: tensor<1x3x8xf32>, %w: tensor<3x4x3xf32>) {
  %none = onnx.none
  // expected-error @below {{expects an output_padding for each of 1 spatial dimensions, none negative}}
  %0 = onnx.ConvTranspose %x, %w, %none {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>, output_padding = array<i64: -1>, group = 1 : si64} : (tensor<1x3x8xf32>, tensor<3x4x3xf32>, none) -> tensor<*xf32>
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

func.func @window_kind(%n: tensor<i64>) {
  // expected-error @below {{has kind "flat", expected hann, hamming or blackman}}
  %0 = onnx.WindowFunction %n {kind = "flat", periodic = true} : (tensor<i64>) -> tensor<*xf32>
  return
}

// -----

func.func @deform_groups(%x: tensor<1x4x5x5xf32>, %w: tensor<6x4x3x3xf32>, %o: tensor<1x18x3x3xf32>) {
  %none = onnx.none
  // expected-error @below {{has group 1 and offset_group 0, expected positive numbers}}
  %0 = onnx.DeformConv %x, %w, %o, %none, %none {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, group = 1 : si64, offset_group = 0 : si64} : (tensor<1x4x5x5xf32>, tensor<6x4x3x3xf32>, tensor<1x18x3x3xf32>, none, none) -> tensor<*xf32>
  return
}

// -----

func.func @unpool_kernel(%x: tensor<1x1x2x2xf32>, %i: tensor<1x1x2x2xi64>) {
  %none = onnx.none
  // expected-error @below {{has a kernel of extents [2], expected 2 positive extents}}
  %0 = onnx.MaxUnpool %x, %i, %none {kernel_shape = array<i64: 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>} : (tensor<1x1x2x2xf32>, tensor<1x1x2x2xi64>, none) -> tensor<*xf32>
  return
}

// -----

func.func @slice_lengths(%x: tensor<4xf32>, %one: tensor<1xi64>, %two: tensor<2xi64>) {
  %none = onnx.none
  // expected-error @below {{has 1 starts but 2 ends}}
  %0 = onnx.Slice %x, %one, %two, %none, %none : (tensor<4xf32>, tensor<1xi64>, tensor<2xi64>, none, none) -> tensor<*xf32>
  return
}

// -----

func.func @dropout(%x: tensor<2xf32>, %b: tensor<i1>) {
  // expected-error @below {{operand ratio has extents [2], expected one element}}
  %0 = onnx.Dropout %x, %x, %b : (tensor<2xf32>, tensor<2xf32>, tensor<i1>) -> tensor<2xf32>
  return
}

// -----

func.func @range(%a: tensor<2xi64>, %b: tensor<i64>) {
  // expected-error @below {{operand start has extents [2], expected one element}}
  %0 = onnx.Range %a, %b, %b : (tensor<2xi64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  return
}

// -----

func.func @heads(%q: tensor<1x5x8xf32>) {
  %none = onnx.none
  // expected-error @below {{q_num_heads is 0, expected a positive number}}
  %0 = onnx.Attention %q, %q, %q, %none {q_num_heads = 0 : si64, kv_num_heads = 2 : si64} : (tensor<1x5x8xf32>, tensor<1x5x8xf32>, tensor<1x5x8xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @einsum_terms(%a: tensor<2x3xf32>) {
  // expected-error @below {{the equation has 2 terms for 1 operands}}
  %0 = onnx.Einsum %a {equation = "ij,jk->ik"} : (tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @einsum_character(%a: tensor<2x3xf32>) {
  // expected-error @below {{the equation has a character that is no letter, comma, arrow or ellipsis}}
  %0 = onnx.Einsum %a {equation = "i1->i"} : (tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @einsum_result(%a: tensor<2x3xf32>) {
  // expected-error @below {{the equation has a label in the result that no operand has}}
  %0 = onnx.Einsum %a {equation = "ij->ik"} : (tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @einsum_twice(%a: tensor<2x3xf32>) {
  // expected-error @below {{the equation repeats a label in the result}}
  %0 = onnx.Einsum %a {equation = "ij->ii"} : (tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @batch_norm_inference(%x: tensor<2x3x4xf32>, %p: tensor<3xf32>) {
  // expected-error @below {{has 2 results, expected one: statistics come out in training only}}
  %0:2 = onnx.BatchNormalization %x, %p, %p, %p, %p {epsilon = 1.0e-05 : f32, momentum = 0.9 : f32, training = false} : (tensor<2x3x4xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<2x3x4xf32>, tensor<3xf32>)
  return
}

// -----

func.func @lrn_size(%x: tensor<2x3x4xf32>) {
  // expected-error @below {{has size = 0, expected at least 1}}
  %0 = onnx.LRN %x {size = 0 : si64, alpha = 1.0 : f32, beta = 0.75 : f32, bias = 1.0 : f32} : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return
}

// -----

func.func @shift(%a: tensor<2xui8>, %b: tensor<2xui16>) {
  // expected-error @below {{operand a has elements of type 'ui8' but operand b of type 'ui16'}}
  %0 = onnx.BitShift %a, %b {left = true} : (tensor<2xui8>, tensor<2xui16>) -> tensor<2xui8>
  return
}

// -----

func.func @pairs(%x: tensor<2x6xf32>, %c: tensor<2x3xf32>) {
  // expected-error @below {{rotated_size is 3, expected an even number of elements}}
  %0 = onnx.RotaryEmbedding %x, %c, %c {rotated_size = 3 : si64} : (tensor<2x6xf32>, tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x6xf32>
  return
}
