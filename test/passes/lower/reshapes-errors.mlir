// RUN: fovea-opt %s --fovea-lower-onnx -verify-diagnostics -split-input-file

func.func @lost_elements(%x: tensor<2x3xf32>, %s: tensor<1xi64>) -> tensor<5xf32> {
  // expected-error @below {{no lowering for 'onnx.Reshape': result #0 is 'tensor<5xf32>', but the operands make 'tensor<6xf32>'}}
  %0 = onnx.Reshape %x, %s : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<5xf32>
  return %0 : tensor<5xf32>
}

// -----

func.func @unknown_split(%x: tensor<2x3xf32>, %s: tensor<2xi64>) -> tensor<5x1xf32> {
  // expected-error @below {{no lowering for 'onnx.Reshape': 6 elements do not fill a result of 5}}
  %0 = onnx.Reshape %x, %s : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<5x1xf32>
  return %0 : tensor<5x1xf32>
}
