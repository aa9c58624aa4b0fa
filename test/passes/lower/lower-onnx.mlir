// RUN: fovea-opt %s --fovea-lower-onnx --mlir-print-debuginfo --mlir-print-local-scope | FileCheck %s

// The names of arguments stay, unsigned tensors become signless everywhere, every op keeps its node's location, and what
// only patterns read is gone.

// CHECK-LABEL: func.func @main
// CHECK-SAME:  %{{.*}}: tensor<2x4xi8> {onnx.element_type = ui8, onnx.name = "pixels"}
// CHECK-SAME:  -> (tensor<2x4xf32> {onnx.name = "scores"})
// CHECK-NOT:   onnx.none
// CHECK-NOT:   tensor<1xi64>
// CHECK:       arith.uitofp
// CHECK:       } -> tensor<2x4xf32> loc("/cast")
// CHECK:       math.exp
// CHECK:       } -> tensor<2x4xf32> loc("/softmax")
// CHECK-NOT:   unrealized_conversion_cast
func.func @main(%x: tensor<2x4xui8> {onnx.name = "pixels"}) -> (tensor<2x4xf32> {onnx.name = "scores"}) {
  %none = onnx.none
  %axes = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %0 = onnx.Cast %x {to = f32} : (tensor<2x4xui8>) -> tensor<2x4xf32> loc("/cast")
  %1 = onnx.Unsqueeze %0, %axes : (tensor<2x4xf32>, tensor<1xi64>) -> tensor<1x2x4xf32>
  %2 = onnx.Squeeze %1, %axes : (tensor<1x2x4xf32>, tensor<1xi64>) -> tensor<2x4xf32>
  %3 = onnx.Clip %2, %none, %none : (tensor<2x4xf32>, none, none) -> tensor<2x4xf32>
  %4 = onnx.Softmax %3 : (tensor<2x4xf32>) -> tensor<2x4xf32> loc("/softmax")
  return %4 : tensor<2x4xf32>
}
