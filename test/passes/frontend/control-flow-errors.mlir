// RUN: fovea-opt %s --fovea-simplify-graph --split-input-file --verify-diagnostics

func.func @shapes_differ(%c: tensor<i1>, %x: tensor<4xf32>, %z: tensor<2xf32>) -> tensor<*xf32> {
  // expected-error @below {{output #0 is 'tensor<4xf32>' in one branch and 'tensor<2xf32>' in the other; they may differ only when the condition is constant}}
  %0 = onnx.If %c : (tensor<i1>) -> tensor<*xf32> {
    onnx.Yield %x : tensor<4xf32>
  } else {
    onnx.Yield %z : tensor<2xf32>
  }
  return %0 : tensor<*xf32>
}

// -----

func.func @grows_until_input(%n: tensor<i64>, %x: tensor<1xf32>) -> tensor<*xf32> {
  %none = onnx.none
  // expected-error @below {{carries a value whose shape changes with each iteration; such a loop is compiled only with a constant trip count}}
  %0 = onnx.Loop %n, %none, %x : (tensor<i64>, none, tensor<1xf32>) -> tensor<*xf32> {
  ^bb0(%i: tensor<i64>, %go: tensor<i1>, %h: tensor<?xf32>):
    %1 = onnx.Concat %h, %x {axis = 0 : si64} : (tensor<?xf32>, tensor<1xf32>) -> tensor<*xf32>
    onnx.Yield %go, %1 : tensor<i1>, tensor<*xf32>
  }
  return %0 : tensor<*xf32>
}

// -----

func.func @grows_too_long(%x: tensor<1xf32>) -> tensor<*xf32> {
  %n = onnx.Constant : tensor<i64> = dense<1000000000000> : tensor<i64>
  %none = onnx.none
  // expected-error @below {{carries a value whose shape changes with each iteration, so it has to be unrolled, which would take more than 8192 ops}}
  %0 = onnx.Loop %n, %none, %x : (tensor<i64>, none, tensor<1xf32>) -> tensor<*xf32> {
  ^bb0(%i: tensor<i64>, %go: tensor<i1>, %h: tensor<?xf32>):
    %1 = onnx.Concat %h, %x {axis = 0 : si64} : (tensor<?xf32>, tensor<1xf32>) -> tensor<*xf32>
    onnx.Yield %go, %1 : tensor<i1>, tensor<*xf32>
  }
  return %0 : tensor<*xf32>
}

// -----

func.func @grows_until_condition(%c: tensor<i1>, %x: tensor<1xf32>) -> tensor<*xf32> {
  %n = onnx.Constant : tensor<i64> = dense<3> : tensor<i64>
  // expected-error @below {{carries a value whose shape changes with each iteration, until a condition that is computed at run time; such a loop is not supported}}
  %0 = onnx.Loop %n, %c, %x : (tensor<i64>, tensor<i1>, tensor<1xf32>) -> tensor<*xf32> {
  ^bb0(%i: tensor<i64>, %go: tensor<i1>, %h: tensor<?xf32>):
    %1 = onnx.Concat %h, %x {axis = 0 : si64} : (tensor<?xf32>, tensor<1xf32>) -> tensor<*xf32>
    onnx.Yield %go, %1 : tensor<i1>, tensor<*xf32>
  }
  return %0 : tensor<*xf32>
}

// -----

func.func @grows_never(%x: tensor<1xf32>) -> tensor<*xf32> {
  %n = onnx.Constant : tensor<i64> = dense<0> : tensor<i64>
  %none = onnx.none
  // expected-error @below {{runs no iteration, so result #1 is empty}}
  %0:2 = onnx.Loop %n, %none, %x : (tensor<i64>, none, tensor<1xf32>) -> (tensor<*xf32>, tensor<*xf32>) {
  ^bb0(%i: tensor<i64>, %go: tensor<i1>, %h: tensor<?xf32>):
    %1 = onnx.Concat %h, %x {axis = 0 : si64} : (tensor<?xf32>, tensor<1xf32>) -> tensor<*xf32>
    onnx.Yield %go, %1, %1 : tensor<i1>, tensor<*xf32>, tensor<*xf32>
  }
  return %0#1 : tensor<*xf32>
}

// -----

func.func @state_grows(%x: tensor<1xf32>, %t: tensor<3xf32>) -> tensor<*xf32> {
  // expected-error @below {{changes the shape of carried value #0 with each iteration, which is not supported here}}
  %0 = onnx.Scan %x, %t {num_inputs = 1 : i64, input_axes = array<i64: 0>, input_directions = array<i64: 0>, output_axes = array<i64>, output_directions = array<i64>} : (tensor<1xf32>, tensor<3xf32>) -> tensor<*xf32> {
  ^bb0(%h: tensor<?xf32>, %s: tensor<f32>):
    %1 = onnx.Concat %h, %x {axis = 0 : si64} : (tensor<?xf32>, tensor<1xf32>) -> tensor<*xf32>
    onnx.Yield %1 : tensor<*xf32>
  }
  return %0 : tensor<*xf32>
}
