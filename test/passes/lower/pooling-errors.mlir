// RUN: fovea-opt %s --fovea-lower-onnx -verify-diagnostics -split-input-file

func.func @result(%x: tensor<1x3x8x8xf32>) -> tensor<1x3x8x8xf32> {
  // expected-error @unknown {{no lowering for 'onnx.MaxPool' of node 'pool': result #0 is 'tensor<1x3x8x8xf32>', but the operands make 'tensor<1x3x6x6xf32>'}}
  %0 = onnx.MaxPool %x {kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
     : (tensor<1x3x8x8xf32>) -> tensor<1x3x8x8xf32> loc("pool")
  return %0 : tensor<1x3x8x8xf32>
}

// -----

func.func @kernel(%x: tensor<1x3x8x8xf32>) -> tensor<1x3x1x1xf32> {
  // expected-error @below {{kernel extent 9 with dilation 1 does not fit in the padded extent of spatial dimension 0 of operand x, which has spatial extents [8, 8]}}
  // expected-error @below {{no lowering for 'onnx.AveragePool': its operands contradict one another}}
  %0 = onnx.AveragePool %x {kernel_shape = array<i64: 9, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
     : (tensor<1x3x8x8xf32>) -> tensor<1x3x1x1xf32>
  return %0 : tensor<1x3x1x1xf32>
}

// -----

func.func @nothing(%x: tensor<1x3x0xf32>) -> tensor<1x3x1xf32> {
  // expected-error @below {{operand x [1, 3, 0] has nothing along a spatial dimension}}
  // expected-error @below {{no lowering for 'onnx.GlobalMaxPool': its operands contradict one another}}
  %0 = onnx.GlobalMaxPool %x : (tensor<1x3x0xf32>) -> tensor<1x3x1xf32>
  return %0 : tensor<1x3x1xf32>
}
