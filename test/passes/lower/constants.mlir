// RUN: fovea-opt %s --fovea-lower-onnx --split-input-file | FileCheck %s

// A weight keeps its resource; unsigned elements become signless over the same bytes.
// CHECK-LABEL: func.func @weights
func.func @weights() -> (tensor<4xf32>, tensor<3xui8>) {
  // CHECK: arith.constant dense_resource<w> : tensor<4xf32>
  %0 = onnx.Constant : tensor<4xf32> = dense_resource<w> : tensor<4xf32>
  // CHECK: arith.constant dense<[1, -1, 7]> : tensor<3xi8>
  %1 = onnx.Constant : tensor<3xui8> = dense<[1, 255, 7]> : tensor<3xui8>
  return %0, %1 : tensor<4xf32>, tensor<3xui8>
}
{-# dialect_resources: { builtin: { w: "0x040000000000803F00000040000040400000804040" } } #-}

// -----

// CHECK-LABEL: func.func @shapes
func.func @shapes(%x: tensor<2x3x4xf32>) -> (tensor<2xi64>, tensor<i64>, tensor<2x2xf32>) {
  %shape = onnx.Constant : tensor<2xi64> = dense<2> : tensor<2xi64>
  // CHECK: arith.constant dense<[3, 4]> : tensor<2xi64>
  %0 = onnx.Shape %x {start = -2 : si64} : (tensor<2x3x4xf32>) -> tensor<2xi64>
  // CHECK: arith.constant dense<24> : tensor<i64>
  %1 = onnx.Size %x : (tensor<2x3x4xf32>) -> tensor<i64>
  // CHECK: arith.constant dense<1.5{{.*}}> : tensor<2x2xf32>
  %2 = onnx.ConstantOfShape %shape {value = dense<1.5> : tensor<1xf32>} : (tensor<2xi64>) -> tensor<2x2xf32>
  return %0, %1, %2 : tensor<2xi64>, tensor<i64>, tensor<2x2xf32>
}

// -----

// CHECK-LABEL: func.func @range
func.func @range() -> tensor<5xi64> {
  %start = onnx.Constant : tensor<i64> = dense<1> : tensor<i64>
  %limit = onnx.Constant : tensor<i64> = dense<10> : tensor<i64>
  %delta = onnx.Constant : tensor<i64> = dense<2> : tensor<i64>
  // CHECK-NOT: kernel.check
  // CHECK: linalg.generic
  // CHECK: linalg.index 0
  %0 = onnx.Range %start, %limit, %delta : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<5xi64>
  return %0 : tensor<5xi64>
}

// -----

// A declared extent is checked: more than 4 steps away, and not more than 5.
// CHECK-LABEL: func.func @declared_range
// CHECK-SAME:  (%[[START:.*]]: tensor<i64>, %[[LIMIT:.*]]: tensor<i64>)
func.func @declared_range(%start: tensor<i64>, %limit: tensor<i64>) -> tensor<5xi64> {
  %delta = onnx.Constant : tensor<i64> = dense<2> : tensor<i64>
  // CHECK: kernel.island <sequential>
  // CHECK: %[[FIVE:.*]] = arith.constant 5 : i64
  // CHECK: arith.muli %[[FIVE]]
  // CHECK: arith.cmpi sle
  // CHECK: %[[FOUR:.*]] = arith.constant 4 : i64
  // CHECK: arith.muli %[[FOUR]]
  // CHECK: arith.cmpi slt
  // CHECK: kernel.check {{.*}} "as many elements as declared"
  // CHECK: scf.for
  %0 = onnx.Range %start, %limit, %delta : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<5xi64>
  return %0 : tensor<5xi64>
}

// -----

// CHECK-LABEL: func.func @pass_through
// CHECK-SAME:  (%[[X:.*]]: tensor<3xf32>)
func.func @pass_through(%x: tensor<3xf32>) -> (tensor<3xf32>, tensor<3xi1>) {
  %none = onnx.none
  %0 = onnx.Identity %x : (tensor<3xf32>) -> tensor<3xf32>
  // CHECK-NEXT: %[[MASK:.*]] = arith.constant dense<true> : tensor<3xi1>
  %1, %mask = onnx.Dropout %0, %none, %none : (tensor<3xf32>, none, none) -> (tensor<3xf32>, tensor<3xi1>)
  // CHECK-NEXT: return %[[X]], %[[MASK]]
  return %1, %mask : tensor<3xf32>, tensor<3xi1>
}

// -----

// The run says whether anything would be dropped.
// CHECK-LABEL: func.func @run_time_dropout
func.func @run_time_dropout(%x: tensor<3xf32>, %ratio: tensor<f32>, %training: tensor<i1>) -> tensor<3xf32> {
  // CHECK: kernel.island <sequential>
  // CHECK: arith.ori
  // CHECK: kernel.check {{.*}} "no dropout in training"
  %0 = onnx.Dropout %x, %ratio, %training : (tensor<3xf32>, tensor<f32>, tensor<i1>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// -----

// CHECK-LABEL: func.func @no_dropout
// CHECK-SAME:  (%[[X:.*]]: tensor<3xf32>)
func.func @no_dropout(%x: tensor<3xf32>) -> tensor<3xf32> {
  %ratio = onnx.Constant : tensor<f32> = dense<0.0> : tensor<f32>
  %training = onnx.Constant : tensor<i1> = dense<true> : tensor<i1>
  %0 = onnx.Dropout %x, %ratio, %training : (tensor<3xf32>, tensor<f32>, tensor<i1>) -> tensor<3xf32>
  // CHECK: return %[[X]]
  return %0 : tensor<3xf32>
}

// -----

// A tensor without elements needs no computation.
// CHECK-LABEL: func.func @nothing
func.func @nothing(%x: tensor<0x3xf32>) -> tensor<0x3xf32> {
  // CHECK-NEXT: tensor.empty() : tensor<0x3xf32>
  // CHECK-NEXT: return
  %0 = onnx.Exp %x : (tensor<0x3xf32>) -> tensor<0x3xf32>
  return %0 : tensor<0x3xf32>
}
