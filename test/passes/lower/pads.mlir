// RUN: fovea-opt %s --fovea-lower-onnx --cse --fovea-verify-phase=phase=lower -split-input-file | FileCheck %s

// Constant pads with a constant value are a slice and a tensor.pad.
// CHECK-LABEL: func.func @constant
func.func @constant(%x: tensor<3x4xf32>) -> tensor<4x3xf32> {
  %pads = onnx.Constant : tensor<4xi64> = dense<[1, -1, 0, 0]> : tensor<4xi64>
  %value = onnx.Constant : tensor<f32> = dense<2.0> : tensor<f32>
  %none = onnx.none
  // CHECK: %[[S:.*]] = tensor.extract_slice %{{.*}}[0, 1] [3, 3] [1, 1]
  // CHECK: tensor.pad %[[S]] low[1, 0] high[0, 0]
  %0 = onnx.Pad %x, %pads, %value, %none {mode = "constant"} : (tensor<3x4xf32>, tensor<4xi64>, tensor<f32>, none) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}

// -----

// Other modes gather from the place that a position stands for.
// CHECK-LABEL: func.func @reflect
func.func @reflect(%x: tensor<4xf32>) -> tensor<8xf32> {
  %pads = onnx.Constant : tensor<2xi64> = dense<2> : tensor<2xi64>
  %none = onnx.none
  // CHECK: linalg.generic
  // CHECK: arith.remsi
  // CHECK: tensor.extract
  %0 = onnx.Pad %x, %pads, %none, %none {mode = "reflect"} : (tensor<4xf32>, tensor<2xi64>, none, none) -> tensor<8xf32>
  return %0 : tensor<8xf32>
}

// -----

// Pads that only the run knows are read in the body.
// CHECK-LABEL: func.func @computed
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>, %[[PADS:.*]]: tensor<2xi64>
func.func @computed(%x: tensor<4xf32>, %pads: tensor<2xi64>) -> tensor<8xf32> {
  %none = onnx.none
  // CHECK: linalg.generic {{.*}} ins(%[[PADS]]{{.*}})
  // CHECK: tensor.extract %[[X]]
  // CHECK: arith.select
  %0 = onnx.Pad %x, %pads, %none, %none {mode = "constant"} : (tensor<4xf32>, tensor<2xi64>, none, none) -> tensor<8xf32>
  return %0 : tensor<8xf32>
}
