// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The standard's attention operator, without a key-value cache.

#include "compiler/import/ImportFailure.h"
#include "compiler/import/Rules.h"
#include "dialects/onnx/OnnxAttentionOps.h"
#include "onnx_ml.pb.h"

using namespace mlir;
using namespace fovea;

static void importAttention(NodeImporter &node) {
  Value q = node.getOperand(0), k = node.getOperand(1), v = node.getOperand(2);
  if (node.hasOperand(4) || node.hasOperand(5) || node.wantsOutput(1) || node.wantsOutput(2))
    failUnsupported("attention with past or present keys and values is not supported");
  if (node.hasOperand(6))
    failUnsupported("attention with nonpad_kv_seqlen is not supported; give the padding as a mask");
  if (node.wantsOutput(3))
    failUnsupported("the scores as an output of attention (qk_matmul_output) are not supported");
  // Only says what the fourth output would hold.
  node.getInt("qk_matmul_output_mode", 0);
  // Softmax is computed in float, which serves every narrower request.
  int64_t precision = node.getInt("softmax_precision", onnxpb::TensorProto::FLOAT);
  if (precision != onnxpb::TensorProto::FLOAT && precision != onnxpb::TensorProto::FLOAT16 &&
      precision != onnxpb::TensorProto::BFLOAT16)
    failUnsupported("softmax in " + getElementTypeName(int32_t(precision)) +
                    " (attribute 'softmax_precision') is not supported");

  Builder &builder = node.builder;
  auto headCount = [&](StringRef name) -> IntegerAttr {
    if (!node.hasAttribute(name))
      return {};
    int64_t count = node.getInt(name, 0);
    if (count < 1)
      failInput("attribute '" + name + "' must be at least 1");
    return builder.getIntegerAttr(builder.getIntegerType(64, /*isSigned=*/true), count);
  };
  FloatAttr scale;
  if (node.hasAttribute("scale"))
    scale = builder.getF32FloatAttr(node.getFloat("scale", 0));
  IntegerAttr queryHeads = headCount("q_num_heads"), keyHeads = headCount("kv_num_heads");
  node.setResult(0, node.create<onnx::AttentionOp>(
                        node.getTypeLike(q), q, k, v, node.getOptionalOperand(3),
                        builder.getBoolAttr(node.getBool("is_causal", false)), queryHeads, keyHeads,
                        scale, builder.getF32FloatAttr(node.getFloat("softcap", 0))));
}

static const OperatorRule rules[] = {{"Attention", 23, 3, 7, 4, importAttention}};

ArrayRef<OperatorRule> fovea::getAttentionRules() { return rules; }
