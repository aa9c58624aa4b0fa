// RUN: fovea-opt %s --fovea-lower-onnx -verify-diagnostics -split-input-file

func.func @length(%x: tensor<2x8x1xf32>, %n: tensor<i64>) -> tensor<2x5x2xf32> {
  %axis = onnx.Constant : tensor<i64> = dense<1> : tensor<i64>
  // expected-error @unknown {{no lowering for 'onnx.DFT' of node 'dft': the transform's length cannot be told: make it a constant}}
  %0 = onnx.DFT %x, %n, %axis {inverse = false, onesided = true} : (tensor<2x8x1xf32>, tensor<i64>, tensor<i64>) -> tensor<2x5x2xf32> loc("dft")
  return %0 : tensor<2x5x2xf32>
}

// -----

func.func @parts(%x: tensor<2x8x1xf32>) -> tensor<2x8x2xf32> {
  %none = onnx.none
  %axis = onnx.Constant : tensor<i64> = dense<-1> : tensor<i64>
  // expected-error @below {{cannot transform along the last dimension, which holds parts of numbers}}
  // expected-error @below {{no lowering for 'onnx.DFT': its operands contradict one another}}
  %0 = onnx.DFT %x, %none, %axis {inverse = false, onesided = false} : (tensor<2x8x1xf32>, none, tensor<i64>) -> tensor<2x8x2xf32>
  return %0 : tensor<2x8x2xf32>
}

// -----

func.func @frames(%x: tensor<1x16x1xf32>, %step: tensor<i64>, %w: tensor<18xf32>) -> tensor<1x1x10x2xf32> {
  %none = onnx.none
  // expected-error @below {{has frames of 18 elements in a signal of 16}}
  // expected-error @below {{no lowering for 'onnx.STFT': its operands contradict one another}}
  %0 = onnx.STFT %x, %step, %w, %none {onesided = true} : (tensor<1x16x1xf32>, tensor<i64>, tensor<18xf32>, none) -> tensor<1x1x10x2xf32>
  return %0 : tensor<1x1x10x2xf32>
}

// -----

func.func @long(%x: tensor<5000x2xf32>) -> tensor<5000x2xf32> {
  %none = onnx.none
  %axis = onnx.Constant : tensor<i64> = dense<0> : tensor<i64>
  // expected-error @below {{no lowering for 'onnx.DFT': a transform of this length needs too large a matrix}}
  %0 = onnx.DFT %x, %none, %axis {inverse = false, onesided = false} : (tensor<5000x2xf32>, none, tensor<i64>) -> tensor<5000x2xf32>
  return %0 : tensor<5000x2xf32>
}

// -----

func.func @long_frames(%x: tensor<1x5000x1xf32>, %step: tensor<i64>, %w: tensor<5000xf32>) -> tensor<1x1x5000x2xf32> {
  %none = onnx.none
  // expected-error @below {{no lowering for 'onnx.STFT': frames of this length need too large a matrix}}
  %0 = onnx.STFT %x, %step, %w, %none {onesided = false} : (tensor<1x5000x1xf32>, tensor<i64>, tensor<5000xf32>, none) -> tensor<1x1x5000x2xf32>
  return %0 : tensor<1x1x5000x2xf32>
}

// -----

func.func @long_window(%n: tensor<i64>) -> tensor<16777217xf32> {
  // expected-error @below {{no lowering for 'onnx.WindowFunction': a window of this size is too large for a constant}}
  %0 = onnx.WindowFunction %n {kind = "hann", periodic = true} : (tensor<i64>) -> tensor<16777217xf32>
  return %0 : tensor<16777217xf32>
}
