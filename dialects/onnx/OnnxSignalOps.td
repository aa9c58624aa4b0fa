// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_ONNX_SIGNAL_OPS_TD
#define FOVEA_ONNX_SIGNAL_OPS_TD

include "dialects/onnx/OnnxBase.td"

// Normal form: DFT's axis, an attribute up to opset 19, is an operand; HannWindow, HammingWindow and BlackmanWindow are one op;
// the type that `output_datatype` names is that of the result.

def Onnx_DFTOp : Onnx_Op<"DFT"> {
  let summary = "discrete Fourier transform along one dimension; the last dimension holds real and "
                "imaginary parts";
  let description = [{
    x is cut or filled with zeros to `dft_length`. `onesided` keeps the first half of the result, or, when `inverse`, takes the
    first half of a spectrum whose other half is its mirror image and makes a real signal.
  }];
  let arguments = (ins Onnx_FloatTensor:$x, Onnx_OptionalIndexTensor:$dft_length,
      Onnx_IndexTensor:$axis, BoolAttr:$inverse, BoolAttr:$onesided);
  let results = (outs Onnx_FloatTensor:$y);
}

def Onnx_MelWeightMatrixOp : Onnx_Op<"MelWeightMatrix"> {
  let summary =
      "weights [dft_length / 2 + 1, num_mel_bins] that turn a spectrum into bands of the mel scale";
  let arguments = (ins Onnx_IndexTensor:$num_mel_bins, Onnx_IndexTensor:$dft_length,
      Onnx_IndexTensor:$sample_rate, Onnx_FloatTensor:$lower_edge_hertz,
      Onnx_FloatTensor:$upper_edge_hertz);
  let results = (outs Onnx_NumberTensor:$y);
}

def Onnx_STFTOp : Onnx_Op<"STFT"> {
  let summary =
      "discrete Fourier transforms of frames of a signal [N, length, 1 or 2], each times a window";
  let arguments = (ins Onnx_FloatTensor:$signal, Onnx_IndexTensor:$frame_step,
      Onnx_OptionalFloatTensor:$window, Onnx_OptionalIndexTensor:$frame_length, BoolAttr:$onesided);
  let results = (outs Onnx_FloatTensor:$y);
  let hasVerifier = 1;
}

def Onnx_WindowFunctionOp : Onnx_Op<"WindowFunction"> {
  let summary = "the window of `size` elements that `kind` names: hann, hamming or blackman";
  let description = "A `periodic` window is one of size + 1 elements without its last.";
  let arguments = (ins Onnx_IndexTensor:$size, StrAttr:$kind, BoolAttr:$periodic);
  let results = (outs Onnx_NumberTensor:$y);
  let hasVerifier = 1;
}

#endif // FOVEA_ONNX_SIGNAL_OPS_TD
