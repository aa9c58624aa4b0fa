// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_ONNX_INTERFACES_TD
#define FOVEA_ONNX_INTERFACES_TD

include "mlir/IR/OpBase.td"

def Onnx_ShapeInference : OpInterface<"ShapeInference"> {
  let cppNamespace = "::fovea::onnx";
  let description = "An op that can compute the types of its results from its operands.";
  let methods = [
    InterfaceMethod<[{
      Computes the result types as precisely as the operands' types and constant values allow, and appends one per
      result (an unranked tensor where nothing is known, `none` for an absent optional result). Emits an error that
      names what is wrong when the operands contradict one another. Arithmetic on extents never overflows.
    }], "::mlir::LogicalResult", "inferShapes", (ins "::llvm::SmallVectorImpl<::mlir::Type> &":$types)>
  ];
}

// The op's result extents depend on the values of its operands: inference leaves them open, and the evaluator finds them.
def Onnx_DataDependentShape : NativeOpTrait<"DataDependentShape"> {
  let cppNamespace = "::fovea::onnx";
}

#endif // FOVEA_ONNX_INTERFACES_TD
