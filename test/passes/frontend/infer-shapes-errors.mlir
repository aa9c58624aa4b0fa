// RUN: fovea-opt %s --fovea-infer-shapes -verify-diagnostics -split-input-file

func.func @declared(%a: tensor<2xf32>) {
  // expected-error @below {{result #0 is declared 'tensor<3xf32>' but its operands make it 'tensor<2xf32>'}}
  %0 = onnx.Neg %a : (tensor<2xf32>) -> tensor<3xf32>
  return
}

// -----

// expected-error @below {{expects a body of one block}}
func.func @blocks(%x: tensor<2xf32>) -> tensor<2xf32> {
  cf.br ^next
^next:
  return %x : tensor<2xf32>
}
