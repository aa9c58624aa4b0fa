// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The comparison of --self-check finds what a wrong raise would get wrong.

#include "passes/raise/SelfCheck.h"

#include "dialects/onnx/OnnxDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

namespace {

/// A causal attention with a bias as a model writes it, and the op that stands for it.
constexpr const char *text = R"mlir(
  #q = affine_map<(b, h, i, j, d, e) -> (h, i, d)>
  #k = affine_map<(b, h, i, j, d, e) -> (h, d, j)>
  #v = affine_map<(b, h, i, j, d, e) -> (h, j, e)>
  #s = affine_map<(b, h, i, j, d, e) -> (h, i, j)>
  #o = affine_map<(b, h, i, j, d, e) -> (h, i, e)>
  func.func @main(%q: tensor<2x5x4xf32>, %k: tensor<2x4x5xf32>, %v: tensor<2x5x4xf32>,
                  %bias: tensor<2x5x5xf32>) -> (tensor<2x5x4xf32>, tensor<2x5x4xf32>) {
    %half = onnx.Constant : tensor<f32> = dense<0.5> : tensor<f32>
    %mask = onnx.Constant : tensor<5x5xf32> = dense<[
      [0.0, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000], [0.0, 0.0, 0xFF800000, 0xFF800000, 0xFF800000],
      [0.0, 0.0, 0.0, 0xFF800000, 0xFF800000], [0.0, 0.0, 0.0, 0.0, 0xFF800000], [0.0, 0.0, 0.0, 0.0, 0.0]]> : tensor<5x5xf32>
    %s = onnx.MatMul %q, %k : (tensor<2x5x4xf32>, tensor<2x4x5xf32>) -> tensor<2x5x5xf32>
    %t = onnx.Mul %s, %half : (tensor<2x5x5xf32>, tensor<f32>) -> tensor<2x5x5xf32>
    %u = onnx.Add %t, %bias : (tensor<2x5x5xf32>, tensor<2x5x5xf32>) -> tensor<2x5x5xf32>
    %m = onnx.Add %u, %mask : (tensor<2x5x5xf32>, tensor<5x5xf32>) -> tensor<2x5x5xf32>
    %p = onnx.Softmax %m {axis = -1 : si64} : (tensor<2x5x5xf32>) -> tensor<2x5x5xf32>
    %y = onnx.MatMul %p, %v : (tensor<2x5x5xf32>, tensor<2x5x4xf32>) -> tensor<2x5x4xf32>
    %a = attn.attention ins(%q, %k, %v : tensor<2x5x4xf32>, tensor<2x4x5xf32>, tensor<2x5x4xf32>)
           captures(%bias : tensor<2x5x5xf32>) domain = [1, 2, 5, 5, 4, 4] indexing_maps = [#q, #k, #v, #s, #o]
           mask = <causal, offset = 0> numerics = <scale = 0.5 : f64> {
      ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index, %c: f32):
        %z = arith.addf %x, %c : f32
        attn.yield %z : f32
    } -> tensor<2x5x4xf32>
    return %y, %a : tensor<2x5x4xf32>, tensor<2x5x4xf32>
  }
)mlir";

class SelfCheckTest : public ::testing::Test {
protected:
  SelfCheckTest() {
    context.loadDialect<func::FuncDialect, arith::ArithDialect, onnx::OnnxDialect,
                        attn::AttnDialect>();
    module = parseSourceString<ModuleOp>(text, &context);
  }

  /// Replaces the model's ops by the attention after `change`, and compares.
  bool agrees(llvm::function_ref<void(attn::AttentionOp)> change) {
    auto function = *module->getOps<func::FuncOp>().begin();
    Operation *end = function.getBody().front().getTerminator();
    auto attention = end->getOperand(1).getDefiningOp<attn::AttentionOp>();
    Value model = end->getOperand(0);
    SelfCheck check(function);
    IRRewriter rewriter(&context, &check);
    rewriter.setInsertionPoint(attention);
    auto raised = cast<attn::AttentionOp>(rewriter.clone(*attention));
    change(raised);
    rewriter.replaceAllUsesWith(model, raised.getOutput());
    // What fails is expected to.
    ScopedDiagnosticHandler quiet(&context, [&](Diagnostic &diagnostic) {
      message = diagnostic.str();
      return success();
    });
    return succeeded(check.compare(raised, 3));
  }

  void setMask(attn::AttentionOp op, int64_t offset) {
    op.setMaskAttr(attn::MaskAttr::getCausal(&context, offset));
  }
  void setNumerics(attn::AttentionOp op, double scale, attn::MaskedRows rows) {
    op.setNumericsAttr(attn::NumericsAttr::get(&context, Builder(&context).getF64FloatAttr(scale),
                                               attn::ScalePlacement::Scores, rows));
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  std::string message;
};

TEST_F(SelfCheckTest, AcceptsTheSameArithmetic) {
  EXPECT_TRUE(agrees([](attn::AttentionOp) {}));
}

TEST_F(SelfCheckTest, FindsAnotherScale) {
  EXPECT_FALSE(agrees([&](attn::AttentionOp op) { setNumerics(op, 0.51, attn::MaskedRows::NaN); }));
  EXPECT_NE(message.find("attention site 3 does not compute what the model's nodes do: on random"),
            std::string::npos)
      << message;
}

TEST_F(SelfCheckTest, FindsACausalMaskThatIsOffByOne) {
  EXPECT_FALSE(agrees([&](attn::AttentionOp op) { setMask(op, 1); }));
}

TEST_F(SelfCheckTest, FindsAnotherPolicyForMaskedRows) {
  EXPECT_FALSE(agrees([&](attn::AttentionOp op) { setNumerics(op, 0.5, attn::MaskedRows::Zero); }));
  EXPECT_NE(message.find("on masked"), std::string::npos) << message;
}

TEST_F(SelfCheckTest, FindsExchangedDimensionsOfTheBias) {
  EXPECT_FALSE(agrees([&](attn::AttentionOp op) {
    SmallVector<Attribute> maps(op.getIndexingMaps().getValue());
    maps[3] = AffineMapAttr::get(AffineMap::getMultiDimMapWithTargets(6, {1, 3, 2}, &context));
    op.setIndexingMapsAttr(ArrayAttr::get(&context, maps));
  }));
}

} // namespace
