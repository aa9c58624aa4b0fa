// RUN: fovea-opt %s | fovea-opt | FileCheck %s

// The printed form of each family parses back.

// CHECK-LABEL: func.func @elementwise
func.func @elementwise(%x: tensor<2x3xf32>, %y: tensor<3xf32>, %c: tensor<2x1xi1>) -> tensor<2x3xf32> {
  // CHECK: %[[NONE:.*]] = onnx.none
  %none = onnx.none
  // CHECK: onnx.Add %{{.*}}, %{{.*}} : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %0 = onnx.Add %x, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  // CHECK: onnx.Clip %{{.*}}, %[[NONE]], %[[NONE]] : (tensor<2x3xf32>, none, none) -> tensor<2x3xf32>
  %1 = onnx.Clip %0, %none, %none : (tensor<2x3xf32>, none, none) -> tensor<2x3xf32>
  // CHECK: onnx.Where
  %2 = onnx.Where %c, %1, %y : (tensor<2x1xi1>, tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  // CHECK: onnx.Cast %{{.*}} {to = f16} : (tensor<2x3xf32>) -> tensor<2x3xf16>
  %3 = onnx.Cast %2 {to = f16} : (tensor<2x3xf32>) -> tensor<2x3xf16>
  // CHECK: %{{.*}}, %{{.*}} = onnx.Dropout
  %4, %mask = onnx.Dropout %2, %none, %none : (tensor<2x3xf32>, none, none) -> (tensor<2x3xf32>, tensor<2x3xi1>)
  return %4 : tensor<2x3xf32>
}

// CHECK-LABEL: func.func @shapes
func.func @shapes(%x: tensor<?x6xf32>) -> (tensor<*xf32>, tensor<*xf32>) {
  // CHECK: onnx.Constant : tensor<2xi64> = dense<[2, 4]> : tensor<2xi64>
  %sizes = onnx.Constant : tensor<2xi64> = dense<[2, 4]> : tensor<2xi64>
  // CHECK: %{{.*}}:2 = onnx.Split %{{.*}}, %{{.*}} {axis = 1 : si64}
  %0:2 = onnx.Split %x, %sizes {axis = 1 : si64} : (tensor<?x6xf32>, tensor<2xi64>) -> (tensor<*xf32>, tensor<*xf32>)
  // CHECK: onnx.Transpose %{{.*}} {permutation = array<i64>}
  %1 = onnx.Transpose %0#0 {permutation = array<i64>} : (tensor<*xf32>) -> tensor<*xf32>
  return %1, %0#1 : tensor<*xf32>, tensor<*xf32>
}

// CHECK-LABEL: func.func @anchors
func.func @anchors(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>, %q: tensor<1x2x5x4xbf16>) -> tensor<1x2x5x4xbf16> {
  %none = onnx.none
  // CHECK: onnx.Conv %{{.*}}, %{{.*}}, %{{.*}} {auto_pad = "SAME_UPPER", dilations = array<i64: 1, 1>, group = 1 : si64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>}
  %0 = onnx.Conv %x, %w, %none {auto_pad = "SAME_UPPER", dilations = array<i64: 1, 1>, group = 1 : si64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>, none) -> tensor<*xf32>
  // CHECK: onnx.Attention %{{.*}} {is_causal = true, scale = 5.000000e-01 : f32}
  %1 = onnx.Attention %q, %q, %q, %none {is_causal = true, scale = 0.5 : f32} : (tensor<1x2x5x4xbf16>, tensor<1x2x5x4xbf16>, tensor<1x2x5x4xbf16>, none) -> tensor<1x2x5x4xbf16>
  return %1 : tensor<1x2x5x4xbf16>
}

// CHECK-LABEL: func.func @quantization
func.func @quantization(%x: tensor<2x3xf32>, %s: tensor<3xf16>, %z: tensor<3xi4>) -> tensor<2x3xf32> {
  // CHECK: onnx.QuantizeLinear %{{.*}} {axis = 1 : si64, block_size = 0 : si64, precision = f16, to = i4} : (tensor<2x3xf32>, tensor<3xf16>, tensor<3xi4>) -> tensor<2x3xi4>
  %0 = onnx.QuantizeLinear %x, %s, %z {axis = 1 : si64, block_size = 0 : si64, to = i4, precision = f16} : (tensor<2x3xf32>, tensor<3xf16>, tensor<3xi4>) -> tensor<2x3xi4>
  // CHECK: onnx.Constant : tensor<2xi4> = dense<[-8, 7]> : tensor<2xi4>
  %1 = onnx.Constant : tensor<2xi4> = dense<[-8, 7]> : tensor<2xi4>
  // CHECK: onnx.BitCast %{{.*}} {to = f4E2M1FN} : (tensor<2xi4>) -> tensor<2xf4E2M1FN>
  %2 = onnx.BitCast %1 {to = f4E2M1FN} : (tensor<2xi4>) -> tensor<2xf4E2M1FN>
  // CHECK: onnx.DequantizeLinear
  %3 = onnx.DequantizeLinear %0, %s, %z {axis = 1 : si64, block_size = 0 : si64, to = f32} : (tensor<2x3xi4>, tensor<3xf16>, tensor<3xi4>) -> tensor<2x3xf32>
  return %3 : tensor<2x3xf32>
}
