// RUN: fovea-opt %s --fovea-infer-shapes -split-input-file | FileCheck %s

// A known extent wins over an unknown one wherever they meet; result types of the function follow.

// CHECK-LABEL: func.func @broadcast(
// CHECK-SAME: -> (tensor<4x?x3xf32>, tensor<?x2xi1>)
func.func @broadcast(%a: tensor<?x1x3xf32>, %b: tensor<4x?x1xf32>, %c: tensor<?x2xf32>) -> (tensor<*xf32>, tensor<*xi1>) {
  %0 = onnx.Add %a, %b : (tensor<?x1x3xf32>, tensor<4x?x1xf32>) -> tensor<*xf32>
  %1 = onnx.Less %c, %c : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<*xi1>
  return %0, %1 : tensor<*xf32>, tensor<*xi1>
}

// -----

// CHECK-LABEL: func.func @matmul
func.func @matmul(%a: tensor<?x5x7xf32>, %b: tensor<3x1x7x4xf32>, %v: tensor<7xf32>, %w: tensor<9x4xf32>) {
  // CHECK: onnx.MatMul {{.*}} -> tensor<3x?x5x4xf32>
  %0 = onnx.MatMul %a, %b : (tensor<?x5x7xf32>, tensor<3x1x7x4xf32>) -> tensor<*xf32>
  // CHECK: onnx.MatMul {{.*}} -> tensor<?x5xf32>
  %1 = onnx.MatMul %a, %v : (tensor<?x5x7xf32>, tensor<7xf32>) -> tensor<*xf32>
  // CHECK: onnx.MatMul {{.*}} -> tensor<f32>
  %2 = onnx.MatMul %v, %v : (tensor<7xf32>, tensor<7xf32>) -> tensor<*xf32>
  %none = onnx.none
  // CHECK: onnx.Gemm {{.*}} -> tensor<9x9xf32>
  %3 = onnx.Gemm %w, %w, %none {alpha = 1.0 : f32, beta = 1.0 : f32, trans_a = false, trans_b = true} : (tensor<9x4xf32>, tensor<9x4xf32>, none) -> tensor<*xf32>
  return
}

// -----

// CHECK-LABEL: func.func @reshape
func.func @reshape(%a: tensor<?x197x768xf32>, %b: tensor<2x3x4xf32>) {
  %copy = onnx.Constant : tensor<4xi64> = dense<[0, 197, -1, 64]> : tensor<4xi64>
  // The copied dimension cancels, so -1 is known although the batch is not.
  // CHECK: onnx.Reshape {{.*}} -> tensor<?x197x12x64xf32>
  %0 = onnx.Reshape %a, %copy : (tensor<?x197x768xf32>, tensor<4xi64>) -> tensor<*xf32>
  %infer = onnx.Constant : tensor<2xi64> = dense<[-1, 6]> : tensor<2xi64>
  // CHECK: onnx.Reshape {{.*}} -> tensor<4x6xf32>
  %1 = onnx.Reshape %b, %infer {allowzero = true} : (tensor<2x3x4xf32>, tensor<2xi64>) -> tensor<*xf32>
  // CHECK: onnx.Flatten {{.*}} -> tensor<?x768xf32>
  %2 = onnx.Flatten %a {axis = 2 : si64} : (tensor<?x197x768xf32>) -> tensor<*xf32>
  return
}

// -----

