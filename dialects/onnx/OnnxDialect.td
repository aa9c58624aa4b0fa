// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_ONNX_DIALECT_TD
#define FOVEA_ONNX_DIALECT_TD

include "mlir/IR/OpBase.td"

def Onnx_Dialect : Dialect {
  let name = "onnx";
  let cppNamespace = "::fovea::onnx";
  let summary = "the ONNX standard, one normal form per operator";
  let description = [{
    Ops carry the standard's names. The importer upgrades every older opset to the form here, so that a pass meets one
    spelling: what became an input in a later opset is an input, defaults are written out, negative axes stay as
    written. An absent optional input is `onnx.none`. The location of an op names its node. Before shape inference a
    type may be unranked or dynamic.
  }];
  let hasConstantMaterializer = 1;
  // One per family, defined beside its ops.
  let extraClassDeclaration = [{
    void addAttentionOps();
    void addControlOps();
    void addConvOps();
    void addElementwiseOps();
    void addMatrixOps();
    void addNormOps();
    void addPoolOps();
    void addQuantOps();
    void addRecurrentOps();
    void addReduceOps();
    void addResampleOps();
    void addScatterOps();
    void addSelectOps();
    void addShapeOps();
  }];
}

#endif // FOVEA_ONNX_DIALECT_TD
