// RUN: fovea-opt %s --fovea-infer-shapes -verify-diagnostics -split-input-file

func.func @lengths_differ(%a: tensor<4xf32>, %b: tensor<5xf32>) -> tensor<*xf32> {
  // expected-error @below {{scans tensors of different lengths, 4 and 5}}
  %0 = onnx.Scan %a, %b {num_inputs = 2 : i64, input_axes = array<i64: 0, 0>, input_directions = array<i64: 0, 0>, output_axes = array<i64: 0>, output_directions = array<i64: 0>} : (tensor<4xf32>, tensor<5xf32>) -> tensor<*xf32> {
  ^bb0(%s: tensor<f32>, %t: tensor<f32>):
    %1 = onnx.Add %s, %t : (tensor<f32>, tensor<f32>) -> tensor<f32>
    onnx.Yield %1 : tensor<f32>
  }
  return %0 : tensor<*xf32>
}

// -----

func.func @axis(%a: tensor<4xf32>) -> tensor<*xf32> {
  // expected-error @below {{input axis 1 is outside [-1, 1), the dimensions of a tensor of rank 1}}
  %0 = onnx.Scan %a {num_inputs = 1 : i64, input_axes = array<i64: 1>, input_directions = array<i64: 0>, output_axes = array<i64: 0>, output_directions = array<i64: 0>} : (tensor<4xf32>) -> tensor<*xf32> {
  ^bb0(%s: tensor<f32>):
    onnx.Yield %s : tensor<f32>
  }
  return %0 : tensor<*xf32>
}

// -----

func.func @no_yield(%c: tensor<i1>, %x: tensor<4xf32>) {
  // expected-error @below {{then_branch must end with onnx.Yield}}
  %0 = onnx.If %c : (tensor<i1>) -> tensor<4xf32> {
    llvm.unreachable
  } else {
    onnx.Yield %x : tensor<4xf32>
  }
  return
}

// -----

func.func @yields_nothing(%c: tensor<i1>, %x: tensor<4xf32>) {
  // expected-error @below {{else_branch yields 0 values, but 1 are needed}}
  %0 = onnx.If %c : (tensor<i1>) -> tensor<4xf32> {
    onnx.Yield %x : tensor<4xf32>
  } else {
    onnx.Yield
  }
  return
}

// -----

func.func @branch_argument(%c: tensor<i1>, %x: tensor<4xf32>) {
  // expected-error @below {{then_branch may not take arguments}}
  %0 = onnx.If %c : (tensor<i1>) -> tensor<4xf32> {
  ^bb0(%a: tensor<f32>):
    onnx.Yield %x : tensor<4xf32>
  } else {
    onnx.Yield %x : tensor<4xf32>
  }
  return
}

// -----

func.func @branch_type(%c: tensor<i1>, %x: tensor<4xf32>) {
  // expected-error @below {{then_branch output 0 has elements of type 'f32', expected 'i64'}}
  %0 = onnx.If %c : (tensor<i1>) -> tensor<4xi64> {
    onnx.Yield %x : tensor<4xf32>
  } else {
    onnx.Yield %x : tensor<4xf32>
  }
  return
}

// -----

func.func @conditions(%c: tensor<2xi1>, %x: tensor<4xf32>) {
  // expected-error @below {{the condition must be one value, but is 'tensor<2xi1>'}}
  %0 = onnx.If %c : (tensor<2xi1>) -> tensor<4xf32> {
    onnx.Yield %x : tensor<4xf32>
  } else {
    onnx.Yield %x : tensor<4xf32>
  }
  return
}

// -----

func.func @loop_results(%n: tensor<i64>, %x: tensor<4xf32>) {
  %none = onnx.none
  // expected-error @below {{carries 1 values but has 0 results}}
  onnx.Loop %n, %none, %x : (tensor<i64>, none, tensor<4xf32>) -> () {
  ^bb0(%i: tensor<i64>, %go: tensor<i1>, %h: tensor<4xf32>):
    onnx.Yield %go, %h : tensor<i1>, tensor<4xf32>
  }
  return
}

// -----

func.func @loop_arguments(%n: tensor<i64>, %x: tensor<4xf32>) {
  %none = onnx.none
  // expected-error @below {{the body takes 1 arguments, but 3 are given: the iteration, the condition and the carried values}}
  %0 = onnx.Loop %n, %none, %x : (tensor<i64>, none, tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%go: tensor<i1>):
    onnx.Yield %go, %x : tensor<i1>, tensor<4xf32>
  }
  return
}

// -----

