// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_ATTN_OPS_TD
#define FOVEA_ATTN_OPS_TD

include "dialects/attn/AttnDialect.td"
include "dialects/attn/AttnAttrs.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/Interfaces/TilingInterface.td"
include "mlir/IR/OpAsmInterface.td"

class Attn_Op<string mnemonic, list<Trait> traits = []> : Op<Attn_Dialect, mnemonic, traits>;

// Implemented in AttnTiling.cpp.
def Attn_Tiling : DeclareOpInterfaceMethods<TilingInterface, [
    "getLoopIteratorTypes", "getIterationDomain", "getTiledImplementation", "getResultTilePosition"]>;

def Attn_AttentionOp : Attn_Op<"attention", [
    Pure, SingleBlockImplicitTerminator<"::fovea::attn::YieldOp">, Attn_Tiling]> {
  let summary = "attention: softmax of modified scores times values";
  let description = [{
    Over the domain (b, h, i, j, d, e) = batch, head, query, key, inner channel, value channel:

        s[b,h,i,j] = score(scale * sum_d q[qmap] * k[kmap], b, h, i, j, captures[cmaps]...)
        p[b,h,i,:] = softmax over j of s where the mask lets j be seen by i, minus infinity elsewhere
        o[omap]    = sum_j p[b,h,i,j] * v[vmap]

    `domain` holds the six extents. `indexing_maps` holds, in order, the maps of q (over b,h,i,d), k (b,h,j,d),
    v (b,h,j,e), one per capture (b,h,i,j), of the output (b,h,i,e) and, when asked for, of the probabilities
    (b,h,i,j); all are written over the six dimensions. A map may be any affine expression that stays inside its
    tensor, so a permuted, packed, sliced or shared layout is a map and not a copy. The output's map is injective and covers its tensor.

    The score region's arguments are the scaled score (the accumulation type, f32), four `index` values b, h, i, j and
    one element of each capture; it yields the new score. An empty capture list and a region that yields its first
    argument is plain attention.

    The region may yield two numbers more. A `sink` is the score of one key more, which no query's output holds: it is there in the
    maximum and in the sum of softmax, and depends on b, h and i alone. A `value` is added to v: with it
    o = sum_j p * (v + value). It may read captures whose maps have the channel e as well (relative values), but no score.

    ```mlir
    %o = attn.attention ins(%q, %k, %v : tensor<..>, tensor<..>, tensor<..>)
           captures(%bias : tensor<..>) domain = [1, 12, 197, 197, 64, 64] indexing_maps = [..]
           mask = #attn.mask<dense> numerics = #attn.numerics<scale = 0.125 : f64> {
      ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %c: f32):
        %0 = arith.addf %s, %c : f32
        attn.yield %0 : f32
    } -> tensor<1x197x12x64xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$query, AnyRankedTensor:$key, AnyRankedTensor:$value,
                       Variadic<AnyRankedTensor>:$captures, DenseI64ArrayAttr:$domain,
                       AffineMapArrayAttr:$indexing_maps, Attn_MaskAttr:$mask, Attn_NumericsAttr:$numerics,
                       DefaultValuedAttr<Attn_NormalizerAttr, "::fovea::attn::Normalizer::Softmax">:$normalizer);
  let results = (outs AnyRankedTensor:$output, Optional<AnyRankedTensor>:$probabilities);
  let regions = (region SizedRegion<1>:$score);
  let assemblyFormat = [{
    `ins` `(` $query `,` $key `,` $value `:` type($query) `,` type($key) `,` type($value) `)`
    (`captures` `(` $captures^ `:` type($captures) `)`)?
    `domain` `=` $domain `indexing_maps` `=` $indexing_maps `mask` `=` $mask `numerics` `=` $numerics
    (`normalizer` `=` $normalizer^)? attr-dict-with-keyword $score `->` type($output)
    (`probabilities` type($probabilities)^)?
  }];
  let extraClassDeclaration = [{
    /// The six loop dimensions, in the order of `domain` and of the maps' inputs.
    enum Dim : unsigned { B, H, I, J, D, E };
    ::mlir::AffineMap getQueryMap() { return getMap(0); }
    ::mlir::AffineMap getKeyMap() { return getMap(1); }
    ::mlir::AffineMap getValueMap() { return getMap(2); }
    ::mlir::AffineMap getCaptureMap(unsigned index) { return getMap(3 + index); }
    /// What the score region ends with.
    ::fovea::attn::YieldOp getYield();
    ::mlir::AffineMap getOutputMap() { return getMap(3 + getCaptures().size()); }
    ::mlir::AffineMap getProbabilitiesMap() { return getMap(4 + getCaptures().size()); }
    ::mlir::AffineMap getMap(unsigned index) {
      return ::mlir::cast<::mlir::AffineMapAttr>(getIndexingMaps()[index]).getValue();
    }
  }];
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
}

def Attn_OnlineAttentionOp : Attn_Op<"online_attention", [
    Pure, SingleBlockImplicitTerminator<"::fovea::attn::YieldOp">, DestinationStyleOpInterface,
    Attn_Tiling]> {
  let summary = "one step of attention over a part of the keys";
  let description = [{
    The associative form of attn.attention with softmax: for every row (b, h, i), with the scores s of this op's keys,

        m' = max(m, max_j s),  r = exp(m - m'),  p_j = exp(s_j - m')
        maximum = m',  sum = r * sum + sum_j p_j,  accumulator = r * accumulator + sum_j p_j * v

    where exp(minus infinity - minus infinity) counts as 0. Steps over disjoint parts of the keys may follow one another in
    any order; the first starts from accumulator 0, maximum minus infinity, sum 0. What remains owed after the last is the
    quotient accumulator / sum, and the masked-row policy: a row that saw no key has sum 0.

    Operands, domain, the maps of q, k, v and the captures, the score region and the mask are those of attn.attention; then
    follow the maps of the accumulator (b,h,i,e), the maximum (b,h,i) and the sum (b,h,i), which are f32.
  }];
  let arguments = (ins AnyRankedTensor:$query, AnyRankedTensor:$key, AnyRankedTensor:$value,
                       Variadic<AnyRankedTensor>:$captures, AnyRankedTensor:$accumulator,
                       AnyRankedTensor:$maximum, AnyRankedTensor:$sum, DenseI64ArrayAttr:$domain,
                       AffineMapArrayAttr:$indexing_maps, Attn_MaskAttr:$mask, Attn_NumericsAttr:$numerics);
  let results = (outs AnyRankedTensor:$new_accumulator, AnyRankedTensor:$new_maximum, AnyRankedTensor:$new_sum);
  let regions = (region SizedRegion<1>:$score);
  let assemblyFormat = [{
    `ins` `(` $query `,` $key `,` $value `:` type($query) `,` type($key) `,` type($value) `)`
    (`captures` `(` $captures^ `:` type($captures) `)`)?
    `outs` `(` $accumulator `,` $maximum `,` $sum `:` type($accumulator) `,` type($maximum) `,` type($sum) `)`
    `domain` `=` $domain `indexing_maps` `=` $indexing_maps `mask` `=` $mask `numerics` `=` $numerics
    attr-dict-with-keyword $score `->` type($new_accumulator) `,` type($new_maximum) `,` type($new_sum)
  }];
  let extraClassDeclaration = [{
    using Dim = AttentionOp::Dim;
    ::mlir::AffineMap getQueryMap() { return getMap(0); }
    ::mlir::AffineMap getKeyMap() { return getMap(1); }
    ::mlir::AffineMap getValueMap() { return getMap(2); }
    ::mlir::AffineMap getCaptureMap(unsigned index) { return getMap(3 + index); }
    /// What the score region ends with.
    ::fovea::attn::YieldOp getYield();
    ::mlir::AffineMap getAccumulatorMap() { return getMap(3 + getCaptures().size()); }
    ::mlir::AffineMap getMaximumMap() { return getMap(4 + getCaptures().size()); }
    ::mlir::AffineMap getSumMap() { return getMap(5 + getCaptures().size()); }
    ::mlir::AffineMap getMap(unsigned index) {
      return ::mlir::cast<::mlir::AffineMapAttr>(getIndexingMaps()[index]).getValue();
    }
    ::mlir::MutableOperandRange getDpsInitsMutable() {
      return ::mlir::MutableOperandRange(getOperation(), 3 + getCaptures().size(), 3);
    }
  }];
  let hasVerifier = 1;
}

def Attn_YieldOp : Attn_Op<"yield", [Pure, Terminator, ReturnLike, AttrSizedOperandSegments]> {
  let summary = "what the score region of an attention computes: the score, and what else it has of a sink and a value";
  let arguments = (ins AnyType:$score, Optional<F32>:$sink, Optional<F32>:$value);
  let builders = [
    OpBuilder<(ins), [{ build($_builder, $_state, ::mlir::TypeRange(), ::mlir::ValueRange()); }]>,
    OpBuilder<(ins "::mlir::Value":$score), [{ build($_builder, $_state, score, ::mlir::Value(), ::mlir::Value()); }]>
  ];
  let assemblyFormat = "$score (`sink` $sink^)? (`value` $value^)? attr-dict `:` type($score)";
}

#endif // FOVEA_ATTN_OPS_TD
