// RUN: fovea-opt %s --fovea-infer-shapes -verify-diagnostics -split-input-file

func.func @bit_cast(%x: tensor<2xf32>) {
  // expected-error @below {{cannot see elements of type 'f32' as 'i64', which has another number of bits}}
  %0 = onnx.BitCast %x {to = i64} : (tensor<2xf32>) -> tensor<2xi64>
  return
}

// -----

func.func @zero_point(%x: tensor<2xf32>, %s: tensor<f32>, %z: tensor<i8>) {
  // expected-error @below {{has a zero_point of elements of type 'i8', expected 'ui8', the type of what is quantized}}
  %0 = onnx.QuantizeLinear %x, %s, %z {axis = 1 : si64, block_size = 0 : si64, to = ui8, precision = f32} : (tensor<2xf32>, tensor<f32>, tensor<i8>) -> tensor<2xui8>
  return
}

// -----

func.func @quantized_type(%x: tensor<2xf32>, %s: tensor<f32>) {
  %none = onnx.none
  // expected-error @below {{cannot quantize to 'i32'}}
  %0 = onnx.QuantizeLinear %x, %s, %none {axis = 1 : si64, block_size = 0 : si64, to = i32, precision = f32} : (tensor<2xf32>, tensor<f32>, none) -> tensor<2xi32>
  return
}

// -----

func.func @precision(%x: tensor<2xf32>, %s: tensor<f32>) {
  %none = onnx.none
  // expected-error @below {{has precision = 'i32', expected a type to divide in}}
  %0 = onnx.QuantizeLinear %x, %s, %none {axis = 1 : si64, block_size = 0 : si64, to = i8, precision = i32} : (tensor<2xf32>, tensor<f32>, none) -> tensor<2xi8>
  return
}

// -----

func.func @block_size(%x: tensor<2xi8>, %s: tensor<f32>) {
  %none = onnx.none
  // expected-error @below {{has block_size = -2, expected 0 or more}}
  %0 = onnx.DequantizeLinear %x, %s, %none {axis = 1 : si64, block_size = -2 : si64, to = f32} : (tensor<2xi8>, tensor<f32>, none) -> tensor<2xf32>
  return
}

// -----

func.func @scale_vector(%a: tensor<2x3xf32>, %b: tensor<2xf32>) {
  %none = onnx.none
  // expected-error @below {{scale has shape [2], expected one element or [3]}}
  %0 = onnx.QuantizeLinear %a, %b, %none {axis = 1 : si64, block_size = 0 : si64, to = ui8, precision = f32} : (tensor<2x3xf32>, tensor<2xf32>, none) -> tensor<2x3xui8>
  return
}

// -----

func.func @scale_axis(%a: tensor<2x3xf32>, %b: tensor<3xf32>) {
  %none = onnx.none
  // expected-error @below {{axis 2 is outside [-2, 2), the dimensions of a tensor of rank 2}}
  %0 = onnx.QuantizeLinear %a, %b, %none {axis = 2 : si64, block_size = 0 : si64, to = ui8, precision = f32} : (tensor<2x3xf32>, tensor<3xf32>, none) -> tensor<2x3xui8>
  return
}

// -----

func.func @scale_blocks(%a: tensor<2x6xf32>, %b: tensor<2x2xf32>) {
  %none = onnx.none
  // expected-error @below {{scale has shape [2, 2], expected the shape of x, [2, 6], with one for each 2 along dimension 1}}
  %0 = onnx.QuantizeLinear %a, %b, %none {axis = 1 : si64, block_size = 2 : si64, to = ui8, precision = f32} : (tensor<2x6xf32>, tensor<2x2xf32>, none) -> tensor<2x6xui8>
  return
}

// -----

func.func @quantized_result(%a: tensor<2xf32>, %b: tensor<f32>) {
  %none = onnx.none
  // expected-error @below {{makes elements of type 'ui8' but its result has elements of type 'i8'}}
  %0 = onnx.QuantizeLinear %a, %b, %none {axis = 0 : si64, block_size = 0 : si64, to = ui8, precision = f32} : (tensor<2xf32>, tensor<f32>, none) -> tensor<2xi8>
  return
}

// -----

func.func @bit_cast_result(%a: tensor<2xf32>) {
  // expected-error @below {{makes elements of type 'i32' but its result has elements of type 'i64'}}
  %0 = onnx.BitCast %a {to = i32} : (tensor<2xf32>) -> tensor<2xi64>
  return
}
