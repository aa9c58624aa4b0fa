// RUN: fovea-opt %s --split-input-file --verify-diagnostics

func.func @f(%x: tensor<4xf32>) -> tensor<5xf32> {
  // expected-error @+1 {{yields values of other types than its results}}
  %0 = kernel.island <elementwise> -> tensor<5xf32> {
    kernel.yield %x : tensor<4xf32>
  }
  return %0 : tensor<5xf32>
}

// -----

// expected-error @+1 {{takes and returns tensors of static shape, not 'tensor<?xf32>'}}
kernel.func @k(%x: tensor<?xf32>) -> tensor<?xf32> attributes {anchor = #kernel.anchor<elementwise>} {
  kernel.return %x : tensor<?xf32>
}

// -----

kernel.func @k(%x: tensor<4xf32>) -> tensor<5xf32> attributes {anchor = #kernel.anchor<elementwise>} {
  // expected-error @+1 {{returns values of other types than its kernel's results}}
  kernel.return %x : tensor<4xf32>
}

// -----

func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{launches 'nothing', which is not a kernel}}
  %0 = kernel.launch @nothing(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

kernel.func @k(%x: tensor<4xf32>) -> tensor<4xf32> attributes {anchor = #kernel.anchor<elementwise>} {
  kernel.return %x : tensor<4xf32>
}
func.func @f(%x: tensor<5xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{passes other types than 'k' takes}}
  %0 = kernel.launch @k(%x) : (tensor<5xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

kernel.func @k(%x: tensor<4xf32>) -> tensor<4xf32> attributes {anchor = #kernel.anchor<elementwise>} {
  kernel.return %x : tensor<4xf32>
}
func.func @f(%x: tensor<4xf32>) -> tensor<5xf32> {
  // expected-error @+1 {{expects other results than 'k' has}}
  %0 = kernel.launch @k(%x) : (tensor<4xf32>) -> tensor<5xf32>
  return %0 : tensor<5xf32>
}

// -----

// expected-error @+1 {{has type 'tensor<4xf32>' but its value is 'tensor<2xf32>'}}
kernel.constant @w : tensor<4xf32> = dense<1.0> : tensor<2xf32>

// -----

// expected-error @+1 {{panels store a matrix, not a tensor of rank 1}}
func.func private @f(tensor<4xf32, #kernel.panels<64>>)

// -----

// expected-error @+1 {{'mr' is given twice}}
func.func private @f() attributes {s = #kernel.schedule<gemm mr = 6, mr = 4>}

// -----

// expected-error @+1 {{the rows of panels are all dimensions but the axis, each once}}
func.func @f(%x: tensor<4x3x2xf32, #kernel.panels<4, axis = 0 rows [1, 1]>>) {
  return
}

// -----

// expected-error @+1 {{panels of width 0 along axis 1: expected a positive width and one of the tensor's 2 axes}}
func.func private @f(tensor<4x3xf32, #kernel.panels<0>>)

// -----

// expected-error @+1 {{panels of width 4 along axis 2: expected a positive width and one of the tensor's 2 axes}}
func.func private @f(tensor<4x3xf32, #kernel.panels<4, axis = 2>>)

// -----

kernel.func @k(%x: tensor<4xf32>) -> tensor<4xf32> attributes {anchor = #kernel.anchor<elementwise>} {
  kernel.return %x : tensor<4xf32>
}
func.func @f(%x: tensor<4xf32>, %y: memref<4xf32>) {
  // expected-error @+1 {{has either results (on tensors) or outs (on memory), not both}}
  %0 = kernel.launch @k(%x) outs(%y) : (tensor<4xf32>) outs(memref<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @f() {
  // expected-error @+1 {{refers to 'w', which is not a kernel.constant}}
  %0 = kernel.get_constant @w : tensor<4xf32>
  return
}

// -----

kernel.constant @w : tensor<4xf32> = dense<1.0> : tensor<4xf32>
func.func @f() {
  // expected-error @+1 {{has type 'tensor<2xf32>' but the constant is 'tensor<4xf32>'}}
  %0 = kernel.get_constant @w : tensor<2xf32>
  return
}
