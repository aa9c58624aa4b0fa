// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_PASSES_RAISE_PASSES_TD
#define FOVEA_PASSES_RAISE_PASSES_TD

include "mlir/Pass/PassBase.td"

def RaiseLayerNormPass : Pass<"fovea-raise-layer-norm", "::mlir::func::FuncOp"> {
  let summary = "recover onnx.LayerNormalization from its decomposition";
  let description = [{
    Needs static types and folded constants. Recognises, over trailing axes,
    `(x - mean(x)) / sqrt(mean((x - mean(x))^2) + epsilon)`: the square as Pow or Mul, the root as Sqrt or Pow, the quotient as
    Div or as Mul with a reciprocal, which a constant may scale, also multiplied out as `x * r + (bias - mean(x) * r)`. A following
    product with a constant of the normalised shape becomes the scale, a following sum the bias. A norm over the channels of
    images, in front of other dimensions, stays: its reductions are one kernel in the layout that they have. A variance as
    `mean(x^2) - mean(x)^2` stays too: it is another number where that cancels.
    A graph that does not match stays as it is.
  }];
  let dependentDialects = ["::fovea::onnx::OnnxDialect"];
}

def RaiseRMSNormPass : Pass<"fovea-raise-rms-norm", "::mlir::func::FuncOp"> {
  let summary = "recover onnx.RMSNormalization from its decomposition";
  let description = [{
    Needs static types and folded constants, and LayerNormalizations recovered before. Recognises, over trailing axes,
    `x / sqrt(mean(x^2) + epsilon)` in the spellings of fovea-raise-layer-norm. A following product with a tensor of the normalised
    shape becomes the scale. Casts in front and behind stay: the op is made of what they stand around.

    ```mlir
    %p = onnx.Pow %x, %two : ...
    %m = onnx.ReduceMean %p, %last : ...
    %e = onnx.Add %m, %epsilon : ...
    %s = onnx.Sqrt %e : ...
    %d = onnx.Div %x, %s : ...
    %y = onnx.Mul %d, %scale : ...
    ```
    becomes
    ```mlir
    %y = onnx.RMSNormalization %x, %scale {axis = 2 : si64, epsilon = 1.0e-6 : f32} : ...
    ```
  }];
  let dependentDialects = ["::fovea::onnx::OnnxDialect"];
}

def RaiseGeluPass : Pass<"fovea-raise-gelu", "::mlir::func::FuncOp"> {
  let summary = "recover onnx.Gelu from its decomposition";
  let description = [{
    Needs static types and folded constants. An expression in x and erf(x / sqrt 2), or x and
    tanh(sqrt(2 / pi) * (x + 0.044715 x^3)), that equals `0.5 * x + 0.5 * x * f(x)` as a polynomial becomes onnx.Gelu: every
    association, order and spelling of the constants, and `1 - f(-x)` for `1 + f(x)`. Constants may be rounded to 16-bit types.
    x * sigmoid(1.702 x) is a different function and stays.
  }];
  let dependentDialects = ["::fovea::onnx::OnnxDialect"];
}

def RaiseRotaryEmbeddingPass : Pass<"fovea-raise-rotary-embedding", "::mlir::func::FuncOp"> {
  let summary = "recover onnx.RotaryEmbedding from its decompositions";
  let description = [{
    Needs static types and folded constants. A tensor becomes onnx.RotaryEmbedding when each pair (a, b) of its last dimension is
    (a c - b s, a s + b c) of a pair of one tensor: halves or neighbours, taken apart and joined by any layout ops, signs by Neg, Sub or
    in the sines. The cosine of both must be the same: the same constants, or the same functions of the same elements. A concatenation
    with the channels or rows of the same tensor that do not turn becomes `rotated_size`, or constant angles of cosine one and
    sine zero: a row that an infinity or NaN stands in is then turned as the others are.

    ```mlir
    %b = onnx.Slice %x, %half, %end, %last, %one : ...
    %n = onnx.Neg %b : ...
    %a = onnx.Slice %x, %zero, %half, %last, %one : ...
    %r = onnx.Concat %n, %a {axis = -1 : si64} : ...
    %p = onnx.Mul %x, %cosine : (tensor<1x4x9x16xf32>, tensor<9x16xf32>) -> tensor<1x4x9x16xf32>
    %q = onnx.Mul %r, %sine : (tensor<1x4x9x16xf32>, tensor<9x16xf32>) -> tensor<1x4x9x16xf32>
    %y = onnx.Add %p, %q : ...
    ```
    becomes
    ```mlir
    %y = onnx.RotaryEmbedding %x, %c, %s : (tensor<1x4x9x16xf32>, tensor<9x8xf32>, tensor<9x8xf32>) -> tensor<1x4x9x16xf32>
    ```
  }];
  let dependentDialects = ["::fovea::onnx::OnnxDialect"];
}

