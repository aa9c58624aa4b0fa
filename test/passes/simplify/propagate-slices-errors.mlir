// What stops a slice, and the remark that says so.
// RUN: fovea-opt %s --fovea-propagate-slices --split-input-file | FileCheck %s
// RUN: fovea-opt %s --fovea-propagate-slices --split-input-file --remarks-filter=simplify --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

// REMARK: [Missed] propagate-slices | Category:simplify | Function=pooler | Code=SLICE-R02, Node=norm, Reason="some users read a part of LayerNormalization, but another one reads all of it"
// CHECK-LABEL: func.func @pooler
// CHECK: %[[N:.+]] = onnx.LayerNormalization {{.+}} -> tensor<1x9x8xf32>
// CHECK-NEXT: onnx.Gather %[[N]]
func.func @pooler(%x: tensor<1x9x8xf32>, %scale: tensor<8xf32>) -> (tensor<1x9x8xf32>, tensor<1x8xf32>) {
  %none = onnx.none
  %zero = onnx.Constant : tensor<i64> = dense<0> : tensor<i64>
  %n = onnx.LayerNormalization %x, %scale, %none {axis = -1 : si64, epsilon = 1.000000e-05 : f32} : (tensor<1x9x8xf32>, tensor<8xf32>, none) -> tensor<1x9x8xf32> loc("norm")
  %c = onnx.Gather %n, %zero {axis = 1 : si64} : (tensor<1x9x8xf32>, tensor<i64>) -> tensor<1x8xf32>
  return %n, %c : tensor<1x9x8xf32>, tensor<1x8xf32>
}

// -----

// REMARK: Code=SLICE-R01, Node=softmax, Reason="only a part of Softmax is read, but it is computed whole: it normalizes along that axis"
// CHECK-LABEL: func.func @normalized
// CHECK: onnx.Softmax {{.+}} -> tensor<4x9xf32>
func.func @normalized(%x: tensor<4x9xf32>) -> tensor<4xf32> {
  %zero = onnx.Constant : tensor<i64> = dense<0> : tensor<i64>
  %n = onnx.Softmax %x {axis = 1 : si64} : (tensor<4x9xf32>) -> tensor<4x9xf32> loc("softmax")
  %c = onnx.Gather %n, %zero {axis = 1 : si64} : (tensor<4x9xf32>, tensor<i64>) -> tensor<4xf32>
  return %c : tensor<4xf32>
}

// -----

// REMARK: Code=SLICE-R01, {{.*}}Reason="only a part of MatMul is read, but it is computed whole: columns of a product are not separated"
// CHECK-LABEL: func.func @columns
// CHECK: onnx.MatMul {{.+}} -> tensor<4x9xf32>
func.func @columns(%x: tensor<4x8xf32>, %w: tensor<8x9xf32>) -> tensor<4xf32> {
  %zero = onnx.Constant : tensor<i64> = dense<0> : tensor<i64>
  %p = onnx.MatMul %x, %w : (tensor<4x8xf32>, tensor<8x9xf32>) -> tensor<4x9xf32>
  %c = onnx.Gather %p, %zero {axis = 1 : si64} : (tensor<4x9xf32>, tensor<i64>) -> tensor<4xf32>
  return %c : tensor<4xf32>
}

// -----

// REMARK: Code=SLICE-R01, {{.*}}Reason="only a part of Reshape is read, but it is computed whole: it regroups the elements of that axis"
// CHECK-LABEL: func.func @regrouped
// CHECK: onnx.Reshape {{.+}} -> tensor<4x6x2xf32>
func.func @regrouped(%x: tensor<24x2xf32>) -> tensor<4x2xf32> {
  %zero = onnx.Constant : tensor<i64> = dense<0> : tensor<i64>
  %shape = onnx.Constant : tensor<3xi64> = dense<[4, 6, 2]> : tensor<3xi64>
  %n = onnx.Relu %x : (tensor<24x2xf32>) -> tensor<24x2xf32>
  %p = onnx.Reshape %n, %shape : (tensor<24x2xf32>, tensor<3xi64>) -> tensor<4x6x2xf32>
  %c = onnx.Gather %p, %zero {axis = 1 : si64} : (tensor<4x6x2xf32>, tensor<i64>) -> tensor<4x2xf32>
  return %c : tensor<4x2xf32>
}

// -----

// REMARK: Code=SLICE-R03, {{.*}}Reason="more than half of Relu is read, so it is computed whole"
// CHECK-LABEL: func.func @patches
// CHECK: onnx.Relu {{.+}} -> tensor<9x2xf32>
func.func @patches(%x: tensor<9x2xf32>) -> tensor<8x2xf32> {
  %none = onnx.none
  %one = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %nine = onnx.Constant : tensor<1xi64> = dense<9> : tensor<1xi64>
  %n = onnx.Relu %x : (tensor<9x2xf32>) -> tensor<9x2xf32>
  %c = onnx.Slice %n, %one, %nine, %none, %none : (tensor<9x2xf32>, tensor<1xi64>, tensor<1xi64>, none, none) -> tensor<8x2xf32>
  return %c : tensor<8x2xf32>
}

// -----

// Steps other than one, and indices that are not constant, select nothing that is a box.

// CHECK-LABEL: func.func @strided
// CHECK: onnx.Relu {{.+}} -> tensor<9x2xf32>
func.func @strided(%x: tensor<9x2xf32>, %index: tensor<i64>) -> (tensor<2x2xf32>, tensor<2xf32>) {
  %zero = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %four = onnx.Constant : tensor<1xi64> = dense<4> : tensor<1xi64>
  %two = onnx.Constant : tensor<1xi64> = dense<2> : tensor<1xi64>
  %n = onnx.Relu %x : (tensor<9x2xf32>) -> tensor<9x2xf32>
  %c = onnx.Slice %n, %zero, %four, %zero, %two : (tensor<9x2xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<2x2xf32>
  %m = onnx.Relu %x : (tensor<9x2xf32>) -> tensor<9x2xf32>
  %g = onnx.Gather %m, %index {axis = 0 : si64} : (tensor<9x2xf32>, tensor<i64>) -> tensor<2xf32>
  return %c, %g : tensor<2x2xf32>, tensor<2xf32>
}
