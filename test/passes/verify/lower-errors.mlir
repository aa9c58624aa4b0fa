// RUN: fovea-opt %s --fovea-verify-phase=phase=lower -verify-diagnostics -split-input-file

func.func @left_over(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @unknown {{'onnx.Relu' of node 'relu_1' after lower: may not exist in the function}}
  %0 = onnx.Relu %x : (tensor<4xf32>) -> tensor<4xf32> loc("relu_1")
  return %0 : tensor<4xf32>
}

// -----

func.func @named(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  // expected-error @below {{'linalg.matmul' after lower: may not exist in the function}}
  %0 = linalg.matmul ins(%x, %x : tensor<4x4xf32>, tensor<4x4xf32>) outs(%x : tensor<4x4xf32>) -> tensor<4x4xf32>
  return %0 : tensor<4x4xf32>
}

// -----

func.func @dynamic(%x: tensor<?xf32>) -> tensor<?xf32> {
  // expected-error @below {{'tensor.extract_slice' after lower: operand #0 must have a static shape, but is 'tensor<?xf32>'}}
  %0 = tensor.extract_slice %x[0] [4] [1] : tensor<?xf32> to tensor<4xf32>
  // expected-error @below {{operand #0 must have a static shape}}
  return %x : tensor<?xf32>
}

// -----

func.func @division(%x: tensor<8xf32>) -> tensor<4x2xf32> {
  %e = tensor.empty() : tensor<4x2xf32>
  // expected-error @below {{indexing maps may not divide}}
  %0 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0 floordiv 2)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<8xf32>) outs(%e : tensor<4x2xf32>) {
  ^bb0(%a: f32, %b: f32):
    linalg.yield %a : f32
  } -> tensor<4x2xf32>
  return %0 : tensor<4x2xf32>
}

// -----

// expected-error @below {{must have one block}}
func.func private @callee()

func.func @scalars(%x: tensor<8xf32>) -> tensor<8xf32> {
  %e = tensor.empty() : tensor<8xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]}
      ins(%x : tensor<8xf32>) outs(%e : tensor<8xf32>) {
  ^bb0(%a: f32, %b: f32):
    // expected-error @below {{'func.call' after lower: may not exist in a scalar body}}
    func.call @callee() : () -> ()
    linalg.yield %a : f32
  } -> tensor<8xf32>
  return %0 : tensor<8xf32>
}
