// RUN: fovea-opt %s --fovea-lower-onnx -verify-diagnostics -split-input-file

func.func @dynamic(%x: tensor<?xf32>) -> tensor<?xf8E5M2> {
  // expected-error @below {{no lowering for 'onnx.Cast': operand #0 is 'tensor<?xf32>', expected a tensor of static shape}}
  %0 = onnx.Cast %x {to = f8E5M2} : (tensor<?xf32>) -> tensor<?xf8E5M2>
  return %0 : tensor<?xf8E5M2>
}
