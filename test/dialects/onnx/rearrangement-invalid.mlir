// RUN: fovea-opt %s --fovea-infer-shapes -verify-diagnostics -split-input-file

func.func @pad_mode(%a: tensor<2xf32>, %b: tensor<2xi64>) {
  %none = onnx.none
  // expected-error @below {{has mode 'mirror', expected one of constant, reflect, edge, wrap}}
  %0 = onnx.Pad %a, %b, %none, %none {mode = "mirror"} : (tensor<2xf32>, tensor<2xi64>, none, none) -> tensor<*xf32>
  return
}

// -----

func.func @pad_value(%a: tensor<2xf32>, %b: tensor<2xi64>, %c: tensor<2xf32>) {
  %none = onnx.none
  // expected-error @below {{operand value has extents [2], expected one element}}
  %0 = onnx.Pad %a, %b, %c, %none : (tensor<2xf32>, tensor<2xi64>, tensor<2xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @pad_count(%a: tensor<2x3xf32>, %b: tensor<2xi64>) {
  %none = onnx.none
  // expected-error @below {{has 2 pads for 2 axes, expected 4}}
  %0 = onnx.Pad %a, %b, %none, %none : (tensor<2x3xf32>, tensor<2xi64>, none, none) -> tensor<*xf32>
  return
}

// -----

func.func @pad_cut(%a: tensor<2xf32>) {
  %b = onnx.Constant : tensor<2xi64> = dense<[-3, 0]> : tensor<2xi64>
  %none = onnx.none
  // expected-error @below {{pads dimension 0 of extent 2 by -3 and 0, which leaves less than nothing}}
  %0 = onnx.Pad %a, %b, %none, %none : (tensor<2xf32>, tensor<2xi64>, none, none) -> tensor<*xf32>
  return
}

// -----

func.func @pad_overflow(%a: tensor<2xf32>) {
  %b = onnx.Constant : tensor<2xi64> = dense<[1, 9223372036854775807]> : tensor<2xi64>
  %none = onnx.none
  // expected-error @below {{pads dimension 0 of extent 2 by 1 and 9223372036854775807, more than fits any memory}}
  %0 = onnx.Pad %a, %b, %none, %none : (tensor<2xf32>, tensor<2xi64>, none, none) -> tensor<*xf32>
  return
}

// -----

func.func @pad_nothing(%a: tensor<0xf32>) {
  %b = onnx.Constant : tensor<2xi64> = dense<[1, 0]> : tensor<2xi64>
  %none = onnx.none
  // expected-error @below {{has nothing to fill dimension 0 of extent 0 with}}
  %0 = onnx.Pad %a, %b, %none, %none {mode = "edge"} : (tensor<0xf32>, tensor<2xi64>, none, none) -> tensor<*xf32>
  return
}

// -----

func.func @crop_count(%a: tensor<2x3xf32>, %b: tensor<1xi64>) {
  // expected-error @below {{operand shape has 1 extents for 2 axes}}
  %0 = onnx.CenterCropPad %a, %b : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @crop_negative(%a: tensor<2x3xf32>) {
  %b = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  // expected-error @below {{asks for an extent of -1, expected 0 or more}}
  %0 = onnx.CenterCropPad %a, %b {axes = array<i64: -1>} : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @depth_rank(%a: tensor<1x4x2xf32>) {
  // expected-error @below {{operand x has extents [1, 4, 2], expected [batch, channels, height, width]}}
  %0 = onnx.DepthToSpace %a {blocksize = 2 : si64} : (tensor<1x4x2xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @depth_mode(%a: tensor<1x4x2x2xf32>) {
  // expected-error @below {{has mode 'RCD', expected one of DCR, CRD}}
  %0 = onnx.DepthToSpace %a {blocksize = 2 : si64, mode = "RCD"} : (tensor<1x4x2x2xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @depth_block(%a: tensor<1x4x2x2xf32>) {
  // expected-error @below {{has a block size of 0, expected 1 to 2^20}}
  %0 = onnx.DepthToSpace %a {blocksize = 0 : si64} : (tensor<1x4x2x2xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @depth_channels(%a: tensor<1x3x2x2xf32>) {
  // expected-error @below {{has channels of extent 3, no multiple of 4}}
  %0 = onnx.DepthToSpace %a {blocksize = 2 : si64} : (tensor<1x3x2x2xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @depth_overflow(%a: tensor<1x4x9223372036854775807x2xi8>) {
  // expected-error @below {{has a height of extent 9223372036854775807, which times 2 is more than fits any memory}}
  %0 = onnx.DepthToSpace %a {blocksize = 2 : si64} : (tensor<1x4x9223372036854775807x2xi8>) -> tensor<*xi8>
  return
}

// -----

func.func @space_width(%a: tensor<1x4x2x3xf32>) {
  // expected-error @below {{has a width of extent 3, no multiple of 2}}
  %0 = onnx.SpaceToDepth %a {blocksize = 2 : si64} : (tensor<1x4x2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @image_rank(%a: tensor<4x4xf32>, %b: tensor<2xi64>, %c: tensor<2xi64>) {
  // expected-error @below {{operand x has extents [4, 4], expected [batch, channels * block, blocks]}}
  %0 = onnx.Col2Im %a, %b, %c {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<4x4xf32>, tensor<2xi64>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @image_lists(%a: tensor<1x4x4xf32>, %b: tensor<2xi64>, %c: tensor<2xi64>) {
  // expected-error @below {{has an image of 2 dimensions; expected as many in block_shape, dilations and strides, and twice as many pads}}
  %0 = onnx.Col2Im %a, %b, %c {dilations = array<i64: 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x4xf32>, tensor<2xi64>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @image_stride(%a: tensor<1x4x4xf32>) {
  %b = onnx.Constant : tensor<2xi64> = dense<3> : tensor<2xi64>
  %c = onnx.Constant : tensor<2xi64> = dense<2> : tensor<2xi64>
  // expected-error @below {{expects positive blocks, dilations and strides, and extents and pads of 0 or more, but not so along dimension 1 of the image}}
  %0 = onnx.Col2Im %a, %b, %c {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 0>} : (tensor<1x4x4xf32>, tensor<2xi64>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @image_overflow(%a: tensor<1x4x4xf32>) {
  %b = onnx.Constant : tensor<2xi64> = dense<3> : tensor<2xi64>
  %c = onnx.Constant : tensor<2xi64> = dense<4611686018427387904> : tensor<2xi64>
  // expected-error @below {{has more blocks than fit any memory}}
  %0 = onnx.Col2Im %a, %b, %c {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x4xf32>, tensor<2xi64>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @image_columns(%a: tensor<1x5x4xf32>) {
  %b = onnx.Constant : tensor<2xi64> = dense<3> : tensor<2xi64>
  %c = onnx.Constant : tensor<2xi64> = dense<2> : tensor<2xi64>
  // expected-error @below {{has columns of extent 5, no multiple of 4}}
  %0 = onnx.Col2Im %a, %b, %c {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x5x4xf32>, tensor<2xi64>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @image_places(%a: tensor<1x4x5xf32>) {
  %b = onnx.Constant : tensor<2xi64> = dense<3> : tensor<2xi64>
  %c = onnx.Constant : tensor<2xi64> = dense<2> : tensor<2xi64>
  // expected-error @below {{operand x [1, 4, 5] has 5 columns, but the block has 4 places}}
  %0 = onnx.Col2Im %a, %b, %c {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x5xf32>, tensor<2xi64>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @eye_rank(%a: tensor<3xf32>) {
  // expected-error @below {{operand x has extents [3], expected a matrix}}
  %0 = onnx.EyeLike %a {to = f32} : (tensor<3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @eye_type(%a: tensor<3x3xf32>) {
  // expected-error @below {{makes elements of type 'f16' but its result has elements of type 'f32'}}
  %0 = onnx.EyeLike %a {to = f16} : (tensor<3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @reverse_axes(%a: tensor<4x2xf32>, %b: tensor<2xi64>) {
  // expected-error @below {{has the same axis for batch and time}}
  %0 = onnx.ReverseSequence %a, %b {batch_axis = 1 : si64, time_axis = -1 : si64} : (tensor<4x2xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @reverse_axis(%a: tensor<4x2xf32>, %b: tensor<2xi64>) {
  // expected-error @below {{batch axis 2 is outside [-2, 2), the dimensions of a tensor of rank 2}}
  %0 = onnx.ReverseSequence %a, %b {batch_axis = 2 : si64} : (tensor<4x2xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @reverse_lengths(%a: tensor<4x2xf32>, %b: tensor<3xi64>) {
  // expected-error @below {{operand lengths [3] does not fit dimension 1 of operand x [4, 2]}}
  %0 = onnx.ReverseSequence %a, %b : (tensor<4x2xf32>, tensor<3xi64>) -> tensor<*xf32>
  return
}
