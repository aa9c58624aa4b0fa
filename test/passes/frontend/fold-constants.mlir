// RUN: fovea-opt %s --fovea-fold-constants -split-input-file | FileCheck %s

// CHECK-LABEL: func.func @chain
func.func @chain() -> tensor<2xf32> {
  %a = onnx.Constant : tensor<2xf32> = dense<[1.0, 4.0]> : tensor<2xf32>
  %0 = onnx.Sqrt %a : (tensor<2xf32>) -> tensor<2xf32>
  %1 = onnx.Add %0, %a : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  // CHECK-NEXT: %[[C:.*]] = onnx.Constant : tensor<2xf32> = dense<[2.000000e+00, 6.000000e+00]>
  // CHECK-NEXT: return %[[C]]
  return %1 : tensor<2xf32>
}

// -----

// The scale that an exporter computes from the head size of a dynamic query.
// CHECK-LABEL: func.func @scale
func.func @scale(%q: tensor<?x2x?x16xf32>) -> tensor<1xf32> {
  %none = onnx.none
  %last = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %end = onnx.Constant : tensor<1xi64> = dense<9223372036854775807> : tensor<1xi64>
  %one = onnx.Constant : tensor<1xf32> = dense<1.0> : tensor<1xf32>
  %0 = onnx.Shape %q : (tensor<?x2x?x16xf32>) -> tensor<4xi64>
  %1 = onnx.Slice %0, %last, %end, %none, %none : (tensor<4xi64>, tensor<1xi64>, tensor<1xi64>, none, none) -> tensor<1xi64>
  %2 = onnx.Cast %1 {to = f32} : (tensor<1xi64>) -> tensor<1xf32>
  %3 = onnx.Sqrt %2 : (tensor<1xf32>) -> tensor<1xf32>
  %4 = onnx.Div %one, %3 : (tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
  // CHECK-NEXT: %[[C:.*]] = onnx.Constant : tensor<1xf32> = dense<2.500000e-01>
  // CHECK-NEXT: return %[[C]]
  return %4 : tensor<1xf32>
}

// -----

// What depends on an unknown extent stays, with the chain up to it.
// CHECK-LABEL: func.func @unknown
func.func @unknown(%x: tensor<?x3xf32>) -> tensor<i64> {
  // CHECK: onnx.Shape
  // CHECK: onnx.Gather
  %zero = onnx.Constant : tensor<i64> = dense<0> : tensor<i64>
  %0 = onnx.Shape %x : (tensor<?x3xf32>) -> tensor<2xi64>
  %1 = onnx.Gather %0, %zero {axis = 0 : si64} : (tensor<2xi64>, tensor<i64>) -> tensor<i64>
  return %1 : tensor<i64>
}

// -----

// A splat of any size costs one element.
// CHECK-LABEL: func.func @splat
func.func @splat() -> tensor<65536x65536xf32> {
  %s = onnx.Constant : tensor<2xi64> = dense<65536> : tensor<2xi64>
  %0 = onnx.ConstantOfShape %s {value = dense<2.0> : tensor<1xf32>} : (tensor<2xi64>) -> tensor<65536x65536xf32>
  %1 = onnx.Neg %0 : (tensor<65536x65536xf32>) -> tensor<65536x65536xf32>
  // CHECK-NEXT: onnx.Constant : tensor<65536x65536xf32> = dense<-2.000000e+00>
  return %1 : tensor<65536x65536xf32>
}

// -----

// Bool constants fold both ways.
// CHECK-LABEL: func.func @bools
func.func @bools() -> tensor<2x2xi1> {
  %a = onnx.Constant : tensor<2x1xi64> = dense<[[0], [1]]> : tensor<2x1xi64>
  %b = onnx.Constant : tensor<2xi64> = dense<[0, 1]> : tensor<2xi64>
  %0 = onnx.LessOrEqual %b, %a : (tensor<2xi64>, tensor<2x1xi64>) -> tensor<2x2xi1>
  %1 = onnx.Not %0 : (tensor<2x2xi1>) -> tensor<2x2xi1>
  %2 = onnx.Not %1 : (tensor<2x2xi1>) -> tensor<2x2xi1>
  // CHECK-NEXT: onnx.Constant : tensor<2x2xi1> = dense<{{\[}}[true, false], [true, true]]>
  return %2 : tensor<2x2xi1>
}
