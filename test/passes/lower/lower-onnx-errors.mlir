// RUN: fovea-opt %s --fovea-lower-onnx -verify-diagnostics -split-input-file

func.func @dynamic(%a: tensor<?x3xf32>) -> tensor<?x3xf32> {
  // expected-error @unknown {{no lowering for 'onnx.Exp' of node '/encoder/Exp': operand #0 is 'tensor<?x3xf32>', expected a tensor of static shape}}
  %0 = onnx.Exp %a : (tensor<?x3xf32>) -> tensor<?x3xf32> loc("/encoder/Exp")
  return %0 : tensor<?x3xf32>
}

// -----

// Everything without a lowering is reported, and what depends on it is not.
func.func @all_at_once(%a: tensor<?xf32>, %b: tensor<4xf32>, %t: tensor<1xi64>) -> (tensor<?xf32>, tensor<4xf32>, tensor<4xf32>) {
  %none = onnx.none
  // expected-error @below {{no lowering for 'onnx.Exp': operand #0 is 'tensor<?xf32>'}}
  %0 = onnx.Exp %a : (tensor<?xf32>) -> tensor<?xf32>
  %empty = onnx.Constant : tensor<0xf32> = dense<> : tensor<0xf32>
  // expected-error @below {{no lowering for 'onnx.Slice': there is nothing to slice in an empty tensor}}
  %1 = onnx.Slice %empty, %t, %t, %none, %none : (tensor<0xf32>, tensor<1xi64>, tensor<1xi64>, none, none) -> tensor<4xf32>
  %2 = onnx.Neg %1 : (tensor<4xf32>) -> tensor<4xf32>
  // expected-error @below {{no lowering for 'onnx.ReduceSum': which axes are reduced cannot be told from the shape of the result}}
  %3 = onnx.ReduceSum %b, %t {noop_with_empty_axes = true} : (tensor<4xf32>, tensor<1xi64>) -> tensor<4xf32>
  return %0, %2, %3 : tensor<?xf32>, tensor<4xf32>, tensor<4xf32>
}

// -----

func.func @attention(%q: tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32> {
  %none = onnx.none
  // expected-error @below {{no lowering for 'onnx.Attention': attention must become attn.attention first}}
  %0 = onnx.Attention %q, %q, %q, %none : (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>, none) -> tensor<1x2x3x4xf32>
  return %0 : tensor<1x2x3x4xf32>
}

// -----

func.func @training(%x: tensor<3xf32>) -> tensor<3xf32> {
  %none = onnx.none
  %true = onnx.Constant : tensor<i1> = dense<true> : tensor<i1>
  // expected-error @below {{training_mode must be absent or false: this is inference}}
  %0 = onnx.Dropout %x, %none, %true : (tensor<3xf32>, none, tensor<i1>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// -----

func.func @contradiction(%x: tensor<3xf32>) -> tensor<4xf32> {
  // expected-error @below {{no lowering for 'onnx.Relu': result #0 is 'tensor<4xf32>', but the operands make 'tensor<3xf32>'}}
  %0 = onnx.Relu %x : (tensor<3xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func private @callee(tensor<3xui8>) -> tensor<3xui8>
func.func @unsigned_call(%x: tensor<3xui8>) -> tensor<3xui8> {
  // expected-error @below {{'func.call' uses a tensor of 'ui8', which has no lowering here}}
  %0 = func.call @callee(%x) : (tensor<3xui8>) -> tensor<3xui8>
  return %0 : tensor<3xui8>
}

// -----

func.func @unsigned_refused() -> tensor<2xui8> {
  // expected-error @below {{no lowering for 'onnx.Constant': the value is neither a dense nor a resource attribute}}
  %0 = onnx.Constant : tensor<2xui8> = sparse<[[0]], [1]> : tensor<2xui8>
  return %0 : tensor<2xui8>
}
