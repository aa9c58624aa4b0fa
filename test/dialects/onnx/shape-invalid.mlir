// RUN: fovea-opt %s --fovea-infer-shapes -verify-diagnostics -split-input-file

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

func.func @range(%a: tensor<2xi64>, %b: tensor<i64>) {
  // expected-error @below {{operand start has extents [2], expected one element}}
  %0 = onnx.Range %a, %b, %b : (tensor<2xi64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  return
}

// -----

func.func @reshape(%a: tensor<2x3xf32>) {
  %s = onnx.Constant : tensor<2xi64> = dense<[4, 2]> : tensor<2xi64>
  // expected-error @below {{cannot reshape operand x [2, 3] of 6 elements to [4, 2] of 8}}
  %0 = onnx.Reshape %a, %s : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @reshape_remainder(%a: tensor<2x3xf32>) {
  %s = onnx.Constant : tensor<2xi64> = dense<[4, -1]> : tensor<2xi64>
  // expected-error @below {{cannot reshape operand x [2, 3] to [4, -1]: 6 is not a multiple of 4}}
  %0 = onnx.Reshape %a, %s : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @squeeze(%a: tensor<2x3xf32>) {
  %s = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  // expected-error @below {{cannot drop dimension 1 of operand x [2, 3]: its extent is 3, not 1}}
  %0 = onnx.Squeeze %a, %s : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @too_large(%a: tensor<f32>) {
  %s = onnx.Constant : tensor<3xi64> = dense<[4294967296, 4294967296, 4294967296]> : tensor<3xi64>
  // expected-error @below {{would make a tensor of extents [4294967296, 4294967296, 4294967296], more than fits any memory}}
  %0 = onnx.Expand %a, %s : (tensor<f32>, tensor<3xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @negative() {
  %s = onnx.Constant : tensor<2xi64> = dense<[2, -5]> : tensor<2xi64>
  // expected-error @below {{asks for an extent of -5 in dimension 1, expected 0 or more}}
  %0 = onnx.ConstantOfShape %s {value = dense<0.0> : tensor<1xf32>} : (tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @endless(%a: tensor<f32>) {
  %zero = onnx.Constant : tensor<f32> = dense<0.0> : tensor<f32>
  %one = onnx.Constant : tensor<f32> = dense<1.0> : tensor<f32>
  // expected-error @below {{counts from 0.000000e+00 to 1.000000e+00 in steps of 0.000000e+00, which never ends or makes more elements than fit any memory}}
  %0 = onnx.Range %zero, %one, %zero : (tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<*xf32>
  return
}

// -----

func.func @constant() {
  // expected-error @below {{has type 'tensor<4xf32>' but its value is 'tensor<2xf32>'}}
  %0 = onnx.Constant : tensor<4xf32> = dense<1.0> : tensor<2xf32>
  return
}

// -----

func.func @reshape_rank(%a: tensor<2xf32>, %b: tensor<65xi64>) {
  // expected-error @below {{asks for a tensor of rank 65, at most 64 is supported}}
  %0 = onnx.Reshape %a, %b : (tensor<2xf32>, tensor<65xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @unsqueeze_rank(%a: tensor<2xf32>, %b: tensor<4611686018427387904xi64>) {
  // expected-error @below {{asks for a tensor of rank 4611686018427387904, at most 64 is supported}}
  %0 = onnx.Unsqueeze %a, %b : (tensor<2xf32>, tensor<4611686018427387904xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @unsqueeze_axis(%a: tensor<2xf32>) {
  %b = onnx.Constant : tensor<1xi64> = dense<2> : tensor<1xi64>
  // expected-error @below {{axis 2 is outside [-2, 2), the dimensions of a tensor of rank 2}}
  %0 = onnx.Unsqueeze %a, %b : (tensor<2xf32>, tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @reshape_overflow(%a: tensor<4x4611686018427387904xi8>) {
  %b = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  // expected-error @below {{cannot reshape operand x [4, 4611686018427387904] to [-1]: more elements than fit any memory}}
  %0 = onnx.Reshape %a, %b : (tensor<4x4611686018427387904xi8>, tensor<1xi64>) -> tensor<*xi8>
  return
}

// -----

func.func @reshape_large(%a: tensor<2xf32>) {
  %b = onnx.Constant : tensor<2xi64> = dense<[4611686018427387904, 4]> : tensor<2xi64>
  // expected-error @below {{cannot reshape operand x [2] to [4611686018427387904, 4]: more elements than fit any memory}}
  %0 = onnx.Reshape %a, %b : (tensor<2xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @reshape_zero(%a: tensor<2xf32>) {
  %b = onnx.Constant : tensor<2xi64> = dense<[0, -1]> : tensor<2xi64>
  // expected-error @below {{cannot compute -1 in the shape [0, -1]: another extent is 0}}
  %0 = onnx.Reshape %a, %b {allowzero = true} : (tensor<2xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @reshape_copies_zero(%a: tensor<0x2xf32>) {
  %b = onnx.Constant : tensor<2xi64> = dense<[0, -1]> : tensor<2xi64>
  // expected-error @below {{cannot compute -1 in the shape [0, -1]: another extent is 0}}
  %0 = onnx.Reshape %a, %b : (tensor<0x2xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @reshape_twice(%a: tensor<2xf32>) {
  %b = onnx.Constant : tensor<2xi64> = dense<-1> : tensor<2xi64>
  // expected-error @below {{has more than one -1 in the shape [-1, -1]}}
  %0 = onnx.Reshape %a, %b : (tensor<2xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @reshape_copies(%a: tensor<2xf32>) {
  %b = onnx.Constant : tensor<2xi64> = dense<[2, 0]> : tensor<2xi64>
  // expected-error @below {{copies dimension 1 of operand x [2], which has no such dimension}}
  %0 = onnx.Reshape %a, %b : (tensor<2xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @reshape_negative(%a: tensor<2xf32>) {
  %b = onnx.Constant : tensor<1xi64> = dense<-9223372036854775808> : tensor<1xi64>
  // expected-error @below {{asks for an extent of -9223372036854775808 in dimension 0, expected -1 or more}}
  %0 = onnx.Reshape %a, %b : (tensor<2xf32>, tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @flatten_axis(%a: tensor<2x3xf32>) {
  // expected-error @below {{axis 3 is outside [-2, 2] for operand x [2, 3]}}
  %0 = onnx.Flatten %a {axis = 3 : si64} : (tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @flatten_overflow(%a: tensor<2x4x4611686018427387904xi8>) {
  // expected-error @below {{operand x [2, 4, 4611686018427387904] has more elements than fit any memory}}
  %0 = onnx.Flatten %a : (tensor<2x4x4611686018427387904xi8>) -> tensor<*xi8>
  return
}

// -----

func.func @transpose_rank(%a: tensor<2x3xf32>) {
  // expected-error @below {{permutation of length 1 does not fit operand x [2, 3]}}
  %0 = onnx.Transpose %a {permutation = array<i64: 0>} : (tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @expand(%a: tensor<2x3xf32>) {
  %b = onnx.Constant : tensor<2xi64> = dense<[2, 4]> : tensor<2xi64>
  // expected-error @below {{operand x [2, 3] and the shape [2, 4] do not broadcast: extents 3 and 4 of dimension -1 differ and neither is 1}}
  %0 = onnx.Expand %a, %b : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @tile_count(%a: tensor<2x3xf32>, %b: tensor<1xi64>) {
  // expected-error @below {{has 1 repeats for operand x [2, 3]}}
  %0 = onnx.Tile %a, %b : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @tile_negative(%a: tensor<2xf32>) {
  %b = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  // expected-error @below {{repeats dimension 0 -1 times, expected 0 or more}}
  %0 = onnx.Tile %a, %b : (tensor<2xf32>, tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @tile_overflow(%a: tensor<4xf32>) {
  %b = onnx.Constant : tensor<1xi64> = dense<4611686018427387904> : tensor<1xi64>
  // expected-error @below {{repeats dimension 0 of extent 4 4611686018427387904 times, more than fits any memory}}
  %0 = onnx.Tile %a, %b : (tensor<4xf32>, tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @empty_overflow(%a: tensor<1x4x1xf32>) {
  %b = onnx.Constant : tensor<3xi64> = dense<[0, 1152921504606846976, 4]> : tensor<3xi64>
  // expected-error @below {{would make a tensor of extents [0, 4611686018427387904, 4], more than fits any memory}}
  %0 = onnx.Tile %a, %b : (tensor<1x4x1xf32>, tensor<3xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @fill_value(%a: tensor<1xi64>) {
  // expected-error @below {{value has type 'tensor<2xf32>', expected one element of type 'f32'}}
  %0 = onnx.ConstantOfShape %a {value = dense<0.0> : tensor<2xf32>} : (tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @fill_type(%a: tensor<1xi64>) {
  // expected-error @below {{value has type 'tensor<1xf16>', expected one element of type 'f32'}}
  %0 = onnx.ConstantOfShape %a {value = dense<0.0> : tensor<1xf16>} : (tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @range_overflow() {
  %a = onnx.Constant : tensor<i64> = dense<1> : tensor<i64>
  %b = onnx.Constant : tensor<i64> = dense<-9223372036854775808> : tensor<i64>
  %c = onnx.Constant : tensor<i64> = dense<-1> : tensor<i64>
  // expected-error @below {{counts from 1 to -9223372036854775808 in steps of -1, which never ends or makes more elements than fit any memory}}
  %0 = onnx.Range %a, %b, %c : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<*xi64>
  return
}

// -----

func.func @range_least() {
  %a = onnx.Constant : tensor<i64> = dense<0> : tensor<i64>
  %b = onnx.Constant : tensor<i64> = dense<-9223372036854775808> : tensor<i64>
  %c = onnx.Constant : tensor<i64> = dense<-1> : tensor<i64>
  // expected-error @below {{counts from 0 to -9223372036854775808 in steps of -1, which never ends or makes more elements than fit any memory}}
  %0 = onnx.Range %a, %b, %c : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<*xi64>
  return
}

// -----

func.func @triangle(%a: tensor<3xf32>) {
  %none = onnx.none
  // expected-error @below {{operand x has extents [3], expected at least two dimensions}}
  %0 = onnx.Trilu %a, %none : (tensor<3xf32>, none) -> tensor<*xf32>
  return
}
