// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_ONNX_RESAMPLE_OPS_TD
#define FOVEA_ONNX_RESAMPLE_OPS_TD

include "dialects/onnx/OnnxBase.td"

// Normal form: Upsample, and Resize of opset 10, are asymmetric with nearest_mode floor; empty operands are `none`, and `roi` is
// one unless the coordinates ask for it; GridSample has the words of opset 20 (linear for bilinear, cubic for bicubic);
// RoiAlign before opset 16 does not shift its regions.

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

def Onnx_AffineGridOp : Onnx_Op<"AffineGrid"> {
  let summary = "points of a regular grid on [-1, 1] under affine maps theta [N, r, r + 1]";
  let description = "`size` is [N, C, spatial...]; the result is [N, spatial..., r], the last spatial dimension's coordinate first.";
  let arguments = (ins Onnx_FloatTensor:$theta, Onnx_IndexTensor:$size, BoolAttr:$align_corners);
  let results = (outs Onnx_FloatTensor:$grid);
}

def Onnx_GridSampleOp : Onnx_Op<"GridSample"> {
  let summary = "x [N, C, spatial...] sampled at the points of grid [N, out..., r]";
  let description = [{
    A point has the last spatial dimension's coordinate first; -1 and 1 are the centers of the corner elements when
    `align_corners`, otherwise their outer edges. Only mode "nearest" takes other numbers than floats.
  }];
  let arguments = (ins Onnx_Tensor:$x, Onnx_FloatTensor:$grid, StrAttr:$mode, StrAttr:$padding_mode, BoolAttr:$align_corners);
  let results = (outs Onnx_Tensor:$y);
  let hasVerifier = 1;
}

def Onnx_RoiAlignOp : Onnx_Op<"RoiAlign"> {
  let summary = "regions [R, 4] of x [N, C, H, W] pooled to one size by sampling between elements";
  let description = [{
    A region is (x1, y1, x2, y2), scaled by `spatial_scale`, in the image that `batch_indices` names. Each bin has `sampling_ratio`
    samples along each dimension, or, when that is 0, as many as it spans elements, at most ceil(extent / bins) + 1: what a
    region of the whole image has, and one more. `half_pixel` shifts regions by half an element and lets them be smaller than one.
  }];
  let arguments = (ins Onnx_FloatTensor:$x, Onnx_FloatTensor:$rois, Onnx_IndexTensor:$batch_indices, StrAttr:$mode,
                       SI64Attr:$output_height, SI64Attr:$output_width, SI64Attr:$sampling_ratio, F32Attr:$spatial_scale,
                       BoolAttr:$half_pixel);
  let results = (outs Onnx_FloatTensor:$y);
  let hasVerifier = 1;
}

#endif // FOVEA_ONNX_RESAMPLE_OPS_TD
