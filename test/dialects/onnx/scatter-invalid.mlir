// RUN: fovea-opt %s --fovea-infer-shapes -verify-diagnostics -split-input-file

func.func @reduction(%a: tensor<2xf32>, %b: tensor<1x1xi64>, %c: tensor<1xf32>) {
  // expected-error @below {{has reduction 'sub', expected one of none, add, mul, min, max}}
  %0 = onnx.ScatterND %a, %b, %c {reduction = "sub"} : (tensor<2xf32>, tensor<1x1xi64>, tensor<1xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @bools(%a: tensor<2xi1>, %b: tensor<1x1xi64>, %c: tensor<1xi1>) {
  // expected-error @below {{reduces bools, which have no add}}
  %0 = onnx.ScatterND %a, %b, %c {reduction = "add"} : (tensor<2xi1>, tensor<1x1xi64>, tensor<1xi1>) -> tensor<*xi1>
  return
}

// -----

func.func @update_type(%a: tensor<2xf32>, %b: tensor<1x1xi64>, %c: tensor<1xf16>) {
  // expected-error @below {{operand x has elements of type 'f32' but operand updates of type 'f16'; insert a Cast in the model}}
  %0 = onnx.ScatterND %a, %b, %c : (tensor<2xf32>, tensor<1x1xi64>, tensor<1xf16>) -> tensor<*xf32>
  return
}

// -----

func.func @updates(%a: tensor<4xf32>, %b: tensor<2xi64>, %c: tensor<3xf32>) {
  // expected-error @below {{operands indices [2] and updates [3] differ}}
  %0 = onnx.ScatterElements %a, %b, %c : (tensor<4xf32>, tensor<2xi64>, tensor<3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @beyond(%a: tensor<2x3xf32>, %b: tensor<3x3xi64>, %c: tensor<3x3xf32>) {
  // expected-error @below {{operand indices [3, 3] reaches beyond operand x [2, 3] in dimension 0}}
  %0 = onnx.ScatterElements %a, %b, %c {axis = 1 : si64} : (tensor<2x3xf32>, tensor<3x3xi64>, tensor<3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @scalar(%a: tensor<f32>, %b: tensor<1xi64>, %c: tensor<f32>) {
  // expected-error @below {{operands x [] and indices [1] need a dimension each}}
  %0 = onnx.ScatterND %a, %b, %c : (tensor<f32>, tensor<1xi64>, tensor<f32>) -> tensor<*xf32>
  return
}

// -----

func.func @tuples(%a: tensor<2x3xf32>, %b: tensor<1x3xi64>, %c: tensor<1xf32>) {
  // expected-error @below {{operand indices [1, 3] holds tuples of 3 for operand x [2, 3], expected at most 2}}
  %0 = onnx.ScatterND %a, %b, %c : (tensor<2x3xf32>, tensor<1x3xi64>, tensor<1xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @slices(%a: tensor<2x3xf32>, %b: tensor<1x1xi64>, %c: tensor<1x2xf32>) {
  // expected-error @below {{operand updates [1, 2] does not fit the indices, expected [1, 3]}}
  %0 = onnx.ScatterND %a, %b, %c : (tensor<2x3xf32>, tensor<1x1xi64>, tensor<1x2xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @cache_mode(%a: tensor<2x4xf32>, %b: tensor<2x1xf32>) {
  %none = onnx.none
  // expected-error @below {{has mode 'ring', expected one of linear, circular}}
  %0 = onnx.TensorScatter %a, %b, %none {mode = "ring"} : (tensor<2x4xf32>, tensor<2x1xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @cache_axis(%a: tensor<2x4xf32>, %b: tensor<2x1xf32>) {
  %none = onnx.none
  // expected-error @below {{writes along axis 0, which is the batch; expected another axis}}
  %0 = onnx.TensorScatter %a, %b, %none : (tensor<2x4xf32>, tensor<2x1xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @cache_rank(%a: tensor<2x4x3xf32>, %b: tensor<2x1xf32>) {
  %none = onnx.none
  // expected-error @below {{operands past [2, 4, 3] and update [2, 1] differ in rank}}
  %0 = onnx.TensorScatter %a, %b, %none : (tensor<2x4x3xf32>, tensor<2x1xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @cache_update(%a: tensor<2x4x3xf32>, %b: tensor<2x5x3xf32>) {
  %none = onnx.none
  // expected-error @below {{operand update [2, 5, 3] does not fit past [2, 4, 3] in dimension 1}}
  %0 = onnx.TensorScatter %a, %b, %none : (tensor<2x4x3xf32>, tensor<2x5x3xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @cache_indices(%a: tensor<2x4x3xf32>, %b: tensor<2x1x3xf32>, %c: tensor<3xi64>) {
  // expected-error @below {{has 3 write indices for a batch of 2}}
  %0 = onnx.TensorScatter %a, %b, %c : (tensor<2x4x3xf32>, tensor<2x1x3xf32>, tensor<3xi64>) -> tensor<*xf32>
  return
}
