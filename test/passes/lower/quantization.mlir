// RUN: fovea-opt %s --fovea-lower-onnx -split-input-file | FileCheck %s

// CHECK-DAG: #[[$AXIS:.*]] = affine_map<(d0, d1) -> (d1)>
// CHECK-LABEL: @quantize
// CHECK: linalg.generic {{.*}}#[[$AXIS]], #[[$AXIS]]{{.*}} ins(%{{.*}}, %{{.*}}, %{{.*}} : tensor<2x3xf32>, tensor<3xf32>, tensor<3xi8>)
// CHECK: arith.divf {{.*}} : f32
// CHECK: arith.extui {{.*}} : i8 to i32
// CHECK: math.roundeven
// CHECK: arith.fptosi {{.*}} : f32 to i32
// CHECK: arith.addi
// CHECK: arith.constant 255 : i32
// CHECK: arith.trunci {{.*}} : i32 to i8
func.func @quantize(%x: tensor<2x3xf32>, %scale: tensor<3xf32>, %zero: tensor<3xui8>) -> tensor<2x3xui8> {
  %0 = onnx.QuantizeLinear %x, %scale, %zero {axis = 1 : si64, block_size = 0 : si64, to = ui8, precision = f32} : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xui8>) -> tensor<2x3xui8>
  return %0 : tensor<2x3xui8>
}

// -----

// The quotient is rounded to the type that divides.
// CHECK-LABEL: @precision
// CHECK: arith.divf {{.*}} : f16
// CHECK: arith.extf
// CHECK: math.roundeven {{.*}} : f32
func.func @precision(%x: tensor<4xf32>, %scale: tensor<f16>) -> tensor<4xi8> {
  %none = onnx.none
  %0 = onnx.QuantizeLinear %x, %scale, %none {axis = 1 : si64, block_size = 0 : si64, to = i8, precision = f16} : (tensor<4xf32>, tensor<f16>, none) -> tensor<4xi8>
  return %0 : tensor<4xi8>
}

// -----

// A scale that blocks share is read at its place.
// CHECK-LABEL: @blocks
// CHECK: linalg.generic {{.*}} ins(%{{.*}} : tensor<2x6xi8>)
// CHECK: %[[ROW:.*]] = linalg.index 0
// CHECK: %[[COLUMN:.*]] = linalg.index 1
// CHECK: %[[BLOCK:.*]] = arith.divui %[[COLUMN]]
// CHECK: tensor.extract %{{.*}}[%[[ROW]], %[[BLOCK]]] : tensor<2x3xf32>
// CHECK: arith.mulf
func.func @blocks(%x: tensor<2x6xi4>, %scale: tensor<2x3xf32>) -> tensor<2x6xf32> {
  %none = onnx.none
  %0 = onnx.DequantizeLinear %x, %scale, %none {axis = 1 : si64, block_size = 2 : si64, to = f32} : (tensor<2x6xi4>, tensor<2x3xf32>, none) -> tensor<2x6xf32>
  return %0 : tensor<2x6xf32>
}
