// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_ONNX_ATTENTION_OPS_TD
#define FOVEA_ONNX_ATTENTION_OPS_TD

include "dialects/onnx/OnnxBase.td"

def Onnx_AttentionOp : Onnx_Op<"Attention"> {
  let summary = "the standard's attention (opset 23), without key-value cache";
  let description = [{
    q, k, v are [batch, heads, sequence, head size], or [batch, sequence, heads * head size] with head counts given.
    `scale` is absent for 1/sqrt(head size). The mask broadcasts from the right against [batch, heads, queries, keys];
    bool keeps where true, numbers are added.
  }];
  let arguments = (ins Onnx_FloatTensor:$q, Onnx_FloatTensor:$k, Onnx_FloatTensor:$v, Onnx_OptionalTensor:$mask,
                       DefaultValuedAttr<BoolAttr, "false">:$is_causal, OptionalAttr<SI64Attr>:$q_num_heads,
                       OptionalAttr<SI64Attr>:$kv_num_heads, OptionalAttr<F32Attr>:$scale,
                       DefaultValuedAttr<F32Attr, "0.0f">:$softcap);
  let results = (outs Onnx_FloatTensor:$y);
  let hasVerifier = 1;
}

#endif // FOVEA_ONNX_ATTENTION_OPS_TD
