// RUN: fovea-opt %s -verify-diagnostics -split-input-file

func.func @cast_mode(%x: tensor<2xf32>) {
  // expected-error @below {{has round_mode = "even", expected "up", "down" or "nearest"}}
  %0 = onnx.Cast %x {to = f8E8M0FNU, round_mode = "even"} : (tensor<2xf32>) -> tensor<2xf8E8M0FNU>
  return
}

// -----

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

func.func @stored_only(%x: tensor<2xf8E5M2>) {
  // expected-error @below {{operand #0 must be tensor of}}
  %0 = onnx.Add %x, %x : (tensor<2xf8E5M2>, tensor<2xf8E5M2>) -> tensor<2xf8E5M2>
  return
}
