// RUN: fovea-opt %s --fovea-infer-shapes -verify-diagnostics -split-input-file

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

func.func @transposed_output_padding(%x: tensor<1x3x8xf32>, %w: tensor<3x4x3xf32>) {
  %none = onnx.none
  // expected-error @below {{expects an output_padding for each of 1 spatial dimensions, none negative}}
  %0 = onnx.ConvTranspose %x, %w, %none {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>, output_padding = array<i64: -1>, group = 1 : si64} : (tensor<1x3x8xf32>, tensor<3x4x3xf32>, none) -> tensor<*xf32>
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

func.func @channels(%x: tensor<1x3x8x8xf32>, %w: tensor<4x2x3x3xf32>) {
  %none = onnx.none
  // expected-error @below {{operand x [1, 3, 8, 8] has 3 channels but operand w [4, 2, 3, 3] reads 2 in each of 2 groups}}
  %0 = onnx.Conv %x, %w, %none {dilations = array<i64: 1, 1>, group = 2 : si64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x3x8x8xf32>, tensor<4x2x3x3xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @kernel(%x: tensor<1x3x8xf32>, %w: tensor<4x3x5xf32>) {
  %none = onnx.none
  // expected-error @below {{kernel extent 5 with dilation 9223372036854775807 does not fit in the padded extent of spatial dimension 0 of operand x, which has spatial extents [8]}}
  %0 = onnx.Conv %x, %w, %none {dilations = array<i64: 9223372036854775807>, group = 1 : si64, pads = array<i64: 0, 0>, strides = array<i64: 1>} : (tensor<1x3x8xf32>, tensor<4x3x5xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @conv_no_dimension(%a: tensor<1x3xf32>, %b: tensor<4x3xf32>) {
  %none = onnx.none
  // expected-error @below {{expects at least one spatial dimension}}
  %0 = onnx.Conv %a, %b, %none {strides = array<i64>, dilations = array<i64>, pads = array<i64>, group = 1 : si64} : (tensor<1x3xf32>, tensor<4x3xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @conv_rank(%a: tensor<1x3xf32>, %b: tensor<4x3x3x3xf32>) {
  %none = onnx.none
  // expected-error @below {{operand x has extents [1, 3], expected 4 dimensions for strides of length 2}}
  %0 = onnx.Conv %a, %b, %none {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, group = 1 : si64} : (tensor<1x3xf32>, tensor<4x3x3x3xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @conv_pads(%a: tensor<1x3x8xf32>, %b: tensor<4x3x3xf32>) {
  %none = onnx.none
  // expected-error @below {{expects pads that are not negative}}
  %0 = onnx.Conv %a, %b, %none {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: -1, 0>, group = 1 : si64} : (tensor<1x3x8xf32>, tensor<4x3x3xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @conv_auto_pad(%a: tensor<1x3x8xf32>, %b: tensor<4x3x3xf32>) {
  %none = onnx.none
  // expected-error @below {{has auto_pad "FULL", expected NOTSET, VALID, SAME_UPPER or SAME_LOWER}}
  %0 = onnx.Conv %a, %b, %none {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>, group = 1 : si64, auto_pad = "FULL"} : (tensor<1x3x8xf32>, tensor<4x3x3xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @conv_kernel(%a: tensor<1x3x8xf32>, %b: tensor<4x3x0xf32>) {
  %none = onnx.none
  // expected-error @below {{has a kernel of extents [0], expected positive extents}}
  %0 = onnx.Conv %a, %b, %none {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>, group = 1 : si64} : (tensor<1x3x8xf32>, tensor<4x3x0xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @conv_filters(%a: tensor<1x2x8xf32>, %b: tensor<3x1x3xf32>) {
  %none = onnx.none
  // expected-error @below {{operand w [3, 1, 3] has 3 filters, not a multiple of 2 groups}}
  %0 = onnx.Conv %a, %b, %none {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>, group = 2 : si64} : (tensor<1x2x8xf32>, tensor<3x1x3xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @conv_bias(%a: tensor<1x3x8xf32>, %b: tensor<4x3x3xf32>, %c: tensor<5xf32>) {
  // expected-error @below {{operand bias has extents [5], expected [4]: an element for each filter}}
  %0 = onnx.Conv %a, %b, %c {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>, group = 1 : si64} : (tensor<1x3x8xf32>, tensor<4x3x3xf32>, tensor<5xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @conv_bias_rank(%a: tensor<1x3x8xf32>, %b: tensor<?x3x3xf32>, %c: tensor<4x1xf32>) {
  // expected-error @below {{operand bias has extents [4, 1], expected [?]: an element for each filter}}
  %0 = onnx.Conv %a, %b, %c {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>, group = 1 : si64} : (tensor<1x3x8xf32>, tensor<?x3x3xf32>, tensor<4x1xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @conv_padded(%a: tensor<1x3x8xf32>, %b: tensor<4x3x3xf32>) {
  %none = onnx.none
  // expected-error @below {{pads spatial dimension 0 to an extent of 9223372036854775807, more than fits any memory}}
  %0 = onnx.Conv %a, %b, %none {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 9223372036854775799, 0>, group = 1 : si64} : (tensor<1x3x8xf32>, tensor<4x3x3xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @conv_padded_overflow(%a: tensor<1x3x8xf32>, %b: tensor<4x3x3xf32>) {
  %none = onnx.none
  // expected-error @below {{kernel extent 3 with dilation 1 does not fit in the padded extent of spatial dimension 0 of operand x, which has spatial extents [8]}}
  %0 = onnx.Conv %a, %b, %none {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 9223372036854775807, 9223372036854775807>, group = 1 : si64} : (tensor<1x3x8xf32>, tensor<4x3x3xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @transposed_group(%a: tensor<1x3x8xf32>, %b: tensor<3x4x3xf32>) {
  %none = onnx.none
  // expected-error @below {{has group 0, expected a positive number}}
  %0 = onnx.ConvTranspose %a, %b, %none {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>, group = 0 : si64, output_padding = array<i64: 0>} : (tensor<1x3x8xf32>, tensor<3x4x3xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @transposed_channels(%a: tensor<1x3x8xf32>, %b: tensor<4x4x3xf32>) {
  %none = onnx.none
  // expected-error @below {{operand x [1, 3, 8] and operand w [4, 4, 3] must have as many channels as one another, a multiple of 1 groups}}
  %0 = onnx.ConvTranspose %a, %b, %none {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>, group = 1 : si64, output_padding = array<i64: 0>} : (tensor<1x3x8xf32>, tensor<4x4x3xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @transposed_filters(%a: tensor<1x4x8xf32>, %b: tensor<4x4611686018427387904x3xf32>) {
  %none = onnx.none
  // expected-error @below {{has too many filters: 4611686018427387904 in 4 groups}}
  %0 = onnx.ConvTranspose %a, %b, %none {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>, group = 4 : si64, output_padding = array<i64: 0>} : (tensor<1x4x8xf32>, tensor<4x4611686018427387904x3xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @transposed_nothing(%a: tensor<1x3x0xf32>, %b: tensor<3x4x3xf32>) {
  %none = onnx.none
  // expected-error @below {{has nothing to convolve along spatial dimension 0 of operand x [1, 3, 0] and operand w [3, 4, 3]}}
  %0 = onnx.ConvTranspose %a, %b, %none {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>, group = 1 : si64, output_padding = array<i64: 0>} : (tensor<1x3x0xf32>, tensor<3x4x3xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @transposed_padding(%a: tensor<1x3x1xf32>, %b: tensor<3x4x3xf32>) {
  %none = onnx.none
  // expected-error @below {{padding of spatial dimension 0 leaves nothing of the result of operand x [1, 3, 1]}}
  %0 = onnx.ConvTranspose %a, %b, %none {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 2, 2>, group = 1 : si64, output_padding = array<i64: 0>} : (tensor<1x3x1xf32>, tensor<3x4x3xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @transposed_overflow(%a: tensor<1x3x2xf32>, %b: tensor<3x4x2xf32>) {
  %none = onnx.none
  // expected-error @below {{would make spatial dimension 0 of the result too large for any memory}}
  %0 = onnx.ConvTranspose %a, %b, %none {strides = array<i64: 1>, dilations = array<i64: 9223372036854775807>, pads = array<i64: 0, 0>, group = 1 : si64, output_padding = array<i64: 0>} : (tensor<1x3x2xf32>, tensor<3x4x2xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @transposed_shape(%a: tensor<1x3x8xf32>, %b: tensor<3x4x3xf32>) {
  %none = onnx.none
  // expected-error @below {{expects an output_shape of 1 spatial dimensions, none negative}}
  %0 = onnx.ConvTranspose %a, %b, %none {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>, group = 1 : si64, output_padding = array<i64: 0>, output_shape = array<i64: 8, 8>} : (tensor<1x3x8xf32>, tensor<3x4x3xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @deform_dimensions(%a: tensor<1x4x5x5xf32>, %b: tensor<6x4x3x3xf32>, %c: tensor<1x18x3x3xf32>) {
  %none = onnx.none
  // expected-error @below {{has 3 spatial dimensions, expected two: only images are supported}}
  %0 = onnx.DeformConv %a, %b, %c, %none, %none {strides = array<i64: 1, 1, 1>, dilations = array<i64: 1, 1, 1>, pads = array<i64: 0, 0, 0, 0, 0, 0>, group = 1 : si64, offset_group = 1 : si64} : (tensor<1x4x5x5xf32>, tensor<6x4x3x3xf32>, tensor<1x18x3x3xf32>, none, none) -> tensor<*xf32>
  return
}

// -----

func.func @deform_rank(%a: tensor<1x4x5xf32>, %b: tensor<6x4x3x3xf32>, %c: tensor<1x18x3x3xf32>) {
  %none = onnx.none
  // expected-error @below {{operand x has extents [1, 4, 5] and operand w [6, 4, 3, 3], expected four dimensions each}}
  %0 = onnx.DeformConv %a, %b, %c, %none, %none {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, group = 1 : si64, offset_group = 1 : si64} : (tensor<1x4x5xf32>, tensor<6x4x3x3xf32>, tensor<1x18x3x3xf32>, none, none) -> tensor<*xf32>
  return
}

// -----

func.func @deform_channels(%a: tensor<1x4x5x5xf32>, %b: tensor<6x3x3x3xf32>, %c: tensor<1x18x3x3xf32>) {
  %none = onnx.none
  // expected-error @below {{operand x [1, 4, 5, 5] has 4 channels but operand w [6, 3, 3, 3] reads 3 in each of 1 groups}}
  %0 = onnx.DeformConv %a, %b, %c, %none, %none {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, group = 1 : si64, offset_group = 1 : si64} : (tensor<1x4x5x5xf32>, tensor<6x3x3x3xf32>, tensor<1x18x3x3xf32>, none, none) -> tensor<*xf32>
  return
}

// -----

func.func @deform_offset_groups(%a: tensor<1x4x5x5xf32>, %b: tensor<6x4x3x3xf32>, %c: tensor<1x18x3x3xf32>) {
  %none = onnx.none
  // expected-error @below {{operand x [1, 4, 5, 5] has 4 channels, not a multiple of 3 offset groups}}
  %0 = onnx.DeformConv %a, %b, %c, %none, %none {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, group = 1 : si64, offset_group = 3 : si64} : (tensor<1x4x5x5xf32>, tensor<6x4x3x3xf32>, tensor<1x18x3x3xf32>, none, none) -> tensor<*xf32>
  return
}

// -----

func.func @deform_filters(%a: tensor<1x4x5x5xf32>, %b: tensor<5x2x3x3xf32>, %c: tensor<1x18x3x3xf32>) {
  %none = onnx.none
  // expected-error @below {{operand w [5, 2, 3, 3] has 5 filters, not a multiple of 2 groups}}
  %0 = onnx.DeformConv %a, %b, %c, %none, %none {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, group = 2 : si64, offset_group = 1 : si64} : (tensor<1x4x5x5xf32>, tensor<5x2x3x3xf32>, tensor<1x18x3x3xf32>, none, none) -> tensor<*xf32>
  return
}

// -----

func.func @deform_offset(%a: tensor<1x4x5x5xf32>, %b: tensor<6x4x3x3xf32>, %c: tensor<1x18x3x4xf32>) {
  %none = onnx.none
  // expected-error @below {{operand offset has extents [1, 18, 3, 4], expected [1, 18, 3, 3]}}
  %0 = onnx.DeformConv %a, %b, %c, %none, %none {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, group = 1 : si64, offset_group = 1 : si64} : (tensor<1x4x5x5xf32>, tensor<6x4x3x3xf32>, tensor<1x18x3x4xf32>, none, none) -> tensor<*xf32>
  return
}

// -----

func.func @deform_mask(%a: tensor<1x4x5x5xf32>, %b: tensor<6x4x3x3xf32>, %c: tensor<1x18x3x3xf32>, %d: tensor<1x18x3x3xf32>) {
  %none = onnx.none
  // expected-error @below {{operand mask has extents [1, 18, 3, 3], expected [1, 9, 3, 3]}}
  %0 = onnx.DeformConv %a, %b, %c, %none, %d {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, group = 1 : si64, offset_group = 1 : si64} : (tensor<1x4x5x5xf32>, tensor<6x4x3x3xf32>, tensor<1x18x3x3xf32>, none, tensor<1x18x3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @deform_taps(%a: tensor<1x?x5x5xf32>, %b: tensor<6x4x3x3xf32>, %c: tensor<1x18x3x3xf32>) {
  %none = onnx.none
  // expected-error @below {{has 9223372036854775807 offset groups for operand w [6, 4, 3, 3], more than fits any memory}}
  %0 = onnx.DeformConv %a, %b, %c, %none, %none {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, group = 1 : si64, offset_group = 9223372036854775807 : si64} : (tensor<1x?x5x5xf32>, tensor<6x4x3x3xf32>, tensor<1x18x3x3xf32>, none, none) -> tensor<*xf32>
  return
}