// A shape put together from extents is known as far as they are.
// CHECK-LABEL: func.func @shape_chain
func.func @shape_chain(%a: tensor<?x8x6xf32>) {
  %zero = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %one = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %two = onnx.Constant : tensor<1xi64> = dense<2> : tensor<1xi64>
  // CHECK: onnx.Shape {{.*}} -> tensor<3xi64>
  %shape = onnx.Shape %a : (tensor<?x8x6xf32>) -> tensor<*xi64>
  // CHECK: onnx.Gather {{.*}} -> tensor<1xi64>
  %batch = onnx.Gather %shape, %zero {axis = 0 : si64} : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %rows = onnx.Gather %shape, %one {axis = 0 : si64} : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %target = onnx.Concat %batch, %rows, %two {axis = 0 : si64} : (tensor<*xi64>, tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  // CHECK: onnx.ConstantOfShape {{.*}} -> tensor<?x8x2xf32>
  %0 = onnx.ConstantOfShape %target {value = dense<0.0> : tensor<1xf32>} : (tensor<*xi64>) -> tensor<*xf32>
  return
}

// -----

// CHECK-LABEL: func.func @cut
func.func @cut(%a: tensor<?x10xf32>) {
  %none = onnx.none
  %start = onnx.Constant : tensor<1xi64> = dense<-3> : tensor<1xi64>
  %end = onnx.Constant : tensor<1xi64> = dense<9223372036854775807> : tensor<1xi64>
  %axis = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %step = onnx.Constant : tensor<1xi64> = dense<2> : tensor<1xi64>
  // CHECK: onnx.Slice {{.*}} -> tensor<?x2xf32>
  %0 = onnx.Slice %a, %start, %end, %axis, %step : (tensor<?x10xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
  // CHECK: onnx.Split {{.*}} -> (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x2xf32>)
  %1:3 = onnx.Split %a, %none {axis = 1 : si64} : (tensor<?x10xf32>, none) -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>)
  // CHECK: onnx.ReduceMean {{.*}} -> tensor<?xf32>
  %2 = onnx.ReduceMean %a, %axis {keepdims = false} : (tensor<?x10xf32>, tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

// Padding asked for by name becomes numbers.
// CHECK-LABEL: func.func @auto_pad
func.func @auto_pad(%x: tensor<1x3x7x8xf32>, %w: tensor<4x3x3x4xf32>) {
  %none = onnx.none
  // CHECK: onnx.Conv {{.*}} {dilations = array<i64: 1, 1>, group = 1 : si64, pads = array<i64: 1, 1, 1, 2>, strides = array<i64: 1, 1>} {{.*}} -> tensor<1x4x7x8xf32>
  %0 = onnx.Conv %x, %w, %none {auto_pad = "SAME_UPPER", dilations = array<i64: 1, 1>, group = 1 : si64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x3x7x8xf32>, tensor<4x3x3x4xf32>, none) -> tensor<*xf32>
  // CHECK: onnx.Conv {{.*}} pads = array<i64: 1, 2, 1, 1>, {{.*}} -> tensor<1x4x7x8xf32>
  %1 = onnx.Conv %x, %w, %none {auto_pad = "SAME_LOWER", dilations = array<i64: 1, 1>, group = 1 : si64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x3x7x8xf32>, tensor<4x3x3x4xf32>, none) -> tensor<*xf32>
  // CHECK: onnx.Conv {{.*}} -> tensor<1x4x3x2xf32>
  %2 = onnx.Conv %x, %w, %none {dilations = array<i64: 1, 2>, group = 1 : si64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 1>} : (tensor<1x3x7x8xf32>, tensor<4x3x3x4xf32>, none) -> tensor<*xf32>
  return
}

// -----

// CHECK-LABEL: func.func @attention
func.func @attention(%q: tensor<?x9x32xf32>, %kv: tensor<2x5x16xf32>, %v: tensor<2x5x8xf32>) {
  %none = onnx.none
  // Four query heads of 8, two key heads of 8, two value heads of 4.
  // CHECK: onnx.Attention {{.*}} -> tensor<?x9x16xf32>
  %0 = onnx.Attention %q, %kv, %v, %none {q_num_heads = 4 : si64, kv_num_heads = 2 : si64} : (tensor<?x9x32xf32>, tensor<2x5x16xf32>, tensor<2x5x8xf32>, none) -> tensor<*xf32>
  return
}

// -----

// What the model states for a result fills in what nothing else tells, and is dropped where it is wrong.
// CHECK-LABEL: func.func @declared(
// CHECK-SAME: -> (tensor<2x3xf32> {onnx.declared = tensor<2x3xf32>}, tensor<4xf32> {onnx.declared = tensor<5xf32>})
func.func @declared(%x: tensor<6xf32>, %shape: tensor<2xi64>, %y: tensor<4xf32>) -> (tensor<*xf32> {onnx.declared = tensor<2x3xf32>}, tensor<*xf32> {onnx.declared = tensor<5xf32>}) {
  // CHECK: onnx.Reshape {{.*}} -> tensor<2x3xf32>
  %0 = onnx.Reshape %x, %shape {allowzero = false} : (tensor<6xf32>, tensor<2xi64>) -> tensor<*xf32>
  %1 = onnx.Relu %y : (tensor<4xf32>) -> tensor<*xf32>
  return %0, %1 : tensor<*xf32>, tensor<*xf32>
}

// -----

// What is declared of a result also tells what is before it, through ops that keep shapes.
// CHECK-LABEL: func.func @declared_behind(
func.func @declared_behind(%x: tensor<3x4xf32>, %axes: tensor<1xi64>) -> (tensor<*xf32> {onnx.declared = tensor<3xf32>}) {
  // CHECK: onnx.ReduceSum {{.*}} -> tensor<3xf32>
  // CHECK: onnx.Log {{.*}} -> tensor<3xf32>
  %0 = onnx.ReduceSum %x, %axes {keepdims = false} : (tensor<3x4xf32>, tensor<1xi64>) -> tensor<*xf32>
  %1 = onnx.Log %0 : (tensor<*xf32>) -> tensor<*xf32>
  return %1 : tensor<*xf32>
}

// -----

// The unknown operands of one sum stem from one extent: it is the declared one.
// CHECK-LABEL: func.func @declared_behind_sum(
func.func @declared_behind_sum(%n: tensor<f32>, %d: tensor<1xf32>) -> (tensor<*xf32> {onnx.declared = tensor<1x10xf32>}) {
  %zero = onnx.Constant : tensor<f32> = dense<0.0> : tensor<f32>
  // CHECK: onnx.Range {{.*}} -> tensor<10xf32>
  %0 = onnx.Range %zero, %n, %n : (tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<*xf32>
  %1 = onnx.Mul %0, %d : (tensor<*xf32>, tensor<1xf32>) -> tensor<*xf32>
  %2 = onnx.Cos %0 : (tensor<*xf32>) -> tensor<*xf32>
  %3 = onnx.Add %1, %2 : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %4 = onnx.Constant : tensor<1x1xf32> = dense<2.0> : tensor<1x1xf32>
  // CHECK: onnx.Pow {{.*}} -> tensor<1x10xf32>
  %5 = onnx.Pow %3, %4 : (tensor<*xf32>, tensor<1x1xf32>) -> tensor<*xf32>
  return %5 : tensor<*xf32>
}

// -----

// Either of two unknown extents may be 1.
// CHECK-LABEL: func.func @declared_behind_two(
func.func @declared_behind_two(%n: tensor<f32>, %m: tensor<f32>) -> (tensor<*xf32> {onnx.declared = tensor<10xf32>}) {
  %zero = onnx.Constant : tensor<f32> = dense<0.0> : tensor<f32>
  // CHECK-COUNT-2: onnx.Range {{.*}} -> tensor<?xf32>
  %0 = onnx.Range %zero, %n, %n : (tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<*xf32>
  %1 = onnx.Range %zero, %m, %m : (tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<*xf32>
  // CHECK: onnx.Add {{.*}} -> tensor<10xf32>
  %2 = onnx.Add %0, %1 : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %2 : tensor<*xf32>
}
