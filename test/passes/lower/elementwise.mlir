// RUN: fovea-opt %s --fovea-lower-onnx | FileCheck %s

// Broadcasting is a map: dropped dimensions, and 0 where an extent of one meets a larger one.
// CHECK-DAG: #[[$ID:.*]] = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
// CHECK-DAG: #[[$ONE:.*]] = affine_map<(d0, d1, d2) -> (d0, 0, d2)>
// CHECK-DAG: #[[$ROW:.*]] = affine_map<(d0, d1, d2) -> (d1, 0)>
// CHECK-LABEL: func.func @broadcast
// CHECK-SAME:  (%[[A:.*]]: tensor<2x1x4xf32>, %[[B:.*]]: tensor<3x1xf32>)
func.func @broadcast(%a: tensor<2x1x4xf32>, %b: tensor<3x1xf32>) -> tensor<2x3x4xf32> {
  // CHECK: %[[E:.*]] = tensor.empty() : tensor<2x3x4xf32>
  // CHECK: linalg.generic {indexing_maps = [#[[$ONE]], #[[$ROW]], #[[$ID]]], iterator_types = ["parallel", "parallel", "parallel"]}
  // CHECK-SAME: ins(%[[A]], %[[B]] : tensor<2x1x4xf32>, tensor<3x1xf32>) outs(%[[E]]
  // CHECK: arith.addf
  %0 = onnx.Add %a, %b : (tensor<2x1x4xf32>, tensor<3x1xf32>) -> tensor<2x3x4xf32>
  return %0 : tensor<2x3x4xf32>
}