func.func @loop_iteration(%n: tensor<i64>, %x: tensor<4xf32>) {
  %none = onnx.none
  // expected-error @below {{the iteration has elements of type 'i32', expected 'i64'}}
  %0 = onnx.Loop %n, %none, %x : (tensor<i64>, none, tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%i: tensor<i32>, %go: tensor<i1>, %h: tensor<4xf32>):
    onnx.Yield %go, %h : tensor<i1>, tensor<4xf32>
  }
  return
}

// -----

func.func @loop_condition(%n: tensor<i64>, %x: tensor<4xf32>) {
  %none = onnx.none
  // expected-error @below {{the body's condition has elements of type 'i64', expected 'i1'}}
  %0 = onnx.Loop %n, %none, %x : (tensor<i64>, none, tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%i: tensor<i64>, %go: tensor<i64>, %h: tensor<4xf32>):
    onnx.Yield %go, %h : tensor<i64>, tensor<4xf32>
  }
  return
}

// -----

func.func @loop_next_condition(%n: tensor<i64>, %x: tensor<4xf32>) {
  %none = onnx.none
  // expected-error @below {{the next condition has elements of type 'i64', expected 'i1'}}
  %0 = onnx.Loop %n, %none, %x : (tensor<i64>, none, tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%i: tensor<i64>, %go: tensor<i1>, %h: tensor<4xf32>):
    onnx.Yield %i, %h : tensor<i64>, tensor<4xf32>
  }
  return
}

// -----

func.func @loop_carried(%n: tensor<i64>, %x: tensor<4xf32>) {
  %none = onnx.none
  // expected-error @below {{carried value #0 has elements of type 'f16', expected 'f32'}}
  %0 = onnx.Loop %n, %none, %x : (tensor<i64>, none, tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%i: tensor<i64>, %go: tensor<i1>, %h: tensor<4xf16>):
    onnx.Yield %go, %x : tensor<i1>, tensor<4xf32>
  }
  return
}

// -----

func.func @loop_initial(%n: tensor<i64>, %x: tensor<4xf32>) {
  %none = onnx.none
  // expected-error @below {{initial value #0 has elements of type 'f32', expected 'f16'}}
  %0 = onnx.Loop %n, %none, %x : (tensor<i64>, none, tensor<4xf32>) -> tensor<4xf16> {
  ^bb0(%i: tensor<i64>, %go: tensor<i1>, %h: tensor<4xf16>):
    onnx.Yield %go, %h : tensor<i1>, tensor<4xf16>
  }
  return
}

// -----

func.func @loop_counts(%n: tensor<2xi64>, %x: tensor<4xf32>) {
  %none = onnx.none
  // expected-error @below {{the trip count must be one value, but is 'tensor<2xi64>'}}
  %0 = onnx.Loop %n, %none, %x : (tensor<2xi64>, none, tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%i: tensor<i64>, %go: tensor<i1>, %h: tensor<4xf32>):
    onnx.Yield %go, %h : tensor<i1>, tensor<4xf32>
  }
  return
}

// -----

func.func @loop_collects(%x: tensor<4xf32>) {
  %n = onnx.Constant : tensor<i64> = dense<4611686018427387904> : tensor<i64>
  %none = onnx.none
  // expected-error @below {{would make a tensor of extents [4611686018427387904, 4], more than fits any memory}}
  %0 = onnx.Loop %n, %none : (tensor<i64>, none) -> tensor<*xf32> {
  ^bb0(%i: tensor<i64>, %go: tensor<i1>):
    onnx.Yield %go, %x : tensor<i1>, tensor<4xf32>
  }
  return
}

// -----

func.func @scan_inputs(%x: tensor<4xf32>) {
  // expected-error @below {{has num_inputs = 2, expected 1 to 1, the number of operands}}
  %0 = onnx.Scan %x {num_inputs = 2 : i64, input_axes = array<i64: 0>, input_directions = array<i64: 0>, output_axes = array<i64: 0>, output_directions = array<i64: 0>} : (tensor<4xf32>) -> tensor<*xf32> {
  ^bb0(%s: tensor<f32>):
    onnx.Yield %s : tensor<f32>
  }
  return
}

// -----

func.func @scan_no_input(%x: tensor<4xf32>) {
  // expected-error @below {{has num_inputs = -9223372036854775808, expected 1 to 1, the number of operands}}
  %0 = onnx.Scan %x {num_inputs = -9223372036854775808 : i64, input_axes = array<i64: 0>, input_directions = array<i64: 0>, output_axes = array<i64: 0>, output_directions = array<i64: 0>} : (tensor<4xf32>) -> tensor<*xf32> {
  ^bb0(%s: tensor<f32>):
    onnx.Yield %s : tensor<f32>
  }
  return
}

