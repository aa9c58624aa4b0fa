// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_ATTN_ATTRS_TD
#define FOVEA_ATTN_ATTRS_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "dialects/attn/AttnDialect.td"

class Attn_Attr<string name, string attrMnemonic> : AttrDef<Attn_Dialect, name> {
  let mnemonic = attrMnemonic;
}

def Attn_MaskAttr : Attn_Attr<"Mask", "mask"> {
  let summary = "mask structure: known without looking at data";
  let description = [{
    Integer sets over (b, h, i, j) = batch, head, query, key; a query sees a key when one of the sets holds. Their constraints
    may divide (floordiv, mod). No set at all is `#attn.mask<dense>`: every query sees every key. Two forms have a short
    name: `#attn.mask<causal, offset = n>` is keys j <= i + n, `#attn.mask<window, left = l, right = r>` is keys
    i - l <= j <= i + r. Masks that are data are captures of the score region.

    ```mlir
    #block = affine_set<(b, h, i, j) : (i floordiv 7 - j floordiv 7 == 0)>
    #attn.mask<#block>
    ```
    Written out in place, a set fits where the op's syntax gives the attribute without its name (`mask = <affine_set<...>>`):
    the `>=` of a condition would close the bracket of `#attn.mask<`.
  }];
  let parameters = (ins ArrayRefParameter<"::mlir::IntegerSet", "alternatives">:$sets);
  let hasCustomAssemblyFormat = 1;
  let extraClassDeclaration = [{
    static MaskAttr getDense(::mlir::MLIRContext *context);
    static MaskAttr getCausal(::mlir::MLIRContext *context, int64_t offset);
    static MaskAttr getWindow(::mlir::MLIRContext *context, int64_t left, int64_t right);
    bool isDense() const { return getSets().empty(); }
  }];
}

def Attn_MaskedRows : I32EnumAttr<"MaskedRows", "the result of a row whose every score is minus infinity", [
    I32EnumAttrCase<"NaN", 0, "nan">, I32EnumAttrCase<"Zero", 1, "zero">]> {
  let cppNamespace = "::fovea::attn";
  let genSpecializedAttr = 0;
}

def Attn_ScalePlacement : I32EnumAttr<"ScalePlacement", "where the model multiplies by the scale", [
    I32EnumAttrCase<"Scores", 0, "scores">, I32EnumAttrCase<"Query", 1, "query">,
    I32EnumAttrCase<"Key", 2, "key">, I32EnumAttrCase<"Both", 3, "both">]> {
  let cppNamespace = "::fovea::attn";
  let genSpecializedAttr = 0;
}

def Attn_Normalizer : I32EnumAttr<"Normalizer", "what turns scores into weights", [
    I32EnumAttrCase<"Softmax", 0, "softmax">, I32EnumAttrCase<"Mean", 1, "mean">, I32EnumAttrCase<"None", 2, "none">]> {
  let cppNamespace = "::fovea::attn";
  let genSpecializedAttr = 0;
}
def Attn_NormalizerAttr : EnumAttr<Attn_Dialect, Attn_Normalizer, "normalizer"> {
  let assemblyFormat = "`<` $value `>`";
}

def Attn_NumericsAttr : Attn_Attr<"Numerics", "numerics"> {
  let summary = "what the arithmetic of an attention must respect";
  let description = [{
    `scale` multiplies q.k before the score region, whatever its placement in the model; `placement` is kept because in
    16-bit types it decides what overflows. `maskedRows` is the value of rows that see no key.
  }];
  let parameters = (ins "::mlir::FloatAttr":$scale,
                        DefaultValuedParameter<"ScalePlacement", "ScalePlacement::Scores">:$placement,
                        DefaultValuedParameter<"MaskedRows", "MaskedRows::NaN">:$maskedRows);
  let assemblyFormat = "`<` struct(params) `>`";
}

#endif // FOVEA_ATTN_ATTRS_TD