// A constant of one value is a scalar in the body, whatever its shape; a tensor used twice is one operand.
// CHECK-LABEL: func.func @splat_and_square
// CHECK-SAME:  (%[[X:.*]]: tensor<2x3xf32>)
func.func @splat_and_square(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %c = onnx.Constant : tensor<1x3xf32> = dense<2.5> : tensor<1x3xf32>
  // CHECK-NOT: arith.constant dense
  // CHECK: linalg.generic {{.*}} ins(%[[X]] : tensor<2x3xf32>)
  // CHECK: %[[C:.*]] = arith.constant 2.5{{.*}} : f32
  // CHECK: arith.subf %[[C]], %{{.*}}
  %0 = onnx.Sub %c, %x : (tensor<1x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: linalg.generic {{.*}} ins(%{{[^,]*}} : tensor<2x3xf32>)
  // CHECK: arith.mulf %[[V:.*]], %[[V]]
  %1 = onnx.Mul %0, %0 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return %1 : tensor<2x3xf32>
}

// CHECK-LABEL: func.func @powers
func.func @powers(%x: tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) {
  %two = onnx.Constant : tensor<f32> = dense<2.0> : tensor<f32>
  %half = onnx.Constant : tensor<f32> = dense<0.5> : tensor<f32>
  %other = onnx.Constant : tensor<f32> = dense<1.7> : tensor<f32>
  // CHECK: arith.mulf %[[V:.*]], %[[V]]
  %0 = onnx.Pow %x, %two : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  // CHECK: math.sqrt
  %1 = onnx.Pow %x, %half : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  // CHECK: math.powf
  %2 = onnx.Pow %x, %other : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  return %0, %1, %2 : tensor<3xf32>, tensor<3xf32>, tensor<3xf32>
}

// Signedness moves from the types into the ops, in the signature too.
// CHECK-LABEL: func.func @unsigned
// CHECK-SAME:  (%{{.*}}: tensor<3xi8> {onnx.element_type = ui8}, %{{.*}}: tensor<3xi8> {onnx.element_type = ui8})
// CHECK-SAME:  -> (tensor<3xi8> {onnx.element_type = ui8}, tensor<3xi1>)
func.func @unsigned(%a: tensor<3xui8>, %b: tensor<3xui8>) -> (tensor<3xui8>, tensor<3xi1>) {
  // CHECK: arith.maxui
  %0 = onnx.Max %a, %b : (tensor<3xui8>, tensor<3xui8>) -> tensor<3xui8>
  // CHECK: arith.cmpi ult
  %1 = onnx.Less %a, %b : (tensor<3xui8>, tensor<3xui8>) -> tensor<3xi1>
  return %0, %1 : tensor<3xui8>, tensor<3xi1>
}

// A divisor that may be 0 or -1 would trap; a constant one needs no guard.
// CHECK-LABEL: func.func @integer_division
func.func @integer_division(%a: tensor<3xi64>, %b: tensor<3xi64>) -> (tensor<3xi64>, tensor<3xi64>) {
  %c = onnx.Constant : tensor<i64> = dense<4> : tensor<i64>
  // CHECK: arith.select
  // CHECK: arith.divsi
  // CHECK: arith.select
  %0 = onnx.Div %a, %b : (tensor<3xi64>, tensor<3xi64>) -> tensor<3xi64>
  // CHECK: ^bb0
  // CHECK-NOT: arith.select
  // CHECK: arith.divsi
  // CHECK-NOT: arith.select
  // CHECK: return
  %1 = onnx.Div %0, %c : (tensor<3xi64>, tensor<i64>) -> tensor<3xi64>
  return %0, %1 : tensor<3xi64>, tensor<3xi64>
}

// CHECK-LABEL: func.func @clip_where
func.func @clip_where(%c: tensor<3x1xi1>, %x: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %none = onnx.none
  %high = onnx.Constant : tensor<f32> = dense<6.0> : tensor<f32>
  %low = onnx.Constant : tensor<f32> = dense<0xFF800000> : tensor<f32>
  // CHECK-NOT: arith.maximumf
  // CHECK: arith.minimumf
  %0 = onnx.Clip %x, %none, %high : (tensor<3x4xf32>, none, tensor<f32>) -> tensor<3x4xf32>
  // CHECK: ^bb0(%[[C:.*]]: i1, %[[V:.*]]: f32, %{{.*}}: f32)
  // CHECK: %[[LOW:.*]] = arith.constant 0xFF800000 : f32
  // CHECK: arith.select %[[C]], %[[V]], %[[LOW]] : f32
  %1 = onnx.Where %c, %0, %low : (tensor<3x1xi1>, tensor<3x4xf32>, tensor<f32>) -> tensor<3x4xf32>
  // CHECK-NOT: onnx.none
  return %1 : tensor<3x4xf32>
}

// What is inexact in 16 bits is computed in f32.
// CHECK-LABEL: func.func @gelu_f16
func.func @gelu_f16(%x: tensor<4xf16>) -> tensor<4xf16> {
  // CHECK: %[[X:.*]] = arith.extf %{{.*}} : f16 to f32
  // CHECK: %[[S:.*]] = arith.constant 0.707106769 : f32
  // CHECK: %[[Y:.*]] = arith.mulf %[[X]], %[[S]]
  // CHECK: math.erf %[[Y]]
  // CHECK: arith.truncf %{{.*}} : f32 to f16
  %0 = onnx.Gelu %x : (tensor<4xf16>) -> tensor<4xf16>
  return %0 : tensor<4xf16>
}

// CHECK-LABEL: func.func @casts
func.func @casts(%x: tensor<4xf32>, %i: tensor<4xi64>, %b: tensor<4xi1>)
    -> (tensor<4xi1>, tensor<4xf16>, tensor<4xf32>, tensor<4xi32>) {
  // CHECK: arith.cmpf une
  %0 = onnx.Cast %x {to = i1} : (tensor<4xf32>) -> tensor<4xi1>
  // CHECK: arith.sitofp %{{.*}} : i64 to f32
  // CHECK: arith.truncf
  %1 = onnx.Cast %i {to = f16} : (tensor<4xi64>) -> tensor<4xf16>
  // CHECK: arith.uitofp %{{.*}} : i1 to f32
  %2 = onnx.Cast %b {to = f32} : (tensor<4xi1>) -> tensor<4xf32>
  // A float outside the range becomes the nearest end, never poison.
  // CHECK: arith.minnumf
  // CHECK: arith.maxnumf
  // CHECK: arith.fptosi
  %3 = onnx.Cast %x {to = i32} : (tensor<4xf32>) -> tensor<4xi32>
  return %0, %1, %2, %3 : tensor<4xi1>, tensor<4xf16>, tensor<4xf32>, tensor<4xi32>
}
