// RUN: fovea-opt %s --fovea-lower-onnx | FileCheck %s

// CHECK-DAG: #[[$ID2:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[$ID3:.*]] = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
// CHECK-DAG: #[[$ID4:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
// CHECK-DAG: #[[$PERM:.*]] = affine_map<(d0, d1, d2) -> (d1, d2, d0)>
// CHECK-DAG: #[[$ROW:.*]] = affine_map<(d0, d1) -> (d0, 0)>
// CHECK-DAG: #[[$TILE:.*]] = affine_map<(d0, d1, d2, d3) -> (d1, d3)>
// CHECK-DAG: #[[$BACK:.*]] = affine_map<(d0, d1) -> (d0, -d1 + 1)>

// CHECK-LABEL: func.func @transpose
func.func @transpose(%x: tensor<2x3x4xf32>) -> tensor<4x2x3xf32> {
  // CHECK: linalg.generic {indexing_maps = [#[[$PERM]], #[[$ID3]]]
  // CHECK: linalg.yield %in
  %0 = onnx.Transpose %x {permutation = array<i64: 2, 0, 1>} : (tensor<2x3x4xf32>) -> tensor<4x2x3xf32>
  return %0 : tensor<4x2x3xf32>
}

// Moving an extent of one moves no element.
// CHECK-LABEL: func.func @transpose_of_one
func.func @transpose_of_one(%x: tensor<2x1x3xf32>) -> tensor<1x2x3xf32> {
  // CHECK-NOT: linalg.generic
  // CHECK: tensor.expand_shape
  %0 = onnx.Transpose %x {permutation = array<i64: 1, 0, 2>} : (tensor<2x1x3xf32>) -> tensor<1x2x3xf32>
  return %0 : tensor<1x2x3xf32>
}

// CHECK-LABEL: func.func @repeat
func.func @repeat(%x: tensor<3x1xf32>, %y: tensor<2x3xf32>, %s: tensor<2xi64>) -> (tensor<3x4xf32>, tensor<4x9xf32>) {
  // CHECK: linalg.generic {indexing_maps = [#[[$ROW]], #[[$ID2]]]
  %0 = onnx.Expand %x, %s : (tensor<3x1xf32>, tensor<2xi64>) -> tensor<3x4xf32>
  // CHECK: linalg.generic {indexing_maps = [#[[$TILE]], #[[$ID4]]]
  // CHECK: tensor.collapse_shape %{{.*}} {{\[}}[0, 1], [2, 3]] : tensor<2x2x3x3xf32> into tensor<4x9xf32>
  %1 = onnx.Tile %y, %s : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<4x9xf32>
  return %0, %1 : tensor<3x4xf32>, tensor<4x9xf32>
}

// CHECK-LABEL: func.func @concat
// CHECK-SAME:  (%[[A:.*]]: tensor<1x8xf32>, %[[B:.*]]: tensor<4x8xf32>, %{{.*}}: tensor<0x8xf32>)
func.func @concat(%a: tensor<1x8xf32>, %b: tensor<4x8xf32>, %c: tensor<0x8xf32>) -> tensor<5x8xf32> {
  // CHECK: %[[E:.*]] = tensor.empty() : tensor<5x8xf32>
  // CHECK: %[[F:.*]] = tensor.insert_slice %[[A]] into %[[E]][0, 0] [1, 8] [1, 1]
  // CHECK: tensor.insert_slice %[[B]] into %[[F]][1, 0] [4, 8] [1, 1]
  // CHECK-NOT: tensor.insert_slice
  %0 = onnx.Concat %a, %b, %c {axis = 0 : si64} : (tensor<1x8xf32>, tensor<4x8xf32>, tensor<0x8xf32>) -> tensor<5x8xf32>
  return %0 : tensor<5x8xf32>
}

// CHECK-LABEL: func.func @split
func.func @split(%x: tensor<2x6xf32>) -> (tensor<2x4xf32>, tensor<2x2xf32>) {
  %sizes = onnx.Constant : tensor<2xi64> = dense<[4, 2]> : tensor<2xi64>
  // CHECK: tensor.extract_slice %{{.*}}[0, 0] [2, 4] [1, 1]
  // CHECK: tensor.extract_slice %{{.*}}[0, 4] [2, 2] [1, 1]
  %0:2 = onnx.Split %x, %sizes {axis = -1 : si64} : (tensor<2x6xf32>, tensor<2xi64>) -> (tensor<2x4xf32>, tensor<2x2xf32>)
  return %0#0, %0#1 : tensor<2x4xf32>, tensor<2x2xf32>
}

// CHECK-LABEL: func.func @slice
func.func @slice(%x: tensor<2x6xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>) {
  %none = onnx.none
  %start = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %end = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %axis = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %two = onnx.Constant : tensor<1xi64> = dense<2> : tensor<1xi64>
  %back = onnx.Constant : tensor<1xi64> = dense<-2> : tensor<1xi64>
  %four = onnx.Constant : tensor<1xi64> = dense<4> : tensor<1xi64>
  // CHECK: tensor.extract_slice %{{.*}}[0, 1] [2, 2] [1, 2]
  %0 = onnx.Slice %x, %start, %end, %axis, %two : (tensor<2x6xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<2x2xf32>
  // CHECK: tensor.extract_slice %{{.*}}[0, 2] [2, 2] [1, 2]
  // CHECK: linalg.generic {indexing_maps = [#[[$BACK]], #[[$ID2]]]
  %1 = onnx.Slice %x, %four, %start, %axis, %back : (tensor<2x6xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<2x2xf32>
  return %0, %1 : tensor<2x2xf32>, tensor<2x2xf32>
}

// -----

// A window at a computed place has to have the declared length; what it reads is in bounds whatever it has.
// CHECK-LABEL: func.func @computed_slice
// CHECK-SAME:  (%[[X:.*]]: tensor<2x6xf32>, %[[START:.*]]: tensor<1xi64>, %[[END:.*]]: tensor<1xi64>)
func.func @computed_slice(%x: tensor<2x6xf32>, %start: tensor<1xi64>, %end: tensor<1xi64>) -> tensor<2x3xf32> {
  %none = onnx.none
  %axis = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  // CHECK: %[[BOUNDS:.*]] = kernel.island <sequential> -> tensor<2x2xi64>
  // CHECK: tensor.extract %[[START]]
  // CHECK: tensor.extract %[[END]]
  // CHECK: kernel.check {{.*}} "a slice of the declared extents"
  // CHECK: kernel.check {{.*}} "a slice of the declared extents"
  // CHECK: linalg.generic {{.*}} ins(%[[BOUNDS]], %[[BOUNDS]], %[[BOUNDS]], %[[BOUNDS]]
  // CHECK: arith.minsi
  // CHECK: tensor.extract %[[X]]
  %0 = onnx.Slice %x, %start, %end, %axis, %none : (tensor<2x6xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// CHECK-LABEL: func.func @trilu
func.func @trilu(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %k = onnx.Constant : tensor<i64> = dense<1> : tensor<i64>
  // CHECK: linalg.index 0
  // CHECK: linalg.index 1
  // CHECK: arith.cmpi sge
  // CHECK: arith.select
  %0 = onnx.Trilu %x, %k {upper = true} : (tensor<4x4xf32>, tensor<i64>) -> tensor<4x4xf32>
  return %0 : tensor<4x4xf32>
}
