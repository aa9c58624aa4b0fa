// RUN: fovea-opt %s --fovea-bufferize-program --split-input-file --verify-diagnostics

func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{'arith.addf' is left in the program: only kernels, constants, reshapes, slices and control flow are expected after outlining}}
  %0 = arith.addf %x, %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// expected-error @+1 {{inputs and outputs must be tensors of static shape, not 'tensor<?xf32>'}}
func.func @main(%x: tensor<?xf32>) -> tensor<?xf32> {
  return %x : tensor<?xf32>
}

// -----

// expected-error @+1 {{needs a function @main of one block}}
module {
}