def RaiseSoftmaxPass : Pass<"fovea-raise-softmax", "::mlir::func::FuncOp"> {
  let summary = "recover onnx.Softmax from exponentials over their sum";
  let description = [{
    Needs static types and folded constants. `exp(x - m) / sum(exp(x - m))` over one axis becomes onnx.Softmax of x for every m that is
    the same along the axis, a maximum or not, and so does `exp(x) / sum(exp(x))`: they are the same but for where they overflow. The quotient may be
    a product with a reciprocal, stand behind a product with values, or be an exponential of a logarithm.

    ```mlir
    %m = onnx.ReduceMax %x, %last : ...
    %d = onnx.Sub %x, %m : ...
    %e = onnx.Exp %d : ...
    %s = onnx.ReduceSum %e, %last : ...
    %p = onnx.Div %e, %s : ...
    ```
    becomes
    ```mlir
    %p = onnx.Softmax %x {axis = 3 : si64} : ...
    ```
  }];
  let dependentDialects = ["::fovea::onnx::OnnxDialect"];
}

def RaiseAttentionPass : Pass<"fovea-raise-attention", "::mlir::ModuleOp"> {
  let summary = "recover attn.attention from any spelling";
  let description = [{
    Needs static types and folded constants. Each onnx.Softmax whose result meets a product, and each onnx.Attention, is a site.
    A product is a MatMul, a Gemm, or a ReduceSum of a Mul. A site becomes one attn.attention on the tensors that the model
    multiplies: scalar factors of both operands and of the scores become the scale, whatever stands between scale and
    Softmax (bias, float or bool mask, soft cap, relative positions) the score region with its operands as captures, a mask
    known without data, constant or computed from indices, the mask attribute if it hides exactly, a NaN guard behind the
    Softmax the masked-row policy, a factor per head or query behind it a factor of the output.

    Layout ops between the two products are walked as index maps, so it does not matter which dimension the Softmax runs
    over, whether scores are transposed or reshaped on the way, or on which side the values stand. What captures read
    is followed to the tensor that copies nothing: relative logits are read at (i, j - i + n - 1) without the skew
    that made a matrix of them. What attn.attention does not know of an onnx.Attention is written out beside it, or all of it.

    Every site that stays gets a `missed` remark with a stable code (docs/Remarks.md), every raised one a `passed` remark, one that
    folding has computed (`fovea.constant_sites` of the function) an `analysis` remark, and the module one `analysis` remark with the totals, which are also its attributes `fovea.attention_sites` and
    `fovea.attention_raised`.

    ```mlir
    %s = onnx.MatMul %q, %kt : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
    %m = onnx.Mul %s, %quarter : ...
    %p = onnx.Softmax %m {axis = -1 : si64} : ...
    %o = onnx.MatMul %p, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
    ```
    becomes
    ```mlir
    %o = attn.attention ins(%q, %kt, %v : ...) domain = [1, 4, 9, 9, 16, 16] indexing_maps = [...]
           mask = <dense> numerics = <scale = 2.5e-01 : f64> { ... attn.yield %s } -> tensor<1x4x9x16xf32>
    ```
  }];
  let options = [
    Option<"approxMasks", "approx-masks", "bool", "false",
           "let masks of finite numbers hide, though they are not minus infinity">,
    Option<"selfCheck", "self-check", "bool", "false",
           "evaluate every raised site and the ops that it replaced on random and adversarial inputs">];
  let dependentDialects = ["::fovea::onnx::OnnxDialect", "::fovea::attn::AttnDialect", "::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect"];
}

def TapAttentionPass : Pass<"fovea-tap-attention", "::mlir::ModuleOp"> {
  let summary = "return attention weights as further outputs";
  let description = [{
    Runs right behind fovea-raise-attention, on the requests in the module's attribute `fovea.taps`, which the driver sets from `--tap`
    (`passes/raise/TapRequest.h` has the grammar); without it nothing happens, there as here. Each request becomes one more
    result of the function, f32 [batch, heads, rows, keys] with the heads and rows asked for. The attention itself
    stays as it is: of the heads and rows asked for, the scores are computed again beside it, from the same query, key and captures
    through the same maps, and nothing of the others. Heads or rows that are not consecutive are computed apart, and so are heads that
    read other key heads, since maps of linalg do not divide.

    Of a site that was not raised, the Softmax is in the graph; its result is what is returned.

    Fails when there is no such site, head or row, when a name is taken, and when a refused site has no such stage.

    ```mlir
    module attributes {fovea.taps = ["cls=0:probs,rows=cls"]} ...
      %o = attn.attention ins(%q, %k, %v : ...) domain = [1, 4, 9, 9, 16, 16] ... -> tensor<1x4x9x16xf32>
      return %o
    ```
    becomes
    ```mlir
      %o = attn.attention ins(%q, %k, %v : ...) domain = [1, 4, 9, 9, 16, 16] ... -> tensor<1x4x9x16xf32>
      %s = linalg.generic ... ins(%q, %k) -> tensor<1x4x1x9xf32>   // and the score region, maximum, exponential, sum, quotient
      return %o, %p : tensor<1x4x9x16xf32>, tensor<1x4x1x9xf32>
    ```
  }];
  let dependentDialects = ["::fovea::onnx::OnnxDialect", "::fovea::attn::AttnDialect", "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect", "::mlir::tensor::TensorDialect"];
}

#endif // FOVEA_PASSES_RAISE_PASSES_TD
