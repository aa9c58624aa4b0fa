// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_ATTN_DIALECT_TD
#define FOVEA_ATTN_DIALECT_TD

include "mlir/IR/OpBase.td"

def Attn_Dialect : Dialect {
  let name = "attn";
  let cppNamespace = "::fovea::attn";
  let summary = "attention as one op";
  let description = [{
    Says what an attention computes: layouts as index maps, everything between scores and softmax as a region of
    scalars, masks as structure. How it is executed is decided elsewhere. See Rationale.md.
  }];
  let useDefaultAttributePrinterParser = 1;
}

#endif // FOVEA_ATTN_DIALECT_TD
