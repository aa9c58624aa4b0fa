// RUN: fovea-opt %s --fovea-lower-onnx -split-input-file | FileCheck %s

// Small types are i8 in the program, and keep their own in the signature's attributes.
// CHECK-LABEL: @decode
// CHECK-SAME: %[[X:.*]]: tensor<4xi8> {onnx.element_type = f8E5M2}
// CHECK: linalg.generic {{.*}} ins(%[[X]] : tensor<4xi8>)
// CHECK: arith.extui {{.*}} : i8 to i32
// CHECK: arith.bitcast {{.*}} : i32 to f32
func.func @decode(%x: tensor<4xf8E5M2>) -> tensor<4xf32> {
  %0 = onnx.Cast %x {to = f32} : (tensor<4xf8E5M2>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// The largest number is where a saturating cast ends, another one goes on to NaN.
// CHECK-LABEL: @encode
// CHECK-SAME: -> (tensor<4xi8> {onnx.element_type = f8E4M3FN}, tensor<4xi8> {onnx.element_type = f8E4M3FN})
// CHECK: %[[MAX:.*]] = arith.constant 126 : i32
// CHECK: %[[BEYOND:.*]] = arith.cmpi sgt, {{.*}}, %[[MAX]]
// CHECK: %[[SATURATED:.*]] = arith.constant 126 : i32
// CHECK: arith.select %[[BEYOND]], %[[SATURATED]]
// CHECK: %[[NAN:.*]] = arith.constant 127 : i32
// CHECK: arith.select {{.*}}, %[[NAN]]
func.func @encode(%x: tensor<4xf32>) -> (tensor<4xf8E4M3FN>, tensor<4xf8E4M3FN>) {
  %0 = onnx.Cast %x {to = f8E4M3FN} : (tensor<4xf32>) -> tensor<4xf8E4M3FN>
  %1 = onnx.Cast %x {to = f8E4M3FN, saturate = false} : (tensor<4xf32>) -> tensor<4xf8E4M3FN>
  return %0, %1 : tensor<4xf8E4M3FN>, tensor<4xf8E4M3FN>
}

// -----

// An integer of 4 bits is the value of its byte: sign-extended from the low bits.
// CHECK-LABEL: @narrow
// CHECK: %[[LOW:.*]] = arith.trunci {{.*}} : i32 to i8
// CHECK: %[[FOUR:.*]] = arith.constant 4 : i8
// CHECK: %[[HIGH:.*]] = arith.shli %[[LOW]], %[[FOUR]]
// CHECK: arith.shrsi %[[HIGH]], %[[FOUR]]
// CHECK: arith.shrui
func.func @narrow(%x: tensor<4xi32>) -> (tensor<4xi4>, tensor<4xui4>) {
  %0 = onnx.Cast %x {to = i4} : (tensor<4xi32>) -> tensor<4xi4>
  %1 = onnx.Cast %x {to = ui4} : (tensor<4xi32>) -> tensor<4xui4>
  return %0, %1 : tensor<4xi4>, tensor<4xui4>
}

// -----

// From f64 to 16 bits in one rounding: the f32 between them is odd when it is inexact.
// CHECK-LABEL: @once
// CHECK: arith.truncf {{.*}} : f64 to f32
// CHECK: arith.cmpf one
// CHECK: arith.truncf {{.*}} : f32 to f16
func.func @once(%x: tensor<4xf64>) -> tensor<4xf16> {
  %0 = onnx.Cast %x {to = f16} : (tensor<4xf64>) -> tensor<4xf16>
  return %0 : tensor<4xf16>
}

// -----

// Only the sign changes: nothing is computed.
// CHECK-LABEL: @same_bits
// CHECK-NEXT: return %arg0, %arg0
func.func @same_bits(%x: tensor<4xui8>) -> (tensor<4xi8>, tensor<4xi8>) {
  %0 = onnx.Cast %x {to = i8} : (tensor<4xui8>) -> tensor<4xi8>
  %1 = onnx.BitCast %x {to = i8} : (tensor<4xui8>) -> tensor<4xi8>
  return %0, %1 : tensor<4xi8>, tensor<4xi8>
}

// -----

// CHECK-LABEL: @bit_cast
// CHECK: arith.bitcast {{.*}} : f32 to i32
// CHECK: arith.extui {{.*}} : i1 to i8
func.func @bit_cast(%x: tensor<4xf32>, %b: tensor<4xi1>) -> (tensor<4xi32>, tensor<4xui8>) {
  %0 = onnx.BitCast %x {to = i32} : (tensor<4xf32>) -> tensor<4xi32>
  %1 = onnx.BitCast %b {to = ui8} : (tensor<4xi1>) -> tensor<4xui8>
  return %0, %1 : tensor<4xi32>, tensor<4xui8>
}

// -----

// Data moves as bytes.
// CHECK-LABEL: @move
// CHECK: linalg.generic {{.*}} ins(%{{.*}} : tensor<2x3xi8>)
// CHECK: arith.constant dense<[1, -2, 7, -8]> : tensor<4xi8>
func.func @move(%x: tensor<2x3xf4E2M1FN>) -> (tensor<3x2xf4E2M1FN>, tensor<4xi4>) {
  %0 = onnx.Transpose %x {permutation = array<i64: 1, 0>} : (tensor<2x3xf4E2M1FN>) -> tensor<3x2xf4E2M1FN>
  %1 = onnx.Constant : tensor<4xi4> = dense<[1, -2, 7, -8]> : tensor<4xi4>
  return %0, %1 : tensor<3x2xf4E2M1FN>, tensor<4xi4>
}
