// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_ONNX_ATTENTION_OPS_TD
#define FOVEA_ONNX_ATTENTION_OPS_TD

include "dialects/onnx/OnnxBase.td"

def Onnx_AttentionOp : Onnx_Op<"Attention"> {
  let summary = "the standard's attention (opset 25), its cache concatenated outside";
  let description = [{
    q, k, v are [batch, heads, sequence, head size], or [batch, sequence, heads * head size] with head counts given, each for
    itself. `scale` is absent for 1/sqrt(head size). The mask broadcasts from the right against [batch, heads, queries, keys]; bool
    keeps where true, numbers are added; keys behind a last extent other than one are hidden. `positions` are up to two vectors of
    i64, [1] or [batch]: the key position of the first query (0 when absent), and how many keys there are (all). `is_causal` hides
    the keys behind a query's position, `left_window` and `right_window` those further away on a side, unless negative. A query
    that every key is hidden from gives zero.

    `scores`, [batch, heads, queries, keys], are by `scores_mode`: 0 the scaled products, 1 after the soft cap, 2 with mask, 3 the
    probabilities.
  }];
  let arguments = (ins Onnx_FloatTensor:$q, Onnx_FloatTensor:$k, Onnx_FloatTensor:$v, Onnx_OptionalTensor:$mask,
                       Variadic<Onnx_IndexTensor>:$positions, DefaultValuedAttr<BoolAttr, "false">:$is_causal,
                       OptionalAttr<SI64Attr>:$q_num_heads, OptionalAttr<SI64Attr>:$kv_num_heads, OptionalAttr<F32Attr>:$scale,
                       DefaultValuedAttr<F32Attr, "0.0f">:$softcap, DefaultValuedAttr<SI64Attr, "-1">:$left_window,
                       DefaultValuedAttr<SI64Attr, "-1">:$right_window, DefaultValuedAttr<SI64Attr, "0">:$scores_mode);
  let results = (outs Onnx_FloatTensor:$y, Optional<Onnx_FloatTensor>:$scores);
  let hasVerifier = 1;
}

def Onnx_RotaryEmbeddingOp : Onnx_Op<"RotaryEmbedding"> {
  let summary = "pairs of elements turned by the angles of their position";
  let description = [{
    x is [..., size]. The first `rotated_size` elements of each row (all when it is 0) turn in pairs, (a, b) to
    (a cosine - b sine, a sine + b cosine); the rest stays. The two of a pair are half of the rotated size apart, or neighbours when
    `interleaved`. `cosine` and `sine` broadcast from the right against [..., pairs] without changing it.
  }];
  let arguments = (ins Onnx_FloatTensor:$x, Onnx_FloatTensor:$cosine, Onnx_FloatTensor:$sine,
                       DefaultValuedAttr<BoolAttr, "false">:$interleaved,
                       DefaultValuedAttr<SI64Attr, "0">:$rotated_size);
  let results = (outs Onnx_FloatTensor:$y);
  let hasVerifier = 1;
}

#endif // FOVEA_ONNX_ATTENTION_OPS_TD
