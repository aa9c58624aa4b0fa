// RUN: fovea-opt %s --fovea-infer-shapes -verify-diagnostics -split-input-file | FileCheck %s

// What the ops that pad, scatter, select and order infer, and what they refuse.

// CHECK-LABEL: func.func @inferred
func.func @inferred(%x: tensor<2x?x4xf32>, %i: tensor<3x5xi64>, %c: tensor<?xi1>) {
  %none = onnx.none
  %pads = onnx.Constant : tensor<2xi64> = dense<[1, -2]> : tensor<2xi64>
  %axes = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  // CHECK: onnx.Pad {{.*}} -> tensor<2x?x3xf32>
  %0 = onnx.Pad %x, %pads, %none, %axes {mode = "edge"} : (tensor<2x?x4xf32>, tensor<2xi64>, none, tensor<1xi64>) -> tensor<*xf32>
  %depth = onnx.Constant : tensor<i64> = dense<7> : tensor<i64>
  %values = onnx.Constant : tensor<2xf16> = dense<1.0> : tensor<2xf16>
  // CHECK: onnx.OneHot {{.*}} -> tensor<3x7x5xf16>
  %1 = onnx.OneHot %i, %depth, %values {axis = 1 : si64} : (tensor<3x5xi64>, tensor<i64>, tensor<2xf16>) -> tensor<*xf16>
  %k = onnx.Constant : tensor<1xi64> = dense<2> : tensor<1xi64>
  // CHECK: onnx.TopK {{.*}} -> (tensor<2x?x2xf32>, tensor<2x?x2xi64>)
  %2:2 = onnx.TopK %x, %k {axis = -1 : si64} : (tensor<2x?x4xf32>, tensor<1xi64>) -> (tensor<*xf32>, tensor<*xi64>)
  // CHECK: onnx.NonZero {{.*}} -> tensor<3x?xi64>
  %3 = onnx.NonZero %x : (tensor<2x?x4xf32>) -> tensor<*xi64>
  // CHECK: onnx.Compress {{.*}} -> tensor<2x?x?xf32>
  %4 = onnx.Compress %x, %c {axis = 2 : si64} : (tensor<2x?x4xf32>, tensor<?xi1>) -> tensor<*xf32>
  // The number of distinct slices that one result states holds for all.
  // CHECK: onnx.Unique {{.*}} -> (tensor<2x?x3xf32>, none, tensor<4xi64>, tensor<3xi64>)
  %5:4 = onnx.Unique %x {axis = 2 : si64} : (tensor<2x?x4xf32>) -> (tensor<*xf32>, none, tensor<*xi64>, tensor<3xi64>)
  return
}

// -----

func.func @pads(%x: tensor<2x3xf32>) {
  %none = onnx.none
  %pads = onnx.Constant : tensor<4xi64> = dense<[0, -2, 0, -2]> : tensor<4xi64>
  // expected-error @below {{pads dimension 1 of extent 3 by -2 and -2, which leaves less than nothing}}
  %0 = onnx.Pad %x, %pads, %none, %none {mode = "constant"} : (tensor<2x3xf32>, tensor<4xi64>, none, none) -> tensor<*xf32>
  return
}

// -----

func.func @few_pads(%x: tensor<2x3xf32>, %pads: tensor<3xi64>) {
  %none = onnx.none
  // expected-error @below {{has 3 pads for 2 axes, expected 4}}
  %0 = onnx.Pad %x, %pads, %none, %none {mode = "constant"} : (tensor<2x3xf32>, tensor<3xi64>, none, none) -> tensor<*xf32>
  return
}

// -----

func.func @pad_mode(%x: tensor<2xf32>, %pads: tensor<2xi64>) {
  %none = onnx.none
  // expected-error @below {{has mode 'mirror', expected one of constant, reflect, edge, wrap}}
  %0 = onnx.Pad %x, %pads, %none, %none {mode = "mirror"} : (tensor<2xf32>, tensor<2xi64>, none, none) -> tensor<*xf32>
  return
}

// -----

