// RUN: fovea-opt %s --fovea-lower-onnx | FileCheck %s

// CHECK-DAG: #[[$ID:.*]] = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
// CHECK-DAG: #[[$KEPT:.*]] = affine_map<(d0, d1, d2) -> (d1)>

// The reduced dimensions are gone; keepdims adds them back without moving data.
// CHECK-LABEL: func.func @sum
func.func @sum(%x: tensor<2x3x4xf32>) -> tensor<1x3x1xf32> {
  %axes = onnx.Constant : tensor<2xi64> = dense<[-1, 0]> : tensor<2xi64>
  // CHECK: %[[R:.*]] = linalg.generic {indexing_maps = [#[[$ID]], #[[$KEPT]]], iterator_types = ["reduction", "parallel", "reduction"]}
  // CHECK: } -> tensor<3xf32>
  // CHECK: tensor.expand_shape %[[R]] {{\[}}[0, 1, 2]] output_shape [1, 3, 1]
  %0 = onnx.ReduceSum %x, %axes : (tensor<2x3x4xf32>, tensor<2xi64>) -> tensor<1x3x1xf32>
  return %0 : tensor<1x3x1xf32>
}

// CHECK-LABEL: func.func @mean_f16
func.func @mean_f16(%x: tensor<2x4xf16>) -> tensor<2xf16> {
  %axes = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  // CHECK: arith.extf
  // CHECK: arith.addf %{{.*}} : f32
  // CHECK: %[[N:.*]] = arith.constant 4.0{{.*}} : f32
  // CHECK: arith.divf %{{.*}}, %[[N]]
  // CHECK: arith.truncf
  %0 = onnx.ReduceMean %x, %axes {keepdims = false} : (tensor<2x4xf16>, tensor<1xi64>) -> tensor<2xf16>
  return %0 : tensor<2xf16>
}

// CHECK-LABEL: func.func @extremes
func.func @extremes(%x: tensor<2x4xf32>, %u: tensor<2x4xui8>) -> (tensor<f32>, tensor<ui8>) {
  %none = onnx.none
  // CHECK: arith.constant 0xFF800000 : f32
  // CHECK: arith.maximumf
  %0 = onnx.ReduceMax %x, %none {keepdims = false} : (tensor<2x4xf32>, none) -> tensor<f32>
  // CHECK: arith.constant -1 : i8
  // CHECK: arith.minui
  %1 = onnx.ReduceMin %u, %none {keepdims = false} : (tensor<2x4xui8>, none) -> tensor<ui8>
  return %0, %1 : tensor<f32>, tensor<ui8>
}

// CHECK-LABEL: func.func @nothing_to_reduce
// CHECK-SAME:  (%[[X:.*]]: tensor<2x4xf32>)
func.func @nothing_to_reduce(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %none = onnx.none
  // CHECK-NEXT: return %[[X]]
  %0 = onnx.ReduceSum %x, %none {noop_with_empty_axes = true} : (tensor<2x4xf32>, none) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// The greatest value, then the least place that holds it.
// CHECK-LABEL: func.func @argmax
// CHECK-SAME:  (%[[X:.*]]: tensor<2x4xf32>)
func.func @argmax(%x: tensor<2x4xf32>) -> tensor<2xi64> {
  // CHECK: %[[MAX:.*]] = linalg.generic
  // CHECK: arith.maximumf
  // CHECK: linalg.generic {{.*}} ins(%[[X]], %[[MAX]]
  // CHECK: arith.cmpf oeq
  // CHECK: linalg.index 1
  // CHECK: arith.minsi
  %0 = onnx.ArgMax %x {axis = 1 : si64, keepdims = false} : (tensor<2x4xf32>) -> tensor<2xi64>
  return %0 : tensor<2xi64>
}