// -----

func.func @scan_results(%x: tensor<4xf32>) {
  // expected-error @below {{has 1 states but 0 results}}
  onnx.Scan %x, %x {num_inputs = 1 : i64, input_axes = array<i64: 0>, input_directions = array<i64: 0>, output_axes = array<i64: 0>, output_directions = array<i64: 0>} : (tensor<4xf32>, tensor<4xf32>) -> () {
  ^bb0(%s: tensor<f32>):
    onnx.Yield %s : tensor<f32>
  }
  return
}

// -----

func.func @scan_axes(%x: tensor<4xf32>) {
  // expected-error @below {{input_axes has 2 elements, expected 1}}
  %0 = onnx.Scan %x {num_inputs = 1 : i64, input_axes = array<i64: 0, 0>, input_directions = array<i64: 0>, output_axes = array<i64: 0>, output_directions = array<i64: 0>} : (tensor<4xf32>) -> tensor<*xf32> {
  ^bb0(%s: tensor<f32>):
    onnx.Yield %s : tensor<f32>
  }
  return
}

// -----

func.func @scan_directions(%x: tensor<4xf32>) {
  // expected-error @below {{output_directions has 0 elements, expected 1}}
  %0 = onnx.Scan %x {num_inputs = 1 : i64, input_axes = array<i64: 0>, input_directions = array<i64: 0>, output_axes = array<i64: 0>, output_directions = array<i64>} : (tensor<4xf32>) -> tensor<*xf32> {
  ^bb0(%s: tensor<f32>):
    onnx.Yield %s : tensor<f32>
  }
  return
}

// -----

func.func @scan_arguments(%x: tensor<4xf32>) {
  // expected-error @below {{the body takes 2 arguments, but 1 are given}}
  %0 = onnx.Scan %x {num_inputs = 1 : i64, input_axes = array<i64: 0>, input_directions = array<i64: 0>, output_axes = array<i64: 0>, output_directions = array<i64: 0>} : (tensor<4xf32>) -> tensor<*xf32> {
  ^bb0(%s: tensor<f32>, %t: tensor<f32>):
    onnx.Yield %s : tensor<f32>
  }
  return
}

// -----

func.func @scan_argument(%x: tensor<4xf32>) {
  // expected-error @below {{argument #0 of the body has elements of type 'f16', expected 'f32'}}
  %0 = onnx.Scan %x {num_inputs = 1 : i64, input_axes = array<i64: 0>, input_directions = array<i64: 0>, output_axes = array<i64: 0>, output_directions = array<i64: 0>} : (tensor<4xf32>) -> tensor<*xf32> {
  ^bb0(%s: tensor<f16>):
    onnx.Yield %x : tensor<4xf32>
  }
  return
}

// -----

func.func @scan_yields(%x: tensor<4xf32>) {
  // expected-error @below {{yielded value #0 has elements of type 'f32', expected 'f16'}}
  %0 = onnx.Scan %x {num_inputs = 1 : i64, input_axes = array<i64: 0>, input_directions = array<i64: 0>, output_axes = array<i64: 0>, output_directions = array<i64: 0>} : (tensor<4xf32>) -> tensor<*xf16> {
  ^bb0(%s: tensor<f32>):
    onnx.Yield %s : tensor<f32>
  }
  return
}

// -----

func.func @scan_state(%x: tensor<4xf32>) {
  // expected-error @below {{result #0 has elements of type 'f16', expected 'f32'}}
  %0 = onnx.Scan %x, %x {num_inputs = 1 : i64, input_axes = array<i64: 0>, input_directions = array<i64: 0>, output_axes = array<i64>, output_directions = array<i64>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf16> {
  ^bb0(%s: tensor<4xf32>, %t: tensor<f32>):
    %h = onnx.Cast %s {to = f16} : (tensor<4xf32>) -> tensor<4xf16>
    onnx.Yield %h : tensor<4xf16>
  }
  return
}

// -----

func.func @scan_output_axis(%x: tensor<4xf32>) {
  // expected-error @below {{output axis 2 is outside [-1, 1), the dimensions of a tensor of rank 1}}
  %0 = onnx.Scan %x {num_inputs = 1 : i64, input_axes = array<i64: 0>, input_directions = array<i64: 0>, output_axes = array<i64: 2>, output_directions = array<i64: 0>} : (tensor<4xf32>) -> tensor<*xf32> {
  ^bb0(%s: tensor<f32>):
    onnx.Yield %s : tensor<f32>
  }
  return
}