func.func @huge_pads(%x: tensor<2xf32>) {
  %none = onnx.none
  %pads = onnx.Constant : tensor<2xi64> = dense<9223372036854775807> : tensor<2xi64>
  // expected-error @below {{more than fits any memory}}
  %0 = onnx.Pad %x, %pads, %none, %none {mode = "constant"} : (tensor<2xf32>, tensor<2xi64>, none, none) -> tensor<*xf32>
  return
}

// -----

func.func @depth_to_space(%x: tensor<1x6x2x2xf32>) {
  // expected-error @below {{has channels of extent 6, no multiple of 4}}
  %0 = onnx.DepthToSpace %x {blocksize = 2 : si64, mode = "DCR"} : (tensor<1x6x2x2xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @col2im(%x: tensor<1x5x4xf32>) {
  %image = onnx.Constant : tensor<2xi64> = dense<5> : tensor<2xi64>
  %block = onnx.Constant : tensor<2xi64> = dense<[1, 5]> : tensor<2xi64>
  // expected-error @below {{operand x [1, 5, 4] has 4 columns, but the block has 5 places}}
  %0 = onnx.Col2Im %x, %image, %block {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x5x4xf32>, tensor<2xi64>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @scatter_elements(%x: tensor<2x3xf32>, %i: tensor<3x1xi64>, %u: tensor<3x1xf32>) {
  // expected-error @below {{operand indices [3, 1] reaches beyond operand x [2, 3] in dimension 0}}
  %0 = onnx.ScatterElements %x, %i, %u {axis = 1 : si64, reduction = "none"} : (tensor<2x3xf32>, tensor<3x1xi64>, tensor<3x1xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @scatter_nd(%x: tensor<2x3xf32>, %i: tensor<4x1xi64>, %u: tensor<4xf32>) {
  // expected-error @below {{operand updates [4] does not fit the indices, expected [4, 3]}}
  %0 = onnx.ScatterND %x, %i, %u {reduction = "none"} : (tensor<2x3xf32>, tensor<4x1xi64>, tensor<4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @tensor_scatter(%x: tensor<2x3x4xf32>, %u: tensor<2x5x4xf32>) {
  %none = onnx.none
  // expected-error @below {{operand update [2, 5, 4] does not fit past [2, 3, 4] in dimension 1}}
  %0 = onnx.TensorScatter %x, %u, %none {axis = 1 : si64, mode = "linear"} : (tensor<2x3x4xf32>, tensor<2x5x4xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @topk(%x: tensor<3xf32>) {
  %k = onnx.Constant : tensor<1xi64> = dense<4> : tensor<1xi64>
  // expected-error @below {{asks for 4 elements along axis 0 of operand x [3]}}
  %0:2 = onnx.TopK %x, %k {axis = 0 : si64} : (tensor<3xf32>, tensor<1xi64>) -> (tensor<*xf32>, tensor<*xi64>)
  return
}

// -----

func.func @one_hot(%i: tensor<3xi64>, %values: tensor<2xf32>) {
  %depth = onnx.Constant : tensor<f32> = dense<0.5> : tensor<f32>
  // expected-error @below {{has a depth of 5.000000e-01, expected at least 1}}
  %0 = onnx.OneHot %i, %depth, %values {axis = 0 : si64} : (tensor<3xi64>, tensor<f32>, tensor<2xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @non_max_suppression(%b: tensor<1x6x4xf32>, %s: tensor<1x2x5xf32>) {
  %none = onnx.none
  // expected-error @below {{differ in the number of boxes}}
  %0 = onnx.NonMaxSuppression %b, %s, %none, %none, %none : (tensor<1x6x4xf32>, tensor<1x2x5xf32>, none, none, none) -> tensor<*xi64>
  return
}

// -----

func.func @scan(%x: tensor<3xf32>) {
  %axis = onnx.Constant : tensor<i64> = dense<1> : tensor<i64>
  // expected-error @below {{axis 1 is outside [-1, 1)}}
  %0 = onnx.CumSum %x, %axis : (tensor<3xf32>, tensor<i64>) -> tensor<*xf32>
  return
}
