// RUN: fovea-opt %s --fovea-infer-shapes -verify-diagnostics -split-input-file

func.func @slice_lengths(%x: tensor<4xf32>, %one: tensor<1xi64>, %two: tensor<2xi64>) {
  %none = onnx.none
  // expected-error @below {{has 1 starts but 2 ends}}
  %0 = onnx.Slice %x, %one, %two, %none, %none : (tensor<4xf32>, tensor<1xi64>, tensor<2xi64>, none, none) -> tensor<*xf32>
  return
}

// -----

func.func @concat(%a: tensor<2x3xf32>, %b: tensor<2x4xf32>) {
  // expected-error @below {{input 1 [2, 4] and input 0 [2, 3] differ in dimension 1, which is not the axis}}
  %0 = onnx.Concat %a, %b {axis = 0 : si64} : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @split(%a: tensor<2x5xf32>) {
  %s = onnx.Constant : tensor<2xi64> = dense<[1, 3]> : tensor<2xi64>
  // expected-error @below {{sizes add up to 4 but axis 1 of operand x [2, 5] has 5}}
  %0:2 = onnx.Split %a, %s {axis = 1 : si64} : (tensor<2x5xf32>, tensor<2xi64>) -> (tensor<*xf32>, tensor<*xf32>)
  return
}

// -----

func.func @step(%a: tensor<5xf32>) {
  %none = onnx.none
  %s = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  // expected-error @below {{has a step of 0 along axis 0}}
  %0 = onnx.Slice %a, %s, %s, %s, %s : (tensor<5xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @concat_nothing() {
  // expected-error @below {{expects at least one input}}
  %0 = onnx.Concat {axis = 0 : si64} : () -> tensor<*xf32>
  return
}

// -----

func.func @concat_types(%a: tensor<2xf32>, %b: tensor<2xf16>) {
  // expected-error @below {{input 0 has elements of type 'f32' but input 1 of type 'f16'; insert a Cast in the model}}
  %0 = onnx.Concat %a, %b {axis = 0 : si64} : (tensor<2xf32>, tensor<2xf16>) -> tensor<*xf32>
  return
}

// -----

func.func @concat_ranks(%a: tensor<2x3xf32>, %b: tensor<2xf32>) {
  // expected-error @below {{input 1 [2] and input 0 [2, 3] differ in rank}}
  %0 = onnx.Concat %a, %b {axis = 0 : si64} : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @concat_overflow(%a: tensor<9223372036854775807xi8>, %b: tensor<1xi8>) {
  // expected-error @below {{would make dimension 0 too large for any memory}}
  %0 = onnx.Concat %a, %b {axis = -1 : si64} : (tensor<9223372036854775807xi8>, tensor<1xi8>) -> tensor<*xi8>
  return
}

// -----

func.func @concat_axis(%a: tensor<2xf32>) {
  // expected-error @below {{axis -9223372036854775808 is outside [-1, 1), the dimensions of a tensor of rank 1}}
  %0 = onnx.Concat %a {axis = -9223372036854775808 : si64} : (tensor<2xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @slice_lists(%a: tensor<4x4xf32>, %b: tensor<?xi64>) {
  %c = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  %d = onnx.Constant : tensor<2xi64> = dense<[0, 1]> : tensor<2xi64>
  %none = onnx.none
  // expected-error @below {{has 2 axes but only 1 starts, ends or steps}}
  %0 = onnx.Slice %a, %b, %c, %d, %none : (tensor<4x4xf32>, tensor<?xi64>, tensor<1xi64>, tensor<2xi64>, none) -> tensor<*xf32>
  return
}

// -----

func.func @split_nothing(%a: tensor<4xf32>) {
  %none = onnx.none
  // expected-error @below {{expects at least one result}}
  onnx.Split %a, %none : (tensor<4xf32>, none) -> ()
  return
}

// -----

func.func @split_count(%a: tensor<4xf32>) {
  %b = onnx.Constant : tensor<2xi64> = dense<2> : tensor<2xi64>
  // expected-error @below {{has 2 sizes for 1 results}}
  %0 = onnx.Split %a, %b : (tensor<4xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @split_negative(%a: tensor<4xf32>) {
  %b = onnx.Constant : tensor<2xi64> = dense<[5, -1]> : tensor<2xi64>
  // expected-error @below {{has a part of size -1, expected 0 or more}}
  %0:2 = onnx.Split %a, %b : (tensor<4xf32>, tensor<2xi64>) -> (tensor<*xf32>, tensor<*xf32>)
  return
}

// -----

func.func @split_overflow(%a: tensor<?xf32>) {
  %b = onnx.Constant : tensor<2xi64> = dense<[9223372036854775807, 1]> : tensor<2xi64>
  // expected-error @below {{sizes add up to more than fits any memory}}
  %0:2 = onnx.Split %a, %b : (tensor<?xf32>, tensor<2xi64>) -> (tensor<*xf32>, tensor<*xf32>)
  return
}

// -----

func.func @gather_overflow(%a: tensor<4x4611686018427387904xf32>, %b: tensor<4xi32>) {
  // expected-error @below {{would make a tensor of extents [4, 4611686018427387904], more than fits any memory}}
  %0 = onnx.Gather %a, %b : (tensor<4x4611686018427387904xf32>, tensor<4xi32>) -> tensor<*xf32>
  return
}

// -----

func.func @elements_rank(%a: tensor<2x3xf32>, %b: tensor<2xi64>) {
  // expected-error @below {{operands x [2, 3] and indices [2] differ in rank}}
  %0 = onnx.GatherElements %a, %b : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @elements_beyond(%a: tensor<2x3xf32>, %b: tensor<2x4xi64>) {
  // expected-error @below {{operand indices [2, 4] reaches beyond operand x [2, 3] in dimension 1}}
  %0 = onnx.GatherElements %a, %b : (tensor<2x3xf32>, tensor<2x4xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @tuples_batch(%a: tensor<2x3xf32>, %b: tensor<2xi64>) {
  // expected-error @below {{has batch_dims 1, operand x [2, 3] and indices [2]; both need a dimension after the batch}}
  %0 = onnx.GatherND %a, %b {batch_dims = 1 : si64} : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @tuples_batches(%a: tensor<2x3xf32>, %b: tensor<4x1xi64>) {
  // expected-error @below {{operands x [2, 3] and indices [4, 1] differ in batch dimension 0}}
  %0 = onnx.GatherND %a, %b {batch_dims = 1 : si64} : (tensor<2x3xf32>, tensor<4x1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @tuples_size(%a: tensor<2x3xf32>, %b: tensor<2x3xi64>) {
  // expected-error @below {{operand indices [2, 3] holds tuples of 3 for operand x [2, 3], expected 1 to 2}}
  %0 = onnx.GatherND %a, %b : (tensor<2x3xf32>, tensor<2x3xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @tuples_empty(%a: tensor<2x3xf32>, %b: tensor<2x0xi64>) {
  // expected-error @below {{operand indices [2, 0] holds tuples of 0 for operand x [2, 3], expected 1 to 2}}
  %0 = onnx.GatherND %a, %b : (tensor<2x3xf32>, tensor<2x0xi64>) -> tensor<*xf32>
  return
}
