// RUN: fovea-opt %s --fovea-infer-shapes -verify-diagnostics -split-input-file

func.func @window_kind(%n: tensor<i64>) {
  // expected-error @below {{has kind "flat", expected hann, hamming or blackman}}
  %0 = onnx.WindowFunction %n {kind = "flat", periodic = true} : (tensor<i64>) -> tensor<*xf32>
  return
}

// -----

func.func @transform_rank(%a: tensor<2xf32>, %b: tensor<i64>) {
  %none = onnx.none
  // expected-error @below {{operand x has extents [2], expected two or more, the last 1 (real) or 2 (complex)}}
  %0 = onnx.DFT %a, %none, %b {inverse = false, onesided = false} : (tensor<2xf32>, none, tensor<i64>) -> tensor<*xf32>
  return
}

// -----

func.func @transform_parts(%a: tensor<4x2xf32>) {
  %none = onnx.none
  %b = onnx.Constant : tensor<i64> = dense<1> : tensor<i64>
  // expected-error @below {{cannot transform along the last dimension, which holds parts of numbers}}
  %0 = onnx.DFT %a, %none, %b {inverse = false, onesided = false} : (tensor<4x2xf32>, none, tensor<i64>) -> tensor<*xf32>
  return
}

// -----

func.func @transform_nothing(%a: tensor<0x2xf32>) {
  %none = onnx.none
  %b = onnx.Constant : tensor<i64> = dense<0> : tensor<i64>
  // expected-error @below {{has nothing to transform along axis 0 of operand x [0, 2]}}
  %0 = onnx.DFT %a, %none, %b {inverse = false, onesided = false} : (tensor<0x2xf32>, none, tensor<i64>) -> tensor<*xf32>
  return
}

// -----

func.func @transform_length(%a: tensor<4x2xf32>) {
  %b = onnx.Constant : tensor<i64> = dense<0> : tensor<i64>
  %c = onnx.Constant : tensor<i64> = dense<0> : tensor<i64>
  // expected-error @below {{operand dft_length is 0, expected at least 1 and at most 2^40}}
  %0 = onnx.DFT %a, %b, %c {inverse = false, onesided = false} : (tensor<4x2xf32>, tensor<i64>, tensor<i64>) -> tensor<*xf32>
  return
}

// -----

func.func @transform_overflow(%a: tensor<9223372036854775807x2xf32>) {
  %none = onnx.none
  %b = onnx.Constant : tensor<i64> = dense<0> : tensor<i64>
  // expected-error @below {{operand x [9223372036854775807, 2] has more than 2^40 elements along axis 0}}
  %0 = onnx.DFT %a, %none, %b {inverse = true, onesided = true} : (tensor<9223372036854775807x2xf32>, none, tensor<i64>) -> tensor<*xf32>
  return
}

// -----

func.func @signal_parts(%a: tensor<1x8x3xf32>, %b: tensor<i64>) {
  %none = onnx.none
  // expected-error @below {{operand signal has extents [1, 8, 3], expected batch, length, and 1 (real) or 2 (complex)}}
  %0 = onnx.STFT %a, %b, %none, %none {onesided = false} : (tensor<1x8x3xf32>, tensor<i64>, none, none) -> tensor<*xf32>
  return
}

// -----

func.func @signal_window(%a: tensor<1x8x1xf32>, %b: tensor<i64>, %c: tensor<4x1xf32>) {
  %none = onnx.none
  // expected-error @below {{operand window has extents [4, 1], expected a vector}}
  %0 = onnx.STFT %a, %b, %c, %none {onesided = false} : (tensor<1x8x1xf32>, tensor<i64>, tensor<4x1xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @signal_frames(%a: tensor<1x8x1xf32>, %b: tensor<i64>, %c: tensor<9xf32>) {
  %none = onnx.none
  // expected-error @below {{has frames of 9 elements in a signal of 8}}
  %0 = onnx.STFT %a, %b, %c, %none {onesided = false} : (tensor<1x8x1xf32>, tensor<i64>, tensor<9xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @mel_bins(%b: tensor<i64>, %c: tensor<i64>, %d: tensor<f32>, %e: tensor<f32>) {
  %a = onnx.Constant : tensor<i64> = dense<-1> : tensor<i64>
  // expected-error @below {{operand num_mel_bins is -1, expected at least 0 and at most 2^40}}
  %0 = onnx.MelWeightMatrix %a, %b, %c, %d, %e : (tensor<i64>, tensor<i64>, tensor<i64>, tensor<f32>, tensor<f32>) -> tensor<*xf32>
  return
}
