// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_ONNX_RESAMPLE_OPS_TD
#define FOVEA_ONNX_RESAMPLE_OPS_TD

include "dialects/onnx/OnnxBase.td"

def Onnx_ResizeOp : Onnx_Op<"Resize"> {
  let summary = "x sampled on another grid";
  let description = [{
    Either `scales` or `sizes` is present; they, and `roi`, have an entry (roi: a begin, then an end) for each of `axes`, or for
    every dimension when those are absent. All other attributes are written out. Extents are floor(extent * scale), in
    f32 as exporters compute them.
  }];
  let arguments = (ins Onnx_Tensor:$x, Onnx_OptionalFloatTensor:$roi, Onnx_OptionalFloatTensor:$scales,
                       Onnx_OptionalIndexTensor:$sizes, StrAttr:$mode, StrAttr:$coordinate_transformation_mode,
                       StrAttr:$nearest_mode, F32Attr:$cubic_coeff_a, BoolAttr:$exclude_outside,
                       F32Attr:$extrapolation_value, BoolAttr:$antialias, StrAttr:$keep_aspect_ratio_policy,
                       OptionalAttr<DenseI64ArrayAttr>:$axes);
  let results = (outs Onnx_Tensor:$y);
  let hasVerifier = 1;
}

#endif // FOVEA_ONNX_RESAMPLE_OPS_TD
