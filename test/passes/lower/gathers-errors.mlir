// RUN: fovea-opt %s --fovea-lower-onnx -verify-diagnostics -split-input-file

func.func @nothing_to_gather(%x: tensor<0x4xf32>, %i: tensor<2xi64>) -> tensor<2x4xf32> {
  // expected-error @below {{no lowering for 'onnx.Gather': there is nothing to gather along an axis of extent 0}}
  %0 = onnx.Gather %x, %i : (tensor<0x4xf32>, tensor<2xi64>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// -----

func.func @no_elements(%x: tensor<0x4xf32>, %i: tensor<2x4xi64>) -> tensor<2x4xf32> {
  // expected-error @below {{no lowering for 'onnx.GatherElements': there is nothing to gather from an empty tensor}}
  %0 = onnx.GatherElements %x, %i : (tensor<0x4xf32>, tensor<2x4xi64>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// -----

func.func @no_slices(%x: tensor<0x4xf32>, %i: tensor<2x1xi64>) -> tensor<2x4xf32> {
  // expected-error @below {{no lowering for 'onnx.GatherND': there is nothing to gather from an empty tensor}}
  %0 = onnx.GatherND %x, %i : (tensor<0x4xf32>, tensor<2x1xi64>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}
