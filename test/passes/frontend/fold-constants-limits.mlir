// RUN: fovea-opt %s --split-input-file --remarks-filter=frontend --remark-format=emitRemark \
// RUN:   --pass-pipeline="builtin.module(func.func(fovea-fold-constants{max-result-bytes=64 max-total-bytes=128 max-work=1000}))" 2>&1 | FileCheck %s

// A refused op stays; the remarks say why.

// CHECK: fold-constants{{.*}}FOLD-R01{{.*}}its result is too large
func.func @result() -> tensor<32xf32> {
  %a = onnx.Constant : tensor<2xf32> = dense<[1.0, 2.0]> : tensor<2xf32>
  %n = onnx.Constant : tensor<1xi64> = dense<16> : tensor<1xi64>
  %0 = onnx.Tile %a, %n : (tensor<2xf32>, tensor<1xi64>) -> tensor<32xf32>
  return %0 : tensor<32xf32>
}

// -----

// CHECK: fold-constants{{.*}}FOLD-R02{{.*}}already take as much memory
func.func @total() -> (tensor<16xf32>, tensor<16xf32>, tensor<16xf32>) {
  %a = onnx.Constant : tensor<2xf32> = dense<[1.0, 2.0]> : tensor<2xf32>
  %b = onnx.Constant : tensor<2xf32> = dense<[1.0, 3.0]> : tensor<2xf32>
  %n = onnx.Constant : tensor<1xi64> = dense<8> : tensor<1xi64>
  %0 = onnx.Tile %a, %n : (tensor<2xf32>, tensor<1xi64>) -> tensor<16xf32>
  %1 = onnx.Tile %b, %n : (tensor<2xf32>, tensor<1xi64>) -> tensor<16xf32>
  %2 = onnx.Tile %b, %n : (tensor<2xf32>, tensor<1xi64>) -> tensor<16xf32>
  return %0, %1, %2 : tensor<16xf32>, tensor<16xf32>, tensor<16xf32>
}

// -----

// CHECK: fold-constants{{.*}}FOLD-R03{{.*}}too long to evaluate
func.func @work() -> tensor<1x1xf32> {
  %a = onnx.Constant : tensor<1x2000xf32> = dense<1.0> : tensor<1x2000xf32>
  %b = onnx.Constant : tensor<2000x1xf32> = dense<1.0> : tensor<2000x1xf32>
  %0 = onnx.MatMul %a, %b : (tensor<1x2000xf32>, tensor<2000x1xf32>) -> tensor<1x1xf32>
  return %0 : tensor<1x1xf32>
}

// CHECK-LABEL: func.func @result
// CHECK: onnx.Tile
// CHECK-LABEL: func.func @total
// CHECK-NOT: onnx.Tile
// CHECK: onnx.Constant : tensor<16xf32>
// CHECK: onnx.Tile
// CHECK-NOT: onnx.Tile
// CHECK-LABEL: func.func @work
// CHECK: onnx.MatMul
