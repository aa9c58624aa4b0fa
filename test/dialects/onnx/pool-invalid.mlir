// RUN: fovea-opt %s --fovea-infer-shapes -verify-diagnostics -split-input-file

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

func.func @unpool_kernel(%x: tensor<1x1x2x2xf32>, %i: tensor<1x1x2x2xi64>) {
  %none = onnx.none
  // expected-error @below {{has a kernel of extents [2], expected 2 positive extents}}
  %0 = onnx.MaxUnpool %x, %i, %none {kernel_shape = array<i64: 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>} : (tensor<1x1x2x2xf32>, tensor<1x1x2x2xi64>, none) -> tensor<*xf32>
  return
}

// -----

func.func @global_rank(%a: tensor<3xf32>) {
  // expected-error @below {{operand x has extents [3], expected batch, channels and spatial dimensions}}
  %0 = onnx.GlobalAveragePool %a : (tensor<3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @global_nothing(%a: tensor<1x3x0xf32>) {
  // expected-error @below {{operand x [1, 3, 0] has nothing along a spatial dimension}}
  %0 = onnx.GlobalMaxPool %a : (tensor<1x3x0xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @pool_rank(%a: tensor<1x3x8xf32>) {
  // expected-error @below {{operand x has extents [1, 3, 8], expected 4 dimensions for a kernel of extents [2, 2]}}
  %0 = onnx.AveragePool %a {kernel_shape = array<i64: 2, 2>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : (tensor<1x3x8xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @pool_overflow(%a: tensor<1x3x8xf32>) {
  // expected-error @below {{kernel extent 9223372036854775807 with dilation 9223372036854775807 does not fit in the padded extent of spatial dimension 0 of operand x, which has spatial extents [8]}}
  %0 = onnx.AveragePool %a {kernel_shape = array<i64: 9223372036854775807>, strides = array<i64: 1>, dilations = array<i64: 9223372036854775807>, pads = array<i64: 0, 0>} : (tensor<1x3x8xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @pool_norm_window(%a: tensor<1x3x8xf32>) {
  // expected-error @below {{has p -1, expected a positive number}}
  %0 = onnx.LpPool %a {kernel_shape = array<i64: 2>, strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>, p = -1 : si64} : (tensor<1x3x8xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @unpool_rank(%a: tensor<1x1x2x2xf32>, %b: tensor<1x1x2x2xi64>) {
  %none = onnx.none
  // expected-error @below {{operand x has extents [1, 1, 2, 2], expected 3 dimensions for a kernel of extents [2]}}
  %0 = onnx.MaxUnpool %a, %b, %none {kernel_shape = array<i64: 2>, strides = array<i64: 2>, pads = array<i64: 0, 0>} : (tensor<1x1x2x2xf32>, tensor<1x1x2x2xi64>, none) -> tensor<*xf32>
  return
}

// -----

func.func @unpool_indices(%a: tensor<1x1x2xf32>, %b: tensor<1x1x3xi64>) {
  %none = onnx.none
  // expected-error @below {{operand x [1, 1, 2] and operand indices [1, 1, 3] must have the same extents}}
  %0 = onnx.MaxUnpool %a, %b, %none {kernel_shape = array<i64: 2>, strides = array<i64: 2>, pads = array<i64: 0, 0>} : (tensor<1x1x2xf32>, tensor<1x1x3xi64>, none) -> tensor<*xf32>
  return
}

// -----

func.func @unpool_nothing(%a: tensor<1x1x1xf32>, %b: tensor<1x1x1xi64>) {
  %none = onnx.none
  // expected-error @below {{operand x [1, 1, 1] comes from no pooling with these attributes: an extent would be less than 1 or more than fits any memory}}
  %0 = onnx.MaxUnpool %a, %b, %none {kernel_shape = array<i64: 2>, strides = array<i64: 2>, pads = array<i64: 1, 1>} : (tensor<1x1x1xf32>, tensor<1x1x1xi64>, none) -> tensor<*xf32>
  return
}

// -----

func.func @unpool_overflow(%a: tensor<1x1x3xf32>, %b: tensor<1x1x3xi64>) {
  %none = onnx.none
  // expected-error @below {{operand x [1, 1, 3] comes from no pooling with these attributes: an extent would be less than 1 or more than fits any memory}}
  %0 = onnx.MaxUnpool %a, %b, %none {kernel_shape = array<i64: 2>, strides = array<i64: 9223372036854775807>, pads = array<i64: 0, 0>} : (tensor<1x1x3xf32>, tensor<1x1x3xi64>, none) -> tensor<*xf32>
  return
}

// -----

func.func @unpool_shape(%a: tensor<1x1x2xf32>, %b: tensor<1x1x2xi64>) {
  %c = onnx.Constant : tensor<2xi64> = dense<4> : tensor<2xi64>
  // expected-error @below {{operand output_shape has 2 entries, expected 3}}
  %0 = onnx.MaxUnpool %a, %b, %c {kernel_shape = array<i64: 2>, strides = array<i64: 2>, pads = array<i64: 0, 0>} : (tensor<1x1x2xf32>, tensor<1x1x2xi64>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @unpool_small(%a: tensor<1x1x2xf32>, %b: tensor<1x1x2xi64>) {
  %c = onnx.Constant : tensor<3xi64> = dense<[1, 1, 3]> : tensor<3xi64>
  // expected-error @below {{operand output_shape has the extent 3, expected at least 4}}
  %0 = onnx.MaxUnpool %a, %b, %c {kernel_shape = array<i64: 2>, strides = array<i64: 2>, pads = array<i64: 0, 0>} : (tensor<1x1x2xf32>, tensor<1x1x2xi64>, tensor<3xi64>) -> tensor<*xf32>
  return
}
