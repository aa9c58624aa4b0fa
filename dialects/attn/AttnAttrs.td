// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_ATTN_ATTRS_TD
#define FOVEA_ATTN_ATTRS_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "dialects/attn/AttnDialect.td"

class Attn_Attr<string name, string attrMnemonic> : AttrDef<Attn_Dialect, name> {
  let mnemonic = attrMnemonic;
}

def Attn_MaskKind : I32EnumAttr<"MaskKind", "which keys a query may see", [
    I32EnumAttrCase<"Dense", 0, "dense">,
    I32EnumAttrCase<"Causal", 1, "causal">,
    I32EnumAttrCase<"Window", 2, "window">]> {
  let cppNamespace = "::fovea::attn";
  let genSpecializedAttr = 0;
}

def Attn_MaskAttr : Attn_Attr<"Mask", "mask"> {
  let summary = "mask structure: known without looking at data";
  let description = [{
    `#attn.mask<dense>`: every key. `#attn.mask<causal, offset = n>`: keys j <= i + n. `#attn.mask<window, left = l,
    right = r>`: keys i - l <= j <= i + r; either may be negative. Masks that are data are captures of the score region.
  }];
  let parameters = (ins EnumParameter<Attn_MaskKind>:$kind, DefaultValuedParameter<"int64_t", "0">:$offset,
                        DefaultValuedParameter<"int64_t", "0">:$left, DefaultValuedParameter<"int64_t", "0">:$right);
  let assemblyFormat = "`<` $kind (`,` struct($offset, $left, $right)^)? `>`";
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
