// RUN: fovea-opt %s --fovea-simplify-graph --split-input-file | FileCheck %s

// A branch whose condition is constant is inlined; shapes may differ then.
// CHECK-LABEL: @constant_condition
// CHECK-NEXT:    %[[Y:.*]] = onnx.Neg %arg0 : (tensor<4xf32>) -> tensor<4xf32>
// CHECK-NEXT:    return %[[Y]] : tensor<4xf32>
func.func @constant_condition(%x: tensor<4xf32>) -> tensor<*xf32> {
  %c = onnx.Constant : tensor<i1> = dense<false> : tensor<i1>
  %0 = onnx.If %c : (tensor<i1>) -> tensor<*xf32> {
    %1 = onnx.Concat %x, %x {axis = 0 : si64} : (tensor<4xf32>, tensor<4xf32>) -> tensor<8xf32>
    onnx.Yield %1 : tensor<8xf32>
  } else {
    %1 = onnx.Neg %x : (tensor<4xf32>) -> tensor<4xf32>
    onnx.Yield %1 : tensor<4xf32>
  }
  return %0 : tensor<*xf32>
}

// -----

// Types inside of a body follow from what the loop is given; the loop stays a loop.
// CHECK-LABEL: @counted
// CHECK:         onnx.Loop {{.*}} -> (tensor<3xf32>, tensor<5x3xf32>) {
// CHECK-NEXT:    ^bb0(%{{.*}}: tensor<i64>, %[[GO:.*]]: tensor<i1>, %[[H:.*]]: tensor<3xf32>):
// CHECK-NEXT:      onnx.Add %[[H]], %{{.*}} : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
func.func @counted(%x: tensor<3xf32>) -> (tensor<*xf32>, tensor<*xf32>) {
  %n = onnx.Constant : tensor<i64> = dense<5> : tensor<i64>
  %none = onnx.none
  %0:2 = onnx.Loop %n, %none, %x : (tensor<i64>, none, tensor<3xf32>) -> (tensor<*xf32>, tensor<*xf32>) {
  ^bb0(%i: tensor<i64>, %go: tensor<i1>, %h: tensor<?xf32>):
    %1 = onnx.Add %h, %x : (tensor<?xf32>, tensor<3xf32>) -> tensor<?xf32>
    onnx.Yield %go, %1, %1 : tensor<i1>, tensor<?xf32>, tensor<?xf32>
  }
  return %0#0, %0#1 : tensor<*xf32>, tensor<*xf32>
}

// -----

// A carried tensor that grows: unrolled.
// CHECK-LABEL: @growing
// CHECK-NOT:     onnx.Loop
// CHECK:         onnx.Concat %arg1, %arg0 {{.*}} -> tensor<2x3xf32>
// CHECK:         onnx.Concat {{.*}} -> tensor<3x3xf32>
// CHECK:         onnx.Concat {{.*}} -> tensor<4x3xf32>
// CHECK-NOT:     onnx.Concat
// CHECK:         return %{{.*}} : tensor<4x3xf32>
func.func @growing(%x: tensor<1x3xf32>, %start: tensor<1x3xf32>) -> tensor<*xf32> {
  %n = onnx.Constant : tensor<i64> = dense<3> : tensor<i64>
  %none = onnx.none
  %0 = onnx.Loop %n, %none, %start : (tensor<i64>, none, tensor<1x3xf32>) -> tensor<*xf32> {
  ^bb0(%i: tensor<i64>, %go: tensor<i1>, %h: tensor<?x?xf32>):
    %1 = onnx.Concat %h, %x {axis = 0 : si64} : (tensor<?x?xf32>, tensor<1x3xf32>) -> tensor<*xf32>
    onnx.Yield %go, %1 : tensor<i1>, tensor<*xf32>
  }
  return %0 : tensor<*xf32>
}

// -----

// Constant loops are evaluated: 0 + 0 + 1 + 2 + 3.
// CHECK-LABEL: @evaluated
// CHECK-NEXT:    %[[SUM:.*]] = onnx.Constant : tensor<i64> = dense<6> : tensor<i64>
// CHECK-NEXT:    return %[[SUM]]
func.func @evaluated() -> tensor<*xi64> {
  %n = onnx.Constant : tensor<i64> = dense<4> : tensor<i64>
  %zero = onnx.Constant : tensor<i64> = dense<0> : tensor<i64>
  %none = onnx.none
  %0 = onnx.Loop %n, %none, %zero : (tensor<i64>, none, tensor<i64>) -> tensor<*xi64> {
  ^bb0(%i: tensor<i64>, %go: tensor<i1>, %s: tensor<i64>):
    %1 = onnx.Add %s, %i : (tensor<i64>, tensor<i64>) -> tensor<i64>
    onnx.Yield %go, %1 : tensor<i1>, tensor<i64>
  }
  return %0 : tensor<*xi64>
}

// -----

// A loop of a million additions is not worth the compiler's time.
// CHECK-LABEL: @long
// CHECK:         onnx.Loop
func.func @long() -> tensor<*xi64> {
  %n = onnx.Constant : tensor<i64> = dense<1048576> : tensor<i64>
  %zero = onnx.Constant : tensor<i64> = dense<0> : tensor<i64>
  %none = onnx.none
  %0 = onnx.Loop %n, %none, %zero : (tensor<i64>, none, tensor<i64>) -> tensor<*xi64> {
  ^bb0(%i: tensor<i64>, %go: tensor<i1>, %s: tensor<i64>):
    %1 = onnx.Add %s, %i : (tensor<i64>, tensor<i64>) -> tensor<i64>
    onnx.Yield %go, %1 : tensor<i1>, tensor<i64>
  }
  return %0 : tensor<*xi64>
}

// -----

// A recurrent layer is one product over all steps and a scan around the product with the state.
// CHECK-LABEL: @lstm
// CHECK:         onnx.Gemm {{.*}} {{.*}} -> tensor<10x16xf32>
// CHECK:         onnx.Scan {{.*}} input_directions = array<i64: 1>
// CHECK:           onnx.Gemm {{.*}} -> tensor<2x16xf32>
// CHECK-COUNT-3:   onnx.Sigmoid
// CHECK:           onnx.Yield
func.func @lstm(%x: tensor<5x2x3xf32>, %w: tensor<1x16x3xf32>, %r: tensor<1x16x4xf32>) -> tensor<*xf32> {
  %none = onnx.none
  %y, %h, %c = onnx.LSTM %x, %w, %r, %none, %none, %none, %none, %none {hidden_size = 4 : i64, direction = "reverse", batch_major = false, activations = ["Sigmoid", "Tanh", "Tanh"], alphas = array<f32: 0.0, 0.0, 0.0>, betas = array<f32: 0.0, 0.0, 0.0>, input_forget = false} : (tensor<5x2x3xf32>, tensor<1x16x3xf32>, tensor<1x16x4xf32>, none, none, none, none, none) -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>)
  return %y : tensor<*xf32>
}
