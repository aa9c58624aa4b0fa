// RUN: fovea-opt %s --fovea-lower-onnx -verify-diagnostics -split-input-file

func.func @no_broadcast(%a: tensor<2x3xf32>, %b: tensor<2xf32>) -> tensor<2x3xf32> {
  // expected-error @below {{'onnx.Add' op}}
  // expected-error @below {{no lowering for 'onnx.Add': its operands contradict one another}}
  %0 = onnx.Add %a, %b : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// -----

func.func @enlarged(%a: tensor<2x1xf32>, %low: tensor<f32>) -> tensor<2x3xf32> {
  %none = onnx.none
  // expected-error @below {{no lowering for 'onnx.Clip': result #0 is 'tensor<2x3xf32>', but the operands make 'tensor<2x1xf32>'}}
  %0 = onnx.Clip %a, %low, %none : (tensor<2x1xf32>, tensor<f32>, none) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
