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

// -----

func.func @smaller(%x: tensor<1x1x2x2xf32>, %i: tensor<1x1x2x2xi64>) -> tensor<1x1x3x4xf32> {
  %shape = onnx.Constant : tensor<4xi64> = dense<[1, 1, 3, 4]> : tensor<4xi64>
  // expected-error @below {{operand output_shape has the extent 3, expected at least 4}}
  // expected-error @below {{no lowering for 'onnx.MaxUnpool': its operands contradict one another}}
  %0 = onnx.MaxUnpool %x, %i, %shape {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>}
     : (tensor<1x1x2x2xf32>, tensor<1x1x2x2xi64>, tensor<4xi64>) -> tensor<1x1x3x4xf32>
  return %0 : tensor<1x1x3x4xf32>
}

// -----

// The result is declared, the operand comes at run time.
func.func @too_small(%x: tensor<1x1x2x2xf32>, %i: tensor<1x1x2x2xi64>, %shape: tensor<4xi64>) -> tensor<1x1x3x4xf32> {
  // expected-error @unknown {{no lowering for 'onnx.MaxUnpool' of node 'unpool': the result is smaller than what was pooled}}
  %0 = onnx.MaxUnpool %x, %i, %shape {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>}
     : (tensor<1x1x2x2xf32>, tensor<1x1x2x2xi64>, tensor<4xi64>) -> tensor<1x1x3x4xf32> loc("unpool")
  return %0 : tensor<1x1x3x4xf32>
}
