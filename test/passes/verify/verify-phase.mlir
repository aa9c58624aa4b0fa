// RUN: fovea-opt %s --fovea-lower-onnx --fovea-verify-phase=phase=lower \
// RUN:   --fovea-absorb-layout --fovea-form-islands --fovea-verify-phase=phase=fuse \
// RUN:   --fovea-outline-kernels --fovea-verify-phase=phase=outline \
// RUN:   --fovea-bufferize-program --fovea-plan-arena --fovea-verify-phase=phase=bufferize | FileCheck %s

// Each phase leaves what the next one may meet.

// CHECK: module attributes {fovea.arena_bytes
// CHECK: func.func @main(%{{.*}}: memref<2x3x4xf32>
// CHECK: kernel.launch
func.func @main(%x: tensor<2x3x4xf32> {onnx.name = "x"}, %w: tensor<4x8xf32> {onnx.name = "w"}) -> (tensor<2x3x8xf32> {onnx.name = "y"}) {
  %b = onnx.Constant : tensor<8xf32> = dense<[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]> : tensor<8xf32>
  %0 = onnx.MatMul %x, %w : (tensor<2x3x4xf32>, tensor<4x8xf32>) -> tensor<2x3x8xf32>
  %1 = onnx.Add %0, %b : (tensor<2x3x8xf32>, tensor<8xf32>) -> tensor<2x3x8xf32>
  %2 = onnx.Softmax %1 : (tensor<2x3x8xf32>) -> tensor<2x3x8xf32>
  return %2 : tensor<2x3x8xf32>
}
