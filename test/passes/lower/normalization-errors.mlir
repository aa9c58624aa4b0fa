// RUN: fovea-opt %s --fovea-lower-onnx -verify-diagnostics -split-input-file

func.func @dynamic_rows(%x: tensor<?x3xf32>) -> tensor<?x3xf32> {
  // expected-error @below {{no lowering for 'onnx.Softmax': operand #0 is 'tensor<?x3xf32>', expected a tensor of static shape}}
  %0 = onnx.Softmax %x : (tensor<?x3xf32>) -> tensor<?x3xf32>
  return %0 : tensor<?x3xf32>
}

// -----

func.func @statistics_of_other_rows(%x: tensor<2x3xf32>, %g: tensor<3xf32>) -> tensor<3x1xf32> {
  %none = onnx.none
  // expected-error @below {{no lowering for 'onnx.LayerNormalization': result #1 is 'tensor<3x1xf32>', but the operands make 'tensor<2x1xf32>'}}
  %y, %s = onnx.LayerNormalization %x, %g, %none {epsilon = 1.0e-5 : f32} : (tensor<2x3xf32>, tensor<3xf32>, none) -> (tensor<2x3xf32>, tensor<3x1xf32>)
  return %s : tensor<3x1xf32>
}
